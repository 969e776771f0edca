package format

import (
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

// definition writes a definition without the comments around it.
func (b *builder) definition(d *ast.Definition) {
	b.open(d.Extent.Start)
	isSet := len(d.Query.Operands) > 1
	if d.Name != nil {
		b.ident(d.Name)
		b.space()
		b.tok(d.Assign, "=")
		if isSet {
			b.indent()
			b.flushLine(d.Query.Extent.Start, true)
			b.blank()
		} else {
			b.space()
		}
	}
	b.query(d.Query)
	if d.Name != nil && isSet {
		b.dedent()
	}
	b.close()
	if d.Semicolon.IsValid() {
		b.tok(d.Semicolon, ";")
	}
	b.ended()
}

// query writes operands and set operators, whose breaks belong to the group around.
func (b *builder) query(q *ast.Query) {
	for i, o := range q.Operands {
		if i > 0 {
			op := q.Operators[i-1]
			b.flushLine(op.Span.Start, false)
			b.blank()
			b.tok(op.Span.Start, op.Word.Spelling(op.Span.Text(b.src)))
			b.flushLine(o.Extent.Start, true)
			b.blank()
		}
		b.operand(o)
	}
}

func (b *builder) operand(o *ast.Operand) {
	b.open(o.Extent.Start)
	switch s := o.Source.(type) {
	case *ast.Profile:
		b.args(&s.Call, s.Table, s.Alias)
	case *ast.Segment:
		b.args(&s.Call, s.Name)
	case *ast.Interaction:
		b.args(&s.Call, s.Event, s.Link)
	case *ast.ParenQuery:
		b.open(s.Lparen)
		b.opener(s.Lparen, "(")
		b.body(s.Query.Extent.Start, s.Rparen, func() { b.query(s.Query) })
		b.tok(s.Rparen, ")")
		b.close()
	}
	if len(o.Steps) > 0 {
		b.indent()
		for _, s := range o.Steps {
			b.flushLine(s.DotPos(), false)
			b.cut()
			b.tok(s.DotPos(), ".")
			b.step(s)
		}
		b.dedent()
	}
	b.close()
}

// body writes what stands within parentheses, one level deeper.
func (b *builder) body(start, rparen token.Pos, inner func()) {
	b.indent()
	b.flushLine(start, true)
	b.cut()
	inner()
	if len(b.comments) > 0 {
		b.flush(rparen)
	}
	b.dedent()
	b.cutBefore()
}

// step writes a step behind its dot, or one that is an argument.
func (b *builder) step(s ast.Step) {
	switch s := s.(type) {
	case *ast.Filter:
		b.nested(&s.Call, s.Cond)
	case *ast.Traverse:
		b.args(&s.Call, s.Relationship, s.Alias, s.Filter)
	case *ast.Relate:
		b.args(&s.Call, s.Relationship, s.Alias, s.Relate)
	case *ast.Having:
		b.having(s)
	case *ast.Distinct:
		b.args(&s.Call)
	case *ast.OrderBy:
		b.callOpen(&s.Call)
		for i, item := range s.Items {
			b.arg(&s.Call, i, item)
		}
		b.callClose(&s.Call)
	case *ast.Skip:
		b.args(&s.Call, s.Count)
	case *ast.Take:
		b.args(&s.Call, s.Count)
	case *ast.Select:
		b.exprArgs(&s.Call, s.Columns)
	}
}

// word writes the word of a call.
func (b *builder) word(c *ast.Call) {
	b.tok(c.WordSpan.Start, c.Word.Spelling(c.WordSpan.Text(b.src)))
}

// nested writes a call whose one argument is a condition, which opens into one
// condition a line.
func (b *builder) nested(c *ast.Call, cond ast.Expr) {
	b.open(c.WordSpan.Start)
	b.word(c)
	b.opener(c.Lparen, "(")
	b.body(cond.Span().Start, c.Rparen, func() { b.expr(cond) })
	b.tok(c.Rparen, ")")
	b.close()
}

// args writes a call with its arguments, of which those that are nil are left out.
func (b *builder) args(c *ast.Call, args ...ast.Node) {
	if len(args) == 0 {
		b.word(c)
		b.opener(c.Lparen, "(")
		b.flush(c.Rparen)
		b.tok(c.Rparen, ")")
		return
	}
	b.callOpen(c)
	n := 0
	for _, a := range args {
		if !isNil(a) {
			b.arg(c, n, a)
			n++
		}
	}
	b.callClose(c)
}

// isNil reports whether an optional part of a node is not there.
func isNil(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		return n == nil
	case *ast.Alias:
		return n == nil
	case *ast.Filter:
		return n == nil
	case *ast.Relate:
		return n == nil
	case *ast.Window:
		return n == nil
	}
	return n == nil
}

