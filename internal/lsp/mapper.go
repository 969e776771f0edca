package lsp

import (
	"math"

	"go.lsp.dev/protocol"

	"segql/lang/token"
)

// position returns the client's name for a byte offset of f.
func (f *file) position(p token.Pos) protocol.Position {
	at := f.places().position(p)
	return protocol.Position{Line: uint32(at.Line), Character: uint32(at.Column)} // texts have at most 64 MB
}

// rangeOf returns the client's name for a span of f.
func (f *file) rangeOf(s token.Span) protocol.Range {
	return protocol.Range{Start: f.position(s.Start), End: f.position(s.End)}
}

// offset returns the byte offset of a position, which is clamped to the text:
// editors send positions of texts that they have changed meanwhile.
func (f *file) offset(p protocol.Position) token.Pos {
	return f.places().offset(tokenPosition(p))
}

// tokenPosition returns a position of the client as token.Lines takes it.
func tokenPosition(p protocol.Position) token.Position {
	clamp := func(n uint32) int { return int(min(n, math.MaxInt32)) }
	return token.Position{Line: clamp(p.Line), Column: clamp(p.Character)}
}

// span returns the span of a range, which is clamped and never backward.
func (f *file) span(r protocol.Range) token.Span {
	start, end := f.offset(r.Start), f.offset(r.End)
	return token.Span{Start: min(start, end), End: max(start, end)}
}

// location returns the client's name for a span of f.
func (f *file) location(s token.Span) protocol.Location {
	return protocol.Location{URI: f.written, Range: f.rangeOf(s)}
}

// textEdits returns edits of f as the client makes them.
func (f *file) textEdits(edits []token.Edit) []protocol.TextEdit {
	out := make([]protocol.TextEdit, 0, len(edits))
	for _, e := range edits {
		out = append(out, protocol.TextEdit{Range: f.rangeOf(e.Span), NewText: e.New})
	}
	return out
}
