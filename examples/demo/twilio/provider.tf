terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

# Credentials and the simulator's address come from the environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_BASE_URL.
provider "telephony" {
  max_retries = 1 # the demo has an outage, and nobody likes to wait
}
