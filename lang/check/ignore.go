package check

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"time"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

var unusedIgnore = &Rule{
	Name: "unused-ignore", Severity: Warning,
	Summary: "a seg:ignore comment silences nothing, has lapsed or names no rule",
	Doc: "`// seg:ignore rule[, rule] [until 2027-01-31] [-- reason]` silences rules on its own line or, if it stands " +
		"alone, also on the next one, and in the whole condition, step or definition that it stands at the start or the " +
		"end of. One that silences nothing can go; one whose date has passed silences nothing any more.",
	Bad: "PROFILE(contact) // seg:ignore unknown-table", Good: "PROFILE(contct) // seg:ignore unknown-table",
}

// An ignore is a comment that silences rules.
type ignore struct {
	comment *ast.Comment
	// carrier is the span of the node that the comment hangs on.
	carrier token.Span
	rules   []string
	date    string // the last day that it silences them on, behind until; empty if there is none
	badDate bool
}

// isActive reports whether the comment silences anything on a day, that of the
// place where today is.
func (i *ignore) isActive(today time.Time) bool {
	return !i.badDate && (i.date == "" || today.Format(time.DateOnly) <= i.date)
}

// ignoresOf returns the comments in a definition that silence rules.
func ignoresOf(d *ast.Definition) []*ignore {
	var all []*ignore
	at := map[*ast.Comment]*ignore{}
	for _, comment := range d.AllComments {
		if isIgnore(comment) {
			i := parseIgnore(comment)
			all = append(all, i)
			at[comment] = i
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		if c := n.Attached(); c != nil {
			for _, comment := range slices.Concat(c.Leading, c.Dangling, c.Trailing) {
				if i := at[comment]; i != nil {
					i.carrier = n.Span()
				}
			}
		}
		return true
	})
	return all
}

// ignore leaves out the findings that comments silence, and adds one for each
// comment that silences nothing. The findings are sorted.
func (c *findings) ignore() {
	var lines *token.Lines // made for the first comment
	// Where the findings of each rule stand.
	found := map[string][]int{}
	c.syntax = map[string]bool{}
	for i, f := range c.all {
		if CanIgnore(f.Rule) {
			found[f.Rule] = append(found[f.Rule], i)
		} else {
			c.syntax[f.Rule] = true
		}
	}
	used := map[*ignore]map[string]bool{}
	silent := map[string][]int{} // for each of found: how many more, or fewer, comments silence it than the one before
	var after []Finding
	for n, d := range c.unit.defs {
		if !d.hasIgnores {
			continue
		}
		if lines == nil {
			lines = token.NewLines(c.unit.file.Tree.Text())
		}
		offset := c.unit.placed(n).Offset
		for _, i := range d.ignores() {
			comment := i.comment.Span.Shift(offset)
			used[i] = map[string]bool{}
			for _, span := range []token.Span{linesOf(lines, comment, i.comment.OwnLine), i.carrier.Shift(offset)} {
				for _, rule := range i.rules {
					at := found[rule]
					if !span.IsValid() || len(at) == 0 || !i.isActive(c.project.today) {
						continue
					}
					index := func(p token.Pos) int {
						return sort.Search(len(at), func(k int) bool { return c.all[at[k]].Span.Start >= p })
					}
					from, to := index(span.Start), index(span.End)
					if from == to {
						continue
					}
					used[i][rule] = true
					if silent[rule] == nil {
						silent[rule] = make([]int, len(at)+1)
					}
					silent[rule][from]++
					silent[rule][to]--
				}
			}
			after = append(after, c.unused(i, comment, used[i])...)
		}
	}
	gone := make([]bool, len(c.all))
	for rule, steps := range silent {
		count := 0
		for k, at := range found[rule] {
			count += steps[k]
			gone[at] = count > 0
		}
	}
	kept := make([]Finding, 0, len(c.all))
	for i, f := range c.all {
		if !gone[i] {
			kept = append(kept, f)
		}
	}
	c.all = slices.Concat(kept, after)
	if len(c.all) == 0 {
		c.all = nil
	}
}

// linesOf returns the span of the line of a comment, and of the next one if
// the comment stands alone on its own. A line holds its end; that of the text
// holds what stands behind it.
func linesOf(lines *token.Lines, comment token.Span, ownLine bool) token.Span {
	first := lines.Position(comment.Start, token.Bytes).Line
	last := first
	if ownLine {
		last = lines.Position(comment.End, token.Bytes).Line + 1
	}
	end := lines.Line(last).End + 1
	if last+1 < lines.Count() {
		end = lines.Line(last + 1).Start
	}
	return token.Span{Start: lines.Line(first).Start, End: end}
}

// lineEndLen returns the length of the line end that text starts with.
func lineEndLen(text string) token.Pos {
	if strings.HasPrefix(text, "\r\n") {
		return 2
	}
	return 1
}

// withBlanks returns the span of a comment with the blanks that go when it
// does: those before it, and its whole line where nothing else stands on that.
func withBlanks(text string, comment token.Span) token.Span {
	before := strings.TrimRight(text[:comment.Start], " \t")
	behind := strings.TrimLeft(text[comment.End:], " \t")
	startsLine := before == "" || before[len(before)-1] == '\n' || before[len(before)-1] == '\r'
	endsLine := behind == "" || behind[0] == '\n' || behind[0] == '\r'
	start, end := token.Pos(len(before)), token.Pos(len(text)-len(behind)) // texts have at most 64 MB
	switch {
	case startsLine && endsLine && behind != "":
		return token.Span{Start: start, End: end + lineEndLen(behind)}
	case endsLine:
		return token.Span{Start: start, End: end}
	case startsLine: // what follows keeps its indent
		return token.Span{Start: comment.Start, End: end}
	case end > comment.End:
		return token.Span{Start: start, End: comment.End} // one side's blanks stay between its neighbours
	}
	return comment
}

