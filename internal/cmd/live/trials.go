package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

func (s *session) post(ctx context.Context, path string, body any) reply {
	return s.send(ctx, call{method: http.MethodPost, path: path, json: body})
}

func (s *session) patch(ctx context.Context, path string, body any) reply {
	return s.send(ctx, call{method: http.MethodPatch, path: path, json: body})
}

// tryTwilio writes to the number what tells the rules of Twilio.
func tryTwilio(ctx context.Context, s *session, t *trial) {
	if !t.clear(ctx) {
		return
	}
	set := t.write(ctx, pairs("VoiceUrl", liveURL, "VoiceFallbackUrl", liveURL+"/fallback"))
	if now, err := t.read(ctx); err == nil && set.ok() {
		s.see("reads_lag", text(now, "voice_url") == liveURL, "a read right after a write has voice_url "+text(now, "voice_url"))
	}
	r := t.write(ctx, pairs("VoiceUrl", ""))
	s.see("fallback_may_outlive_url", !r.ok(), r.quoted())
	if r := t.write(ctx, pairs("FriendlyName", "")); r.ok() {
		name := text(object(r.value), "friendly_name")
		s.see("empty_name_stays", name != "", fmt.Sprintf("after FriendlyName= it is %q", name))
	}
	t.tryTrunk(ctx, s)
	t.tryMembership(ctx, s)
}

// tryTrunk sets a trunk and an application of the account, if it has both.
func (t *trial) tryTrunk(ctx context.Context, s *session) {
	trunks := items(s.send(ctx, call{method: http.MethodGet, host: trunking, path: "/v1/Trunks"}).value, "trunks")
	applications := items(s.get(ctx, s.account()+"/Applications.json").value, "applications")
	if len(trunks) == 0 || len(applications) == 0 || !t.clear(ctx) {
		return
	}
	trunk, application := text(trunks[0], "sid"), text(applications[0], "sid")
	both := t.write(ctx, pairs("TrunkSid", trunk, "VoiceApplicationSid", application))
	if both.ok() {
		s.see("application_beats_trunk", text(object(both.value), "trunk_sid") == trunk, both.request+" with a trunk and an application")
	}
	t.clear(ctx)
	t.write(ctx, pairs("VoiceApplicationSid", application))
	if r := t.write(ctx, pairs("TrunkSid", trunk)); r.ok() {
		s.see("application_holds_off_trunk", text(object(r.value), "trunk_sid") == trunk, r.request+" with a trunk, beside an application")
	}
}

// tryMembership puts the number into a Messaging Service of the account, if it is in none.
func (t *trial) tryMembership(ctx context.Context, s *session) {
	all := items(s.send(ctx, call{method: http.MethodGet, host: messaging, path: "/v1/Services"}).value, "services")
	pool := func(service map[string]any) string { return "/v1/Services/" + text(service, "sid") + "/PhoneNumbers" }
	for _, service := range all {
		r := s.send(ctx, call{method: http.MethodGet, host: messaging, path: pool(service) + "/" + t.sid})
		if r.status != http.StatusNotFound {
			return
		}
	}
	if len(all) == 0 {
		return
	}
	leave := call{method: http.MethodDelete, host: messaging, path: pool(all[0]) + "/" + t.sid}
	t.undo = append(t.undo, func(ctx context.Context) error {
		if r := s.send(ctx, leave); !r.ok() && r.status != http.StatusNotFound {
			return fmt.Errorf("the number may still be in the Messaging Service %s: %s", text(all[0], "sid"), r.quoted())
		}
		return nil
	})
	join := call{method: http.MethodPost, host: messaging, path: pool(all[0]), form: pairs("PhoneNumberSid", t.sid)}
	r := s.send(ctx, join)
	if !r.ok() {
		return
	}
	s.see("member_answers_200", r.status == http.StatusCreated, r.String())
	if again := s.send(ctx, join); !again.ok() {
		s.see("member_conflict_is_400", again.status == http.StatusConflict, again.quoted())
	}
}

