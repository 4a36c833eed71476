package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Foreign is another provider beside the one under test. The CLI wants a
// provider for all that is in state. This one has resource types with an ID, can
// be configured, and reads its own state; any further call is a crash.
type Foreign struct {
	tfprotov6.ProviderServer // nil

	resourceTypes []string

	mu    sync.Mutex
	calls []string
}

// Foreign lets the CLI find another provider by its addresses in the registries.
func (c *CLI) Foreign(addresses []string, resourceTypes ...string) *Foreign {
	c.t.Helper()
	f := &Foreign{resourceTypes: resourceTypes}
	for _, address := range addresses {
		c.attach(address, func() tfprotov6.ProviderServer { return f })
	}
	return f
}

// Calls are those so far that are about more than the provider's schema.
func (f *Foreign) Calls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *Foreign) called(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, name)
}

// GetProviderSchema is Terraform's first question.
func (f *Foreign) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	resp := &tfprotov6.GetProviderSchemaResponse{
		Provider:        &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
		ResourceSchemas: map[string]*tfprotov6.Schema{},
	}
	for _, name := range f.resourceTypes {
		resp.ResourceSchemas[name] = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "id", Type: tftypes.String, Computed: true},
		}}}
	}
	return resp, nil
}

// GetResourceIdentitySchemas is asked by newer CLIs.
func (f *Foreign) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

// ValidateProviderConfig has nothing to say.
func (f *Foreign) ValidateProviderConfig(
	_ context.Context, req *tfprotov6.ValidateProviderConfigRequest,
) (*tfprotov6.ValidateProviderConfigResponse, error) {
	f.called("ValidateProviderConfig")
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

// ConfigureProvider needs no configuration.
func (f *Foreign) ConfigureProvider(
	context.Context, *tfprotov6.ConfigureProviderRequest,
) (*tfprotov6.ConfigureProviderResponse, error) {
	f.called("ConfigureProvider")
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

// UpgradeResourceState reads the ID.
func (f *Foreign) UpgradeResourceState(
	_ context.Context, req *tfprotov6.UpgradeResourceStateRequest,
) (*tfprotov6.UpgradeResourceStateResponse, error) {
	f.called("UpgradeResourceState")
	var state struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(req.RawState.JSON, &state); err != nil {
		return nil, err
	}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, map[string]tftypes.Value{
		"id": tftypes.NewValue(tftypes.String, state.ID),
	}))
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &value}, err
}

// ReadResource finds everything as it was.
func (f *Foreign) ReadResource(
	_ context.Context, req *tfprotov6.ReadResourceRequest,
) (*tfprotov6.ReadResourceResponse, error) {
	f.called("ReadResource")
	return &tfprotov6.ReadResourceResponse{NewState: req.CurrentState, Private: req.Private}, nil
}

// ForeignState writes the state of the folder: one resource, with the attributes
// as its provider wrote them, in JSON.
func (c *CLI) ForeignState(address, resourceType, name string, schemaVersion int, attributes string) {
	c.t.Helper()
	c.SetStateFile(fmt.Sprintf(`{
  "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "5d7d8a36-0d5f-4a0e-8a3f-5f3c1c7f2b10",
  "outputs": {},
  "resources": [{
    "mode": "managed", "type": %q, "name": %q, "provider": "provider[\"%s\"]",
    "instances": [{"schema_version": %d, "attributes": %s, "sensitive_attributes": [], "private": "bnVsbA=="}]
  }],
  "check_results": null
}
`, resourceType, name, address, schemaVersion, attributes))
}

// StateFile is the state of the folder as the CLI keeps it.
func (c *CLI) StateFile() string {
	c.t.Helper()
	text, err := os.ReadFile(c.stateFile())
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// SetStateFile replaces the state of the folder.
func (c *CLI) SetStateFile(text string) {
	c.t.Helper()
	if err := os.WriteFile(c.stateFile(), []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

func (c *CLI) stateFile() string { return filepath.Join(c.dir, "terraform.tfstate") }
