# The agent of that name. one() fails where several have it, and is null where none has.
data "telephony_agents" "support" {
  service = "nixflex"
  name    = "Support"
}

resource "telephony_phone_number" "support" {
  phone_number = "+14155550150"

  nixflex {
    agent_id = one(data.telephony_agents.support.agents[*].id)
  }
}

# All of them.
data "telephony_agents" "all" {
  service = "nixflex"
}

output "agents" {
  value = { for agent in data.telephony_agents.all.agents : agent.id => agent.name }
}
