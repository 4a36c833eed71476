resource "telephony_phone_number" "nixflex" {
  phone_number       = "+14155550113"
  release_on_destroy = "release" # off Nixflex first, then given up at Twilio

  nixflex {
    agent_id = "agent_0000000000000001"
  }
}
