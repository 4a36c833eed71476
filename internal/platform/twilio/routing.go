package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/twilio/twilio-go/client"
	routes "github.com/twilio/twilio-go/rest/routes/v2"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

var _ platform.Router = (*Carrier)(nil)

// receivers are the settings that a Messaging Service outranks.
var receivers = []string{"sms_url", "sms_fallback_url", "sms_application_sid"}

// Outranked is platform.Router's: a Messaging Service takes messages before the
// number's own settings do. Only those of the credentials' account can be seen.
func (c *Carrier) Outranked(ctx context.Context, n platform.Number, settings []string) (*platform.Warning, error) {
	first := slices.IndexFunc(settings, func(name string) bool { return slices.Contains(receivers, name) })
	account, err := c.accountOf(n)
	if err != nil || first < 0 || account != c.accountSID || lacksSMS(n.Capabilities) {
		return nil, nil //nolint:nilerr // the apply says so
	}
	named, managed := n.Settings[membership.Name]
	if managed && named == nil || !managed && n.SID == "" {
		return nil, nil // it leaves the pool, or has yet to be bought
	}
	service := n.Settings.String(membership.Name)
	var does inbound
	var there bool
	if err := c.withPools(ctx, func(p *pools) {
		if !managed {
			service = p.memberOf[n.SID]
		}
		does, there = p.services[service]
	}); isUnserved(err) {
		return nil, nil
	} else if err != nil {
		return nil, permitted(err, "a key that may not read Messaging Services and their phone numbers cannot see which of them "+
			"takes the messages of a number before the number's own settings do")
	}
	if !there || does == yielded {
		return nil, nil
	}
	return outranked(n, service, settings[first], does, managed), nil
}

// outranked says that the Service takes the messages of n before the setting does.
func outranked(n platform.Number, service, setting string, does inbound, named bool) *platform.Warning {
	of := "of this resource"
	if n.Settings[setting] == nil { // its platform sets it
		of = "that its platform relies on"
	}
	then := "They go to the inbound URL of the Service, and " + setting + " " + of + " is not called."
	if does == discarded {
		then = "The Service has no inbound URL, so that they are neither received nor logged, and " + setting + " " + of + " is not called."
	}
	way := fmt.Sprintf("take the number out of the sender pool of the Service (messaging_service_sid puts that into the "+
		"configuration: name %s there, or another one)", service)
	if named {
		way = "leave messaging_service_sid out, which takes the number out of the sender pool"
	}
	return &platform.Warning{
		Summary: "A Messaging Service takes the messages of a number first",
		Detail: fmt.Sprintf("%s is to receive messages by %s, and Messaging Service %s outranks that. %s Either %s; or set "+
			"use_inbound_webhook_on_number of the Service to true, so that each of its numbers goes by its own settings.",
			n.PhoneNumber, setting, service, then, way),
	}
}

// permitted says of an error what the credentials cannot do, if they are refused.
func permitted(err error, lacking string) error {
	if isDenied(err) {
		return fmt.Errorf("%w; %s", err, lacking)
	}
	return err
}

// isUnserved says that there is nothing to look at: what stands in for Twilio's hosts
// need not know this one. No more than a warning hangs on it.
func isUnserved(err error) bool {
	answer, ok := errors.AsType[*httpapi.Error](err)
	return ok && answer.Status == http.StatusNotFound
}

// homeRegion processes the calls of every number that was given no other Region
// (Twilio docs: inbound processing Region).
const homeRegion = "us1"

// Misplaced is platform.Router's: each Region has a wiring of its own for a number, and
// one of them processes its calls.
func (c *Carrier) Misplaced(ctx context.Context, n platform.Number) (*platform.Warning, error) {
	region := homeRegion
	if n.SID != "" {
		if len(n.Capabilities) > 0 && !slices.Contains(n.Capabilities, "voice") {
			return nil, nil
		}
		if account, err := c.accountOf(n); err != nil || account != c.accountSID {
			return nil, nil //nolint:nilerr // the Routes API shows the credentials' account alone
		}
		var err error
		if region, err = c.voiceRegion(ctx, n); err != nil {
			return nil, permitted(err, "only a key of Region us1 that may read routes can see which Region processes the calls of "+
				"a number; the provider works in "+c.region)
		}
	}
	if region == c.region {
		return nil, nil
	}
	called, in := n.PhoneNumber, n.PhoneNumber
	if called == "" {
		called, in = "a number that is bought", "{phone_number}"
	}
	return &platform.Warning{
		Summary: fmt.Sprintf("Calls are processed in Region %s, and the provider works in %s", region, c.region),
		Detail: fmt.Sprintf("Twilio processes the calls of %s in Region %s, by the wiring that it has there. The provider "+
			"reads and writes the wiring of Region %s, as does a platform with these credentials, and no call goes "+
			"by that. Either configure the provider with region = %[2]q, an edge and credentials of that Region; or route its calls "+
			"to %[3]s: POST VoiceRegion=%[3]s to https://routes.twilio.com/v2/PhoneNumbers/%[4]s, which takes up to five minutes.",
			called, region, c.region, in),
	}, nil
}

// voiceRegion reads which Region processes the calls of n.
func (c *Carrier) voiceRegion(ctx context.Context, n platform.Number) (string, error) {
	doing := "look up the Region of " + n.PhoneNumber
	if !platform.IsE164(n.PhoneNumber) {
		return "", fmt.Errorf("%s: it is not in E.164 form", doing)
	}
	request := &request{ctx: ctx, http: c.http}
	route, err := routes.NewApiService(&client.RequestHandler{Client: request}).FetchPhoneNumber(httpapi.Segment(n.PhoneNumber))
	if err != nil {
		err = request.failure(err)
		if isUnserved(err) {
			return homeRegion, nil
		}
		return "", explained(doing, err)
	}
	switch {
	case route.PhoneNumber != nil && *route.PhoneNumber != n.PhoneNumber:
		return "", explained(doing, request.answer.Unusable(errors.New("it is about another number")))
	case route.VoiceRegion == nil || *route.VoiceRegion == "":
		return homeRegion, nil
	case !hostLabel.MatchString(*route.VoiceRegion):
		return "", explained(doing, request.answer.Unusable(errors.New("its voice_region is not the name of a Region")))
	}
	return *route.VoiceRegion, nil
}
