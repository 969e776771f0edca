package main

import (
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"segql/internal/console"
	"segql/lang/ast"
	"segql/lang/token"
)

// maxMistakes is how many mistakes of a text are shown.
const maxMistakes = 10

// describe puts the mistakes in a text into lines, with the source line and a
// caret under each if carets is set.
func describe(name, text string, mistakes []*ast.Error, carets bool) string {
	var b strings.Builder
	name = console.Visible(name)
	lines := token.NewLines(text)
	for i, m := range mistakes {
		if i == maxMistakes {
			fmt.Fprintf(&b, "%s: and %d more\n", name, len(mistakes)-i)
			break
		}
		at := lines.Position(m.Span.Start, token.Runes)
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", name, at.Line+1, at.Column+1, console.Visible(m.Message))
		if carets {
			line := lines.Line(at.Line)
			inLine := max(0, min(m.Span.Start-line.Start, line.End-line.Start))
			b.WriteString(console.Caret(line.Text(text), int(inLine)))
		}
	}
	return b.String()
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
