package refactor

import (
	"cmp"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// minChain is how many values make a chain that IN can say.
const minChain = 2

// toIn writes a chain of || about one column with IN [..].
func toIn(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		x, ok := s.path[i].(*ast.LogicalExpr)
		if !ok || x.Op != token.Or {
			continue
		}
		if !isClean(s.def.Definition, x.Extent) || !s.isChain(x) {
			return Action{}, false
		}
		a, _ := s.action("to-in", Rewrite, "Write the || chain with IN [..]", func() []token.Edit { return s.chainEdits(x) })
		switch s.Project.Dialect(s.File) {
		case check.Outbound:
			a.Refused = "IN [..] is realtime; this query is outbound"
		case check.Undetermined:
			a.Refused = "IN [..] is realtime; declare the dialect with // seg:dialect realtime first"
		case check.Realtime:
		}
		return a, true
	}
	return Action{}, false
}

// isChain reports whether a chain compares one column with values for equality.
func (s *site) isChain(x *ast.LogicalExpr) bool {
	column := ""
	for _, o := range x.Operands {
		c, ok := o.(*ast.CompareExpr)
		if !ok || c.Op != token.Equal || !isLiteral(c.Right) {
			return false
		}
		left, ok := c.Left.(*ast.ColumnExpr)
		if !ok || column != "" && !strings.EqualFold(column, columnText(left)) {
			return false
		}
		column = columnText(left)
	}
	return len(x.Operands) >= minChain
}

// columnText returns a column as it is written, without what stands between
// its parts.
func columnText(c *ast.ColumnExpr) string {
	if c.Qualifier == nil {
		return c.Name.Name
	}
	return c.Qualifier.Name + "." + c.Name.Name
}

func isLiteral(x ast.Expr) bool {
	switch x.(type) {
	case *ast.StringLit, *ast.NumberLit, *ast.BoolLit:
		return true
	}
	return false
}

func (s *site) chainEdits(x *ast.LogicalExpr) []token.Edit {
	var edits []token.Edit
	for i, o := range x.Operands {
		c := o.(*ast.CompareExpr)
		if i == 0 {
			edits = append(edits, token.Edit{Span: c.OpSpan, New: "IN"}, token.Edit{Span: token.At(c.Right.Span().Start), New: "["})
			continue
		}
		edits = append(edits,
			token.Edit{Span: s.withBlanksBefore(x.Operators[i-1].Span), New: ","},
			s.remove(c.Left.Span()), s.remove(c.OpSpan))
	}
	last := x.Operands[len(x.Operands)-1].Span().End
	return append(edits, token.Edit{Span: token.At(last), New: "]"})
}

// remove returns the edit that removes a token and the blanks behind it. The
// comments in it stay.
func (s *site) remove(span token.Span) token.Edit {
	comments := strings.TrimRight(commentsIn(s.def.Definition, span), " ")
	for int(span.End) < len(s.def.Text) && isBlank(s.def.Text[span.End]) {
		span.End++
	}
	return token.Edit{Span: span, New: comments}
}

// withBlanksBefore returns a span with the blanks before it, unless a comment
// ends there.
func (s *site) withBlanksBefore(span token.Span) token.Span {
	start := span.Start
	for start > 0 && isBlank(s.def.Text[start-1]) {
		start--
	}
	if _, ok := slices.BinarySearchFunc(s.def.AllComments, start, func(c *ast.Comment, p token.Pos) int { return cmp.Compare(c.Span.End, p) }); ok {
		return span
	}
	return token.Span{Start: start, End: span.End}
}

// toChain writes IN [..] as a chain of ||.
func toChain(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		x, ok := s.path[i].(*ast.InExpr)
		if !ok {
			continue
		}
		column, isColumn := x.Left.(*ast.ColumnExpr)
		if !isClean(s.def.Definition, x.Extent) || !isColumn || len(x.Values) == 0 || len(x.Commas) != len(x.Values)-1 {
			return Action{}, false
		}
		title := "Write IN [..] as a || chain"
		if len(x.Values) == 1 {
			title = "Write IN [..] as =="
		}
		and, isLogical := s.parent(i).(*ast.LogicalExpr)
		needsParens := isLogical && and.Op == token.And && len(x.Values) > 1
		return s.action("to-chain", Rewrite, title, func() []token.Edit {
			edits := []token.Edit{{Span: x.In, New: "=="}, s.remove(token.Span{Start: x.Lbrack, End: x.Lbrack + 1})}
			for k, comma := range x.Commas {
				edits = append(edits,
					token.Edit{Span: token.Span{Start: comma, End: comma + 1}, New: " ||"},
					token.Edit{Span: token.At(x.Values[k+1].Span().Start), New: columnText(column) + " == "})
			}
			end := token.Edit{Span: token.Span{Start: x.Rbrack, End: x.Rbrack + 1}}
			if needsParens {
				edits = append(edits, token.Edit{Span: token.At(x.Extent.Start), New: "("})
				end.New = ")"
			}
			return append(edits, end)
		})
	}
	return Action{}, false
}

