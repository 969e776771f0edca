package refactor

import (
	"testing"
	"unicode/utf8"

	"segql/lang/token"
)

// TestDifference holds that an edit makes the one text of the other, and does
// not start or end within a character or a line end.
func TestDifference(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{"", ""}, {"a", "a"}, {"a", ""}, {"", "a"}, {"abc", "axc"}, {"aa", "aaa"}, {"aaa", "aa"},
		{"'é'", "'è'"}, {"é", "©"}, {"😀", "😁"}, {"é😀", "😀é"}, {"a\r\nb", "a\nb"}, {"a\r\nb", "a\rb"}, {"a\r\n", "a\r\n\r\n"},
	} {
		e := difference(test.before, test.after)
		if got, err := token.Apply(test.before, e); err != nil || got != test.after {
			t.Errorf("%q becomes %q, want %q: %v", test.before, got, test.after, err)
		}
		rest := test.before[e.Span.End:]
		if !utf8.ValidString(test.before[:e.Span.Start]) || !utf8.ValidString(rest) || !utf8.ValidString(e.New) {
			t.Errorf("%q to %q: %v %q cuts a character", test.before, test.after, e.Span, e.New)
		}
		if start := e.Span.Start; start > 0 && int(start) < len(test.before) && test.before[start-1:start+1] == "\r\n" {
			t.Errorf("%q to %q: %v cuts a line end", test.before, test.after, e.Span)
		}
	}
}
