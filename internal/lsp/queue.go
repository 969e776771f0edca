package lsp

import (
	"context"
	"sync"
)

// queue runs one work after the other, in the order in which they were added:
// that of the messages that ask for them.
type queue struct {
	mu        sync.Mutex
	waiting   []func(context.Context)
	isRunning bool
}

// enqueue has work done behind what a queue has to do before.
func (s *server) enqueue(q *queue, name string, work func(context.Context)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, func(ctx context.Context) { s.guard(name, func() { work(ctx) }) })
	if !q.isRunning {
		q.isRunning = true
		s.goBackground("queue", q.run)
	}
}

// run does all that waits.
func (q *queue) run(ctx context.Context) {
	for {
		q.mu.Lock()
		if len(q.waiting) == 0 || ctx.Err() != nil {
			q.waiting, q.isRunning = nil, false
			q.mu.Unlock()
			return
		}
		work := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		work(ctx)
	}
}
