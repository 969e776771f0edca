package lsp_test

import (
	"testing"

	"go.lsp.dev/protocol"
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
