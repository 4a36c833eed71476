package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// maxOnSale is how many numbers one search asks for.
const maxOnSale = 20

// looks is how often a purchase whose answer was lost is looked up, and the
// friendly name of a marked number: a purchase may still be under way at the first
// time, and reads may lag behind writes.
const looks = 3

var (
	countryCode = regexp.MustCompile(`^[A-Z]{2}$`)
	areaCode    = regexp.MustCompile(`^[0-9]{3}$`)
)

// searchTypes are the last parts of the paths of the searches.
var searchTypes = map[string]string{
	"":                   "Local",
	"local":              "Local",
	"toll_free":          "TollFree",
	"mobile":             "Mobile",
	"national":           "National",
	"voip":               "Voip",
	"shared_cost":        "SharedCost",
	"machine_to_machine": "MachineToMachine",
}

// searchCapabilities are the parameters that ask for a capability.
var searchCapabilities = map[string]string{
	"voice": "VoiceEnabled",
	"sms":   "SmsEnabled",
	"mms":   "MmsEnabled",
	"fax":   "FaxEnabled",
}

// Search is platform.Carrier's. It reserves nothing.
func (c *Carrier) Search(ctx context.Context, n platform.Number) ([]string, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return nil, err
	}
	if n.Purchase == nil {
		return nil, errors.New("a search needs the criteria of a purchase")
	}
	query, err := searchQuery(*n.Purchase)
	if err != nil {
		return nil, err
	}
	// The client library has a function and types of its own for each type of
	// number, all the same but for their names.
	path := "/2010-04-01/Accounts/" + account + "/AvailablePhoneNumbers/" + n.Purchase.Country + "/" +
		searchTypes[n.Purchase.Type] + ".json"
	var answer struct {
		AvailablePhoneNumbers []struct {
			PhoneNumber string `json:"phone_number"`
		} `json:"available_phone_numbers"`
	}
	const doing = "search for a number on sale"
	err = c.http.JSON(ctx, http.MethodGet, path, query, nil, &answer)
	switch {
	case errors.Is(err, platform.ErrNotFound):
		// Not ErrNotFound: that would be a number that is not there.
		return nil, &platform.FieldError{Field: "purchase.type", Err: errors.New(
			explained(doing, err).Error() + "; Twilio sells no numbers of this type in " + n.Purchase.Country)}
	case err != nil:
		return nil, explained(doing, err)
	case answer.AvailablePhoneNumbers == nil:
		return nil, fmt.Errorf("%s: the answer of Twilio lacks available_phone_numbers", doing)
	}
	var onSale []string
	for _, offer := range answer.AvailablePhoneNumbers[:min(maxOnSale, len(answer.AvailablePhoneNumbers))] {
		if platform.IsE164(offer.PhoneNumber) && !slices.Contains(onSale, offer.PhoneNumber) {
			onSale = append(onSale, offer.PhoneNumber)
		}
	}
	return onSale, nil
}

// searchQuery are the parameters of a search, the same for every type.
func searchQuery(p platform.Purchase) (url.Values, error) {
	query := url.Values{"PageSize": {strconv.Itoa(maxOnSale)}}
	invalid := func(field, must string) (url.Values, error) {
		return nil, &platform.FieldError{Field: "purchase." + field, Err: errors.New(must)}
	}
	if !countryCode.MatchString(p.Country) {
		return invalid("country", "a search needs a country as two capital letters, for example US")
	}
	if searchTypes[p.Type] == "" {
		return invalid("type", strconv.Quote(p.Type)+" is not a type of number that Twilio sells")
	}
	if p.AreaCode != "" && !areaCode.MatchString(p.AreaCode) {
		return invalid("area_code", "must be three digits, as in the United States and Canada")
	}
	for _, capability := range p.Capabilities {
		parameter, ok := searchCapabilities[capability]
		if !ok {
			return invalid("capabilities", strconv.Quote(capability)+" is not a capability of a number at Twilio")
		}
		query.Set(parameter, "true")
	}
	for parameter, value := range map[string]string{
		"AreaCode":     p.AreaCode,
		"Contains":     p.Contains,
		"InRegion":     p.InRegion,
		"InLocality":   p.InLocality,
		"InPostalCode": p.InPostalCode,
		"NearNumber":   p.NearNumber,
		"NearLatLong":  p.NearLatLong,
	} {
		if value != "" {
			query.Set(parameter, value)
		}
	}
	if p.Distance != 0 {
		query.Set("Distance", strconv.FormatInt(p.Distance, 10))
	}
	for parameter, value := range map[string]*bool{
		"ExcludeAllAddressRequired":     p.ExcludeAllAddressRequired,
		"ExcludeLocalAddressRequired":   p.ExcludeLocalAddressRequired,
		"ExcludeForeignAddressRequired": p.ExcludeForeignAddressRequired,
		"Beta":                          p.Beta,
	} {
		if value != nil {
			query.Set(parameter, strconv.FormatBool(*value))
		}
	}
	return query, nil
}