// addParens puts parentheses around what binds tighter than what stands around
// it, in the innermost node that has both.
func addParens(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		var inner []token.Span
		switch n := s.path[i].(type) {
		case *ast.LogicalExpr:
			for _, o := range n.Operands {
				if _, ok := o.(*ast.LogicalExpr); ok {
					inner = append(inner, o.Span())
				}
			}
		case *ast.ArithExpr:
			for _, o := range n.Operands {
				if _, ok := o.(*ast.ArithExpr); ok {
					inner = append(inner, o.Span())
				}
			}
		case *ast.Query:
			for k := 1; k < len(n.Operators); k++ {
				if n.Operators[k].Word != n.Operators[k-1].Word {
					inner = append(inner, n.Operands[0].Extent.Join(n.Operands[k].Extent))
				}
			}
		}
		if len(inner) == 0 {
			continue
		}
		if !isClean(s.def.Definition, s.path[i].Span()) {
			return Action{}, false
		}
		return s.action("add-parens", Rewrite, "Add parentheses that show what binds tighter", func() []token.Edit {
			var edits []token.Edit
			for _, span := range inner {
				edits = append(edits, token.Edit{Span: token.At(span.Start), New: "("}, token.Edit{Span: token.At(span.End), New: ")"})
			}
			return edits
		})
	}
	return Action{}, false
}

// removeParens removes the innermost parentheses that join by the operator
// around them. Those that say nothing at all are redundant-parentheses, whose
// fix removes them.
func removeParens(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		var lparen, rparen token.Pos
		switch n := s.path[i].(type) {
		case *ast.ParenExpr:
			lparen, rparen = n.Lparen, n.Rparen
			if !isOfOneKind(n, s.parent(i)) {
				continue
			}
		case *ast.ParenQuery:
			lparen, rparen = n.Lparen, n.Rparen
			if i < 3 || !isQueryOfOneKind(n, s.path[:i]) {
				continue
			}
		default:
			continue
		}
		if !isClean(s.def.Definition, s.path[i].Span()) || !rparen.IsValid() {
			return Action{}, false
		}
		return s.action("remove-parens", Rewrite, "Remove the parentheses, which have no effect", func() []token.Edit {
			return []token.Edit{{Span: token.Span{Start: lparen, End: lparen + 1}}, {Span: token.Span{Start: rparen, End: rparen + 1}}}
		})
	}
	return Action{}, false
}

// isOfOneKind reports whether what stands in parentheses is joined as parent,
// around it, is, so that the order makes no difference. Arithmetic binds as
// everyone knows.
func isOfOneKind(x *ast.ParenExpr, parent ast.Node) bool {
	switch inner := x.X.(type) {
	case *ast.LogicalExpr:
		around, ok := parent.(*ast.LogicalExpr)
		return ok && inner.Op == around.Op
	case *ast.ArithExpr:
		if _, ok := parent.(*ast.ParenExpr); ok {
			return false
		}
		around, ok := parent.(*ast.ArithExpr)
		return !ok || isProduct(inner) && !isProduct(around) || around.Operands[0] == ast.Expr(x) && isProduct(inner) == isProduct(around)
	}
	return false
}

// isProduct reports whether x joins its values by * and /.
func isProduct(x *ast.ArithExpr) bool {
	op := x.Operators[0].Op
	return op == token.Multiply || op == token.Divide
}

// isQueryOfOneKind reports whether a query in parentheses comes first in the
// query around it, at the end of path, and both have no operators but one.
func isQueryOfOneKind(p *ast.ParenQuery, path []ast.Node) bool {
	o, isOperand := path[len(path)-1].(*ast.Operand)
	q, isQuery := path[len(path)-2].(*ast.Query)
	if !isOperand || !isQuery || len(o.Steps) > 0 || q.Operands[0] != o {
		return false // steps are those of the whole query in parentheses
	}
	if _, isAround := path[len(path)-3].(*ast.ParenQuery); len(p.Query.Operators) == 0 || isAround && len(q.Operators) == 0 {
		return false // redundant-parentheses
	}
	all := slices.Concat(p.Query.Operators, q.Operators)
	return !slices.ContainsFunc(all, func(op ast.SetOperator) bool { return op.Word != all[0].Word })
}

