output "numbers" {
  description = "Each number with where it is and what a destroy would do, in order."
  value = {
    for name, number in telephony_phone_number.this : name => {
      phone_number  = number.id
      carrier       = number.carrier
      platform      = number.platform
      status        = number.status
      destroy_steps = number.destroy_steps
    }
  }
}
