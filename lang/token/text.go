package token

import "strings"

// LineEnd returns the line end that a text has, that of its first line; LF if
// it has none.
func LineEnd(text string) string {
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// WithLineEnds returns text with LF or CRLF at the end of each line.
func WithLineEnds(text, end string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if end == "\n" {
		return text
	}
	return strings.ReplaceAll(text, "\n", end)
}

// Difference returns the one edit that makes after of before. What is the same
// at both ends stays out of it, but for half characters and half line ends.
func Difference(before, after string) Edit {
	start, n := 0, min(len(before), len(after))
	for start < n && before[start] == after[start] {
		start++
	}
	isWithin := func(text string, i int) bool {
		return i > 0 && i < len(text) && (text[i]&0xC0 == 0x80 || text[i-1] == '\r' && text[i] == '\n')
	}
	for isWithin(before, start) || isWithin(after, start) {
		start--
	}
	end := 0
	for end < n-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	for isWithin(before, len(before)-end) || isWithin(after, len(after)-end) {
		end--
	}
	return Edit{Span: Span{Pos(start), Pos(len(before) - end)}, New: after[start : len(after)-end]}
}
