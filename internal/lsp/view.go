package lsp

import (
	"context"
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// view is a file in the state of the workspace that a request is about.
type view struct {
	*file
	now *snapshot
}

// begin returns the state that a request is about, the one at the time it was
// sent, and lets the server go on to the next message. Every request calls it,
// or file, once and first.
func (s *server) begin(ctx context.Context) *snapshot {
	now := s.state.Load()
	release(ctx)
	return now
}

// file is begin for a request about one file.
func (s *server) file(ctx context.Context, d protocol.TextDocumentIdentifier) (view, error) {
	now := s.begin(ctx)
	f := now.file(d.URI)
	if f == nil {
		return view{}, unknownFile(d.URI)
	}
	return view{f, now}, nil
}

// unknownFile is the error of a request about a file that is not there, or about
// none.
func unknownFile(u fileURI) error {
	if u == "" {
		return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the parameters name no document; the request needs the URI of one")
	}
	return failed("segls does not know the file %s; open it first", u)
}

// whole is file for a request whose answer depends on other files of the
// workspace, too.
func (s *server) whole(ctx context.Context, d protocol.TextDocumentIdentifier) (view, error) {
	v, err := s.file(ctx, d)
	if err != nil {
		return view{}, err
	}
	return s.awaitWhole(ctx, v)
}

// awaitWhole returns v as it is once the workspace was read for the first time.
// Where its text is another one by then, the places that the request names are
// not those of the text.
func (s *server) awaitWhole(ctx context.Context, v view) (view, error) {
	if v.now.isWhole() {
		return v, nil
	}
	if err := s.waitSettled(ctx); err != nil {
		return view{}, err
	}
	return s.later(v)
}

// later returns v in the present state.
func (s *server) later(v view) (view, error) {
	now := s.state.Load()
	f := now.file(v.uri)
	if f == nil || f.tree != v.tree {
		return view{}, jsonrpc2.Errorf(protocol.CodeContentModified, "%s changed while segls was reading the workspace; ask again", baseName(v.uri))
	}
	return view{f, now}, nil
}

// isWhole reports whether all files of the workspace are in s.
func (s *snapshot) isWhole() bool { return s.reading == 0 }

// isSettled reports whether all files of the workspace are in s, and the settings
// of the client. That the server was settled since says nothing of a state that a
// request took before.
func (s *snapshot) isSettled() bool { return s.isWhole() && s.hasSettings }

// mustBeWhole refuses what would be wrong if it left out a file of the
// workspace; what says what it is, in a sentence.
func (s *snapshot) mustBeWhole(what string) error {
	if s.isWhole() {
		return nil
	}
	return failed("segls is still reading the workspace, so it can't %s yet; try again in a moment", what)
}

// nameIn is file for a request about the name at a place. What it means depends
// on other files, unless it is an alias.
func (s *server) nameIn(ctx context.Context, d protocol.TextDocumentIdentifier, at protocol.Position) (view, named, error) {
	v, err := s.file(ctx, d)
	if err != nil {
		return view{}, named{}, err
	}
	n := v.nameAt(at)
	if n.kind == noName || n.kind == aliasName {
		return v, n, nil
	}
	if v, err = s.awaitWhole(ctx, v); err != nil {
		return view{}, named{}, err
	}
	return v, v.nameAt(at), nil
}

// project returns the project that the file is checked with.
func (v view) project() *check.Project { return v.now.unitOf(v.file).project }

// dialect returns the file's dialect.
func (v view) dialect() check.Dialect { return v.project().Dialect(v.checked) }

// resolve returns what the names in a definition of the file mean.
func (v view) resolve(d *ast.Definition) *check.Resolution { return v.project().Resolve(v.checked, d) }

// other returns another file of the same project.
func (v view) other(f *check.File) view { return view{v.now.file(fileURI(f.Path)), v.now} }

// path returns the nodes that hold a place, from the definition down, and that
// place as an offset in the definition.
func (v view) path(at protocol.Position) (ast.Placed, []ast.Node, token.Pos) {
	p := v.offset(at)
	d, nodes := v.tree.Path(p)
	return d, nodes, p - d.Offset
}

// nameOf returns the name of a definition, empty if it has none.
func nameOf(d ast.Placed) string {
	if d.Name == nil {
		return ""
	}
	return d.Name.Name
}

// definitionsIn returns the definitions whose text a span of the file touches.
func (f *file) definitionsIn(at token.Span) []ast.Placed {
	all := f.tree.Definitions
	from, _ := slices.BinarySearchFunc(all, at.Start, func(d ast.Placed, p token.Pos) int { return int(d.End() - p) })
	to := from
	for to < len(all) && all[to].Offset <= at.End {
		to++
	}
	return all[from:to:to]
}

// touching is definitionsIn with what stands behind all definitions, if the span
// touches that, too.
func (f *file) touching(at token.Span) []ast.Placed {
	found, tail := f.definitionsIn(at), f.tree.Tail
	if tail.Text != "" && tail.Offset <= at.End {
		found = append(found, tail)
	}
	return found
}
