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
      agent_id      = lookup(local.agents.nixflex, nixflex.value.agent, nixflex.value.agent)
      custom_prompt = nixflex.value.custom_prompt
    }
  }

  dynamic "resemble" {
    for_each = each.value.resemble[*]
    content {
      label      = each.value.name
      agent_uuid = lookup(local.agents.resemble, resemble.value.agent, resemble.value.agent)
    }
  }

  dynamic "retell" {
    for_each = each.value.retell[*]
    content {
      nickname          = each.value.name
      inbound_agent_id  = lookup(local.agents.retell, retell.value.inbound_agent, retell.value.inbound_agent)
      outbound_agent_id = try(local.agents.retell[retell.value.outbound_agent], retell.value.outbound_agent)
      termination_uri   = retell.value.termination_uri
    }
  }

  dynamic "vapi" {
    for_each = each.value.vapi[*]
    content {
      name         = each.value.name
      assistant_id = lookup(local.agents.vapi, vapi.value.assistant, vapi.value.assistant)
    }
  }

  dynamic "elevenlabs" {
    for_each = each.value.elevenlabs[*]
    content {
      label    = each.value.name
      agent_id = lookup(local.agents.elevenlabs, elevenlabs.value.agent, elevenlabs.value.agent)
    }
  }

  dynamic "synthflow" {
    for_each = each.value.synthflow[*]
    content {
      agent_id        = lookup(local.agents.synthflow, synthflow.value.agent, synthflow.value.agent)
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
