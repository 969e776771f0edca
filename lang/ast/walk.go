package ast

import "segql/lang/token"

// Visitor is called by Walk for each node; see go/ast.
type Visitor interface {
	// Visit is called with a node, then, if it returned a visitor w, w is
	// called with each child and at last with nil.
	Visit(Node) Visitor
}

// Walk visits n and all below it in the order of the text.
func Walk(v Visitor, n Node) {
	if v = v.Visit(n); v == nil {
		return
	}
	Children(n, func(child Node) { Walk(v, child) })
	v.Visit(nil)
}

type inspector func(Node) bool

func (f inspector) Visit(n Node) Visitor {
	if f(n) {
		return f
	}
	return nil
}

// Inspect calls f for n and all below it in the order of the text, and f(nil)
// behind the children of each node. Where f returns false the children are
// left out.
func Inspect(n Node, f func(Node) bool) { Walk(inspector(f), n) }

// Children calls f for each child of n in the order of the text.
func Children(n Node, f func(Node)) {
	ident := func(i *Ident) {
		if i != nil {
			f(i)
		}
	}
	alias := func(a *Alias) {
		if a != nil {
			f(a)
		}
	}
	expr := func(x Expr) {
		if x != nil {
			f(x)
		}
	}
	exprs := func(xs []Expr) {
		for _, x := range xs {
			f(x)
		}
	}
	query := func(q *Query) {
		if q != nil {
			f(q)
		}
	}
	part := func(p *DatePart) {
		if p != nil {
			f(p)
		}
	}
	switch n := n.(type) {
	case *Definition:
		ident(n.Name)
		query(n.Query)
	case *Query:
		for _, o := range n.Operands {
			f(o)
		}
	case *Operand:
		f(n.Source)
		for _, s := range n.Steps {
			f(s)
		}

	case *Profile:
		ident(n.Table)
		alias(n.Alias)
	case *Segment:
		ident(n.Name)
	case *Interaction:
		ident(n.Event)
		ident(n.Link)
	case *ParenQuery:
		query(n.Query)
	case *NameRef:
		ident(n.Name)

	case *Filter:
		expr(n.Cond)
	case *Traverse:
		ident(n.Relationship)
		alias(n.Alias)
		if n.Filter != nil {
			f(n.Filter)
		}
	case *Relate:
		ident(n.Relationship)
		alias(n.Alias)
		if n.Relate != nil {
			f(n.Relate)
		}
	case *Having:
		if n.Aggregate != nil {
			f(n.Aggregate)
		}
		expr(n.Value)
		if n.Window != nil {
			f(n.Window)
		}
	case *OrderBy:
		for _, i := range n.Items {
			f(i)
		}
	case *Skip:
		expr(n.Count)
	case *Take:
		expr(n.Count)
	case *Select:
		exprs(n.Columns)
	case *SetStep:
		query(n.Query)
	case *BadStep:
		ident(n.Name)
		exprs(n.Args)
	case *Aggregate:
		expr(n.Column)
	case *Window:
		expr(n.Count)
	case *OrderItem:
		expr(n.Column)

	case *LogicalExpr:
		exprs(n.Operands)
	case *NotExpr:
		expr(n.Cond)
	case *NullExpr:
		expr(n.Column)
	case *CompareExpr:
		expr(n.Left)
		expr(n.Right)
	case *InExpr:
		expr(n.Left)
		exprs(n.Values)
	case *ParenExpr:
		expr(n.X)
	case *ArithExpr:
		exprs(n.Operands)
	case *DateDiffExpr:
		part(n.Part)
		expr(n.From)
		expr(n.To)
	case *DateAddExpr:
		part(n.Part)
		expr(n.Amount)
		expr(n.Date)
	case *DateExpr:
		exprs(n.Args)
	case *ColumnExpr:
		ident(n.Qualifier)
		f(&n.Name)
	case *Alias:
		ident(n.Qualifier)
		f(&n.Name)
	case *BadExpr:
		exprs(n.Parts)
	case *BadCall:
		f(&n.Name)
		exprs(n.Args)
	}
}

// At returns the definition in whose text offset p of the file lies, or Tail.
// At the border of two it is the first, since a caret behind a definition's
// last letter still writes in it.
func (f *File) At(p token.Pos) Placed {
	lo, hi := 0, len(f.Definitions)
	for lo < hi {
		if mid := (lo + hi) / 2; f.Definitions[mid].End() >= p {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo < len(f.Definitions) {
		return f.Definitions[lo]
	}
	return f.Tail
}

// Path returns the nodes that hold offset p of the file, from the definition
// down to the innermost one. A node holds the offset at its end too; of two
// that touch at p the second is taken, unless it is empty. The path is empty
// where p lies outside every definition's tokens.
func (f *File) Path(p token.Pos) (Placed, []Node) {
	placed := f.At(p)
	if placed.Definition == nil || placed.Query == nil {
		return placed, nil
	}
	p -= placed.Offset
	var path []Node
	var next Node = placed.Definition
	if !next.Span().Contains(p) {
		return placed, nil
	}
	for next != nil {
		path = append(path, next)
		var best Node
		Children(next, func(c Node) {
			if s := c.Span(); s.Contains(p) && (best == nil || s.Len() > 0) {
				best = c
			}
		})
		next = best
	}
	return placed, path
}
