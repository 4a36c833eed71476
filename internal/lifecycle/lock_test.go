package lifecycle_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telephony-iac/terraform-provider-telephony/internal/platform"
)

// gate holds the first request until it is opened.
type gate struct {
	direct
	reached, open chan struct{}
}

func (g gate) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-g.reached:
	default:
		close(g.reached)
		<-g.open
	}
	return g.direct.RoundTrip(req)
}

func TestWaitForANumberThatIsWorkedOnEndsWithItsContext(t *testing.T) {
	t.Parallel()
	sim := world("Line")
	g := gate{direct{sim}, make(chan struct{}), make(chan struct{})}
	m := manager(t, g)
	have := searched(platform.None)
	have.PhoneNumber, have.Purchase = sim.Twilio().Numbers()[0].PhoneNumber, nil
	created := make(chan error)
	go func() {
		_, err := m.Create(context.WithoutCancel(t.Context()), have)
		created <- err
	}()
	<-g.reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	have.SID = sim.Twilio().Numbers()[0].SID
	for name, work := range map[string]func() error{
		"create": func() error { _, err := m.Create(ctx, have); return err },
		"update": func() error { _, err := m.Update(ctx, have, have); return err },
		"delete": func() error { _, _, err := m.Delete(ctx, have); return err },
	} {
		if err := work(); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), have.PhoneNumber) {
			t.Errorf("%s: %v", name, err)
		}
	}
	close(g.open)
	if err := <-created; err != nil {
		t.Error(err)
	}
}
