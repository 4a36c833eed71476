variable "numbers" {
  description = "The phone numbers, each under a name that stays with it, and on one platform at most."

  type = map(object({
    phone_number       = string
    name               = string                     # what people call it at its carrier or platform
    release_on_destroy = optional(string, "detach") # a destroy keeps the number

    # Wiring at Twilio: for a number on no platform, and the trunk of one on Retell AI or Synthflow.
    voice_url = optional(string)
    sms_url   = optional(string)
    trunk_sid = optional(string)

    nixflex = optional(object({
      agent_id      = string
      custom_prompt = optional(string)
    }))
    resemble = optional(object({
      agent_uuid = string
    }))
    retell = optional(object({
      inbound_agent_id  = string
      outbound_agent_id = optional(string)
      termination_uri   = string
    }))
    vapi = optional(object({
      assistant_id = string
    }))
    elevenlabs = optional(object({
      agent_id = string
    }))
    synthflow = optional(object({
      agent_id        = string
      termination_uri = string
    }))
    dialnexa = optional(object({
      agent_id = string
    }))
  }))

  validation {
    condition = alltrue([
      for number in var.numbers : length(concat(
        number.nixflex[*], number.resemble[*], number.retell[*], number.vapi[*], number.synthflow[*],
        number.dialnexa[*], number.elevenlabs[*]
      )) <= 1
    ])
    error_message = "A number is on one platform at most."
  }

  validation {
    condition     = length(distinct([for number in var.numbers : number.phone_number])) == length(var.numbers)
    error_message = "A number stands in the map once."
  }
}
