// Command providerschema prints the provider's schema as `terraform providers
// schema -json` does, for tfplugindocs. It asks the provider itself, since
// what a CLI prints depends on which one it is: identities need Terraform
// 1.12, list resources 1.14, and OpenTofu leaves the latter out. So the
// documentation is the same on every machine, and needs no CLI at all.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "providerschema:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := providerserver.NewProtocol6WithError(provider.New("docs")())()
	if err != nil {
		return err
	}
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	if diagnostics := append(schemas.Diagnostics, identities.Diagnostics...); len(diagnostics) > 0 {
		return fmt.Errorf("%s: %s", diagnostics[0].Summary, diagnostics[0].Detail)
	}
	return json.NewEncoder(os.Stdout).Encode(object{
		"format_version": "1.0",
		"provider_schemas": object{"telephony": object{
			"provider":                  schema(schemas.Provider),
			"resource_schemas":          each(schemas.ResourceSchemas, schema),
			"data_source_schemas":       each(schemas.DataSourceSchemas, schema),
			"list_resource_schemas":     each(schemas.ListResourceSchemas, schema),
			"functions":                 each(schemas.Functions, function),
			"resource_identity_schemas": each(identities.IdentitySchemas, identity),
		}},
	})
}

type object map[string]any

func each[T any](all map[string]T, convert func(T) object) map[string]object {
	converted := make(map[string]object, len(all))
	for name, one := range all {
		converted[name] = convert(one)
	}
	return converted
}

func schema(s *tfprotov6.Schema) object {
	return object{"version": s.Version, "block": block(s.Block)}
}

func block(b *tfprotov6.SchemaBlock) object {
	blocks := make(map[string]object, len(b.BlockTypes))
	for _, nested := range b.BlockTypes {
		blocks[nested.TypeName] = object{
			"nesting_mode": strings.ToLower(nested.Nesting.String()),
			"block":        block(nested.Block),
			"min_items":    nested.MinItems,
			"max_items":    nested.MaxItems,
		}
	}
	return object{
		"attributes":  attributes(b.Attributes),
		"block_types": blocks,
		"description": b.Description,
		"deprecated":  b.Deprecated,
	}
}

func attributes(all []*tfprotov6.SchemaAttribute) map[string]object {
	converted := make(map[string]object, len(all))
	for _, a := range all {
		attribute := object{
			"description": a.Description,
			"deprecated":  a.Deprecated,
			"required":    a.Required,
			"optional":    a.Optional,
			"computed":    a.Computed,
			"sensitive":   a.Sensitive,
			"write_only":  a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute["nested_type"] = object{
				"attributes":   attributes(a.NestedType.Attributes),
				"nesting_mode": strings.ToLower(a.NestedType.Nesting.String()),
			}
		} else {
			attribute["type"] = a.Type
		}
		converted[a.Name] = attribute
	}
	return converted
}

func function(f *tfprotov6.Function) object {
	parameters := make([]object, 0, len(f.Parameters))
	for _, p := range f.Parameters {
		parameters = append(parameters, parameter(p))
	}
	signature := object{
		"summary":             f.Summary,
		"description":         f.Description,
		"deprecation_message": f.DeprecationMessage,
		"return_type":         f.Return.Type,
		"parameters":          parameters,
	}
	if f.VariadicParameter != nil {
		signature["variadic_parameter"] = parameter(f.VariadicParameter)
	}
	return signature
}

func parameter(p *tfprotov6.FunctionParameter) object {
	return object{"name": p.Name, "description": p.Description, "type": p.Type, "is_nullable": p.AllowNullValue}
}

func identity(s *tfprotov6.ResourceIdentitySchema) object {
	attributes := make(map[string]object, len(s.IdentityAttributes))
	for _, a := range s.IdentityAttributes {
		attributes[a.Name] = object{
			"type":                a.Type,
			"description":         a.Description,
			"required_for_import": a.RequiredForImport,
			"optional_for_import": a.OptionalForImport,
		}
	}
	return object{"version": s.Version, "attributes": attributes}
}
