# Adopted if the account owns it, else bought.
resource "telephony_phone_number" "support" {
  phone_number = "+14155550110"
  voice_url    = "https://example.com/voice"

  purchase {}
}

# The first number on sale that fits is bought.
resource "telephony_phone_number" "sales" {
  voice_url = "https://example.com/voice"
  sms_url   = "https://example.com/sms"

  purchase {
    country      = "US"
    area_code    = "212"
    capabilities = ["voice", "sms"]
  }
}

output "sales_number" {
  value = telephony_phone_number.sales.phone_number
}
