package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestPercentOf(t *testing.T) {
	for _, test := range []struct{ live, limit uint64 }{ // in MB
		{0, 24}, {1, 24}, {4, 24}, {12, 24}, {14, 28}, {20, 32}, {28, 35}, {400, 500},
	} {
		live := max(test.live<<20, 4<<20)
		if test.live < 4 { // Go's least heap grows with the percentage instead
			if got := percentOf(test.live << 20); got != 600 {
				t.Errorf("%d MB live: got %d%%", test.live, got)
			}
			continue
		}
		if got := (live + live*uint64(percentOf(live))/100) >> 20; got > test.limit || got+1 < test.limit {
			t.Errorf("%d MB live: the heap grows to %d MB, want %d", test.live, got, test.limit)
		}
	}
}

// TestCollect makes garbage and holds that it is collected before Go does, and
// only then.
func TestCollect(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(600))
	var c collector
	collections := func() uint32 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.NumGC
	}
	runtime.GC()
	before := collections()
	for range 3 {
		c.collect() // the first sees that there was one
	}
	if after := collections(); after != before {
		t.Errorf("%d collections without garbage", after-before)
	}
	var kept [][]byte
	for range 13 {
		kept = append(kept, make([]byte, 1<<20))
	}
	runtime.KeepAlive(kept)
	for range 3 {
		c.collect()
	}
	if after := collections(); after != before+1 {
		t.Errorf("%d collections after garbage, want 1", after-before)
	}
}
