package check_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestSureEdits compares with the plain way to do the same: each fix that
// meets none of those before is made.
func TestSureEdits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var findings []check.Finding
		for range random.IntN(12) {
			f := check.Finding{Sure: random.IntN(4) > 0}
			var edits []token.Edit
			for at := token.Pos(random.IntN(40)); len(edits) < 1+random.IntN(3); {
				e := token.Edit{Span: token.Span{Start: at, End: at + token.Pos(random.IntN(4))}, New: string(rune('a' + random.IntN(26)))}
				edits = append(edits, e)
				at = e.Span.End + token.Pos(random.IntN(8))
			}
			if random.IntN(5) > 0 {
				f.Fixes = []token.Fix{{Title: "fix", Edits: edits}}
			}
			findings = append(findings, f)
		}
		var want []token.Edit
		made := 0
		for _, f := range findings {
			if !f.Sure || len(f.Fixes) == 0 {
				continue
			}
			fix := f.Fixes[0].Edits
			if slices.ContainsFunc(fix, func(a token.Edit) bool {
				return slices.ContainsFunc(want, func(b token.Edit) bool { return a.Span.Start <= b.Span.End && b.Span.Start <= a.Span.End })
			}) {
				continue
			}
			want = append(want, fix...)
			made++
		}
		slices.SortStableFunc(want, func(a, b token.Edit) int {
			if a.Span.Start != b.Span.Start {
				return int(a.Span.Start - b.Span.Start)
			}
			return int(a.Span.End - b.Span.End)
		})
		got, fixes := check.SureEdits(findings)
		if diff := cmp.Diff(want, got); diff != "" || fixes != made {
			t.Fatalf("%d fixes, want %d (-want +got):\n%s", fixes, made, diff)
		}
	}
}

// TestMend holds that a fix which adds a mistake to the syntax is left out, and
// that the others are made.
func TestMend(t *testing.T) {
	const (
		spare  = "A = PROFILE(contact).FILTER((statecode == 0))\n"
		broken = "B = PROFILE(contact).FILTER(fullname IN ['a', 'b'SEGMENT(A)])\n" // whose ] is missing before SEGMENT
	)
	tests := []struct {
		text, want string // no change if want is empty
		fixes      int
	}{
		{spare, "A = PROFILE(contact).FILTER(statecode == 0)\n", 1},
		{spare + broken, "A = PROFILE(contact).FILTER(statecode == 0)\n" + broken, 1},
		{"\uFEFF" + broken + spare, "\uFEFF" + broken + "A = PROFILE(contact).FILTER(statecode == 0)\n", 1},
		{broken, "", 0},
		{broken + broken, "", 0},
		{"A = PROFILE(contact)\n", "", 0},
	}
	for _, test := range tests {
		tree := parser.Parse(test.text)
		edits, fixes, after := check.Reparse(parser.Reparse).Mend(tree, find(known(t), test.text)[0])
		if test.want == "" {
			if after != nil {
				t.Errorf("%q becomes %q", test.text, after.Text())
			}
			continue
		}
		if after == nil {
			t.Errorf("%q stays", test.text)
			continue
		}
		made, err := token.Apply(test.text, edits...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{test.want, test.want}, []string{made, after.Text()}); diff != "" || fixes != test.fixes {
			t.Errorf("%q: %d fixes, want %d (-want +got):\n%s", test.text, fixes, test.fixes, diff)
		}
	}
}

// TestSure holds that a rule's fix is not sure where a mistake in the syntax
// touches what it changes, and that of a mistake not where it may make another.
func TestSure(t *testing.T) {
	tests := []struct {
		text, rule string
		want       bool
	}{
		{"PROFILE(contact).FILTER(statecode == 1 OR (gendercode == 2) AND 'x' == fullname)", "mixed-logical-operators", true},
		{"PROFILE(contact).FILTER(statecode == 1 OR (gendercode == 2) AND PROFILE(contact)'x' == fullname)", "mixed-logical-operators", false},
		{"PROFILE(contact).FILTER((statecode == 0))", "redundant-parentheses", true},
		{"PROFILE(contact).FILTER((statecode = 0))", "redundant-parentheses", false},
		{"PROFILE(contact).FILTER((statecode == 0)).FILTER(statecode = 0)", "redundant-parentheses", true},
		{"PROFILE(contact).FILTER(statecode = 0)", "single-equals", true},
		{"PROFILE(contact).FILTER(lastname BETWEEN 1 AND 2)", "sql-between", false},
	}
	for _, test := range tests {
		if f := only(t, find(known(t), test.text)[0], test.rule); f.Sure != test.want || len(f.Fixes) == 0 {
			t.Errorf("%s: the fix is said to be sure: %v", test.text, f.Sure)
		}
	}
}
