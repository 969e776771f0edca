package token_test

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"segql/lang/token"
)

// TestDifference holds that an edit makes the one text of the other, and does
// not start or end within a character or a line end.
func TestDifference(t *testing.T) {
	for _, test := range []struct{ before, after string }{
		{"", ""}, {"a", "a"}, {"a", ""}, {"", "a"}, {"abc", "axc"}, {"aa", "aaa"}, {"aaa", "aa"},
		{"'é'", "'è'"}, {"é", "©"}, {"😀", "😁"}, {"é😀", "😀é"}, {"a\r\nb", "a\nb"}, {"a\r\nb", "a\rb"}, {"a\r\n", "a\r\n\r\n"},
	} {
		e := token.Difference(test.before, test.after)
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

func TestLineEnds(t *testing.T) {
	for _, test := range []struct{ text, end, unix, dos string }{
		{"", "\n", "", ""},
		{"a", "\n", "a", "a"},
		{"a\nb\r\n", "\n", "a\nb\n", "a\r\nb\r\n"},
		{"a\r\nb\n", "\r\n", "a\nb\n", "a\r\nb\r\n"},
		{"\na\r\n", "\n", "\na\n", "\r\na\r\n"},
		{"a\rb", "\n", "a\rb", "a\rb"},
	} {
		got := []string{token.LineEnd(test.text), token.WithLineEnds(test.text, "\n"), token.WithLineEnds(test.text, "\r\n")}
		if diff := cmp.Diff([]string{test.end, test.unix, test.dos}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}
