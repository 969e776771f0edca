package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Go lets the heap grow to twice of what lives on before it collects garbage.
// For a language server, which mostly waits, that is too little at the start
// and too much with a large workspace open.
const (
	// heapFloor is the size in bytes up to which the heap may always grow. A file
	// that is opened makes it grow from almost nothing; without a floor, half of
	// the time until its diagnostics would go into collections on the way.
	heapFloor = 24 << 20
	// heapCeiling is the size in bytes from which on the heap may grow no more to
	// twice of what lives on, but by growth percent of that. With a workspace of
	// a thousand files the garbage would otherwise be a third of the memory.
	heapCeiling = 32 << 20
	growth      = 25
)

// keepHeapSmall has the collector wait for the heap to reach the size that
// percentOf lays down.
func keepHeapSmall() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentOf(live[0].Value.Uint64()))
	// The next collection finds that nothing refers to this any more.
	runtime.AddCleanup(new([16]byte), func(struct{}) { keepHeapSmall() }, struct{}{})
}

// collector collects garbage while nobody waits for an answer. The collection
// that comes by itself comes while one is made.
type collector struct {
	mu sync.Mutex
	// allocated is how much had been allocated in all, in bytes, when so many
	// collections were first seen to be done.
	collections, allocated uint64
}

// collect collects garbage if there is half as much of it as makes Go collect.
// Where there is more than seven tenths, Go may be at it, and a second collection
// would follow on the first.
func (c *collector) collect() {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/goal:bytes"}, {Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(heap)
	live, goal, allocated, collections := heap[0].Value.Uint64(), heap[1].Value.Uint64(), heap[2].Value.Uint64(), heap[3].Value.Uint64()
	c.mu.Lock()
	defer c.mu.Unlock()
	garbage, room := allocated-c.allocated, goal-min(live, goal)
	switch {
	case collections != c.collections: // one came meanwhile
		c.collections, c.allocated = collections, allocated
	case garbage >= room/2 && garbage < room/10*7:
		runtime.GC()
		c.collections, c.allocated = collections+1, allocated
	}
}

// percentOf returns by how many percent of what lives on, in bytes, the heap
// may grow.
func percentOf(live uint64) int {
	// The heap below which Go never collects is 4 MB at 100 percent and grows
	// with the percentage.
	const most = 100 * heapFloor / (4 << 20)
	if live == 0 {
		return most
	}
	limit := max(heapFloor, min(2*live, heapCeiling), live+live*growth/100)
	return min(int(100*limit/live)-100, most) // a few thousand at most
}
