package twilio

import (
	"errors"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// importExamples are whole import IDs; the service's name may be left out.
var importExamples = []string{
	"+14155550100", "PN0123456789abcdef0123456789abcdef", kindName + "/+14155550100",
	kindName + "/PN0123456789abcdef0123456789abcdef",
}

// readImportID takes a number in E.164 form or a number's SID.
func readImportID(id string) (platform.Number, error) {
	switch {
	case platform.IsE164(id):
		return platform.Number{PhoneNumber: id}, nil
	case numberSID.MatchString(id):
		return platform.Number{SID: id}, nil
	}
	return platform.Number{}, errors.New("it is neither a phone number in E.164 form nor a PN… SID")
}

// importID is Kind.ImportID. By its number, a number is found in whatever
// account the import looks at.
func importID(n platform.Number) string { return n.PhoneNumber }
