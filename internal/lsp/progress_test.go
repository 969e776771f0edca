package lsp_test

import (
	"context"
	"strings"
	"testing"

	"segql/internal/lsp"
)

// TestProgressAfterItsEnd has a Remote tell what it waits for when its work is
// long over: the client, for which the work is gone, hears nothing of it.
func TestProgressAfterItsEnd(t *testing.T) {
	say := make(chan func(string), 1)
	c := connect(t, nil, func(o *lsp.Options) {
		o.Organization = contoso
		o.Remote = func(_ context.Context, r lsp.RemoteRequest) ([]lsp.RemoteVerdict, error) {
			say <- r.Waits
			return make([]lsp.RemoteVerdict, len(r.Queries)), nil
		}
	}).begin(showingProgress)
	c.open(at("a.seg"), 1, "// seg:dialect outbound\nA = PROFILE(contact)\n")
	c.validate(`["` + string(at("a.seg")) + `"]`)
	c.await("the end of both works", func() bool { return strings.Count(strings.Join(c.progress, " "), `"end"`) == 2 })
	(<-say)("late")
	c.alive()
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.progress[len(c.progress)-1]; strings.Contains(last, "late") {
		t.Errorf("the last progress is %s", last)
	}
}
