package parser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestReparse makes an edit, from « to », of which the new text stands behind
// the |, and holds that the tree equals that of the new text and that the
// definitions which the parser did not look at the edit for are the same ones.
func TestReparse(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kept       int // how many definitions are those of before
	}{
		{"in the first", "A = PROFILE(«a|b»)\n\nB = PROFILE(b)\nC = PROFILE(c)\n", 2},
		{"in the second", "A = PROFILE(a)\n\nB = PROFILE(«b|»)\nC = PROFILE(c)\n", 2},
		{"in the last", "A = PROFILE(a)\nB = PROFILE(b)\nC = PROFILE(«c|d»)\n", 2},
		{"an insertion", "A = PROFILE(a)\nB = PROFILE(b«|.c»)\nC = PROFILE(c)\n", 2},
		{"a new first one", "«|X = PROFILE(x)\n»A = PROFILE(a)\nB = PROFILE(b)\n", 1},
		{"a new last one", "A = PROFILE(a)\nB = PROFILE(b)\n«|X = PROFILE(x)»", 1},
		{"one less", "A = PROFILE(a)\n«B = PROFILE(b)\n|»C = PROFILE(c)\nD = PROFILE(d)", 1},
		{"all of them", "«A = PROFILE(a)\nB = PROFILE(b)|»", 0},
		{"two become one", "A = PROFILE(a)\n«B =| UNION» PROFILE(b)\nC = PROFILE(c)\n", 1},
		{"one becomes two", "A = PROFILE(a)\n«UNION |B = »PROFILE(b)\nC = PROFILE(c)\n", 1},
		{"a parenthesis less", "A = PROFILE(a«)|»\nB = PROFILE(b)\nC = PROFILE(c)\n", 2},
		{"a comment opens", "A = PROFILE(a)\n«|/*»\nB = PROFILE(b)\nC = PROFILE(c)\n", 0},
		{"a comment closes", "A = PROFILE(a)\n/*\nB = PROFILE(b)«| */»\nC = PROFILE(c)\n", 0},
		{"a comment between", "A = PROFILE(a)\n// «x|y»\nB = PROFILE(b)\n", 0},
		{"the tail", "A = PROFILE(a)\nB = PROFILE(b)\n// «x|y»\n", 1},
		{"a line end in front of a comment", "A = PROFILE(a)«\n|» // x\nB = PROFILE(b)\n", 0},
		{"nothing", "A = PROFILE(a)\nB = PROFILE«|»(b)\nC = PROFILE(c)\n", 2},
		{"the same text", "A = PROFILE(a)\nB = PROFILE(«b|b»)\nC = PROFILE(c)\n", 2},
		{"a byte-order mark comes", "«|\uFEFF»A = PROFILE(a)\nB = PROFILE(b)", 0},
		{"a byte-order mark goes", "«\uFEFF|»A = PROFILE(a)\nB = PROFILE(b)", 0},
		{"half of a byte-order mark goes", "«\xEF|»\xBB\xBFA = PROFILE(a)\nB = PROFILE(b)", 0},
		{"behind a byte-order mark", "\uFEFFA = PROFILE(«a|b»)\nB = PROFILE(b)", 1},
		{"directly behind a byte-order mark", "\uFEFF«|/* x */ »A = PROFILE(a)\nB = PROFILE(b)", 1},
		{"behind a comment on the line of the one before", "A = PROFILE(a); /* x */ B = PROFILE(«b|c»)\nC = PROFILE(c)\n", 2},
		{"the empty text", "«|A = PROFILE(a)»", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, rest, _ := strings.Cut(c.text, "«")
			was, rest, _ := strings.Cut(rest, "|")
			is, after, ok := strings.Cut(rest, "»")
			if !ok {
				t.Fatalf("%q has no edit", c.text)
			}
			start := token.Pos(len(before))
			prev := parser.Parse(before + was + after)
			got, err := parser.Reparse(prev, token.Edit{Span: token.Span{Start: start, End: start + token.Pos(len(was))}, New: is})
			if err != nil {
				t.Fatal(err)
			}
			checkFile(t, got)
			sameFile(t, got, parser.Parse(before+is+after))
			old := make(map[*ast.Definition]bool)
			for _, d := range prev.Definitions {
				old[d.Definition] = true
			}
			kept := 0
			for _, d := range got.Definitions {
				if old[d.Definition] {
					kept++
				}
			}
			if kept != c.kept {
				t.Errorf("%d definitions are those of before, want %d", kept, c.kept)
			}
			sameFile(t, prev, parser.Parse(before+was+after)) // it is as it was
		})
	}
}

