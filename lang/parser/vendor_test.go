package parser_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"segql/lang/parser"
	"segql/lang/token"
)

// TestVendor parses the queries that the vendor itself published. Of each is
// known what to expect: ok, no error; syntax, at least one; check, none but
// those that carry a fix, and none at all once all fixes are made.
func TestVendor(t *testing.T) {
	file, err := os.Open("testdata/vendor.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	n := 0
	for lines.Scan() {
		var q struct{ ID, Query, Expect string }
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		n++
		t.Run(q.ID, func(t *testing.T) {
			tree := parser.Parse(q.Query)
			checkFile(t, tree)
			errs := tree.Errors()
			switch q.Expect {
			case "ok":
				for _, e := range errs {
					t.Errorf("%v: %s", e.Span, e.Message)
				}
			case "syntax":
				if len(errs) == 0 {
					t.Error("no error is found")
				}
			case "check":
				var edits []token.Edit
				for _, e := range errs {
					if len(e.Fixes) == 0 {
						t.Errorf("%v: %s has no fix", e.Span, e.Message)
						continue
					}
					edits = append(edits, e.Fixes[0].Edits...)
				}
				fixed, err := token.Apply(q.Query, edits...)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range parser.Parse(fixed).Errors() {
					t.Errorf("the fixes make %q: %s", fixed, e.Message)
				}
			default:
				t.Fatalf("nothing is known of %q", q.Expect)
			}
		})
	}
	if n < 30 {
		t.Errorf("there are only %d queries", n)
	}
}
