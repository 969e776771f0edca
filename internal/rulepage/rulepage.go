// Package rulepage explains everything that a finding can have as its rule: the
// rules of lang/check, and the mistakes in the syntax that lang/parser reports.
// The command seg, the language server and docs/rules show the same pages.
//
// It imports lang/parser and lang/check, and does no input or output.
package rulepage

import (
	"fmt"
	"slices"
	"strings"

	"segql/lang/check"
	"segql/lang/parser"
)

// A Page explains one rule, or one kind of mistake in the syntax.
type Page struct {
	// Name is what findings have as their rule.
	Name string
	// Summary is one line, Doc a few sentences.
	Summary, Doc string
	// Bad is an example that is reported, Good one that is fine; either may be
	// empty.
	Bad, Good string
	// Severity is that of its findings, unless the project says otherwise.
	Severity check.Severity
	// Dialect is the one that it holds in: outbound, realtime or both.
	Dialect string
	// IsSyntax tells that it is a mistake in the syntax, which is always an
	// error and can't be switched off.
	IsSyntax bool
}

// Rules returns the pages of the rules, sorted by name.
func Rules() []Page {
	var pages []Page
	codes := parser.Codes()
	for _, r := range check.Rules() {
		if slices.ContainsFunc(codes, func(c parser.Code) bool { return c.Name == r.Name }) {
			continue // it has the name that the parser reports it by
		}
		dialect := "both"
		if r.Dialect != check.Undetermined {
			dialect = r.Dialect.String()
		}
		pages = append(pages, Page{Name: r.Name, Summary: r.Summary, Doc: r.Doc, Bad: r.Bad, Good: r.Good, Severity: r.Severity, Dialect: dialect})
	}
	return pages
}

// Syntax returns the pages of the mistakes in the syntax, sorted by name.
func Syntax() []Page {
	var pages []Page
	for _, c := range parser.Codes() {
		pages = append(pages, Page{Name: c.Name, Summary: c.Summary, Doc: c.Doc, Bad: c.Bad, Good: c.Good, Severity: check.Error, Dialect: "both", IsSyntax: true})
	}
	return pages
}

// All returns all pages: those of Rules, then those of Syntax.
func All() []Page { return slices.Concat(Rules(), Syntax()) }

// Find returns the page of that name, and whether there is one.
func Find(name string) (Page, bool) {
	pages := All()
	i := slices.IndexFunc(pages, func(p Page) bool { return p.Name == name })
	if i < 0 {
		return Page{}, false
	}
	return pages[i], true
}

// Markdown returns the page as a document.
func (p Page) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n", p.Name, p.Summary)
	b.WriteString("| severity | dialect |\n| --- | --- |\n")
	fmt.Fprintf(&b, "| %s | %s |\n\n%s\n", p.Severity, p.Dialect, strings.TrimSpace(p.Doc))
	if p.Bad != "" {
		fmt.Fprintf(&b, "\nReported:\n\n```\n%s\n```\n", strings.TrimSpace(p.Bad))
	}
	if p.Good != "" {
		fmt.Fprintf(&b, "\nFine:\n\n```\n%s\n```\n", strings.TrimSpace(p.Good))
	}
	if p.IsSyntax {
		b.WriteString("\nA mistake in the syntax is always an error, and can't be switched off.\n")
		return b.String()
	}
	b.WriteString("\nSwitch it off ")
	if check.CanIgnore(p.Name) {
		fmt.Fprintf(&b, "for the next line with `// seg:ignore %s`, or ", p.Name)
	}
	b.WriteString("for the project in `seg.toml`:\n\n")
	fmt.Fprintf(&b, "```toml\n[rules]\n%s = \"off\"\n```\n", p.Name)
	return b.String()
}

// Index returns the document that lists all pages.
func Index() string {
	var b strings.Builder
	b.WriteString("# Rules\n\nWhat `seg check` looks for; mistakes in the syntax stand further below. `seg rules` lists the same.\n\n" +
		"| rule | severity | dialect | |\n| --- | --- | --- | --- |\n")
	cell := func(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
	for _, p := range Rules() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s |\n", p.Name, p.Name, p.Severity, p.Dialect, cell(p.Summary))
	}
	b.WriteString("\nA rule for one dialect warns at most where it is not known which dialect a query is in.\n\n" +
		"## Mistakes in the syntax\n\nThey are always errors, in both dialects, and can't be switched off.\n\n| name | |\n| --- | --- |\n")
	for _, p := range Syntax() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", p.Name, p.Name, cell(p.Summary))
	}
	b.WriteString("\nThe pages are generated from the rules: `go test ./cmd/seg -run TestDocs -update`.\n")
	return b.String()
}
