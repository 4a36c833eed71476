# Takes every number of the account into state, in one plan and one apply, and
# changes none of them.
terraform {
  required_version = ">= 1.7" # for import with for_each

  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

provider "telephony" {
  prevent_release = true # nothing can be given up while you find your way in
}

data "telephony_phone_numbers" "all" {}

locals {
  numbers = { for n in data.telephony_phone_numbers.all.phone_numbers : n.phone_number => n }
}

import {
  for_each = local.numbers
  to       = telephony_phone_number.all[each.key]
  id       = each.value.import_id
}

resource "telephony_phone_number" "all" {
  for_each = local.numbers

  phone_number = each.key

  lifecycle {
    ignore_changes = all # each number stays as it is, whatever platform it is on
  }
}
