// Package lsp is the language server of segment queries, LSP 3.18.
//
// A file holds one feature, or what several share; capabilities.go says which
// there are. A feature is a thin function over a snapshot: one immutable state of
// the workspace, with the text and tree of each file and the checked project it
// belongs to. Notifications change the state, one after the other in the order
// they came; a request sees the state in which it was sent, and may take its time
// while later ones go on.
//
// Inside the package every position is a byte offset. The lines and columns of
// the protocol, in the unit agreed on with the client, are turned into offsets
// and back in mapper.go. Only tokens.go counts columns itself: those of semantic
// tokens are distances, from one token to the next.
//
// The package imports the language core (lang/..), internal/project for
// seg.toml and .editorconfig, internal/rulepage for the pages of the rules,
// go.lsp.dev/protocol, jsonrpc2 and uri, and go-json-experiment/json for what the
// protocol leaves open: settings, and what items carry to be resolved. It reads
// files only through Files, so it also runs where there is no disk; it never
// writes one, and never talks to anyone but its client. An organization is asked
// only through Remote, which the program gives.
package lsp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Name is what the server calls itself, Source the source of its diagnostics,
// and Section the section of its settings at the client.
const (
	Name    = "segls"
	Source  = "seg"
	Section = "segql"
)

// Options are what a server is started with.
type Options struct {
	Version string
	// Files is where texts are read from that the client has not opened. A
	// client that offers it reads what these don't have; nil has nothing.
	Files Files
	// Log takes what went wrong. The zero value drops it.
	Log *slog.Logger
	// Today is the day by which dated comments lapse; time.Now if nil.
	Today func() time.Time
	// Remote, if not nil, has organizations validate queries, and Organization is
	// the address of the one that the user's environment names; may be empty.
	Remote       Remote
	Organization string
	// Pull, if not nil, reads the tables of organizations.
	Pull Pull
	// Quiet, if not nil, is called when the client has said nothing for some
	// milliseconds, and before that something: it does what should not be done while
	// somebody waits for an answer.
	Quiet func()
	// WatchParent tells that Serve is to end when the client's process does.
	WatchParent bool
}

// ErrNoShutdown is what Serve returns where the client ended the session
// without asking for the end first, as the protocol has it.
var ErrNoShutdown = errors.New("the client ended the session without a shutdown request")

// Serve serves one client on rwc, which it closes, until the client ends the
// session, rwc ends, or ctx does.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, options Options) error {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Today == nil {
		options.Today = time.Now
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out := newOutbox(rwc, cancel)
	s := newServer(ctx, cancel, out, options)
	s.conn.Go(ctx, s.handler())
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		_ = out.Close() // a reader that waits for the client must not keep the server
	}()
	<-s.conn.Done()
	s.quiet.Stop()
	isEnded := ctx.Err() != nil // by exit, by the caller, or with the client's process
	cancel()
	s.background.Wait()
	<-closed
	if out.isFull() {
		s.log.Error("session ended", "error", errUnread)
		return errUnread
	}
	if s.exited.Load() && s.phase.Load() != phaseShutdown {
		return ErrNoShutdown
	}
	if isEnded {
		return nil
	}
	return s.conn.Err()
}

// codec carries the protocol's types over jsonrpc2.
type codec struct {
	// rooms are buffers to encode in. Without one, the bytes of a long answer would
	// be copied each time that they outgrow their room.
	rooms *sync.Pool
}

func newCodec() codec {
	return codec{&sync.Pool{New: func() any { return new([]byte) }}}
}

func (c codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok && raw != nil {
		return raw, nil
	}
	room := c.rooms.Get().(*[]byte)
	text, err := protocol.AppendMarshal((*room)[:0], v)
	if cap(text) <= maxKept {
		*room = text
		defer c.rooms.Put(room)
	}
	return bytes.Clone(text), err
}

func (codec) Unmarshal(data []byte, v any) error { return protocol.Unmarshal(data, v) }
