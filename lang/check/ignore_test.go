package check_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// TestIgnoreUntil sees a comment silence a rule up to the end of its last day,
// wherever the user is.
func TestIgnoreUntil(t *testing.T) {
	f := &check.File{Path: "a.seg", Tree: parser.Parse("PROFILE(contct) // seg:ignore unknown-table until 2026-01-31\n"), Schema: schema.Standard()}
	west, east := time.FixedZone("west", -8*60*60), time.FixedZone("east", 13*60*60)
	for _, test := range []struct {
		now  time.Time
		want []string
	}{
		{time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), nil},
		{time.Date(2026, 1, 31, 23, 59, 59, 0, time.UTC), nil},
		{time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), []string{"unknown-table", "unused-ignore"}},
		{time.Date(2026, 1, 31, 23, 0, 0, 0, west), nil},
		{time.Date(2026, 2, 1, 0, 0, 0, 0, west), []string{"unknown-table", "unused-ignore"}},
		{time.Date(2026, 1, 31, 23, 0, 0, 0, east), nil},
		{time.Date(2026, 2, 1, 0, 0, 0, 0, east), []string{"unknown-table", "unused-ignore"}},
		{time.Time{}, nil},
	} {
		var got []string
		for _, found := range check.NewProject([]*check.File{f}, test.now).Check(f) {
			got = append(got, found.Rule)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.now, diff)
		}
	}
}

func TestCanIgnore(t *testing.T) {
	for rule, want := range map[string]bool{"unknown-table": true, "unused-ignore": false, "single-equals": false, "nosuch": false, "": false} {
		if got := check.CanIgnore(rule); got != want {
			t.Errorf("%q can be ignored: %v, want %v", rule, got, want)
		}
	}
}

// TestIgnoreManyOnOneLine has so many comments on one line that it would not
// end if each went through the line.
func TestIgnoreManyOnOneLine(t *testing.T) {
	const n = 200_000
	f := &check.File{Path: "a.seg", Tree: parser.Parse("PROFILE(contact)" + strings.Repeat(" /* seg:ignore unknown-table */", n)), Schema: schema.Standard()}
	if got := len(check.NewProject([]*check.File{f}, today).Check(f)); got != n {
		t.Errorf("%d findings, want %d", got, n)
	}
}
