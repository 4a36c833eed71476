numbers = {
  support = {
    phone_number = "+14155550100"
    name         = "Support line"
    voice_url    = "https://example.com/voice"
    sms_url      = "https://example.com/sms"
  }

  oakland = {
    phone_number = "+14155550150"
    name         = "Branch in Oakland"
    nixflex = {
      agent_id      = "agent_0123456789abcdef"
      custom_prompt = "You answer for the branch in Oakland."
    }
  }

  sales = {
    phone_number = "+14155550160"
    name         = "Sales"
    resemble = {
      agent_uuid = "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f"
    }
  }

  reception = {
    phone_number = "+14155550190"
    name         = "Reception"
    trunk_sid    = "TK0123456789abcdef0123456789abcdef"
    retell = {
      inbound_agent_id = "oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD"
      termination_uri  = "example.pstn.twilio.com"
    }
  }

  help_desk = {
    phone_number = "+14155550110"
    name         = "Help desk"
    vapi = {
      assistant_id = "5b0e0a5e-3f0c-4f0e-8a55-6c1d8a6f3d21"
    }
  }

  returns = {
    phone_number = "+14155550120"
    name         = "Returns"
    elevenlabs = {
      agent_id = "agent_7101k5zvyjhmfg983brhmhkd98n6"
    }
  }

  surveys = {
    phone_number = "+14155550170"
    name         = "Surveys"
    trunk_sid    = "TK0123456789abcdef0123456789abcdef"
    synthflow = {
      agent_id        = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
      termination_uri = "example.pstn.twilio.com"
    }
  }

  bookings = {
    phone_number = "+16285550180"
    name         = "Bookings"
    dialnexa = {
      agent_id = "agt_f7w2kx5mb9qz"
    }
  }
}
