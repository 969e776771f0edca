package lsp

import (
	"math/rand/v2"
	"strings"
	"testing"

	"go.lsp.dev/protocol"

	"segql/lang/parser"
	"segql/lang/token"
)

// TestManyChangesAtOnce holds that changes make the same text together as one
// after the other, whatever lies between them and wherever they are.
func TestManyChangesAtOnce(t *testing.T) {
	pieces := []string{"", "a", "b c", "é", "😀", "\n", "\r", "\r\n", "x\ny", "\n\n", "z\r\n😀", "\r\n\r"}
	r := rand.New(rand.NewPCG(1, 2))
	piece := func() string { return pieces[r.IntN(len(pieces))] }
	for range 5000 {
		encoding := []token.Encoding{token.Bytes, token.UTF16, token.Runes}[r.IntN(3)]
		var text strings.Builder
		for range r.IntN(12) {
			text.WriteString(piece())
		}
		want, at, direction := text.String(), r.IntN(8), r.IntN(4)-1
		var changes []protocol.TextDocumentContentChangeEvent
		for range 1 + r.IntN(6) {
			var c protocol.TextDocumentContentChangeEvent
			if r.IntN(40) == 0 {
				c = &protocol.TextDocumentContentChangeWholeDocument{Text: piece() + piece()}
				want = c.(*protocol.TextDocumentContentChangeWholeDocument).Text
			} else {
				f := newFile("file:///a.seg", 1, true, parser.Parse(want), encoding)
				at = max(0, at+direction*r.IntN(5))
				if direction > 1 {
					at = r.IntN(12)
				}
				start := f.position(token.Pos(at))
				end := f.position(token.Pos(at + r.IntN(3)))
				if r.IntN(10) == 0 {
					end = protocol.Position{Line: start.Line + uint32(r.IntN(2)), Character: uint32(r.IntN(9))}
				}
				p := &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: start, End: end}, Text: piece()}
				next, err := token.Apply(want, token.Edit{Span: f.span(p.Range), New: p.Text})
				if err != nil {
					t.Fatal(err)
				}
				if direction == 1 {
					at += len(p.Text)
				}
				want, c = next, p
			}
			changes = append(changes, c)
		}
		if got := changedText(text.String(), changes, encoding); got != want {
			t.Fatalf("%q in encoding %d: got %q, want %q after %s", text.String(), encoding, got, want, asJSON(t, changes))
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := protocol.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestManyCaretsAreOneBatch holds that changes of one direction are made in one
// go, also where they add and take lines.
func TestManyCaretsAreOneBatch(t *testing.T) {
	text := strings.Repeat("one two\r\n", 50)
	for _, isDown := range []bool{false, true} {
		b := newBatch(text, token.UTF16)
		for i := range 50 {
			line := uint32(49 - i)
			if isDown {
				line = uint32(2 * i)
			}
			at := func(column uint32) protocol.Position { return protocol.Position{Line: line, Character: column} }
			if !b.add(&protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: at(1), End: at(4)}, Text: "é\n"}) {
				t.Errorf("down %v: change %d needs a batch of its own", isDown, i)
			}
		}
		if got, want := b.apply(), strings.ReplaceAll(text, "ne ", "é\n"); got != want {
			t.Errorf("down %v: got %q", isDown, got)
		}
	}
}
