package lsp

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
)

// slowPipe has room for a few bytes at once; what is written beyond that waits
// until the client reads.
type slowPipe struct {
	mu     sync.Mutex
	room   int
	got    bytes.Buffer
	waited []string // what had to wait
	reads  chan struct{}
	broken error
	there  string // what can be read
}

func (p *slowPipe) Read([]byte) (int, error) { return 0, io.EOF }

func (p *slowPipe) ReadInstantly(b []byte) int {
	n := copy(b, p.there)
	p.there = p.there[n:]
	return n
}
func (p *slowPipe) Close() error { return nil }

func (p *slowPipe) Write(text []byte) (int, error) {
	<-p.reads
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waited = append(p.waited, string(text))
	return p.got.Write(text)
}

func (p *slowPipe) WriteInstantly(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(p.room, len(text))
	p.room -= n
	p.got.Write(text[:n])
	return n, p.broken
}

// TestOutboxInstantly writes more than goes at once: nothing waits for the
// client, and everything arrives in order.
func TestOutboxInstantly(t *testing.T) {
	p := &slowPipe{room: 7, reads: make(chan struct{})}
	o := newOutbox(p, func() { t.Error("it is full") })
	for _, text := range []string{"first ", "second ", "third"} { // a write that waits would never end
		if n, err := o.Write([]byte(text)); n != len(text) || err != nil {
			t.Fatalf("got %d, %v", n, err)
		}
	}
	p.mu.Lock()
	if got := p.got.String(); got != "first s" {
		t.Errorf("at once it sent %q", got)
	}
	p.room = 100 // the rest must not overtake what waits
	p.mu.Unlock()
	if _, err := o.Write([]byte(" fourth")); err != nil {
		t.Fatal(err)
	}
	close(p.reads)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("first second third fourth", p.got.String()); diff != "" {
		t.Error(diff)
	}
	if len(p.waited) == 0 {
		t.Error("nothing had to wait")
	}
}

// TestOutboxBroken writes to a client that is gone.
func TestOutboxBroken(t *testing.T) {
	p := &slowPipe{broken: errors.New("gone")}
	o := newOutbox(p, func() { t.Error("it is full") })
	for range 2 {
		if _, err := o.Write([]byte("x")); !errors.Is(err, p.broken) {
			t.Errorf("got %v", err)
		}
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
}

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

// TestProgressShownLate holds that a client that has a place for a work late sees
// what the work waits for by then, and that it has ended.
func TestProgressShownLate(t *testing.T) {
	w := &sink{}
	p := &progress{server: newTestServer(t, w), token: protocol.String("x"), cancel: func() {}}
	p.report(1, 4)
	p.say("patience")
	p.end()
	p.begin("Validating", true)
	got := w.String()
	for _, want := range []string{`"kind":"begin"`, `"message":"patience"`, `"percentage":25`, `"kind":"end"`} {
		_, rest, ok := strings.Cut(got, want)
		if !ok {
			t.Errorf("there is no %s in %s", want, w.String())
		}
		got = rest
	}
}

// TestIdle holds that what is done while the client says nothing more waits for
// all that it has said.
func TestIdle(t *testing.T) {
	p := &slowPipe{there: strings.Repeat("Content-Length: 38\r\n\r\n"+`{"jsonrpc":"2.0","method":"something"}`, 100)}
	read, idle := 0, []int{}
	in := newFrames(newOutbox(p, func() {}), func() { idle = append(idle, read) }, func() {}, slog.New(slog.DiscardHandler))
	for ; ; read++ {
		if _, _, err := in.Read(t.Context()); err != nil {
			break
		}
	}
	if diff := cmp.Diff([]int{100}, idle); diff != "" {
		t.Errorf("idle after so many messages (-want +got):\n%s", diff)
	}
}
