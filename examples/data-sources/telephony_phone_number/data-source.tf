data "telephony_phone_number" "support" {
  phone_number = "+1 (415) 555-0100"
}

output "answered_by" {
  value = coalesce(data.telephony_phone_number.support.agent_id, data.telephony_phone_number.support.voice_url, "nobody")
}
