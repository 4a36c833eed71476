package simulator_test

import (
	"fmt"
	"net/http"
	"testing"

	messaging "github.com/twilio/twilio-go/rest/messaging/v1"
	routes "github.com/twilio/twilio-go/rest/routes/v2"

	"github.com/telephony-iac/terraform-provider-telephony/internal/simulator"
)

const sales = "+14155550109"

// withServices is a world with two Messaging Services and two numbers, of which the second can carry calls alone.
func withServices(t *testing.T, rules simulator.TwilioRules) (w *world, services [2]string, texts, calls string) {
	t.Helper()
	w = start(t, simulator.WithTwilio(rules))
	services[0] = w.Twilio().AddService(simulator.TwilioService{InboundRequestURL: "https://example.com/in"})
	services[1] = w.Twilio().AddService(simulator.TwilioService{UseInboundWebhookOnNumber: true})
	texts = w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: support})
	calls = w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: sales, Capabilities: simulator.TwilioCapabilities{Voice: true}})
	return w, services, texts, calls
}

func pool(service string) string { return "/v1/Services/" + service + "/PhoneNumbers" }

func TestPoolTakesANumberOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		rules                       simulator.TwilioRules
		created, conflict, code, no int
	}{
		"by default": {simulator.TwilioRules{}, http.StatusCreated, http.StatusConflict, 21715, http.StatusBadRequest},
		"with their rules": {
			simulator.TwilioRules{
				MemberAnswers200: true, MemberConflictIs400: true,
				MemberIncapable: simulator.TwilioError{Status: http.StatusForbidden, Code: 20001, Message: "No"},
			},
			http.StatusOK, http.StatusBadRequest, 20001, http.StatusForbidden,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, services, texts, calls := withServices(t, tc.rules)
			join := func(service, sid string) reply { return w.post(pool(service), form("PhoneNumberSid", sid)) }
			join(services[0], texts).accepted(t, tc.created)
			join(services[0], texts).refused(t, tc.conflict, 21710)
			join(services[1], texts).refused(t, tc.conflict, 21712)
			join(services[0], calls).refused(t, tc.no, tc.code)
			join(services[0], "SC"+texts[2:]).refused(t, http.StatusBadRequest, 21421)
			join(services[0], "PN0000000000000000000000000000ffff").refused(t, http.StatusNotFound, 20404)
			join("MG0000000000000000000000000000ffff", texts).refused(t, http.StatusNotFound, 20404)
			if members := w.get(pool(services[0])).items("phone_numbers"); len(members) != 1 || members[0]["sid"] != texts {
				t.Errorf("members are %v", members)
			}
			w.delete(pool(services[0])+"/"+texts).accepted(t, http.StatusNoContent)
			w.delete(pool(services[0])+"/"+texts).refused(t, http.StatusNotFound, 20404)
			w.get(pool(services[0])+"/"+texts).refused(t, http.StatusNotFound, 20404)
			w.get(number(texts)).accepted(t, http.StatusOK)
			join(services[1], texts).accepted(t, tc.created)
		})
	}
}

func TestPoolHasASize(t *testing.T) {
	for _, size := range []int{0, 1} { // 0 stands for 400
		w, services, texts, _ := withServices(t, simulator.TwilioRules{PoolSize: size})
		for i := range 399 {
			w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: fmt.Sprintf("+1312555%04d", i), MessagingServiceSID: services[0]})
		}
		join := func(service, sid string) reply { return w.post(pool(service), form("PhoneNumberSid", sid)) }
		if size == 1 {
			join(services[0], texts).refused(t, http.StatusBadRequest, 21714)
			join(services[1], texts).accepted(t, http.StatusCreated)
			continue
		}
		join(services[0], texts).accepted(t, http.StatusCreated)
		more := w.Twilio().AddNumber(simulator.TwilioNumber{PhoneNumber: "+14155550188"})
		join(services[0], more).refused(t, http.StatusBadRequest, 21714)
	}
}

func TestReleaseAndThePool(t *testing.T) {
	for stays, want := range map[bool]int{false: 0, true: 1} {
		w, services, texts, _ := withServices(t, simulator.TwilioRules{ReleasedStaysMember: stays})
		w.post(pool(services[0]), form("PhoneNumberSid", texts)).accepted(t, http.StatusCreated)
		w.delete(number(texts)).accepted(t, http.StatusNoContent)
		if members := w.get(pool(services[0])).items("phone_numbers"); len(members) != want {
			t.Errorf("stays: %t, members are %v", stays, members)
		}
	}
}

