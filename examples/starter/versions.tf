terraform {
  required_version = ">= 1.5" # for check blocks

  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}
