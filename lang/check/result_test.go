package check_test

import (
	"fmt"
	"strings"
	"testing"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// TestResultOfHub asks for the table of a long chain of segments that all build
// on one more, which builds on many. It would not end if those were gone
// through for each.
func TestResultOfHub(t *testing.T) {
	const n = 40_000
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "P%d = SEGMENT(Hub) UNION SEGMENT(P%d)\n\n", i, i+1)
	}
	fmt.Fprintf(&b, "P%d = SEGMENT(Hub)\n\nHub = SEGMENT(L0)", n)
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, " UNION SEGMENT(L%d)", i)
	}
	for i := range n {
		fmt.Fprintf(&b, "\n\nL%d = PROFILE(contact)", i)
	}
	f := &check.File{Path: "a.seg", Tree: parser.Parse(b.String()), Schema: schema.Standard()}
	if table, ok := check.NewProject([]*check.File{f}, today).Result(f, "P0"); table != "contact" || !ok {
		t.Errorf("the rows are of %q", table)
	}
}