func (b *builder) exprArgs(c *ast.Call, args []ast.Expr) {
	b.callOpen(c)
	for i, a := range args {
		b.arg(c, i, a)
	}
	b.callClose(c)
}

// callOpen writes a call up to its first argument.
func (b *builder) callOpen(c *ast.Call) {
	b.open(c.WordSpan.Start)
	b.word(c)
	b.opener(c.Lparen, "(")
	b.indent()
	b.openList()
}

// arg writes the n-th argument of a call and the comma before it.
func (b *builder) arg(c *ast.Call, n int, a ast.Node) {
	if n == 0 {
		b.flushLine(a.Span().Start, true)
		b.cut()
	} else {
		b.behind(c.Commas[n-1], ",", a.Span().Start)
		b.flushLine(a.Span().Start, true)
		b.fill()
	}
	switch a := a.(type) {
	case *ast.Ident:
		b.ident(a)
	case *ast.Alias:
		b.name(a.Qualifier, a.Dot, &a.Name)
	case *ast.Filter:
		b.step(a)
	case *ast.Relate:
		b.step(a)
	case *ast.Window:
		b.args(&a.Call, a.Count)
	case *ast.OrderItem:
		b.expr(a.Column)
		if a.Direction != token.NoWord {
			b.space()
			b.tok(a.DirectionSpan.Start, a.Direction.String())
		}
	case *ast.DatePart:
		b.tok(a.Extent.Start, a.Word.Spelling(a.Extent.Text(b.src)))
	case ast.Expr:
		b.expr(a)
	}
}

// having writes HAVING, whose first argument is a comparison.
func (b *builder) having(h *ast.Having) {
	b.callOpen(&h.Call)
	b.flushLine(h.Aggregate.Extent.Start, true)
	b.cut()
	if h.Aggregate.Column == nil {
		b.args(&h.Aggregate.Call)
	} else {
		b.args(&h.Aggregate.Call, h.Aggregate.Column)
	}
	b.space()
	b.tok(h.OpSpan.Start, h.Op.String())
	b.space()
	b.expr(h.Value)
	if h.Window != nil {
		b.arg(&h.Call, 1, h.Window)
	}
	b.callClose(&h.Call)
}

// callClose writes a call from behind its last argument.
func (b *builder) callClose(c *ast.Call) {
	b.closeList()
	if len(b.comments) > 0 {
		b.flush(c.Rparen)
	}
	b.dedent()
	b.cutBefore()
	b.tok(c.Rparen, ")")
	b.close()
}

