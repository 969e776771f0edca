package lsp_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
)

// codes are the codes of diagnostics.
func codes(diagnostics []protocol.Diagnostic) []string {
	out := []string{}
	for _, d := range diagnostics {
		out = append(out, string(d.Code.(protocol.String)))
	}
	return out
}

func TestEditPublishesWithVersion(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "A = PROFILE(contact)\n"})
	c.open(at("a.seg"), 1, "A = PROFILE(contact).FILTER(statecode = 0)\n")
	if got := codes(c.diagnostics(at("a.seg"), 1)); len(got) != 1 || got[0] != "single-equals" {
		t.Errorf("got %v", got)
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangePartial{
		Range: protocol.Range{Start: protocol.Position{Character: 39}, End: protocol.Position{Character: 39}}, Text: "=",
	})
	if got := codes(c.diagnostics(at("a.seg"), 2)); len(got) != 0 {
		t.Errorf("got %v after the mistake was mended", got)
	}
}

// TestSavedAndClosed edits a stored file, saves it and closes it, as one does:
// what is asked of it after is answered from what is stored.
func TestSavedAndClosed(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "A = PROFILE(contact)\n"})
	u := at("a.seg")
	c.open(u, 1, "A = PROFILE(contact)\n")
	c.diagnostics(u, 1)
	saved := "A = PROFILE(contact).FILTER(statecode = 0)\n"
	c.change(u, 2, &protocol.TextDocumentContentChangeWholeDocument{Text: saved})
	c.diagnostics(u, 2)
	c.files.write(u, saved)
	c.files.write(at("b.seg"), "B = SEGMENT(A).FILTER(statecode = 0)\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/a.seg","type":2},{"uri":"file:///w/b.seg","type":1}]}`)
	c.await("diagnostics of b.seg", func() bool { return c.published[at("b.seg")] != nil })
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
	c.await("diagnostics of the stored file", func() bool {
		_, isOpen := c.published[u].Version.Get()
		return !isOpen && len(c.published[u].Diagnostics) == 1
	})
	for _, method := range []string{"hover", "definition", "documentSymbol", "completion"} {
		if answer := c.raw("textDocument/"+method, `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":6}}`); len(answer) < len("[{}]") {
			t.Errorf("%s answers %s", method, answer)
		}
	}
	c.alive()
}

// TestManyChanges has a notification with a change for each of many definitions,
// the last first as editors with many carets send them.
func TestManyChanges(t *testing.T) {
	c := start(t, nil)
	u := at("a.seg")
	const n = 200
	c.open(u, 1, strings.Repeat("PROFILE(contact).FILTER(statecode = 0);\n", n))
	if got := len(c.diagnostics(u, 1)); got < n {
		t.Fatalf("%d diagnostics", got)
	}
	before := c.symbolCount(u)
	var changes []protocol.TextDocumentContentChangeEvent
	for i := range uint32(n) {
		p := protocol.Position{Line: n - 1 - i, Character: 34}
		changes = append(changes, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: p, End: p}, Text: "="})
	}
	c.change(u, 2, changes...)
	for _, code := range codes(c.diagnostics(u, 2)) {
		if code == "single-equals" {
			t.Fatal("a change was not made")
		}
	}
	if got := c.symbolCount(u); got != before {
		t.Errorf("%d symbols, before %d", got, before)
	}
}

func (c *client) symbolCount(u uri.URI) int {
	c.t.Helper()
	return strings.Count(c.raw("textDocument/documentSymbol", ofDocument(u)), `"selectionRange"`)
}

// TestDayChanges holds that a dated comment lapses while the server runs.
func TestDayChanges(t *testing.T) {
	var days atomic.Int64
	c := connect(t, nil, func(o *lsp.Options) {
		o.Today = func() time.Time { return time.Date(2026, 6, 1+int(days.Load()), 12, 0, 0, 0, time.UTC) }
	}).begin()
	text := "A = PROFILE(contct) // seg:ignore unknown-table until 2026-06-01\n"
	c.open(at("a.seg"), 1, text)
	before := codes(c.diagnostics(at("a.seg"), 1))
	days.Store(30)
	c.open(at("b.seg"), 1, "B = PROFILE(contact)\n") // anything that the client tells
	c.await("other diagnostics of the file that nobody touched", func() bool {
		return !slices.Equal(before, codes(c.published[at("a.seg")].Diagnostics))
	})
	if !slices.Contains(codes(c.diagnostics(at("a.seg"), 1)), "unknown-table") {
		t.Error("the comment of a month ago still silences")
	}
}
