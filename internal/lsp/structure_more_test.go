package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

const folded = `// seg:dialect outbound
// more

/* one line */
A = PROFILE(contact).FILTER(
  fax == 'x' &&
  (
    fax != 'y'
  )
)
UNION
PROFILE(contact)
  .FILTER(fax == 'x')
// a
// row

// of comments
B = PROFILE(contact)
/* of
   lines */
`

func TestFoldingOfLines(t *testing.T) {
	yes := true
	for limit, want := range map[uint32][]string{
		0: {"0-1 comment", "4-12 ", "6-7 ", "11-12 ", "13-14 comment", "18-19 comment"},
		2: {"0-1 comment", "4-12 "},
	} {
		c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
			p.Capabilities.TextDocument.FoldingRange = &protocol.FoldingRangeClientCapabilities{LineFoldingOnly: &yes}
			if limit > 0 {
				p.Capabilities.TextDocument.FoldingRange.RangeLimit = &limit
			}
		})
		c.open(at("a.seg"), 1, folded)
		all, err := c.FoldingRanges(t.Context(), &protocol.FoldingRangeParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range all {
			if f.StartCharacter != nil || f.EndCharacter != nil {
				t.Errorf("%v speaks of columns", f)
			}
			got = append(got, fmt.Sprintf("%d-%d %s", f.StartLine, f.EndLine, f.Kind))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("at most %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestFlatSymbols(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) { p.Capabilities.TextDocument.DocumentSymbol = nil })
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\nB = = 7\nC = SEGMENT(A) UNION SEGMENT(B)")
	answer, err := c.DocumentSymbol(t.Context(), &protocol.DocumentSymbolParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range answer.(protocol.SymbolInformationSlice) {
		got = append(got, s.Name)
	}
	if diff := gocmp.Diff([]string{"A", "B", "C"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestSymbolsOfBrokenText has only texts with mistakes: each symbol has a name,
// and lies within the one that it is a child of.
func TestSymbolsOfBrokenText(t *testing.T) {
	c := start(t, nil)
	for i, text := range []string{"PROFILE(", "A =", "= PROFILE", "PROFILE(contact, ).TRAVERSE(, x).RELATE(", "(((", "A = (SEGMENT() UNION", "x.y.z", ".FILTER(", "SEGMENT(A).UNION(B", "é = 😀", "PROFILE()", "TRAVERSE(a)"} {
		u := at(fmt.Sprintf("%d.seg", i))
		c.open(u, 1, text)
		answer, err := c.DocumentSymbol(t.Context(), &protocol.DocumentSymbolParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
		if err != nil {
			t.Fatal(err)
		}
		var visit func(all []protocol.DocumentSymbol, in protocol.Range)
		visit = func(all []protocol.DocumentSymbol, in protocol.Range) {
			for _, s := range all {
				if s.Name == "" || !within(s.SelectionRange, s.Range) || !within(s.Range, in) {
					t.Errorf("%q: %+v in %v", text, s, in)
				}
				visit(s.Children, s.Range)
			}
		}
		visit(answer.(protocol.DocumentSymbolSlice), protocol.Range{End: protocol.Position{Line: 9}})
	}
}

func within(inner, outer protocol.Range) bool {
	before := func(a, b protocol.Position) bool {
		return a.Line < b.Line || a.Line == b.Line && a.Character <= b.Character
	}
	return before(outer.Start, inner.Start) && before(inner.Start, inner.End) && before(inner.End, outer.End)
}

// TestCallsOfChangedText asks about items of a text that has changed since.
func TestCallsOfChangedText(t *testing.T) {
	c := start(t, nil)
	u := at("a.seg")
	place := func(line, column uint32) protocol.TextDocumentPositionParams {
		return protocol.TextDocumentPositionParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, Position: protocol.Position{Line: line, Character: column}}
	}
	callers := func(item protocol.CallHierarchyItem) string {
		t.Helper()
		in, err := c.IncomingCalls(t.Context(), &protocol.CallHierarchyIncomingCallsParams{Item: item})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.OutgoingCalls(t.Context(), &protocol.CallHierarchyOutgoingCallsParams{Item: item}); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, call := range in {
			names = append(names, call.From.Name)
		}
		return strings.Join(names, " ")
	}
	c.open(u, 1, "A = PROFILE(contact)\nB = SEGMENT(A)\n")
	items, err := c.PrepareCallHierarchy(t.Context(), &protocol.CallHierarchyPrepareParams{TextDocumentPositionParams: place(1, 12)})
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	for i, test := range []struct{ text, want string }{
		{"A = PROFILE(contact)\nB = SEGMENT(A)\n", "B"},
		{"X = PROFILE(lead)\nC = SEGMENT(A) UNION SEGMENT(a)\na = PROFILE(contact)", "C"},
		{"X = PROFILE(lead)\nB = SEGMENT(A)\n", ""},
		{"", ""},
	} {
		c.change(u, int32(i+2), &protocol.TextDocumentContentChangeWholeDocument{Text: test.text})
		if got := callers(items[0]); got != test.want {
			t.Errorf("%q: called by %q, not %q", test.text, got, test.want)
		}
	}
	items[0].URI = "file:///nowhere.seg"
	if got := callers(items[0]); got != "" {
		t.Errorf("called by %q in no file", got)
	}
}

// TestSymbolsOfTheWorkspace has files of two folders with a seg.toml each, of
// which one is not open.
func TestSymbolsOfTheWorkspace(t *testing.T) {
	many := "Bad = PROFILE(contact).FILTER(statecode = 0)\n" // its diagnostics tell that it was read
	for i := range 300 {
		many += fmt.Sprintf("Many%03d = PROFILE(contact)\n", i)
	}
	c := start(t, map[string]string{
		"a/seg.toml": "dialect = \"outbound\"\n", "a/a.seg": "OpenedCampaign = PROFILE(contact)\nCampaignOpened = PROFILE(contact)\n",
		"b/seg.toml": "dialect = \"realtime\"\n", "b/b.seg": "opened_campaign_1 = PROFILE(contact)\n", "b/many.seg": many,
	})
	c.open(at("a/a.seg"), 1, c.files.texts[at("a/a.seg")])
	c.diagnostics(at("a/a.seg"), 1)
	ask := func(query string) []string {
		answer, err := c.Symbols(t.Context(), &protocol.WorkspaceSymbolParams{Query: query})
		if err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, s := range answer.(protocol.SymbolInformationSlice) {
			names = append(names, s.Name)
			if in := string(s.Location.URI); in != string(root)+"/"+*s.ContainerName {
				t.Errorf("%s is in %s, but called %s", s.Name, in, *s.ContainerName)
			}
		}
		return names
	}
	c.await("the first scan", func() bool { return c.published[at("b/many.seg")] != nil })
	for query, want := range map[string][]string{
		"oc":             {"OpenedCampaign", "opened_campaign_1"},
		"campaign":       {"CampaignOpened", "OpenedCampaign", "opened_campaign_1"},
		"openedcampaign": {"OpenedCampaign", "opened_campaign_1"},
		"opened camp":    {"OpenedCampaign", "opened_campaign_1"},
		"many299":        {"Many299"},
		"xyz":            {},
	} {
		if diff := gocmp.Diff(want, ask(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	if all := ask(""); len(all) != 200 || all[0] != "OpenedCampaign" {
		t.Errorf("%d symbols, the first is %s", len(all), all[0])
	}
}

// TestRenameAcrossFiles renames a segment that a stored file refers to: of an
// open document the version is named.
func TestRenameAcrossFiles(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "A = PROFILE(contact)\n", "b.seg": "B = SEGMENT(a)\n", "own.seg": "Own = PROFILE(lead).FILTER(statecode = 0)\n"})
	c.open(at("a.seg"), 7, "A = PROFILE(contact)\n")
	c.diagnostics(at("a.seg"), 7)
	c.await("the first scan", func() bool { return c.published[at("own.seg")] != nil })
	edit, err := c.Rename(t.Context(), &protocol.RenameParams{
		TextDocumentPositionParams: protocol.TextDocumentPositionParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}}, NewName: "Renamed",
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[uri.URI]string{}
	for _, d := range edit.DocumentChanges {
		d := d.(*protocol.TextDocumentEdit)
		version := "stored"
		if d.TextDocument.Version != nil {
			version = fmt.Sprint(*d.TextDocument.Version)
		}
		got[d.TextDocument.URI] = fmt.Sprintf("%s, %d edits", version, len(d.Edits))
	}
	if diff := gocmp.Diff(map[uri.URI]string{at("a.seg"): "7, 1 edits", at("b.seg"): "stored, 1 edits"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDeepNesting asks about a text that is nested as deeply as the parser
// takes it, and more.
func TestDeepNesting(t *testing.T) {
	c := start(t, nil)
	for i, text := range []string{
		strings.Repeat("(", 900) + "PROFILE(contact)" + strings.Repeat(")", 900),
		"PROFILE(contact).FILTER(" + strings.Repeat("(", 900) + "fax == 'x'" + strings.Repeat(")", 900) + ")",
		"PROFILE(contact)" + strings.Repeat(".RELATE(contact_customer_accounts, a, RELATE(account_primary_contact, b", 900),
		"PROFILE(contact).RELATE(x, y" + strings.Repeat(", RELATE(x, y", 900),
		strings.Repeat("(\n", 2000),
	} {
		u := at(fmt.Sprintf("%d.seg", i))
		c.open(u, 1, text)
		middle := positionUTF16(text, len(text)/2)
		place, _ := protocol.Marshal(&middle)
		params := fmt.Sprintf(`{"textDocument":{"uri":%q},"position":%[2]s,"positions":[%[2]s],"range":{"start":%[2]s,"end":%[2]s},"ch":"\n","newName":"Other","options":{"tabSize":2,"insertSpaces":true}}`, u, place)
		for _, method := range []string{"documentSymbol", "foldingRange", "selectionRange", "semanticTokens/full", "documentHighlight", "definition", "rangeFormatting", "onTypeFormatting", "linkedEditingRange"} {
			if err := c.call("textDocument/"+method, params); err != nil {
				t.Errorf("%s of %d: %v", method, i, err)
			}
		}
	}
}
