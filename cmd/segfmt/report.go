package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"

	"segql/lang/ast"
	"segql/lang/token"
)

// maxMistakes is how many mistakes of a text are shown.
const maxMistakes = 10

// describe puts the mistakes in a text into lines, with the source line and a
// caret under each if carets is set.
func describe(name, text string, mistakes []*ast.Error, carets bool) string {
	var b strings.Builder
	name = strings.Map(visible, name)
	lines := token.NewLines(text)
	for i, m := range mistakes {
		if i == maxMistakes {
			fmt.Fprintf(&b, "%s: and %d more\n", name, len(mistakes)-i)
			break
		}
		at := lines.Position(m.Span.Start, token.Runes)
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", name, at.Line+1, at.Column+1, strings.Map(visible, m.Message))
		if carets {
			line := lines.Line(at.Line)
			inLine := max(0, min(m.Span.Start-line.Start, line.End-line.Start))
			b.WriteString(caret(line.Text(text), int(inLine)))
		}
	}
	return b.String()
}

// How much of a line is shown around a caret, in columns.
const (
	columnsBefore = 40
	columnsAfter  = 36
	tabColumns    = 8
)

// caret returns two lines: line, or of a long one what is around the byte at,
// and a caret that stands under at.
func caret(line string, at int) string {
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
	shown += strings.Map(visible, line[start:end])
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

// visible replaces what would move the cursor or change the terminal.
func visible(r rune) rune {
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

// unified returns the unified diff that leads from before to after.
func unified(name, before, after string, color bool) string {
	text := string(diff.Diff(name+".orig", []byte(before), name, []byte(after)))
	if !color {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if c := lineColor(line); c != "" {
			line = "\x1b[" + c + "m" + line + "\x1b[0m"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// lineColor returns the colour of a diff's line, as git has it.
func lineColor(line string) string {
	switch {
	case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		return "1"
	case strings.HasPrefix(line, "@@"):
		return "36"
	case strings.HasPrefix(line, "-"):
		return "31"
	case strings.HasPrefix(line, "+"):
		return "32"
	}
	return ""
}
