package phonenumber

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

func agentsSchema(kinds kinds.Table) schema.Schema {
	var names, arguments []string
	for _, kind := range kinds.Platforms() {
		names = append(names, kind.Name)
		arguments = append(arguments, kind.Agent+"` of `"+kind.Name)
	}
	return schema.Schema{
		MarkdownDescription: "The agents that a platform has, so that a configuration can name them instead of having their " +
			"identifiers from a dashboard.",
		Attributes: map[string]schema.Attribute{
			"service": schema.StringAttribute{
				MarkdownDescription: "Platform whose agents to list: " + quoted(names) + ".",
				Required:            true,
				Validators:          []validator.String{stringvalidator.OneOf(names...)},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the agents to list, in which `*` stands for any characters, such as `Support*`. " +
					"Capital letters matter. By default all are listed.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"agents": schema.ListNestedAttribute{
				MarkdownDescription: "The agents, ordered by name and then by identifier.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: allReported(agentFields(arguments))},
			},
		},
	}
}

// agentFields are what is told of an agent. The arguments name where its
// identifier goes.
func agentFields(arguments []string) []platform.Field {
	return []platform.Field{
		{Name: "id", Description: "Identifier of the agent, for the argument of the platform's block: " + quoted(arguments) + "."},
		{Name: "name", Description: "Name of the agent; null if it has none. Nothing keeps two agents from having the same."},
	}
}

func readAgents(ctx context.Context, manager *lifecycle.Manager, config *model, diags *diag.Diagnostics) {
	all, err := manager.Agents(ctx, config.text("service"))
	if err != nil {
		diags.AddError("Unable to list agents", sentence(err.Error()))
		return
	}
	rows := []platform.Values{}
	for _, agent := range all {
		if matches(config.text("name"), agent.Name) {
			rows = append(rows, platform.Values{"id": agent.ID, "name": platform.TextOrNil(agent.Name)})
		}
	}
	config.set("agents", rows)
}