// wiring is what the number at Twilio has of the routing.
func (t *trial) wiring(ctx context.Context) map[string]string {
	now, err := t.read(ctx)
	if err != nil {
		return nil
	}
	return map[string]string{"voice": text(now, "voice_url"), "sms": text(now, "sms_url"), "status": text(now, "status_callback")}
}

// first is the first agent that a list has.
func first(r reply, list, id string) string {
	for _, a := range items(r.value, list) {
		return text(a, id)
	}
	return ""
}

func tryVapi(ctx context.Context, s *session, t *trial) {
	token := t.twilio.arguments["auth_token"]
	if token == "" || !t.clear(ctx) {
		return
	}
	t.undo = append(t.undo, t.off(s))
	body := map[string]any{
		"provider": "twilio", "number": t.number, "name": "live",
		"twilioAccountSid": t.twilio.arguments["account_sid"], "twilioAuthToken": token,
	}
	with := func(name string, value any) map[string]any {
		changed := maps.Clone(body)
		changed[name] = value
		return changed
	}
	const nobody = "00000000-0000-4000-8000-00000000dead"
	unknown := s.post(ctx, "/phone-number", with("assistantId", nobody))
	s.see("agents_unchecked", !unknown.ok(), unknown.quoted())
	if err := t.off(s)(ctx); err != nil || !t.clear(ctx) {
		return
	}
	made := s.post(ctx, "/phone-number", body)
	id := text(object(made.value), "id")
	if !made.ok() || id == "" {
		s.note("life", "not imported: "+made.quoted())
		return
	}
	s.see("secrets_hidden", text(object(made.value), "twilioAuthToken") != "", made.request+": members of the answer")
	wired := t.wiring(ctx)
	s.see("import_leaves_webhooks", wired["voice"] != "", "after an import voice_url is "+wired["voice"])
	if wired["voice"] != "" {
		s.see("import_leaves_status", wired["status"] != "", "after an import status_callback is "+wired["status"])
		s.see("in_eu", !strings.Contains(wired["voice"], ".eu."), "after an import voice_url is "+wired["voice"])
	}
	again := s.post(ctx, "/phone-number", body)
	s.see("duplicates_allowed", !again.ok(), again.quoted())
	if !again.ok() {
		s.see("duplicate_is_409", again.status != http.StatusConflict, again.quoted())
	}
	t.clear(ctx)
	path := "/phone-number/" + id
	if r := s.patch(ctx, path, map[string]any{"provider": "twilio", "name": nil}); r.ok() {
		s.see("null_ignored", text(object(r.value), "name") == "", fmt.Sprintf("%s with name null: name is %v", r.request, object(r.value)["name"]))
		written := t.wiring(ctx)
		s.see("update_writes_webhooks", written["voice"] == "", "after an update voice_url is "+written["voice"])
	}
	t.write(ctx, pairs("VoiceUrl", wired["voice"]))
	s.delete(ctx, record{id: id})
	if wired["voice"] != "" {
		left := t.wiring(ctx)
		s.see("delete_clears_webhooks", left["voice"] != "", "after the deletion voice_url is "+left["voice"])
	}
}

func tryElevenLabs(ctx context.Context, s *session, t *trial) {
	token := t.twilio.arguments["auth_token"]
	if token == "" || !t.clear(ctx) {
		return
	}
	const numbers = "/v1/convai/phone-numbers"
	agent := first(s.get(ctx, "/v1/convai/agents", "page_size", "1"), "agents", "agent_id")
	t.undo = append(t.undo, t.off(s))
	body := map[string]any{
		"provider": "twilio", "phone_number": t.number, "label": "live", "sid": t.twilio.arguments["account_sid"], "token": token,
	}
	if agent != "" {
		body["agent_id"] = agent
	}
	made := s.post(ctx, numbers, body)
	id := text(object(made.value), "phone_number_id")
	if !made.ok() || id == "" {
		s.note("life", "not imported: "+made.quoted())
		return
	}
	if agent != "" {
		r := s.get(ctx, numbers+"/"+id)
		s.see("import_ignores_agent", object(r.value)["assigned_agent"] != nil, r.request+": assigned_agent after an import with agent_id")
	}
	wired := t.wiring(ctx)
	s.see("import_sets_status", wired["status"] == "", "after an import status_callback is "+wired["status"])
	s.see("at_us_host", !strings.Contains(wired["voice"], "api.us."), "after an import voice_url is "+wired["voice"])
	again := s.post(ctx, numbers, body)
	s.see("duplicates_allowed", !again.ok(), again.quoted())
	s.delete(ctx, record{id: id})
	if wired["voice"] != "" {
		left := t.wiring(ctx)
		s.see("delete_clears_webhooks", left["voice"] != "", "after the deletion voice_url is "+left["voice"])
	}
}

