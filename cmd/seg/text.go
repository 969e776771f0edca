package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"segql/lang/check"
)

// formats are the forms that findings are printed in.
var formats = []string{"text", "json", "sarif", "github"}

// severityColors are those of git and of most compilers.
var severityColors = map[check.Severity]string{
	check.Error: "1;31", check.Warning: "1;33", check.Info: "1;34", check.Hint: "1;36",
}

// text returns a line for each finding and, for a terminal, the source line
// with a caret, related places and what would mend it.
func (w *workspace) text(findings []finding) string {
	var b strings.Builder
	for _, f := range findings {
		severity := f.Severity.String()
		if w.app.color {
			severity = "\x1b[" + severityColors[f.Severity] + "m" + severity + "\x1b[0m"
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n",
			strings.Map(visible, f.source.name), f.at.line, f.at.column, severity, strings.Map(visible, f.Message), f.Rule)
		if !w.app.carets {
			continue
		}
		line := f.source.index().Line(f.at.line - 1)
		inLine := max(0, min(f.Span.Start-line.Start, line.End-line.Start))
		b.WriteString(caret(line.Text(f.source.text), int(inLine)))
		for _, r := range f.Related {
			if s, at := w.related(f, r); s != nil {
				fmt.Fprintf(&b, "  %s:%d:%d: %s\n", strings.Map(visible, s.name), at.line, at.column, strings.Map(visible, r.Message))
			}
		}
		for _, x := range f.Fixes {
			fmt.Fprintf(&b, "  fix: %s\n", strings.Map(visible, x.Title))
		}
	}
	return b.String()
}

// related returns the source and place of r; no source if it is not known.
func (w *workspace) related(f finding, r check.Related) (*source, area) {
	s := f.source
	if r.Path != "" {
		s = w.byName[r.Path]
	}
	if s == nil || s.index == nil {
		return nil, area{}
	}
	at := s.area(r.Span)
	return s, at
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
