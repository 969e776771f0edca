package ast_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// caret returns a text without the caret in it, and where that stood.
func caret(t *testing.T, text string) (string, token.Pos) {
	t.Helper()
	before, after, ok := strings.Cut(text, "‸")
	if !ok {
		t.Fatalf("%q has no caret", text)
	}
	return before + after, token.Pos(len(before))
}

func TestFileAt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // the text of the definition; "tail" for the tail
	}{
		{"the start", "‸A = PROFILE(a)\nB = PROFILE(b)\n", "A = PROFILE(a)"},
		{"within", "A = PRO‸FILE(a)\nB = PROFILE(b)\n", "A = PROFILE(a)"},
		{"the end of the first", "A = PROFILE(a)‸\nB = PROFILE(b)\n", "A = PROFILE(a)"},
		{"behind the end of the first", "A = PROFILE(a)\n‸B = PROFILE(b)\n", "\nB = PROFILE(b)"},
		{"the border of two", "A = PROFILE(a)‸B = PROFILE(b)\n", "A = PROFILE(a)"},
		{"behind that border", "A = PROFILE(a)B‸ = PROFILE(b)\n", "B = PROFILE(b)"},
		{"a comment of the second", "A = PROFILE(a)\n// ‸b\nB = PROFILE(b)\n", "\n// b\nB = PROFILE(b)"},
		{"a comment of the first", "A = PROFILE(a) // ‸a\nB = PROFILE(b)\n", "A = PROFILE(a) // a"},
		{"the end of the last", "A = PROFILE(a)\nB = PROFILE(b)‸\n", "\nB = PROFILE(b)"},
		{"behind the last", "A = PROFILE(a)\nB = PROFILE(b)\n‸", "tail"},
		{"the end of a text without a line end", "A = PROFILE(a)‸", "A = PROFILE(a)"},
		{"the empty text", "‸", "tail"},
		{"comments alone", "// a\n‸// b", "tail"},
		{"within a byte-order mark", "‸\uFEFFA = PROFILE(a)", "A = PROFILE(a)"},
		{"behind a byte-order mark", "\uFEFF‸A = PROFILE(a)", "A = PROFILE(a)"},
		{"the end behind a byte-order mark", "\uFEFFA = PROFILE(a)‸B = PROFILE(b)", "A = PROFILE(a)"},
		{"the third of three", "A = PROFILE(a)B = PROFILE(b)C = PRO‸FILE(c)", "C = PROFILE(c)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, p := caret(t, c.text)
			file := parser.Parse(text)
			got := file.At(p)
			if (got.Query == nil) != (c.want == "tail") {
				t.Fatalf("%q is found in %q", c.text, got.Text)
			}
			if got.Query != nil && got.Text != c.want {
				t.Errorf("%q is found in %q, want %q", c.text, got.Text, c.want)
			}
			if want := strings.Index(text, c.want); got.Query != nil && got.Offset != token.Pos(want) {
				t.Errorf("%q is found in a definition at %d, want %d", c.text, got.Offset, want)
			}
		})
	}
}

func TestFileAtOutside(t *testing.T) {
	file := parser.Parse("A = PROFILE(a)\nB = PROFILE(b)\n")
	if got := file.At(token.NoPos); got.Definition != file.Definitions[0].Definition {
		t.Errorf("an offset before the text is found in %q", got.Text)
	}
	if got := file.At(1000); got.Definition != file.Tail.Definition {
		t.Errorf("an offset behind the text is found in %q", got.Text)
	}
	if placed, path := file.Path(1000); len(path) > 0 || placed.Definition != file.Tail.Definition {
		t.Errorf("an offset behind the text has the path %s", path)
	}
	if _, path := file.Path(token.NoPos); len(path) > 0 {
		t.Errorf("an offset before the text has the path %s", path)
	}
}

