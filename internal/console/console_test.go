package console_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/console"
)

func TestCaret(t *testing.T) {
	long := strings.Repeat("0123456789", 100)
	for _, test := range []struct {
		name  string
		line  string
		at    int
		shown string
		under string
	}{
		{"empty", "", 0, "  ", "  ^"},
		{"start", "abc", 0, "  abc", "  ^"},
		{"end", "abc", 3, "  abc", "     ^"},
		{"tabs", "\ta\tb", 3, "  \ta\tb", "  \t \t^"},
		{"characters", "æ😀b", 6, "  æ😀b", "    ^"},
		{"control characters", "a\x1b[2J\x00b\u202e", 6, "  a�[2J�b�", "        ^"},
		{"not UTF-8", "a\xff\xfeb", 3, "  a��b", "     ^"},
		{"a long line's start", long, 5, "  " + long[:41] + "…", "       ^"},
		{"its middle", long, 500, "  …" + long[460:536] + "…", "   " + strings.Repeat(" ", 40) + "^"},
		{"its end", long, 1000, "  …" + long[960:], "   " + strings.Repeat(" ", 40) + "^"},
		{"tabs are wide", strings.Repeat("\t", 100), 50, "  …" + strings.Repeat("\t", 9) + "…", "   " + strings.Repeat("\t", 5) + "^"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.shown+"\n"+test.under+"\n", console.Caret(test.line, test.at)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCaretOfAnEndlessLine(t *testing.T) {
	line := strings.Repeat("é", 5<<20)
	allocated := testing.AllocsPerRun(10, func() { console.Caret(line, len(line)/2) })
	if allocated > 20 {
		t.Errorf("%v allocations", allocated)
	}
}

func TestShowsColor(t *testing.T) {
	t.Setenv("TERM", "xterm")
	t.Setenv("NO_COLOR", "")
	if !console.ShowsColor() {
		t.Error("no colours on a terminal")
	}
	t.Setenv("NO_COLOR", "1")
	if console.ShowsColor() {
		t.Error("colours in spite of NO_COLOR")
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	if console.ShowsColor() {
		t.Error("colours on a dumb terminal")
	}
}

func TestNoTerminal(t *testing.T) {
	if console.IsTerminal(&bytes.Buffer{}) {
		t.Error("a buffer is no terminal")
	}
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if console.IsTerminal(f) {
		t.Error("the null device is no terminal")
	}
}

func TestVisibleLines(t *testing.T) {
	got := console.VisibleLines("id,name\n1,\x1b]0;x\a \u009b31m\n")
	if want := "id,name\n1,�]0;x� �31m\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
