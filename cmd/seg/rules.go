package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"segql/internal/rulepage"
)

func (a *app) rulesCommand() *cobra.Command {
	return &cobra.Command{
		Use: "rules [name]", Short: "List the rules, or explain one", Long: helpRules,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return ruleNames(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return badUsage("rules takes the name of one rule")
			}
			if len(args) == 0 {
				a.print(ruleList())
				return nil
			}
			if page, ok := rulepage.Find(args[0]); ok {
				a.print(ruleText(page))
				return nil
			}
			return badUsage("there is no rule %s%s", args[0], didYouMean(args[0], ruleNames()))
		},
	}
}

func ruleNames() []string {
	var names []string
	for _, p := range rulepage.All() {
		names = append(names, p.Name)
	}
	return names
}

func ruleList() string {
	width := 0
	for _, name := range ruleNames() {
		width = max(width, len(name))
	}
	var b strings.Builder
	for _, p := range rulepage.Rules() {
		fmt.Fprintf(&b, "%-*s  %-8s %-9s %s\n", width, p.Name, p.Severity, p.Dialect, p.Summary)
	}
	b.WriteString("\nMistakes in the syntax, which are always errors:\n\n")
	for _, p := range rulepage.Syntax() {
		fmt.Fprintf(&b, "%-*s  %-8s %-9s %s\n", width, p.Name, p.Severity, p.Dialect, p.Summary)
	}
	return b.String()
}

// ruleText explains a rule on a terminal.
func ruleText(p rulepage.Page) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", p.Name, p.Summary, wrap(p.Doc, 80))
	fmt.Fprintf(&b, "Severity: %s\nDialect: %s\n", p.Severity, p.Dialect)
	if p.Bad != "" {
		fmt.Fprintf(&b, "\nReported:\n\n%s\n", indent(p.Bad))
	}
	if p.Good != "" {
		fmt.Fprintf(&b, "\nFine:\n\n%s\n", indent(p.Good))
	}
	if p.IsSyntax {
		b.WriteString("\nA mistake in the syntax is always an error, and can't be switched off.\n")
		return b.String()
	}
	fmt.Fprintf(&b, "\nSwitch it off for the next line with // seg:ignore %s\nor for the project in seg.toml:\n\n", p.Name)
	fmt.Fprintf(&b, "  [rules]\n  %s = \"off\"\n", p.Name)
	return b.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// wrap breaks lines at blanks, where a text has paragraphs.
func wrap(text string, width int) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			b.WriteString("\n\n")
		}
		column := 0
		for j, word := range strings.Fields(paragraph) {
			length := len([]rune(word))
			switch {
			case j > 0 && column+1+length > width:
				b.WriteByte('\n')
				column = 0
			case j > 0:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += length
		}
	}
	return b.String()
}
