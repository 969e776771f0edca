package lsp

import (
	"strings"

	"segql/lang/token"
)

// maxLayoutEdits is up to how many edits a new layout is sent as such. Each
// keeps the carets and marks between it and the next in their places; editors
// are slow with very many.
const maxLayoutEdits = 1000

// layoutEdits returns edits that make after of before, two layouts of the same
// text. They replace the blanks that differ, and words that are written in
// another case. Where more differs, they are one edit of all that does.
func layoutEdits(before, after string) []token.Edit {
	var edits []token.Edit
	i, j := 0, 0
	add := func(m, n int) {
		was, is := before[i:i+m], after[j:j+n]
		s := token.Span{Start: token.Pos(i), End: token.Pos(i + m)} // texts have at most 64 MB
		i, j = i+m, j+n
		switch last := len(edits) - 1; {
		case was == is:
		case last >= 0 && edits[last].Span.End == s.Start:
			// Two that touch are one: clients differ in which they make first.
			edits[last] = token.Edit{Span: edits[last].Span.Join(s), New: edits[last].New + is}
		default:
			edits = append(edits, token.Edit{Span: s, New: is})
		}
	}
	for i < len(before) || j < len(after) {
		if len(edits) > maxLayoutEdits {
			return []token.Edit{token.Difference(before, after)}
		}
		if m, n := blanks(before[i:]), blanks(after[j:]); m > 0 || n > 0 {
			add(m, n)
			continue
		}
		m, n := wordLen(before[i:]), wordLen(after[j:])
		if m != n || !strings.EqualFold(before[i:i+m], after[j:j+n]) {
			return []token.Edit{token.Difference(before, after)}
		}
		add(m, n)
	}
	return edits
}

// isBlank reports whether text has nothing but blanks and tabs.
func isBlank(text string) bool {
	for i := range len(text) {
		if text[i] != ' ' && text[i] != '\t' {
			return false
		}
	}
	return true
}

// blanks returns how many bytes of blank space text starts with.
func blanks(text string) int {
	return len(text) - len(strings.TrimLeft(text, " \t\r\n\v\f"))
}

// wordLen returns the length of the word that text starts with, else 1 if there
// is any.
func wordLen(text string) int {
	n := 0
	for n < len(text) && isWordByte(text[n]) {
		n++
	}
	if n == 0 && text != "" {
		n = 1
	}
	return n
}
