//go:build !js

package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"syscall"
	"testing"

	"segql/internal/lsp"
)

// brokenListener has too many files open at first, accepts one client and then
// no more.
type brokenListener struct {
	clients chan net.Conn
	full    *int
}

func (l brokenListener) Accept() (net.Conn, error) {
	*l.full++
	if *l.full == 1 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	if c, ok := <-l.clients; ok {
		return c, nil
	}
	return nil, errors.New("it is broken")
}

func (brokenListener) Close() error   { return nil }
func (brokenListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestBrokenListener holds that the server ends, and with it its sessions, when
// it can't accept clients any more, and not before.
func TestBrokenListener(t *testing.T) {
	ours, theirs := net.Pipe()
	l := brokenListener{make(chan net.Conn, 1), new(int)}
	l.clients <- theirs
	close(l.clients)
	said := ""
	code := serveAll(t.Context(), l, lsp.Options{Files: lsp.Disk{}, Log: slog.New(slog.DiscardHandler)}, func(code int, format string, args ...any) int {
		said = fmt.Sprintf(format, args...)
		return code
	})
	if want := "it can't accept clients any more: it is broken"; code != 1 || said != want {
		t.Errorf("code %d, %q", code, said)
	}
	if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the client's connection: %v", err)
	}
}
