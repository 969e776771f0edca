package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"segql/lang/check"
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
			for _, r := range check.Rules() {
				if r.Name == args[0] {
					a.print(ruleText(r))
					return nil
				}
			}
			return badUsage("there is no rule %s%s", args[0], didYouMean(args[0], ruleNames()))
		},
	}
}

func ruleNames() []string {
	var names []string
	for _, r := range check.Rules() {
		names = append(names, r.Name)
	}
	return names
}

// dialectOf returns the dialect that a rule holds in.
func dialectOf(r *check.Rule) string {
	if r.Dialect == check.Undetermined {
		return "both"
	}
	return r.Dialect.String()
}

func ruleList() string {
	width := 0
	for _, name := range ruleNames() {
		width = max(width, len(name))
	}
	var b strings.Builder
	for _, r := range check.Rules() {
		fmt.Fprintf(&b, "%-*s  %-8s %-9s %s\n", width, r.Name, r.Severity, dialectOf(r), r.Summary)
	}
	return b.String()
}

// ruleText explains a rule on a terminal.
func ruleText(r *check.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n\n", r.Name, r.Summary, wrap(r.Doc, 80))
	fmt.Fprintf(&b, "Severity: %s\nDialect: %s\n", r.Severity, dialectOf(r))
	if r.Bad != "" {
		fmt.Fprintf(&b, "\nReported:\n\n%s\n", indent(r.Bad))
	}
	if r.Good != "" {
		fmt.Fprintf(&b, "\nFine:\n\n%s\n", indent(r.Good))
	}
	fmt.Fprintf(&b, "\nSwitch it off for the next line with // seg:ignore %s\nor for the project in seg.toml:\n\n", r.Name)
	fmt.Fprintf(&b, "  [rules]\n  %s = \"off\"\n", r.Name)
	return b.String()
}

// ruleMarkdown is the page of a rule, in docs/rules and in SARIF reports.
func ruleMarkdown(r *check.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", r.Name, r.Summary)
	b.WriteString("| severity | dialect |\n| --- | --- |\n")
	fmt.Fprintf(&b, "| %s | %s |\n\n%s\n", r.Severity, dialectOf(r), strings.TrimSpace(r.Doc))
	if r.Bad != "" {
		fmt.Fprintf(&b, "\nReported:\n\n```\n%s\n```\n", strings.TrimSpace(r.Bad))
	}
	if r.Good != "" {
		fmt.Fprintf(&b, "\nFine:\n\n```\n%s\n```\n", strings.TrimSpace(r.Good))
	}
	fmt.Fprintf(&b, "\nSwitch it off for the next line with `// seg:ignore %s`, or for the project in `seg.toml`:\n\n", r.Name)
	fmt.Fprintf(&b, "```toml\n[rules]\n%s = \"off\"\n```\n", r.Name)
	return b.String()
}

// rulesIndex is docs/rules/README.md.
func rulesIndex() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nWhat `seg check` looks for, besides mistakes in the syntax. `seg rules` lists the same.\n\n" +
		"| rule | severity | dialect | |\n| --- | --- | --- | --- |\n")
	for _, r := range check.Rules() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n",
			r.Name, r.Name, r.Severity, dialectOf(r), strings.ReplaceAll(r.Summary, "|", `\|`))
	}
	b.WriteString("\nA rule for one dialect warns at most where it is not known which dialect a query is in.\n\n" +
		"The pages are generated from the rules: `go test ./cmd/seg -run TestDocs -update`.\n")
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
