package format_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/format"
	"segql/lang/parser"
)

// TestEdges has the texts that no golden file can hold: those without a last
// line end, with a byte-order mark, or with other line ends.
func TestEdges(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"blanks", " \t ", ""},
		{"line ends", "\n\n\r\n", ""},
		{"a byte-order mark", "\uFEFF", "\uFEFF"},
		{"a byte-order mark and blanks", "\uFEFF \n", "\uFEFF"},
		{"a byte-order mark and a query", "\uFEFF  PROFILE( a )", "\uFEFFPROFILE(a)\n"},
		{"a byte-order mark and a comment", "\uFEFF// a", "\uFEFF// a\n"},
		{"no last line end", "PROFILE(a)", "PROFILE(a)\n"},
		{"a last line end", "PROFILE(a)\n", "PROFILE(a)\n"},
		{"many last line ends", "PROFILE(a)\n\n\n", "PROFILE(a)\n"},
		{"blank lines at the start", "\n\n\nPROFILE(a)\n", "PROFILE(a)\n"},
		{"a comment", "// a", "// a\n"},
		{"comments", "\n\n// a\n// b\n\n\n/* c */\n", "// a\n// b\n\n/* c */\n"},
		{"an empty comment", "//\n/**/\n", "//\n/**/\n"},
		{"comments on one line", "/* a */ /* b */ // c", "/* a */ /* b */ // c\n"},
		{"comments on one line before a query", "/* a */ /* b */ // c\n/* d */ /* e */ PROFILE(a)", "/* a */ /* b */ // c\n/* d */ /* e */ PROFILE(a)\n"},
		{"a comment without a last line end", "PROFILE(a) // b", "PROFILE(a) // b\n"},
		{"a comment behind a semicolon", "PROFILE(a) ; // b", "PROFILE(a); // b\n"},
		{"a comment before a semicolon", "PROFILE(a) // b\n;", "PROFILE(a) // b\n;\n"},
		{"CRLF", "A=PROFILE(a)\r\nB=PROFILE(b)\r\n", "A = PROFILE(a)\r\nB = PROFILE(b)\r\n"},
		{"CRLF without a last line end", "// a\r\nPROFILE(a)", "// a\r\nPROFILE(a)\r\n"},
		{"CRLF and blank lines", "A=PROFILE(a)\r\n\r\n\r\nB=PROFILE(b)", "A = PROFILE(a)\r\n\r\nB = PROFILE(b)\r\n"},
		{"CRLF first, then LF", "A=PROFILE(a)\r\nB=PROFILE(b)\n", "A = PROFILE(a)\r\nB = PROFILE(b)\r\n"},
		{"LF first, then CRLF", "A=PROFILE(a)\nB=PROFILE(b)\r\n", "A = PROFILE(a)\nB = PROFILE(b)\n"},
		{"CRLF in a comment", "/* a\r\n   b */\r\nPROFILE(a)\r\n", "/* a\r\n   b */\r\nPROFILE(a)\r\n"},
		{"lone CR", "A=PROFILE(a)\r\rB=PROFILE(b)\r", "A = PROFILE(a)\n\nB = PROFILE(b)\n"},
		{"a byte-order mark and CRLF", "\uFEFF// a\r\nPROFILE(a)", "\uFEFF// a\r\nPROFILE(a)\r\n"},
		{"CRLF in a broken query", "PROFILE(a)\r\n.FILTER( // b\r\nc==1)", "PROFILE(a)\r\n  .FILTER( // b\r\n    c == 1\r\n  )\r\n"},
		{"a blank before a line end", "PROFILE(a)\n  // b  \n  .TAKE(1)", "PROFILE(a)\n  // b\n  .TAKE(1)\n"},
		{"definitions with nothing between them", "A = PROFILE(a)B = PROFILE(b)", "A = PROFILE(a)\nB = PROFILE(b)\n"},
		{"a comment between two on one line", "A = PROFILE(a) /* c */ B = PROFILE(b)", "A = PROFILE(a)\n/* c */ B = PROFILE(b)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, checkFormat(t, c.text, format.Options{})); diff != "" {
				t.Errorf("%q is printed differently (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

// TestRefuses holds that a text with mistakes is left alone as a whole.
func TestRefuses(t *testing.T) {
	for _, text := range []string{
		"A=PROFILE(a)\nB=PROFILE(b\nC=PROFILE(c)",
		"PROFILE(a).FILTER(b=1)\r\n\r\n\r\n\r\n",
		"A=PROFILE(a)\n/* open",
		"profile(a)\nprofile(b)",
		";",
		"PROFILE(a);;",
		"PROFILE(a) \x00",
		"PROFILE(a) // \xff",
	} {
		for name, source := range map[string]func(string) (string, []*ast.Error){
			"Source":     func(text string) (string, []*ast.Error) { return format.Source(text, format.Options{}) },
			"SourceWire": format.SourceWire,
		} {
			got, errs := source(text)
			if got != text || len(errs) == 0 {
				t.Errorf("%s(%q) = %q with %d errors", name, text, got, len(errs))
			}
		}
		file := parser.Parse(text)
		if got := format.File(file, format.Options{}); got != text {
			t.Errorf("File of %q = %q", text, got)
		}
		if got := format.Wire(file); got != text {
			t.Errorf("Wire of %q = %q", text, got)
		}
	}
	d := parser.Parse("A=PROFILE(a").Definitions[0].Definition
	if got := format.Definition(d, format.Options{}); got != d.Text {
		t.Errorf("Definition of %q = %q", d.Text, got)
	}
	if got, ok := format.WireQuery(d); ok || got != "" {
		t.Errorf("WireQuery of %q = %q, %v", d.Text, got, ok)
	}
	tail := parser.Parse("// a").Tail.Definition
	if got := format.Definition(tail, format.Options{}); got != "// a" {
		t.Errorf("Definition of a tail = %q", got)
	}
	if got, ok := format.WireQuery(tail); ok || got != "" {
		t.Errorf("WireQuery of a tail = %q, %v", got, ok)
	}
}

func TestDefinition(t *testing.T) {
	const text = "A=PROFILE(a)  // one\n\n\n// two\nB=profile(b).take( 1 ) ;\n/* three */ C=PROFILE(c)"
	want := []string{"A = PROFILE(a) // one", "// two\nB = PROFILE(b).TAKE(1);", "/* three */ C = PROFILE(c)"}
	var got []string
	for _, d := range parser.Parse(text).Definitions {
		got = append(got, format.Definition(d.Definition, format.Options{}))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the definitions differ (-want +got):\n%s", diff)
	}
}

func TestWireQuery(t *testing.T) {
	for text, want := range map[string]string{
		"A = PROFILE( a ) // b\n  .FILTER(\n c==1 and /* d */ e == 2 ) ;": "PROFILE(a).FILTER(c == 1 && e == 2)",
		"/* a */ SEGMENT(A)\nUNION\n// b\n(SEGMENT(B))":                   "SEGMENT(A) UNION (SEGMENT(B))",
		"PROFILE(a);": "PROFILE(a)",
		"A = PROFILE(a).FILTER(b == -/* c */1 && d == '\\'')":                        "PROFILE(a).FILTER(b == -1 && d == '''')",
		"PROFILE(a).FILTER(" + strings.Repeat("bbbbbbbbb == 1 && ", 500) + "c == 2)": "PROFILE(a).FILTER(" + strings.Repeat("bbbbbbbbb == 1 && ", 500) + "c == 2)",
	} {
		got, ok := format.WireQuery(parser.Parse(text).Definitions[0].Definition)
		if diff := cmp.Diff(want, got); diff != "" || !ok {
			t.Errorf("the wire form of %s differs, %v (-want +got):\n%s", short(text), ok, diff)
		}
	}
}

// TestWidth holds that a line of just the width stays, and one of a character
// more is broken.
func TestWidth(t *testing.T) {
	pad := strings.Repeat
	for _, c := range []struct {
		name  string
		line  func(n int) string // a text of one line with n characters to choose
		fixed int                // its other characters
		opts  format.Options
	}{
		{"a query", func(n int) string { return "PROFILE(contact).FILTER(" + pad("a", n) + " == 1)" }, 30, format.Options{}},
		{"a definition", func(n int) string { return "A = PROFILE(contact).FILTER(" + pad("a", n) + " == 1)" }, 34, format.Options{}},
		{"with a semicolon", func(n int) string { return "A = PROFILE(contact).FILTER(" + pad("a", n) + " == 1)" + ";" }, 35, format.Options{}},
		{"two characters for a byte", func(n int) string { return "PROFILE(contact).FILTER(a == '" + pad("é", n) + "')" }, 32, format.Options{}},
		{"astral characters", func(n int) string { return "PROFILE(contact).FILTER(a == '" + pad("😀", n) + "')" }, 32, format.Options{}},
		{"combining marks", func(n int) string { return "PROFILE(contact).FILTER(a == '" + pad("\u0301", n) + "')" }, 32, format.Options{}},
		{"a set", func(n int) string { return "SEGMENT(A) UNION SEGMENT(" + pad("B", n) + ")" }, 26, format.Options{}},
		{"arguments", func(n int) string { return "PROFILE(contact, " + pad("a", n) + ")" }, 18, format.Options{}},
		{"an IN list", func(n int) string { return "PROFILE(contact).FILTER(a IN [1, " + pad("2", n) + "])" }, 35, format.Options{}},
		{"another width", func(n int) string { return "PROFILE(contact).FILTER(" + pad("a", n) + " == 1)" }, 30, format.Options{Width: 60}},
		{"a group", func(n int) string { return "(SEGMENT(" + pad("A", n) + "))" }, 11, format.Options{}},
		{"a comment within", func(n int) string { return "PROFILE(contact).FILTER(/* c */ " + pad("a", n) + " == 1)" }, 38, format.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			width := c.opts.Width
			if width == 0 {
				width = format.DefaultWidth
			}
			fits := c.line(width - c.fixed)
			if n := len([]rune(fits)); n != width {
				t.Fatalf("the line has %d characters, want %d", n, width)
			}
			if diff := cmp.Diff(fits+"\n", checkFormat(t, fits, c.opts)); diff != "" {
				t.Errorf("a line that fits is changed (-want +got):\n%s", diff)
			}
			if got := checkFormat(t, c.line(width-c.fixed+1), c.opts); strings.Count(got, "\n") < 2 {
				t.Errorf("a line of %d characters is not broken:\n%s", width+1, got)
			}
		})
	}
}

// TestWidthWithin holds the same for lines within a broken query, where the
// indentation and what follows on the line count.
func TestWidthWithin(t *testing.T) {
	pad := func(n int) string { return strings.Repeat("a", n) }
	const wide = 40
	for _, c := range []struct {
		name   string
		text   func(n int) string
		prefix string // what the line to measure starts with
		opts   format.Options
	}{
		{"a step", func(n int) string { return "PROFILE(contact).TAKE(1).ORDERBY(" + pad(n) + ", b)" }, "  .ORDERBY(", format.Options{Width: wide}},
		{"a condition before &&", func(n int) string { return "PROFILE(contact).FILTER(b == 1 && c" + pad(n) + " == 1 && d == 2)" }, "    c", format.Options{Width: wide}},
		{"the last condition", func(n int) string { return "PROFILE(contact).FILTER(b == 1 && c == 2 && d" + pad(n) + " == 1)" }, "    d", format.Options{Width: wide}},
		{"an element of a list before a comma", func(n int) string {
			return "PROFILE(contact).SELECT(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c, " + pad(n) + ", d, e)"
		}, "    c, ", format.Options{Width: wide}},
		{"the last element of a list", func(n int) string {
			return "PROFILE(contact).SELECT(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, c, " + pad(n) + ")"
		}, "    c, ", format.Options{Width: wide}},
		{"tabs", func(n int) string { return "PROFILE(contact).FILTER(b == 1 && c == 2 && d" + pad(n) + " == 1)" }, "\t\td", format.Options{Width: wide, Indent: "\t"}},
		{"wide tabs", func(n int) string { return "PROFILE(contact).FILTER(b == 1 && c == 2 && d" + pad(n) + " == 1)" }, "\t\td", format.Options{Width: wide, Indent: "\t", TabWidth: 8}},
		{"four blanks", func(n int) string { return "PROFILE(contact).FILTER(b == 1 && c == 2 && d" + pad(n) + " == 1)" }, "        d", format.Options{Width: wide, Indent: "    "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tab := c.opts.TabWidth
			if tab == 0 {
				tab = format.DefaultTab
			}
			longest := 0
			for n := 1; n <= wide; n++ {
				for line := range strings.SplitSeq(checkFormat(t, c.text(n), c.opts), "\n") {
					measured := strings.ReplaceAll(line, "\t", strings.Repeat(" ", tab))
					if strings.HasPrefix(line, c.prefix) && strings.Contains(line, pad(n)) && !strings.HasSuffix(line, "==") {
						longest = max(longest, len(measured))
					}
				}
			}
			if longest != wide {
				t.Errorf("the longest line has %d characters, want %d", longest, wide)
			}
		})
	}
}

// TestDeep prints conditions and queries that are nested as deeply as the
// parser reads.
func TestDeep(t *testing.T) {
	const depth = parser.DefaultMaxDepth
	open := func(n int) string { return strings.Repeat("(", n) }
	closed := func(n int) string { return strings.Repeat(")", n) }
	for name, text := range map[string]string{
		"conditions": "PROFILE(a).FILTER(" + open(depth-1) + "b == 1" + closed(depth),
		"values":     "PROFILE(a).FILTER(" + open(depth-1) + "b" + closed(depth-1) + " == 1)",
		"queries":    open(depth-1) + "SEGMENT(A)" + closed(depth-1),
		"NOT":        "PROFILE(a).FILTER(" + strings.Repeat("NOT(", depth-2) + "b == 1 && c == 2" + closed(depth-1),
		"relate":     "PROFILE(a)." + strings.Repeat("RELATE(r, b, ", depth-1) + "RELATE(r, b" + closed(depth),
	} {
		t.Run(name, func(t *testing.T) {
			got, errs := format.Source(text, format.Options{})
			if len(errs) > 0 {
				t.Fatal(errs[0].Message)
			}
			if n := strings.Count(got, "\n"); n < 1000 {
				t.Errorf("the text has only %d lines", n)
			}
			if again, _ := format.Source(got, format.Options{}); again != got {
				t.Errorf("the text is printed differently the second time")
			}
			wire, _ := format.SourceWire(text)
			if back, _ := format.Source(wire, format.Options{}); back != got {
				t.Errorf("the wire form has another meaning")
			}
		})
	}
}

// TestLongChains prints rows of 100,000 things, whose layout is known.
func TestLongChains(t *testing.T) {
	const n = 10_000
	for _, c := range []struct{ name, head, piece, between, tail, want string }{
		{"||", "PROFILE(a).FILTER(", "b == 1", " || ", ")", "PROFILE(a)\n  .FILTER(\n    " + strings.Repeat("b == 1 ||\n    ", n-1) + "b == 1\n  )\n"},
		{"+", "PROFILE(a).FILTER(c == ", "b", " + ", ")", ""},
		{"UNION", "", "SEGMENT(A)", " UNION ", "", strings.Repeat("SEGMENT(A)\nUNION\n", n-1) + "SEGMENT(A)\n"},
		{"IN", "PROFILE(a).FILTER(b IN [", "1234567", ", ", "])", ""},
		{"steps", "PROFILE(a)", ".TAKE(1)", "", "", "PROFILE(a)" + strings.Repeat("\n  .TAKE(1)", n) + "\n"},
		{"definitions", "", "A = SEGMENT(B)", "\n\n\n", "", strings.Repeat("A = SEGMENT(B)\n\n", n-1) + "A = SEGMENT(B)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.head + strings.Repeat(c.piece+c.between, n-1) + c.piece + c.tail
			once, errs := format.Source(text, format.Options{})
			if len(errs) > 0 {
				t.Fatal(errs[0].Message)
			}
			if c.want != "" && once != c.want {
				t.Errorf("another layout:\n%s", short(once))
			}
			if twice, _ := format.Source(once, format.Options{}); twice != once {
				t.Errorf("the text is printed differently the second time:\n%s", short(twice))
			}
			sameTokens(t, text, once)
		})
	}
}

