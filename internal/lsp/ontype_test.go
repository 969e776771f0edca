package lsp

import (
	"strings"
	"testing"
)

// TestBracketsInOneLine has so many parentheses on one line that it would not end
// if each went through the line, or through the blanks that it starts with.
func TestBracketsInOneLine(t *testing.T) {
	const n = 2_000_000
	text := strings.Repeat(" ", n) + strings.Repeat("(a)", n) + "("
	if b := bracketsIn(text); len(b.open) != 1 || b.open[0] != len(text)-1 || len(b.shut) != 0 {
		t.Errorf("%d are open, and %d lines start by closing one", len(b.open), len(b.shut))
	}
}
