package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// raw asks the server and returns its answer as it came, or the error's
// message.
func (c *client) raw(method, params string) string {
	c.t.Helper()
	var answer jsonrpc2.RawMessage
	if _, err := c.conn.Call(c.t.Context(), method, jsonrpc2.RawMessage(params), &answer); err != nil {
		if code(err) == jsonrpc2.InternalError {
			c.t.Errorf("%s %s: %v", method, params, err)
		}
		return "error: " + err.Error()
	}
	return string(answer)
}

// ofDocument are the parameters of a request about all of a document.
func ofDocument(u uri.URI) string {
	return fmt.Sprintf(`{"textDocument":{"uri":%q},"range":{"start":{"line":0,"character":0},"end":{"line":9999,"character":0}}}`, u)
}

func TestViewOfSimpleClient(t *testing.T) {
	c := start(t, nil)
	if c.result.Capabilities.Workspace.TextDocumentContent != nil {
		t.Error("the server offers documents to a client that can't show them")
	}
	u := at("a.seg")
	c.open(u, 1, "// seg:ignore unknown-table, see https://example.com/a_(b)?x=1#y.\nA = PROFILE(contact).FILTER(statecode == 0)\nB = SEGMENT(A)")
	tests := []struct{ method, want string }{
		// Tooltips come at once, and lenses are text.
		{"textDocument/inlayHint", `[{"position":{"line":1,"character":42},"label":"Active","tooltip":{"kind":"markdown","value":"**Active** (0) is a choice of ` + "`contact.statecode`" + ` (Status)."},"paddingLeft":true},` +
			`{"position":{"line":2,"character":14},"label":": contact","kind":1,"tooltip":{"kind":"markdown","value":"The rows of A are of the table ` + "`contact`" + ` (Contact)."}}]`},
		{"textDocument/documentLink", `[{"range":{"start":{"line":0,"character":14},"end":{"line":0,"character":27}},"target":"seg-rule:///unknown-table.md"},{"range":{"start":{"line":0,"character":33},"end":{"line":0,"character":64}},"target":"https://example.com/a_(b)?x=1#y"}]`},
	}
	for _, test := range tests {
		if diff := gocmp.Diff(test.want, c.raw(test.method, ofDocument(u))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.method, diff)
		}
	}
	lenses, err := c.CodeLens(t.Context(), &protocol.CodeLensParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
	if err != nil || len(lenses) != 2 {
		t.Fatalf("%d lenses: %v", len(lenses), err)
	}
	lens, err := c.CodeLensResolve(t.Context(), &lenses[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(protocol.Command{Title: "1 reference"}, lens.Command); diff != "" {
		t.Errorf("the lens (-want +got):\n%s", diff)
	}
	if got := c.raw("workspace/executeCommand", `{"command":""}`); got != "null" {
		t.Errorf("the command of a lens that is text answers %s", got)
	}
}

func TestViewSettings(t *testing.T) {
	text := "A = PROFILE(contact).FILTER(statecode == 0)\nB = SEGMENT(A).TRAVERSE(contact_customer_accounts)\n// seg:ignore unknown-table"
	tests := []struct {
		setting string
		method  string
		has     string // what is there without the setting
	}{
		{`"inlayHints.choiceLabels":false`, "textDocument/inlayHint", `"Active"`},
		{`"inlayHints.tables":false`, "textDocument/inlayHint", `": contact"`},
		{`"inlayHints.dialect":false`, "textDocument/inlayHint", `"dialect: outbound"`},
		{`"codeLens.references":false`, "textDocument/codeLens", `"references"`},
		{`"rulesUrl":"https://example.com/rules/"`, "textDocument/documentLink", `"seg-rule:///unknown-table.md"`},
	}
	for _, test := range tests {
		t.Run(test.setting, func(t *testing.T) {
			for _, isSet := range []bool{false, true} {
				c := start(t, nil, withView, func(c *client, _ *protocol.InitializeParams) {
					if isSet {
						c.settings = "{" + test.setting + "}"
					}
				})
				c.open(at("a.seg"), 1, text)
				c.diagnostics(at("a.seg"), 1) // so that the settings are read
				if got := c.raw(test.method, ofDocument(at("a.seg"))); strings.Contains(got, test.has) == isSet {
					t.Errorf("set: %v, the answer is %s", isSet, got)
				}
			}
		})
	}
}

// TestRulePagesForAll gives a client that says nothing of the kind the pages of
// rules, by an address that it can ask the server for.
func TestRulePagesForAll(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "// seg:ignore unknown-table\nPROFILE(contact).FILTER(statecode = 0)")
	const page = "seg-rule:///single-equals.md"
	for _, d := range c.diagnostics(at("a.seg"), 1) {
		if want := uri.MustParse("seg-rule:///" + string(d.Code.(protocol.String)) + ".md"); d.CodeDescription.Href != want {
			t.Errorf("%s leads to %s", d.Code, d.CodeDescription.Href)
		}
	}
	if got := c.raw("textDocument/documentLink", ofDocument(at("a.seg"))); !strings.Contains(got, `"seg-rule:///unknown-table.md"`) {
		t.Errorf("the links are %s", got)
	}
	if got := c.raw("workspace/textDocumentContent", `{"uri":"`+page+`"}`); !strings.Contains(got, "# single-equals") {
		t.Errorf("the page is %s", got)
	}
}

// TestDialectEdit holds that accepting the dialect's hint makes it go away, and
// keeps the file's line ends and byte-order mark.
func TestDialectEdit(t *testing.T) {
	tests := []struct{ text, want string }{
		{"PROFILE(account).TRAVERSE(r)\n", "// seg:dialect outbound\nPROFILE(account).TRAVERSE(r)\n"},
		{"\r\nPROFILE(account)\r\n.TRAVERSE(r)", "// seg:dialect outbound\r\n\r\nPROFILE(account)\r\n.TRAVERSE(r)"},
		{"\uFEFFPROFILE(contact).FILTER(a IN [1])", "\uFEFF// seg:dialect realtime\nPROFILE(contact).FILTER(a IN [1])"},
		{"PROFILE(contact)", "PROFILE(contact)"}, // not determined
		{"// seg:dialect realtime\nPROFILE(account).TRAVERSE(r)", "// seg:dialect realtime\nPROFILE(account).TRAVERSE(r)"},
		{"// nothing", "// nothing"},
	}
	for i, test := range tests {
		c := start(t, nil, withView)
		u := at(fmt.Sprintf("%d.seg", i))
		c.open(u, 1, test.text)
		ask := func() []protocol.InlayHint {
			hints, err := c.InlayHint(t.Context(), &protocol.InlayHintParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: protocol.Range{End: protocol.Position{Character: 5}}})
			if err != nil {
				t.Fatal(err)
			}
			return slices.DeleteFunc(hints, func(h protocol.InlayHint) bool { return h.TextEdits == nil })
		}
		got := test.text
		for _, h := range ask() {
			r := &markerRun{client: c, variant: variant{encoding: protocol.PositionEncodingKindUTF16}, texts: map[uri.URI]string{u: test.text}}
			got = r.edited(u, h.TextEdits)
			c.change(u, 2, &protocol.TextDocumentContentChangeWholeDocument{Text: got})
			if again := ask(); len(again) > 0 {
				t.Errorf("%q still has the hint %v", got, again)
			}
		}
		if got != test.want {
			t.Errorf("%q becomes %q, want %q", test.text, got, test.want)
		}
	}
}

