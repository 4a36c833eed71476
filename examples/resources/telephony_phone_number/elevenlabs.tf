# Owned at Twilio, and imported into ElevenLabs with the provider's own auth token there. A destroy deletes the import and
# keeps the number.
resource "telephony_phone_number" "elevenlabs" {
  phone_number = "+14155550120"

  elevenlabs {
    label    = "Returns"
    agent_id = "agent_7101k5zvyjhmfg983brhmhkd98n6"
  }
}
