package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/telephony-iac/terraform-provider-telephony/internal/provider"
)

var (
	// wellBegun is a sentence that begins with a capital letter, or with code.
	wellBegun = regexp.MustCompile("^(\\p{Lu}|`)")
	// wordy is what a description can say in one word: "buys" for "allows to buy".
	wordy = regexp.MustCompile(`(?i)\b(allows? (you )?to|is used to|can be used to|specifies|please)\b`)
	// odd is a default that is told in another way than the others.
	odd = regexp.MustCompile("(?i)\\bdefault:? `|\\bthe default is\\b|\\bby default `")
)

// described are all descriptions of a block, by path.
func described(at string, block *tfprotov6.SchemaBlock, all map[string]string) {
	if block.Description != "" {
		all[at] = block.Description
	}
	for _, attribute := range block.Attributes {
		describedAttribute(at, attribute, all)
	}
	for _, nested := range block.BlockTypes {
		described(at+"."+nested.TypeName, nested.Block, all)
	}
}

func describedAttribute(at string, attribute *tfprotov6.SchemaAttribute, all map[string]string) {
	at += "." + attribute.Name
	all[at] = attribute.Description
	if attribute.Type != nil && attribute.Type.Is(tftypes.Bool) && !strings.HasPrefix(attribute.Description, "Whether ") {
		all[at] = "(not a yes or no) " + all[at] // which no sentence begins with
	}
	if attribute.NestedType == nil {
		return
	}
	for _, nested := range attribute.NestedType.Attributes {
		describedAttribute(at, nested, all)
	}
}

// Every description is whole sentences that say what the argument does.
func TestSchema_DescriptionsAreSentences(t *testing.T) {
	t.Parallel()
	server := providerserver.NewProtocol6(provider.New("test")())()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	described("provider", schemas.Provider.Block, all)
	for _, of := range []map[string]*tfprotov6.Schema{schemas.ResourceSchemas, schemas.DataSourceSchemas, schemas.ListResourceSchemas} {
		for name, schema := range of {
			described(name, schema.Block, all)
		}
	}
	if len(all) < 200 {
		t.Fatalf("only %d descriptions were found", len(all))
	}
	for at, text := range all {
		if strings.Contains(at, ".timeouts") {
			continue // the words of terraform-plugin-framework-timeouts
		}
		if !wellBegun.MatchString(text) || !strings.HasSuffix(text, ".") || wordy.MatchString(text) || odd.MatchString(text) ||
			strings.Contains(text, "  ") {
			t.Errorf("%s: %q", at, text)
		}
	}
}