// TestHintsOfOwnColumns is about labels that the standard tables do not have.
func TestHintsOfOwnColumns(t *testing.T) {
	c := start(t, map[string]string{
		"seg.toml": `schema = "schema.json"`,
		"schema.json": `{"format":"segql-schema","version":1,"tables":[{"name":"contact","columns":[
			{"name":"new_level","type":"Picklist","choices":[{"value":-1,"label":"Not\n yet"},{"value":7}]},
			{"name":"new_vip","type":"Boolean","choices":[{"value":0,"label":"Standard"},{"value":1,"label":"VIP"}]}]}]}`,
	})
	tests := []struct {
		condition string
		want      []string
	}{
		{"new_vip == true", []string{"VIP"}},
		{"false != new_vip", []string{"Standard"}},
		{"new_vip IN [true, false]", []string{"VIP", "Standard"}},
		{"new_level == -1", []string{"Not yet"}},
		{"new_level == 7", nil},                            // it has no label
		{"new_level == 1.0 || new_level == '7'", nil},      // no numbers of choices
		{"new_level == 99999999999999999999999", nil},      // nor this
		{"new_level == -1 && new_le", []string{"Not yet"}}, // while one types
		{"new_vip == new_level", nil},
	}
	for i, test := range tests {
		u := at(fmt.Sprintf("%d.seg", i))
		c.open(u, 1, "// seg:dialect realtime\nPROFILE(contact).FILTER("+test.condition+")")
		c.diagnostics(u, 1) // so that the schema is read
		hints, err := c.InlayHint(t.Context(), &protocol.InlayHintParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: protocol.Range{End: protocol.Position{Line: 9}}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hints {
			got = append(got, fmt.Sprint(h.Label))
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.condition, diff)
		}
	}
}

