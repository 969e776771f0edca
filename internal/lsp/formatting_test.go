package lsp_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/lang/format"
	"segql/lang/parser"
	"segql/lang/token"
)

// spoiled returns a text whose layout is another: blanks between tokens are
// gone, doubled or line ends, words of the language in lower case.
func spoiled(random *rand.Rand, text string) string {
	var b strings.Builder
	inString, inComment := false, false
	for i := range len(text) {
		switch c := text[i]; {
		case inComment && c == '\n':
			inComment = false
			b.WriteByte(c)
		case c == '/' && !inString && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*'):
			inComment = true // block comments too, as far as their first line goes
			b.WriteByte(c)
		case inComment:
			b.WriteByte(c)
		case c == '\'':
			inString = !inString
			b.WriteByte(c)
		case !inString && (c == '(' || c == ',' || c == '&') && random.IntN(4) == 0:
			b.WriteByte(c)
			if i+1 < len(text) && text[i+1] != '&' {
				b.WriteString([]string{" ", "  ", "\n", "\t"}[random.IntN(4)])
			}
		case !inString && c == ' ' && random.IntN(4) == 0:
			b.WriteString("   ")
		default:
			b.WriteByte(c)
		}
	}
	return strings.ReplaceAll(b.String(), ".FILTER", ".filter")
}

