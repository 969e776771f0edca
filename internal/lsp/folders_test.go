package lsp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
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

// symbols returns the names and files of all symbols of the workspace.
func (c *client) symbols() []string {
	c.t.Helper()
	var found []struct {
		Name     string
		Location struct{ URI string }
	}
	if err := json.Unmarshal([]byte(c.raw("workspace/symbol", `{"query":""}`)), &found); err != nil {
		c.t.Fatal(err)
	}
	var all []string
	for _, s := range found {
		all = append(all, s.Name+" in "+s.Location.URI)
	}
	return all
}

// TestViews opens documents that show an older state of a file, and one that is
// outside of the workspace: each has its own diagnostics, and no other file
// knows it.
func TestViews(t *testing.T) {
	text := "A = PROFILE(contact).FILTER(nosuch == 1)\n"
	c := start(t, map[string]string{"a.seg": text, "seg.toml": "dialect = \"outbound\"\n"})
	c.open(at("a.seg"), 1, text)
	opened := []uri.URI{"git:/w/a.seg?%7B%22ref%22%3A%22HEAD%22%7D", "git:/w/a.seg?%7B%22ref%22%3A%22%22%7D", "review://pr/w/a.seg", "file:///elsewhere/a.seg"}
	for _, u := range opened {
		c.open(u, 1, "A = PROFILE(contact).FILTER(nosuch == 1).RELATE(contact_customer_accounts, account_1)\n")
	}
	c.open(at("b.seg"), 1, "B = SEGMENT(A)\n")
	for _, u := range opened {
		want := []string{"unknown-column", "step-not-for-dialect"}
		if u.IsFile() { // no seg.toml above it says the dialect
			want = want[:1]
		}
		got := codes(c.diagnostics(u, 1))
		for _, code := range want {
			if !slices.Contains(got, code) {
				t.Errorf("%s lacks %s: %q", u, code, got)
			}
		}
		if slices.Contains(got, "duplicate-definition") {
			t.Errorf("%s has the findings %q", u, got)
		}
	}
	if diff := gocmp.Diff([]string{"unknown-column"}, codes(c.diagnostics(at("a.seg"), 1))); diff != "" {
		t.Errorf("a.seg (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff([]string{"A in file:///elsewhere/a.seg", "A in file:///w/a.seg", "B in file:///w/b.seg"}, c.symbols()); diff != "" {
		t.Errorf("symbols (-want +got):\n%s", diff)
	}
	got := c.raw("textDocument/definition", `{"textDocument":{"uri":"file:///w/b.seg"},"position":{"line":0,"character":12}}`)
	if strings.Count(got, `"uri"`) != 1 || !strings.Contains(got, "file:///w/a.seg") {
		t.Errorf("the definitions are %s", got)
	}
	if got := c.raw("segql/segments", `{}`); strings.Contains(got, "git:") || strings.Contains(got, "review:") {
		t.Errorf("the segments are %s", got)
	}
}

// TestFoldersApart holds that folders of the workspace do not know each other's
// segments, with a seg.toml or without.
func TestFoldersApart(t *testing.T) {
	c := start(t, nil, func(c *client, p *protocol.InitializeParams) {
		p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: "file:///one", Name: "one"}, {URI: "file:///two", Name: "two"}})
		c.files.texts["file:///one/a.seg"] = "A = PROFILE(contact).FILTER(nosuch == 1)\n"
		c.files.texts["file:///two/a.seg"] = "A = PROFILE(contact).FILTER(nosuch == 1)\n"
		c.files.texts["file:///two/sub/b.seg"] = "B = PROFILE(contact).FILTER(nosuch == 1)\n"
	})
	for _, u := range []uri.URI{"file:///one/a.seg", "file:///two/a.seg", "file:///two/sub/b.seg"} {
		c.open(u, 1, c.files.texts[u])
		if diff := gocmp.Diff([]string{"unknown-column"}, codes(c.diagnostics(u, 1))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", u, diff)
		}
	}
	for folder, want := range map[string]string{"one": "null", "two": "file:///two/sub/b.seg"} {
		u := uri.URI("file:///" + folder + "/c.seg")
		c.open(u, 1, "C = SEGMENT(B)\n")
		if got := c.raw("textDocument/definition", `{"textDocument":{"uri":"`+string(u)+`"},"position":{"line":0,"character":12}}`); !strings.Contains(got, want) {
			t.Errorf("%s: the definition is %s", folder, got)
		}
	}
}

