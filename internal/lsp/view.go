package lsp

import (
	"context"
	"slices"

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
		return view{}, failed("segls does not know the file %s; open it first", d.URI)
	}
	return view{f, now}, nil
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
