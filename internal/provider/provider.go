// Package provider makes the telephony provider: configuration and environment
// go in, opened services come out. It is the only place that knows which
// services there are.
package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/telephony-iac/terraform-provider-telephony/internal/fastpath"
	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/lifecycle"
	"github.com/telephony-iac/terraform-provider-telephony/internal/phonenumber"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/external"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform/twilio"
)

// Address is the provider's address in the registries.
const Address = "registry.terraform.io/telephony-iac/telephony"

// typeName begins the names of all types of the provider.
const typeName = "telephony"

// What holds unless the configuration says otherwise.
const (
	defaultMaxRetries            = 6
	defaultMaxConcurrentRequests = 10
)

// guard is an argument that forbids something, whatever a resource says.
type guard struct{ argument, env string }

var (
	preventRelease  = guard{"prevent_release", "TELEPHONY_PREVENT_RELEASE"}
	preventPurchase = guard{"prevent_purchase", "TELEPHONY_PREVENT_PURCHASE"}
)

var (
	_ provider.Provider                   = (*telephony)(nil)
	_ provider.ProviderWithValidateConfig = (*telephony)(nil)
	_ provider.ProviderWithFunctions      = (*telephony)(nil)
	_ provider.ProviderWithListResources  = (*telephony)(nil)
)

type telephony struct {
	version string
	// What Options set; zero: the default of the package that it is for.
	waits        httpapi.WaitPolicy
	pollInterval time.Duration
	transport    http.RoundTripper
	singleReads  bool
	// direct is the resource for the fast paths; nil: there are none.
	direct *phonenumber.Resource
	// fastPaths puts fast paths before the framework's server; nil: fastpath.New does.
	fastPaths FastPaths
}

// Option changes how the provider talks to services. Tests shorten its waits
// and replace the network.
type Option func(*telephony)

// WithWaits replaces the waits between the attempts of a call.
func WithWaits(waits httpapi.WaitPolicy) Option {
	return func(p *telephony) { p.waits = waits }
}

// WithPollInterval replaces the time between two looks at something that a
// service does in its own time.
func WithPollInterval(interval time.Duration) Option {
	return func(p *telephony) { p.pollInterval = interval }
}

// WithTransport sends requests through transport instead of the network.
func WithTransport(transport http.RoundTripper) Option {
	return func(p *telephony) { p.transport = transport }
}

// WithSingleReads reads every number by itself, to measure what lists save.
func WithSingleReads() Option {
	return func(p *telephony) { p.singleReads = true }
}

// FastPaths puts fast paths for a type of resource before the framework's server.
type FastPaths = func(
	server tfprotov6.ProviderServer, typeName string, resource func() fastpath.Resource) tfprotov6.ProviderServer

// WithFastPaths replaces fastpath.New; nil does not.
func WithFastPaths(fastPaths FastPaths) Option {
	return func(p *telephony) { p.fastPaths = fastPaths }
}

// New returns the maker of the provider that Terraform's plugin servers take.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider { return newProvider(version, options) }
}

func newProvider(version string, options []Option) *telephony {
	p := &telephony{version: version}
	for _, option := range options {
		option(p)
	}
	return p
}

// Metadata names the provider.
func (p *telephony) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = typeName
	resp.Version = p.version
}

// Schema describes the provider's configuration.
func (p *telephony) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages phone numbers through their whole life, on the carrier that owns them and on the " +
			"voice platform that answers their calls. What a destroy does to a number is chosen per number, and is " +
			"shown in the plan before it happens.",
		Attributes: map[string]schema.Attribute{
			preventRelease.argument:  preventRelease.attribute("Whether every release is refused"),
			preventPurchase.argument: preventPurchase.attribute("Whether every purchase is refused"),
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "How often one call is tried again after a network fault or an answer of 500 to 599. " +
					"A call that is answered 429 (rate limit) is tried again until the operation's time-out instead. " +
					fmt.Sprintf("Defaults to `%d`.", defaultMaxRetries),
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(0)},
			},
			"max_concurrent_requests": schema.Int64Attribute{
				MarkdownDescription: "How many requests may be under way at one service at the same time. " +
					fmt.Sprintf("Defaults to `%d`.", defaultMaxConcurrentRequests),
				Optional:   true,
				Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
		},
		Blocks: map[string]schema.Block{},
	}
	for _, s := range services {
		resp.Schema.Blocks[s.kind.Name] = s.block()
	}
}

