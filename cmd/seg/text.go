package main

import (
	"fmt"
	"strings"

	"segql/internal/console"
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
			console.Visible(f.source.name), f.at.line, f.at.column, severity, console.Visible(f.Message), f.Rule)
		if !w.app.carets {
			continue
		}
		line := f.source.index().Line(f.at.line - 1)
		inLine := max(0, min(f.Span.Start-line.Start, line.End-line.Start))
		b.WriteString(console.Caret(line.Text(f.source.text), int(inLine)))
		for _, r := range f.Related {
			if s, at := w.related(f, r); s != nil {
				fmt.Fprintf(&b, "  %s:%d:%d: %s\n", console.Visible(s.name), at.line, at.column, console.Visible(r.Message))
			}
		}
		for _, x := range f.Fixes {
			fmt.Fprintf(&b, "  fix: %s\n", console.Visible(x.Title))
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