func TestFilePath(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"‸A = PROFILE(contact)", "Definition Ident:A"},
		{"A‸ = PROFILE(contact)", "Definition Ident:A"},
		{"A ‸= PROFILE(contact)", "Definition"},
		{"A = ‸PROFILE(contact)", "Definition Query Operand Profile"},
		{"A = PROFILE(‸contact)", "Definition Query Operand Profile Ident:contact"},
		{"A = PROFILE(contact‸)", "Definition Query Operand Profile Ident:contact"},
		{"A = PROFILE(contact)‸", "Definition Query Operand Profile"},
		{"A = PROFILE(contact);‸", "Definition"},
		{"A = PROFILE(contact) ‸", ""},
		{"‸ A = PROFILE(contact)", ""},
		{"PROFILE(contact, ‸c)", "Definition Query Operand Profile Alias Ident:c"},
		{"PROFILE(contact,‸ c)", "Definition Query Operand Profile"},
		{"PROFILE(contact, b.c‸)", "Definition Query Operand Profile Alias Ident:c"},
		// Of two that touch the second is taken.
		{"PROFILE(a)‸.FILTER(b == 1)", "Definition Query Operand Filter"},
		{"PROFILE(a).FILTER(b == 1)‸.TAKE(2)", "Definition Query Operand Take"},
		{"PROFILE(a).FILTER(b‸==1)", "Definition Query Operand Filter CompareExpr ColumnExpr Ident:b"},
		{"PROFILE(a).FILTER(b==‸1)", "Definition Query Operand Filter CompareExpr NumberLit"},
		{"PROFILE(a).FILTER(c.‸b == 1)", "Definition Query Operand Filter CompareExpr ColumnExpr Ident:b"},
		{"PROFILE(a).FILTER(c‸.b == 1)", "Definition Query Operand Filter CompareExpr ColumnExpr Ident:c"},
		{"PROFILE(a)UNION ‸PROFILE(b)", "Definition Query Operand Profile"},
		{"PROFILE(a)‸UNION PROFILE(b)", "Definition Query Operand Profile"},
		{"PROFILE(a) UN‸ION PROFILE(b)", "Definition Query"},
		// Unless it is empty.
		{"PROFILE(a).FILTER(b ==‸)", "Definition Query Operand Filter CompareExpr BadExpr"},
		{"PROFILE(a).FILTER(b‸)", "Definition Query Operand Filter ColumnExpr Ident:b"},
		{"PROFILE(c).FILTER(DATEDIFF(day, a‸) > 1)", "Definition Query Operand Filter CompareExpr DateDiffExpr ColumnExpr Ident:a"},
		{"PROFILE(‸)", "Definition Query Operand Profile"},
		// The second definition, and a file with a byte-order mark.
		{"A = PROFILE(a)\nB = PROFILE(‸b)", "Definition Query Operand Profile Ident:b"},
		{"A = PROFILE(a)‸B = PROFILE(b)", "Definition Query Operand Profile"},
		{"A = PROFILE(a)\n‸B = PROFILE(b)", "Definition Ident:B"},
		{"\uFEFF‸A = PROFILE(a)", "Definition Ident:A"},
		{"\uFEFFA = PROFILE(‸a)", "Definition Query Operand Profile Ident:a"},
		{"‸\uFEFFA = PROFILE(a)", ""},
		// Comments are no nodes.
		{"A = PROFILE(a /* ‸ */)", "Definition Query Operand Profile"},
		{"// ‸\nA = PROFILE(a)", ""},
		{"‸", ""},
		{"// a‸", ""},
	} {
		t.Run(c.text, func(t *testing.T) {
			text, p := caret(t, c.text)
			placed, path := parser.Parse(text).Path(p)
			var got []string
			for _, n := range path {
				name := kind(n)
				if i, ok := n.(*ast.Ident); ok {
					name += ":" + i.Name
				}
				got = append(got, name)
				if !n.Span().Contains(p - placed.Offset) {
					t.Errorf("%s at %v does not hold offset %d", name, n.Span(), p-placed.Offset)
				}
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("the path differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsOfFile(t *testing.T) {
	const text = "\uFEFFA = PROFILE(a).FILTER(b = 1)\n\nB = SEGMENT(A\nC = PROFILE(c)\nD = SEGMENT(C) MINUS SEGMENT(B)\n/* open"
	file := parser.Parse(text)
	type found struct {
		Code, Text string
		Fixed      string // the line that the fix makes
	}
	fixedLine := func(e *ast.Error) string {
		if len(e.Fixes) == 0 {
			return ""
		}
		fixed, err := token.Apply(text, e.Fixes[0].Edits...)
		if err != nil {
			t.Fatal(err)
		}
		line := token.NewLines(text).Position(e.Span.Start, token.Bytes).Line
		return strings.Split(fixed, "\n")[line]
	}
	all := func() []found {
		var got []found
		for _, e := range file.Errors() {
			got = append(got, found{e.Code, e.Span.Text(text), fixedLine(e)})
		}
		return got
	}
	want := []found{
		{"single-equals", "=", "\uFEFFA = PROFILE(a).FILTER(b == 1)"},
		{"missing-parenthesis", "", "B = SEGMENT(A)"},
		{"minus-for-except", "MINUS", "D = SEGMENT(C) EXCEPT SEGMENT(B)"},
		{"unterminated-comment", "/*", ""},
	}
	if diff := cmp.Diff(want, all()); diff != "" {
		t.Errorf("the errors differ (-want +got):\n%s", diff)
	}
	// The definitions keep their own.
	if diff := cmp.Diff(want, all()); diff != "" {
		t.Errorf("the errors differ the second time (-want +got):\n%s", diff)
	}
	for n, d := range file.Definitions {
		for _, e := range d.Errors {
			if int(e.Span.End) > len(d.Text) {
				t.Errorf("error %q of definition %d lies at %v, not in its own text of %d bytes", e.Message, n, e.Span, len(d.Text))
			}
			if abs := d.Abs(e.Span); abs != e.Span.Shift(d.Offset) {
				t.Errorf("Abs(%v) of a definition at %d = %v", e.Span, d.Offset, abs)
			}
		}
	}
	// What is not moved is the same.
	for _, e := range file.Errors() {
		var own *ast.Error
		for _, d := range append(file.Definitions[:len(file.Definitions):len(file.Definitions)], file.Tail) {
			for _, o := range d.Errors {
				if o.Message == e.Message {
					own = o
				}
			}
		}
		if own == nil {
			t.Fatalf("no definition has the error %q", e.Message)
		}
		if diff := cmp.Diff(own.Expected, e.Expected); diff != "" {
			t.Errorf("what was expected differs (-definition +file):\n%s", diff)
		}
		for n, f := range e.Fixes {
			if f.Title != own.Fixes[n].Title {
				t.Errorf("the title of a fix is %q, want %q", f.Title, own.Fixes[n].Title)
			}
		}
	}
}

func TestHasErrors(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "A = PROFILE(a)": false, "// a": false,
		"A = PROFILE(a": true, "A = PROFILE(a)\nB = SEGMENT(\nC = PROFILE(c)": true, "A = PROFILE(a)\n/*": true, "/*": true,
	} {
		file := parser.Parse(text)
		if got := file.HasErrors(); got != want || got != (len(file.Errors()) > 0) {
			t.Errorf("HasErrors of %q = %v, want %v; Errors has %d", text, got, want, len(file.Errors()))
		}
	}
	tooLarge := parser.Parse(strings.Repeat(" ", parser.MaxSize+1))
	if errs := tooLarge.Errors(); len(errs) != 1 || errs[0].Code != parser.CodeTooLarge || !tooLarge.HasErrors() {
		t.Errorf("a text that is too large has the errors %v", errs)
	}
	if _, path := tooLarge.Path(10); path != nil {
		t.Errorf("a text that is too large has the path %v", path)
	}
}

// TestFileText holds that a file whose text the definitions make up has the
// same text as one that was given it.
func TestFileText(t *testing.T) {
	for _, text := range []string{
		"", " ", "// a\n", "A = PROFILE(a)", "A = PROFILE(a) // x\n\n// y\nB = PROFILE(b)\n\n", "\uFEFF", "\uFEFFA = PROFILE(a)\r\n", "A = PROFILE(\xff",
	} {
		parsed := parser.Parse(text)
		asked := 0
		given := ast.NewFile(parsed.BOM, len(text), func() string { asked++; return text })
		if got := given.Text(); got != text || asked != 1 {
			t.Errorf("a file that was given %q has the text %q, asked for %d times", text, got, asked)
		}
		joined := ast.NewFile(parsed.BOM, len(text), nil)
		joined.Definitions, joined.Tail = parsed.Definitions, parsed.Tail
		for range 2 {
			if got := joined.Text(); got != text {
				t.Errorf("the definitions of %q make up %q", text, got)
			}
		}
		if joined.Size != len(text) || joined.BOM != strings.HasPrefix(text, "\uFEFF") {
			t.Errorf("the file of %q has the size %d, BOM %v", text, joined.Size, joined.BOM)
		}
		if got, want := joined.Start(), token.Pos(len(text)-len(strings.TrimPrefix(text, "\uFEFF"))); got != want {
			t.Errorf("the text of %q starts at %d, want %d", text, got, want)
		}
	}
}

// TestComments holds where comments hang, and what is known of each.
func TestComments(t *testing.T) {
	const text = "/* a */ // b\nPROFILE(/* c */ contact) // d\n  .FILTER(x == 1 /* e */ /* f */)\n  // g\n  .TAKE(/* h */)\n"
	file := parser.Parse(text)
	type comment struct {
		Text                      string
		IsLine, OwnLine, EndsLine bool
	}
	var got []comment
	for _, c := range file.Definitions[0].AllComments {
		got = append(got, comment{c.Text, c.IsLine(), c.OwnLine, c.EndsLine})
	}
	want := []comment{
		{"/* a */", false, true, false},
		{"// b", true, false, true},
		{"/* c */", false, false, false},
		{"// d", true, false, true},
		{"/* e */", false, false, false},
		{"/* f */", false, false, false},
		{"// g", true, true, true},
		{"/* h */", false, false, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the comments differ (-want +got):\n%s", diff)
	}
	if (&ast.Comment{}).IsLine() {
		t.Error("a comment without text is a line comment")
	}

	hangs := map[string]string{} // on which node, and how, each hangs
	ast.Inspect(file.Definitions[0].Definition, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		a := n.Attached()
		if a == nil {
			return true
		}
		for how, list := range map[string][]*ast.Comment{"leading": a.Leading, "dangling": a.Dangling, "trailing": a.Trailing} {
			for _, c := range list {
				hangs[strings.Trim(c.Text, "/* ")] = how + " " + kind(n)
			}
		}
		return true
	})
	wantHangs := map[string]string{
		"a": "leading Definition", "b": "leading Definition", "c": "dangling Profile", "d": "trailing Profile",
		"e": "trailing CompareExpr", "f": "trailing CompareExpr", "g": "leading Take", "h": "dangling Take",
	}
	if diff := cmp.Diff(wantHangs, hangs); diff != "" {
		t.Errorf("the comments hang elsewhere (-want +got):\n%s", diff)
	}
}

// TestCarry holds that what is hung on a node is found there.
func TestCarry(t *testing.T) {
	n := &ast.Segment{}
	if n.Attached() != nil {
		t.Error("a new node has comments")
	}
	c := &ast.Comment{Text: "// a"}
	n.Carry().Leading = append(n.Carry().Leading, c)
	n.Carry().Trailing = append(n.Carry().Trailing, c)
	if n.Attached() == nil || len(n.Attached().Leading) != 1 || len(n.Attached().Trailing) != 1 {
		t.Errorf("two comments were hung, there are %v", n.Attached())
	}
	if (&ast.Ident{}).Attached() != nil {
		t.Error("a name has comments")
	}
}

func TestDotPos(t *testing.T) {
	operand := parser.Parse("PROFILE(a).FILTER(b == 1)TAKE(1).NONE().TRAVERSE(r, FILTER(c == 1))").Definitions[0].Query.Operands[0]
	var got []token.Pos
	for _, s := range operand.Steps {
		got = append(got, s.DotPos())
	}
	traverse, ok := operand.Steps[3].(*ast.Traverse)
	if !ok {
		t.Fatalf("the last step is a %s", kind(operand.Steps[3]))
	}
	got = append(got, traverse.Filter.DotPos())
	if diff := cmp.Diff([]token.Pos{10, token.NoPos, 32, 39, token.NoPos}, got); diff != "" {
		t.Errorf("the dots differ (-want +got):\n%s", diff)
	}
	var caller ast.Caller = traverse
	if call := caller.AsCall(); call != &traverse.Call || call.Word != token.TRAVERSE {
		t.Errorf("AsCall gives the call of %v", call.Word)
	}
}
