# Checks warn in every plan and apply, and stop neither.

check "no_number_ends_with_its_resource" {
  assert {
    condition     = length(local.given_up_on_destroy) == 0
    error_message = "A destroy would give up ${join(", ", local.given_up_on_destroy)}."
  }
}

check "every_number_is_managed" {
  assert {
    condition     = length(local.unmanaged) == 0
    error_message = "Not in this configuration: ${join(", ", local.unmanaged)}."
  }
}

# Costs the lists of all services, a call for a page, and Synthflow is also asked for each of its numbers. It stands
# outside of the check, since a plan with a data source in a check is never empty.
data "telephony_phone_numbers" "all" {}

locals {
  managed             = [for number in telephony_phone_number.this : number.id]
  unmanaged           = setsubtract(data.telephony_phone_numbers.all.phone_numbers[*].phone_number, local.managed)
  given_up_on_destroy = [for number in telephony_phone_number.this : number.id if number.destroy_irreversible]
}
