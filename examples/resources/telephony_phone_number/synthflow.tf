# Owned at Twilio, where a SIP trunk leads its calls to Synthflow, and imported there. A destroy deletes the import and
# keeps the number.
resource "telephony_phone_number" "imported" {
  phone_number = "+14155550170"
  trunk_sid    = "TK0123456789abcdef0123456789abcdef"

  synthflow {
    agent_id        = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
    provider_name   = "twilio"
    termination_uri = "example.pstn.twilio.com"
  }
}

# Bought in Synthflow's dashboard, which also carries it. A destroy takes it off its agents and keeps it, with its
# monthly subscription; with release_on_destroy = "release" it cancels that.
resource "telephony_phone_number" "bought" {
  phone_number = "+12025550170"

  synthflow {
    agent_id            = "3f5c0a52-8f3e-4a59-b1c4-0d6c5f0e2a11"
    bought_at_synthflow = true # the default for a number that Synthflow lists already
  }
}
