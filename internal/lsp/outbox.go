package lsp

import (
	"errors"
	"io"
	"sync"
	"time"
)

// outbox is a connection whose writes never wait for the client. A client that
// writes on without reading would otherwise wait for a server that waits for
// it.
type outbox struct {
	io.ReadWriteCloser
	mu      sync.Mutex
	filled  sync.Cond
	pending []byte
	limit   int    // of pending, in bytes
	full    func() // called when it is reached
	err     error  // of the last write; nothing more is written then
	closed  bool
	done    chan struct{} // closed when all is written
}

// maxPending is how much may wait for a client that does not read, in bytes.
const maxPending = 256 << 20

// errUnread is why the session of a client ends that does not read.
var errUnread = errors.New("the client reads nothing of what it is sent")

// newOutbox calls full, from a Write, when too much waits for the client.
func newOutbox(rwc io.ReadWriteCloser, full func()) *outbox {
	o := &outbox{ReadWriteCloser: rwc, limit: maxPending, full: full, done: make(chan struct{})}
	o.filled.L = &o.mu
	go o.send()
	return o
}

// Write takes a message to be sent.
func (o *outbox) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return 0, o.err
	case o.closed:
		return 0, io.ErrClosedPipe
	case len(o.pending)+len(p) > o.limit:
		o.err, o.pending = errUnread, nil
		o.filled.Signal()
		o.full()
		return 0, o.err
	}
	o.pending = append(o.pending, p...)
	o.filled.Signal()
	return len(p), nil
}

// isFull reports whether too much was waiting for the client.
func (o *outbox) isFull() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return errors.Is(o.err, errUnread)
}

func (o *outbox) send() {
	defer close(o.done)
	var batch []byte
	for {
		o.mu.Lock()
		for len(o.pending) == 0 && !o.closed && o.err == nil {
			o.filled.Wait()
		}
		batch, o.pending = o.pending, batch[:0]
		if cap(o.pending) > maxKept {
			o.pending = nil
		}
		isLast := o.closed || o.err != nil
		o.mu.Unlock()
		if len(batch) > 0 {
			if _, err := o.ReadWriteCloser.Write(batch); err != nil {
				o.mu.Lock()
				if o.err == nil {
					o.err = err
				}
				o.mu.Unlock()
				return
			}
		}
		if isLast && len(batch) == 0 {
			return
		}
	}
}

// maxKept is how large a buffer is kept for the next messages, in bytes.
const maxKept = 1 << 20

// closeLimit is how long Close waits for a client to read what it was sent.
const closeLimit = time.Second

// Close sends what is left, unless the client does not read, and closes the
// connection.
func (o *outbox) Close() error {
	o.mu.Lock()
	o.closed = true
	o.filled.Signal()
	o.mu.Unlock()
	select {
	case <-o.done:
	case <-time.After(closeLimit):
	}
	return o.ReadWriteCloser.Close()
}
