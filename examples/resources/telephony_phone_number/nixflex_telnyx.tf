variable "telnyx_api_key" {
  description = "API key of the Telnyx account that owns the number."
  type        = string
  ephemeral   = true # in no plan and no state
}

# Owned at Telnyx, on a TeXML application whose webhook is https://api.nixflex.com/telnyx-voice. This provider cannot talk
# to Telnyx, so its carrier is "external", and it cannot be released here. A destroy disconnects it.
resource "telephony_phone_number" "nixflex_telnyx" {
  phone_number = "+14155550151"

  nixflex {
    agent_id                  = "agent_0123456789abcdef"
    telnyx_connection_id      = "1293384261075731499"
    telnyx_api_key_wo         = var.telnyx_api_key
    telnyx_api_key_wo_version = 1
  }
}