// Buy is platform.Carrier's. Twilio has no key that makes a purchase safe to
// repeat, so it is sent once, and a lost answer is made up for by looking the
// number up.
func (c *Carrier) Buy(ctx context.Context, n platform.Number, marker string) (platform.Number, error) {
	account, err := c.accountOf(n)
	if err != nil {
		return n, err
	}
	if !platform.IsE164(n.PhoneNumber) {
		return n, fmt.Errorf("%q is not a phone number in E.164 form", n.PhoneNumber)
	}
	n.AccountSID = account
	bought, err := c.create(ctx, purchaseParams(n, marker))
	if err != nil {
		return c.settlePurchase(ctx, n, marker, err)
	}
	n = reported(n, bought)
	if marker != "" && bought.FriendlyName != nil && *bought.FriendlyName != marker {
		return n, fmt.Errorf("buy %s: it is bought, but %w; its friendly_name is %q",
			n.PhoneNumber, platform.ErrClaimed, *bought.FriendlyName)
	}
	return n, nil
}

// purchaseParams are the parameters that buy n as it is to be, so that it answers
// from its first moment. The emergency address alone comes by Configure, since a
// purchase has been seen to ignore it.
func purchaseParams(n platform.Number, marker string) *api.CreateIncomingPhoneNumberParams {
	named := &update{}
	for _, f := range fields {
		if value := n.Settings[f.Name]; f.isSet(value) && f.Name != platform.EmergencyAddressSID {
			f.write(named, value)
		}
	}
	if marker != "" {
		named.SetFriendlyName(marker)
	}
	return &api.CreateIncomingPhoneNumberParams{
		PathAccountSid: &n.AccountSID, PhoneNumber: &n.PhoneNumber, FriendlyName: named.FriendlyName,
		AddressSid: named.AddressSid, BundleSid: named.BundleSid, IdentitySid: named.IdentitySid,
		VoiceUrl: named.VoiceUrl, VoiceMethod: named.VoiceMethod,
		VoiceFallbackUrl: named.VoiceFallbackUrl, VoiceFallbackMethod: named.VoiceFallbackMethod,
		VoiceApplicationSid: named.VoiceApplicationSid, VoiceCallerIdLookup: named.VoiceCallerIdLookup,
		VoiceReceiveMode: named.VoiceReceiveMode, TrunkSid: named.TrunkSid,
		SmsUrl: named.SmsUrl, SmsMethod: named.SmsMethod,
		SmsFallbackUrl: named.SmsFallbackUrl, SmsFallbackMethod: named.SmsFallbackMethod,
		SmsApplicationSid: named.SmsApplicationSid,
		StatusCallback:    named.StatusCallback, StatusCallbackMethod: named.StatusCallbackMethod,
	}
}

// settlePurchase finds out whether a purchase that failed has bought the number.
// Whether it has bought one that does not carry the purchase's marker, nobody can
// tell, unless it was refused. It looks several times, and what it finds may be
// somebody else's, so it is no httpapi.Write.
func (c *Carrier) settlePurchase(
	ctx context.Context, n platform.Number, marker string, failure error,
) (platform.Number, error) {
	answer, answered := errors.AsType[*httpapi.Error](failure)
	unavailable := answered && answer.Code == codeUnavailable
	if !unavailable && !httpapi.IsUnclear(failure) {
		return n, explained("buy "+n.PhoneNumber, failure)
	}
	ctx, cancel := httpapi.Settling(ctx)
	defer cancel()
	owned, err := c.Find(ctx, n)
	for look := 1; look < looks && !unavailable && errors.Is(err, platform.ErrNotFound); look++ {
		if httpapi.Pause(ctx, c.pollInterval); ctx.Err() != nil {
			break
		}
		owned, err = c.Find(ctx, n)
	}
	switch {
	case err == nil && marker != "" && owned.Marker() != marker && unavailable:
		return n, fmt.Errorf("buy %s: %w: %w; another purchase of this account has it",
			n.PhoneNumber, platform.ErrUnavailable, failure)
	case err == nil && marker != "" && owned.Marker() != marker:
		return owned, fmt.Errorf("buy %s: %w; the account owns it now, but %w; its friendly_name is %q",
			n.PhoneNumber, failure, platform.ErrClaimed, owned.Settings.String(platform.FriendlyName))
	case err == nil:
		return owned, nil
	case !errors.Is(err, platform.ErrNotFound):
		return n, fmt.Errorf("buy %s: %w; the number may have been bought: looking it up failed too (%w); "+
			"the next apply looks it up again before it buys", n.PhoneNumber, failure, err)
	case !unavailable:
		return n, fmt.Errorf("buy %s: %w; Twilio does not show the number as bought; should that change, "+
			"the next apply finds it instead of buying again", n.PhoneNumber, failure)
	}
	owner := "it has gone to somebody else"
	if account, err := c.Elsewhere(ctx, n); err == nil && account != "" {
		owner = "the related account " + account + " owns it"
	}
	return n, fmt.Errorf("buy %s: %w: %w; %s", n.PhoneNumber, platform.ErrUnavailable, failure, owner)
}
