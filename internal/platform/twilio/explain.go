package twilio

import (
	"errors"
	"fmt"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// codeUnavailable is Twilio's word for a number that somebody else has, or
// that the account bought a moment ago.
const codeUnavailable = "21422"

// remedies are by Twilio's error code the field that it blames, if that is
// certain, and the way out. Twilio changes texts and causes, so nothing but the
// code is looked at: https://www.twilio.com/docs/api/errors
var remedies = map[string]struct{ field, wayOut string }{
	"10001": {wayOut: "the account is not active: look at it in the Twilio Console"},
	"20003": {wayOut: "check account_sid and the credentials: a key belongs to one account and one region, " +
		"only a main account's auth token reaches subaccounts, and a suspended account is refused as well"},
	"20005": {wayOut: "the account is not active: look at it in the Twilio Console"},
	"20008": {wayOut: "Twilio's test credentials can't do this: use those of a real account"},
	"20403": {wayOut: "the account is suspended or closed: look at it in the Twilio Console"},
	"21402": {wayOut: "one of the URLs is not one that Twilio can call: it must be absolute and public"},
	"21404": {wayOut: "a trial account can't buy this number: upgrade the account"},
	"21405": {"voice_fallback_url", "a fallback needs voice_url too"},
	"21406": {"sms_fallback_url", "a fallback needs sms_url too"},
	"21407": {"sms_url", "the number can't receive messages: remove its sms_ arguments"},
	"21409": {"voice_caller_id_lookup", "this kind of number has no caller ID lookup: remove the argument"},
	"21420": {"voice_application_sid", "the application must belong to the account that owns the number"},
	"21421": {"phone_number", "Twilio does not take it for a phone number: check its digits"},
	"21451": {"purchase.area_code", "it is not an area code of this country"},
	"21452": {"purchase.area_code", "no number of this area code is on sale: choose another one"},
	"21457": {"purchase.area_code", "this type of number can't be chosen by area code"},
	"21458": {"purchase.type", "the number is not of this type"},
	"21470": {"account_sid", "the number can't be transferred to this account"},
	"21471": {"account_sid", "the account does not exist"},
	"21472": {"account_sid", "the account is not active"},
	"21473": {"account_sid", "a number moves only between a main account and its subaccounts"},
	"21474": {"account_sid", "only the main account's auth token can transfer a number"},
	"21613": {"address_sid", "this number needs an address"},
	"21615": {"address_sid", "this number needs an address in its own area"},
	"21631": {"address_sid", "this number needs an address of the account that owns it"},
	"21634": {"emergency_address_sid", "emergency calls depend on it: deregister the number's emergency address first"},
	"21649": {"bundle_sid", "this number needs a regulatory bundle that Twilio has approved, which can take days"},
	"21650": {"identity_sid", "this number needs an identity document"},
	"21651": {"identity_sid", "the identity document does not suit this number"},
	"21714": {membership.Name, "the sender pool of the Messaging Service is full: choose another one, or ask Twilio for a larger pool"},
	"21715": {membership.Name, "the number can carry no messages: remove the argument, or choose a number with sms"},
	"22300": {wayOut: "compliance rules keep the account from buying new numbers: ask Twilio's support"},
	"22400": {wayOut: "the number has an active route configuration, which only Twilio's support can end"},
}

// remedied is an error with its way out.
type remedied struct {
	error
	wayOut string
}

func (e *remedied) Error() string { return e.error.Error() + "; " + e.wayOut }
func (e *remedied) Unwrap() error { return e.error }

// explained says what was to be done when err occurred and, where Twilio's code
// tells, the way out and the field to blame.
func explained(doing string, err error) error {
	_, told := errors.AsType[*remedied](err)
	answer, answered := errors.AsType[*httpapi.Error](err)
	err = fmt.Errorf("%s: %w", doing, err)
	if told || !answered {
		return err
	}
	remedy, known := remedies[answer.Code]
	if !known {
		return err
	}
	err = &remedied{err, remedy.wayOut}
	if remedy.field == "" {
		return err
	}
	return &platform.FieldError{Field: remedy.field, Err: err}
}

// writes are what all writes to Twilio have in common.
var writes = httpapi.Service{Title: "Twilio", Explain: explained}

// changed is for an error from after a write. Its chain is cut: that Twilio
// refused to let the number be read is no sign that nothing was changed.
func changed(doing string, err error) error {
	return platform.Final(explained(doing, err))
}
