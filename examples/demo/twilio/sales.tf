# Any number in New York that takes calls and text messages. A destroy releases it.
resource "telephony_phone_number" "sales" {
  release_on_destroy = "release"
  voice_url          = "https://example.com/sales"
  sms_url            = "https://example.com/sales/sms"

  purchase {
    country      = "US"
    area_code    = "212"
    capabilities = ["voice", "sms"]
  }
}
