# Owned at Twilio; an agent of ElevenLabs' answers its calls. A destroy deletes the import.
resource "telephony_phone_number" "elevenlabs" {
  phone_number = "+14155550116"

  elevenlabs {
    agent_id = "agent_0000000000000000000000a7"
  }
}
