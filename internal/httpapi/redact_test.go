package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

// A service that refuses a secret may quote it; the error must not.
func TestErrorQuotesNoSecretOfTheRequest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		authorize func(*http.Request)
		body      string
		quoted    string
	}{
		"bearer token":   {func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }, "", secret},
		"key and secret": {func(r *http.Request) { r.Header.Set("Authorization", "Bearer key_1:"+secret) }, "", secret},
		"basic":          {func(r *http.Request) { r.SetBasicAuth("AC1", secret) }, "", secret},
		"basic, encoded": {func(r *http.Request) { r.SetBasicAuth("AC1", secret) }, "", "QUMxOnQwcC1zZWNyZXQ="},
		"in the body":    {func(*http.Request) {}, `{"sip": [{"trunkPassword": "` + secret + `"}]}`, secret},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", test.quoted)
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = fmt.Fprintf(w, `{"code": %[1]q, "message": "%[1]s of agent_1 is wrong"}`, test.quoted)
			})
			u, err := httpapi.ParseBaseURL(base)
			if err != nil {
				t.Fatal(err)
			}
			client := httpapi.New("Acme", httpapi.Endpoint{BaseURL: u, Authorize: test.authorize}, describe, httpapi.Options{})
			_, err = client.Do(t.Context(), httpapi.Request{
				Method: http.MethodPost, Path: "/numbers", Body: []byte(test.body), ContentType: "application/json",
			})
			if err == nil || strings.Contains(err.Error(), test.quoted) || !strings.Contains(err.Error(), "[redacted] of agent_1 is wrong") {
				t.Errorf("%v", err)
			}
		})
	}
}
