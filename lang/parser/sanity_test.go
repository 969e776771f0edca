package parser_test

import (
	"fmt"
	"strings"
	"testing"

	"segql/lang/ast"
	"segql/lang/token"
)

// checkFile holds what must be true of every tree, whatever the text: the
// definitions make up the text, every span lies within its parent's, and the
// span of each token shows that token.
func checkFile(t testing.TB, f *ast.File) {
	t.Helper()
	at := token.Pos(0)
	if f.BOM {
		at = 3
	}
	lines := token.NewLines(f.Text())
	for _, d := range append(f.Definitions[:len(f.Definitions):len(f.Definitions)], f.Tail) {
		if d.Offset != at || d.Text != f.Text()[at:d.End()] {
			t.Fatalf("the definition at %d does not follow the text before it, which ends at %d", d.Offset, at)
		}
		if line := lines.Position(at, token.Bytes).Line; int(d.Line) != line {
			t.Fatalf("the definition at %d is said to stand in line %d, but stands in line %d", at, d.Line, line)
		}
		at = d.End()
		if d.Reach < at {
			t.Fatalf("the definition at %d reaches to %d, not to its end %d", d.Offset, d.Reach, at)
		}
		if err := checkDefinition(d.Definition); err != nil {
			t.Fatalf("definition %q: %v", d.Text, err)
		}
	}
	if int(at) != len(f.Text()) {
		t.Fatalf("the definitions end at %d of %d bytes", at, len(f.Text()))
	}
	last := token.Pos(0)
	for _, e := range f.Errors() {
		if !e.Span.IsValid() || int(e.Span.End) > len(f.Text()) {
			t.Fatalf("error %q lies at %v, outside the text", e.Message, e.Span)
		}
		if e.Span.Start < last {
			t.Fatalf("error %q at %v stands behind one at %d", e.Message, e.Span, last)
		}
		last = e.Span.Start
		if e.Code == "" || e.Message == "" || strings.ContainsAny(e.Message, "\n\x00") {
			t.Fatalf("error %+v lacks its code or message", e)
		}
		for _, fix := range e.Fixes {
			if _, err := token.Apply(f.Text(), fix.Edits...); err != nil {
				t.Fatalf("fix %q of %q: %v", fix.Title, e.Message, err)
			}
		}
	}
}

type checker struct {
	text  string
	clean bool // the definition has no errors
	err   error
}

func checkDefinition(d *ast.Definition) error {
	c := &checker{text: d.Text, clean: len(d.Errors) == 0}
	hung := 0
	var path []token.Span
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		s := n.Span()
		if !s.IsValid() || int(s.End) > len(d.Text) {
			c.fail("%T has the span %v in %d bytes", n, s, len(d.Text))
			return false
		}
		if len(path) > 0 && !path[len(path)-1].Encloses(s) {
			c.fail("%T at %v lies outside its parent at %v", n, s, path[len(path)-1])
		}
		path = append(path, s)
		c.node(n)
		if a := n.Attached(); a != nil {
			hung += len(a.Leading) + len(a.Dangling) + len(a.Trailing)
		}
		return true
	})
	if hung != len(d.AllComments) {
		c.fail("%d of %d comments hang on nodes", hung, len(d.AllComments))
	}
	last := token.Pos(0)
	for _, comment := range d.AllComments {
		if comment.Span.Start < last || comment.Span.Text(d.Text) != comment.Text {
			c.fail("comment %q at %v is out of place", comment.Text, comment.Span)
		}
		last = comment.Span.End
	}
	c.tok(d.Assign, "=", "==")
	c.tok(d.Semicolon, ";")
	return c.err
}

func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// tok holds that a token is there, unless it is missing in a broken definition.
func (c *checker) tok(p token.Pos, texts ...string) {
	if !p.IsValid() {
		return
	}
	for _, text := range texts {
		if int(p) <= len(c.text) && strings.HasPrefix(c.text[p:], text) {
			return
		}
	}
	c.fail("%q should stand at %d", texts, p)
}

// must is tok for a token that a clean definition must have.
func (c *checker) must(p token.Pos, texts ...string) {
	if c.clean && !p.IsValid() {
		c.fail("%q is missing in a definition without errors", texts)
	}
	c.tok(p, texts...)
}

