package lsp

import (
	"bytes"
	"context"
	"maps"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// A URI can be written in several ways: file:///C:/a and file:///c%3A/a are the
// same. Inside the server there is one, that of package uri, which protocol
// makes of whatever comes in. A client that compares them as text knows a
// document only as it opened it, so that is what it gets.

// spelling notes how the client writes the URI of a document that it opens.
func (s *server) spelling(handle jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		if req.Method() == protocol.MethodTextDocumentDidOpen {
			written := openedURI(req.Params())
			if u, err := uri.Parse(written); err == nil && s.state.Load().written(u) != fileURI(written) {
				s.change(func(n *next) { n.setWritten(u, fileURI(written)) })
			}
		}
		return handle(ctx, req)
	}
}

// openedURI returns the URI in the parameters of textDocument/didOpen as it
// stands there; empty if there is none.
func openedURI(params []byte) string {
	d := jsontext.NewDecoder(bytes.NewBuffer(params))
	for _, name := range []string{"textDocument", "uri"} {
		if !enter(d, name) {
			return ""
		}
	}
	value, err := d.ReadToken()
	if err != nil || value.Kind() != '"' {
		return ""
	}
	return value.String()
}

// enter reads on to the value of a member of the object that comes next.
func enter(d *jsontext.Decoder, name string) bool {
	if open, err := d.ReadToken(); err != nil || open.Kind() != '{' {
		return false
	}
	for {
		key, err := d.ReadToken()
		if err != nil || key.Kind() != '"' {
			return false
		}
		if key.String() == name {
			return true
		}
		if d.SkipValue() != nil {
			return false
		}
	}
}

// written returns how the client writes a URI.
func (s *snapshot) written(u fileURI) fileURI {
	if w, ok := s.spellings[u]; ok {
		return w
	}
	return u
}

// setWritten notes how the client writes a URI.
func (n *next) setWritten(u, written fileURI) {
	n.spellings = maps.Clone(n.spellings)
	if u == written {
		delete(n.spellings, u)
		return
	}
	if n.spellings == nil {
		n.spellings = map[fileURI]fileURI{}
	}
	n.spellings[u] = written
}
