package lsp

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzCaret reads a text up to each of its places.
func FuzzCaret(f *testing.F) {
	for _, text := range []string{
		"A = PROFILE(contact, c).FILTER(c.a == 'b''c' && DATEDIFF(YEAR, a, b) > 1) UNION (SEGMENT(B))",
		"PROFILE(contact).TRAVERSE(r, FILTER(a IN [1, 'x", "/* a */ // b\r\n'\\'", ")))]]]([)(", "é = 'é", "a.b.c. .d", "=;,;=", "1.5.", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1000 {
			return // all places of it would take too long
		}
		for at := range len(text) + 1 {
			if at < len(text) && !utf8.RuneStart(text[at]) {
				continue
			}
			c := caretAt(text, at)
			if c.start > at || at > c.end || c.end > len(text) || len(c.frames) == 0 || !c.frames[0].isQuery {
				t.Fatalf("%q at %d: %+v", text, at, c)
			}
			if c.quoted == "" && c.comment == "" && c.prefix != text[c.start:at] {
				t.Fatalf("%q at %d: the prefix is %q", text, at, c.prefix)
			}
		}
	})
}

// TestCaretDeep holds that parentheses without number cost little, and that
// what stands behind those beyond the limit is read on.
func TestCaretDeep(t *testing.T) {
	deep := 100_000
	text := "PROFILE(contact).FILTER(" + strings.Repeat("(", deep) + strings.Repeat(")", deep) + ".ORDERBY("
	c := caretAt(text, len(text)-len(".ORDERBY("))
	if len(c.frames) != 2 {
		t.Errorf("%d frames are open behind those that are closed", len(c.frames))
	}
	if c := caretAt(text, len(text)/2); len(c.frames) > maxFrames {
		t.Errorf("%d frames are told apart", len(c.frames))
	}
}
