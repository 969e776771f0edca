package refactor

import (
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

const ignoreMark = "seg:ignore"

// IgnoreLine returns the edit that silences a rule on the line where a finding
// starts, whose span counts from the start of the file. It goes into a comment
// that silences another rule there, else to the end of the line, else on a line
// of its own above. It is not ok where comments leave no room. What else the
// comment silences, [IgnoreScope] says.
func IgnoreLine(f *ast.File, rule string, at token.Span) (edit token.Edit, ok bool) {
	return ignoreLine(f, newLines(f), rule, at)
}

func ignoreLine(f *ast.File, lines fileLines, rule string, at token.Span) (edit token.Edit, ok bool) {
	text := lines.text
	line := lines.at(at.Start)
	comments := commentsAround(f, line)
	for _, c := range comments {
		onLine := c.span.Start >= line.Start && c.span.Start <= line.End
		above := c.OwnLine && c.span.End <= line.Start && strings.Count(text[c.span.End:line.Start], "\n") == 1 && strings.TrimSpace(text[c.span.End:line.Start]) == ""
		if !onLine && !above {
			continue
		}
		if edit, ok := joined(c, rule); ok {
			return edit, true
		}
	}
	isTaken := slices.ContainsFunc(comments, func(c placedComment) bool {
		return c.span.Start <= line.End && (c.span.End > line.End || c.IsLine() && c.span.End == line.End)
	})
	broken := slices.ContainsFunc(f.At(at.Start).Errors, func(e *ast.Error) bool {
		return f.At(at.Start).Abs(e.Span).End >= line.End // a string without an end would take the comment in
	})
	if !isTaken && !broken {
		end := line.End
		for end > line.Start && isBlank(text[end-1]) {
			end--
		}
		return token.Edit{Span: token.Span{Start: end, End: line.End}, New: " // " + ignoreMark + " " + rule}, true
	}
	if slices.ContainsFunc(comments, func(c placedComment) bool { return c.span.Start < line.Start && line.Start < c.span.End }) {
		return token.Edit{}, false
	}
	return token.Edit{Span: token.At(line.Start), New: indentOf(line.Text(text)) + "// " + ignoreMark + " " + rule + token.LineEnd(text)}, true
}

// IgnoreScope says where an edit of IgnoreLine silences its rule: "on this line",
// or where the comment stands at the start or the end of several lines, "in this
// condition", "in this step" or "in this query".
func IgnoreScope(f *ast.File, edit token.Edit) string {
	scope := "on this line"
	after, err := parser.Reparse(f, edit)
	if err != nil {
		return scope
	}
	// The last letter of the rule's name, which stands in the comment.
	last := edit.Span.Start + token.Pos(len(strings.TrimRight(edit.New, "\r\n"))) - 1 // texts have at most 64 MB
	d := after.At(last)
	ast.Inspect(d.Definition, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		c := n.Attached()
		if c == nil || !slices.ContainsFunc(slices.Concat(c.Leading, c.Dangling, c.Trailing), func(c *ast.Comment) bool { return d.Abs(c.Span).Contains(last) }) {
			return true
		}
		if strings.ContainsAny(n.Span().Text(d.Text), "\r\n") {
			switch n.(type) {
			case ast.Expr:
				scope = "in this condition"
			case ast.Step:
				scope = "in this step"
			default:
				scope = "in this query"
			}
		}
		return false
	})
	return scope
}

// IgnoreFile returns the edits that silence a rule in each of the definitions
// that its findings start in, by a comment before the definition.
func IgnoreFile(f *ast.File, rule string, at []token.Span) []token.Edit {
	var edits []token.Edit
	lines := newLines(f)
	done := map[*ast.Definition]bool{}
	for _, span := range at {
		d := f.At(span.Start)
		if span.Len() > 0 && d.End() == span.Start {
			d = f.At(span.Start + 1)
		}
		if d.Definition == nil || d.Query == nil || done[d.Definition] {
			continue
		}
		if span.Start < d.Abs(d.Extent).Start { // in a comment before the definition
			if edit, ok := ignoreLine(f, lines, rule, span); ok {
				edits = append(edits, edit)
			}
			continue
		}
		done[d.Definition] = true
		edits = append(edits, ignoreDefinition(lines, rule, d))
	}
	return edits
}

func ignoreDefinition(lines fileLines, rule string, d ast.Placed) token.Edit {
	if d.Comments != nil {
		for _, c := range d.Comments.Leading {
			if edit, ok := joined(placedComment{c, d.Abs(c.Span)}, rule); ok {
				return edit
			}
		}
	}
	start := d.Abs(d.Extent).Start
	line, text := lines.at(start), lines.text
	if strings.TrimSpace(text[line.Start:start]) != "" {
		return token.Edit{Span: token.At(start), New: "/* " + ignoreMark + " " + rule + " */ "}
	}
	return token.Edit{Span: token.At(line.Start), New: text[line.Start:start] + "// " + ignoreMark + " " + rule + token.LineEnd(text)}
}

// DeclareDialect returns the edit that names the dialect of a file.
func DeclareDialect(f *ast.File, d check.Dialect) token.Edit {
	end := token.LineEnd(f.Text())
	return token.Edit{Span: token.At(f.Start()), New: "// seg:dialect " + d.String() + end + end}
}

// placedComment is a comment and its span in the file.
type placedComment struct {
	*ast.Comment
	span token.Span
}

// commentsAround returns the comments of the definitions that a line touches.
func commentsAround(f *ast.File, line token.Span) []placedComment {
	var all []placedComment
	first, _ := slices.BinarySearchFunc(f.Definitions, line.Start, func(d ast.Placed, p token.Pos) int { return int(d.End()) - int(p) })
	for _, d := range append(slices.Clone(f.Definitions[first:min(first+maxOnLine, len(f.Definitions))]), f.Tail) {
		if d.Offset > line.End {
			continue
		}
		for _, c := range d.AllComments {
			all = append(all, placedComment{c, d.Abs(c.Span)})
		}
	}
	return all
}

// maxOnLine is how many definitions of one line are looked at for comments.
const maxOnLine = 100

// joined returns the edit that adds a rule to a comment that silences others.
// It is not ok where the comment silences none, or does so until a date.
func joined(c placedComment, rule string) (edit token.Edit, ok bool) {
	end := token.NoPos
	for name, at := range check.IgnoredRules(c.Comment) {
		if name == rule {
			return token.Edit{}, false
		}
		end = at.End
	}
	if !end.IsValid() || strings.HasPrefix(strings.TrimLeft(c.Text[end-c.Comment.Span.Start:], ", \t"), "until") {
		return token.Edit{}, false
	}
	return token.Edit{Span: token.At(end - c.Comment.Span.Start + c.span.Start), New: ", " + rule}, true
}

// fileLines are the lines of a file. Asked often, it finds them without going through
// one line, which may hold all of the file, again and again.
type fileLines struct {
	text  string
	index *token.Lines
	start token.Pos // behind a byte-order mark
}

func newLines(f *ast.File) fileLines {
	text := f.Text()
	return fileLines{text, token.NewLines(text), f.Start()}
}

// at returns the span of the line of an offset, without its line end.
func (l fileLines) at(p token.Pos) token.Span {
	span := l.index.Line(l.index.Position(p, token.Bytes).Line)
	span.Start = max(span.Start, l.start)
	return span
}

func indentOf(line string) string {
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
