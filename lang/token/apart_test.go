package token_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/token"
)

func TestKeepApart(t *testing.T) {
	edit := func(start, end token.Pos, text string) token.Edit {
		return token.Edit{Span: token.Span{Start: start, End: end}, New: text}
	}
	for _, test := range []struct {
		text  string
		edits []token.Edit
		want  string
	}{
		{"a AND(b)", []token.Edit{edit(5, 6, ""), edit(7, 8, "")}, "a AND b"},
		{"(a)AND b", []token.Edit{edit(0, 1, ""), edit(2, 3, "")}, "a AND b"},
		{"a AND (b)", []token.Edit{edit(6, 7, ""), edit(8, 9, "")}, "a AND b"},
		{"a &&(b)", []token.Edit{edit(4, 5, ""), edit(6, 7, "")}, "a &&b"},
		{"a ==(!b)", []token.Edit{edit(4, 5, ""), edit(7, 8, "")}, "a == !b"},
		{"5 /(/* x */3)", []token.Edit{edit(3, 4, ""), edit(12, 13, "")}, "5 / /* x */3"},
		{"5 /(3)/2", []token.Edit{edit(3, 4, ""), edit(5, 6, "")}, "5 /3/2"},
		{"5 -(-3)", []token.Edit{edit(3, 4, ""), edit(6, 7, "")}, "5 - -3"},
		{"a.(1)", []token.Edit{edit(2, 3, ""), edit(4, 5, "")}, "a. 1"},
		{"('a')'b'", []token.Edit{edit(0, 1, ""), edit(4, 5, "")}, "'a' 'b'"},
		{"OR'x'== y", []token.Edit{edit(8, 9, "'x'"), edit(2, 5, "y")}, "OR y== 'x'"},
		{"a OR'x'", []token.Edit{edit(4, 4, "NOT("), edit(7, 7, ")")}, "a OR NOT('x')"},
		{"a((b))c", []token.Edit{edit(1, 2, ""), edit(2, 3, ""), edit(4, 5, ""), edit(5, 6, "")}, "a b c"},
		{"ab", []token.Edit{edit(1, 1, "")}, "ab"},
		{"aß(b)", []token.Edit{edit(3, 4, ""), edit(5, 6, "")}, "aß b"},
		{"(a)", []token.Edit{edit(0, 1, ""), edit(2, 3, "")}, "a"},
	} {
		got, err := token.Apply(test.text, token.KeepApart(test.text, test.edits)...)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
	for _, wrong := range [][]token.Edit{{edit(0, 2, "x"), edit(1, 3, "y")}, {edit(2, 9, "")}, {edit(2, 1, "")}, {{Span: token.NoSpan, New: "x"}}} {
		if diff := cmp.Diff(wrong, token.KeepApart("abc", wrong)); diff != "" {
			t.Errorf("edits that can't be made are not left alone (-want +got):\n%s", diff)
		}
	}
}
