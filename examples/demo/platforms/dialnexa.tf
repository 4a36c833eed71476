# DialNexa sells the number and carries it. A destroy takes the agent off, and the number stays.
resource "telephony_phone_number" "dialnexa" {
  phone_number = "+16285550100"

  dialnexa {
    agent_id = "agt_support"
  }

  purchase {}
}
