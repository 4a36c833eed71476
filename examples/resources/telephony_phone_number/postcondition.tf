# An apply that leaves the number half set up ends with a warning and status = "corrupted". Here it fails instead.
resource "telephony_phone_number" "hotline" {
  phone_number = "+14155550130"
  voice_url    = "https://example.com/hotline"

  lifecycle {
    postcondition {
      condition     = self.status == "active"
      error_message = "${self.phone_number} is ${self.status}: ${self.status_reason}"
    }
  }
}
