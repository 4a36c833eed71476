# Owned at Twilio, and imported into Vapi with the provider's own credentials there. A destroy deletes the import and
# keeps the number.
resource "telephony_phone_number" "vapi" {
  phone_number = "+14155550110"

  vapi {
    name         = "Help desk"
    assistant_id = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
  }
}
