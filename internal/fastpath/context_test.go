package fastpath

import (
	"context"
	"runtime"
	"testing"
	"time"
)

func TestContextOfACallIsThatOfTheRequestUntilItEnds(t *testing.T) {
	t.Parallel()
	type key struct{}
	request, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Hour)
	defer cancel()
	call, end := forCall(request)
	kept, stop := context.WithCancel(call)
	defer stop()
	if _, limited := call.Deadline(); !limited || kept.Err() != nil || kept.Value(key{}) != "value" {
		t.Error("the call has not the request's context")
	}
	cancel()
	if <-kept.Done(); kept.Err() == nil {
		t.Error("the end of the request is not that of the call")
	}
	end()
	if <-call.Done(); call.Err() == nil || call.Value(key{}) != nil {
		t.Error("the context outlives its call")
	}
}

func TestWhatIsKeptOfACallHoldsNothing(t *testing.T) {
	type key struct{}
	var kept []context.CancelFunc // as the framework does
	held := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := held()
	for range 100 {
		request, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, make([]byte, 1<<20)))
		call, end := forCall(request)
		_, stop := context.WithCancel(call)
		kept = append(kept, stop)
		cancel()
		end()
	}
	if after := held(); after > before+50<<20 {
		t.Errorf("%d bytes are held of %d calls", after-before, len(kept))
	}
	runtime.KeepAlive(kept)
}
