package phonenumber

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ datasource.DataSourceWithConfigure = (*AgentsDataSource)(nil)

// AgentsDataSource is telephony_agents.
type AgentsDataSource struct {
	kinds   kinds.Table
	manager *lifecycle.Manager
}

// NewAgentsDataSource makes the data source for the table of services.
func NewAgentsDataSource(kinds kinds.Table) *AgentsDataSource {
	return &AgentsDataSource{kinds: kinds}
}

// Metadata names the data source.
func (d *AgentsDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_agents"
}

// Configure takes the manager that the provider made.
func (d *AgentsDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.manager = managerOf(req.ProviderData, &resp.Diagnostics)
}

// Schema describes the data source.
func (d *AgentsDataSource) Schema(
	_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse,
) {
	var names, arguments []string
	for _, kind := range d.kinds.Platforms() {
		names = append(names, kind.Name)
		arguments = append(arguments, kind.Agent+"` of `"+kind.Name)
	}
	resp.Schema = schema.Schema{
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

// Read lists the agents.
func (d *AgentsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	m := readModel(ctx, d.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	service := m.text("service")
	all, err := d.manager.Agents(ctx, service)
	if err != nil {
		diags.AddError("Unable to list agents", sentence(err.Error()))
		return
	}
	rows := []platform.Values{}
	for _, agent := range all {
		if matchesName(m.text("name"), agent.Name) {
			rows = append(rows, platform.Values{"id": agent.ID, "name": platform.TextOrNil(agent.Name)})
		}
	}
	m.set("agents", rows)
	diags.Append(resp.State.Set(ctx, m.object(diags))...)
}

// matchesName says whether a name fits a pattern, in which * stands for any
// characters; empty: any name does.
func matchesName(pattern, name string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return name == pattern
	}
	rest, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		if _, rest, ok = strings.Cut(rest, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, last)
}