// unused returns the findings about a comment, of which it is known what it silences.
func (c *findings) unused(i *ignore, span token.Span, used map[string]bool) []Finding {
	rule := unusedIgnore
	severity := rule.Severity
	if set, ok := c.unit.file.Severities[rule.Name]; ok {
		severity = set
	}
	if severity == Off {
		return nil
	}
	var all []Finding
	remove := replaceFix("Remove the comment", withBlanks(c.unit.file.Tree.Text(), span), "")
	report := func(message string, fixes ...token.Fix) {
		all = append(all, Finding{
			Rule: rule.Name, Severity: severity, Span: span, Message: message, Fixes: fixes,
			Unnecessary: len(fixes) > 0 && len(used) == 0,
		})
	}
	switch {
	case i.badDate:
		report(fmt.Sprintf("%q is no date; write seg:ignore rule until 2027-01-31", i.date))
		return all
	case !i.isActive(c.project.today):
		report(fmt.Sprintf("the comment has silenced nothing since %s; mend what it speaks of, or remove it", i.date), remove)
		return all
	case len(i.rules) == 0:
		report("seg:ignore names no rule; write seg:ignore rule-name", remove)
		return all
	}
	for _, name := range i.rules {
		if used[name] {
			continue
		}
		fix := remove
		if len(used) > 0 {
			fix = removeRule(i.comment, span, name)
		}
		message := fmt.Sprintf("there is nothing here that seg:ignore %s silences", name)
		switch {
		case c.syntax[name]:
			message = fmt.Sprintf("%s is a mistake in the syntax, which no comment silences; mend it", name)
		case ruleOf(name) == nil:
			message = fmt.Sprintf("there is no rule %s", name)
			names := make([]string, 0, len(rules))
			for _, r := range rules {
				names = append(names, r.Name)
			}
			if near := schema.Nearest(name, slices.Values(names), 1); len(near) > 0 {
				message += fmt.Sprintf("; did you mean %s?", near[0])
			}
		}
		report(message, fix)
	}
	return all
}

// removeRule returns the fix that takes a rule out of a comment that silences
// others, which stands at span.
func removeRule(comment *ast.Comment, span token.Span, rule string) token.Fix {
	fix := token.Fix{Title: "Remove " + rule + " from the comment"}
	shift := span.Start - comment.Span.Start
	before, isFirst := token.NoPos, true
	var gone token.Span // the rule, with what stands between it and the one before
	for name, at := range IgnoredRules(comment) {
		switch {
		case gone.Len() > 0 && isFirst: // the one behind it becomes the first
			gone.End = at.Start
			fix.Edits = []token.Edit{{Span: gone.Shift(shift)}}
			return fix
		case gone.Len() > 0:
		case name == rule && before.IsValid():
			gone, isFirst = token.Span{Start: before, End: at.End}, false
		case name == rule:
			gone = at
		}
		before = at.End
	}
	fix.Edits = []token.Edit{{Span: gone.Shift(shift)}}
	return fix
}

// CanIgnore reports whether a comment can silence the findings of a rule. None
// silences the errors of the parser, nor what is said about such comments.
func CanIgnore(rule string) bool {
	r := ruleOf(rule)
	return r != nil && r.run != nil
}

// ruleOf returns the rule of that name, nil if there is none.
func ruleOf(name string) *Rule {
	if i := slices.IndexFunc(rules, func(r *Rule) bool { return r.Name == name }); i >= 0 {
		return rules[i]
	}
	return nil
}

// isIgnore reports whether a comment silences rules.
func isIgnore(c *ast.Comment) bool {
	_, ok := ignoreText(c)
	return ok
}

// ignoreText returns what follows seg:ignore in a comment.
func ignoreText(c *ast.Comment) (string, bool) {
	text := strings.TrimSuffix(strings.TrimLeft(c.Text, "/* \t"), "*/")
	rest, ok := strings.CutPrefix(text, "seg:ignore")
	return rest, ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
}

// IgnoredRules yields the names of the rules that a comment silences, and where
// each stands, counted as the comment's own span is. There are none in a
// comment that is no seg:ignore.
func IgnoredRules(c *ast.Comment) iter.Seq2[string, token.Span] {
	return func(yield func(string, token.Span) bool) {
		if !isIgnore(c) {
			return
		}
		const mark = "seg:ignore"
		from := strings.Index(c.Text, mark) + len(mark)
		for _, name := range parseIgnore(c).rules {
			from += strings.Index(c.Text[from:], name)
			at := c.Span.Start + token.Pos(from)
			from += len(name)
			if !yield(name, token.Span{Start: at, End: at + token.Pos(len(name))}) {
				return
			}
		}
	}
}

// parseIgnore returns what a comment silences.
func parseIgnore(c *ast.Comment) *ignore {
	rest, _ := ignoreText(c)
	rest, _, _ = strings.Cut(rest, "--")
	i := &ignore{comment: c, carrier: token.NoSpan}
	words := strings.Fields(strings.ReplaceAll(rest, ",", " "))
	for k := range words {
		if words[k] != "until" {
			i.rules = append(i.rules, words[k])
			continue
		}
		if k+1 < len(words) {
			i.date = words[k+1]
		}
		_, err := time.Parse(time.DateOnly, i.date)
		i.badDate = err != nil
		break
	}
	return i
}
