package purchase

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// criteriaMark begins the marks of the purchases that are made by the criteria.
// Versions before the nonce wrote it alone. It must stay what it is for as long as
// somebody may have a number that carries it.
func criteriaMark(criteria *platform.Purchase) string {
	text, err := json.Marshal(criteria)
	if err != nil {
		panic(err) // a struct of strings, numbers and bools
	}
	sum := sha256.Sum256(text)
	return platform.MarkerPrefix + hex.EncodeToString(sum[:8])
}

// newMark is the mark of one creation: its criteria, and a nonce. A friendly name
// has 64 characters at most.
func newMark(criteria *platform.Purchase) string {
	nonce := make([]byte, 8)
	_, _ = rand.Read(nonce) // never fails
	return criteriaMark(criteria) + "-" + hex.EncodeToString(nonce)
}

// madeBy says whether the mark is of a purchase by the criteria.
func madeBy(mark string, criteria *platform.Purchase) bool {
	prefix := criteriaMark(criteria)
	return mark == prefix || strings.HasPrefix(mark, prefix+"-")
}
