package project

import (
	"iter"
	"runtime"
)

// inFlight bounds the texts that are worked on at the same time, in bytes.
const inFlight = 16 << 20

// Each calls work for every file, several at the same time, and take with the
// results, one after the other in the order of the files. It returns when all
// is done, or once take returns false and the work that was begun has ended.
//
// What is in flight at one time is bounded, in number and in bytes: a large
// file is worked on alone, and results never pile up behind a slow one.
func Each[T any](files iter.Seq[File], work func(File) T, take func(T) bool) {
	type job struct {
		weight int64
		result chan T
	}
	var (
		queue []job // the oldest first
		load  int64
		least = inFlight / int64(4*runtime.GOMAXPROCS(0))
		more  = true
	)
	takeOldest := func() {
		j := queue[0]
		queue = queue[1:]
		load -= j.weight
		if result := <-j.result; more {
			more = take(result)
		}
	}
	for f := range files {
		j := job{min(max(f.Size, least), inFlight), make(chan T, 1)}
		for len(queue) > 0 && (load+j.weight > inFlight || len(queue[0].result) > 0) {
			takeOldest()
		}
		if !more {
			break
		}
		go func() { j.result <- work(f) }()
		queue = append(queue, j)
		load += j.weight
	}
	for len(queue) > 0 {
		takeOldest()
	}
}