// TestOpenConfig opens a seg.toml, which is no query: what is wrong with it is
// what the config says.
func TestOpenConfig(t *testing.T) {
	text := "dialect = \"nosuch\"\n"
	c := start(t, map[string]string{"seg.toml": text, "a.seg": "A = PROFILE(contact)\n"})
	u := at("seg.toml")
	c.notify("textDocument/didOpen", `{"textDocument":{"languageId":"toml","text":"dialect = \"nosuch\"\n","version":1,"uri":"file:///w/seg.toml"}}`)
	if diff := gocmp.Diff([]string{"seg-toml"}, codes(c.diagnostics(u, 1))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	c.change(u, 2, &protocol.TextDocumentContentChangePartial{Text: "x = PROFILE("})
	if diff := gocmp.Diff([]string{"seg-toml"}, codes(c.diagnostics(u, 2))); diff != "" {
		t.Errorf("after a change (-want +got):\n%s", diff)
	}
	const place = `{"textDocument":{"uri":"file:///w/seg.toml"},"position":{"line":0,"character":3},"options":{"tabSize":2,"insertSpaces":true}}`
	for _, method := range []string{"textDocument/hover", "textDocument/documentSymbol", "textDocument/completion", "textDocument/formatting"} {
		if got := c.raw(method, place); got != "null" && got != "[]" && got != `{"isIncomplete":false,"items":[]}` {
			t.Errorf("%s: %s", method, got)
		}
	}
	if diff := gocmp.Diff([]string{"A in file:///w/a.seg"}, c.symbols()); diff != "" {
		t.Errorf("symbols (-want +got):\n%s", diff)
	}
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/seg.toml"}}`)
	c.alive()
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

// TestOutsideWithSchema opens a document in no folder of the workspace, whose
// seg.toml names a schema: it is checked with that from the first time on.
func TestOutsideWithSchema(t *testing.T) {
	for _, pulls := range []bool{false, true} {
		c := start(t, map[string]string{"a.seg": "A = PROFILE(contact)\n"}, func(c *client, p *protocol.InitializeParams) {
			if pulls {
				p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
			}
			for n := range 50 {
				folder := fmt.Sprintf("file:///elsewhere%d/", n)
				c.files.texts[uri.URI(folder+"seg.toml")] = `schema = "schema.json"`
				c.files.texts[uri.URI(folder+"schema.json")] = schemaWith("one")
			}
		})
		c.open(at("a.seg"), 1, "A = PROFILE(contact)\n")
		if pulls {
			c.raw("textDocument/diagnostic", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
		} else {
			c.diagnostics(at("a.seg"), 1) // the workspace is read
		}
		for n := range 50 {
			u := uri.URI(fmt.Sprintf("file:///elsewhere%d/b.seg", n))
			c.open(u, 1, "PROFILE(contact).FILTER(one == 'x')")
			if !pulls {
				if got := c.diagnostics(u, 1); len(got) > 0 {
					t.Fatalf("%s has the findings %q", u, codes(got))
				}
				continue
			}
			if got := c.raw("textDocument/diagnostic", `{"textDocument":{"uri":"`+string(u)+`"}}`); strings.Contains(got, "unknown-column") {
				t.Fatalf("%s has the findings %s", u, got)
			}
		}
	}
}

// TestConfigOfAFolderThatIsGone takes a folder from the workspace: what is wrong
// with its seg.toml is told no more, and its schema not watched, unless a document
// of it is open.
func TestConfigOfAFolderThatIsGone(t *testing.T) {
	const config = uri.URI("file:///v/seg.toml")
	for _, isOpen := range []bool{false, true} {
		c := start(t, nil, watching, func(c *client, p *protocol.InitializeParams) {
			p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: root, Name: "w"}, {URI: "file:///v", Name: "v"}})
			c.files.texts[config] = "schema = \"tables.json\"\ndialect = 1\n"
			c.files.texts["file:///v/tables.json"] = schemaWith("one")
		})
		has := func() bool { return c.published[config] != nil && len(c.published[config].Diagnostics) > 0 }
		isWatched := func() bool {
			return len(c.registered) > 0 && strings.Contains(c.registered[len(c.registered)-1], "tables.json")
		}
		c.await("diagnostics of seg.toml", has)
		c.await("the watch of the schema", isWatched)
		if isOpen {
			c.open("file:///v/a.seg", 1, "")
		}
		c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[],"removed":[{"uri":"file:///v","name":"v"}]}}`)
		if isOpen {
			c.open("file:///v/sub/b.seg", 1, "PROFILE(contact).FILTER(two == 'x')")
			if got := codes(c.diagnostics("file:///v/sub/b.seg", 1)); !slices.Contains(got, "unknown-column") {
				t.Errorf("of the open document the diagnostics are %v", got)
			}
			c.await("diagnostics of seg.toml as before", has)
			continue
		}
		c.await("the end of the diagnostics", func() bool { return !has() })
		c.await("the end of the watch", func() bool { return slices.Contains(c.received, protocol.MethodClientUnregisterCapability) })
	}
}
