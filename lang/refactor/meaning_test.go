package refactor_test

import (
	"fmt"
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

// meaning writes down what a query selects, so that two queries that are
// written differently have the same text: no parentheses, IN as a chain, the
// definitions in place of their names.
type meaning struct {
	defs map[string]*ast.Definition // by their names in lower case
	def  *ast.Definition            // the one whose text is read
	deep int
}

// meanings returns the meanings of the definitions of a file, by their names.
func meanings(f *ast.File) map[string]string {
	m := &meaning{defs: map[string]*ast.Definition{}}
	for _, d := range f.Definitions {
		if d.Name != nil {
			m.defs[strings.ToLower(d.Name.Name)] = d.Definition
		}
	}
	all := map[string]string{}
	for _, d := range f.Definitions {
		name := ""
		if d.Name != nil {
			name = d.Name.Name
		}
		m.def = d.Definition
		all[name] = m.query(d.Query)
	}
	return all
}

func (m *meaning) query(q *ast.Query) string {
	left := m.operand(q.Operands[0])
	for i, op := range q.Operators {
		left = joined(op.Word.String(), left, m.operand(q.Operands[i+1]), op.Word != token.EXCEPT)
	}
	return left
}

// joined writes an operator with its sides, without the braces of one of the
// same kind where the order of doing them makes no difference.
func joined(op, left, right string, flat bool) string {
	open := op + "{"
	if flat {
		left, right = strings.TrimPrefix(strings.TrimSuffix(left, "}"+op), open), strings.TrimPrefix(strings.TrimSuffix(right, "}"+op), open)
	}
	return open + left + ", " + right + "}" + op
}

func (m *meaning) operand(o *ast.Operand) string {
	var text string
	switch s := o.Source.(type) {
	case *ast.ParenQuery:
		text = m.query(s.Query)
	case *ast.Segment:
		text = m.tokens(s.Extent)
		if d := m.defs[strings.ToLower(s.Name.Name)]; d != nil && m.deep < 20 {
			at := m.def
			m.def = d
			m.deep++
			text = m.query(d.Query)
			m.deep--
			m.def = at
		}
	default:
		text = m.tokens(o.Source.Span())
	}
	for _, s := range o.Steps {
		if f, ok := s.(*ast.Filter); ok {
			text += ".FILTER(" + m.expr(f.Cond) + ")"
		} else {
			text += "." + m.tokens(s.Span())
		}
	}
	return text
}

// tokens returns the text of a span without blanks and comments.
func (m *meaning) tokens(span token.Span) string {
	var b strings.Builder
	from := span.Start
	for _, c := range m.def.AllComments {
		if span.Encloses(c.Span) {
			b.WriteString(m.def.Text[from:c.Span.Start])
			from = c.Span.End
		}
	}
	b.WriteString(m.def.Text[from:span.End])
	return strings.TrimPrefix(strings.Join(strings.Fields(b.String()), ""), ".")
}

func (m *meaning) expr(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return m.expr(x.X)
	case *ast.LogicalExpr:
		left := m.expr(x.Operands[0])
		for _, o := range x.Operands[1:] {
			left = joined(x.Op.String(), left, m.expr(o), true)
		}
		return left
	case *ast.ArithExpr:
		left := m.expr(x.Operands[0])
		for i, o := range x.Operands[1:] {
			left = joined(x.Operators[i].Op.String(), left, m.expr(o), false)
		}
		return left
	case *ast.NotExpr:
		return "NOT(" + m.expr(x.Cond) + ")"
	case *ast.CompareExpr:
		left, op, right := m.expr(x.Left), x.Op, m.expr(x.Right)
		if other, ok := map[token.Op]token.Op{token.Less: token.Greater, token.Equal: token.Equal}[op]; ok {
			if _, isColumn := x.Right.(*ast.ColumnExpr); isColumn {
				left, op, right = right, other, left
			}
		}
		return fmt.Sprintf("%s %s %s", left, op, right)
	case *ast.InExpr:
		column := m.expr(x.Left)
		left := column + " == " + m.expr(x.Values[0])
		for _, v := range x.Values[1:] {
			left = joined("||", left, column+" == "+m.expr(v), true)
		}
		return left
	}
	return m.tokens(x.Span())
}
