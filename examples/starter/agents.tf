# The agents of the platforms that the numbers are on: a call for each page of their lists in every plan.

locals {
  platforms = ["nixflex", "resemble", "retell", "vapi", "elevenlabs", "synthflow"]

  # Identifiers by platform and name. Where two agents have one name, the plan fails: rename one of them.
  agents = {
    for platform in local.platforms : platform => {
      for agent in try(data.telephony_agents.of[platform].agents, []) : agent.name => agent.id if agent.name != null
    }
  }
}

data "telephony_agents" "of" {
  for_each = toset([
    for platform in local.platforms : platform
    if anytrue([for number in var.numbers : number[platform] != null])
  ])

  service = each.key
}
