resource "telephony_phone_number" "synthflow" {
  phone_number       = "+12025550121"
  release_on_destroy = "release" # cancels the subscription

  synthflow {
    agent_id = "00000000-0000-4000-8000-000000000002"
  }
}
