package acctest

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
)

// Import by identity needs Terraform or OpenTofu 1.12, a query Terraform 1.14: newer
// than the CLI that tests may have. So these examples are read here, as Terraform reads
// them, and what they say is asked of the provider over the protocol.

const byIdentity = "import-by-identity.tf"

// parseExample reads an example of Terraform's language.
func parseExample(t *testing.T, name string) hcl.Body {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCLFile(filepath.Join(examplesDir, name))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return file.Body
}

// readBlocks are the blocks of that type in the body; the rest is not allowed.
func readBlocks(t *testing.T, body hcl.Body, blockType string, labels ...string) hcl.Blocks {
	t.Helper()
	content, diags := body.Content(&hcl.BodySchema{
		Blocks: []hcl.BlockHeaderSchema{{Type: blockType, LabelNames: labels}},
	})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return content.Blocks
}

// literal is the value of an expression that refers to nothing.
func literal(t *testing.T, expression hcl.Expression) any {
	t.Helper()
	v, diags := expression.Value(nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	switch v.Type().FriendlyName() {
	case "string":
		return v.AsString()
	case "bool":
		return v.True()
	case "number":
		n, _ := v.AsBigFloat().Int64()
		return int(n)
	}
	values := Values{}
	for name, element := range v.AsValueMap() {
		values[name] = element.AsString()
	}
	return values
}

func TestExampleImportByIdentityImports(t *testing.T) {
	sim := startExample(t, importable)
	imports := readBlocks(t, parseExample(t, "resources/telephony_phone_number/"+byIdentity), "import")
	if len(imports) == 0 {
		t.Fatal("the example imports nothing")
	}
	for _, block := range imports {
		content, diags := block.Body.Content(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{
			{Name: "to", Required: true}, {Name: "identity", Required: true},
		}})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		to := content.Attributes["to"].Expr.Variables()[0]
		resource := sim.Driver(t, nil).Resource(to.RootName())
		identity, _ := literal(t, content.Attributes["identity"].Expr).(Values)
		if told := resource.ImportByIdentity(identity); told.Failed() {
			t.Errorf("%+v", told)
		}
		for name, value := range identity {
			if resource.Identity()[name] != value {
				t.Errorf("%s is %v in the identity, %v in the example", name, resource.Identity()[name], value)
			}
		}
	}
}

// The same by a CLI that knows identities.
func TestAccExampleImportByIdentityPlansEmpty(t *testing.T) {
	const folder = "resources/telephony_phone_number"
	sim := startExample(t, importable)
	cli := sim.CLI(t)
	var version struct {
		Number string `json:"terraform_version"` // OpenTofu's, too
	}
	if err := json.Unmarshal([]byte(cli.Must(0, "version", "-json").Stdout), &version); err != nil {
		t.Fatal(err)
	}
	var minor int
	if n, err := fmt.Sscanf(version.Number, "1.%d.", &minor); n != 1 || minor < 12 {
		t.Skipf("import by identity needs 1.12, this is %s: %v", version.Number, err)
	}
	cli.Configure(readExample(t, folder+"/"+byIdentity) + importedExample(t, folder, "nixflex"))
	_, plan := cli.Plan("-target=telephony_phone_number.nixflex")
	if plan == nil || len(plan.ResourceChanges) != 1 || !plan.ResourceChanges[0].Change.Actions.NoOp() {
		t.Fatalf("the plan is not an import alone: %+v", plan)
	}
	cli.Apply("-target=telephony_phone_number.nixflex")
	cli.Must(0, "plan", "-input=false", "-detailed-exitcode", "-target=telephony_phone_number.nixflex")
}

func TestExampleQueriesList(t *testing.T) {
	sim := startExample(t, importable)
	sim.Twilio().RemoveNumber("+14155550150") // Nixflex still lists it
	files, err := filepath.Glob(filepath.Join(examplesDir, "list-resources", "*", "*.tfquery.hcl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		name, _ := filepath.Rel(examplesDir, file)
		for _, block := range readBlocks(t, parseExample(t, name), "list", "type", "name") {
			content, diags := block.Body.Content(&hcl.BodySchema{
				Attributes: []hcl.AttributeSchema{{Name: "provider", Required: true}, {Name: "limit"}, {Name: "include_resource"}},
				Blocks:     []hcl.BlockHeaderSchema{{Type: "config"}},
			})
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			query := Query{Config: Values{}}
			if limit, ok := content.Attributes["limit"]; ok {
				query.Limit, _ = literal(t, limit.Expr).(int)
			}
			if include, ok := content.Attributes["include_resource"]; ok {
				query.IncludeResource, _ = literal(t, include.Expr).(bool)
			}
			for _, config := range content.Blocks {
				attributes, diags := config.Body.JustAttributes()
				if diags.HasErrors() {
					t.Fatal(diags)
				}
				for name, attribute := range attributes {
					query.Config[name] = literal(t, attribute.Expr)
				}
			}
			found, told := sim.Driver(t, Values{"synthflow": Values{
				"api_key": "key-of-the-example", "workspace_id": "1710107690998x536152705164378100",
				"base_url": sim.URL + "/synthflow",
			}}).Query(block.Labels[0], query, nil)
			if len(told) > 0 || len(found) == 0 {
				t.Errorf("%s: %d results, %+v", strings.Join(block.Labels, "."), len(found), told)
			}
		}
	}
}
