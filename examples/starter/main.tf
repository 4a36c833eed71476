# The numbers of a team, from one map: terraform.tfvars has one on each platform. Credentials come from the environment.
# All the numbers are owned already; give a resource a purchase block where one is to be bought.

provider "telephony" {
  # Nothing is given up from here, whatever a number says. Set it to false for the run that is meant to.
  prevent_release = true
}

resource "telephony_phone_number" "this" {
  for_each = var.numbers

  phone_number       = each.value.phone_number
  release_on_destroy = each.value.release_on_destroy

  # DialNexa carries its numbers itself, and has a nickname for them instead.
  friendly_name = each.value.dialnexa == null ? each.value.name : null
  voice_url     = each.value.voice_url
  sms_url       = each.value.sms_url
  trunk_sid     = each.value.trunk_sid

  # A number has the block of its platform alone: [*] makes an empty list of null.
  dynamic "nixflex" {
    for_each = each.value.nixflex[*]
    content {
      agent_id      = nixflex.value.agent_id
      custom_prompt = nixflex.value.custom_prompt
    }
  }

  dynamic "resemble" {
    for_each = each.value.resemble[*]
    content {
      label      = each.value.name
      agent_uuid = resemble.value.agent_uuid
    }
  }

  dynamic "retell" {
    for_each = each.value.retell[*]
    content {
      nickname          = each.value.name
      inbound_agent_id  = retell.value.inbound_agent_id
      outbound_agent_id = retell.value.outbound_agent_id
      termination_uri   = retell.value.termination_uri
    }
  }

  dynamic "vapi" {
    for_each = each.value.vapi[*]
    content {
      name         = each.value.name
      assistant_id = vapi.value.assistant_id
    }
  }

  dynamic "elevenlabs" {
    for_each = each.value.elevenlabs[*]
    content {
      label    = each.value.name
      agent_id = elevenlabs.value.agent_id
    }
  }

  dynamic "synthflow" {
    for_each = each.value.synthflow[*]
    content {
      agent_id        = synthflow.value.agent_id
      provider_name   = "twilio"
      termination_uri = synthflow.value.termination_uri
    }
  }

  dynamic "dialnexa" {
    for_each = each.value.dialnexa[*]
    content {
      agent_id = dialnexa.value.agent_id
      nickname = each.value.name
    }
  }

  lifecycle {
    # An apply that leaves a number half set up ends with a warning. Here it fails, and the next apply repairs it.
    postcondition {
      condition     = self.status == "active"
      error_message = "${each.key}: ${self.phone_number} is ${self.status}: ${self.status_reason}"
    }
  }
}
