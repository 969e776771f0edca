package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// slow is an option of start: a workspace that is not read before the channel is
// closed.
func slow(read <-chan struct{}) option {
	return func(c *client, _ *protocol.InitializeParams) { c.files.finding = func(uri.URI) { <-read } }
}

// earlyFiles are a workspace where each file needs the others to be understood.
func earlyFiles() map[string]string {
	return map[string]string{
		"a.seg":        "A = PROFILE(contact)\nB = SEGMENT(C)\n",
		"b.seg":        "C = SEGMENT(A)\n",
		"seg.toml":     "schema = \"schema.json\"\n",
		"schema.json":  `{"@odata.context":"https://x/api/data/v9.2/$metadata#EntityDefinitions","value":[{"LogicalName":"contact","PrimaryIdAttribute":"contactid"}]}`,
		"own/seg.toml": "",
	}
}

// checkPending checks that a request has no answer yet.
func checkPending(t *testing.T, method string, answer <-chan string) {
	t.Helper()
	if len(answer) > 0 {
		t.Errorf("%s has an answer too early", method)
	}
}

// TestEarly asks what depends on all files while the workspace is still being
// read: the answers are those of the whole workspace.
func TestEarly(t *testing.T) {
	const document = `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":%d,"character":%d}%s}`
	item := `{"item":{"name":"A","kind":5,"uri":"file:///w/a.seg","range":{"start":{"line":0,"character":0},"end":{"line":0,"character":20}},` +
		`"selectionRange":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"data":{"name":"A","index":%d}}}`
	onA, onC := func(more string) string { return fmt.Sprintf(document, 0, 0, more) }, fmt.Sprintf(document, 1, 12, "")
	tests := []struct{ method, params, want string }{
		{"textDocument/rename", onA(`,"newName":"D"`), "a.seg b.seg"},
		{"textDocument/references", onA(`,"context":{"includeDeclaration":true}`), "a.seg b.seg"},
		{"textDocument/prepareRename", onC, `"placeholder":"C"`},
		{"textDocument/definition", onC, "b.seg"},
		{"textDocument/hover", onC, "SEGMENT(A)"},
		{"textDocument/prepareCallHierarchy", onC, "b.seg"},
		{"callHierarchy/incomingCalls", fmt.Sprintf(item, 0), "b.seg"},
		{"callHierarchy/outgoingCalls", strings.Replace(fmt.Sprintf(item, 1), `"name":"A","index"`, `"name":"B","index"`, 1), "b.seg"},
		{"textDocument/codeAction", `{"textDocument":{"uri":"file:///w/a.seg"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"context":{"diagnostics":[],"triggerKind":1}}`, "Inline"},
		{"workspace/symbol", `{"query":"C"}`, "b.seg"},
		{"codeLens/resolve", `{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"data":{"uri":"file:///w/a.seg","kind":"references","name":"A"}}`, "1 reference"},
	}
	read := make(chan struct{})
	c := start(t, earlyFiles(), slow(read))
	c.open(at("a.seg"), 1, earlyFiles()["a.seg"])
	answers := make([]chan string, len(tests))
	for i, test := range tests {
		answers[i] = make(chan string, 1)
		go func() { answers[i] <- c.request(test.method, test.params) }()
	}
	for range 20 { // until the server has surely got them
		if got := c.request("textDocument/hover", fmt.Sprintf(document, 1, 2, "")); got != "null" {
			t.Errorf("a hover that depends on nothing else has the answer %s", got)
		}
	}
	for i, test := range tests {
		checkPending(t, test.method, answers[i])
	}
	close(read)
	for i, test := range tests {
		got := <-answers[i]
		for _, want := range strings.Fields(test.want) {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %s: %s", test.method, want, got)
			}
		}
	}
}

// TestTooEarly holds that what would be wrong without all files is refused where
// reading them takes long, and that a completion does not wait for it.
func TestTooEarly(t *testing.T) {
	t.Parallel() // it waits for the limit
	read := make(chan struct{})
	defer close(read)
	c := start(t, earlyFiles(), slow(read))
	text := earlyFiles()["a.seg"]
	c.open(at("a.seg"), 1, text)
	got := c.request("textDocument/completion", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":1,"character":12}}`)
	if !strings.Contains(got, `"isIncomplete":true`) || !strings.Contains(got, `"label":"A"`) {
		t.Errorf("the completion is %s", got)
	}
	got = c.request("textDocument/codeAction", `{"textDocument":{"uri":"file:///w/a.seg"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":1}},"context":{"diagnostics":[],"triggerKind":1}}`)
	if strings.Contains(got, "Inline") {
		t.Errorf("the actions are %s", got)
	}
	const on = `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0},"newName":"D","context":{"includeDeclaration":true}}`
	for _, test := range []struct{ method, want string }{
		{"textDocument/rename", "segls is still reading the workspace, so it can't rename a segment in all files yet; try again in a moment"},
		{"textDocument/references", "segls is still reading the workspace, so it can't find all references yet; try again in a moment"},
	} {
		if diff := gocmp.Diff("error: "+test.want, c.request(test.method, on)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.method, diff)
		}
	}
}