// span holds that the words of the language show their own text. In a broken
// definition another word may be meant.
func (c *checker) span(s token.Span, text string) {
	if !s.IsValid() {
		if c.clean {
			c.fail("%q is missing in a definition without errors", text)
		}
		return
	}
	if int(s.End) > len(c.text) {
		c.fail("%q has the span %v in %d bytes", text, s, len(c.text))
		return
	}
	if c.clean && !strings.EqualFold(s.Text(c.text), text) {
		c.fail("%q should stand at %v, but there is %q", text, s, s.Text(c.text))
	}
}

func (c *checker) call(n *ast.Call) {
	c.span(n.WordSpan, n.Word.String())
	c.bracket(n.Lparen, "(", "[", "{")
	for _, p := range n.Commas {
		c.tok(p, ",", ";")
	}
	c.bracket(n.Rparen, ")", "]", "}")
}

// bracket is must for a bracket, for which others may stand in a broken
// definition.
func (c *checker) bracket(p token.Pos, text string, others ...string) {
	c.must(p, append(others, text)...)
	if c.clean {
		c.tok(p, text)
	}
}

func (c *checker) operators(list []ast.Operator) {
	for _, o := range list {
		switch o.Op {
		case token.And:
			c.logical(o.Span, "&&", "AND")
		case token.Or:
			c.logical(o.Span, "||", "OR")
		default:
			c.span(o.Span, o.Op.String())
		}
	}
}

func (c *checker) logical(s token.Span, symbol, word string) {
	if got := s.Text(c.text); c.clean && got != symbol && !strings.EqualFold(got, word) {
		c.fail("%s should stand at %v, but there is %q", symbol, s, got)
	}
}

func (c *checker) node(n ast.Node) {
	if call, ok := n.(ast.Caller); ok {
		c.call(call.AsCall())
	}
	if step, ok := n.(ast.Step); ok {
		c.tok(step.DotPos(), ".")
	}
	switch n := n.(type) {
	case *ast.Query:
		if len(n.Operators) != len(n.Operands)-1 {
			c.fail("%d operands have %d operators", len(n.Operands), len(n.Operators))
		}
		for _, o := range n.Operators {
			c.span(o.Span, o.Word.String())
		}
	case *ast.Ident:
		if !n.Quoted && n.Extent.Text(c.text) != n.Name {
			c.fail("the name %q should stand at %v", n.Name, n.Extent)
		}
	case *ast.ParenQuery:
		c.bracket(n.Lparen, "(", "[", "{")
		c.bracket(n.Rparen, ")", "]", "}")
	case *ast.ParenExpr:
		c.bracket(n.Lparen, "(", "[", "{")
		c.bracket(n.Rparen, ")", "]", "}")
	case *ast.Having:
		c.span(n.OpSpan, n.Op.String())
	case *ast.OrderItem:
		if n.Direction != token.NoWord {
			c.span(n.DirectionSpan, n.Direction.String())
		}
	case *ast.DatePart:
		c.span(n.Extent, n.Word.String())
	case *ast.LogicalExpr:
		if len(n.Operands) < 2 || len(n.Operators) != len(n.Operands)-1 {
			c.fail("%d operands have %d operators", len(n.Operands), len(n.Operators))
		}
		c.operators(n.Operators)
	case *ast.ArithExpr:
		if len(n.Operands) < 2 || len(n.Operators) != len(n.Operands)-1 {
			c.fail("%d operands have %d operators", len(n.Operands), len(n.Operators))
		}
		c.operators(n.Operators)
	case *ast.CompareExpr:
		c.span(n.OpSpan, n.Op.String())
	case *ast.InExpr:
		c.span(n.In, "IN")
		c.bracket(n.Lbrack, "[", "{")
		c.bracket(n.Rbrack, "]", "}")
	case *ast.ColumnExpr:
		if n.Qualifier != nil {
			c.must(n.Dot, ".")
		}
	case *ast.Alias:
		if n.Qualifier != nil {
			c.must(n.Dot, ".")
		}
	case *ast.BadExpr, *ast.BadCall, *ast.BadSource, *ast.BadStep, *ast.NameRef, *ast.SetStep:
		if c.clean {
			c.fail("%T stands in a definition without errors", n)
		}
	}
}
