package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/token"
)

// SelectionRange implements protocol.Server: for each position what stands
// there and what that is part of, up to the whole text.
func (s *server) SelectionRange(ctx context.Context, params *protocol.SelectionRangeParams) ([]protocol.SelectionRange, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	out := make([]protocol.SelectionRange, 0, len(params.Positions))
	for _, at := range params.Positions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var inner *protocol.SelectionRange
		spans := v.selections(at)
		for i := len(spans) - 1; i >= 0; i-- {
			inner = &protocol.SelectionRange{Range: v.rangeOf(spans[i]), Parent: inner}
		}
		out = append(out, *inner)
	}
	return out, nil
}

// selections returns the spans of the file around a place, from the smallest.
// Each lies within the next and differs from it.
func (v view) selections(at protocol.Position) []token.Span {
	d, path, p := v.path(at)
	var spans []token.Span
	add := func(s token.Span) {
		if !s.IsValid() || !s.Contains(p) {
			return
		}
		if len(spans) > 0 {
			if last := spans[len(spans)-1]; last == s || !s.Encloses(last) {
				return
			}
		}
		spans = append(spans, s)
	}
	for _, c := range d.AllComments {
		add(c.Span)
	}
	for i := len(path) - 1; i >= 0; i-- {
		selectIn(path[i], p, add)
		add(path[i].Span())
	}
	for i := range spans {
		spans[i] = d.Abs(spans[i])
	}
	whole := token.Span{End: token.Pos(v.tree.Size)} // texts have at most 64 MB
	if len(spans) == 0 || spans[len(spans)-1] != whole {
		spans = append(spans, whole)
	}
	return spans
}

// selectIn adds the parts of a node at p that are no nodes of their own.
func selectIn(n ast.Node, p token.Pos, add func(token.Span)) {
	between := func(open, shut token.Pos) {
		if open.IsValid() && shut.IsValid() {
			add(token.Span{Start: open + 1, End: shut})
		}
	}
	for _, s := range operatorsOf(n) {
		add(s)
	}
	switch n := n.(type) {
	case *ast.Operand:
		// From the source up to the step at p: what that step works on.
		end := n.Source.Span().End
		for _, s := range n.Steps {
			if s.Span().Start >= p {
				break
			}
			end = s.Span().End
		}
		add(token.Span{Start: n.Extent.Start, End: end})
	case *ast.ParenQuery:
		between(n.Lparen, n.Rparen)
	case *ast.ParenExpr:
		between(n.Lparen, n.Rparen)
	case *ast.InExpr:
		between(n.Lbrack, n.Rbrack)
	case *ast.StringLit:
		if n.Extent.Len() > 2 {
			add(token.Span{Start: n.Extent.Start + 1, End: n.Extent.End - 1})
		}
	case *ast.Ident:
		add(unquoted(n))
	case ast.Caller:
		call := n.AsCall()
		add(call.WordSpan)
		between(call.Lparen, call.Rparen)
		if call.WordSpan.IsValid() {
			add(token.Span{Start: call.WordSpan.Start, End: call.Extent.End}) // without the dot
		}
	}
}