// swapSides turns a comparison around that has its value on the left.
func swapSides(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		x, ok := s.path[i].(*ast.CompareExpr)
		if !ok {
			continue
		}
		op, ok := mirrored[x.Op]
		if !ok || !isLiteral(x.Left) || isLiteral(x.Right) || !isClean(s.def.Definition, x.Extent) {
			return Action{}, false
		}
		return s.action("swap", Rewrite, "Write the comparison with its value on the right", func() []token.Edit {
			left, right := x.Left.Span(), x.Right.Span()
			return []token.Edit{{Span: left, New: s.text(right)}, {Span: x.OpSpan, New: op.String()}, {Span: right, New: s.text(left)}}
		})
	}
	return Action{}, false
}

// mirrored are the operators that say the same with the sides swapped.
var mirrored = map[token.Op]token.Op{
	token.Equal: token.Equal, token.NotEqual: token.NotEqual,
	token.Less: token.Greater, token.LessEqual: token.GreaterEqual,
	token.Greater: token.Less, token.GreaterEqual: token.LessEqual,
}

// condition returns the innermost condition of the path, nil if there is none.
func (s *site) condition() ast.Expr {
	for i := len(s.path) - 1; i > 0; i-- {
		if x, ok := s.path[i].(ast.Expr); ok {
			if is, _ := ast.IsCondition(x); is {
				return x
			}
		}
	}
	return nil
}

// isCleanCondition reports whether the outermost condition around the place has
// no mistake in its syntax: with one, a part of it need not be a condition.
func (s *site) isCleanCondition() bool {
	i := slices.IndexFunc(s.path, func(n ast.Node) bool { _, ok := n.(ast.Expr); return ok })
	return i < 0 || isClean(s.def.Definition, s.path[i].Span())
}

// saysTable reports whether x says, in the span, which table an id is
// of, as an interaction must.
func saysTable(x ast.Expr, span token.Span) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		c, ok := n.(*ast.ColumnExpr)
		found = found || ok && span.Encloses(c.Extent) && strings.HasSuffix(strings.ToLower(c.Name.Name), "_logicalname")
		return true
	})
	return found
}

// wrapNot puts NOT around the selected conditions, at a caret around the
// innermost one.
func wrapNot(s *site) (Action, bool) {
	x := s.condition()
	if x == nil {
		return Action{}, false
	}
	span := x.Span()
	if chain, ok := x.(*ast.LogicalExpr); ok && s.span.Len() > 0 {
		selected := token.NoSpan
		for _, o := range chain.Operands {
			if o.Span().Start < s.span.End && s.span.Start < o.Span().End {
				selected = selected.Join(o.Span())
			}
		}
		if selected.IsValid() {
			span = selected
		}
	}
	if !s.isCleanCondition() || saysTable(x, span) {
		return Action{}, false
	}
	return s.action("wrap-not", Rewrite, "Wrap in NOT(..)", func() []token.Edit {
		if p, ok := x.(*ast.ParenExpr); ok && p.Rparen.IsValid() {
			return []token.Edit{{Span: token.At(p.Lparen), New: "NOT"}}
		}
		return []token.Edit{{Span: token.At(span.Start), New: "NOT("}, {Span: token.At(span.End), New: ")"}}
	})
}

// unwrapNot takes away the innermost NOT around the place.
func unwrapNot(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		n, ok := s.path[i].(*ast.NotExpr)
		if !ok {
			continue
		}
		if !s.isCleanCondition() || !n.Rparen.IsValid() {
			return Action{}, false
		}
		_, isChain := n.Cond.(*ast.LogicalExpr)
		_, inChain := s.parent(i).(*ast.LogicalExpr)
		return s.action("unwrap-not", Rewrite, "Remove NOT", func() []token.Edit {
			if isChain && inChain {
				return []token.Edit{{Span: n.WordSpan}} // its parentheses are needed
			}
			return []token.Edit{{Span: n.WordSpan}, {Span: token.Span{Start: n.Lparen, End: n.Lparen + 1}}, {Span: token.Span{Start: n.Rparen, End: n.Rparen + 1}}}
		})
	}
	return Action{}, false
}
