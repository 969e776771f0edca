package check_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
)

// TestCheckUntil stops a check in its midst; asked again it tells what
// a whole check does.
func TestCheckUntil(t *testing.T) {
	f := &check.File{Path: "a.seg", Tree: parser.Parse(strings.Repeat("A = PROFILE(contact).FILTER(statecode = 0)\n\n", 100))}
	p := check.NewProject([]*check.File{f}, time.Time{})
	asked := 0
	found, isDone := p.CheckUntil(f, func() bool {
		asked++
		return asked == 3
	})
	if isDone || len(found) > 0 || asked != 3 {
		t.Errorf("it was done: %v, with %d findings, and asked %d times", isDone, len(found), asked)
	}
	found, isDone = p.CheckUntil(f, func() bool { return false })
	if diff := cmp.Diff(check.NewProject([]*check.File{f}, time.Time{}).Check(f), found); diff != "" || !isDone {
		t.Errorf("it was done: %v (-want +got):\n%s", isDone, diff)
	}
}

// TestRecounted changes b.seg, and looks which files define what is referred to
// more or less often then.
func TestRecounted(t *testing.T) {
	file := func(path, text string) *check.File { return &check.File{Path: path, Tree: parser.Parse(text)} }
	for _, test := range []struct{ before, after, want string }{
		{"B = SEGMENT(X)", "B = SEGMENT(X)\n\nC = SEGMENT(x)", "a.seg"},
		{"B = SEGMENT(X)", "B = SEGMENT(X) UNION SEGMENT(x)", "a.seg"},
		{"B = SEGMENT(X) UNION SEGMENT(x)", "B = PROFILE(contact)", "a.seg"},
		{"B = SEGMENT(X)", "B = SEGMENT(X).FILTER(statecode == 0)", ""},
		{"B = SEGMENT(X)", "B = SEGMENT(Y)", "a.seg c.seg"},
		{"B = SEGMENT(X)", "C = SEGMENT(x)", ""},
		{"B = SEGMENT(X)", "B = SEGMENT(X) UNION SEGMENT(Unknown)", ""},
	} {
		p := check.NewProject([]*check.File{file("a.seg", "X = PROFILE(contact)"), file("b.seg", test.before), file("c.seg", "Y = PROFILE(contact)")}, time.Time{})
		var got []string
		for _, f := range p.Update([]*check.File{file("b.seg", test.after)}, nil).Recounted() {
			got = append(got, f.Path)
		}
		slices.Sort(got)
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q to %q: got %q, want %q", test.before, test.after, got, test.want)
		}
	}
}
