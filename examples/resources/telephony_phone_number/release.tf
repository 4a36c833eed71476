# A destroy gives this number up, and the plan says so before. The setting counts once it is applied.
resource "telephony_phone_number" "campaign" {
  phone_number       = "+14155550120"
  release_on_destroy = "release"
  voice_url          = "https://example.com/campaign"

  # Needed only for a number with an emergency address, which Twilio does not release before it is deregistered.
  deregister_emergency_address = true
}
