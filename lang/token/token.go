// Package token holds what every other package of the toolkit says positions
// and words with: byte offsets, spans, text edits, a line index, and the words
// and operators of the segment query language.
//
// It imports only the standard library. It never reads a file, never parses,
// and knows nothing of trees.
package token

import (
	"fmt"
	"slices"
	"strings"
)

// Pos is a byte offset from the start of a text, counted from 0. The parser
// takes texts of up to 64 MB, so 32 bits are enough and keep trees small.
type Pos int32

// NoPos is the position of a token that is not in the text.
const NoPos Pos = -1

// IsValid reports whether p is the position of a token that is there.
func (p Pos) IsValid() bool { return p >= 0 }

// Span is a half-open range of byte offsets, Start <= offset < End.
type Span struct {
	Start, End Pos
}

// NoSpan is the span of a token that is not in the text.
var NoSpan = Span{NoPos, NoPos}

// At returns the empty span at p.
func At(p Pos) Span { return Span{p, p} }

// IsValid reports whether s is the span of something that is there, possibly empty.
func (s Span) IsValid() bool { return s.Start >= 0 && s.Start <= s.End }

// Len returns the length of s in bytes.
func (s Span) Len() int { return int(s.End - s.Start) }

// Contains reports whether p lies in s or directly at its end, as the caret
// of an editor does when it stands behind the last letter of a word.
func (s Span) Contains(p Pos) bool { return s.Start <= p && p <= s.End }

// Encloses reports whether t lies within s.
func (s Span) Encloses(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Shift returns s moved by delta bytes. A span that is not in the text stays so.
func (s Span) Shift(delta Pos) Span {
	if s.Start < 0 {
		return s
	}
	return Span{s.Start + delta, s.End + delta}
}

// Join returns the smallest span that holds both s and t; one that is not in
// the text adds nothing.
func (s Span) Join(t Span) Span {
	switch {
	case s.Start < 0:
		return t
	case t.Start < 0:
		return s
	}
	return Span{min(s.Start, t.Start), max(s.End, t.End)}
}

// Text returns the part of text that s covers.
func (s Span) Text(text string) string { return text[s.Start:s.End] }

func (s Span) String() string { return fmt.Sprintf("%d-%d", s.Start, s.End) }

// Edit replaces the bytes of Span with New.
type Edit struct {
	Span Span
	New  string
}

// Shift returns e moved by delta bytes.
func (e Edit) Shift(delta Pos) Edit { return Edit{e.Span.Shift(delta), e.New} }

// Fix is a repair that a user may take: what it does, and the edits that do it.
type Fix struct {
	// Title says in the imperative what the fix does: "Replace = with ==".
	Title string
	Edits []Edit
}

// Shift returns f moved by delta bytes.
func (f Fix) Shift(delta Pos) Fix {
	edits := make([]Edit, len(f.Edits))
	for i, e := range f.Edits {
		edits[i] = e.Shift(delta)
	}
	return Fix{f.Title, edits}
}

// Apply returns text with the edits made. It refuses, with an error that
// names the edit, edits that overlap or lie outside the text. Insertions at
// the same place are made in the order given.
func Apply(text string, edits ...Edit) (string, error) {
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int {
		if a.Span.Start != b.Span.Start {
			return int(a.Span.Start) - int(b.Span.Start)
		}
		return int(a.Span.End) - int(b.Span.End)
	})
	var out strings.Builder
	size := len(text)
	for _, e := range sorted {
		size += len(e.New)
	}
	out.Grow(size)
	done := Pos(0)
	for _, e := range sorted {
		if !e.Span.IsValid() || int(e.Span.End) > len(text) {
			return "", fmt.Errorf("the edit %v lies outside the text of %d bytes", e.Span, len(text))
		}
		if e.Span.Start < done {
			return "", fmt.Errorf("the edit %v overlaps the one before it, which ends at %d", e.Span, done)
		}
		out.WriteString(text[done:e.Span.Start])
		out.WriteString(e.New)
		done = e.Span.End
	}
	out.WriteString(text[done:])
	return out.String(), nil
}