// TestDialectSource holds that the dialect's hint says where it is from.
func TestDialectSource(t *testing.T) {
	tests := []struct{ toml, settings, want string }{
		{`dialect = "realtime"`, `{"dialect":"outbound"}`, "The file is in the **realtime** dialect. `seg.toml` says it"},
		{``, `{"dialect":"realtime"}`, "The file is in the **realtime** dialect. The settings say it"},
		{``, `null`, "The file is in the **outbound** dialect. The text shows it"},
	}
	for _, test := range tests {
		c := start(t, map[string]string{"seg.toml": test.toml}, func(c *client, _ *protocol.InitializeParams) { c.settings = test.settings })
		c.open(at("a.seg"), 1, "PROFILE(contact).DISTINCT()")
		c.diagnostics(at("a.seg"), 1)
		if got := c.raw("textDocument/inlayHint", ofDocument(at("a.seg"))); !strings.Contains(got, test.want) {
			t.Errorf("%q and %s: the hints are %s", test.toml, test.settings, got)
		}
	}
}

// TestViewOfOldData holds that what a client sends back about a text that is
// another by now does no harm.
func TestViewOfOldData(t *testing.T) {
	c := start(t, nil, withView)
	u := at("a.seg")
	c.open(u, 1, "A = PROFILE(contact).FILTER(statecode == 0)")
	document := protocol.TextDocumentIdentifier{URI: u}
	hints, err := c.InlayHint(t.Context(), &protocol.InlayHintParams{TextDocument: document, Range: protocol.Range{End: protocol.Position{Line: 9}}})
	if err != nil || len(hints) != 1 {
		t.Fatalf("%v %v", hints, err)
	}
	lenses, err := c.CodeLens(t.Context(), &protocol.CodeLensParams{TextDocument: document})
	if err != nil || len(lenses) != 1 {
		t.Fatalf("%v %v", lenses, err)
	}
	c.change(u, 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "B = PROFILE(lead)"})
	if h, err := c.InlayHintResolve(t.Context(), &hints[0]); err != nil || h.Tooltip != nil {
		t.Errorf("the hint that is gone: %v %v", h, err)
	}
	if l, err := c.CodeLensResolve(t.Context(), &lenses[0]); err != nil || l.Command.Title != "0 references" {
		t.Errorf("the lens of the name that is gone: %v %v", l, err)
	}
	for _, params := range []string{
		`{"position":{"line":0,"character":0},"label":"x"}`, `{"position":{"line":0,"character":0},"label":"x","data":7}`,
		`{"position":{"line":0,"character":0},"label":"x","data":{"uri":"file:///nowhere.seg"}}`, `{"position":{"line":0,"character":0},"label":[{"value":"x"}],"data":{"uri":"file:///w/a.seg"}}`,
	} {
		c.raw("inlayHint/resolve", params)
	}
	for _, params := range []string{
		`{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}}`,
		`{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"data":[]}`,
		`{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"data":{"uri":"file:///nowhere.seg","kind":"references","name":"x"}}`,
		`{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"data":{"uri":"file:///w/a.seg","kind":"other","name":"x"}}`,
	} {
		if got := c.raw("codeLens/resolve", params); !strings.HasPrefix(got, "error: ") {
			t.Errorf("codeLens/resolve %s answers %s", params, got)
		}
	}
}

