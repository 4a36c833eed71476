# Bought if it is not owned yet. A destroy releases it.
resource "telephony_phone_number" "support" {
  phone_number       = "+14155550101"
  release_on_destroy = "release"
  voice_url          = "https://example.com/support"

  purchase {}
}
