package lsp

import (
	"math"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/token"
)

// fewChanges is how many changes at a time are made one after the other, each
// with a look at the whole text, so that all definitions but those that they are
// in keep their trees.
const fewChanges = 16

// changedText returns a text after changes, each of which is of the text that
// the one before left. Changes that go on in one direction through the text, as
// those of many carets do, take time in proportion to the text, not to its
// product with their number.
func changedText(text string, changes []protocol.TextDocumentContentChangeEvent, encoding token.Encoding) string {
	b := newBatch(text, encoding)
	for _, change := range changes {
		switch c := change.(type) {
		case *protocol.TextDocumentContentChangeWholeDocument:
			b = newBatch(c.Text, encoding)
		case *protocol.TextDocumentContentChangePartial:
			if !b.add(c) {
				b = newBatch(b.apply(), encoding)
				b.add(c)
			}
		}
	}
	return b.apply()
}

// batch is edits of one text that do not touch each other.
type batch struct {
	text     string
	encoding token.Encoding
	lines    *token.Lines
	edits    []token.Edit
	// first is where the foremost edit starts. Before it positions are those of
	// the text.
	first token.Pos
	// last is where the hindmost edit ends, end the same as a position, and
	// movedEnd that position after the edits. Behind it positions are off by the
	// lines between the two, and in its line by the columns, too.
	last          token.Pos
	end, movedEnd token.Position
}

// nowhere is a position that no other is behind.
var nowhere = token.Position{Line: math.MaxInt}

func newBatch(text string, encoding token.Encoding) *batch {
	return &batch{text: text, encoding: encoding, lines: token.NewLines(text)}
}

// apply returns the text after the edits.
func (b *batch) apply() string {
	text, err := token.Apply(b.text, b.edits...)
	if err != nil {
		return b.text // edits outside the text or of the same place, which add lets none through
	}
	return text
}

// add adds a change and reports true, unless it may touch one of the edits. The
// first always fits.
func (b *batch) add(c *protocol.TextDocumentContentChangePartial) bool {
	from, to := tokenPosition(c.Range.Start), tokenPosition(c.Range.End)
	if isAfter(from, to) {
		from, to = to, from
	}
	isFirst := len(b.edits) == 0
	isBehind := !isFirst && isAfter(from, b.movedEnd)
	if isBehind {
		from, to = shiftPosition(from, b.movedEnd, b.end), shiftPosition(to, b.movedEnd, b.end)
	}
	edit := token.Edit{Span: token.Span{Start: b.lines.Offset(from, b.encoding), End: b.lines.Offset(to, b.encoding)}, New: c.Text}
	switch {
	case isFirst:
		b.first = edit.Span.Start
		b.setEnd(edit, b.lines.Position(edit.Span.Start, b.encoding))
	case isBehind && edit.Span.Start > b.last:
		b.setEnd(edit, shiftPosition(b.lines.Position(edit.Span.Start, b.encoding), b.end, b.movedEnd))
	case !isBehind && edit.Span.End < b.first:
		b.first, b.movedEnd = edit.Span.Start, nowhere
	default:
		return false
	}
	b.edits = append(b.edits, edit)
	return true
}

// setEnd notes the hindmost edit, whose start is given as it is after the edits.
func (b *batch) setEnd(edit token.Edit, start token.Position) {
	b.last, b.end = edit.Span.End, b.lines.Position(edit.Span.End, b.encoding)
	if strings.HasSuffix(b.text[:edit.Span.Start], "\r") || strings.HasSuffix(edit.New, "\r") {
		b.movedEnd = nowhere // two line ends may have become one
		return
	}
	size := token.NewLines(edit.New).Position(token.Pos(len(edit.New)), b.encoding) // texts have at most 64 MB
	b.movedEnd = shiftPosition(size, token.Position{}, start)
}

// shiftPosition returns the position that is behind there as p is behind here.
func shiftPosition(p, here, there token.Position) token.Position {
	if p.Line == here.Line {
		p.Column += there.Column - here.Column
	}
	p.Line += there.Line - here.Line
	return p
}

// isAfter reports whether p is behind q.
func isAfter(p, q token.Position) bool {
	return p.Line > q.Line || p.Line == q.Line && p.Column > q.Column
}
