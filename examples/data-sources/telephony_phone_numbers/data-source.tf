# All numbers of all services that are configured.
data "telephony_phone_numbers" "all" {}

# The numbers in San Francisco that are on no platform.
data "telephony_phone_numbers" "san_francisco" {
  service      = "twilio"
  phone_number = "+1415*"
}

# What needs a repair.
data "telephony_phone_numbers" "corrupted" {
  status = "corrupted"
}

output "import_ids" {
  value = { for n in data.telephony_phone_numbers.all.phone_numbers : n.phone_number => n.import_id }
}

output "corrupted" {
  value = { for n in data.telephony_phone_numbers.corrupted.phone_numbers : n.phone_number => n.status_reason }
}
