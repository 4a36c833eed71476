# Owned at Twilio; an assistant of Vapi's answers its calls, and the messages stay with us. A destroy deletes the import.
resource "telephony_phone_number" "vapi" {
  phone_number = "+14155550115"
  sms_url      = "https://example.com/sms"

  vapi {
    assistant_id = "00000000-0000-4000-8000-000000000006"
    sms_enabled  = false
  }
}
