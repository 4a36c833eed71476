package fastpath_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const typeName = "telephony_phone_number"

// world is a configured provider with a simulated Twilio.
type world struct {
	testing.TB

	server tfprotov6.ProviderServer
	sim    *simulator.Server
	block  *tfprotov6.SchemaBlock
	object tftypes.Object
}

func newWorld(tb testing.TB, options ...provider.Option) *world {
	tb.Helper()
	w := &world{TB: tb, sim: simulator.New(), server: provider.NewServer("test", options...)()}
	server := httptest.NewServer(w.sim)
	tb.Cleanup(func() {
		w.sim.Close()
		server.Close()
	})
	ctx := context.Background()
	schemas, err := w.server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	w.must(err, schemas.Diagnostics)
	w.block = schemas.ResourceSchemas[typeName].Block
	w.object, _ = w.block.ValueType().(tftypes.Object)
	providerType, _ := schemas.Provider.ValueType().(tftypes.Object)
	twilioType, _ := providerType.AttributeTypes["twilio"].(tftypes.Object)
	configured, err := w.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{
		Config: w.encode(object(providerType, map[string]tftypes.Value{
			"twilio": object(twilioType, map[string]tftypes.Value{
				"account_sid": text(simulator.DefaultAccountSID), "auth_token": text(simulator.DefaultAuthToken),
				"base_url": text(server.URL + "/twilio"),
			}),
		})),
	})
	w.must(err, configured.Diagnostics)
	return w
}

func (w *world) must(err error, diagnostics []*tfprotov6.Diagnostic) {
	w.Helper()
	for _, d := range diagnostics {
		w.Fatalf("%s: %s", d.Summary, d.Detail)
	}
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) encode(v tftypes.Value) *tfprotov6.DynamicValue {
	w.Helper()
	encoded, err := tfprotov6.NewDynamicValue(v.Type(), v)
	w.must(err, nil)
	return &encoded
}

// attributes are those of an object of the resource.
func (w *world) attributes(encoded *tfprotov6.DynamicValue) map[string]tftypes.Value {
	w.Helper()
	value, err := encoded.Unmarshal(w.object)
	w.must(err, nil)
	attributes := map[string]tftypes.Value{}
	w.must(value.As(&attributes), nil)
	return attributes
}

func text(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

// object is null in all but the given attributes.
func object(t tftypes.Object, given map[string]tftypes.Value) tftypes.Value {
	attributes := map[string]tftypes.Value{}
	for name, inner := range t.AttributeTypes {
		attributes[name] = tftypes.NewValue(inner, nil)
		if value, ok := given[name]; ok {
			attributes[name] = value
		}
	}
	return tftypes.NewValue(t, attributes)
}

// number is one number as Terraform holds it, with its configuration.
type number struct {
	config, state *tfprotov6.DynamicValue
	private       []byte
	identity      *tfprotov6.ResourceIdentityData
}

// own has n numbers owned and in state as they are configured.
func (w *world) own(n int) []number {
	w.Helper()
	numbers := make([]number, n)
	for i := range numbers {
		name := fmt.Sprintf("+1415555%04d", i)
		w.sim.Twilio().AddNumber(simulator.TwilioNumber{
			PhoneNumber: name, FriendlyName: "Line", VoiceURL: "https://example.com/voice",
		})
		imported, err := w.server.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{
			TypeName: typeName, ID: name,
		})
		w.must(err, imported.Diagnostics)
		one := imported.ImportedResources[0]
		read := number{state: one.State, private: one.Private, identity: one.Identity}
		for range 2 { // the second comes after the import
			read = w.read(read)
		}
		read.config = w.encode(object(w.object, map[string]tftypes.Value{
			"phone_number": text(name), "friendly_name": text("Line"), "voice_url": text("https://example.com/voice"),
		}))
		numbers[i] = read
	}
	return numbers
}

func (w *world) read(n number) number {
	w.Helper()
	resp, err := w.server.ReadResource(context.Background(), &tfprotov6.ReadResourceRequest{
		TypeName: typeName, CurrentState: n.state, Private: n.private, CurrentIdentity: n.identity,
	})
	w.must(err, resp.Diagnostics)
	return number{config: n.config, state: resp.NewState, private: resp.Private, identity: resp.NewIdentity}
}

func (w *world) plan(n number) *tfprotov6.PlanResourceChangeResponse {
	w.Helper()
	resp, err := w.server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: n.state, ProposedNewState: n.state, Config: n.config, PriorPrivate: n.private,
		PriorIdentity: n.identity,
	})
	w.must(err, nil)
	return resp
}

// planCreation plans a number that is not in state, as Terraform proposes it: what
// the configuration leaves to the provider is unknown or null.
func (w *world) planCreation(config tftypes.Value, leftUnknown bool, private []byte) *tfprotov6.PlanResourceChangeResponse {
	w.Helper()
	proposed := config
	if attributes := w.attributes(w.encode(config)); leftUnknown {
		for _, attribute := range w.block.Attributes {
			if attribute.Computed && attributes[attribute.Name].IsNull() {
				attributes[attribute.Name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
			}
		}
		proposed = tftypes.NewValue(w.object, attributes)
	}
	resp, err := w.server.PlanResourceChange(context.Background(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: typeName, PriorState: w.encode(tftypes.NewValue(w.object, nil)), ProposedNewState: w.encode(proposed),
		Config: w.encode(config), PriorPrivate: private,
	})
	w.must(err, nil)
	return resp
}

func (w *world) validate(config *tfprotov6.DynamicValue) {
	w.Helper()
	_, err := w.server.ValidateResourceConfig(context.Background(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: typeName, Config: config,
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	w.must(err, nil)
}

func (w *world) upgrade(stored []byte) {
	w.Helper()
	_, err := w.server.UpgradeResourceState(context.Background(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: typeName, RawState: &tfprotov6.RawState{JSON: stored},
	})
	w.must(err, nil)
}
