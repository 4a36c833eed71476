resource "telephony_phone_number" "helpdesk" {
  phone_number       = "+14155550114"
  release_on_destroy = "detach"

  resemble {
    label             = "Help desk"
    agent_uuid        = "00000000-0000-4000-8000-000000000004"
    supports_outbound = true
  }
}