// TestFormattingIsThatOfSegfmt formats texts as a whole, definition by
// definition and while a parenthesis is typed.
func TestFormattingIsThatOfSegfmt(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	random := rand.New(rand.NewPCG(7, 8))
	texts := corpus(t)
	formatted := 0
	for n, name := range slices.Sorted(maps.Keys(texts)) {
		text := spoiled(random, texts[name])
		if n%3 == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		want, errs := format.Source(text, format.Options{})
		tree := parser.Parse(text)
		if len(errs) > 0 {
			continue
		}
		formatted++
		u, lines := at(name), token.NewLines(text)
		c.open(u, 1, text)
		document := protocol.TextDocumentIdentifier{URI: u}
		edits, err := c.Formatting(t.Context(), &protocol.DocumentFormattingParams{TextDocument: document})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, appliedTo(t, text, lines, edits)); diff != "" {
			t.Errorf("%s (-segfmt +segls):\n%s", name, diff)
		}
		whole := protocol.Range{End: protocol.Position{Line: uint32(lines.Count())}}
		edits, err = c.RangesFormatting(t.Context(), &protocol.DocumentRangesFormattingParams{TextDocument: document, Ranges: []protocol.Range{whole, whole}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, appliedTo(t, text, lines, edits)); diff != "" {
			t.Errorf("%s as a range (-segfmt +segls):\n%s", name, diff)
		}
		end := positionUTF8(lines, tree.Definitions[len(tree.Definitions)-1].End()-1)
		edits, err = c.RangeFormatting(t.Context(), &protocol.DocumentRangeFormattingParams{TextDocument: document, Range: protocol.Range{End: end}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(withoutBlankLines(want), withoutBlankLines(appliedTo(t, text, lines, edits))); diff != "" {
			t.Errorf("%s by definitions (-segfmt +segls):\n%s", name, diff)
		}
		for _, d := range tree.Definitions {
			place := positionUTF8(lines, d.Offset+d.Extent.Start)
			edits, err = c.RangeFormatting(t.Context(), &protocol.DocumentRangeFormattingParams{TextDocument: document, Range: protocol.Range{Start: place, End: place}})
			if err != nil {
				t.Fatal(err)
			}
			c.checkLayout(u, text, want, lines, edits, fmt.Sprintf("of the definition at %v", place))
			for _, e := range edits {
				if e.Range.Start.Line < positionUTF8(lines, d.Offset).Line || e.Range.End.Line > positionUTF8(lines, d.End()).Line {
					t.Errorf("%s: the edit at %v is outside of the definition at %v", name, e.Range, place)
				}
			}
		}
		for i := range len(text) {
			if text[i] != ')' {
				continue
			}
			place := positionUTF8(lines, token.Pos(i+1))
			edits, err = c.OnTypeFormatting(t.Context(), &protocol.DocumentOnTypeFormattingParams{TextDocument: document, Position: place, Ch: ")"})
			if err != nil {
				t.Fatal(err)
			}
			c.checkLayout(u, text, want, lines, edits, fmt.Sprintf("when ) is typed at %v", place))
		}
	}
	if formatted < 40 {
		t.Errorf("only %d texts were formatted", formatted)
	}
}

// checkLayout fails the test if edits change more than the layout.
func (c *client) checkLayout(u uri.URI, text, want string, lines *token.Lines, edits []protocol.TextEdit, when string) {
	c.t.Helper()
	after := appliedTo(c.t, text, lines, edits)
	got, errs := format.Source(after, format.Options{})
	if len(errs) > 0 || withoutBlankLines(got) != withoutBlankLines(want) {
		c.t.Errorf("%s, %s: %v %q became\n%q", u, when, errs, text, after)
	}
}

// withoutBlankLines returns a text without its blank lines, and with the line ends of its
// first line.
func withoutBlankLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, " \r\n"); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func positionUTF8(lines *token.Lines, p token.Pos) protocol.Position {
	at := lines.Position(p, token.Bytes)
	return protocol.Position{Line: uint32(at.Line), Character: uint32(at.Column)}
}

// TestNewLine says what a line is indented by when it is begun: | is the caret.
func TestNewLine(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"behind a parenthesis", "PROFILE(contact)\n  .FILTER(\n|", "PROFILE(contact)\n  .FILTER(\n    |"},
		{"before the closing one", "PROFILE(contact)\n  .FILTER(\n|)", "PROFILE(contact)\n  .FILTER(\n  |)"},
		{"nested", "PROFILE(contact)\n  .FILTER(\n    a == 1 &&\n    (\n  |", "PROFILE(contact)\n  .FILTER(\n    a == 1 &&\n    (\n      |"},
		{"behind an operator", "PROFILE(contact)\n  .FILTER(\n    a == 1 &&\n|", "PROFILE(contact)\n  .FILTER(\n    a == 1 &&\n    |"},
		{"before a step", "A = PROFILE(contact)\n|.FILTER(a == 1)", "A = PROFILE(contact)\n  |.FILTER(a == 1)"},
		{"behind a definition", "A = PROFILE(contact)\n|", "A = PROFILE(contact)\n|"},
		{"behind a step the editor decides", "A = PROFILE(contact)\n  .FILTER(a == 1)\n  |", "A = PROFILE(contact)\n  .FILTER(a == 1)\n  |"},
		{"too far", "PROFILE(contact)\n  .FILTER(\n          |a == 1)", "PROFILE(contact)\n  .FILTER(\n    |a == 1)"},
		{"in a list", "PROFILE(contact)\n  .FILTER(a IN [\n|", "PROFILE(contact)\n  .FILTER(a IN [\n    |"},
		{"before the closing bracket", "PROFILE(contact)\n  .FILTER(a IN [\n|]", "PROFILE(contact)\n  .FILTER(a IN [\n  |]"},
		{"in a comment", "PROFILE(contact /* (\n |", "PROFILE(contact /* (\n |"},
		{"parentheses in comments and strings", "PROFILE(contact) // ((\n.FILTER(a == '(('' ( \\' (' /* ( */ &&\n|", "PROFILE(contact) // ((\n.FILTER(a == '(('' ( \\' (' /* ( */ &&\n  |"},
		{"a parenthesis in double quotes", "PROFILE(contact).FILTER(a == \"x(\")\n|", "PROFILE(contact).FILTER(a == \"x(\")\n|"},
		{"text before the caret", "PROFILE(\ncontact|", "PROFILE(\ncontact|"},
		{"the second definition", "A = PROFILE(contact)\nB = PROFILE(\n|", "A = PROFILE(contact)\nB = PROFILE(\n  |"},
		{"an open one before another", "A = PROFILE(\n|\nB = PROFILE(contact)", "A = PROFILE(\n  |\nB = PROFILE(contact)"},
		{"behind one that is whole, before which one is open", "A = PROFILE(contact)\n  .FILTER(\nB = PROFILE(contact)\n|.FILTER(a == 1)", "A = PROFILE(contact)\n  .FILTER(\nB = PROFILE(contact)\n  |.FILTER(a == 1)"},
		{"the first line", "|", "|"},
		{"CRLF", "PROFILE(contact)\r\n  .FILTER(\r\n|\r\n)", "PROFILE(contact)\r\n  .FILTER(\r\n    |\r\n)"},
		{"behind a string that is open", "PROFILE(contact).FILTER(a == 'x\n|", "PROFILE(contact).FILTER(a == 'x\n  |"},
		{"a byte-order mark", "\uFEFFPROFILE(\n|", "\uFEFFPROFILE(\n  |"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
			before, behind, _ := strings.Cut(test.text, "|")
			text := before + behind
			c.open(at("a.seg"), 1, text)
			lines := token.NewLines(text)
			edits, err := c.OnTypeFormatting(t.Context(), &protocol.DocumentOnTypeFormattingParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: positionUTF8(lines, token.Pos(len(before))), Ch: "\n",
			})
			if err != nil {
				t.Fatal(err)
			}
			got := appliedTo(t, text, lines, edits)
			got = got[:len(got)-len(behind)] + "|" + behind
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestFormattingKeepsLineEnds formats a definition of one line that becomes
// several.
func TestFormattingKeepsLineEnds(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	first := "A = PROFILE(contact).FILTER(emailaddress1 == 'somebody@example.com' && emailaddress2 == 'x').DISTINCT()"
	text := first + "\r\nB = PROFILE(contact)"
	c.open(at("a.seg"), 1, text)
	edits, err := c.RangeFormatting(t.Context(), &protocol.DocumentRangeFormattingParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
	if err != nil {
		t.Fatal(err)
	}
	got := appliedTo(t, text, token.NewLines(text), edits)
	if lines := strings.Count(got, "\n"); lines < 3 || lines != strings.Count(got, "\r\n") {
		t.Errorf("got %q", got)
	}
}

// TestFormattingHasNoMixedLineEnds formats texts whose line ends are not those
// that the style asks for: only that of all makes them so.
func TestFormattingHasNoMixedLineEnds(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	c.files.eol = "\r\n"
	const text = "A=PROFILE(contact)\n.FILTER(emailaddress1 == 'somebody@example.com' && emailaddress2 == 'x').DISTINCT()\n\nB=PROFILE(contact)\n// end\n\n"
	c.open(at("a.seg"), 1, text)
	for _, test := range []struct {
		name string
		end  protocol.Position
		crlf bool
	}{
		{"all", protocol.Position{Line: 6}, true},
		{"all but the last line", protocol.Position{Line: 4, Character: 3}, false},
		{"a caret", protocol.Position{}, false},
	} {
		edits, err := c.RangeFormatting(t.Context(), &protocol.DocumentRangeFormattingParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Range: protocol.Range{End: test.end}})
		if err != nil {
			t.Fatal(err)
		}
		got := appliedTo(t, text, token.NewLines(text), edits)
		want := 0
		if test.crlf {
			want = strings.Count(got, "\n")
		}
		if crlf := strings.Count(got, "\r\n"); got == text || crlf != want {
			t.Errorf("%s: %q", test.name, got)
		}
	}
}

// TestFormattingOfLines formats a selection of whole lines, which ends where the
// next definition starts.
func TestFormattingOfLines(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "A=PROFILE(contact)\nB=PROFILE(contact)\nC=PROFILE(contact)\n")
	edits, err := c.RangeFormatting(t.Context(), &protocol.DocumentRangeFormattingParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")},
		Range:        protocol.Range{Start: protocol.Position{Line: 1}, End: protocol.Position{Line: 2}},
	})
	if err != nil || len(edits) != 2 || edits[0].Range.Start.Line != 1 || edits[1].Range.Start.Line != 1 {
		t.Errorf("%v, %v", edits, err)
	}
}

