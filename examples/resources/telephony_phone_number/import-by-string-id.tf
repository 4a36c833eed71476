import {
  to = telephony_phone_number.reception
  id = "+14155550140"
}

resource "telephony_phone_number" "reception" {
  phone_number = "+14155550140"
  voice_url    = "https://example.com/reception"
}