// block is the service's block in the schema. A nested block, unlike a nested
// attribute, makes Terraform refuse a misspelt argument.
func (s service) block() schema.SingleNestedBlock {
	attributes := map[string]schema.Attribute{}
	for _, argument := range s.kind.Arguments {
		description := argument.Description
		var validators []validator.String
		if argument.OneOf != nil {
			description += " One of `" + strings.Join(argument.OneOf, "`, `") + "`."
			validators = append(validators,
				stringvalidator.OneOf(append(slices.Clone(argument.OneOf), "")...)) // empty: not set
		}
		attributes[argument.Name] = schema.StringAttribute{
			MarkdownDescription: description + " Environment variable: `" + argument.Env + "`.",
			Optional:            true,
			Sensitive:           argument.Sensitive,
			Validators:          validators,
		}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "Access to " + s.kind.Title + ". Needed only if a number uses it.",
		Attributes:          attributes,
	}
}

// ValidateConfig refuses credentials that are alternatives to each other. The
// environment may hold both: it serves other programs too.
func (p *telephony) ValidateConfig(
	ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse,
) {
	for _, s := range services {
		configured, _, diags := readBlock(ctx, req.Config, s.kind.Name)
		resp.Diagnostics.Append(diags...)
		if set := s.conflict(configured); len(set) > 1 {
			resp.Diagnostics.AddAttributeError(
				path.Root(s.kind.Name).AtName(set[1]),
				"Conflicting credentials for "+s.kind.Title,
				fmt.Sprintf("%s are alternatives: keep one and remove the other.", strings.Join(set, " and ")),
			)
		}
	}
}

