package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

var ignoreRules = []*Rule{
	{
		Name: "unused-ignore", Severity: Warning,
		Summary: "a seg:ignore comment silences nothing, has lapsed or names no rule",
		Doc: "`// seg:ignore rule[, rule] [until 2027-01-31] [-- reason]` silences rules on its own line or, if it stands " +
			"alone, on the next one. One that silences nothing can go; one whose date has passed silences nothing any more.",
		Bad: "PROFILE(contact) // seg:ignore unknown-table", Good: "PROFILE(contct) // seg:ignore unknown-table",
	},
}

// An ignore is a comment that silences rules.
type ignore struct {
	span    token.Span // of the comment, in the file
	lines   [2]int     // the lines that it is for, from and to
	rules   []string
	lapsed  string // the date, if it has passed
	badDate string
	used    map[string]bool
}

// ignore leaves out the findings that comments silence, and adds one for each
// comment that silences nothing.
func (c *pass) ignore(findings []Finding) []Finding {
	var all []*ignore
	for _, d := range append(c.file.Tree.Definitions[:len(c.file.Tree.Definitions):len(c.file.Tree.Definitions)], c.file.Tree.Tail) {
		for _, comment := range d.AllComments {
			if i := parseIgnore(comment, c.project.today); i != nil {
				i.span = d.Abs(comment.Span)
				all = append(all, i)
			}
		}
	}
	if len(all) == 0 {
		return findings
	}
	lines := token.NewLines(c.file.Tree.Text())
	line := func(p token.Pos) int { return lines.Position(p, token.Bytes).Line }
	for _, i := range all {
		from := line(i.span.Start)
		i.lines = [2]int{from, from}
		if blankBefore(c.file.Tree.Text(), i.span.Start) {
			i.lines[1] = line(i.span.End) + 1
		}
	}
	kept := slices.DeleteFunc(findings, func(f Finding) bool {
		at := line(f.Span.Start)
		silenced := false
		for _, i := range all {
			if canSilence(f.Rule) && at >= i.lines[0] && at <= i.lines[1] && i.lapsed == "" && i.badDate == "" && slices.Contains(i.rules, f.Rule) {
				i.used[f.Rule] = true
				silenced = true
			}
		}
		return silenced
	})
	c.findings = kept
	c.rule, c.def = ignoreRules[0], ast.Placed{}
	for _, i := range all {
		c.checkIgnore(i)
	}
	return c.findings
}

func blankBefore(text string, p token.Pos) bool {
	start := strings.LastIndexAny(text[:p], "\r\n") + 1
	return strings.TrimSpace(text[start:p]) == ""
}

func (c *pass) checkIgnore(i *ignore) {
	remove := replaceFix("Remove the comment", i.span, "")
	switch {
	case i.badDate != "":
		c.report(i.span, fmt.Sprintf("%s is no date; write seg:ignore rule until 2027-01-31", i.badDate))
		return
	case i.lapsed != "":
		c.report(i.span, fmt.Sprintf("the comment has silenced nothing since %s; mend what it speaks of, or remove it", i.lapsed), remove).Sure = false
		return
	case len(i.rules) == 0:
		c.report(i.span, "seg:ignore names no rule; write seg:ignore rule-name", remove).Sure = false
		return
	}
	for _, name := range i.rules {
		if i.used[name] {
			continue
		}
		message := fmt.Sprintf("there is nothing here that seg:ignore %s silences", name)
		if !isRule(name) {
			message = fmt.Sprintf("there is no rule %s", name)
			names := make([]string, 0, len(rules))
			for _, r := range rules {
				names = append(names, r.Name)
			}
			if near := schema.Nearest(name, slices.Values(names), 1); len(near) > 0 {
				message += fmt.Sprintf("; did you mean %s?", near[0])
			}
		}
		c.report(i.span, message, remove).Sure = false
	}
}

// canSilence reports whether a comment can silence what a rule says. Syntax
// errors, which the parser reports, stay.
func canSilence(name string) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool { return r.Name == name && r.run != nil })
}

func isRule(name string) bool {
	return slices.ContainsFunc(rules, func(r *Rule) bool { return r.Name == name })
}

// parseIgnore returns what a comment silences, nil if it is no such comment.
func parseIgnore(c *ast.Comment, today time.Time) *ignore {
	text := strings.TrimSuffix(strings.TrimLeft(c.Text, "/* \t"), "*/")
	rest, ok := strings.CutPrefix(text, "seg:ignore")
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil
	}
	rest, _, _ = strings.Cut(rest, "--")
	i := &ignore{used: map[string]bool{}}
	words := strings.Fields(strings.ReplaceAll(rest, ",", " "))
	for k := range words {
		if words[k] != "until" {
			i.rules = append(i.rules, words[k])
			continue
		}
		date := ""
		if k+1 < len(words) {
			date = words[k+1]
		}
		day, err := time.Parse("2006-01-02", date)
		switch {
		case err != nil:
			i.badDate = "`" + date + "`"
		case today.After(day.AddDate(0, 0, 1)):
			i.lapsed = date
		}
		break
	}
	return i
}
