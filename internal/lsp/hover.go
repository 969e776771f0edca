package lsp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/explain"
	"segql/lang/schema"
	"segql/lang/token"
)

// Hover implements protocol.Server.
func (s *server) Hover(ctx context.Context, params *protocol.HoverParams) (*protocol.Hover, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	d, path, at := v.path(params.Position)
	text, span := hoverText(v, d, path, at)
	if text == "" {
		return nil, nil
	}
	r := v.rangeOf(d.Abs(span))
	h := &protocol.Hover{Range: &r, Contents: &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}}
	if !s.can.markdown {
		h.Contents = &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: strings.NewReplacer("**", "", "`", "").Replace(text)}
	}
	return h, nil
}

// hoverText says what stands at a place, innermost first, and where it stands.
func hoverText(v view, d ast.Placed, path []ast.Node, at token.Pos) (string, token.Span) {
	for i := len(path) - 1; i >= 0; i-- {
		var parent ast.Node
		if i > 0 {
			parent = path[i-1]
		}
		text, span := "", path[i].Span()
		switch n := path[i].(type) {
		case *ast.Ident:
			text = nameText(v, d.Definition, parent, n)
		case *ast.NumberLit:
			text = choiceText(v, d.Definition, path[:i], n)
		case ast.Caller:
			call := n.AsCall()
			if !call.WordSpan.Contains(at) {
				continue
			}
			span = call.WordSpan
			if call.Word.IsSource() {
				text = explain.Definition(d.Definition, v.checked, v.project())
			}
		}
		if text != "" {
			return text, span
		}
	}
	return "", token.Span{}
}

// nameText says what a name stands for.
func nameText(v view, d *ast.Definition, parent ast.Node, n *ast.Ident) string {
	sch := v.checked.Schema
	switch p := parent.(type) {
	case *ast.Definition:
		return explain.Definition(d, v.checked, v.project())
	case *ast.Profile:
		return tableText(sch.Table(n.Name))
	case *ast.Segment:
		return segmentText(v, n.Name)
	case *ast.NameRef:
		return segmentText(v, n.Name)
	case *ast.Traverse, *ast.Relate:
		w := v.resolve(d).Walk(p)
		if r := w.Relationship; r != nil && w.From.Table != "" && w.To.Table != "" {
			return fmt.Sprintf("**%s** relationship\n\nfrom %s to %s, by the column %s", n.Name, w.From.Table, w.To.Table, r.Referencing().Column)
		}
	case *ast.ColumnExpr:
		ref := v.resolve(d).Column(p)
		if p.Qualifier == n {
			if ref.Row != nil {
				return fmt.Sprintf("**%s** names a row of %s", n.Name, ref.Row.Table)
			}
			return ""
		}
		if ref.Column == nil || ref.Row == nil {
			return ""
		}
		return columnText(ref.Column, ref.Row.Table)
	}
	return ""
}

func tableText(t *schema.Table) string {
	if t == nil {
		return ""
	}
	return fmt.Sprintf("**%s** table\n\n%s, %d columns known", t.Name, t.Label, len(t.Columns))
}

func segmentText(v view, name string) string {
	for _, d := range v.project().Lookup(v.checked, name) {
		return explain.Definition(d.Definition, d.File, v.project())
	}
	return ""
}

// shownChoices is how many choices a hover lists.
const shownChoices = 20

func columnText(c *schema.Column, table string) string {
	if c == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s.%s** %s\n\n%s", table, c.Name, c.Type, c.Label)
	for i, choice := range c.Choices {
		if i == 0 {
			b.WriteString("\n\n| value | label |\n| --- | --- |")
		}
		if i == shownChoices {
			fmt.Fprintf(&b, "\n| .. | %d more |", len(c.Choices)-i)
			break
		}
		fmt.Fprintf(&b, "\n| %d | %s |", choice.Value, strings.ReplaceAll(choice.Label, "|", `\|`))
	}
	return b.String()
}

// choiceText says which choice a number is, that a column is compared with.
func choiceText(v view, d *ast.Definition, above []ast.Node, n *ast.NumberLit) string {
	value, err := strconv.Atoi(n.Text)
	if err != nil || len(above) == 0 {
		return ""
	}
	var sides []ast.Expr
	switch p := above[len(above)-1].(type) {
	case *ast.CompareExpr:
		sides = []ast.Expr{p.Left, p.Right}
	case *ast.InExpr:
		sides = []ast.Expr{p.Left}
	}
	for _, side := range sides {
		column, ok := side.(*ast.ColumnExpr)
		if !ok {
			continue
		}
		if c := v.resolve(d).Column(column).Column; c != nil {
			if choice, ok := c.Choice(value); ok {
				return fmt.Sprintf("**%s** (%d)\n\na choice of %s", choice.Label, value, c.Name)
			}
		}
	}
	return ""
}
