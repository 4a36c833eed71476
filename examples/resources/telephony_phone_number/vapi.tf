# Owned at Twilio, and imported into Vapi with the provider's own credentials there. A destroy deletes the import and
# keeps the number.
resource "telephony_phone_number" "vapi" {
  phone_number = "+14155550110"

  vapi {
    name         = "Help desk"
    assistant_id = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
  }
}

# Vapi's own, from its dashboard, which also carries it. A destroy takes the assistant off and keeps it; with
# release_on_destroy = "release" it deletes it, and so gives it up.
resource "telephony_phone_number" "free" {
  phone_number = "+14155550111"

  vapi {
    name         = "Trial line"
    assistant_id = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
  }
}

# Owned at another carrier, which Vapi reaches with a credential from its dashboard. A destroy deletes the import.
resource "telephony_phone_number" "telnyx" {
  phone_number = "+14155550112"

  vapi {
    name          = "Night desk"
    assistant_id  = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
    provider_name = "telnyx"
    credential_id = "c3a1f0d2-7b44-4a7e-9d3c-51e0c2f6a988"
  }
}