// TestEarlyChange changes a text while a request about it waits for the
// workspace: its places are not those of the text any more.
func TestEarlyChange(t *testing.T) {
	read := make(chan struct{})
	c := start(t, earlyFiles(), slow(read))
	c.open(at("a.seg"), 1, earlyFiles()["a.seg"])
	got := make(chan string, 1)
	go func() {
		got <- c.request("textDocument/definition", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":1,"character":12}}`)
	}()
	for range 20 { // until the server has surely got it
		c.request("textDocument/documentHighlight", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`)
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "A = PROFILE(lead)\n"})
	c.request("textDocument/documentHighlight", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`)
	checkPending(t, "textDocument/definition", got)
	close(read)
	if diff := gocmp.Diff("error: a.seg changed while segls was reading the workspace; ask again", <-got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestEarlySettings completes before the client said that it wants no places to
// fill in.
func TestEarlySettings(t *testing.T) {
	asked := make(chan struct{})
	c := start(t, nil, func(c *client, _ *protocol.InitializeParams) {
		c.settings = `{"completion":{"snippets":false}}`
		c.configuring = func() { <-asked }
	})
	c.open(at("a.seg"), 1, "A = PROFILE(contact).")
	got := make(chan string, 1)
	go func() {
		got <- c.request("textDocument/completion", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":21}}`)
	}()
	for range 20 { // until the server has surely got it
		c.request("textDocument/documentHighlight", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`)
	}
	checkPending(t, "textDocument/completion", got)
	close(asked)
	if got := <-got; !strings.Contains(got, `"newText":"FILTER("`) {
		t.Errorf("the completion is %s", got)
	}
}

// TestNoFolder renames where there is no folder to read.
func TestNoFolder(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
		p.WorkspaceFolders = protocol.NullNullable[[]protocol.WorkspaceFolder]()
	})
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\nB = SEGMENT(A)\n")
	got := c.request("textDocument/rename", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0},"newName":"D"}`)
	if strings.Count(got, `"newText":"D"`) != 2 {
		t.Errorf("the edit is %s", got)
	}
}

// TestPanicWhileReading holds that the workspace counts as read, and the settings
// as known, also where something that is read has the server panic.
func TestPanicWhileReading(t *testing.T) {
	for _, bad := range []uri.URI{root, at("a.seg"), at("seg.toml"), at("tables.json"), "file:///v", "file:///v/tables.json"} {
		t.Run(string(bad), func(t *testing.T) {
			panicAt := func(u uri.URI) {
				if u == bad {
					panic("as it should be in this test")
				}
			}
			c := start(t, map[string]string{"a.seg": "", "tables.json": schemaWith("one")}, func(c *client, _ *protocol.InitializeParams) {
				c.settings = `{"schema":"tables.json","completion":{"snippets":false}}`
				c.files.finding, c.files.reading = panicAt, panicAt
				c.files.texts["file:///last/seg.toml"] = "dialect = 1\n"
			})
			if strings.HasPrefix(string(bad), "file:///v") {
				c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///v","name":"v"}],"removed":[{"uri":"file:///w","name":"w"}]}}`)
			}
			c.open(at("b.seg"), 1, "A = PROFILE(contact).")
			c.open("file:///last/a.seg", 1, "") // whose seg.toml is read after all else
			c.await("diagnostics of the last seg.toml", func() bool { return c.published["file:///last/seg.toml"] != nil })
			got := c.request("textDocument/references", `{"textDocument":{"uri":"file:///w/b.seg"},"position":{"line":0,"character":0},"context":{"includeDeclaration":true}}`)
			if strings.Count(got, "b.seg") != 1 {
				t.Errorf("the references are %s", got)
			}
			got = c.request("textDocument/completion", `{"textDocument":{"uri":"file:///w/b.seg"},"position":{"line":0,"character":21}}`)
			if !strings.Contains(got, `"FILTER"`) || strings.Contains(got, `"isIncomplete":true`) {
				t.Errorf("the completion is %s", got)
			}
		})
	}
}
