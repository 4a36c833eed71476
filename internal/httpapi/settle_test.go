package httpapi_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telephony-iac/terraform-provider-telephony/internal/httpapi"
)

func TestSettlingHasALittleTimeOfItsOwn(t *testing.T) {
	for name, tc := range map[string]struct {
		timeout, cancelled time.Duration // of the operation; 0: not at all
		within             time.Duration // how long the look-up may take, which begins at 10 s
	}{
		"much time left":                  {timeout: time.Hour, within: time.Hour - 10*time.Second},
		"almost over":                     {timeout: 11 * time.Second, within: 30 * time.Second},
		"over":                            {timeout: 5 * time.Second, within: 30 * time.Second},
		"interrupted before":              {timeout: time.Hour, cancelled: 9 * time.Second, within: 750 * time.Millisecond},
		"interrupted meanwhile":           {timeout: time.Hour, cancelled: 12 * time.Second, within: 2750 * time.Millisecond},
		"no time-out, interrupted before": {cancelled: 9 * time.Second, within: 750 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.timeout > 0 {
					ctx, cancel = context.WithTimeout(ctx, tc.timeout)
					defer cancel()
				}
				if tc.cancelled > 0 {
					time.AfterFunc(tc.cancelled, cancel)
				}
				time.Sleep(10 * time.Second)
				settling, done := httpapi.Settling(ctx)
				defer done()
				start := time.Now()
				<-settling.Done()
				if took := time.Since(start); took != tc.within {
					t.Errorf("it ended after %s, want %s", took, tc.within)
				}
			})
		})
	}
}
