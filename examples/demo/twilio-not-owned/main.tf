terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

provider "telephony" {}

# Must be owned already, since there is no purchase block.
resource "telephony_phone_number" "typo" {
  phone_number = "+14155550199"
  voice_url    = "https://example.com/voice"
}
