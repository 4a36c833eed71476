# A number on each service, with as much of it set as goes together.
resource "telephony_phone_number" "twilio" {
  phone_number                 = "+1 (415) 555-0100"
  friendly_name                = "Support line"
  release_on_destroy           = "detach"
  deregister_emergency_address = true

  voice_url              = "https://example.com/voice"
  voice_method           = "GET"
  voice_fallback_url     = "https://example.com/voice/fallback"
  voice_fallback_method  = "GET"
  voice_caller_id_lookup = true
  sms_url                = "https://example.com/sms"
  sms_method             = "GET"
  sms_fallback_url       = "https://example.com/sms/fallback"
  sms_fallback_method    = "GET"
  status_callback        = "https://example.com/status"
  status_callback_method = "GET"

  timeouts {
    create = "15m"
    read   = "6m"
    update = "15m"
    delete = "30m"
  }
}

resource "telephony_phone_number" "purchased" {
  release_on_destroy = false

  purchase {
    country      = "US"
    type         = "local"
    area_code    = "212"
    contains     = "212555****"
    capabilities = ["sms", "voice"]
    beta         = false
  }
}

resource "telephony_phone_number" "nixflex" {
  phone_number = "+14155550150"

  nixflex {
    agent_id      = "agent_0123456789abcdef"
    custom_prompt = "You answer for the branch in Oakland."
  }
}

resource "telephony_phone_number" "resemble" {
  phone_number       = "+14155550160"
  release_on_destroy = "force_delete"

  resemble {
    label             = "Support line"
    agent_uuid        = "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f"
    supports_outbound = true

    inbound_trunk {
      allowed_addresses = ["203.0.113.7"]
      media_encryption  = "allowed"
    }

    outbound_trunk {
      transport = "tls"
      headers = {
        X-Team = "support"
      }
    }
  }
}

resource "telephony_phone_number" "synthflow" {
  phone_number = "+14155550170"
  trunk_sid    = "TK0123456789abcdef0123456789abcdef"

  synthflow {
    agent_id        = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
    provider_name   = "twilio"
    termination_uri = "example.pstn.twilio.com"
  }
}

resource "telephony_phone_number" "synthflow_bought" {
  phone_number = "+12025550170"

  synthflow {
    agent_id            = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
    bought_at_synthflow = true
  }
}

resource "telephony_phone_number" "dialnexa" {
  phone_number = "+16285550180"

  dialnexa {
    agent_id = "agt_f7w2kx5mb9qz"
    nickname = "Bookings"
    label    = "bookings"
  }
}

resource "telephony_phone_number" "retell" {
  phone_number = "+14155550190"
  trunk_sid    = "TK0123456789abcdef0123456789abcdef"

  retell {
    nickname          = "Front desk"
    inbound_agent_id  = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
    outbound_agent_id = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
    termination_uri   = "example.pstn.twilio.com"
    transport         = "TLS"
  }
}
