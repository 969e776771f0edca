//go:build !js

package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"testing"

	"segql/internal/lsp"
)

// brokenListener accepts one client and then no more.
type brokenListener struct{ clients chan net.Conn }

func (l brokenListener) Accept() (net.Conn, error) {
	if c, ok := <-l.clients; ok {
		return c, nil
	}
	return nil, errors.New("too many open files")
}

func (brokenListener) Close() error   { return nil }
func (brokenListener) Addr() net.Addr { return &net.TCPAddr{} }

// TestBrokenListener holds that the server ends, and with it its sessions, when
// it can't accept clients any more.
func TestBrokenListener(t *testing.T) {
	ours, theirs := net.Pipe()
	l := brokenListener{make(chan net.Conn, 1)}
	l.clients <- theirs
	close(l.clients)
	said := ""
	code := serveAll(t.Context(), l, lsp.Options{Files: lsp.Disk{}, Log: slog.New(slog.DiscardHandler)}, func(code int, format string, args ...any) int {
		said = fmt.Sprintf(format, args...)
		return code
	})
	if want := "it can't accept clients any more: too many open files"; code != 1 || said != want {
		t.Errorf("code %d, %q", code, said)
	}
	if _, err := ours.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the client's connection: %v", err)
	}
}
