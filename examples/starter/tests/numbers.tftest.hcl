# terraform test: no account, no simulator, no call. Needs Terraform 1.7 or OpenTofu 1.8.

mock_provider "telephony" {
  # A mock makes up what the provider computes. What a condition asks for has to be said.
  mock_resource "telephony_phone_number" {
    defaults = {
      status               = "active" # or the postcondition fails
      status_reason        = ""
      destroy_action       = "detach"
      destroy_irreversible = false
      destroy_steps        = ["Nothing: the number is a mock."]
    }
  }

  # Lists of objects cannot be made up and are empty: neither data source has anything, so that an agent is named by its
  # identifier here.
}

variables {
  numbers = {
    support = {
      phone_number = "+14155550100"
      name         = "Support line"
      voice_url    = "https://example.com/voice"
    }
    oakland = {
      phone_number = "+14155550150"
      name         = "Branch in Oakland"
      nixflex      = { agent = "agent_0123456789abcdef" }
    }
  }
}

run "every_number_of_the_map_is_managed_and_kept" {
  assert {
    condition     = length(output.numbers) == length(var.numbers)
    error_message = "The configuration does not manage every number of the map."
  }

  assert {
    condition     = alltrue([for number in telephony_phone_number.this : number.release_on_destroy == "detach"])
    error_message = "A destroy would not keep every number."
  }

  assert {
    condition     = telephony_phone_number.this["oakland"].nixflex.agent_id == "agent_0123456789abcdef"
    error_message = "Oakland is not answered by its agent."
  }
}

run "a_number_on_two_platforms_is_refused" {
  command = plan

  variables {
    numbers = {
      twice = {
        phone_number = "+14155550150"
        name         = "Twice"
        nixflex      = { agent = "agent_0123456789abcdef" }
        resemble     = { agent = "7f0e4d1c-52a6-4b0e-9d3a-1c2b3a4d5e6f" }
      }
    }
  }

  expect_failures = [var.numbers]
}
