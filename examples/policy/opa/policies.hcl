# A policy set for HCP Terraform: a policy for each rule, so that a denial stops a run and a warning does not.
policy "deny_unreadable_plan" {
  query             = "data.main.deny_unreadable_plan"
  enforcement_level = "mandatory"
}

policy "deny_irreversible_destroy" {
  query             = "data.main.deny_irreversible_destroy"
  enforcement_level = "mandatory"
}

policy "deny_tainted_release" {
  query             = "data.main.deny_tainted_release"
  enforcement_level = "mandatory"
}

policy "deny_release_enabled_and_removed" {
  query             = "data.main.deny_release_enabled_and_removed"
  enforcement_level = "mandatory"
}

policy "deny_too_many_releases" {
  query             = "data.main.deny_too_many_releases"
  enforcement_level = "mandatory"
}

policy "deny_too_many_purchases" {
  query             = "data.main.deny_too_many_purchases"
  enforcement_level = "mandatory"
}

policy "deny_ended_and_created" {
  query             = "data.main.deny_ended_and_created"
  enforcement_level = "mandatory"
}

policy "warn_corrupted" {
  query             = "data.main.warn_corrupted"
  enforcement_level = "advisory"
}

policy "warn_purchase" {
  query             = "data.main.warn_purchase"
  enforcement_level = "advisory"
}
