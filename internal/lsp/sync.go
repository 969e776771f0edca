package lsp

import (
	"context"
	"maps"

	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// DidOpen implements protocol.Server.
func (s *server) DidOpen(_ context.Context, params *protocol.DidOpenTextDocumentParams) error {
	d := params.TextDocument
	var f *file
	if d.LanguageID == "toml" || baseName(d.URI) == project.ConfigName {
		f = newFile(d.URI, d.Version, true, unread("a text of another language"), s.encoding)
		f.isOther = true
	} else {
		f = newFile(d.URI, d.Version, true, s.parse(d.URI, d.Text), s.encoding)
	}
	isSought := len(s.unknownFolders(f.uri)) > 0
	s.change(func(n *next) {
		n.setOpen(f)
		if isSought {
			n.sought = maps.Clone(n.sought)
			if n.sought == nil {
				n.sought = map[fileURI]bool{}
			}
			n.sought[f.uri] = true
		}
	})
	if isSought {
		s.discover(f.uri)
	}
	if f.isLarge() && f.tree.Unread == nil { // else its diagnostic says what is wrong
		s.showMessage(protocol.MessageTypeInfo,
			"%s has %d MB: it gets diagnostics and formatting, but no highlighting, hints, symbols or folding by segls", baseName(f.uri), f.tree.Size>>20)
	}
	return nil
}

// unread returns the tree of a text that is not read.
func unread(why string) *ast.File {
	tree := parser.Parse("")
	tree.Unread = &ast.Error{Message: why}
	return tree
}

// parse returns the tree of a text. A file is mostly opened with the text that
// is stored, or stored with the one that is open, and that is not parsed twice.
func (s *server) parse(u fileURI, text string) *ast.File {
	if f := s.state.Load().file(u); f != nil && f.tree.Unread == nil && f.text() == text {
		return f.tree
	}
	return parser.Parse(text)
}

// DidChange implements protocol.Server.
func (s *server) DidChange(_ context.Context, params *protocol.DidChangeTextDocumentParams) error {
	f := s.state.Load().open[params.TextDocument.URI]
	if f == nil {
		return failed("%s was changed, but is not open", params.TextDocument.URI)
	}
	s.saves.stop(f.uri)
	version, changes := params.TextDocument.Version, params.ContentChanges
	if f.isOther {
		f, changes = f.again(), nil
		f.version = version
	}
	if len(changes) > fewChanges {
		changes = []protocol.TextDocumentContentChangeEvent{&protocol.TextDocumentContentChangeWholeDocument{Text: changedText(f.text(), changes, s.encoding)}}
	}
	for _, c := range changes {
		f = newFile(f.uri, version, true, s.edited(f, c), s.encoding)
	}
	if len(changes) == 0 && !f.isOther {
		f = newFile(f.uri, version, true, f.tree, s.encoding)
	}
	if s.advance(func(n *next) { n.setOpen(f) }) {
		s.diagnoseSoon()
	}
	return nil
}

// edited returns the tree of f after a change.
func (s *server) edited(f *file, change protocol.TextDocumentContentChangeEvent) *ast.File {
	switch c := change.(type) {
	case *protocol.TextDocumentContentChangePartial:
		return reparse(f.tree, token.Edit{Span: f.span(c.Range), New: c.Text})
	case *protocol.TextDocumentContentChangeWholeDocument:
		return reparse(f.tree, token.Difference(f.text(), c.Text))
	}
	return f.tree
}

func reparse(tree *ast.File, edit token.Edit) *ast.File {
	if next, err := parser.Reparse(tree, edit); err == nil {
		return next
	}
	text, err := token.Apply(tree.Text(), edit)
	if err != nil {
		return tree // an edit outside the text, which the mapper lets none through
	}
	return parser.Parse(text)
}

// DidSave implements protocol.Server.
func (s *server) DidSave(_ context.Context, params *protocol.DidSaveTextDocumentParams) error {
	s.rereadUnwatched(params.TextDocument.URI)
	if saved := s.state.Load().file(params.TextDocument.URI); saved != nil {
		// Settings that the client gave before count.
		s.enqueue(&s.reading, "validate on save", func(context.Context) { s.validateSaved(saved) })
	}
	return nil
}

// DidClose implements protocol.Server.
func (s *server) DidClose(_ context.Context, params *protocol.DidCloseTextDocumentParams) error {
	u, wasOpen := params.TextDocument.URI, false
	s.change(func(n *next) { wasOpen = n.close(u) })
	if !wasOpen {
		return failed("%s was closed, but is not open", u)
	}
	s.tokens.forget(u)
	s.saves.stop(u)
	s.rereadUnwatched(u)
	return nil
}
