package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// BenchmarkCompletionLong asks where more is offered than is sent.
func BenchmarkCompletionLong(b *testing.B) {
	for _, text := range []string{"PROFILE(", "PROFILE(contact).FILTER(", "PROFILE(contact).TRAVERSE("} {
		b.Run(text, func(b *testing.B) {
			c := start(b, nil)
			c.open(at("a.seg"), 1, text)
			c.diagnostics(at("a.seg"), 1)
			params := fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":0,"character":%d}}`, at("a.seg"), len(text))
			for b.Loop() {
				if err := c.call("textDocument/completion", params); err != nil { // which does not read the answer
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCompletion asks over the connection, in files of 150 and 10,000
// lines of many definitions, and in one definition of 10,000 lines. In the
// first two an edit comes before each request, as where someone types.
func BenchmarkCompletion(b *testing.B) {
	definitions := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "S%d = PROFILE(account, account_1)\n  .FILTER(\n    account_1.accountcategorycode == 1 &&\n    account_1.revenue >= %d &&\n    account_1.statecode == 0\n  )\n"+
				"  .TRAVERSE(contact_account_parentcustomerid, contact_1)\n  .FILTER(ISNOTNULL(contact_1.emailaddress1))\n\n\n", i, i)
		}
		return text.String()
	}
	one := "S = PROFILE(contact)\n  .FILTER(\n" + strings.Repeat("    firstname == 'a' ||\n", 10_000) + "    firstname == 'b'\n  )\n"
	for _, file := range []struct {
		name, text, typed string
		line              int // of what is typed, which stands alone on it
	}{
		{"150 lines", definitions(15), "    account_1.re == 1 &&\n", 73},
		{"10,000 lines", definitions(1000), "    account_1.re == 1 &&\n", 5003},
		{"one of 10,000 lines", one, "    lastn == 'x' ||\n", 5000},
	} {
		b.Run(file.name, func(b *testing.B) {
			c := start(b, nil)
			lines := strings.SplitAfter(file.text, "\n")
			text := strings.Join(lines[:file.line], "") + file.typed + strings.Join(lines[file.line:], "")
			c.open(at("a.seg"), 1, text)
			c.diagnostics(at("a.seg"), 1)
			caret := protocol.Position{Line: uint32(file.line), Character: uint32(strings.Index(file.typed, " =="))}
			params := &protocol.CompletionParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: caret,
			}}
			before := caret
			before.Character--
			b.ReportAllocs()
			version := int32(1)
			letter := file.typed[before.Character:caret.Character]
			for b.Loop() {
				if file.text != one {
					b.StopTimer()
					version++
					c.change(at("a.seg"), version, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: before, End: caret}, Text: letter})
					c.diagnostics(at("a.seg"), version)
					b.StartTimer()
				}
				answer, err := c.Completion(b.Context(), params)
				if err != nil || len(answer.(*protocol.CompletionList).Items) == 0 {
					b.Fatal(answer, err)
				}
			}
		})
	}
}
