package lsp

import (
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/token"
)

// OnTypeFormatting implements protocol.Server. A new line gets the indentation
// that segfmt would give it, in broken text too. A parenthesis that closes a
// source or step lays out its definition, unless that has mistakes.
func (s *server) OnTypeFormatting(ctx context.Context, params *protocol.DocumentOnTypeFormattingParams) ([]protocol.TextEdit, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	style, err := s.style(v)
	if err != nil {
		return nil, err
	}
	p := v.offset(params.Position)
	switch params.Ch {
	case "\n":
		return v.textEdits(v.indentLine(p, style)), nil
	case ")":
		return v.textEdits(v.formatClosed(p, style)), nil
	}
	return nil, nil
}

// formatClosed returns the edits that lay out the definition whose source or
// step ends at p. What touches the caret stays: it would move under the user's
// hands.
func (v view) formatClosed(p token.Pos, style project.Style) []token.Edit {
	d, path := v.tree.Path(p)
	closes := false
	for i, n := range path {
		if i > 0 && n.Span().End == p-d.Offset {
			_, isOperands := path[i-1].(*ast.Operand)
			closes = closes || isOperands
		}
	}
	if !closes {
		return nil
	}
	return slices.DeleteFunc(v.formatDefinition(d, style), func(e token.Edit) bool { return e.Span.Contains(p) })
}

// indentLine returns the edit that indents the line of p, whose indentation ends
// there: one level more than the line of the parenthesis that is open, as much
// as that line if the line starts by closing it, and one level for a step.
// Where neither says anything, it stays as the editor has it.
func (v view) indentLine(p token.Pos, style project.Style) []token.Edit {
	before, start := v.before(p)
	head := strings.LastIndexAny(before, "\r\n") + 1
	if head == 0 || !isBlank(before[head:]) {
		return nil
	}
	unit := style.Indent
	if unit == "" {
		unit = "  "
	}
	open, inText := openAt(before[:head])
	rest := v.lineBehind(p)
	var want string
	switch {
	case inText:
		return nil
	case len(open) > 0:
		want = indentationOf(before, open[len(open)-1])
		if rest == "" || rest[0] != ')' && rest[0] != ']' {
			want += unit
		}
	case strings.HasPrefix(rest, "."):
		want = unit
	default:
		return nil
	}
	if before[head:] == want {
		return nil
	}
	return []token.Edit{{Span: token.Span{Start: start + token.Pos(head), End: p}, New: want}} //nolint:gosec // texts have at most 64 MB
}

// before returns the text in front of p, from the start of the definition that
// p lies in or behind, and where that starts in the file.
func (v view) before(p token.Pos) (text string, start token.Pos) {
	all := v.tree.Definitions
	// The last definition whose first token stands before p.
	i, _ := slices.BinarySearchFunc(all, p, func(d ast.Placed, p token.Pos) int { return int(d.Offset + d.Extent.Start - p) })
	i = max(i-1, 0)
	var b strings.Builder
	start = v.tree.Start()
	if i < len(all) {
		start = all[i].Offset
	}
	for _, d := range append(all[i:len(all):len(all)], v.tree.Tail) {
		if d.Offset >= p {
			break
		}
		b.WriteString(d.Text[:min(len(d.Text), int(p-d.Offset))])
	}
	return b.String(), start
}

// lineBehind returns what follows on the line of p.
func (v view) lineBehind(p token.Pos) string {
	d := v.tree.At(p)
	text := d.Text[p-d.Offset:]
	if text == "" {
		if p = d.End(); int(p) < v.tree.Size {
			text = v.text()[p:]
		}
	}
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimLeft(text, " \t")
}

// openAt returns where the parentheses and brackets stand that are open at the
// end of text, and whether a comment is.
func openAt(text string) (open []int, inComment bool) {
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				return open, true
			}
			i += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return open, true
			}
			i += n + 3
		case rest[0] == '\'':
			i += stringLen(rest) - 1
		case rest[0] == '(' || rest[0] == '[':
			open = append(open, i)
		case (rest[0] == ')' || rest[0] == ']') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open, false
}

// stringLen returns the length of the string that text starts with; one that is
// not closed ends with its line.
func stringLen(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		case '\n', '\r':
			return i
		}
	}
	return len(text)
}

// indentationOf returns the blanks that the line of offset i starts with.
func indentationOf(text string, i int) string {
	line := text[strings.LastIndexAny(text[:i], "\r\n")+1 : i]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
