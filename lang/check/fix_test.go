package check_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
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
