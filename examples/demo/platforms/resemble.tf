# Owned at Twilio; Resemble AI leads its calls to an agent over a SIP trunk. A destroy tears the trunk down.
resource "telephony_phone_number" "resemble" {
  phone_number = "+14155550111"

  resemble {
    label      = "Support"
    agent_uuid = "00000000-0000-4000-8000-000000000003"
  }
}
