package main

import "testing"

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