func tryRetell(ctx context.Context, s *session, t *trial) {
	t.undo = append(t.undo, t.off(s))
	body := func(agent string) map[string]any {
		return map[string]any{
			"phone_number": t.number, "termination_uri": "live.pstn.twilio.com", "nickname": "live",
			"inbound_agents": []any{map[string]any{"agent_id": agent, "weight": 1}},
		}
	}
	r := s.post(ctx, "/import-phone-number", body("agent_live_nobody"))
	s.see("agents_unchecked", !r.ok(), r.quoted())
	if err := t.off(s)(ctx); err != nil {
		return
	}
	agent := first(s.send(ctx, call{method: http.MethodPost, path: "/v2/list-agents", query: pairs("limit", "1"), json: map[string]any{}}),
		"items", "agent_id")
	if agent == "" {
		return
	}
	if made := s.post(ctx, "/import-phone-number", body(agent)); !made.ok() {
		s.note("life", "not imported: "+made.quoted())
		return
	}
	const noSuchVersion = 987654
	r = s.patch(ctx, "/update-phone-number/"+strings.Replace(t.number, "+", "%2B", 1), map[string]any{
		"inbound_agents": []any{map[string]any{"agent_id": agent, "weight": 1, "agent_version": noSuchVersion}},
	})
	s.see("versions_checked", r.ok(), r.quoted())
}

func tryNixflex(ctx context.Context, s *session, t *trial) {
	token := t.twilio.arguments["auth_token"]
	r := s.get(ctx, "/v1/agents", "limit", "1")
	agent := first(r, "agents", "agent_id")
	if agent == "" {
		agent = first(r, "", "agent_id")
	}
	if token == "" || agent == "" || !t.clear(ctx) {
		return
	}
	const numbers = "/v1/phone-numbers"
	t.undo = append(t.undo, t.off(s))
	body := map[string]any{
		"phone_number": t.number, "agent_id": agent, "custom_prompt": "live",
		"twilio_sid": t.twilio.arguments["account_sid"], "twilio_token": strings.Repeat("0", 32),
	}
	refused := s.post(ctx, numbers, body)
	if !refused.ok() {
		s.see("invalid_credentials_always", !strings.Contains(string(refused.body), "twilio_invalid_credentials"), refused.quoted())
	}
	if err := t.off(s)(ctx); err != nil {
		return
	}
	body["twilio_token"] = token
	made := s.post(ctx, numbers, body)
	if !made.ok() {
		s.note("life", "not imported: "+made.quoted())
		return
	}
	if limit := made.header.Get("X-RateLimit-Limit"); limit != "" {
		s.see("writes_per_minute", limit == "120", made.request+": X-RateLimit-Limit "+limit)
	}
	answer := object(made.value)
	if inner := object(answer["phone_number"]); inner != nil {
		answer = inner
	}
	s.see("partial_answers", has(answer, "provider") && has(answer, "created_at"), made.request+": members of the answer")
	prompt := func() string {
		for _, n := range items(s.get(ctx, numbers, "limit", "100").value, "phone_numbers") {
			if text(n, "phone_number") == t.number {
				return text(n, "custom_prompt")
			}
		}
		return ""
	}
	s.see("import_ignores_prompt", prompt() == "live", "after an import custom_prompt is "+prompt())
	again := s.post(ctx, numbers, body)
	s.see("same_agent_reimports", !again.ok(), again.quoted())

	path := numbers + "/" + strings.Replace(t.number, "+", "%2B", 1)
	alone := s.patch(ctx, path, map[string]any{"sms_reply_enabled": false})
	s.see("prompt_only_updates", alone.ok(), alone.quoted())
	fixed := s.patch(ctx, path, map[string]any{"custom_prompt": "live 2", "agent_id": agent})
	s.see("unknown_fields_refused", fixed.ok(), fixed.quoted())
	plain := s.patch(ctx, numbers+"/"+t.number, map[string]any{"custom_prompt": "live 3"})
	s.see("plain_plus_works", !plain.ok(), plain.quoted())
	key := http.Header{"Idempotency-Key": {"live-" + t.sid}}
	for _, prompt := range []string{"live 4", "live 5"} {
		s.send(ctx, call{method: http.MethodPatch, path: path, header: key, json: map[string]any{"custom_prompt": prompt}})
	}
	s.see("replays_writes", prompt() == "live 5", "after two updates with one Idempotency-Key custom_prompt is "+prompt())

	wired := t.wiring(ctx)
	s.send(ctx, call{method: http.MethodDelete, path: path})
	if wired["voice"] != "" {
		left := t.wiring(ctx)
		s.see("delete_leaves_webhooks", left["voice"] == "", "after the deletion voice_url is "+left["voice"])
	}
}

