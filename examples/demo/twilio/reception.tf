# Owned already, so it is adopted. A destroy detaches it: the number stays owned.
resource "telephony_phone_number" "reception" {
  phone_number       = "+1 (415) 555-0100"
  release_on_destroy = "detach"
  voice_url          = "https://example.com/reception"
}
