package lsp_test

import (
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// allTokens are the capabilities of a client that has every type of semantic
// tokens.
func allTokens() protocol.SemanticTokensClientCapabilities {
	yes := true
	return protocol.SemanticTokensClientCapabilities{
		Requests: protocol.ClientSemanticTokensRequestOptions{
			Full: &protocol.ClientSemanticTokensRequestFullDelta{Delta: &yes}, Range: protocol.Boolean(true),
		},
		TokenTypes: []string{
			"namespace", "type", "class", "enum", "interface", "struct", "typeParameter", "parameter", "variable", "property", "enumMember", "event",
			"function", "method", "macro", "keyword", "modifier", "comment", "string", "number", "regexp", "operator", "decorator",
		},
		TokenModifiers: []string{"declaration", "definition", "readonly", "static", "deprecated", "abstract", "async", "modification", "documentation", "defaultLibrary"},
		Formats:        []protocol.TokenFormat{protocol.TokenFormatRelative},
	}
}

// askStructure sends requests about the structure of a text.
func (r *markerRun) askStructure(u uri.URI, place protocol.TextDocumentPositionParams, span protocol.Range, kind string, args []string) string {
	ctx, document := r.t.Context(), place.TextDocument
	failed := func(err error) string { return "error: " + err.Error() }
	var b strings.Builder
	switch kind {
	case "prepare":
		answer, err := r.PrepareRename(ctx, &protocol.PrepareRenameParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		if p, ok := answer.(*protocol.PrepareRenamePlaceholder); ok {
			return r.show(u, p.Range) + " " + p.Placeholder
		}
		return asJSON(answer)
	case "tokens":
		answer, err := r.SemanticTokensRange(ctx, &protocol.SemanticTokensRangeParams{TextDocument: document, Range: span})
		if err != nil {
			return failed(err)
		}
		for _, t := range decodeTokens(answer.Data) {
			whole := protocol.Range{Start: t.start, End: protocol.Position{Line: t.start.Line, Character: t.start.Character + t.length}}
			text := r.texts[u][r.offset(u, whole.Start):r.offset(u, whole.End)]
			if strings.HasPrefix(text, "//@") || text == strings.TrimSpace(r.prefix) {
				continue
			}
			fmt.Fprintf(&b, "%s %s %s\n", r.show(u, whole), text, r.tokenName(t))
		}
	case "folding":
		all, err := r.FoldingRanges(ctx, &protocol.FoldingRangeParams{TextDocument: document})
		if err != nil {
			return failed(err)
		}
		for _, f := range all {
			s := protocol.Range{Start: protocol.Position{Line: f.StartLine}, End: protocol.Position{Line: f.EndLine}}
			if f.StartCharacter != nil {
				s.Start.Character, s.End.Character = *f.StartCharacter, *f.EndCharacter
			}
			fmt.Fprintf(&b, "%s %s\n", r.show(u, s), f.Kind)
		}
	case "symbols":
		answer, err := r.DocumentSymbol(ctx, &protocol.DocumentSymbolParams{TextDocument: document})
		if err != nil {
			return failed(err)
		}
		r.showSymbols(&b, u, answer.(protocol.DocumentSymbolSlice), "")
	case "wsymbols":
		query := ""
		if len(args) > 0 {
			query = args[0]
		}
		answer, err := r.Symbols(ctx, &protocol.WorkspaceSymbolParams{Query: query})
		if err != nil {
			return failed(err)
		}
		if found, ok := answer.(protocol.SymbolInformationSlice); ok {
			for _, s := range found {
				fmt.Fprintf(&b, "%s %s %s\n", s.Name, *s.ContainerName, r.place(s.Location))
			}
		}
	case "rangeformat":
		edits, err := r.RangeFormatting(ctx, &protocol.DocumentRangeFormattingParams{TextDocument: document, Range: span})
		if err != nil {
			return failed(err)
		}
		return r.edited(u, edits)
	case "ontype":
		edits, err := r.OnTypeFormatting(ctx, &protocol.DocumentOnTypeFormattingParams{TextDocument: document, Position: place.Position, Ch: strings.Trim(args[0], `"`)})
		if err != nil {
			return failed(err)
		}
		for _, e := range edits {
			fmt.Fprintf(&b, "%s %q\n", r.show(u, e.Range), e.NewText)
		}
	}
	return b.String()
}

func (r *markerRun) showSymbols(b *strings.Builder, u uri.URI, all []protocol.DocumentSymbol, indent string) {
	for _, s := range all {
		detail := ""
		if s.Detail != nil {
			detail = " (" + *s.Detail + ")"
		}
		fmt.Fprintf(b, "%s%s%s %s in %s\n", indent, s.Name, detail, r.show(u, s.SelectionRange), r.show(u, s.Range))
		r.showSymbols(b, u, s.Children, indent+"  ")
	}
}

func (r *markerRun) showCall(item protocol.CallHierarchyItem, u uri.URI, ranges []protocol.Range) string {
	line := item.Name + " of " + *item.Detail + " at"
	for _, s := range ranges {
		line += " " + r.show(u, s)
	}
	return line + "\n"
}

// semanticToken is a token as the protocol means it.
type semanticToken struct {
	start                  protocol.Position
	length, typ, modifiers uint32
}

func decodeTokens(data []uint32) []semanticToken {
	var tokens []semanticToken
	at := protocol.Position{}
	for five := range slices.Chunk(data, 5) {
		if five[0] > 0 {
			at.Character = 0
		}
		at.Line += five[0]
		at.Character += five[1]
		tokens = append(tokens, semanticToken{at, five[2], five[3], five[4]})
	}
	return tokens
}

func (c *client) tokenName(t semanticToken) string {
	legend := c.result.Capabilities.SemanticTokensProvider.(*protocol.SemanticTokensOptions).Legend
	name := legend.TokenTypes[t.typ]
	for i, m := range legend.TokenModifiers {
		if t.modifiers&(1<<i) != 0 {
			name += "." + m
		}
	}
	return name
}
