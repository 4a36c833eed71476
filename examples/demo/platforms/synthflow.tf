# Owned at Twilio and imported into Synthflow. A destroy deletes the import.
resource "telephony_phone_number" "synthflow_imported" {
  phone_number = "+14155550112"

  synthflow {
    agent_id        = "00000000-0000-4000-8000-000000000002"
    provider_name   = "twilio"
    termination_uri = "example.pstn.twilio.com"
  }
}

# Bought in Synthflow's dashboard, with a monthly subscription. A destroy unlinks the agent, and the number stays.
resource "telephony_phone_number" "synthflow_bought" {
  phone_number = "+12025550120"

  synthflow {
    agent_id = "00000000-0000-4000-8000-000000000002"
  }
}
