package simulator

import "time"

// Limit is how much a service takes. What is beyond that has no effect and is answered 429, in the service's own words.
// It comes on top of the limits in the rules of the services. The zero value is none.
type Limit struct {
	PerSecond  int // requests, in the long run
	Burst      int // requests at once, after a pause; 0 stands for those of one second
	Concurrent int // requests in flight
}

// SetLimit limits what a service takes from now on.
func (s *Server) SetLimit(name Service, limit Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit.Burst == 0 {
		limit.Burst = limit.PerSecond
	}
	s.meters[name] = &meter{Limit: limit, left: float64(limit.Burst), at: s.now()}
}

// meter holds requests against a limit.
type meter struct {
	Limit

	left float64   // requests that may come at once
	at   time.Time // when that was so
}

// refuses counts a request, one of so many in flight, and says whether it is one too many. A nil meter has no limit.
func (m *meter) refuses(now time.Time, inFlight int) bool {
	switch {
	case m == nil:
		return false
	case m.Concurrent > 0 && inFlight > m.Concurrent:
		return true
	case m.PerSecond == 0:
		return false
	}
	m.left = min(m.left+now.Sub(m.at).Seconds()*float64(m.PerSecond), float64(m.Burst))
	m.at = now
	if m.left < 1 {
		return true
	}
	m.left--
	return false
}
