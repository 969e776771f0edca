package format_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/format"
	"segql/lang/parser"
)

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
	for _, text := range commented {
		add(text)
	}
}

// commented are texts with comments in every place that one can stand in.
var commented = []string{
	"/* 1 */ A /* 2 */ = /* 3 */ PROFILE /* 4 */ ( /* 5 */ t /* 6 */ , /* 7 */ a /* 8 */ . /* 9 */ b /* 10 */ ) /* 11 */ ; /* 12 */",
	"// 1\nA // 2\n= // 3\nPROFILE // 4\n( // 5\nt // 6\n, // 7\na // 8\n. // 9\nb // 10\n) // 11\n; // 12\n// 13",
	"PROFILE(t) /* 1 */ . /* 2 */ FILTER /* 3 */ ( /* 4 */ a /* 5 */ == /* 6 */ 1 /* 7 */ && /* 8 */ ( /* 9 */ b IN /* 10 */ [ /* 11 */ 1 /* 12 */ , /* 13 */ 2 /* 14 */ ] /* 15 */ ) /* 16 */ ) // 17",
	"PROFILE(t) // 1\n. // 2\nFILTER // 3\n( // 4\na // 5\n== // 6\n1 // 7\n&& // 8\n( // 9\nb IN // 10\n[ // 11\n1 // 12\n, // 13\n2 // 14\n] // 15\n) // 16\n) // 17",
	"A =\n// 1\nSEGMENT(B) // 2\nUNION // 3\n// 4\n( // 5\nSEGMENT(C) // 6\n) // 7\n\n\n// 8\n\nB = PROFILE(contact) // 9\n\n/* 10 */\n\n\n/* 11\n  12 */",
	"PROFILE(t).FILTER(a == 1\n/* c */ /* d */ && b == 2)",
	"INTERACTION(a, b).FILTER(x - - 1 > DATEDIFF(day, DATETIMEUTCNOW( /* 1 */ ), DATE(1, 2 // 2\n, 3))).HAVING(COUNT() > /* 3 */ - /* 4 */ 1 , UTCDAYS(7) // 5\n)",
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

var flags = regexp.MustCompile(`,\n *"(ownLine|endsLine)": true`)

// meaning is what formatting must not change: the tree but for its spans, the
// comments on its nodes, and their order.
func meaning(f *ast.File) string {
	var b strings.Builder
	tree := flags.ReplaceAllString(string(ast.JSON(f, ast.WithComments)), "")
	b.WriteString(strings.NewReplacer(`\r\n`, `\n`, `\r`, `\n`).Replace(tree))
	for _, d := range append(f.Definitions[:len(f.Definitions):len(f.Definitions)], f.Tail) {
		for _, c := range d.AllComments {
			b.WriteString("\n" + lineEnds.Replace(c.Text))
		}
	}
	return b.String()
}

func FuzzFormat(f *testing.F) {
	seeds(f, func(text string) {
		f.Add(text, uint8(100), false)
		f.Add(text, uint8(40), false)
		f.Add(text, uint8(0), true)
	})
	f.Fuzz(func(t *testing.T, text string, width uint8, tabs bool) {
		opts := format.Options{Width: max(int(width), 10)}
		if tabs {
			opts.Indent = "\t"
		}
		file := parser.Parse(text)
		once, errs := format.Source(text, opts)
		if len(errs) > 0 {
			if once != text {
				t.Fatalf("a text with errors was changed: %q became %q", text, once)
			}
			return
		}
		again, errs := format.Source(once, opts)
		if len(errs) > 0 {
			t.Fatalf("formatting broke %q:\n%s\n%s", text, once, errs[0].Message)
		}
		if diff := cmp.Diff(once, again); diff != "" {
			t.Fatalf("%q is formatted differently the second time (-first +second):\n%s", text, diff)
		}
		if diff := cmp.Diff(meaning(file), meaning(parser.Parse(once))); diff != "" {
			t.Fatalf("formatting changed the tree of %q (-before +after):\n%s\n%s", text, diff, once)
		}
		if want := crlf(text); once != "" && strings.HasSuffix(once, "\r\n") != want {
			t.Fatalf("the line ends of %q changed: %q", text, once)
		}
	})
}

func crlf(text string) bool {
	i := strings.IndexByte(text, '\n')
	return i > 0 && text[i-1] == '\r'
}

func FuzzWire(f *testing.F) {
	seeds(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		file := parser.Parse(text)
		wire, errs := format.SourceWire(text)
		if len(errs) > 0 {
			return
		}
		if n := strings.Count(wire, "\n"); n != len(file.Definitions) {
			t.Fatalf("the wire form of %q has %d lines for %d definitions", text, n, len(file.Definitions))
		}
		back := parser.Parse(wire)
		if errs := back.Errors(); len(errs) > 0 {
			t.Fatalf("the wire form %q of %q has an error: %s", wire, text, errs[0].Message)
		}
		for _, d := range back.Definitions {
			if len(d.AllComments) > 0 {
				t.Fatalf("the wire form %q of %q has comments", wire, text)
			}
		}
		if diff := cmp.Diff(string(ast.JSON(file, 0)), string(ast.JSON(back, 0))); diff != "" {
			t.Fatalf("the wire form %q of %q has another tree (-file +wire):\n%s", wire, text, diff)
		}
	})
}
