terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

# Credentials come from the environment here: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.
provider "telephony" {
  # Nothing is released through this configuration, whatever a resource says.
  prevent_release = true
}