// Configure opens the services that configuration and environment give access
// to. It calls none of them: a service without credentials, or with ones that
// it will refuse, is an error only where a resource needs it.
func (p *telephony) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	noRelease, diags := preventRelease.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	noPurchase, diags := preventPurchase.read(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	options, diags := p.readOptions(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	opened := lifecycle.Services{
		Kinds:           table(),
		Carriers:        map[string]platform.Carrier{external.Kind.Name: external.Carrier{}},
		Platforms:       map[string]platform.Platform{},
		Unavailable:     map[string]error{},
		Unlisted:        map[string]error{},
		Unknown:         map[string]error{},
		SingleReads:     p.singleReads,
		PreventRelease:  noRelease,
		PreventPurchase: noPurchase,
	}
	blocks, arguments := map[string]platform.Arguments{}, map[string]platform.Arguments{}
	for _, s := range services {
		configured, unknown, diags := readBlock(ctx, req.Config, s.kind.Name)
		resp.Diagnostics.Append(diags...)
		if diags.HasError() {
			return
		}
		if unknown != nil {
			opened.Unknown[s.kind.Name] = s.unknown(unknown)
			continue
		}
		blocks[s.kind.Name] = configured
		// A platform is sent the carrier's credentials, too, and may quote them.
		options.Secrets = append(options.Secrets, s.secrets(s.resolve(configured))...)
	}
	for _, s := range services {
		configured, known := blocks[s.kind.Name]
		if !known {
			continue
		}
		resolved := s.resolve(configured)
		endpoint, err := s.connect(resolved)
		if missing, ok := errors.AsType[*platform.MissingArgument](err); ok {
			opened.Unavailable[s.kind.Name] = s.unavailable(missing, resolved)
			continue
		}
		if err != nil {
			resp.Diagnostics.Append(s.wrongArgument(err, configured))
			continue
		}
		arguments[s.kind.Name] = resolved
		if missing := unset(s.kind.ListNeeds, resolved); missing != nil {
			opened.Unlisted[s.kind.Name] = s.unavailable(&platform.MissingArgument{Names: missing}, resolved)
		}
		if s.open == nil {
			continue
		}
		carrier, on := s.open(connection{
			client:       httpapi.New(s.kind.Title, endpoint, s.describe, options),
			pollInterval: p.pollInterval,
			arguments:    arguments,
			carriers:     opened.Carriers,
		})
		if carrier != nil {
			opened.Carriers[s.kind.Name] = carrier
		}
		if on != nil {
			opened.Platforms[s.kind.Name] = on
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	opened.AccountSID = arguments[twilio.Kind.Name]["account_sid"]
	manager := lifecycle.New(opened)
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = manager, manager, manager
	if p.direct != nil {
		p.direct.Configure(ctx, resource.ConfigureRequest{ProviderData: manager}, &resource.ConfigureResponse{})
	}
}

// attribute is the argument in the schema.
func (g guard) attribute(what string) schema.Attribute {
	return schema.BoolAttribute{
		MarkdownDescription: what + ", at plan and at apply, whatever a resource says. " +
			"Defaults to `false`. A value that is not known before apply counts as `true`. " +
			"Environment variable: `" + g.env + "`.",
		Optional: true,
	}
}

// read decides for caution where the configuration is not known yet: a plan must
// not promise what the apply may refuse.
func (g guard) read(ctx context.Context, config tfsdk.Config) (bool, diag.Diagnostics) {
	var configured types.Bool
	diags := config.GetAttribute(ctx, path.Root(g.argument), &configured)
	if !configured.IsNull() {
		return configured.IsUnknown() || configured.ValueBool(), diags
	}
	value := os.Getenv(g.env)
	if value == "" {
		return false, diags
	}
	prevent, err := strconv.ParseBool(value)
	if err != nil {
		diags.AddError("Invalid "+g.env, fmt.Sprintf("The environment variable %s must be true or false, not %q. Correct or "+
			"unset it, or set %s in the provider's configuration.", g.env, value, g.argument))
	}
	return prevent, diags
}

// readOptions are those of every service's client.
func (p *telephony) readOptions(ctx context.Context, config tfsdk.Config) (httpapi.Options, diag.Diagnostics) {
	maxRetries, diags := readInt(ctx, config, "max_retries", defaultMaxRetries)
	maxConcurrent, more := readInt(ctx, config, "max_concurrent_requests", defaultMaxConcurrentRequests)
	diags.Append(more...)
	return httpapi.Options{
		MaxRetries:    maxRetries,
		MaxConcurrent: maxConcurrent,
		Wait:          p.waits,
		UserAgent:     "terraform-provider-telephony/" + p.version,
		Transport:     p.transport,
		Log: func(ctx context.Context, message string, fields map[string]any) {
			tflog.Debug(ctx, message, fields)
		},
	}, diags
}

// readInt returns the default for a number that is not set or not known yet.
func readInt(ctx context.Context, config tfsdk.Config, name string, otherwise int) (int, diag.Diagnostics) {
	var configured types.Int64
	diags := config.GetAttribute(ctx, path.Root(name), &configured)
	if configured.IsNull() || configured.IsUnknown() {
		return otherwise, diags
	}
	return int(configured.ValueInt64()), diags
}

// wrongArgument blames an argument where it was set: at its place in the
// configuration, or by the name of its variable.
func (s service) wrongArgument(err error, configured platform.Arguments) diag.Diagnostic {
	wrong, ok := errors.AsType[*platform.ArgumentError](err)
	if !ok {
		return diag.NewErrorDiagnostic("Unable to configure "+s.kind.Title, fmt.Sprintf(
			"%s cannot be used with this configuration: %v.", s.kind.Title, err))
	}
	if configured[wrong.Name] == "" {
		variable := s.argument(wrong.Name).Env
		return diag.NewErrorDiagnostic("Invalid "+variable, fmt.Sprintf(
			"The environment variable %s %v. Correct or unset it, or set %s in the provider's %s block.",
			variable, wrong.Err, wrong.Name, s.kind.Name))
	}
	return diag.NewAttributeErrorDiagnostic(path.Root(s.kind.Name).AtName(wrong.Name),
		"Invalid argument for "+s.kind.Title, fmt.Sprintf("In the provider's %s block, %s %v.", s.kind.Name, wrong.Name, wrong.Err))
}

// Resources lists the provider's resources.
func (p *telephony) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		func() resource.Resource { return phonenumber.New(table()) },
	}
}

// DataSources lists the provider's data sources.
func (p *telephony) DataSources(context.Context) []func() datasource.DataSource {
	return phonenumber.DataSources(table())
}

// ListResources lists what the provider can list for a query.
func (p *telephony) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		func() list.ListResource { return phonenumber.NewListResource(table()) },
	}
}

// Functions lists the provider's functions.
func (p *telephony) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return e164Function{} },
	}
}
