package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/token"
)

func TestWithin(t *testing.T) {
	all := []token.Span{{Start: 0, End: 2}, {Start: 4, End: 4}, {Start: 4, End: 9}, {Start: 7, End: 8}, {Start: 8, End: 8}, {Start: 8, End: 9}}
	self := func(s token.Span) token.Span { return s }
	for in, want := range map[token.Span][]token.Span{
		{Start: 0, End: 4}:   all[:2], // the second is empty at the end
		{Start: 4, End: 8}:   all[1:5],
		{Start: 8, End: 20}:  all[4:],
		{Start: 20, End: 30}: {},
		{Start: 4, End: 4}:   all[1:2],
	} {
		if diff := cmp.Diff(want, check.Within(all, self, in)); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}
