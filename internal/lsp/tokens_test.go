package lsp

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestTokensDoNotOverlap holds that whatever the tree is, the tokens follow one
// another.
func TestTokensDoNotOverlap(t *testing.T) {
	widened := func(text string, name token.Span) *ast.Definition {
		d := *parser.Parse(text).Definitions[0].Definition
		d.Query = &ast.Query{Base: d.Query.Base, Operands: []*ast.Operand{{Base: d.Query.Base, Source: &ast.Segment{
			Call: ast.Call{Base: d.Query.Base, WordSpan: token.Span{Start: 0, End: 7}},
			Name: &ast.Ident{Extent: name, Name: name.Text(text)},
		}}}}
		return &d
	}
	first := func(text string) *ast.Definition { return parser.Parse(text).Definitions[0].Definition }
	for _, test := range []struct {
		definition *ast.Definition
		want       []string
	}{
		{widened("SEGMENT(My /* the */ customers)", token.Span{Start: 8, End: 30}), []string{"SEGMENT", "My ", "/* the */"}},
		{widened("SEGMENT(a//b\rc)", token.Span{Start: 8, End: 14}), []string{"SEGMENT", "a", "//b"}},
		{first("SEGMENT(My // the best\n  customers)\n"), []string{"SEGMENT", "My", "// the best"}},
		{first("SEGMENT(My best customers)\n"), []string{"SEGMENT", "My best customers"}},
	} {
		var legend tokenLegend
		tokens := legend.collect(test.definition, wholeText(test.definition))
		var got []string
		for _, k := range tokens {
			got = append(got, k.span.Text(test.definition.Text))
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.definition.Text, diff)
		}
		e := legend.encode(test.definition.Text, tokens, token.UTF16)
		end := uint32(0)
		for i := 0; i < len(e.data); i += 5 {
			if e.data[i] > 2 || e.data[i] == 0 && e.data[i+1] < end {
				t.Errorf("%q has tokens that overlap: %s", test.definition.Text, fmt.Sprint(e.data))
			}
			end = e.data[i+2]
		}
	}
}
