package lsp

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"segql/lang/parser"
	"segql/lang/token"
)

// TestPlaces compares the places of texts, and of the same after edits, with
// those that the lines of the whole text give.
func TestPlaces(t *testing.T) {
	texts := []string{
		"", "\n", "\r", "\r\n", "\uFEFF", "\uFEFF\nA = PROFILE(contact)\n", "\xff\xbb\xbf", "\x80\x80; \x80",
		"PROFILE(contact)", "PROFILE(contact);PROFILE(account);PROFILE(lead)", "A = PROFILE(contact);\r\n\r\nB = PROFILE(contact)\r\n",
		"A = PROFILE(contact).FILTER(a == 'é😀')\nB = PROFILE(contact) // 😀\n// é\n", "A=PROFILE(a);/*😀\n*/ B=PROFILE('é\r');C=PROFILE(c)\r;\r\nD=PROFILE(d)\n\n\n",
		"\uFEFFé = PROFILE(a); B = PROFILE(b); C = PROFILE(c)\nD = PROFILE(d)", strings.Repeat("A = PROFILE(a);", 50) + "\n" + strings.Repeat("B = PROFILE(é);", 50),
		strings.Repeat("PROFILE(contact)\n\t.FILTER(a == 1);\n", 40), "A = PROFILE(a)\n// last\n\n  ",
	}
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"\n", "\r", "\r\n", ";", "😀", "é", "'", "A = PROFILE(a)", "/*", "*/", "//", " ", "\x80", ""}
	for _, text := range texts {
		tree := parser.Parse(text)
		for range 40 {
			checkPlaces(t, newFile("file:///a.seg", 1, true, tree, token.Bytes), random)
			checkPlaces(t, newFile("file:///a.seg", 1, true, tree, token.UTF16), random)
			checkPlaces(t, newFile("file:///a.seg", 1, true, tree, token.Runes), random)
			start := random.IntN(tree.Size + 1)
			end := min(tree.Size, start+random.IntN(4))
			tree = reparse(tree, token.Edit{Span: span(start, end), New: pieces[random.IntN(len(pieces))]})
		}
	}
}

func checkPlaces(t *testing.T, f *file, random *rand.Rand) {
	t.Helper()
	lines := token.NewLines(f.text())
	for p := range token.Pos(f.tree.Size + 2) {
		if got, want := f.places().position(p), lines.Position(p, f.encoding); got != want {
			t.Fatalf("offset %d of %q: got %v, want %v", p, f.text(), got, want)
		}
	}
	if !utf8.ValidString(f.text()) {
		return // where a character starts that has none is a matter of taste
	}
	f = newFile(f.uri, 1, true, f.tree, f.encoding) // nothing is known of its places yet
	for range 200 {
		at := token.Position{Line: random.IntN(lines.Count() + 2), Column: random.IntN(60)}
		if got, want := f.places().offset(at), lines.Offset(at, f.encoding); got != want {
			t.Fatalf("position %v of %q: got %d, want %d", at, f.text(), got, want)
		}
	}
}

// BenchmarkPlaces asks for a place in the middle of a file right after an edit,
// as each edit does, and for one behind all definitions of a file that are on
// one line.
func BenchmarkPlaces(b *testing.B) {
	for _, text := range []string{
		strings.Repeat("A = PROFILE(contact)\n  .FILTER(contact_1.donotemail == false)\n\n", 3333), strings.Repeat("A = PROFILE(a);", 10_000),
	} {
		tree := parser.Parse(text)
		b.Run(fmt.Sprintf("%d definitions", len(tree.Definitions)), func(b *testing.B) {
			at := token.Pos(tree.Size - 1)
			for b.Loop() {
				f := newFile("file:///a.seg", 1, true, tree, token.UTF16)
				f.places().offset(f.places().position(at))
			}
		})
	}
}
