package token

import (
	"sort"
	"strings"
)

// Encoding is the unit that columns are counted in.
type Encoding uint8

// The encodings. LSP calls Bytes utf-8, and Runes utf-32.
const (
	Bytes Encoding = iota
	UTF16
	Runes
)

// Position is a place in a text as people and editors name it. Both count from 0.
type Position struct {
	Line   int
	Column int // in the units of the Encoding that was asked for
}

// blockSize is how far apart the counts of a Lines index lie, in bytes. It
// bounds the work of a look-up, however long a line is.
const blockSize = 1024

// Lines turns offsets of a text into lines and columns, and back. A line ends
// with LF, CRLF or a lone CR, as LSP has it. Making one reads the text once;
// look-ups take O(log lines) and at most two blocks of 1,024 bytes.
//
// In a text that is not valid UTF-8 a stray continuation byte has no width.
type Lines struct {
	text   string
	starts []Pos
	// blocks holds, for each blockSize bytes, how many runes and UTF-16
	// units start before it; nil for a text of ASCII alone.
	blocks []counts
}

type counts struct{ runes, utf16 int32 }

// NewLines indexes text.
func NewLines(text string) *Lines {
	l := &Lines{text: text, starts: make([]Pos, 1, 1+strings.Count(text, "\n"))}
	hasCR := strings.IndexByte(text, '\r') >= 0
	for i := 0; i < len(text); {
		n := strings.IndexByte(text[i:], '\n')
		end := i + n
		if n < 0 {
			end = len(text)
		}
		if hasCR {
			for j := i; j < end; j++ {
				if text[j] == '\r' && j+1 != end {
					l.starts = append(l.starts, Pos(j+1))
				} else if text[j] == '\r' && n < 0 {
					l.starts = append(l.starts, Pos(j+1))
				}
			}
		}
		if n < 0 {
			break
		}
		i = end + 1
		l.starts = append(l.starts, Pos(i))
	}
	if !isASCII(text) {
		var c counts
		for i := 0; i <= len(text); i += blockSize {
			l.blocks = append(l.blocks, c)
			c = c.add(text[i:min(i+blockSize, len(text))])
		}
	}
	return l
}

// CountBreaks returns the number of line ends in text.
func CountBreaks(text string) int {
	n := strings.Count(text, "\n")
	if strings.IndexByte(text, '\r') >= 0 {
		n += strings.Count(text, "\r") - strings.Count(text, "\r\n")
	}
	return n
}

// PositionIn returns the line and column of offset p of text, as its Lines do. It
// reads the text up to there: for a short text that takes less than to index it.
func PositionIn(text string, p Pos, enc Encoding) Position {
	p = max(0, min(p, Pos(len(text))))
	before := text[:p]
	if p > 0 && int(p) < len(text) && text[p-1] == '\r' && text[p] == '\n' {
		before = text[:p-1] // between the two the line has not ended
	}
	return Position{CountBreaks(before), Width(text[LastLine(before):p], enc)}
}

// LastLine returns the offset at which the last line of text starts.
func LastLine(text string) int { return strings.LastIndexAny(text, "\r\n") + 1 }

// Width returns the number of units of enc that start in text.
func Width(text string, enc Encoding) int {
	if enc == Bytes || isASCII(text) {
		return len(text)
	}
	return counts{}.add(text).in(enc)
}

// isASCII looks at eight bytes at a time: it is most of what indexing a text
// takes, and that is done after every edit.
func isASCII(s string) bool {
	var all uint64
	for ; len(s) >= 8; s = s[8:] {
		all |= uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	for i := range len(s) {
		all |= uint64(s[i])
	}
	return all&0x8080808080808080 == 0
}

// add returns c plus the runes and units that start in s.
func (c counts) add(s string) counts {
	for i := range len(s) {
		switch b := s[i]; {
		case b < 0x80 || b >= 0xC0 && b < 0xF0:
			c.runes++
			c.utf16++
		case b >= 0xF0:
			c.runes++
			c.utf16 += 2
		}
	}
	return c
}

func (c counts) in(enc Encoding) int {
	if enc == UTF16 {
		return int(c.utf16)
	}
	return int(c.runes)
}

// before returns how many units of enc start before offset p.
func (l *Lines) before(p Pos, enc Encoding) int {
	if l.blocks == nil || enc == Bytes {
		return int(p)
	}
	b := int(p) / blockSize
	return l.blocks[b].add(l.text[b*blockSize : p]).in(enc)
}

// Count returns the number of lines, at least 1.
func (l *Lines) Count() int { return len(l.starts) }

// Line returns the span of line n, its line end not included. It clamps n to the lines there are.
func (l *Lines) Line(n int) Span {
	n = max(0, min(n, len(l.starts)-1))
	end := len(l.text)
	if n+1 < len(l.starts) {
		end = int(l.starts[n+1])
	}
	start := int(l.starts[n])
	if end > start && l.text[end-1] == '\n' {
		end--
	}
	if end > start && l.text[end-1] == '\r' {
		end--
	}
	return Span{Pos(start), Pos(end)}
}

// Position returns the line and column of offset p, which is clamped to the
// text. An offset within a character gets the column behind it.
func (l *Lines) Position(p Pos, enc Encoding) Position {
	p = max(0, min(p, Pos(len(l.text))))
	line := sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > p }) - 1
	return Position{line, l.before(p, enc) - l.before(l.starts[line], enc)}
}

// Offset returns the byte offset of a position, which is clamped: to the last
// line, to the end of its line, and to the start of a character.
func (l *Lines) Offset(pos Position, enc Encoding) Pos {
	if pos.Line < 0 {
		return 0
	}
	if pos.Line >= len(l.starts) {
		return Pos(len(l.text))
	}
	line := l.Line(pos.Line)
	if pos.Column <= 0 {
		return line.Start
	}
	p := int(line.End)
	if l.blocks == nil || enc == Bytes {
		if pos.Column < line.Len() {
			p = int(line.Start) + pos.Column
		}
		for p > int(line.Start) && p < len(l.text) && l.text[p]&0xC0 == 0x80 {
			p--
		}
		return Pos(p)
	}
	want := l.before(line.Start, enc) + min(pos.Column, 2*line.Len()) // no character has more than two units a byte
	// The last block at whose start no more than want units were counted.
	b := sort.Search(len(l.blocks), func(i int) bool { return l.blocks[i].in(enc) > want }) - 1
	p = min(max(b*blockSize, int(line.Start)), int(line.End))
	have := l.before(Pos(p), enc)
	for p < int(line.End) {
		width := counts{}.add(l.text[p : p+1]).in(enc)
		if width > 0 && have+width > want {
			break
		}
		have += width
		p++
	}
	return Pos(p)
}
