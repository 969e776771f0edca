package check

import (
	"testing"
	"time"

	"segql/lang/parser"
)

// TestCycleIsForgotten removes the files of cycles. A project that still held
// their definitions would keep their trees.
func TestCycleIsForgotten(t *testing.T) {
	file := func(path, text string) *File { return &File{Path: path, Tree: parser.Parse(text)} }
	p := NewProject([]*File{file("a.seg", "A = SEGMENT(A)"), file("b.seg", "B = SEGMENT(C)\nC = SEGMENT(B)")}, time.Time{})
	for _, step := range []struct {
		removed string
		want    int
	}{{"", 3}, {"a.seg", 2}, {"b.seg", 0}} {
		if step.removed != "" {
			p = p.Update(nil, []string{step.removed})
		}
		if got := len(p.cycles); got != step.want {
			t.Errorf("without %q there are %d definitions in cycles, want %d", step.removed, got, step.want)
		}
	}
}
