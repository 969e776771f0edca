package check

import (
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

var dialectRules = []*Rule{
	{
		Name: "unknown-dialect", Severity: Warning,
		Summary: "a seg:dialect comment names no dialect, or stands where it has no effect",
		Doc: "`// seg:dialect outbound` or `// seg:dialect realtime` before the first query of a file says which dialect the " +
			"file is in. Another name, or a comment further down, says nothing.",
		Bad: "// seg:dialect realtim\nPROFILE(contact)", Good: "// seg:dialect realtime\nPROFILE(contact)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: unknownDialect,
	},
}

func unknownDialect(c *pass, n ast.Node) {
	for _, comment := range n.(*ast.Definition).AllComments {
		name, ok := dialectComment(comment)
		if !ok {
			continue
		}
		if _, ok := ParseDialect(name); ok {
			f := c.report(comment.Span, "seg:dialect has an effect only before the first query of a file; move it there")
			f.late = func(all *findings, _ *Finding) bool { return all.def != all.unit.defs[0] }
			continue
		}
		dialects := dialectNames[Outbound:]
		if near := nearestOf(strings.ToLower(name), slices.Values(dialects)); near != "" && name != "" {
			dialects = []string{near}
		}
		// The name is the last thing in the comment, or the mark is.
		at := token.At(comment.Span.Start + token.Pos(strings.Index(comment.Text, dialectMark)+len(dialectMark)))
		written := " "
		if name != "" {
			at.Start += token.Pos(strings.Index(comment.Text[at.Start-comment.Span.Start:], name))
			at.End = at.Start + token.Pos(len(name))
			written = ""
		}
		var fixes []token.Fix
		for _, d := range dialects {
			fixes = append(fixes, replaceFix("Write "+d, at, written+d))
		}
		message := "seg:dialect names no dialect; write outbound or realtime behind it"
		if name != "" {
			message = fmt.Sprintf("there is no dialect %s; the dialects are outbound and realtime", name)
		}
		c.report(comment.Span, message, fixes...)
	}
}
