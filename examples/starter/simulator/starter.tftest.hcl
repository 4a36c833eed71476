# terraform test -test-directory=simulator: the provider itself, on simulated services. `make simulate` prints what the
# shell needs for that.

run "numbers_are_adopted_on_every_platform" {
  assert {
    condition     = alltrue([for number in telephony_phone_number.this : number.acquisition == "adopted" && number.status == "active"])
    error_message = "A number was bought, or is not in order."
  }

  assert {
    condition     = length(distinct(values(telephony_phone_number.this)[*].platform)) == 8
    error_message = "A number is not on the platform that it is meant for."
  }
}

run "a_changed_name_reaches_its_number" {
  variables {
    numbers = {
      support = {
        phone_number = "+14155550100"
        name         = "Support, day and night"
        voice_url    = "https://example.com/voice"
      }
    }
  }

  expect_failures = [check.every_number_is_managed] # the other seven have left the map

  assert {
    condition     = telephony_phone_number.this["support"].friendly_name == "Support, day and night"
    error_message = "The number has another name."
  }
}
