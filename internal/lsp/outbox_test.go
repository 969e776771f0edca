package lsp

import (
	"errors"
	"io"
	"testing"
)

// stuck is a connection that takes nothing until it is closed.
type stuck struct{ closed chan struct{} }

func (s stuck) Read([]byte) (int, error) {
	<-s.closed
	return 0, io.EOF
}

func (s stuck) Write([]byte) (int, error) {
	<-s.closed
	return 0, io.ErrClosedPipe
}

func (s stuck) Close() error {
	close(s.closed)
	return nil
}

// TestOutboxIsBounded has a client that reads nothing: what waits for it has a
// limit.
func TestOutboxIsBounded(t *testing.T) {
	full := 0
	o := newOutbox(stuck{make(chan struct{})}, func() { full++ })
	o.limit = 100
	message, err := make([]byte, 40), error(nil)
	for range 5 { // the first may be on its way
		if _, err = o.Write(message); err != nil {
			break
		}
	}
	if !errors.Is(err, errUnread) || full != 1 || !o.isFull() {
		t.Errorf("the error is %v; full was called %d times", err, full)
	}
	if _, err := o.Write(message); !errors.Is(err, errUnread) || full != 1 {
		t.Errorf("then the error is %v; full was called %d times", err, full)
	}
	if err := o.Close(); err != nil || !o.isFull() {
		t.Errorf("closed: %v, full: %v", err, o.isFull())
	}
}

// TestProgressOfNothing reports of works without any parts.
func TestProgressOfNothing(*testing.T) {
	new(progress).report(0, 0)
}
