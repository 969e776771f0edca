package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// BenchmarkStructure asks about a text of 10,000 lines, over a connection.
func BenchmarkStructure(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "// Segment %d\nS%d = PROFILE(account, a)\n  .FILTER(\n    a.revenue > %d &&\n    (a.name == 'x' || a.name == 'y') &&\n    a.statecode == 0\n  )\n", i, i, i)
		fmt.Fprintf(&text, "  .TRAVERSE(contact_account_parentcustomerid, c)\n  .FILTER(ISNOTNULL(c.emailaddress1))\n\n")
	}
	document := protocol.TextDocumentIdentifier{URI: at("a.seg")}
	place := protocol.Position{Line: 5003, Character: 5}
	const at5003 = `"position":{"line":5003,"character":5}`
	const range5003 = `"range":{"start":{"line":5003,"character":0},"end":{"line":5063,"character":0}}`
	for _, test := range []struct{ method, params string }{
		{"textDocument/documentSymbol", ""},
		{"workspace/symbol", `"query":"s77"`},
		{"textDocument/foldingRange", ""},
		{"textDocument/semanticTokens/full", ""},
		{"textDocument/semanticTokens/range", range5003},
		{"textDocument/documentHighlight", at5003},
		{"textDocument/references", `"context":{},"position":{"line":5003,"character":8}`}, // of a column
		{"textDocument/selectionRange", `"positions":[{"line":5003,"character":5}]`},
		{"textDocument/rangeFormatting", range5003 + `,"options":{"tabSize":2,"insertSpaces":true}`},
		{"textDocument/onTypeFormatting", at5003 + `,"ch":"\n","options":{"tabSize":2,"insertSpaces":true}`},
		{"textDocument/rename", at5003 + `,"newName":"firm"`},
	} {
		b.Run(test.method, func(b *testing.B) {
			c := start(b, nil)
			c.open(document.URI, 1, text.String())
			c.diagnostics(document.URI, 1)
			params := fmt.Sprintf(`{"textDocument":{"uri":%q},%s}`, document.URI, test.params)
			params = strings.Replace(params, ",}", "}", 1)
			for b.Loop() {
				if err := c.call(test.method, params); err != nil { // what the client would make of the answer is not measured
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("editAndTokens", func(b *testing.B) {
		c := start(b, nil)
		c.open(document.URI, 1, text.String())
		c.diagnostics(document.URI, 1)
		full, err := c.SemanticTokensFull(b.Context(), &protocol.SemanticTokensParams{TextDocument: document})
		if err != nil {
			b.Fatal(err)
		}
		id, version := *full.ResultID, int32(1)
		for b.Loop() {
			version++
			c.change(document.URI, version, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: place, End: place}, Text: "x"})
			answer, err := c.SemanticTokensFullDelta(b.Context(), &protocol.SemanticTokensDeltaParams{TextDocument: document, PreviousResultID: id})
			if err != nil {
				b.Fatal(err)
			}
			id = *answer.(*protocol.SemanticTokensDelta).ResultID
		}
	})
}
