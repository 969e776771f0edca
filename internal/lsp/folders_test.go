package lsp_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// TestFolderGoneWhileItIsRead takes a folder from the workspace while the
// server looks through it; then nothing of it stays.
func TestFolderGoneWhileItIsRead(t *testing.T) {
	const early, late = uri.URI("file:///early"), uri.URI("file:///late")
	asked, goOn := make(chan struct{}), make(chan struct{})
	c := start(t, nil, func(c *client, _ *protocol.InitializeParams) {
		for _, folder := range []uri.URI{early, late} {
			c.files.texts[folder+"/a.seg"] = "A = PROFILE(contact).FILTER(statecode = 0)\n"
		}
		ask := sync.OnceFunc(func() { close(asked) })
		c.files.finding = func(folder uri.URI) {
			if folder == early {
				ask()
				<-goOn
			}
		}
	})
	change := func(added, removed string) {
		c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[`+added+`],"removed":[`+removed+`]}}`)
	}
	change(`{"uri":"file:///early","name":"early"}`, "")
	<-asked
	change("", `{"uri":"file:///early","name":"early"}`)
	_ = c.call("textDocument/hover", "{}") // with its answer the change before it is done
	close(goOn)
	change(`{"uri":"file:///late","name":"late"}`, "") // which is read after the early one
	c.await("diagnostics of the late folder", func() bool { return c.published[late+"/a.seg"] != nil })
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.published[early+"/a.seg"]; p != nil && len(p.Diagnostics) > 0 {
		t.Errorf("diagnostics of a folder that is gone: %v", codes(p.Diagnostics))
	}
}

// TestUntitledMovesToAnotherFolder takes the folder from the workspace that a
// text without one belonged to: it is there once, with the settings of the next.
func TestUntitledMovesToAnotherFolder(t *testing.T) {
	c := start(t, map[string]string{"seg.toml": "dialect = \"realtime\"\n"})
	u := uri.URI("untitled:U")
	c.open(u, 1, "A = PROFILE(contact).FILTER(statecode = 0)")
	c.diagnostics(u, 1)
	c.await("the first scan", func() bool { return slices.Contains(codes(c.published[u].Diagnostics), "single-equals") })
	c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///v","name":"v"}],"removed":[{"uri":"file:///w","name":"w"}]}}`)
	c.change(u, 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "B = PROFILE(contact).FILTER(statecode = 0)"})
	if got := c.raw("workspace/symbol", `{"query":""}`); strings.Contains(got, `"name":"A"`) || strings.Count(got, `"name"`) != 1 {
		t.Errorf("the symbols are %s", got)
	}
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"untitled:U"}}`)
	if got := c.raw("workspace/symbol", `{"query":""}`); got != "[]" {
		t.Errorf("the symbols are %s after it was closed", got)
	}
}

// TestSchemaOfALaterFolder holds that a schema that the settings name is read from
// the first folder, also if that comes later.
func TestSchemaOfALaterFolder(t *testing.T) {
	const text = "PROFILE(contact).FILTER(one == 'x')\n"
	c := start(t, map[string]string{"a.seg": text, "tables.json": schemaWith("one")}, func(c *client, p *protocol.InitializeParams) {
		c.settings = `{"schema":"tables.json"}`
		p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{})
	})
	c.open(at("a.seg"), 1, text)
	c.awaitCode("a.seg", "unknown-column", true)
	c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///w","name":"w"}],"removed":[]}}`)
	c.awaitCode("a.seg", "unknown-column", false)
}
