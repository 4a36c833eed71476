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

# Owned at another carrier, whose SIP trunk leads its calls to sip:sip.retellai.com. This provider cannot talk to that
# carrier, so its carrier is "external", and it cannot be released here. A destroy deletes the import.
resource "telephony_phone_number" "over_sip" {
  phone_number = "+14155550191"

  retell {
    nickname         = "Night desk"
    inbound_agent_id = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
    provider_name    = "custom"
    termination_uri  = "sip.telnyx.com"
  }
}
