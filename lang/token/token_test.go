package token_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/token"
)

func TestSpan(t *testing.T) {
	word := token.Span{Start: 3, End: 7}
	type is struct {
		Valid bool
		Len   int
		Text  string
	}
	for _, c := range []struct {
		name string
		span token.Span
		want is
	}{
		{"a word", word, is{true, 4, "word"}},
		{"empty", token.At(3), is{true, 0, ""}},
		{"empty at the start", token.At(0), is{true, 0, ""}},
		{"the zero value", token.Span{}, is{true, 0, ""}},
		{"not in the text", token.NoSpan, is{false, 0, ""}},
		{"end before start", token.Span{Start: 7, End: 3}, is{false, -4, ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := is{Valid: c.span.IsValid(), Len: c.span.Len()}
			if got.Valid {
				got.Text = c.span.Text("my word!")
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", c.span, diff)
			}
		})
	}
	if got, want := word.String(), "3-7"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

func TestPosIsValid(t *testing.T) {
	for p, want := range map[token.Pos]bool{token.NoPos: false, 0: true, 1: true} {
		if got := p.IsValid(); got != want {
			t.Errorf("IsValid of %d = %v, want %v", p, got, want)
		}
	}
}

func TestSpanContains(t *testing.T) {
	span := token.Span{Start: 3, End: 7}
	for p, want := range map[token.Pos]bool{token.NoPos: false, 2: false, 3: true, 5: true, 7: true, 8: false} {
		if got := span.Contains(p); got != want {
			t.Errorf("%v contains %d: %v, want %v", span, p, got, want)
		}
	}
	if !token.At(3).Contains(3) {
		t.Error("an empty span does not contain its place")
	}
}

func TestSpanEncloses(t *testing.T) {
	span := token.Span{Start: 3, End: 7}
	for _, c := range []struct {
		inner token.Span
		want  bool
	}{
		{span, true},
		{token.Span{Start: 4, End: 6}, true},
		{token.At(3), true},
		{token.At(7), true},
		{token.Span{Start: 2, End: 5}, false},
		{token.Span{Start: 5, End: 8}, false},
		{token.Span{Start: 2, End: 8}, false},
		{token.Span{Start: 8, End: 9}, false},
		{token.NoSpan, false},
	} {
		if got := span.Encloses(c.inner); got != c.want {
			t.Errorf("%v encloses %v: %v, want %v", span, c.inner, got, c.want)
		}
	}
}

func TestSpanShift(t *testing.T) {
	for _, c := range []struct {
		span  token.Span
		delta token.Pos
		want  token.Span
	}{
		{token.Span{Start: 3, End: 7}, 10, token.Span{Start: 13, End: 17}},
		{token.Span{Start: 3, End: 7}, -3, token.Span{Start: 0, End: 4}},
		{token.Span{Start: 3, End: 7}, 0, token.Span{Start: 3, End: 7}},
		{token.NoSpan, 10, token.NoSpan},
	} {
		if diff := cmp.Diff(c.want, c.span.Shift(c.delta)); diff != "" {
			t.Errorf("%v moved by %d (-want +got):\n%s", c.span, c.delta, diff)
		}
	}
}

func TestSpanJoin(t *testing.T) {
	a := token.Span{Start: 3, End: 7}
	for _, c := range []struct{ other, want token.Span }{
		{token.Span{Start: 9, End: 12}, token.Span{Start: 3, End: 12}},
		{token.Span{Start: 4, End: 5}, a},
		{token.Span{Start: 1, End: 9}, token.Span{Start: 1, End: 9}},
		{token.At(0), token.Span{Start: 0, End: 7}},
		{token.NoSpan, a},
	} {
		if diff := cmp.Diff(c.want, a.Join(c.other)); diff != "" {
			t.Errorf("%v joined with %v (-want +got):\n%s", a, c.other, diff)
		}
		if diff := cmp.Diff(c.want, c.other.Join(a)); diff != "" {
			t.Errorf("%v joined with %v (-want +got):\n%s", c.other, a, diff)
		}
	}
	if got := token.NoSpan.Join(token.NoSpan); got != token.NoSpan {
		t.Errorf("two spans that are not in the text make %v", got)
	}
}

func TestFixShift(t *testing.T) {
	fix := token.Fix{Title: "Swap", Edits: []token.Edit{
		{Span: token.Span{Start: 1, End: 2}, New: "b"},
		{Span: token.At(4), New: "a"},
	}}
	was := token.Fix{Title: "Swap", Edits: []token.Edit{fix.Edits[0], fix.Edits[1]}}
	want := token.Fix{Title: "Swap", Edits: []token.Edit{
		{Span: token.Span{Start: 11, End: 12}, New: "b"},
		{Span: token.At(14), New: "a"},
	}}
	if diff := cmp.Diff(want, fix.Shift(10)); diff != "" {
		t.Errorf("the moved fix differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(was, fix); diff != "" {
		t.Errorf("moving a fix changed it (-before +after):\n%s", diff)
	}
}

// edit returns an edit of the bytes from start to end.
func edit(start, end token.Pos, text string) token.Edit {
	return token.Edit{Span: token.Span{Start: start, End: end}, New: text}
}

func TestApply(t *testing.T) {
	const text = "0123456789"
	for _, c := range []struct {
		name  string
		edits []token.Edit
		want  string
		err   string // a part of the error's text
	}{
		{"none", nil, text, ""},
		{"a replacement", []token.Edit{edit(2, 4, "ab")}, "01ab456789", ""},
		{"a longer one", []token.Edit{edit(2, 4, "abcdef")}, "01abcdef456789", ""},
		{"a deletion", []token.Edit{edit(2, 4, "")}, "01456789", ""},
		{"all of it", []token.Edit{edit(0, 10, "x")}, "x", ""},
		{"at both ends", []token.Edit{edit(0, 0, "<"), edit(10, 10, ">")}, "<0123456789>", ""},
		{"in any order", []token.Edit{edit(8, 9, "c"), edit(0, 1, "a"), edit(4, 5, "b")}, "a123b567c9", ""},
		{"side by side", []token.Edit{edit(4, 6, "b"), edit(2, 4, "a")}, "01ab6789", ""},
		{"insertions at one place, in the order given", []token.Edit{edit(5, 5, "z"), edit(5, 5, "a"), edit(5, 5, "m")}, "01234zam56789", ""},
		{"insertions before and behind what is replaced", []token.Edit{edit(4, 6, "X"), edit(4, 4, "<"), edit(6, 6, ">")}, "0123<X>6789", ""},

		{"overlapping", []token.Edit{edit(2, 5, "a"), edit(4, 6, "b")}, "", "the edit 4-6 overlaps"},
		{"overlapping, given in the other order", []token.Edit{edit(4, 6, "b"), edit(2, 5, "a")}, "", "the edit 4-6 overlaps"},
		{"one within the other", []token.Edit{edit(2, 8, "a"), edit(4, 5, "b")}, "", "the edit 4-5 overlaps"},
		{"twice the same", []token.Edit{edit(2, 4, "a"), edit(2, 4, "a")}, "", "the edit 2-4 overlaps"},
		{"an insertion within a replacement", []token.Edit{edit(2, 4, "a"), edit(3, 3, "b")}, "", "the edit 3-3 overlaps"},
		{"behind the end", []token.Edit{edit(9, 11, "a")}, "", "the edit 9-11 lies outside the text of 10 bytes"},
		{"an insertion behind the end", []token.Edit{edit(11, 11, "a")}, "", "the edit 11-11 lies outside"},
		{"before the start", []token.Edit{edit(-1, 1, "a")}, "", "the edit -1-1 lies outside"},
		{"not in the text", []token.Edit{{Span: token.NoSpan, New: "a"}}, "", "lies outside"},
		{"end before start", []token.Edit{edit(4, 2, "a")}, "", "the edit 4-2 lies outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			given := append([]token.Edit(nil), c.edits...)
			got, err := token.Apply(text, c.edits...)
			if c.err == "" && err != nil {
				t.Fatal(err)
			}
			if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
				t.Errorf("the error is %v, want one with %q", err, c.err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("another text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(given, c.edits); diff != "" {
				t.Errorf("the caller's edits were changed (-before +after):\n%s", diff)
			}
		})
	}

	var many []token.Edit
	for c := 'a'; c <= 'z'; c++ {
		many = append(many, edit(5, 5, string(c)))
	}
	const alphabet = "01234abcdefghijklmnopqrstuvwxyz56789"
	if got, err := token.Apply(text, many...); got != alphabet || err != nil {
		t.Errorf("26 insertions at one place make %q, %v", got, err)
	}
	if got, err := token.Apply("", edit(0, 0, "x")); got != "x" || err != nil {
		t.Errorf("an insertion into the empty text makes %q, %v", got, err)
	}
}
