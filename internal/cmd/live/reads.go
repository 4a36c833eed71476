package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxPages bounds how much of a list is read.
const maxPages = 20

// saw notes a number, so that no spelling of it leaves unmasked.
func (s *session) saw(number string) {
	if digits := strings.TrimPrefix(number, "+"); len(digits) >= 7 {
		s.report.mask.numbers = append(s.report.mask.numbers, digits)
	}
}

func (s *session) counted(what string, n int) { s.note("list", fmt.Sprintf("%d %s", n, what)) }

const (
	pricing   = "pricing.twilio.com"
	trunking  = "trunking.twilio.com"
	messaging = "messaging.twilio.com"
	routes    = "routes.twilio.com"
)

const (
	twilioNumber = "sid account_sid phone_number friendly_name capabilities date_created date_updated uri voice_method sms_method " +
		"status_callback_method beta | api_version origin status type address_requirements address_sid identity_sid bundle_sid " +
		"trunk_sid voice_url voice_fallback_url voice_fallback_method voice_application_sid voice_caller_id_lookup " +
		"voice_receive_mode sms_url sms_fallback_url sms_fallback_method sms_application_sid status_callback emergency_status " +
		"emergency_address_sid emergency_address_status subresource_uris"
	pageOfTwilio = 50
)

func (s *session) account() string { return "/2010-04-01/Accounts/" + s.arguments["account_sid"] }

func readTwilio(ctx context.Context, s *session) {
	numbers := s.account() + "/IncomingPhoneNumbers"
	query := url.Values{"PageSize": {strconv.Itoa(pageOfTwilio)}}
	count, one := 0, ""
	for page := 0; page < maxPages; page++ {
		r := s.send(ctx, call{method: http.MethodGet, path: numbers + ".json", query: query})
		if !r.ok() {
			s.note("failed", r.quoted())
			break
		}
		for _, n := range items(r.value, "incoming_phone_numbers") {
			count++
			one = text(n, "phone_number")
			s.saw(one)
			s.strict("a number", n, twilioNumber)
			s.oneOf("origin of a number", text(n, "origin"), "twilio", "hosted")
			s.oneOf("status of a number", text(n, "status"), "in-use")
			s.oneOf("emergency_address_status", text(n, "emergency_address_status"),
				"registered", "unregistered", "pending-registration", "registration-failure", "pending-unregistration", "unregistration-failure")
			s.see("omits_mode_and_type", has(n, "voice_receive_mode") && has(n, "type"), r.request+": members of a number")
		}
		next, err := url.Parse(text(object(r.value), "next_page_uri"))
		if err != nil || next.RawQuery == "" {
			break
		}
		query = next.Query()
	}
	s.counted("numbers", count)
	s.envelopes(ctx, numbers+"/PN00000000000000000000000000000bad.json", "/2010-04-01/Nowhere.json")
	r := s.wrongKey(ctx, numbers+".json?PageSize=1")
	s.see("wrong_credentials", r.status == http.StatusUnauthorized && object(r.value)["code"] == 20003.0, r.quoted())

	if one != "" {
		r = s.send(ctx, call{method: http.MethodGet, host: routes, path: "/v2/PhoneNumbers/" + url.PathEscape(one)})
		if r.status == http.StatusNotFound || text(object(r.value), "voice_region") == "us1" { // else it was routed
			s.see("unrouted_is_not_found", r.ok(), r.String())
		}
	}
	r = s.send(ctx, call{method: http.MethodGet, host: pricing, path: "/v1/PhoneNumbers/Countries/US"})
	if r.ok() || r.status == http.StatusNotFound {
		s.see("prices_unknown", r.ok(), r.String())
	}
	for _, price := range items(r.value, "phone_number_prices") {
		kind := text(price, "number_type")
		s.oneOf("number_type of a price", kind, "local", "mobile", "national", "toll free", "toll-free")
		if strings.HasPrefix(kind, "toll") {
			s.see("priced_types_hyphenated", kind == "toll free", fmt.Sprintf("%s: number_type %q", r.request, kind))
		}
	}
	s.burst(ctx, call{method: http.MethodGet, path: numbers + ".json", query: pairs("PageSize", "1")})
}