func tryResemble(ctx context.Context, s *session, t *trial) {
	token := t.twilio.arguments["auth_token"]
	if token == "" || !t.clear(ctx) {
		return
	}
	t.undo = append(t.undo, t.off(s))
	var agent map[string]any
	for _, a := range items(s.get(ctx, "/agents").value, "items") {
		if linked, _ := a["phone_numbers"].([]any); len(linked) == 0 { // one that answers no number
			agent = object(a["agent"])
		}
	}
	body := map[string]any{
		"phone_number": t.number, "label": "", "supports_inbound": true, "provider": "twilio",
		"twilio_account_sid": t.twilio.arguments["account_sid"], "twilio_auth_token": token,
	}
	blank := s.post(ctx, "/phone_numbers", body)
	s.see("failures_are_200", !blank.ok(), blank.quoted())
	body["label"], body["twilio_auth_token"] = "live", strings.Repeat("0", 32)
	refused := s.post(ctx, "/phone_numbers", body)
	if wrong := object(object(refused.value)["errors"]); wrong != nil {
		s.see("credentials_blamed", !has(wrong, "twilio_credentials"), refused.quoted())
	}
	if err := t.off(s)(ctx); err != nil {
		return
	}
	body["twilio_auth_token"] = token
	if agent != nil {
		body["agent_uuid"] = text(agent, "uuid")
	}
	made := s.post(ctx, "/phone_numbers", body)
	number := object(object(made.value)["item"])
	id := formed(number["id"])
	if !made.ok() || id == "" {
		s.note("life", "not registered: "+made.quoted())
		return
	}
	s.see("creations_are_201", made.status == http.StatusOK, made.String())
	path := "/phone_numbers/" + id
	edited := s.patch(ctx, path, map[string]any{"label": "live 2"})
	s.see("edits_are_405", edited.status != http.StatusMethodNotAllowed, edited.quoted())
	if agent != nil {
		linked := func() bool { return text(object(object(s.get(ctx, path).value)["item"]), "agent_uuid") != "" }
		s.see("creation_links", !linked(), made.request+" with agent_uuid: whether the number is linked")
		if r := s.patch(ctx, "/agents/"+text(agent, "uuid"), map[string]any{"phone_number_id": number["id"]}); r.ok() {
			r = s.patch(ctx, "/agents/"+text(agent, "uuid"), map[string]any{"phone_number_id": nil})
			s.see("null_ignored", !linked(), r.String()+" with phone_number_id null: whether the number is linked")
		}
	}
	if deleted := s.delete(ctx, record{id: id}); deleted.ok() {
		gone := s.get(ctx, path)
		status := text(object(object(gone.value)["item"]), "status")
		s.see("slow_deletion", status != "deleting", fmt.Sprintf("right after the deletion: %s, status %q", gone, status))
	}
}
