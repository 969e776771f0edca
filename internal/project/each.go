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
	EachOf(files, func(f File) int64 { return f.Size }, work, take)
}

// EachOf is Each for anything that has a size in bytes.
func EachOf[F, T any](items iter.Seq[F], size func(F) int64, work func(F) T, take func(T) bool) {
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
	for f := range items {
		j := job{min(max(size(f), least), inFlight), make(chan T, 1)}
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