// burst asks as much at a time as the provider does by default.
func (s *session) burst(ctx context.Context, c call) {
	const atOnce = 10
	replies := make(chan reply)
	for range atOnce {
		go func() { replies <- s.once(ctx, c) }()
	}
	refused := 0
	for range atOnce {
		if r := <-replies; r.status == http.StatusTooManyRequests {
			refused++
		}
	}
	s.report.calls += atOnce
	s.see("max_concurrent", refused == 0, fmt.Sprintf("%d of %d requests at a time were refused with 429", refused, atOnce))
}

const synthflowNumber = "slug phone_number | friendly_name address_requirement is_sms_capable is_voice_capable iso_country locality region " +
	"sip_auth_username sip_outbound_proxy sip_term_uri uac_enabled uac_register_expires sid provider_name is_available " +
	"agency_workspace_id workspace_id created_at updated_at assistants"

func readSynthflow(ctx context.Context, s *session) {
	workspace := s.arguments["workspace_id"]
	r := s.get(ctx, "/numbers", "workspace", workspace, "limit", "1000")
	list := object(object(r.value)["response"])
	numbers := items(list, "phone_numbers")
	s.counted("numbers", len(numbers))
	total, _ := object(list["pagination"])["total_records"].(float64)
	if len(numbers) > 0 && (int(total) > len(numbers) || len(numbers) > 20) {
		s.see("max_limit", int(total) <= len(numbers) || len(numbers) == 1000, fmt.Sprintf("%s: %d of %v", r.request, len(numbers), total))
	}
	for _, n := range numbers {
		s.saw(text(n, "number"))
		s.strict("a listed number", n, "number | sid is_available")
		one := s.get(ctx, "/numbers/"+url.PathEscape(text(n, "number")), "workspace", workspace)
		if one.ok() {
			s.strict("a number", object(one.value), synthflowNumber)
			s.oneOf("provider_name", text(object(one.value), "provider_name"), "custom", "twilio", "telnyx", "8x8", "ringcentral", "vonage")
		}
	}
	r = s.get(ctx, "/assistants/", "workspace", workspace, "limit", "100")
	agents := items(object(object(r.value)["response"]), "assistants")
	s.counted("agents", len(agents))
	for _, a := range agents {
		s.saw(text(a, "phone_number"))
		s.see("agent_list_has_pools", !has(a, "attached_phone_numbers"), r.request+": members of an agent")
	}
	refusals := s.envelopes(ctx, "/numbers/live-nobody?workspace="+url.QueryEscape(workspace), "/assistants/00000000-0000-4000-8000-00000000dead")
	for _, r := range refusals {
		s.see("unknown_is_404", r.status == http.StatusBadRequest, r.quoted())
		body := object(r.value)
		s.see("errors", r.value != nil && len(body) == 0, r.quoted())
	}
	r = s.get(ctx, "/numbers", "workspace", "live-nobody")
	s.see("foreign_workspace_is_403", r.status != http.StatusForbidden, r.quoted())
	s.wrongKey(ctx, "/numbers?workspace="+url.QueryEscape(workspace))
}

func readDialNexa(ctx context.Context, s *session) {
	const numbers = "/organization-phone-numbers"
	r := s.get(ctx, numbers, "page", "1", "limit", "100")
	all := items(r.value, "data")
	generationA := has(object(r.value), "data")
	if generationA || has(object(r.value), "items") {
		s.see("generation", generationA, r.request+": the list has "+map[bool]string{true: "data and meta", false: "items"}[generationA])
	}
	if !generationA {
		all = items(r.value, "items")
	}
	s.counted("numbers", len(all))
	for _, n := range all {
		s.saw(text(n, "phone_number"))
		s.strict("a number", n, "id phone_number | nickname label status provider created_at agent_id inbound_agent_id country_code type "+
			"monthly_cost_usd capabilities")
		s.oneOf("status of a number", text(n, "status"), "active", "pending")
		if generationA {
			s.see("inbound_agent_id", !has(n, "inbound_agent_id"), r.request+": members of a number")
			s.see("example_fields", has(n, "status"), r.request+": members of a number")
		}
	}
	r = s.get(ctx, numbers, "limit", "1000")
	s.see("high_limit_capped", !r.ok(), r.String())
	// That a path is served is told by whether an agent can be listed there.
	agents := 0
	for rule, path := range map[string]string{"agents_readable": "/agents", "agents2_readable": "/agents2"} {
		r := s.get(ctx, path)
		s.see(rule, !r.ok(), r.String())
		found := slices.Concat(items(r.value, "agents"), items(r.value, "data"))
		agents += len(found)
		for _, a := range found {
			if !has(a, "id") {
				s.note("missing", "an agent has no id")
			}
			if deleted, _ := a["is_deleted"].(bool); deleted {
				s.see("deleted_agents_listed", false, r.request+": an agent with is_deleted")
			}
		}
	}
	s.counted("agents", agents)
	r = s.get(ctx, "/phone-number-pricing")
	s.see("no_prices", r.ok(), r.String())
	prices := items(r.value, "")
	if prices == nil {
		for name := range object(r.value) {
			prices = append(prices, items(r.value, name)...)
		}
	}
	for _, price := range prices {
		if has(price, "credit_cost") {
			_, isText := price["credit_cost"].(string)
			s.see("prices_are_numbers", isText, r.request+": credit_cost")
		}
	}
	s.envelopes(ctx, numbers+"/phn_live_nobody", "/agents/agt_live_nobody")
	s.wrongKey(ctx, numbers)
}

