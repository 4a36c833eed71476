# Owned at Twilio; Resemble AI sets up a SIP trunk there that leads its calls to an agent. A destroy tears the trunk down
# and keeps the number.
resource "telephony_phone_number" "resemble" {
  phone_number = "+14155550160"

  resemble {
    label      = "Support line"
    agent_uuid = "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f"
  }
}
