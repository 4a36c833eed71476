package acctest

// folder is a working folder of one resource, in which the Driver stands in for the
// CLI.
type folder struct {
	d      *Driver
	r      *Resource
	name   string // of the resource
	config Values // of the resource; nil: it is not configured
}

func newFolder(d *Driver) folder {
	d.t.Helper()
	return folder{d: d, r: d.Resource(numberType), name: "this"}
}

// address is where the resource stands.
func (f *folder) address() string { return numberType + "." + f.name }

// configure takes a configuration. Its diagnostics are those which Terraform has for
// what the schemas do not allow.
func (f *folder) configure(found blocks) (diags Diagnostics) {
	f.d.t.Helper()
	arguments, wrong := f.d.evaluate(found.provider, f.d.schemas.Provider.Block)
	f.config = nil
	if found.resource != nil {
		config, more := f.d.evaluate(found.resource, f.r.block)
		f.name, f.config, wrong = found.name, config, append(wrong, more...)
	}
	for _, d := range wrong {
		diags = append(diags, Diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail})
	}
	if diags == nil {
		f.d.arguments = arguments
	}
	return diags
}

// plan refreshes and plans as the CLI does. Like Terraform a destroy that refreshes
// plans as configured first, and keeps nothing of that plan but its errors. A plan that
// is not applied keeps nothing of the refresh, either: restore puts the state back,
// which a plan that fails has done already.
func (f *folder) plan(destroy, refresh bool) (p *Plan, diags Diagnostics, restore func()) {
	f.d.t.Helper()
	held, empty := f.r.object, f.r.State() == nil
	restore = func() { f.r.object = held }
	if refresh {
		diags = f.refresh()
	} else {
		diags = f.d.Configured()
	}
	p = &Plan{Action: NoOp}
	if diags.Failed() {
		return p, diags, restore
	}
	switch {
	case f.config == nil, destroy && empty:
		p = f.r.PlanDestroy()
	case !destroy || refresh:
		p = f.r.Plan(f.config)
	}
	if destroy && !p.Diagnostics.Failed() {
		f.d.Restart()
		p = f.r.PlanDestroy()
	}
	if diags = append(diags, p.Diagnostics...); diags.Failed() {
		restore()
	}
	return p, diags, restore
}

// refresh reads, as the CLI does before it plans.
func (f *folder) refresh() Diagnostics {
	f.d.t.Helper()
	diags := f.d.Configured()
	if !diags.Failed() {
		diags = append(diags, f.r.Read()...)
	}
	return diags
}

// imports brings an object into state.
func (f *folder) imports(id string) Diagnostics {
	f.d.t.Helper()
	diags := f.d.Configured()
	if !diags.Failed() {
		diags = append(diags, f.r.Import(id)...)
	}
	return diags
}
