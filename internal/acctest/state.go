package acctest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	tfjson "github.com/hashicorp/terraform-json"
)

// stateFile is a state as the CLI stores it, in version 4 of its format.
type stateFile struct {
	Version   int                     `json:"version"`
	Terraform string                  `json:"terraform_version"`
	Serial    int                     `json:"serial"`
	Lineage   string                  `json:"lineage"`
	Outputs   map[string]storedOutput `json:"outputs"`
	Resources []storedResource        `json:"resources"`
}

type storedOutput struct {
	Value     any  `json:"value"`
	Sensitive bool `json:"sensitive,omitempty"`
}

type storedResource struct {
	Module    string           `json:"module,omitempty"`
	Mode      string           `json:"mode"`
	Type      string           `json:"type"`
	Name      string           `json:"name"`
	Provider  string           `json:"provider"`
	Instances []storedInstance `json:"instances"`
}

type storedInstance struct {
	IndexKey      any             `json:"index_key,omitempty"`
	Status        string          `json:"status,omitempty"` // "tainted", or nothing
	Deposed       string          `json:"deposed,omitempty"`
	SchemaVersion uint64          `json:"schema_version"`
	Attributes    json.RawMessage `json:"attributes"`
	Private       []byte          `json:"private,omitempty"`
	// Of a CLI that knows identities, since 1.12.
	IdentitySchemaVersion *uint64        `json:"identity_schema_version,omitempty"`
	Identity              map[string]any `json:"identity,omitempty"`
}

// stored reads the state of the folder. There may be none yet.
func (c *CLI) stored() (stored stateFile) {
	c.t.Helper()
	text, err := os.ReadFile(c.stateFile())
	if errors.Is(err, fs.ErrNotExist) {
		return stored
	}
	if err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(text, &stored); err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return stored
}

// State is the state as a policy tool reads it: what `show -json` says of a state
// without modules, but for what is sensitive. It is read from the file, which takes no
// process.
func (c *CLI) State() *tfjson.State {
	c.t.Helper()
	stored := c.stored()
	state := &tfjson.State{FormatVersion: "1.0", TerraformVersion: stored.Terraform}
	if len(stored.Outputs)+len(stored.Resources) == 0 {
		return state
	}
	state.Values = &tfjson.StateValues{RootModule: &tfjson.StateModule{}}
	for name, output := range stored.Outputs {
		if state.Values.Outputs == nil {
			state.Values.Outputs = map[string]*tfjson.StateOutput{}
		}
		state.Values.Outputs[name] = &tfjson.StateOutput{Value: output.Value, Sensitive: output.Sensitive}
	}
	for _, r := range stored.Resources {
		if r.Module != "" {
			c.t.Fatalf("%s.%s is in %s: State knows no modules", r.Type, r.Name, r.Module)
		}
		for _, instance := range r.Instances {
			state.Values.RootModule.Resources = append(state.Values.RootModule.Resources, c.inState(r, instance))
		}
	}
	return state
}

func (c *CLI) inState(r storedResource, instance storedInstance) *tfjson.StateResource {
	c.t.Helper()
	shown := &tfjson.StateResource{
		Address: r.Type + "." + r.Name, Mode: tfjson.ResourceMode(r.Mode), Type: r.Type, Name: r.Name, Index: instance.IndexKey,
		SchemaVersion: instance.SchemaVersion, Tainted: instance.Status == "tainted", DeposedKey: instance.Deposed,
	}
	if instance.Identity != nil {
		shown.IdentitySchemaVersion, shown.IdentityValues = instance.IdentitySchemaVersion, instance.Identity
	}
	if _, err := fmt.Sscanf(r.Provider, "provider[%q]", &shown.ProviderName); err != nil {
		c.t.Fatalf("%s: %v", r.Provider, err)
	}
	if shown.Mode == tfjson.DataResourceMode {
		shown.Address = "data." + shown.Address
	}
	switch key := instance.IndexKey.(type) {
	case string:
		shown.Address += "[" + strconv.Quote(key) + "]"
	case float64:
		shown.Address += fmt.Sprintf("[%d]", int(key))
	}
	if err := json.Unmarshal(instance.Attributes, &shown.AttributeValues); err != nil {
		c.t.Fatal(err)
	}
	return shown
}

// shown is the state as `show -json` has it.
func (c *CLI) shown() *tfjson.State {
	c.t.Helper()
	state := &tfjson.State{}
	if err := json.Unmarshal([]byte(c.Must(0, "show", "-json").Stdout), state); err != nil {
		c.t.Fatalf("show -json: %v", err)
	}
	return state
}
