package token_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"segql/lang/token"
)

var encodings = []struct {
	name string
	enc  token.Encoding
}{{"bytes", token.Bytes}, {"UTF-16", token.UTF16}, {"characters", token.Runes}}

// blockSize is how far apart the counts of an index lie: the borders are where
// a look-up can go wrong.
const blockSize = 1024

func TestLineSpans(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // the lines without their ends
	}{
		{"empty", "", []string{""}},
		{"one line without an end", "ab", []string{"ab"}},
		{"LF", "ab\ncd\n", []string{"ab", "cd", ""}},
		{"CRLF", "ab\r\ncd\r\n", []string{"ab", "cd", ""}},
		{"lone CR", "ab\rcd\r", []string{"ab", "cd", ""}},
		{"the last line without an end", "ab\ncd", []string{"ab", "cd"}},
		{"empty lines", "\n\n", []string{"", "", ""}},
		{"empty lines of CRLF", "\r\n\r\n", []string{"", "", ""}},
		{"empty lines of CR", "\r\r", []string{"", "", ""}},
		{"all kinds", "a\nb\r\nc\rd", []string{"a", "b", "c", "d"}},
		{"CR before CRLF", "a\r\r\nb", []string{"a", "", "b"}},
		{"LF before CR", "a\n\rb", []string{"a", "", "b"}},
		{"CR at the end", "a\nb\r", []string{"a", "b", ""}},
		{"not ASCII", "ä\r\n😀\n", []string{"ä", "😀", ""}},
		{"other Unicode line ends are none", "a\u2028b\u0085c\v\f", []string{"a\u2028b\u0085c\v\f"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := token.NewLines(c.text)
			var got []string
			for n := range lines.Count() {
				got = append(got, lines.Line(n).Text(c.text))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("the lines of %q differ (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestLineClamps(t *testing.T) {
	lines := token.NewLines("ab\ncd")
	for n, want := range map[int]token.Span{
		-1: {Start: 0, End: 2}, 0: {Start: 0, End: 2}, 1: {Start: 3, End: 5}, 2: {Start: 3, End: 5}, math.MaxInt: {Start: 3, End: 5},
	} {
		if got := lines.Line(n); got != want {
			t.Errorf("Line(%d) = %v, want %v", n, got, want)
		}
	}
}

// at is a line and a column in each of the encodings.
type at struct{ line, bytes, utf16, runes int }

func (a at) position(enc token.Encoding) token.Position {
	return token.Position{Line: a.line, Column: map[token.Encoding]int{token.Bytes: a.bytes, token.UTF16: a.utf16, token.Runes: a.runes}[enc]}
}

func TestPositions(t *testing.T) {
	long := strings.Repeat("é", 2000) // 4,000 bytes, an odd border lies within no character
	odd := "x" + long                 // and here within one
	astral := strings.Repeat("😀", 1000) + "\n" + strings.Repeat("😀", 1000)
	for _, c := range []struct {
		name, text string
		offset     token.Pos
		want       at
	}{
		{"empty", "", 0, at{0, 0, 0, 0}},
		{"the start", "ab\ncd", 0, at{0, 0, 0, 0}},
		{"the end of a line", "ab\ncd", 2, at{0, 2, 2, 2}},
		{"the start of a line", "ab\ncd", 3, at{1, 0, 0, 0}},
		{"the end of the text", "ab\ncd", 5, at{1, 2, 2, 2}},
		{"the end of the text behind a line end", "ab\n", 3, at{1, 0, 0, 0}},
		{"before CRLF", "ab\r\ncd", 2, at{0, 2, 2, 2}},
		{"behind CRLF", "ab\r\ncd", 4, at{1, 0, 0, 0}},
		{"before a lone CR", "ab\rcd", 2, at{0, 2, 2, 2}},
		{"behind a lone CR", "ab\rcd", 3, at{1, 0, 0, 0}},
		{"a tab is one character", "\t\tx", 2, at{0, 2, 2, 2}},
		{"behind two bytes", "éx", 2, at{0, 2, 1, 1}},
		{"behind three bytes", "€x", 3, at{0, 3, 1, 1}},
		{"behind an astral character", "😀x", 4, at{0, 4, 2, 1}},
		{"behind both, on a second line", "é\n😀€éx", 12, at{1, 9, 4, 3}},
		{"a combining mark is a character", "e\u0301x", 3, at{0, 3, 2, 2}},
		{"a byte-order mark is a character", "\uFEFFx", 3, at{0, 3, 1, 1}},
		{"before the first border", long, blockSize - 2, at{0, 1022, 511, 511}},
		{"at the first border", long, blockSize, at{0, 1024, 512, 512}},
		{"behind the first border", long, blockSize + 2, at{0, 1026, 513, 513}},
		{"behind a border within a character", odd, blockSize + 1, at{0, 1025, 513, 513}},
		{"the end of a long line", long, 4000, at{0, 4000, 2000, 2000}},
		{"astral over the border", astral, 2 * blockSize, at{0, 2048, 1024, 512}},
		{"astral on the second line", astral, 4001 + 2000, at{1, 2000, 1000, 500}},
		{"astral at the end", astral, 8001, at{1, 4000, 2000, 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := token.NewLines(c.text)
			for _, e := range encodings {
				want := c.want.position(e.enc)
				if got := lines.Position(c.offset, e.enc); got != want {
					t.Errorf("offset %d is %v in %s, want %v", c.offset, got, e.name, want)
				}
				if got := lines.Offset(want, e.enc); got != c.offset {
					t.Errorf("%v in %s is offset %d, want %d", want, e.name, got, c.offset)
				}
			}
		})
	}
}

func TestPositionClamps(t *testing.T) {
	for _, text := range []string{"", "ab\ncd", "é\n😀"} {
		lines := token.NewLines(text)
		for _, e := range encodings {
			if got := lines.Position(token.NoPos, e.enc); got != (token.Position{}) {
				t.Errorf("an offset before %q is %v in %s", text, got, e.name)
			}
			end := lines.Position(token.Pos(len(text)), e.enc)
			for _, p := range []token.Pos{token.Pos(len(text)) + 1, math.MaxInt32} {
				if got := lines.Position(p, e.enc); got != end {
					t.Errorf("offset %d in %q is %v in %s, want the end %v", p, text, got, e.name, end)
				}
			}
		}
	}
}

// TestPositionWithinCharacter holds that an offset that no character starts at
// counts as the end of the one that it lies in.
func TestPositionWithinCharacter(t *testing.T) {
	const text = "a😀b"
	lines := token.NewLines(text)
	for p := token.Pos(2); p <= 4; p++ {
		for _, c := range []struct {
			enc  token.Encoding
			want int
		}{{token.Bytes, int(p)}, {token.UTF16, 3}, {token.Runes, 2}} {
			if got := lines.Position(p, c.enc); got != (token.Position{Column: c.want}) {
				t.Errorf("offset %d is %v in encoding %d, want column %d", p, got, c.enc, c.want)
			}
		}
	}
	crlf := token.NewLines("ab\r\ncd")
	if got, want := crlf.Position(3, token.Runes), (token.Position{Column: 3}); got != want {
		t.Errorf("an offset within a CRLF is %v, want %v", got, want)
	}
}

func TestOffsetClamps(t *testing.T) {
	for _, c := range []struct {
		name, text string
		pos        token.Position
		enc        token.Encoding
		want       token.Pos
	}{
		{"a line before the text", "ab\ncd", token.Position{Line: -1, Column: 1}, token.Bytes, 0},
		{"a line behind the text", "ab\ncd", token.Position{Line: 2, Column: 1}, token.Bytes, 5},
		{"a line far behind the text", "ab\ncd", token.Position{Line: math.MaxInt}, token.Bytes, 5},
		{"a column before the line", "ab\ncd", token.Position{Line: 1, Column: -1}, token.Bytes, 3},
		{"a column behind the line", "ab\ncd", token.Position{Line: 0, Column: 3}, token.Bytes, 2},
		{"a column behind the last line", "ab\ncd", token.Position{Line: 1, Column: 9}, token.Bytes, 5},
		{"a column behind a line of CRLF", "ab\r\ncd", token.Position{Line: 0, Column: 3}, token.Bytes, 2},
		{"a column behind a line of CR", "ab\rcd", token.Position{Line: 0, Column: 3}, token.Bytes, 2},
		{"a column behind a line that is not ASCII", "é😀\r\ncd", token.Position{Line: 0, Column: 4}, token.UTF16, 6},
		{"the same in characters", "é😀\r\ncd", token.Position{Line: 0, Column: 3}, token.Runes, 6},
		{"the same in bytes", "é😀\r\ncd", token.Position{Line: 0, Column: 7}, token.Bytes, 6},
		{"far behind a line that is not ASCII", "é😀\r\ncd", token.Position{Line: 0, Column: math.MaxInt32}, token.UTF16, 6},
		{"behind a short line of a long text", "é\n" + strings.Repeat("x", 2000), token.Position{Column: 1100}, token.UTF16, 2},
		{"far behind a short line of a long text", "é\n" + strings.Repeat("x", 2000), token.Position{Column: math.MaxInt}, token.Runes, 2},
		{"a column of the empty text", "", token.Position{Column: 1}, token.UTF16, 0},
		{"between the surrogates", "a😀b", token.Position{Column: 2}, token.UTF16, 1},
		{"between the bytes of two", "aéb", token.Position{Column: 2}, token.Bytes, 1},
		{"between the bytes of three", "a€b", token.Position{Column: 3}, token.Bytes, 1},
		{"between the bytes of four", "a😀b", token.Position{Column: 4}, token.Bytes, 1},
		{"between the surrogates over a border", strings.Repeat("a", blockSize-2) + "😀b", token.Position{Column: blockSize - 1}, token.UTF16, blockSize - 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := token.NewLines(c.text).Offset(c.pos, c.enc); got != c.want {
				t.Errorf("%v is offset %d, want %d", c.pos, got, c.want)
			}
		})
	}
}

// naiveLines is Lines with no index at all.
type naiveLines struct {
	text   string
	starts []int
}

func newNaive(text string) naiveLines {
	n := naiveLines{text, []int{0}}
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && !strings.HasPrefix(text[i+1:], "\n") {
			n.starts = append(n.starts, i+1)
		}
	}
	return n
}

func (n naiveLines) line(k int) token.Span {
	rest := n.text[n.starts[k]:]
	if end := strings.IndexAny(rest, "\r\n"); end >= 0 {
		rest = rest[:end]
	}
	return token.Span{Start: token.Pos(n.starts[k]), End: token.Pos(n.starts[k] + len(rest))}
}

// units returns the length of a valid text.
func units(text string, enc token.Encoding) int {
	if enc == token.Bytes {
		return len(text)
	}
	n := 0
	for _, r := range text {
		n++
		if enc == token.UTF16 && r > math.MaxUint16 {
			n++
		}
	}
	return n
}

func (n naiveLines) position(p int, enc token.Encoding) token.Position {
	line := 0
	for line+1 < len(n.starts) && n.starts[line+1] <= p {
		line++
	}
	return token.Position{Line: line, Column: units(n.text[n.starts[line]:p], enc)}
}

// offset returns the last place of the line that is not behind the position.
func (n naiveLines) offset(pos token.Position, enc token.Encoding) token.Pos {
	line := n.line(pos.Line)
	p, column := line.Start, 0
	for _, r := range line.Text(n.text) {
		if column += units(string(r), enc); column > pos.Column {
			break
		}
		p += token.Pos(utf8.RuneLen(r))
	}
	return p
}

// short shows a text in a message.
func short(text string) string {
	if len(text) > 80 {
		return fmt.Sprintf("%q... (%d bytes)", text[:80], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// places returns the offsets of a text that are worth a look: those around its
// ends and the borders of blocks.
func places(text string) []int {
	const near = 8
	var all []int
	for p := range len(text) + 1 {
		if r := p % blockSize; r < near || r > blockSize-near || p > len(text)-near {
			all = append(all, p)
		}
	}
	return all
}

// checkLines compares the index of a valid text with a naive one.
func checkLines(t *testing.T, text string) {
	t.Helper()
	lines, naive := token.NewLines(text), newNaive(text)
	if token.CountBreaks(text)+1 != len(naive.starts) {
		t.Fatalf("%s has %d line ends, want %d", short(text), token.CountBreaks(text), len(naive.starts)-1)
	}
	if lines.Count() != len(naive.starts) {
		t.Fatalf("%s has %d lines, want %d", short(text), lines.Count(), len(naive.starts))
	}
	for k := range naive.starts {
		if got, want := lines.Line(k), naive.line(k); got != want {
			t.Fatalf("line %d of %s lies at %v, want %v", k, short(text), got, want)
		}
	}
	for _, e := range encodings {
		for _, p := range places(text) {
			if p < len(text) && !utf8.RuneStart(text[p]) {
				continue
			}
			pos := naive.position(p, e.enc)
			if got := lines.Position(token.Pos(p), e.enc); got != pos {
				t.Fatalf("offset %d of %s is %v in %s, want %v", p, short(text), got, e.name, pos)
			}
			if got := token.PositionIn(text, token.Pos(p), e.enc); got != pos {
				t.Fatalf("offset %d of %s is %v in %s without an index, want %v", p, short(text), got, e.name, pos)
			}
			line := naive.line(pos.Line)
			if line.Contains(token.Pos(p)) {
				if back := lines.Offset(pos, e.enc); back != token.Pos(p) {
					t.Fatalf("offset %d of %s is %v in %s, which is offset %d", p, short(text), pos, e.name, back)
				}
			}
			// The next column may lie within a character.
			next := token.Position{Line: pos.Line, Column: pos.Column + 1}
			if got, want := lines.Offset(next, e.enc), naive.offset(next, e.enc); got != want {
				t.Fatalf("%v of %s in %s is offset %d, want %d", next, short(text), e.name, got, want)
			}
		}
	}
}

// TestBlockBorders compares with the naive index where each kind of character
// and line end lies on the borders of blocks.
func TestBlockBorders(t *testing.T) {
	for _, piece := range []string{"x", "é", "€", "😀", "\n", "\r\n", "\r", "\t", "é\n", "😀\r\n", "x\r"} {
		for shift := range 4 {
			t.Run(fmt.Sprintf("%q shifted by %d", piece, shift), func(t *testing.T) {
				head := strings.Repeat("y", shift)
				checkLines(t, head+strings.Repeat(piece, 2*blockSize/len(piece)+4)+"é")
				// A text that ends on a border.
				text := head + "é" + strings.Repeat(piece, (2*blockSize-8)/len(piece))
				checkLines(t, text+strings.Repeat("z", 2*blockSize-len(text)))
			})
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, text := range []string{
		"", "a", "\r", "\n", "\r\n", "\n\r", "\r\r\n\n", "a\nb\r\nc\rd", "é€😀", "\t€\r\n\t😀", "\xff", "a\x80b\xf0\x9f", "\x80\n\x80", "\uFEFFA = B\r\n",
	} {
		f.Add(text, uint16(0))
	}
	f.Add("é\n😀", uint16(blockSize+2))
	f.Add("\x80", uint16(2*blockSize))
	f.Fuzz(func(t *testing.T, text string, repeat uint16) {
		// Make a text of up to three blocks.
		if n := int(repeat) % (2 * blockSize); text != "" {
			text = strings.Repeat(text[:min(len(text), blockSize)], n/len(text)+1)
		}
		lines := token.NewLines(text)
		valid := utf8.ValidString(text)
		// Whatever the bytes are: no panic, columns do not decrease along a
		// line, and the lines follow one another.
		last := token.Pos(0)
		for k := -1; k <= lines.Count(); k++ {
			span := lines.Line(k)
			if !span.IsValid() || int(span.End) > len(text) || span.Start < last {
				t.Fatalf("line %d of %s lies at %v", k, short(text), span)
			}
			last = span.Start
		}
		for _, e := range encodings {
			var prev token.Position
			for _, p := range append(places(text), len(text)+1) {
				pos := lines.Position(token.Pos(p), e.enc)
				if pos.Line < prev.Line || pos.Line == prev.Line && pos.Column < prev.Column || pos.Line >= lines.Count() {
					t.Fatalf("offset %d of %s is %v in %s, a place before it %v", p, short(text), pos, e.name, prev)
				}
				prev = pos
				back := lines.Offset(pos, e.enc)
				if line := lines.Line(pos.Line); valid && !line.Contains(back) {
					t.Fatalf("%v of %s in %s is offset %d, outside its line %v", pos, short(text), e.name, back, line)
				}
				if again := lines.Offset(lines.Position(back, e.enc), e.enc); valid && again != back {
					t.Fatalf("offset %d of %s in %s comes back as %d", back, short(text), e.name, again)
				}
			}
		}
		if valid {
			checkLines(t, text)
		}
	})
}