// places are texts with each kind of token, one between each two of which a
// comment can stand.
var places = []string{
	"A = PROFILE(t, a.b).FILTER(a.c == 'x' && NOT(d != -1) || ISNULL(e)).TRAVERSE(r, s, FILTER(f > 1)).DISTINCT();",
	"(SEGMENT(A) UNION INTERSECTED EXCEPT INTERACTION(E, L).HAVING(COUNT() > 0, UTCDAYS(7))).ORDERBY(a ASC, b).SKIP(0).SELECT(c, d.e)",
	"PROFILE(t).RELATE(r, a.b, RELATEOPTIONAL(s, c)).FILTER((a + 2 * b - c > 1) && d IN ['x', -2, true] && e CONTAINS 'y')",
	"PROFILE(t).FILTER(DATEDIFF(day, a, DATETIMEUTCNOW()) < DATE(1, 2, 3) && DATEADD(month, -1, b) > c)\n\nB = PROFILE(u)",
}

// TestCommentsEverywhere puts a comment of each kind into each place between
// two tokens, or into two places that follow one another.
func TestCommentsEverywhere(t *testing.T) {
	kinds := []string{" /* c */ ", "/* c */", " // c\n", "\n// c\n", "\n/* c */\n", " /* c\n d */ ", "\n\n// c\n\n", "/* c */ // d\n"}
	opts := []format.Options{{}, {Width: 10, Indent: "\t"}}
	for _, text := range places {
		text = strings.ReplaceAll(text, "INTERSECTED", "SEGMENT(B)")
		tokens := scan(t, text)
		// gaps[i] is what stands before token i.
		gaps := make([]string, len(tokens)+1)
		rest := text
		for i, p := range tokens {
			n := strings.Index(rest, p.text)
			gaps[i], rest = rest[:n], rest[n+len(p.text):]
		}
		gaps[len(tokens)] = rest
		with := func(kind string, at ...int) string {
			var b strings.Builder
			for i := range gaps {
				gap := gaps[i]
				for _, a := range at {
					if a == i {
						gap += kind
					}
				}
				b.WriteString(gap)
				if i < len(tokens) {
					b.WriteString(tokens[i].text)
				}
			}
			return b.String()
		}
		for k, kind := range kinds {
			for i := range gaps {
				texts := []string{with(kind, i)}
				if k%2 == 0 {
					texts = append(texts, with(kind, i, i+1))
				}
				for _, text := range texts {
					for _, o := range opts {
						checkFormat(t, text, o)
					}
					wire, errs := format.SourceWire(text)
					if len(errs) > 0 {
						t.Fatalf("%s has an error: %s", short(text), errs[0].Message)
					}
					checkWire(t, text, wire)
					if t.Failed() {
						t.FailNow() // the others would fail alike
					}
				}
			}
		}
	}
}

func TestOptions(t *testing.T) {
	text := "PROFILE(contact).FILTER(" + strings.Repeat("a == 1 && ", 10) + "b == 2)"
	want := checkFormat(t, text, format.Options{Width: format.DefaultWidth, Indent: format.DefaultIndent, TabWidth: format.DefaultTab})
	for _, o := range []format.Options{{}, {Width: -1}, {TabWidth: -1}} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			if diff := cmp.Diff(want, checkFormat(t, text, o)); diff != "" {
				t.Errorf("the defaults differ (-want +got):\n%s", diff)
			}
		})
	}
}
