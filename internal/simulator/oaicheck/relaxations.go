package oaicheck

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

// relaxation lets something be that a document does not allow, since the service is known to do or take it.
type relaxation struct {
	name    string
	reason  string
	source  string
	excuses func(violation) bool
}

var relaxations = []relaxation{
	{
		name:   "twilio-errors",
		reason: "the documents have no errors; their envelope is checked by itself",
		source: "Twilio docs: Twilio's response",
		excuses: func(v violation) bool {
			return v.service == simulator.Twilio && v.part == partStatus && v.status >= http.StatusBadRequest
		},
	},
	{
		name:   "twilio-empty-sid",
		reason: "an empty SID clears a field, and some that are unset are answered empty",
		source: "Twilio docs: emergency calling; the examples in twilio_api_v2010.json",
		excuses: func(v violation) bool {
			return v.service == simulator.Twilio && v.value == "" && strings.HasSuffix(strings.ToLower(v.at), "sid")
		},
	},
	{
		name:   "twilio-coordinates-as-text",
		reason: "latitude and longitude are text in the examples, and a number in the schema",
		source: "the examples in twilio_api_v2010.json",
		excuses: func(v violation) bool {
			return v.document == "twilio_api_v2010.json" && v.part == partAnswer && isText(v.value) &&
				(strings.HasSuffix(v.at, "latitude") || strings.HasSuffix(v.at, "longitude"))
		},
	},
	{
		name:   "twilio-prices-as-text",
		reason: "prices are text in the examples, and a number in the schema; Twilio's libraries read either",
		source: "the examples in twilio_pricing_v1.json; twilio-go",
		excuses: func(v violation) bool {
			return v.document == "twilio_pricing_v1.json" && v.part == partAnswer && isText(v.value) &&
				strings.HasSuffix(v.at, "_price")
		},
	},
	{
		name:   "twilio-found-capabilities",
		reason: "a search spells capabilities SMS and MMS, as the examples do; the schema has them in lower case",
		source: "Twilio docs: AvailablePhoneNumber Local",
		excuses: func(v violation) bool {
			return v.part == partAnswer && v.at == "available_phone_numbers/*/capabilities" &&
				v.undeclared("available_phone_numbers/*/capabilities", "SMS", "MMS")
		},
	},
	{
		name:   "resemble-errors",
		reason: "the document has hardly any errors, and no page tells their status",
		source: "Resemble docs: errors; simulator.ResembleRules.FailuresAre200",
		excuses: func(v violation) bool {
			return v.service == simulator.Resemble && v.part == partStatus && v.status != http.StatusCreated
		},
	},
	{
		name:   "resemble-envelope",
		reason: "the schema lacks members of the envelope that the pages show",
		source: "Resemble docs: list, get, force delete phone number",
		excuses: func(v violation) bool {
			return v.service == simulator.Resemble && v.part == partAnswer &&
				v.undeclared("", "count", "message", "force_deleted")
		},
	},
	{
		name:   "resemble-unlinked-alone",
		reason: "the document lacks the filter of the list",
		source: "Resemble docs: list phone numbers",
		excuses: func(v violation) bool {
			return v.operation == "GET /phone_numbers" && v.service == simulator.Resemble && v.unnamed("available")
		},
	},
	{
		name:   "resemble-agent-at-creation",
		reason: "whether a registration can name the agent is a rule of the simulator; the client names none",
		source: "simulator.ResembleRules.CreationLinks",
		excuses: func(v violation) bool {
			return v.operation == "POST /phone_numbers" && v.part == partRequest && v.undeclared("", "agent_uuid")
		},
	},
	{
		name:   "resemble-created",
		reason: "the document has 200 for a creation, which other services answer with 201: a rule of the simulator",
		source: "simulator.ResembleRules.CreationsAre201",
		excuses: func(v violation) bool {
			return v.service == simulator.Resemble && v.part == partStatus && v.status == http.StatusCreated
		},
	},
	{
		name:   "resemble-unlinked-by-null",
		reason: "the document has no way to take the number off an agent",
		source: "Resemble docs: update agent",
		excuses: func(v violation) bool {
			return v.operation == "PATCH /agents/{uuid}" && v.at == "phone_number_id" && v.value == nil
		},
	},
	{
		name:   "resemble-numbers-of-an-agent",
		reason: "the document does not have the path",
		source: "Resemble docs: agents",
		excuses: func(v violation) bool {
			return v.service == simulator.Resemble && v.part == partPath && strings.HasSuffix(v.operation, "/phone_numbers")
		},
	},
	{
		name:    "dialnexa-generation-a",
		reason:  "the document is of generation B; the same host is documented with other paths and bodies, too",
		source:  "DialNexa docs: buy, update phone number; agents, get and list",
		excuses: isGenerationA,
	},
	{
		name:   "dialnexa-examples",
		reason: "the schema of a number lacks members of its own examples",
		source: "the examples in dialnexa.json",
		excuses: func(v violation) bool {
			return v.document == "dialnexa.json" && v.part == partAnswer &&
				(v.undeclared("items/*", "nickname", "country_code") || v.undeclared("", "nickname", "country_code") ||
					v.undeclared("organizationPhoneNumber", "id", "phone_number", "provider", "status", "country_code", "nickname"))
		},
	},
	{
		name:   "dialnexa-prices",
		reason: "the copy of the document lacks the path",
		source: "DialNexa OpenAPI: phone-number-pricing",
		excuses: func(v violation) bool {
			return v.service == simulator.DialNexa && v.operation == "GET /phone-number-pricing"
		},
	},
	{
		name:   "dialnexa-errors",
		reason: "the document lacks some errors of some operations",
		source: "DialNexa docs: errors, rate limits",
		excuses: func(v violation) bool {
			return v.service == simulator.DialNexa && v.part == partStatus && slices.Contains([]int{400, 404, 405, 409, 429}, v.status)
		},
	},
	{
		name:   "retell-errors",
		reason: "the document lacks some errors: 404 has been seen, 429 is in the docs' page on limits",
		source: "Retell docs: concurrency and limits; simulator.RetellRules.UnknownIs404",
		excuses: func(v violation) bool {
			return v.service == simulator.Retell && v.part == partStatus && slices.Contains([]int{400, 404, 422, 429}, v.status)
		},
	},
	{
		name:   "retell-agents",
		reason: "the copy of the document has numbers alone",
		source: "Retell docs: get agent, list agents",
		excuses: func(v violation) bool {
			return v.service == simulator.Retell && v.part == partPath && strings.Contains(v.operation, "-agent")
		},
	},
	{
		name:   "vapi-errors",
		reason: "the document has no errors",
		source: "Vapi docs: errors; what third parties have seen",
		excuses: func(v violation) bool {
			return v.service == simulator.Vapi && v.part == partStatus && v.status >= http.StatusBadRequest
		},
	},
	{
		name:   "vapi-agents",
		reason: "the copy of the document has numbers alone",
		source: "Vapi OpenAPI: assistants, squads",
		excuses: func(v violation) bool {
			return v.service == simulator.Vapi && v.part == partPath &&
				(strings.HasPrefix(v.operation, "GET /assistant") || strings.HasPrefix(v.operation, "GET /squad/"))
		},
	},
	{
		name:   "vapi-taken-off-by-null",
		reason: "the document has no way to take an agent or a name off",
		source: "Vapi's dashboard, and a third party's client",
		excuses: func(v violation) bool {
			return v.operation == "PATCH /phone-number/{id}" && v.value == nil &&
				slices.Contains([]string{"name", "assistantId", "squadId", "workflowId"}, v.at)
		},
	},
}

