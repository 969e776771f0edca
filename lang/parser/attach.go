package parser

import (
	"segql/lang/ast"
	"segql/lang/token"
)

// gap is a comment and the place between two tokens where it stands.
type gap struct {
	comment *ast.Comment
	prevEnd token.Pos // where the token before it ends
	isOpen  bool      // the comment has no end
	// endsLine tells that nothing but comments follows on its line.
	endsLine bool
	// ownLine tells that the token before it stands on another line.
	ownLine bool
}

// attach hangs the comments of a definition, in the order of the text, on the
// nodes that they speak of. One walk does it for all.
func attach(d *ast.Definition, gaps []gap) {
	if len(gaps) == 0 {
		return
	}
	if d.Query == nil {
		for _, g := range gaps {
			add(&commentsOf(d).Dangling, g)
		}
		return
	}
	for i := len(gaps) - 1; i >= 0; i-- {
		gaps[i].endsLine = gaps[i].comment.EndsLine
		if i+1 < len(gaps) {
			next := &gaps[i+1]
			gaps[i].endsLine = gaps[i].endsLine || !next.comment.OwnLine && next.prevEnd == gaps[i].prevEnd && next.endsLine
		}
	}
	for i := range gaps {
		gaps[i].ownLine = gaps[i].comment.OwnLine || i > 0 && gaps[i-1].prevEnd == gaps[i].prevEnd && gaps[i-1].ownLine
	}
	a := attacher{gaps}
	for len(a.gaps) > 0 && a.gaps[0].comment.Span.Start < d.Extent.Start {
		add(&commentsOf(d).Leading, a.take())
	}
	a.within(d)
	for len(a.gaps) > 0 {
		add(&commentsOf(d).Trailing, a.take())
	}
}

type attacher struct{ gaps []gap }

func (a *attacher) take() gap {
	g := a.gaps[0]
	a.gaps = a.gaps[1:]
	return g
}

// before reports whether the next comment stands before offset p.
func (a *attacher) before(p token.Pos) bool {
	return len(a.gaps) > 0 && a.gaps[0].comment.Span.Start < p
}

// within hangs the comments between the first and last token of n. Those in a
// name, which only broken text has, are left to the node that it is part of.
func (a *attacher) within(n ast.Node) {
	if !a.before(n.Span().End) || !canCarry(n) {
		return
	}
	var prev ast.Node
	ast.Children(n, func(child ast.Node) {
		s := child.Span()
		if s.Len() == 0 {
			return
		}
		for a.before(s.Start) {
			hang(a.take(), n, prev, child)
		}
		a.within(child)
		prev = child
	})
	for a.before(n.Span().End) {
		hang(a.take(), n, prev, nil)
	}
}

// hang hangs a comment that stands in parent between two of its children,
// either of which may be nil.
func hang(g gap, parent, prev, next ast.Node) {
	behindPrev := prev != nil && g.prevEnd >= prev.Span().End
	switch {
	case !g.ownLine && g.endsLine && behindPrev && canCarry(prev):
		add(&commentsOf(prev).Trailing, g)
	case next != nil && canCarry(next) && (g.ownLine || prev == nil || g.prevEnd > prev.Span().End || !canCarry(prev)):
		add(&commentsOf(next).Leading, g)
	case !g.ownLine && prev != nil && g.prevEnd == prev.Span().End && canCarry(prev):
		add(&commentsOf(prev).Trailing, g)
	default:
		add(&commentsOf(parent).Dangling, g)
	}
}

func add(list *[]*ast.Comment, g gap) { *list = append(*list, g.comment) }

func canCarry(n ast.Node) bool {
	_, ok := n.(ast.Carrier)
	return ok
}

func commentsOf(n ast.Node) *ast.Comments {
	return n.(ast.Carrier).Carry()
}
