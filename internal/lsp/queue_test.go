package lsp_test

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
)

// pushing is a client that pushes its settings and is not asked for them.
func pushing(_ *client, p *protocol.InitializeParams) { p.Capabilities.Workspace.Configuration = nil }

// TestSettingsInOrder pushes settings twice in quick succession: they are taken
// in that order, so that the last ones hold.
func TestSettingsInOrder(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "A = PROFILE(contact)\n"}, pushing)
	var want []string
	for i := range 50 {
		for _, name := range []string{"first", "second"} {
			c.notify("workspace/didChangeConfiguration", fmt.Sprintf(`{"settings":{"segql":{"schema":"%s%d.json"}}}`, name, i))
			want = append(want, fmt.Sprintf("segql settings: the schema %s%d.json can't be read: there is no such file", name, i))
		}
		c.await("what is wrong with the settings", func() bool { return len(c.messages) >= len(want) })
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if diff := gocmp.Diff(want, c.messages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
