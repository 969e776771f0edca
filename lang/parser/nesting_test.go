package parser_test

import (
	"strings"
	"testing"

	"segql/lang/ast"
	"segql/lang/parser"
)

// TestNesting holds that no text makes a tree, or a recursion, of unbounded
// depth, with or without parentheses.
func TestNesting(t *testing.T) {
	const most = 40_000 // some nodes for each of 10,000 levels
	for _, unit := range []string{
		"(", "!", "!-", "- ! ", "NOT ", "NOT(", "ISNULL ", "a == !", "! a eq ", "NOT a NOT ", "NOT a == 1 == ", "A.UNION(B] ", ".UNION(", "(a IN [",
		"RELATE(a, b, ", "CONTAINS(", "foo(", "DATEDIFF(day, ", "HAVING(", "a NOT IN (", "1 < a < ", "PROFILE(", "SEGMENT", "- ", "+ ", "a.b.",
	} {
		for _, head := range []string{"", "PROFILE(t).FILTER(", "PROFILE(t)."} {
			text := head + strings.Repeat(unit, 60_000/len(unit))
			file := parser.Parse(text)
			depth, deepest := 0, 0
			for _, d := range file.Definitions {
				ast.Inspect(d, func(n ast.Node) bool {
					if n == nil {
						depth--
					} else {
						depth++
						deepest = max(deepest, depth)
					}
					return true
				})
			}
			if deepest > most {
				t.Errorf("%q, repeated behind %q, has a tree %d levels deep", unit, head, deepest)
			}
		}
	}
}

// TestManyErrors holds that the errors of one definition are bounded, whatever
// the last one is.
func TestManyErrors(t *testing.T) {
	for _, tail := range []string{"((b==1", "b == 'x", "b NOT IN 1", "b IN (1", "NOT b", "(PROFILE(c) ", "?", "\x00"} {
		for n := 990; n < 1010; n++ {
			file := parser.Parse("PROFILE(t).FILTER(" + strings.Repeat("a=1&&", n) + tail)
			checkFile(t, file)
			if len(file.Errors()) > 1001 {
				t.Errorf("%d errors", len(file.Errors()))
			}
		}
	}
}
