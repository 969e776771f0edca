package check

import (
	"cmp"
	"slices"

	"segql/lang/ast"
	"segql/lang/token"
)

// Reparse is [segql/lang/parser.Reparse] for those who mend texts: this package
// parses nothing.
type Reparse func(prev *ast.File, edit token.Edit) (*ast.File, error)

// MaxRounds bounds how often a text is mended and checked again: a fix may make
// way for another, but two may also undo each other.
const MaxRounds = 10

// Mend makes the fixes of findings in a file that are sure. One that would add
// a mistake to the syntax is left out. It returns the edits, how many fixes they
// are of and what the file is then, nil if there is nothing to be done.
func (r Reparse) Mend(f *ast.File, findings []Finding) (edits []token.Edit, fixes int, after *ast.File) {
	edits, fixes = SureEdits(findings)
	if after = r.Make(f, edits); after != nil || fixes < 2 {
		return edits, fixes, after
	}
	sure := slices.DeleteFunc(slices.Clone(findings), func(x Finding) bool { return !x.Sure || len(x.Fixes) == 0 })
	edits, fixes = SureEdits(r.harmless(f, sure))
	return edits, fixes, r.Make(f, edits)
}

// harmless returns the findings of which the fixes add no mistake. Most do none,
// so they are tried together, and by halves where some do.
func (r Reparse) harmless(f *ast.File, findings []Finding) []Finding {
	edits, _ := SureEdits(findings)
	switch half := len(findings) / 2; {
	case r.Make(f, edits) != nil:
		return findings
	case half == 0:
		return nil
	default:
		return slices.Concat(r.harmless(f, findings[:half]), r.harmless(f, findings[half:]))
	}
}

// Make returns what a file is with edits made. It returns nil where they would
// change nothing, can't be made or add a mistake to the syntax.
func (r Reparse) Make(f *ast.File, edits []token.Edit) *ast.File {
	span := token.NoSpan
	for _, e := range edits {
		span = span.Join(e.Span)
	}
	if !span.IsValid() || int(span.End) > f.Size {
		return nil
	}
	before := span.Text(f.Text())
	within := make([]token.Edit, len(edits))
	for i, e := range edits {
		within[i] = e.Shift(-span.Start)
	}
	text, err := token.Apply(before, within...)
	if err != nil || text == before {
		return nil
	}
	after, err := r(f, token.Edit{Span: span, New: text})
	if err != nil || len(after.Errors()) > len(f.Errors()) {
		return nil
	}
	return after
}

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