func TestReparseRefuses(t *testing.T) {
	prev := parser.Parse("A = PROFILE(a)")
	for _, span := range []token.Span{{Start: 10, End: 15}, {Start: 15, End: 15}, {Start: -1, End: 2}, token.NoSpan, {Start: 5, End: 4}} {
		if file, err := parser.Reparse(prev, token.Edit{Span: span, New: "x"}); err == nil || file != nil {
			t.Errorf("an edit of %v in %d bytes: %v", span, prev.Size, err)
		}
	}
}

// TestTooLarge goes over the largest size that is read, and back.
func TestTooLarge(t *testing.T) {
	const query = "A = PROFILE(a)"
	fits := query + strings.Repeat(" ", parser.MaxSize-len(query))
	file := parser.Parse(fits)
	if file.HasErrors() || len(file.Definitions) != 1 {
		t.Fatalf("a text of the largest size has the errors %v", file.Errors())
	}
	large, err := parser.Reparse(file, token.Edit{Span: token.At(0), New: " "})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*ast.File{"Reparse": large, "Parse": parser.Parse(" " + fits)} {
		errs := f.Errors()
		if len(errs) != 1 || errs[0].Code != parser.CodeTooLarge || len(errs[0].Fixes) > 0 || len(f.Definitions) > 0 || f.Size != parser.MaxSize+1 {
			t.Errorf("%s: a text of %d bytes has %d definitions and the errors %v", name, f.Size, len(f.Definitions), errs)
		}
	}
	back, err := parser.Reparse(large, token.Edit{Span: token.Span{Start: 0, End: parser.MaxSize - 100}})
	if err != nil || back.HasErrors() || back.Size != 101 {
		t.Errorf("a text of %d bytes: %v", back.Size, err)
	}
}

func TestMaxDepth(t *testing.T) {
	for text, depth := range map[string]int{
		"PROFILE(a)":                             1,
		"PROFILE(a).FILTER((b == 1))":            2,
		"((PROFILE(a)))":                         3,
		"PROFILE(a).FILTER((b IN [1]))":          3,
		"PROFILE(a).FILTER(NOT(NOT(NOT(a==1))))": 4,
	} {
		for n := 1; n <= depth+1; n++ {
			file := parser.Config{MaxDepth: n}.Parse(text)
			checkFile(t, file)
			isTooDeep := func(e *ast.Error) bool { return e.Code == parser.CodeTooDeep }
			if got := slices.ContainsFunc(file.Errors(), isTooDeep); got != (n < depth) || file.HasErrors() != got {
				t.Errorf("with %d levels %q is too deep: %v, want %v", n, text, got, n < depth)
			}
		}
	}
}

// TestUTF16 types a text into one in UTF-16, which gets one error, and back.
func TestUTF16(t *testing.T) {
	encoded := strings.Join(strings.Split("PROFILE(contact)", ""), "\x00") + "\x00"
	f := parser.Parse(encoded[:15])
	for _, edit := range []token.Edit{
		{Span: token.At(15), New: encoded[15:]},
		{Span: token.At(0), New: encoded},
		{Span: token.Span{Start: 0, End: token.Pos(2*len(encoded) - 16)}},
		{Span: token.At(0), New: "\x00"},
	} {
		f, _ = parser.Config{}.Reparse(f, edit)
		if diff := cmp.Diff(parser.Parse(f.Text()).Errors(), f.Errors()); diff != "" {
			t.Errorf("after %v (-parsed +parsed again):\n%s", edit, diff)
		}
	}
	if errs := parser.Parse(encoded).Errors(); len(errs) != 1 || errs[0].Code != parser.CodeNUL {
		t.Errorf("the errors of a text in UTF-16: %v", errs)
	}
}
