package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// pulling is a client that asks for diagnostics, and again when the server says so.
func pulling(_ *client, p *protocol.InitializeParams) {
	yes := true
	p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
	p.Capabilities.Workspace.Diagnostics = &protocol.DiagnosticWorkspaceClientCapabilities{RefreshSupport: &yes}
}

// pull asks for the diagnostics of a document.
func (c *client) pull(name string) string {
	c.t.Helper()
	return c.raw("textDocument/diagnostic", `{"textDocument":{"uri":"file:///w/`+name+`"}}`)
}

// TestNoRefreshOfAnEdit types in the only file there is: a client that asks for
// its diagnostics by itself is not told to.
func TestNoRefreshOfAnEdit(t *testing.T) {
	c := start(t, nil, pulling)
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\n")
	c.pull("a.seg")
	for i := range 20 {
		c.change(at("a.seg"), int32(i+2), &protocol.TextDocumentContentChangeWholeDocument{Text: fmt.Sprintf("A = PROFILE(contact).TAKE(%d)\n", i)})
		c.pull("a.seg")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	// Those of the start may come late.
	if n := strings.Count(strings.Join(c.received, " "), protocol.MethodWorkspaceDiagnosticRefresh); n > 3 {
		t.Errorf("it was told to %d times", n)
	}
}

// TestPushOfWhatIsNotPulled holds that a client that asks for the diagnostics of
// open documents alone is told those of all others, until it asks for them.
func TestPushOfWhatIsNotPulled(t *testing.T) {
	const wrong = "A = PROFILE(contact).FILTER(statecode = 0)\n"
	c := start(t, map[string]string{"a.seg": wrong, "b.seg": wrong, "seg.toml": "nonsense = [\n"}, pulling)
	hasAny := func(name string) bool {
		p := c.published[at(name)]
		return p != nil && len(p.Diagnostics) > 0
	}
	c.await("what nobody asks for", func() bool { return hasAny("a.seg") && hasAny("b.seg") && hasAny("seg.toml") })
	c.open(at("a.seg"), 1, wrong)
	c.await("the end of what is pulled", func() bool { return !hasAny("a.seg") })
	if got := c.pull("a.seg"); !strings.Contains(got, "single-equals") {
		t.Errorf("got %s", got)
	}
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
	c.await("what nobody asks for any more", func() bool { return hasAny("a.seg") })
	if got := c.raw("workspace/diagnostic", `{"previousResultIds":[]}`); strings.Count(got, "single-equals") < 2 || !strings.Contains(got, "seg.toml") {
		t.Errorf("got %s", got)
	}
	c.await("the end of all", func() bool { return !hasAny("a.seg") && !hasAny("b.seg") && !hasAny("seg.toml") })
}
