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

    # An agent by its name on the platform, or by its identifier.
    nixflex = optional(object({
      agent         = string
      custom_prompt = optional(string)
    }))
    resemble = optional(object({
      agent = string
    }))
    retell = optional(object({
      inbound_agent   = string
      outbound_agent  = optional(string)
      termination_uri = string
    }))
    vapi = optional(object({
      assistant = string
    }))
    elevenlabs = optional(object({
      agent = string
    }))
    synthflow = optional(object({
      agent           = string
      termination_uri = string
    }))
    dialnexa = optional(object({
      agent_id = string # not every workspace's API lists its agents
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