const nixflexNumber = "phone_number agent_id | provider telnyx_number_id twilio_number_sid inbound_enabled outbound_enabled custom_prompt " +
	"voice_id sms_reply_enabled voicemail_leave_enabled voicemail_message sms_prompt created_at web_prompt record_call dtmf_enabled " +
	"recording_source speaking_rate"

func readNixflex(ctx context.Context, s *session) {
	r := s.get(ctx, "/v1/phone-numbers", "limit", "100")
	numbers := items(r.value, "phone_numbers")
	s.counted("numbers", len(numbers))
	for _, n := range numbers {
		s.saw(text(n, "phone_number"))
		s.strict("a number", n, nixflexNumber)
		s.oneOf("provider of a number", text(n, "provider"), "twilio", "telnyx")
	}
	if len(numbers) > 1 {
		one := s.get(ctx, "/v1/phone-numbers", "limit", "1")
		got := len(items(one.value, "phone_numbers"))
		s.see("unpaged_numbers", got == 1, fmt.Sprintf("%s: %d numbers", one.request, got))
		if got == 1 {
			s.see("counts_page", object(one.value)["count"] != 1.0, fmt.Sprintf("%s: count %v of %d numbers", one.request, object(one.value)["count"], len(numbers)))
		}
	}
	high := s.get(ctx, "/v1/phone-numbers", "limit", "1000")
	s.see("high_limit_refused", high.ok(), high.String())
	if len(numbers) > 0 {
		path := "/v1/phone-numbers/" + url.PathEscape(text(numbers[0], "phone_number"))
		one := s.get(ctx, strings.Replace(path, "+", "%2B", 1))
		s.see("serves_single_numbers", !one.ok(), one.String())
		if one.ok() {
			plain := s.get(ctx, path)
			s.see("plain_plus_works", !plain.ok(), plain.String())
		}
	}
	r = s.get(ctx, "/v1/agents", "limit", "100")
	_, bare := r.value.([]any)
	if r.ok() {
		s.see("bare_agent_list", !bare, r.String())
	}
	agents := items(r.value, "agents")
	if bare {
		agents = items(r.value, "")
	}
	s.counted("agents", len(agents))
	if one := s.get(ctx, "/v1/agents", "limit", "1"); len(agents) > 1 {
		got := len(items(one.value, "agents")) + len(items(one.value, ""))
		s.see("unpaged_agents", got == 1, fmt.Sprintf("%s: %d agents", one.request, got))
	}
	for _, a := range agents {
		s.strict("an agent", a, "agent_id name | system_prompt voice_id language is_active created_at updated_at")
	}
	if limit, err := strconv.Atoi(r.header.Get("X-RateLimit-Limit")); err == nil {
		s.see("reads_per_minute", limit == 600, fmt.Sprintf("%s: X-RateLimit-Limit %d", r.request, limit))
	}
	s.envelopes(ctx, "/v1/agents/agent_live_nobody", "/v1/nowhere")
	s.wrongKey(ctx, "/v1/phone-numbers")
}