// undeclared says that a member of an object is one of those that the document does not have.
func (v violation) undeclared(at string, names ...string) bool {
	if v.at != at {
		return false
	}
	for _, name := range names {
		if v.err.Error() == `properties: property "`+name+`" is unsupported` {
			return true
		}
	}
	return false
}

// unnamed says that it is a parameter, or a field of a form, which the document does not have.
func (v violation) unnamed(name string) bool {
	return v.err.Error() == fmt.Sprintf("there is no parameter %q", name) ||
		v.err.Error() == fmt.Sprintf("there is no field %q", name)
}

// has says that an object has all these members.
func has(object map[string]any, names ...string) bool {
	for _, name := range names {
		if _, there := object[name]; !there {
			return false
		}
	}
	return true
}

func isText(value any) bool {
	_, text := value.(string)
	return text
}

// isGenerationA tells what only the older generation of DialNexa has.
func isGenerationA(v violation) bool {
	if v.service != simulator.DialNexa {
		return false
	}
	switch v.part {
	case partPath:
		return strings.HasPrefix(v.operation, "PATCH /organization-phone-numbers/") || strings.HasPrefix(v.operation, "GET /agents2")
	case partRequest, partAnswer:
		if v.operation == "POST /v1/organization-phone-numbers/purchase" {
			return strings.Contains(string(v.sent), `"phone_number"`)
		}
		if v.operation == "GET /v1/organization-phone-numbers" && (v.unnamed("type") || v.unnamed("country_code")) {
			return true
		}
		whole, _ := v.value.(map[string]any)
		return has(whole, "data", "meta") || has(whole, "created_at", "phone_number")
	case partStatus:
	}
	return false
}

// excused says whether a relaxation allows the violation, and counts it.
func excused(v violation) bool {
	for _, r := range relaxations {
		if r.excuses(v) {
			all.relaxed(r.name)
			return true
		}
	}
	return false
}
