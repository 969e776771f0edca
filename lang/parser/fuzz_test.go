package parser_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// seeds adds the examples, and texts that are broken in every way that the
// tests know, to a fuzz target.
func seeds(f *testing.F, add func(text string)) {
	f.Helper()
	files, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(files) == 0 {
		f.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		add(string(text))
	}
	for _, c := range slices.Concat(errorCases, moreErrorCases) {
		text, _ := unmark(c.text)
		add(text)
	}
	for _, text := range oddTexts {
		add(text)
	}
}

// oddTexts are texts that broke something once, or look as if they might.
var oddTexts = []string{
	"", " ", "\uFEFF", "\uFEFFA = PROFILE(contact)", "\r\r\n\n", ";;", "a", "(", ")", "((((((((", "))))))))", "'", "\"", "/*", "//", "\x00", "\xff\xfe",
	"A = A = A = ", "A = (B = (C = (", "NOT NOT NOT NOT x", "PROFILE(a).FILTER(- - - - 5 == + + 1)", "PROFILE(a).FILTER(!!!!!a)",
	"PROFILE(a).FILTER(a == 1 == 2 == 3 == 4)", "PROFILE(a).FILTER(a IN [1, [2, [3]]])", "PROFILE(a).FILTER(a NOT NOT IN [1])",
	"A = PROFILE(a).FILTER(x == 1\nB = PROFILE(b)", "A = PROFILE(a).FILTER(x = \nB = PROFILE(b)", "PROFILE(a; b).FILTER(c == 1; d == 2);",
	"SEGMENT(A).UNION(SEGMENT(B).EXCEPT(C).UNION(D))", "(((PROFILE(a)).FILTER(a==1)) UNION B).TAKE(1)", "A /* x */ = /* y */ PROFILE /* z */ ( /* a */ b /* c */ ) // d\n// e",
	"PROFILE(a).FILTER(a == 1 // x\n&& // y\nb == 2 /* z */ || /* q\nr */ c == 3\n// s\n)",
	"PROFILE(A/**/0'",                                                                                // a name with a comment in it
	"PROFILE(contact).FILTER{(a IN 2]}", "PROFILE(contact).FILTER{(a == 2]}", "PROFILER(ISNULL[a.b]", // a } where ) of the inner parentheses belongs
	"PROFILE(a).FILTER(Größe == 1 && a == ‘x’ && b == “y” && c == 'z)\n.TAKE(1)", "PROFILE(contact) PROFILE(account)", "A = PROFILE(contact); PROFILE(b); C = PROFILE(c)",
}

func FuzzParse(f *testing.F) {
	seeds(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		checkFile(t, parser.Parse(text))
	})
}

func FuzzReparse(f *testing.F) {
	seeds(f, func(text string) {
		f.Add(text, uint16(len(text)/2), uint8(1), "x")
		f.Add(text, uint16(len(text)/3), uint8(0), ")")
		f.Add(text, uint16(0), uint8(3), "A = ")
		f.Add(text, uint16(len(text)), uint8(0), "\n// end")
	})
	f.Fuzz(func(t *testing.T, text string, start uint16, length uint8, insert string) {
		s := min(int(start), len(text))
		e := min(s+int(length), len(text))
		edit := token.Edit{Span: token.Span{Start: token.Pos(s), End: token.Pos(e)}, New: insert}
		got, err := parser.Reparse(parser.Parse(text), edit)
		if err != nil {
			t.Fatal(err)
		}
		checkFile(t, got)
		want := parser.Parse(text[:s] + insert + text[e:])
		sameFile(t, got, want)
		// And back again, from a tree that is partly reused.
		back, err := parser.Reparse(got, token.Edit{Span: token.Span{Start: token.Pos(s), End: token.Pos(s + len(insert))}, New: text[s:e]})
		if err != nil {
			t.Fatal(err)
		}
		sameFile(t, back, parser.Parse(text))
	})
}

// sameFile holds that two files are equal to the last span.
func sameFile(t testing.TB, got, want *ast.File) {
	t.Helper()
	if got.Text() != want.Text() || got.BOM != want.BOM {
		t.Fatalf("the text is %q, want %q", got.Text(), want.Text())
	}
	const all = ast.WithSpans | ast.WithComments
	if diff := cmp.Diff(string(ast.JSON(want, all)), string(ast.JSON(got, all))); diff != "" {
		t.Fatalf("the tree of %q differs (-want +got):\n%s", want.Text(), diff)
	}
	bounds := func(f *ast.File) string {
		var b strings.Builder
		for _, d := range append(f.Definitions[:len(f.Definitions):len(f.Definitions)], f.Tail) {
			b.WriteString(token.Span{Start: d.Offset, End: d.End()}.String() + " ")
		}
		return b.String()
	}
	if g, w := bounds(got), bounds(want); g != w {
		t.Fatalf("the definitions of %q lie at %s, want %s", want.Text(), g, w)
	}
}
