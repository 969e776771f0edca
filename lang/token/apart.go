package token

import (
	"cmp"
	"slices"
	"strings"
)

// KeepApart returns edits of whole tokens of text, in the order of the text,
// with a blank wherever two tokens would else become one: ANDx where the
// parenthesis of AND(x) goes, a comment where that of 1 /(/* one */ 2) does.
func KeepApart(text string, edits []Edit) []Edit {
	apart := slices.DeleteFunc(slices.Clone(edits), func(e Edit) bool { return e.Span.Len() == 0 && e.New == "" })
	slices.SortStableFunc(apart, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End))
	})
	var last byte // the one before the place that is looked at, 0 at the start
	done := Pos(0)
	for i := range apart {
		e := &apart[i]
		if e.Span.Start < done || e.Span.End < e.Span.Start || int(e.Span.End) > len(text) {
			return edits // Apply tells what is wrong with them
		}
		if e.Span.Start > done {
			last = text[e.Span.Start-1]
		}
		if e.New != "" {
			if joins(last, e.New[0]) {
				e.New = " " + e.New
			}
			last = e.New[len(e.New)-1]
		}
		done = e.Span.End
		isNext := i+1 < len(apart) && apart[i+1].Span.Start == done
		if !isNext && int(done) < len(text) && joins(last, text[done]) {
			e.New += " "
		}
	}
	return apart
}

// joins reports whether a token that ends with a and one that starts with b
// would be read as one, or as the start of a comment.
func joins(a, b byte) bool {
	isWord := func(c byte) bool {
		return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
	}
	const operators = "=!<>&|"
	switch {
	case a == '/':
		return b == '/' || b == '*'
	case a == '\'', a == '-':
		return a == b // '' is a quote within a string, -- starts the comment of another language
	case a == '.':
		return b >= '0' && b <= '9'
	}
	return isWord(a) && isWord(b) || strings.IndexByte(operators, a) >= 0 && strings.IndexByte(operators, b) >= 0
}
