# Owned at a carrier that this provider cannot talk to, whose SIP trunk leads calls to Retell AI. A destroy deletes the
# import.
resource "telephony_phone_number" "retell" {
  phone_number = "+14155550190"

  retell {
    inbound_agent_id = "agent_0000000000000000000000a5"
    provider_name    = "custom"
    termination_uri  = "sip.example.com"
  }
}
