# Owned at Twilio; an agent on Nixflex answers its calls. A destroy disconnects it and keeps it.
resource "telephony_phone_number" "nixflex" {
  phone_number = "+14155550150"

  nixflex {
    agent_id      = "agent_0123456789abcdef"
    custom_prompt = "You answer for the branch in Oakland."
  }
}
