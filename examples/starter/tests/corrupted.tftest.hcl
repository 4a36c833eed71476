# What happens to an apply that leaves a number half set up: the postcondition fails it.

mock_provider "telephony" {
  mock_resource "telephony_phone_number" {
    defaults = {
      status        = "active"
      status_reason = ""
    }
  }
}

variables {
  numbers = {
    support = {
      phone_number = "+14155550100"
      name         = "Support line"
      voice_url    = "https://example.com/voice"
    }
    branch = {
      phone_number = "+14155550150"
      name         = "Branch"
    }
  }
}

run "a_number_out_of_order_fails_the_apply" {
  override_resource {
    target = telephony_phone_number.this["branch"]
    values = {
      status        = "corrupted"
      status_reason = "The creation stopped half-way."
    }
  }

  expect_failures = [telephony_phone_number.this["branch"]]
}
