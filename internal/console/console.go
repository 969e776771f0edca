// Package console holds what the commands have in common in how they show
// things on a terminal: whether there is one, a line of source with a caret
// under it, and text without characters that would move the cursor.
//
// It imports only the standard library and golang.org/x/term. It knows nothing
// of queries, and never writes by itself.
package console

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// IsTerminal reports whether w is a terminal.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// ShowsColor reports whether the user's terminal, if there is one, shows
// colours and the user wants them.
func ShowsColor() bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	// The old console of Windows prints the codes instead.
	return runtime.GOOS != "windows" ||
		os.Getenv("WT_SESSION") != "" || os.Getenv("TERM") != "" || os.Getenv("TERM_PROGRAM") != ""
}

// IsBrokenPipe reports whether err says that nobody reads what is written.
func IsBrokenPipe(err error) bool {
	var number syscall.Errno
	if runtime.GOOS == "windows" && errors.As(err, &number) {
		return number == 109 || number == 232 // ERROR_BROKEN_PIPE, ERROR_NO_DATA
	}
	return errors.Is(err, syscall.EPIPE)
}

// How much of a line is shown around a caret, in columns.
const (
	columnsBefore = 40
	columnsAfter  = 36
	tabColumns    = 8
)

// Caret returns two lines: line, or of a long one what is around the byte at,
// and a caret that stands under at.
func Caret(line string, at int) string {
	start := at
	for room := columnsBefore; start > 0; {
		r, size := utf8.DecodeLastRuneInString(line[:start])
		if room -= columns(r); room < 0 {
			break
		}
		start -= size
	}
	end := at
	for room := columnsAfter; end < len(line); {
		r, size := utf8.DecodeRuneInString(line[end:])
		if room -= columns(r); room < 0 {
			break
		}
		end += size
	}
	shown, under := "  ", "  "
	if start > 0 {
		shown, under = shown+"…", under+" "
	}
	shown += strings.Map(visibleRune, line[start:end])
	if end < len(line) {
		shown += "…"
	}
	under += strings.Map(blank, line[start:at])
	return shown + "\n" + under + "^\n"
}

func columns(r rune) int {
	if r == '\t' {
		return tabColumns
	}
	return 1
}

// Visible returns text in which U+FFFD stands for what would move the cursor or
// change the terminal.
func Visible(text string) string { return strings.Map(visibleRune, text) }

// VisibleLines is Visible for a text of several lines.
func VisibleLines(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return visibleRune(r)
	}, text)
}

func visibleRune(r rune) rune {
	if r != '\t' && !unicode.IsPrint(r) {
		return utf8.RuneError
	}
	return r
}

// blank is as wide as r.
func blank(r rune) rune {
	if r == '\t' {
		return r
	}
	return ' '
}
