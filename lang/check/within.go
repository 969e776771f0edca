package check

import (
	"cmp"
	"slices"

	"segql/lang/token"
)

// ByPlace orders spans by their start, then by their end.
func ByPlace(a, b token.Span) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

// Within returns those of the findings, which are in the order of [ByPlace], that
// start in a span. What starts where the span ends belongs to what comes next,
// unless it is empty: then something is missing at the end.
func Within[F any](findings []F, spanOf func(F) token.Span, in token.Span) []F {
	from, _ := slices.BinarySearchFunc(findings, in.Start, func(f F, at token.Pos) int { return cmp.Compare(spanOf(f).Start, at) })
	to, _ := slices.BinarySearchFunc(findings, token.At(in.End), func(f F, at token.Span) int {
		if ByPlace(spanOf(f), at) <= 0 {
			return -1
		}
		return 1
	})
	return findings[from:max(from, to)]
}
