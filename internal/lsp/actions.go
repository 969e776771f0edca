package lsp

import (
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

// offerActions says what formatting and code actions there are.
func (s *server) offerActions(c *protocol.ServerCapabilities) {
	s.offerFormatting(c)
	c.CodeActionProvider = &protocol.CodeActionOptions{CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindSourceFixAll}}
}

// CodeAction implements protocol.Server: the fixes of what the rules and the
// parser found at a place, and all sure ones of the file.
func (s *server) CodeAction(ctx context.Context, params *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || s.can.plainActions {
		return nil, err
	}
	only := params.Context.Only
	wants := func(kind protocol.CodeActionKind) bool {
		return slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
			return o == kind || strings.HasPrefix(string(kind), string(o)+".")
		})
	}
	findings := v.project().Check(v.checked)
	var actions []protocol.CommandOrCodeAction
	if len(only) == 0 || wants(protocol.CodeActionKindQuickFix) {
		actions = s.quickFixes(v, findings, v.span(params.Range))
	}
	if wants(protocol.CodeActionKindSourceFixAll) {
		if edits := fixAll(v, findings); len(edits) > 0 {
			actions = append(actions, action(protocol.CodeActionKindSourceFixAll, "Fix all that is sure", s.fileEdit(v, edits)))
		}
	}
	return actions, nil
}

func action(kind protocol.CodeActionKind, title string, edit *protocol.WorkspaceEdit) *protocol.CodeAction {
	return &protocol.CodeAction{Title: title, Kind: &kind, Edit: edit}
}

func (s *server) quickFixes(v view, findings []check.Finding, at token.Span) []protocol.CommandOrCodeAction {
	var actions []protocol.CommandOrCodeAction
	for _, f := range findings {
		if f.Span.Start > at.End || f.Span.End < at.Start {
			continue
		}
		for i, fix := range f.Fixes {
			a := action(protocol.CodeActionKindQuickFix, fix.Title, s.fileEdit(v, fix.Edits))
			preferred := f.Sure && i == 0
			a.Diagnostics, a.IsPreferred = []protocol.Diagnostic{s.diagnostic(v.now, v.file, f)}, &preferred
			actions = append(actions, a)
		}
	}
	return actions
}

// fixAll returns the edits of the fixes that are sure, of two that overlap the
// first. They are none where they would add a mistake to the syntax.
func fixAll(v view, findings []check.Finding) []token.Edit {
	var edits []token.Edit
	for _, f := range findings {
		if !f.Sure || len(f.Fixes) == 0 {
			continue
		}
		fix := f.Fixes[0].Edits
		if !slices.ContainsFunc(fix, func(e token.Edit) bool {
			return slices.ContainsFunc(edits, func(made token.Edit) bool { return e.Span.Start <= made.Span.End && made.Span.Start <= e.Span.End })
		}) {
			edits = append(edits, fix...)
		}
	}
	text, err := token.Apply(v.text(), edits...)
	if err != nil || len(parser.Parse(text).Errors()) > len(v.tree.Errors()) {
		return nil
	}
	return edits
}

// fileEdit returns edits of one file as an edit of the workspace.
func (s *server) fileEdit(v view, edits []token.Edit) *protocol.WorkspaceEdit {
	return s.workspaceEdit(map[*file][]token.Edit{v.file: edits})
}

// workspaceEdit returns edits of files in the form that the client takes.
func (s *server) workspaceEdit(edits map[*file][]token.Edit) *protocol.WorkspaceEdit {
	out := &protocol.WorkspaceEdit{}
	files := make([]*file, 0, len(edits))
	for f := range edits {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *file) int { return strings.Compare(string(a.uri), string(b.uri)) })
	for _, f := range files {
		text := f.textEdits(edits[f])
		if !s.can.documentChanges {
			if out.Changes == nil {
				out.Changes = map[fileURI][]protocol.TextEdit{}
			}
			out.Changes[f.uri] = text
			continue
		}
		change := &protocol.TextDocumentEdit{TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: f.uri}}}
		if f.isOpen {
			change.TextDocument.Version = &f.version
		}
		for i := range text {
			change.Edits = append(change.Edits, &text[i])
		}
		out.DocumentChanges = append(out.DocumentChanges, change)
	}
	return out
}