func TestTransferAndThePool(t *testing.T) {
	for keeps, want := range map[bool]string{false: "", true: "in it"} {
		w, services, texts, _ := withServices(t, simulator.TwilioRules{TransferKeepsMember: keeps})
		sub := w.Twilio().AddSubaccount(main)
		w.post(pool(services[0]), form("PhoneNumberSid", texts)).accepted(t, http.StatusCreated)
		w.update(texts, form("AccountSid", sub.SID)).accepted(t, http.StatusOK)
		if n, _ := w.Twilio().Number(support); (n.MessagingServiceSID != "") != (want != "") {
			t.Errorf("keeps: %t, it is in %q", keeps, n.MessagingServiceSID)
		}
	}
}

func TestRestrictedKeyIsRefused(t *testing.T) {
	for status, rule := range map[int]simulator.TwilioError{
		http.StatusForbidden: {}, http.StatusUnauthorized: {Status: http.StatusUnauthorized, Code: 20003, Message: "No"},
	} {
		w, services, _, _ := withServices(t, simulator.TwilioRules{RestrictedKey: rule})
		key := w.Twilio().AddRestrictedKey(main, "/v1/Services", "/v2/")
		restricted := w.as(key.SID, key.Secret)
		restricted.get(pool(services[0])).refused(t, status, 20003)
		restricted.get("/v2/PhoneNumbers/%2B14155550100").refused(t, status, 20003)
		restricted.get(numbers+".json").accepted(t, http.StatusOK)
		w.get(pool(services[0])).accepted(t, http.StatusOK)
	}
}

func TestTwilioGoReadsServicesAndRoutes(t *testing.T) {
	w, services, texts, _ := withServices(t, simulator.TwilioRules{})
	twilio := w.letters().twilioGo()
	listed, err := twilio.MessagingV1.ListService(&messaging.ListServiceParams{})
	if err != nil || len(listed) != 2 || *listed[0].UseInboundWebhookOnNumber || !*listed[1].UseInboundWebhookOnNumber ||
		*listed[0].InboundRequestUrl == "" || listed[1].InboundRequestUrl != nil {
		t.Fatalf("%+v, %v", listed, err)
	}
	if _, err := twilio.MessagingV1.CreatePhoneNumber(services[0], (&messaging.CreatePhoneNumberParams{}).SetPhoneNumberSid(texts)); err != nil {
		t.Fatal(err)
	}
	members, err := twilio.MessagingV1.ListPhoneNumber(services[0], &messaging.ListPhoneNumberParams{})
	if err != nil || len(members) != 1 || *members[0].PhoneNumber != support {
		t.Fatalf("%+v, %v", members, err)
	}
	route, err := twilio.RoutesV2.UpdatePhoneNumber(support, (&routes.UpdatePhoneNumberParams{}).SetVoiceRegion("ie1"))
	if err != nil || *route.VoiceRegion != "ie1" {
		t.Fatalf("%+v, %v", route, err)
	}
	if route, err = twilio.RoutesV2.FetchPhoneNumber(support); err != nil || *route.VoiceRegion != "ie1" || *route.PhoneNumber != support {
		t.Errorf("%+v, %v", route, err)
	}
}

func TestRoutes(t *testing.T) {
	const path = "/v2/PhoneNumbers/%2B14155550100"
	w, _, _, _ := withServices(t, simulator.TwilioRules{})
	if got := w.get(path).accepted(t, http.StatusOK).fields["voice_region"]; got != "us1" {
		t.Errorf("a number that was never routed is in %v", got)
	}
	w.get("/v2/PhoneNumbers/%2B14155550777").refused(t, http.StatusNotFound, 20404)
	w.post(path, form("VoiceRegion", "mars1")).refused(t, http.StatusBadRequest, 20001)

	w, _, _, _ = withServices(t, simulator.TwilioRules{UnroutedIsNotFound: true})
	w.get(path).refused(t, http.StatusNotFound, 20404)
	w.post(path, form("VoiceRegion", "au1")).accepted(t, http.StatusOK)
	w.get(path).accepted(t, http.StatusOK)

	w, _, _, _ = withServices(t, simulator.TwilioRules{RoutesOfUS1Alone: true})
	w.get(path).refused(t, http.StatusUnauthorized, 20003)
	w.get(numbers+".json").accepted(t, http.StatusOK)
}
