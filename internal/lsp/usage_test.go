package lsp

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestUsageReplace counts a file after edits, in the middle and at its ends:
// the counts are those of the file as it is.
func TestUsageReplace(t *testing.T) {
	u, before := newUnitUsage(), (*ast.File)(nil)
	const a, b, c = "A = PROFILE(contact, c).FILTER(c.Name == 'x' && c.name == 'y');\n", "B = SEGMENT(A);\n", "C = INTERACTION(EmailOpened, EmailOpened_ContactLink);\n"
	for _, text := range []string{a + b, a + b + c, a + strings.Replace(b, "(A", "(a", 1) + c, c + a, a + c, a + a + c, "", b} {
		tree := parser.Parse(text)
		if before != nil {
			tree = reparse(before, token.Difference(before.Text(), text))
		}
		u.replace(before, tree)
		before = tree
		fresh := newUnitUsage()
		fresh.replace(nil, parser.Parse(text))
		if diff := cmp.Diff([]map[string]int{fresh.counts, fresh.segments}, []map[string]int{u.counts, u.segments}); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
		if diff := cmp.Diff(fresh.names, u.names, cmp.AllowUnexported(nameGroup{})); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if u.segments["A"] != 1 {
		t.Errorf("got %v", u.segments)
	}
}
