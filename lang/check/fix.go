package check

import (
	"cmp"
	"slices"

	"segql/lang/token"
)

// SureEdits returns the edits of the fixes that are sure, in the order of the
// text, and how many fixes they are of. Of two that get in each other's way
// the first in findings is made.
func SureEdits(findings []Finding) (edits []token.Edit, fixes int) {
	for _, f := range findings {
		if !f.Sure || len(f.Fixes) == 0 || len(f.Fixes[0].Edits) == 0 {
			continue
		}
		fix := f.Fixes[0].Edits
		if slices.ContainsFunc(fix, func(e token.Edit) bool { return meetsAny(e, edits) }) {
			continue
		}
		for _, e := range fix {
			edits = slices.Insert(edits, placeOf(e, edits), e)
		}
		fixes++
	}
	return edits, fixes
}

// placeOf returns where e belongs in edits, which are sorted: behind those at
// the same place.
func placeOf(e token.Edit, edits []token.Edit) int {
	at, _ := slices.BinarySearchFunc(edits, e, func(a, b token.Edit) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), -1)
	})
	return at
}

// meetsAny reports whether e touches one of edits, which are sorted and do not
// meet each other: then it is one of its neighbours.
func meetsAny(e token.Edit, edits []token.Edit) bool {
	at := placeOf(e, edits)
	return at > 0 && meet(edits[at-1], e) || at < len(edits) && meet(e, edits[at])
}

// meet reports whether two edits change the same text, or touch.
func meet(a, b token.Edit) bool {
	return a.Span.Start <= b.Span.End && b.Span.Start <= a.Span.End
}
