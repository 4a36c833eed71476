# A number that the Twilio account owns already. It is adopted: nothing is bought, and its wiring becomes what stands here.
resource "telephony_phone_number" "support" {
  phone_number       = "+14155550100"
  friendly_name      = "Support line"
  release_on_destroy = "detach" # the default: a destroy clears the wiring and keeps the number

  voice_url          = "https://example.com/voice"
  voice_fallback_url = "https://backup.example.com/voice"
  sms_url            = "https://example.com/sms"
  status_callback    = "https://example.com/calls"
}