// TestNewLineIsThatOfSegfmt begins each line of formatted texts anew: it is
// indented as it is already.
func TestNewLineIsThatOfSegfmt(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	texts, asked := corpus(t), 0
	for _, width := range []int{30, 60, 100} {
		for name, text := range texts {
			text, errs := format.Source(text, format.Options{Width: width})
			if len(errs) > 0 {
				continue
			}
			u, lines := at(name), token.NewLines(text)
			c.open(u, 1, text)
			for i := range lines.Count() {
				line := lines.Line(i).Text(text)
				indent := len(line) - len(strings.TrimLeft(line, " "))
				if indent == 0 || strings.HasPrefix(name, "mixed-logical-operators") {
					continue // how && stands beside || shows only when both are written
				}
				asked++
				edits, err := c.OnTypeFormatting(t.Context(), &protocol.DocumentOnTypeFormattingParams{
					TextDocument: protocol.TextDocumentIdentifier{URI: u}, Position: protocol.Position{Line: uint32(i), Character: uint32(indent)}, Ch: "\n",
				})
				if err != nil {
					t.Fatal(err)
				}
				if len(edits) > 0 {
					t.Errorf("%s, width %d, line %d: %q instead of %q in\n%s", name, width, i+1, edits[0].NewText, line[:indent], text)
				}
			}
			_ = c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
		}
	}
	if asked < 300 {
		t.Errorf("only %d lines", asked)
	}
}
