package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// ReadDataSource reads a data source, as a plan does. It is nil where that fails.
func (d *Driver) ReadDataSource(typeName string, config Values) (Values, Diagnostics) {
	d.t.Helper()
	schema, ok := d.schemas.DataSourceSchemas[typeName]
	if !ok {
		d.t.Fatalf("the provider has no data source %s", typeName)
	}
	configured := d.encode(d.value(schema.ValueType(), config, typeName))
	validated, err := d.during(planWalk).ValidateDataResourceConfig(d.context(),
		&tfprotov6.ValidateDataResourceConfigRequest{TypeName: typeName, Config: configured})
	d.must(err, nil)
	diags := d.told(validated.Diagnostics)
	if diags.Failed() {
		return nil, diags
	}
	read, err := d.during(planWalk).ReadDataSource(d.context(),
		&tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: configured})
	d.must(err, nil)
	diags = append(diags, d.told(read.Diagnostics)...)
	if diags.Failed() {
		return nil, diags
	}
	state := d.decode(read.State, schema.ValueType())
	if state.IsNull() || !state.IsFullyKnown() {
		d.broken("read of a data source", []string{"the result must be known and not null"})
	}
	return d.values(state), diags
}

// Query is a list block of terraform query.
type Query struct {
	Config          Values
	Limit           int // 0: none
	IncludeResource bool
}

// Listed is a resource in the answer to a Query.
type Listed struct {
	DisplayName string
	Identity    Values
	Resource    Values // nil unless the query includes it
}

// Query lists resources. It takes what is listed to each until that says that it
// has enough, as Terraform does at the limit; nil: it takes all.
func (d *Driver) Query(typeName string, query Query, each func(Listed) bool) ([]Listed, Diagnostics) {
	d.t.Helper()
	schema, ok := d.schemas.ListResourceSchemas[typeName]
	if !ok {
		d.t.Fatalf("the provider cannot list %s", typeName)
	}
	server, ok := d.during(planWalk).(tfprotov6.ListResourceServer)
	if !ok {
		d.t.Fatal("the provider's server cannot list resources")
	}
	config := d.encode(d.value(schema.ValueType(), query.Config, typeName))
	validated, err := server.ValidateListResourceConfig(d.context(),
		&tfprotov6.ValidateListResourceConfigRequest{TypeName: typeName, Config: config})
	d.must(err, nil)
	diags := d.told(validated.Diagnostics)
	if diags.Failed() {
		return nil, diags
	}
	stream, err := server.ListResource(d.context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: config, Limit: int64(query.Limit), IncludeResource: query.IncludeResource,
	})
	d.must(err, nil)
	var all []Listed
	for result := range stream.Results {
		diags = append(diags, d.told(result.Diagnostics)...)
		if diags.Failed() {
			break
		}
		listed := Listed{DisplayName: result.DisplayName, Identity: d.identity(typeName, result.Identity)}
		if listed.Identity == nil {
			d.broken("list", []string{"each result must have an identity"})
		}
		if result.Resource != nil {
			listed.Resource = d.values(d.decode(result.Resource, d.schemas.ResourceSchemas[typeName].ValueType()))
		}
		all = append(all, listed)
		if each != nil && !each(listed) {
			break
		}
	}
	return all, diags
}
