resource "telephony_phone_number" "dialnexa" {
  phone_number       = "+16285550150"
  release_on_destroy = "release" # given up for good

  dialnexa {
    agent_id = "agt_support"
  }
}
