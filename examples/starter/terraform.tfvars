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
      agent         = "Oakland"
      custom_prompt = "You answer for the branch in Oakland."
    }
  }

  sales = {
    phone_number = "+14155550160"
    name         = "Sales"
    resemble = {
      agent = "Sales"
    }
  }

  reception = {
    phone_number = "+14155550190"
    name         = "Reception"
    trunk_sid    = "TK0123456789abcdef0123456789abcdef"
    retell = {
      inbound_agent   = "Reception"
      termination_uri = "example.pstn.twilio.com"
    }
  }

  help_desk = {
    phone_number = "+14155550110"
    name         = "Help desk"
    vapi = {
      assistant = "Help desk"
    }
  }

  returns = {
    phone_number = "+14155550120"
    name         = "Returns"
    elevenlabs = {
      agent = "agent_7101k5zvyjhmfg983brhmhkd98n6"
    }
  }

  surveys = {
    phone_number = "+14155550170"
    name         = "Surveys"
    trunk_sid    = "TK0123456789abcdef0123456789abcdef"
    synthflow = {
      agent           = "Surveys"
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
