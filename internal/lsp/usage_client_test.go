package lsp_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestUseInAnyCase holds that SEGMENT(busy) is a use of Busy, and that a segment
// of the organization is offered once, however it is written.
func TestUseInAnyCase(t *testing.T) {
	c := start(t, nil)
	text := "Active = PROFILE(contact)\nBusy = PROFILE(contact)\nC = SEGMENT(busy)\nD = SEGMENT(Nowhere) UNION SEGMENT(nowhere)\nE = SEGMENT()"
	c.open(at("a.seg"), 1, text)
	got := labels(c.items(at("a.seg"), text, len(text)-1))
	if diff := gocmp.Diff([]string{"Busy", "Active", "C", "D", "Nowhere"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
