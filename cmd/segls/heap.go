package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapFloor is the size in bytes up to which the heap grows before garbage is
// collected. A file that is opened makes the heap grow from almost nothing;
// without a floor, half of the time until its diagnostics would go into
// collections on the way.
const heapFloor = 24 << 20

// keepHeapFloor has the collector wait for the heap to reach heapFloor, or
// twice of what lives on, if that is more. Go itself has only the latter.
func keepHeapFloor() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	percent := 100 * heapFloor / minHeap
	if n := live[0].Value.Uint64(); n > 0 {
		percent = min(percent, int(100*heapFloor/n)-100) //nolint:gosec // a few thousand at most
	}
	debug.SetGCPercent(max(100, percent))
	// The next collection finds that nothing refers to this any more.
	runtime.AddCleanup(new([16]byte), func(struct{}) { keepHeapFloor() }, struct{}{})
}

// minHeap is the heap below which Go never collects at 100 percent; it grows
// with the percentage.
const minHeap = 4 << 20
