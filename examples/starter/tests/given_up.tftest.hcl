# A number that a destroy would give up shows in every plan.

mock_provider "telephony" {}

variables {
  numbers = {
    campaign = {
      phone_number       = "+14155550150"
      name               = "Summer campaign"
      release_on_destroy = "release"
    }
  }
}

run "a_number_that_ends_with_its_resource_is_warned_of" {
  override_resource {
    target = telephony_phone_number.this
    values = {
      status               = "active"
      destroy_irreversible = true
    }
  }

  expect_failures = [check.no_number_ends_with_its_resource]
}
