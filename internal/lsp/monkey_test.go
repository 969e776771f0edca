package lsp_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// pieces are what a monkey types.
var pieces = []string{
	"PROFILE(contact)", "A = ", "B = ", "\n", "\r\n", ";", " ", ".FILTER(statecode == 0)", ".FILTER(", ")", "(", "'", "/*", "*/", "// seg:ignore unknown-column\n",
	"SEGMENT(A)", "SEGMENT(B)", " UNION ", " EXCEPT ", ".TRAVERSE(contact_account_parentcustomerid, account_1)", "account_1.", "revenue > 5", " && ", " || ",
	"// seg:dialect realtime\n", "// seg:dialect outbound\n", "é", "😀", "nosuchcolumn", "=", "==", ",", "INTERACTION(EmailOpened, EmailOpened_ContactLink)", "HAVING(COUNT() > 3)", "[", "]", "IN", "",
}

// requests are what an editor asks at a place.
var requests = []string{
	"hover", "completion", "signatureHelp", "definition", "references", "documentHighlight", "prepareRename", "rename", "linkedEditingRange",
	"prepareCallHierarchy", "selectionRange", "rangesFormatting", "onTypeFormatting",
}

// wholeRequests are what it asks of a document.
var wholeRequests = []string{
	"documentSymbol", "foldingRange", "semanticTokens/full", "semanticTokens/full/delta", "documentLink", "codeLens", "formatting", "diagnostic",
}

// otherRequests are what it asks of a range.
var otherRequests = []string{"codeAction", "inlayHint", "rangeFormatting", "semanticTokens/range"}

// place is a line and a column.
type place struct{ line, character uint32 }

// requestParams are parameters that fit all of these: a request has no use for
// what it does not know.
func requestParams(u uri.URI, from, to place, ch string) string {
	at := func(p place) string { return fmt.Sprintf(`{"line":%d,"character":%d}`, p.line, p.character) }
	return fmt.Sprintf(`{"textDocument":{"uri":%q},"position":%s,"positions":[%[2]s,%[3]s],"range":{"start":%[2]s,"end":%[3]s},"ranges":[{"start":%[2]s,"end":%[3]s}],"newName":"Renamed","ch":%[4]q,`+
		`"previousResultId":"1","context":{"includeDeclaration":true,"diagnostics":[],"only":["quickfix","refactor","source.fixAll"],"triggerKind":1,"isRetrigger":false},"options":{"tabSize":2,"insertSpaces":true}}`,
		u, at(from), at(to), ch)
}

// TestMonkey makes random edits and requests on a workspace. After each hundred
// a server that sees the texts for the first time has the same diagnostics.
func TestMonkey(t *testing.T) {
	steps := 10_000
	if testing.Short() {
		steps = 1000
	}
	random := rand.New(rand.NewPCG(1, 2))
	c := start(t, nil)
	texts := map[uri.URI]string{}
	versions := map[uri.URI]int32{}
	names := []uri.URI{at("a.seg"), at("b.seg"), at("c.seg")}
	for _, u := range names {
		texts[u], versions[u] = "A = PROFILE(contact)\n", 1
		c.open(u, 1, texts[u])
	}
	for i := range steps {
		u := names[random.IntN(len(names))]
		text := texts[u]
		from := random.IntN(len(text) + 1)
		to := min(len(text), from+random.IntN(12))
		for from > 0 && !utf8.RuneStart(text[min(from, len(text)-1)]) {
			from--
		}
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
		if random.IntN(3) > 0 && len(text) < 4000 {
			to = from
		}
		piece := pieces[random.IntN(len(pieces))]
		// A position between CR and LF does not exist in the protocol.
		if from > 0 && from < len(text) && text[from-1] == '\r' || to > 0 && to < len(text) && text[to-1] == '\r' {
			continue
		}

		span := protocol.Range{Start: positionUTF16(text, from), End: positionUTF16(text, to)}
		texts[u] = text[:from] + piece + text[to:]
		versions[u]++
		c.change(u, versions[u], &protocol.TextDocumentContentChangePartial{Range: span, Text: piece})
		if random.IntN(4) == 0 {
			all := [][]string{requests, requests, wholeRequests, otherRequests}[random.IntN(4)]
			method := all[random.IntN(len(all))]
			caret := place{span.Start.Line, span.Start.Character}
			params := requestParams(u, caret, place{caret.line + uint32(random.IntN(3)), uint32(random.IntN(60))}, []string{"\n", ")"}[random.IntN(2)])
			if i%3 == 0 {
				c.monkeyView(u, span.Start)
			}
			if err := c.call("textDocument/"+method, params); code(err) == jsonrpc2.InternalError {
				t.Fatalf("step %d: %s: %v\n%s", i, method, err, texts[u])
			}
		}
		if i%100 == 99 || i == steps-1 {
			compareWithFresh(t, c, texts, versions, i)
		}
	}
}

func compareWithFresh(t *testing.T, c *client, texts map[uri.URI]string, versions map[uri.URI]int32, step int) {
	t.Helper()
	fresh := start(t, nil)
	for _, u := range []uri.URI{at("a.seg"), at("b.seg"), at("c.seg")} {
		fresh.open(u, versions[u], texts[u])
	}
	for u := range texts {
		show := func(c *client) string {
			var b strings.Builder
			for _, d := range c.settledDiagnostics(u, versions[u]) {
				b.WriteString(fmt.Sprintf("%+v", d) + "\n")
			}
			return b.String()
		}
		if diff := gocmp.Diff(show(fresh), show(c)); diff != "" {
			t.Fatalf("step %d: %s differs (-fresh +edited):\n%s\n%s", step, u, diff, texts[u])
		}
	}
	if err := fresh.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	fresh.notify("exit", "null")
}

// settledDiagnostics returns the diagnostics of a document once the server has
// nothing more to tell: those of a request that it answers with the same.
func (c *client) settledDiagnostics(u uri.URI, version int32) []protocol.Diagnostic {
	c.t.Helper()
	c.diagnostics(u, version)
	r, err := c.Diagnostic(c.t.Context(), &protocol.DocumentDiagnosticParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
	if err != nil {
		c.t.Fatal(err)
	}
	asked := r.(*protocol.RelatedFullDocumentDiagnosticReport).Items
	want := fmt.Sprint(codes(asked))
	c.await("the pulled diagnostics as pushed ones", func() bool { return fmt.Sprint(codes(c.published[u].Diagnostics)) == want })
	return asked
}

// positionUTF16 is what the server's mapper does, written down independently
// of it.
func positionUTF16(text string, offset int) protocol.Position {
	before := text[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return protocol.Position{Line: uint32(strings.Count(before, "\n")), Character: uint32(len(utf16.Encode([]rune(line))))}
}
