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

func TestIsHalfFull(t *testing.T) {
	for _, test := range []struct {
		live, goal, size uint64
		want             bool
	}{
		{10, 24, 10, false}, {10, 24, 17, false}, {10, 24, 18, true}, {10, 24, 24, true}, {10, 24, 8, false}, {0, 24, 13, true}, {30, 24, 31, true},
	} {
		if got := isHalfFull(test.live, test.goal, test.size); got != test.want {
			t.Errorf("%d live, %d used of %d: got %v", test.live, test.size, test.goal, got)
		}
	}
}

// TestCollectEarly makes garbage and holds that it is gone afterwards.
func TestCollectEarly(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(600))
	runtime.GC()
	collections := func() uint32 {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		return now.NumGC
	}
	before := collections()
	collectEarly()
	if after := collections(); after != before {
		t.Errorf("%d collections without garbage", after-before)
	}
	var kept [][]byte
	for range 20 {
		kept = append(kept, make([]byte, 1<<20))
	}
	runtime.KeepAlive(kept)
	collectEarly()
	if after := collections(); after != before+1 {
		t.Errorf("%d collections after garbage, want 1", after-before)
	}
}
