package lsp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
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
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///a.seg"},"range":{"start":{"line":0,"character":9},"end":{"line":0,"character":32}},"context":{"diagnostics":[],"only":["refactor","source.fixAll"]}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"codeAction/resolve","params":{"title":"x","data":{"uri":"file:///a.seg","version":1,"start":-4,"end":99999999,"name":"extract"}}}`,
		`{"jsonrpc":"2.0","id":4,"method":"textDocument/signatureHelp","params":{"textDocument":{"uri":"file:///a.seg"},"position":{"line":0,"character":25},"context":{"triggerKind":1,"isRetrigger":true}}}`,
		`{"jsonrpc":"2.0","id":5,"method":"completionItem/resolve","params":{"label":"fullname","data":{"f":"file:///a.seg","k":"column","n":"fullname","o":"contact"}}}`,
		`[{"jsonrpc":"2.0","id":3,"method":"shutdown"},{"jsonrpc":"2.0","method":"exit"}]`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/inlayHint","params":{"textDocument":{"uri":"file:///a.seg"},"range":{"start":{"line":0,"character":0},"end":{"line":1,"character":0}}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"inlayHint/resolve","params":{"position":{"line":0,"character":40},"label":"x","data":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"codeLens/resolve","params":{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"data":{"uri":"file:///a.seg","kind":"references","name":"A"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/documentLink","params":{"textDocument":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"seg.explain","arguments":["file:///a.seg",{"line":0,"character":3}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/textDocumentContent","params":{"uri":"seg-rule:///single-equals.md"}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/rename","params":{"textDocument":{"uri":"file:///a.seg"},"position":{"line":0,"character":25},"newName":"b"}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/selectionRange","params":{"textDocument":{"uri":"file:///a.seg"},"positions":[{"line":0,"character":25},{"line":9,"character":0}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/onTypeFormatting","params":{"textDocument":{"uri":"file:///a.seg"},"position":{"line":0,"character":35},"ch":")","options":{"tabSize":2,"insertSpaces":true}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"callHierarchy/incomingCalls","params":{"item":{"name":"x","kind":5,"uri":"file:///a.seg","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"selectionRange":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"data":{"name":"","index":-1}}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/symbol","params":{"query":"\u0000é"}}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":2}}`,
		`{"jsonrpc":"2.0","id":2,"result":null}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"seg.validate","arguments":["file:///a.seg",{"line":0,"character":3}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"textDocument/codeLens","params":{"textDocument":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didSave","params":{"textDocument":{"uri":"file:///a.seg"}}}`,
		`{}`, `[]`, `nul`, ``, `{"jsonrpc":"2.0","id":99}`, `{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	for _, method := range slices.Concat(requests, wholeRequests, otherRequests) {
		f.Add(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":2,"method":"textDocument/%s","params":%s}`, method, requestParams("file:///a.seg", place{0, 26}, place{0, 31}, ")")))
	}
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":2,"method":"workspace/symbol","params":{"query":"a"}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/diagnostic","params":{"previousResultIds":[{"uri":"file:///a.seg","value":"x"}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"workspace/executeCommand","params":{"command":"seg.explain","arguments":["file:///a.seg",{"line":0,"character":3}]}}`,
		`{"jsonrpc":"2.0","id":2,"method":"completionItem/resolve","params":{"label":"x","data":{"kind":"column","name":"y"}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"codeAction/resolve","params":{"title":"x","data":{"uri":"file:///a.seg","version":1}}}`,
		`{"jsonrpc":"2.0","method":"workspace/didChangeWorkspaceFolders","params":{"event":{"added":[{"uri":"file:///b","name":"b"}],"removed":[{"uri":"file:///a","name":""}]}}}`,
		`{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":{"segql":{"dialect":"realtime","rules":{"unknown-column":"off"},"schema":"none"}}}}`,
		`{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"file:///seg.toml","type":1},{"uri":"file:///a.seg","type":3}]}}`,
		`{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///a.seg"}}}`,
		`{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"verbose"}}`,
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
			// What goes wrong inside is answered as an error, but logged as one, too.
			log := slog.New(slog.NewTextHandler(failing{t}, &slog.HandlerOptions{Level: slog.LevelError}))
			_ = lsp.Serve(context.Background(), &oneWay{&in}, lsp.Options{Files: &memory{}, Log: log, Remote: new(organization).validate, Organization: contoso})
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

// failing fails a test when something is written.
type failing struct{ t *testing.T }

func (f failing) Write(p []byte) (int, error) {
	f.t.Errorf("%s", p)
	return len(p), nil
}
