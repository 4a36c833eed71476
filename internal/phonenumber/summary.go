package phonenumber

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/telephony-iac/terraform-provider-telephony/internal/e164"
	"github.com/telephony-iac/terraform-provider-telephony/internal/kinds"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// summaryFields are what the data sources tell of every number.
var summaryFields = []platform.Field{
	{Name: "phone_number", Description: "Phone number in E.164 form."},
	{Name: "import_id", Description: "ID by which `telephony_phone_number` imports the number, such as " +
		"`twilio/+14155550100`."},
	{Name: "service", Description: "Service at which the number is managed: its platform, or its carrier if it is on none."},
	{Name: "carrier", Description: "Service that owns the number."},
	{Name: "platform", Description: "Voice-agent platform that the number is on, or `none`."},
	{Name: "sid", Description: "The carrier's identifier of the number, such as Twilio's `PN…` SID; null if it has none."},
	{Name: "account_sid", Description: "SID of the Twilio account that owns the number; null if Twilio does not carry it."},
	{Name: "friendly_name", Description: "What people call the number: its friendly name at the carrier, or its label on " +
		"the platform; null if it has neither."},
	{Name: "agent_id", Description: "Agent on the platform that answers the number; null if there is none."},
	{Name: "country", Description: "Country of the number as an ISO 3166-1 alpha-2 code such as `US`; null where the number " +
		"does not tell, as an international toll-free one."},
	{Name: "capabilities", Type: platform.StringList, Description: "What the number can carry, as the carrier reports it, " +
		"sorted: `fax`, `mms`, `sms`, `voice`."},
	{Name: "status", Description: "`active`, `deleting` or `corrupted`, as the resource would have it after an import."},
	{Name: "status_reason", Description: "What is wrong and the way out; empty when active."},
}

// summary are the values of summaryFields.
func summary(kinds kinds.Table, n platform.Number) platform.Values {
	return platform.Values{
		"phone_number":  n.PhoneNumber,
		"import_id":     kinds.ImportID(n),
		"service":       kinds.ServiceOf(n),
		"carrier":       n.Carrier,
		"platform":      n.Platform,
		"sid":           platform.TextOrNil(n.SID),
		"account_sid":   platform.TextOrNil(n.AccountSID),
		"friendly_name": platform.TextOrNil(kinds.LabelOf(n)),
		"agent_id":      platform.TextOrNil(kinds.AgentOf(n)),
		"country":       platform.TextOrNil(e164.Country(n.PhoneNumber)),
		"capabilities":  n.Capabilities,
		"status":        string(n.Status),
		"status_reason": printable(n.StatusReason),
	}
}

// reported makes the schema of a field that a data source tells.
func reported(field platform.Field) schema.Attribute {
	switch field.Type {
	case platform.Bool:
		return schema.BoolAttribute{MarkdownDescription: field.Description, Computed: true}
	case platform.Int:
		return schema.Int64Attribute{MarkdownDescription: field.Description, Computed: true}
	case platform.StringList:
		return schema.ListAttribute{
			MarkdownDescription: field.Description, Computed: true, ElementType: types.StringType,
		}
	case platform.StringMap:
		return schema.MapAttribute{
			MarkdownDescription: field.Description, Computed: true, ElementType: types.StringType,
		}
	case platform.Object:
		return schema.SingleNestedAttribute{
			MarkdownDescription: field.Description, Computed: true, Attributes: allReported(field.Fields),
		}
	case platform.String:
	}
	return schema.StringAttribute{MarkdownDescription: field.Description, Computed: true, Sensitive: field.Sensitive}
}

// allReported leaves out what is write-only, which nobody tells.
func allReported(fields []platform.Field) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, field := range fields {
		if !field.WriteOnly {
			attributes[field.Name] = reported(field)
		}
	}
	return attributes
}

// serviceNames are the services that can be asked for their numbers.
func serviceNames(kinds kinds.Table) []string {
	var names []string
	for _, kind := range kinds {
		if kind.ImportID != nil {
			names = append(names, kind.Name)
		}
	}
	return names
}

// quoted lists names in Markdown.
func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }
