package lsp_test

import (
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// shownItems is how many completion items a golden part shows.
const shownItems = 12

// ask sends the request that a marker names, and returns the answer as text.
func (r *markerRun) ask(u uri.URI, at protocol.Position, span protocol.Range, kind string, args []string) string {
	ctx := r.t.Context()
	document := protocol.TextDocumentIdentifier{URI: u}
	place := protocol.TextDocumentPositionParams{TextDocument: document, Position: at}
	var b strings.Builder
	failed := func(err error) string { return "error: " + err.Error() }
	switch kind {
	case "hover":
		h, err := r.Hover(ctx, &protocol.HoverParams{TextDocumentPositionParams: place})
		switch {
		case err != nil:
			return failed(err)
		case h == nil:
			return "nothing"
		}
		if m, ok := h.Contents.(*protocol.MarkupContent); ok {
			return m.Value
		}
		return asJSON(h.Contents)
	case "complete":
		answer, err := r.Completion(ctx, &protocol.CompletionParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		var items []protocol.CompletionItem
		switch a := answer.(type) {
		case *protocol.CompletionList:
			if a != nil {
				items = a.Items
			}
		case protocol.CompletionItemSlice:
			items = a
		}
		slices.SortStableFunc(items, func(a, b protocol.CompletionItem) int { return strings.Compare(sortKey(a), sortKey(b)) })
		for i, item := range items {
			if i == shownItems {
				b.WriteString("..\n")
				break
			}
			b.WriteString(item.Label + "\n")
		}
	case "signature":
		h, err := r.SignatureHelp(ctx, &protocol.SignatureHelpParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		if h == nil || len(h.Signatures) == 0 {
			return "nothing"
		}
		for _, s := range h.Signatures {
			b.WriteString(s.Label + "\n")
		}
		fmt.Fprintf(&b, "active %v %v\n", asJSON(h.ActiveSignature), asJSON(h.ActiveParameter))
	case "def":
		answer, err := r.Definition(ctx, &protocol.DefinitionParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		switch a := answer.(type) {
		case *protocol.Location:
			return r.place(*a)
		case protocol.LocationSlice:
			for _, l := range a {
				b.WriteString(r.place(l) + "\n")
			}
		}
	case "refs":
		all, err := r.References(ctx, &protocol.ReferenceParams{TextDocumentPositionParams: place, Context: protocol.ReferenceContext{IncludeDeclaration: true}})
		if err != nil {
			return failed(err)
		}
		for _, l := range all {
			b.WriteString(r.place(l) + "\n")
		}
	case "highlight":
		all, err := r.DocumentHighlight(ctx, &protocol.DocumentHighlightParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		for _, h := range all {
			fmt.Fprintf(&b, "%s %d\n", r.show(u, h.Range), h.Kind)
		}
	case "rename":
		edit, err := r.Rename(ctx, &protocol.RenameParams{TextDocumentPositionParams: place, NewName: args[0]})
		if err != nil {
			return failed(err)
		}
		return r.showEdit(edit)
	case "format":
		edits, err := r.Formatting(ctx, &protocol.DocumentFormattingParams{TextDocument: document})
		if err != nil {
			return failed(err)
		}
		return r.edited(u, edits)
	case "action":
		return r.action(u, span, args)
	case "hints":
		if len(args) > 0 && args[0] == "all" {
			span = protocol.Range{End: protocol.Position{Line: 9999}}
		}
		hints, err := r.InlayHint(ctx, &protocol.InlayHintParams{TextDocument: document, Range: span})
		if err != nil {
			return failed(err)
		}
		for _, h := range hints {
			b.WriteString(r.hint(u, h))
		}
	case "lens":
		return r.lenses(document)
	case "links":
		return r.links(document)
	case "command":
		return r.command(document, at, span, args)
	case "content":
		page, err := r.TextDocumentContent(ctx, &protocol.TextDocumentContentParams{URI: uri.URI(args[0])})
		if err != nil {
			return failed(err)
		}
		return page.Text
	case "selection":
		all, err := r.SelectionRange(ctx, &protocol.SelectionRangeParams{TextDocument: document, Positions: []protocol.Position{at}})
		if err != nil {
			return failed(err)
		}
		for s := &all[0]; s != nil; s = s.Parent {
			b.WriteString(r.show(u, s.Range) + "\n")
		}
	case "linked":
		all, err := r.LinkedEditingRange(ctx, &protocol.LinkedEditingRangeParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		if all == nil {
			return "nothing"
		}
		for _, s := range all.Ranges {
			b.WriteString(r.show(u, s) + "\n")
		}
	case "calls":
		items, err := r.PrepareCallHierarchy(ctx, &protocol.CallHierarchyPrepareParams{TextDocumentPositionParams: place})
		if err != nil {
			return failed(err)
		}
		for _, item := range items {
			in, err := r.IncomingCalls(ctx, &protocol.CallHierarchyIncomingCallsParams{Item: item})
			if err != nil {
				return failed(err)
			}
			out, err := r.OutgoingCalls(ctx, &protocol.CallHierarchyOutgoingCallsParams{Item: item})
			if err != nil {
				return failed(err)
			}
			b.WriteString(item.Name + "\n")
			for _, c := range in {
				b.WriteString("  from " + r.showCall(c.From, c.From.URI, c.FromRanges))
			}
			for _, c := range out {
				b.WriteString("  to " + r.showCall(c.To, item.URI, c.FromRanges))
			}
		}
	case "prepare", "tokens", "folding", "symbols", "wsymbols", "rangeformat", "ontype":
		return r.askStructure(u, place, span, kind, args)
	default:
		r.t.Fatalf("there is no marker @%s", kind)
	}
	return b.String()
}

func sortKey(item protocol.CompletionItem) string {
	if text, ok := item.SortText.Get(); ok {
		return text
	}
	return item.Label
}

// action runs the code action whose title starts with args[0], or lists the
// titles if there is none such.
func (r *markerRun) action(u uri.URI, span protocol.Range, args []string) string {
	ctx := r.t.Context()
	all, err := r.CodeAction(ctx, &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: span,
		Context: protocol.CodeActionContext{Diagnostics: []protocol.Diagnostic{}},
	})
	if err != nil {
		return "error: " + err.Error()
	}
	var b strings.Builder
	for _, a := range all {
		a, ok := a.(*protocol.CodeAction)
		if !ok {
			continue
		}
		if len(args) == 0 {
			fmt.Fprintf(&b, "%s: %s\n", kindOf(a), a.Title)
			continue
		}
		if !strings.HasPrefix(a.Title, strings.Trim(args[0], `"`)) {
			continue
		}
		if a.Edit == nil {
			if a, err = r.CodeActionResolve(ctx, a); err != nil {
				return "error: " + err.Error()
			}
		}
		return r.showEdit(a.Edit)
	}
	return b.String()
}

func kindOf(a *protocol.CodeAction) string {
	if a.Kind == nil {
		return "-"
	}
	return string(*a.Kind)
}
