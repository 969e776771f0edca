package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"syscall/js"

	"segql/internal/lsp"
)

// main serves the one who loaded this WebAssembly module, through the global
// object segls that stands there before: its function send takes what the
// server writes, as a Uint8Array; main gives it a function receive that takes
// what the server reads, and calls its function ready. There is no disk: all
// files are read by the client. The log goes to standard error.
func main() {
	keepHeapSmall()
	host := js.Global().Get("segls")
	if host.IsUndefined() {
		fmt.Fprintln(os.Stderr, "segls: as WebAssembly it runs in an editor's extension; there is no global object segls to talk to")
		os.Exit(2)
	}
	p := newPort(host)
	receive := js.FuncOf(func(_ js.Value, args []js.Value) any {
		chunk := make([]byte, args[0].Length())
		js.CopyBytesToGo(chunk, args[0])
		p.deliver(chunk)
		return nil
	})
	host.Set("receive", receive)
	host.Call("ready")
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	err := lsp.Serve(context.Background(), p, lsp.Options{Version: version(), Log: log, Remote: newRemote(log, "", false), Pull: newPull(log)})
	if err != nil {
		fmt.Fprintf(os.Stderr, "segls: %s\n", err)
		os.Exit(1)
	}
}

// port is the connection to the host, a stream of bytes in both directions.
type port struct {
	send js.Value

	mu      sync.Mutex
	arrived sync.Cond
	pending []byte
	closed  bool
}

func newPort(host js.Value) *port {
	p := &port{send: host.Get("send")}
	p.arrived.L = &p.mu
	return p
}

// deliver takes what the client sent. It is called from JavaScript, where
// nothing may wait, so it holds the lock only to append.
func (p *port) deliver(chunk []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, chunk...)
	p.arrived.Signal()
}

// Read implements io.Reader.
func (p *port) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.pending) == 0 && !p.closed {
		p.arrived.Wait()
	}
	if len(p.pending) == 0 {
		return 0, io.EOF
	}
	return p.take(b), nil
}

// ReadInstantly reads what has arrived, which may be nothing.
func (p *port) ReadInstantly(b []byte) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.take(b)
}

func (p *port) take(b []byte) int {
	n := copy(b, p.pending)
	p.pending = p.pending[n:]
	return n
}

// Write implements io.Writer.
func (p *port) Write(b []byte) (int, error) {
	chunk := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(chunk, b)
	p.send.Invoke(chunk)
	return len(b), nil
}

// Close implements io.Closer.
func (p *port) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.arrived.Broadcast()
	return nil
}
