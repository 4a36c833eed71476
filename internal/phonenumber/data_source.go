package phonenumber

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
)

// DataSources are telephony_phone_number, telephony_phone_numbers and
// telephony_agents, for the table of services.
func DataSources(kinds kinds.Table) []func() datasource.DataSource {
	var all []func() datasource.DataSource
	for _, d := range []dataSource{
		{name: "phone_number", schema: numberSchema(kinds), timeout: readTimeout, read: readNumber},
		{name: "phone_numbers", schema: numbersSchema(kinds), timeout: listTimeout, read: readNumbers},
		{name: "agents", schema: agentsSchema(kinds), timeout: listTimeout, read: readAgents},
	} {
		d.kinds = kinds
		all = append(all, func() datasource.DataSource { return &d })
	}
	return all
}

var _ datasource.DataSourceWithConfigure = (*dataSource)(nil)

type dataSource struct {
	name    string // without the provider's
	schema  schema.Schema
	timeout time.Duration
	// read fills in what the configuration leaves to the services.
	read func(ctx context.Context, manager *lifecycle.Manager, config *model, diags *diag.Diagnostics)

	kinds   kinds.Table
	manager *lifecycle.Manager
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + d.name
}

func (d *dataSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	d.manager, _ = req.ProviderData.(*lifecycle.Manager)
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = d.schema
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	diags := &resp.Diagnostics
	defer makePrintable(diags)
	m := readModel(ctx, d.kinds, req.Config, diags)
	if diags.HasError() {
		return
	}
	if d.read(ctx, d.manager, m, diags); !diags.HasError() {
		diags.Append(resp.State.Set(ctx, m.object(diags))...)
	}
}
