package lsp_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"segql/internal/lsp"
)

// TestRefusals holds that what a client leaves out is said in a sentence, with the
// code of wrong parameters.
func TestRefusals(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\n")
	const noDocument = "the parameters name no document; the request needs the URI of one"
	for _, test := range []struct{ method, params, want string }{
		{"textDocument/hover", `{}`, noDocument},
		{"textDocument/hover", `{"position":{"line":0,"character":0}}`, noDocument},
		{"textDocument/rename", `{"newName":"B"}`, noDocument},
		{"textDocument/formatting", `{"textDocument":{}}`, noDocument},
		{"segql/status", `{}`, noDocument},
		{"segql/readSchema", `{}`, noDocument},
		{"codeLens/resolve", `{}`, "the lens does not come from segls: it lacks the data that segls gave it"},
		{"codeLens/resolve", `{"data":{}}`, "the lens does not come from segls: it lacks the data that segls gave it"},
	} {
		err := c.call(test.method, test.params)
		if code(err) != jsonrpc2.InvalidParams || err.Error() != test.want {
			t.Errorf("%s %s: %v (%d)", test.method, test.params, err, code(err))
		}
	}
}

// TestCancelled holds what a request is answered that was cancelled.
func TestCancelled(t *testing.T) {
	read := make(chan struct{})
	defer close(read)
	c := start(t, nil, slow(read))
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\n")
	done := make(chan error)
	go func() { done <- c.call("workspace/symbol", `{"query":""}`) }()
	var err error
	for id := 0; err == nil; id++ { // until it is the one
		c.notify("$/cancelRequest", fmt.Sprintf(`{"id":%d}`, id))
		c.request("textDocument/documentHighlight", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`)
		select {
		case err = <-done:
		default:
		}
	}
	if code(err) != protocol.CodeRequestCancelled || err.Error() != "the request was cancelled" {
		t.Errorf("the answer is %v (%d)", err, code(err))
	}
}

// TestFormattingOfMistakes holds that the log says why a text stays as it is.
func TestFormattingOfMistakes(t *testing.T) {
	var log bytes.Buffer
	c := connect(t, nil, func(o *lsp.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) }).begin()
	c.open(at("a.seg"), 1, "A = PROFILE(contact")
	edits, err := c.Formatting(t.Context(), &protocol.DocumentFormattingParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
	if err != nil || len(edits) > 0 || !strings.Contains(log.String(), "mistakes in the syntax") {
		t.Errorf("%v, %v, and in the log %s", edits, err, &log)
	}
}