func TestCommandArguments(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "\nA = PROFILE(contact) // a\nB = PROFILE(lead)\n\nC = PROFILE(account)\n\n\n")
	c.open(at("a b(1)ä.seg"), 1, "D = PROFILE(contact)")
	c.open(at("large.seg"), 1, "// "+strings.Repeat("x", 5<<20)+"\nE = PROFILE(contact)")
	c.open(at("unread.seg"), 1, "P\x00R\x00O\x00F\x00I\x00L\x00E\x00(\x00a\x00)\x00\n\x00")
	tests := []struct{ arguments, want string }{
		{`"file:///w/a.seg"`, "A B C"},
		{`"file:///w/a.seg",null`, "A B C"},
		{`"file:///w/a.seg",{"line":0,"character":0}`, "A"},
		{`"file:///w/a.seg",{"line":1,"character":99}`, "A"},
		{`"file:///w/a.seg",{"line":2,"character":0}`, "B"},
		{`"file:///w/a.seg",{"line":3,"character":0}`, "C"},
		{`"file:///w/a.seg",{"line":99,"character":0}`, "C"},
		{`"file:///w/a.seg",{"start":{"line":1,"character":5},"end":{"line":2,"character":0}}`, "A"},
		{`"file:///w/a.seg",{"start":{"line":1,"character":5},"end":{"line":2,"character":1}}`, "A B"},
		{`"file:///w/a.seg",{"start":{"line":2,"character":3},"end":{"line":0,"character":0}}`, "A B"},
		{`"file:///w/a.seg",{"start":{"line":2,"character":3},"end":{"line":2,"character":3}}`, "B"},
		{`"file:///w/a.seg",{"start":{"line":1,"character":23},"end":{"line":2,"character":5}}`, "B"},
		{`"file:///w/a.seg",{"start":{"line":1,"character":23},"end":{"line":2,"character":0}}`, "A"}, // nothing of either
		{`"file:///w/a.seg",{"line":2,"character":0},"more"`, "B"},
		{`"file:///w/a b(1)ä.seg"`, "D"},
		{`"file:///w/a%20b%281%29%C3%A4.seg"`, "D"},
		{`"file:///w/large.seg",{"line":1,"character":0}`, "E"},

		{``, "needs the URI of a file as its first argument"},
		{`7`, "needs the URI of a file as its first argument"},
		{`{"uri":"file:///w/a.seg"}`, "needs the URI of a file as its first argument"},
		{`"file:///w/none.seg"`, "does not know the file"},
		{`""`, "does not know the file"},
		{`"file:///w/a.seg",7`, "takes a position or a range as its second argument"},
		{`"file:///w/a.seg",{}`, "takes a position or a range as its second argument"},
		{`"file:///w/a.seg",{"line":1}`, "takes a position or a range as its second argument"},
		{`"file:///w/a.seg",{"line":-1,"character":0}`, "takes a position or a range as its second argument"},
		{`"file:///w/a.seg",{"start":{"line":1,"character":5}}`, "takes a position or a range as its second argument"},
		{`"file:///w/unread.seg",{"line":0,"character":0}`, "unread.seg can't be read: "},
		{`"file:///w/large.seg"`, "large.seg is too large"},
	}
	for _, command := range []string{"seg.wireForm", "seg.explain"} {
		for _, test := range tests {
			answer := c.raw("workspace/executeCommand", fmt.Sprintf(`{"command":%q,"arguments":[%s]}`, command, test.arguments))
			got := answer
			var all []struct {
				Name string `json:"name"`
			}
			if protocol.Unmarshal([]byte(answer), &all) == nil {
				got = ""
				for _, q := range all {
					got += q.Name + " "
				}
				got = strings.TrimSpace(got)
			}
			if got != test.want && (!strings.HasPrefix(answer, "error: ") || !strings.Contains(answer, test.want)) {
				t.Errorf("%s %s answers %s, want %s", command, test.arguments, answer, test.want)
			}
		}
	}
	for _, method := range []string{"inlayHint", "codeLens", "documentLink"} {
		if got := c.raw("textDocument/"+method, ofDocument(at("large.seg"))); got != "[]" {
			t.Errorf("%s of a large file answers %.200s", method, got)
		}
	}
}

// TestRefresh holds that the client is asked to ask again when another file
// changes what its hints say, and not when nothing of that kind happened.
func TestRefresh(t *testing.T) {
	c := start(t, nil, withView, func(_ *client, p *protocol.InitializeParams) {
		yes := true
		p.Capabilities.Workspace.InlayHint = &protocol.InlayHintWorkspaceClientCapabilities{RefreshSupport: &yes}
		p.Capabilities.Workspace.CodeLens = &protocol.CodeLensWorkspaceClientCapabilities{RefreshSupport: &yes}
	})
	count := func() int { // of refreshes so far; called with the lock held
		n := 0
		for _, m := range c.received {
			if m == protocol.MethodWorkspaceInlayHintRefresh {
				n++
			}
		}
		return n
	}
	c.open(at("a.seg"), 1, "A = PROFILE(contact)")
	c.open(at("b.seg"), 1, "B = SEGMENT(A)")
	c.diagnostics(at("b.seg"), 1)
	c.await("a refresh at the start", func() bool { return count() > 0 })
	c.mu.Lock()
	before := count()
	c.mu.Unlock()
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "A = PROFILE(lead)"})
	c.await("a refresh of the hints", func() bool { return count() > before })
	c.await("a refresh of the lenses", func() bool { return slices.Contains(c.received, protocol.MethodWorkspaceCodeLensRefresh) })
	if got := c.raw("textDocument/inlayHint", ofDocument(at("b.seg"))); !strings.Contains(got, `": lead"`) {
		t.Errorf("the hints are %s", got)
	}
}
