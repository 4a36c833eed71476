terraform {
  required_providers {
    telephony = {
      source = "telephony-iac/telephony"
    }
  }
}

# Credentials and the simulator's addresses come from the environment.
provider "telephony" {}