func readResemble(ctx context.Context, s *session) {
	r := s.get(ctx, "/phone_numbers")
	numbers := items(r.value, "items")
	s.counted("numbers", len(numbers))
	for _, n := range numbers {
		s.saw(text(n, "phone_number"))
		s.strict("a number", n, "id phone_number label status | supports_inbound supports_outbound provider outbound_trunk inbound_trunk "+
			"agent_id agent_name agent_uuid twilio_account_sid has_twilio_credentials created_at updated_at")
		s.oneOf("status of a number", text(n, "status"), "active", "deleting", "corrupted")
	}
	r = s.get(ctx, "/agents")
	s.counted("agents", len(items(r.value, "items")))
	if count, ok := object(r.value)["count"].(float64); ok {
		got := len(items(r.value, "items"))
		s.see("max_agents", int(count) <= got, fmt.Sprintf("%s: %d of %v agents", r.request, got, count))
	}
	for _, a := range items(r.value, "items") {
		s.see("flat_agents", has(a, "agent"), r.request+": members of an agent")
		s.strict("an agent", a, "agent | asr tts turn llm phone_numbers tools tools_count webhooks webhooks_count knowledge_bases")
	}
	for _, r := range s.envelopes(ctx, "/phone_numbers/999999999", "/agents/00000000-0000-4000-8000-00000000dead") {
		s.see("missing_status", r.status == http.StatusNotFound, r.quoted())
	}
	s.wrongKey(ctx, "/phone_numbers")
}

// voiceOnly asks for agents that speak.
var voiceOnly = map[string]any{"filter_criteria": map[string]any{"channel": map[string]string{"type": "string", "op": "eq", "value": "voice"}}}

const retellNumber = "phone_number phone_number_type last_modification_timestamp | phone_number_pretty nickname area_code inbound_webhook_url " +
	"inbound_agents outbound_agents inbound_agent_id inbound_agent_version outbound_agent_id outbound_agent_version " +
	"inbound_sms_agents outbound_sms_agents inbound_sms_webhook_url allowed_inbound_country_list allowed_outbound_country_list " +
	"sip_outbound_trunk_config fallback_number"

func readRetell(ctx context.Context, s *session) {
	query := url.Values{"limit": {"1000"}}
	count := 0
	for page := 0; page < maxPages; page++ {
		r := s.send(ctx, call{method: http.MethodGet, path: "/v2/list-phone-numbers", query: query})
		numbers := items(r.value, "items")
		count += len(numbers)
		for _, n := range numbers {
			s.saw(text(n, "phone_number"))
			s.strict("a number", n, retellNumber)
			s.oneOf("phone_number_type", text(n, "phone_number_type"), "custom", "retell-twilio", "retell-telnyx")
			// Some setting is unset at every number, and is either null or absent.
			complete := has(n, "nickname") && has(n, "inbound_webhook_url") && has(n, "sip_outbound_trunk_config")
			s.see("omits_unset", complete, r.request+": members of a number")
		}
		more, _ := object(r.value)["has_more"].(bool)
		if page == 0 && more {
			s.see("max_limit", len(numbers) == 1000, fmt.Sprintf("%s: %d numbers, and more", r.request, len(numbers)))
		}
		key := text(object(r.value), "pagination_key")
		if !more || key == "" {
			break
		}
		query.Set("pagination_key", key)
	}
	s.counted("numbers", count)
	r := s.send(ctx, call{method: http.MethodPost, path: "/v2/list-agents", query: pairs("limit", "100"), json: map[string]any{}})
	s.counted("agents", len(items(r.value, "items")))
	for _, a := range items(r.value, "items") {
		if text(a, "agent_id") == "" {
			s.note("missing", "an agent has no agent_id")
		}
	}
	spoken := s.send(ctx, call{
		method: http.MethodPost, path: "/v2/list-agents", query: pairs("limit", "100"), json: voiceOnly,
	})
	chats := func(r reply) int {
		count := 0
		for _, a := range items(r.value, "items") {
			if text(a, "channel") == "chat" {
				count++
			}
		}
		return count
	}
	if chats(r) > 0 && spoken.ok() {
		s.see("filter_ignored", chats(spoken) == 0, fmt.Sprintf("%s for voice: %d that chat", spoken.request, chats(spoken)))
	}
	for _, r := range s.envelopes(ctx, "/get-phone-number/%2B10000000000", "/get-agent/agent_live_nobody") {
		if r.status == http.StatusNotFound || r.status == http.StatusUnprocessableEntity {
			s.see("unknown_is_404", r.status == http.StatusUnprocessableEntity, r.quoted())
		}
	}
	s.wrongKey(ctx, "/v2/list-phone-numbers")
}

