# Owned at Twilio, where a SIP trunk leads its calls to Retell AI, and imported there. A destroy deletes the import and
# keeps the number.
resource "telephony_phone_number" "retell" {
  phone_number = "+14155550190"
  trunk_sid    = "TK0123456789abcdef0123456789abcdef"

  retell {
    nickname          = "Front desk"
    inbound_agent_id  = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
    outbound_agent_id = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
    termination_uri   = "example.pstn.twilio.com"
  }
}
