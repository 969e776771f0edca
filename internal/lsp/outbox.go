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
	now     instantWriter // nil if the connection is none
	mu      sync.Mutex
	filled  sync.Cond
	pending []byte
	sending bool   // while a batch is being written
	limit   int    // of pending, in bytes
	full    func() // called when it is reached
	err     error  // of the last write; nothing more is written then
	closed  bool
	done    chan struct{} // closed when all is written
}

// instantWriter is a connection that can be written to without waiting. That
// spares an answer the way over a goroutine that has to be woken first, which
// takes longer than most answers take to make.
type instantWriter interface {
	// WriteInstantly writes as many of the bytes as go at once, maybe none.
	WriteInstantly(p []byte) (int, error)
}

// maxPending is how much may wait for a client that does not read, in bytes.
const maxPending = 256 << 20

// errUnread is why the session of a client ends that does not read.
var errUnread = errors.New("the client reads nothing of what it is sent")

// newOutbox calls full, from a Write, when too much waits for the client.
func newOutbox(rwc io.ReadWriteCloser, full func()) *outbox {
	o := &outbox{ReadWriteCloser: rwc, limit: maxPending, full: full, done: make(chan struct{})}
	o.now, _ = rwc.(instantWriter)
	o.filled.L = &o.mu
	go o.send()
	return o
}

// ReadInstantly reads what is there, if the connection tells.
func (o *outbox) ReadInstantly(p []byte) int {
	if in, ok := o.ReadWriteCloser.(instantReader); ok {
		return in.ReadInstantly(p)
	}
	return 0
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
	left := p
	if o.now != nil && !o.sending && len(o.pending) == 0 {
		n, err := o.now.WriteInstantly(p)
		if err != nil {
			o.err = err
			o.filled.Signal()
			return n, err
		}
		left = p[n:]
	}
	if len(left) > 0 {
		o.pending = append(o.pending, left...)
		o.filled.Signal()
	}
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
		o.sending = len(batch) > 0
		o.mu.Unlock()
		if len(batch) > 0 {
			_, err := o.ReadWriteCloser.Write(batch)
			o.mu.Lock()
			o.sending = false
			if err != nil && o.err == nil {
				o.err = err
			}
			o.mu.Unlock()
			if err != nil {
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
