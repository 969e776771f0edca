package lsp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"segql/internal/lsp"
)

// FuzzProtocol sends a server anything behind a proper start. It may refuse
// it, but must end with the connection and not panic.
func FuzzProtocol(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"file:///a.seg"},"position":{"line":0,"character":3}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a.seg","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":9},"end":{"line":0,"character":2}},"text":"😀"}]}}`,
		`{"jsonrpc":"2.0","id":"x","method":"textDocument/completion","params":{"textDocument":{"uri":"file:///a.seg"},"position":{"line":0,"character":8}}}`,
		`[{"jsonrpc":"2.0","id":3,"method":"shutdown"},{"jsonrpc":"2.0","method":"exit"}]`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/inlayHint","params":{"textDocument":{"uri":"file:///a.seg"},"range":{"start":{"line":0,"character":0},"end":{"line":1,"character":0}}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"inlayHint/resolve","params":{"position":{"line":0,"character":40},"label":"x","data":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"codeLens/resolve","params":{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"data":{"uri":"file:///a.seg","kind":"references","name":"A"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/documentLink","params":{"textDocument":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"seg.explain","arguments":["file:///a.seg",{"line":0,"character":3}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/textDocumentContent","params":{"uri":"seg-rule:///single-equals.md"}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}`,
		`{"jsonrpc":"2.0","id":2,"result":null}`,
		`{}`, `[]`, `nul`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		var in bytes.Buffer
		send := func(m []byte) { fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(m), m) }
		send([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`))
		send([]byte(`{"jsonrpc":"2.0","method":"initialized","params":{}}`))
		send([]byte(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.seg","languageId":"x","version":1,"text":"PROFILE(contact).FILTER(a.b == 'c')"}}}`))
		send(message)
		send(message)
		in.Write(message) // and without a header
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = lsp.Serve(context.Background(), &oneWay{&in}, lsp.Options{Files: &memory{}})
		}()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatal("the server did not end with its input")
		}
	})
}

// oneWay is a connection with an end whose output nobody reads.
type oneWay struct{ io.Reader }

func (oneWay) Write(p []byte) (int, error) { return len(p), nil }
func (oneWay) Close() error                { return nil }