func (b *builder) expr(x ast.Expr) {
	switch x := x.(type) {
	case *ast.CompareExpr:
		b.expr(x.Left)
		b.open(x.OpSpan.Start)
		b.space()
		b.tok(x.OpSpan.Start, x.Op.String())
		b.indent()
		b.flushLine(x.Right.Span().Start, true)
		b.blank()
		b.expr(x.Right)
		b.dedent()
		b.close()
	case *ast.ColumnExpr:
		b.name(x.Qualifier, x.Dot, &x.Name)
	case *ast.StringLit:
		b.tok(x.Extent.Start, requote(x.Extent.Text(b.src)))
	case *ast.NumberLit:
		if len(x.Text) == x.Extent.Len() {
			b.tok(x.Extent.Start, x.Text)
			break
		}
		// Something stands between the sign and the digits.
		b.tok(x.Extent.Start, "-")
		b.glued = true
		b.flush(x.Extent.End)
		b.put(x.Text[1:])
	case *ast.BoolLit:
		w := token.FALSE
		if x.Value {
			w = token.TRUE
		}
		b.tok(x.Extent.Start, w.Spelling(x.Extent.Text(b.src)))
	case *ast.LogicalExpr:
		for i, operand := range x.Operands {
			if i > 0 {
				b.space()
				b.behind(x.Operators[i-1].Span.Start, x.Op.String(), operand.Span().Start)
				b.flushLine(operand.Span().Start, true)
				b.blank()
			}
			// An && chain within an || chain breaks on its own, deeper.
			if and, ok := operand.(*ast.LogicalExpr); ok {
				b.chain(and.Operands, and.Operators)
			} else {
				b.expr(operand)
			}
		}
	case *ast.ParenExpr:
		b.open(x.Lparen)
		b.opener(x.Lparen, "(")
		b.body(x.X.Span().Start, x.Rparen, func() { b.expr(x.X) })
		b.tok(x.Rparen, ")")
		b.close()
	case *ast.NotExpr:
		b.nested(&x.Call, x.Cond)
	case *ast.NullExpr:
		b.args(&x.Call, x.Column)
	case *ast.InExpr:
		b.open(x.Extent.Start)
		b.expr(x.Left)
		b.space()
		b.tok(x.In.Start, token.IN.String())
		b.space()
		b.opener(x.Lbrack, "[")
		b.indent()
		b.openList()
		c := &ast.Call{Commas: x.Commas}
		for i, v := range x.Values {
			b.arg(c, i, v)
		}
		b.closeList()
		if len(b.comments) > 0 {
			b.flush(x.Rbrack)
		}
		b.dedent()
		b.cutBefore()
		b.tok(x.Rbrack, "]")
		b.close()
	case *ast.ArithExpr:
		b.chain(x.Operands, x.Operators)
	case *ast.DateDiffExpr:
		b.args(&x.Call, x.Part, x.From, x.To)
	case *ast.DateAddExpr:
		b.args(&x.Call, x.Part, x.Amount, x.Date)
	case *ast.DateExpr:
		b.exprArgs(&x.Call, x.Args)
	case *ast.NowExpr:
		b.args(&x.Call)
	}
}

// chain writes operands and the operators between them as a group of its own.
func (b *builder) chain(operands []ast.Expr, operators []ast.Operator) {
	b.open(operands[0].Span().Start)
	for i, operand := range operands {
		if i > 0 {
			b.space()
			b.behind(operators[i-1].Span.Start, operators[i-1].Op.String(), operand.Span().Start)
			if i == 1 {
				b.indent()
			}
			b.flushLine(operand.Span().Start, true)
			b.blank()
		}
		b.expr(operand)
	}
	b.dedent()
	b.close()
}

// ident writes a name.
func (b *builder) ident(i *ast.Ident) {
	text := i.Extent.Text(b.src)
	if i.Quoted {
		text = requote(text)
	}
	b.tok(i.Extent.Start, text)
}

// name writes a name that may be qualified.
func (b *builder) name(qualifier *ast.Ident, dot token.Pos, name *ast.Ident) {
	if qualifier == nil {
		b.ident(name)
		return
	}
	// In most queries the three tokens are one piece of the source.
	if name.Extent.End-qualifier.Extent.Start == token.Pos(len(qualifier.Name)+1+len(name.Name)) {
		b.tok(qualifier.Extent.Start, b.src[qualifier.Extent.Start:name.Extent.End])
		return
	}
	b.ident(qualifier)
	b.tok(dot, ".")
	b.ident(name)
}

// requote writes a quote within a string as two quotes where it stands behind a
// backslash and the string has no other one: then no reading of backslashes
// makes a difference.
func requote(s string) string {
	n := strings.Count(s, `\`)
	if n == 0 || n != strings.Count(s, `\'`) {
		return s
	}
	return strings.ReplaceAll(s, `\'`, `''`)
}