const vapiNumber = "id orgId provider createdAt updatedAt | number name assistantId squadId workflowId credentialId sipUri twilioAccountSid " +
	"server smsEnabled twilioAuthToken twilioApiKey twilioApiSecret status fallbackDestination hooks authentication " +
	"numberE164CheckEnabled numberDesiredAreaCode"

func readVapi(ctx context.Context, s *session) {
	count := 0
	for page := 1; page <= maxPages; page++ {
		r := s.get(ctx, "/v2/phone-number", "limit", "1000", "page", strconv.Itoa(page))
		metadata, numbers := object(object(r.value)["metadata"]), items(r.value, "results")
		if r.ok() {
			s.see("bare_pages", has(metadata, "hasNextPage") && has(metadata, "totalPages"), r.request+": members of metadata")
		}
		total, _ := metadata["totalItems"].(float64)
		if page == 1 && int(total) > len(numbers) {
			s.see("max_limit", len(numbers) == 1000, fmt.Sprintf("%s: %d of %v numbers", r.request, len(numbers), total))
		}
		for _, n := range numbers {
			count++
			s.saw(text(n, "number"))
			s.strict("a number", n, vapiNumber)
			s.oneOf("provider of a number", text(n, "provider"), "twilio", "vapi", "telnyx", "vonage", "byo-phone-number")
			s.oneOf("status of a number", text(n, "status"), "active", "activating", "blocked")
			for _, name := range []string{"twilioAuthToken", "twilioApiSecret"} {
				if text(n, name) != "" {
					s.report.mask.secrets = append(s.report.mask.secrets, text(n, name))
				}
			}
			if text(n, "provider") == "twilio" {
				s.see("secrets_hidden", text(n, "twilioAuthToken") != "" || text(n, "twilioApiSecret") != "", r.request+": members of a number")
			}
		}
		if len(numbers) == 0 || count >= int(total) {
			break
		}
	}
	s.counted("numbers", count)
	if count > 0 {
		r := s.get(ctx, "/v2/phone-number", "search", "live-nobody-is-called-this")
		s.see("search_ignored", len(items(r.value, "results")) == 0, r.String())
	}
	r := s.get(ctx, "/assistant", "limit", "100")
	assistants := items(r.value, "")
	s.counted("assistants", len(assistants))
	if last := len(assistants) - 1; last > 0 {
		newest, oldest := text(assistants[0], "createdAt"), text(assistants[last], "createdAt") // as text in the same order
		s.see("oldest_first", newest >= oldest, fmt.Sprintf("%s: from %s to %s", r.request, newest, oldest))
	}
	for _, r := range s.envelopes(ctx, "/phone-number/00000000-0000-4000-8000-00000000dead", "/assistant/00000000-0000-4000-8000-00000000dead") {
		switch object(r.value)["message"].(type) {
		case string:
			s.see("message_lists", true, r.quoted())
		case []any:
			s.see("message_lists", false, r.quoted())
		}
	}
	s.wrongKey(ctx, "/v2/phone-number")
}

func readElevenLabs(ctx context.Context, s *session) {
	r := s.get(ctx, "/v1/convai/phone-numbers")
	numbers := items(r.value, "")
	s.counted("numbers", len(numbers))
	for _, n := range numbers {
		s.saw(text(n, "phone_number"))
		s.strict("a number", n, "phone_number_id phone_number provider | label assigned_agent supports_inbound supports_outbound "+
			"provider_config outbound_trunk inbound_trunk livekit_stack")
		s.oneOf("provider of a number", text(n, "provider"), "twilio", "sip_trunk", "exotel")
	}
	r = s.get(ctx, "/v1/convai/agents", "page_size", "100")
	s.counted("agents", len(items(r.value, "agents")))
	one := s.get(ctx, "/v1/convai/agents", "page_size", "1")
	if cursor := text(object(one.value), "next_cursor"); cursor != "" {
		_, err := strconv.Atoi(cursor)
		s.see("opaque_cursor", err == nil, fmt.Sprintf("%s: next_cursor %q", one.request, cursor))
	}
	for _, r := range s.envelopes(ctx, "/v1/convai/phone-numbers/phnum_live_nobody", "/v1/convai/agents/agent_live_nobody") {
		s.see("unknown_is_422", r.status != http.StatusUnprocessableEntity, r.quoted())
	}
	s.wrongKey(ctx, "/v1/convai/phone-numbers")
}
