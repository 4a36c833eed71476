# By number or by SID: a number at Twilio that is on no voice platform.
terraform import telephony_phone_number.reception +14155550140
terraform import telephony_phone_number.reception PN0123456789abcdef0123456789abcdef

# The same, with the service named.
terraform import telephony_phone_number.reception twilio/+14155550140

# On Nixflex, by number, whoever carries it.
terraform import telephony_phone_number.nixflex nixflex/+14155550150

# On Resemble AI, by number or by the ID of the record.
terraform import telephony_phone_number.resemble resemble/+14155550160
terraform import telephony_phone_number.resemble resemble/123

# On Synthflow, by workspace and the digits of the number.
terraform import telephony_phone_number.bought synthflow/1710107690998x536152705164378100/12025550170

# At DialNexa, by number or by DialNexa's ID.
terraform import telephony_phone_number.bookings dialnexa/+16285550180
terraform import telephony_phone_number.bookings dialnexa/phn_f7w2kx5mb9qz

# On Retell AI, by number, whoever carries it.
terraform import telephony_phone_number.retell retell/+14155550190
terraform import telephony_phone_number.over_sip retell/+14155550191

# On Vapi, by number or by the UUID of the record, whoever carries it.
terraform import telephony_phone_number.free vapi/+14155550111
terraform import telephony_phone_number.telnyx vapi/+14155550112
terraform import telephony_phone_number.vapi vapi/+14155550110
terraform import telephony_phone_number.vapi vapi/0f6b2c1e-8d3a-4c57-9b1e-2a7d4e5f6081

# On ElevenLabs, by number or by the ID of the record.
terraform import telephony_phone_number.elevenlabs elevenlabs/+14155550120
terraform import telephony_phone_number.elevenlabs elevenlabs/phnum_7101k5zvyjhmfg983brhmhkd98n6
