package lsp

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/format"
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
	style, err := s.style(ctx, v)
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
// there: a step one level more than the operand that it belongs to, what follows
// the operator of a comparison or value one more than its start, anything else in parentheses one
// more than the line that opens them, and what closes them as much as that.
// Where none of this says anything, the line stays as the editor has it.
func (v view) indentLine(p token.Pos, style project.Style) []token.Edit {
	before, start := v.before(p)
	head := lineStart(before, len(before))
	if head == 0 || !isBlank(before[head:]) {
		return nil
	}
	unit := style.Indent
	if unit == "" {
		unit = format.DefaultIndent
	}
	b := bracketsIn(before[:head])
	rest := v.lineBehind(p)
	isOpen := len(b.open) > 0
	var want string
	switch {
	case b.inComment:
		return nil
	case isOpen && rest != "" && (rest[0] == ')' || rest[0] == ']'):
		want = indentationOf(before, b.open[len(b.open)-1])
	case b.last >= 0 && strings.HasPrefix(rest, "."):
		want = b.stepIndentation(before, unit)
	case isOpen && endsInOperator(before[:b.last+1]):
		want = indentationOf(before, b.last)
		if !endsInOperator(strings.TrimRight(before[:lineStart(before, b.last)], " \t\r\n")) {
			want += unit
		}
	case isOpen:
		want = indentationOf(before, b.open[len(b.open)-1]) + unit
	default:
		return nil
	}
	if before[head:] == want {
		return nil
	}
	return []token.Edit{{Span: token.Span{Start: start + token.Pos(head), End: p}, New: want}} // texts have at most 64 MB
}

// endsInOperator reports whether a comparison or value goes on behind text.
func endsInOperator(text string) bool {
	switch token.Lookup(text[len(strings.TrimRightFunc(text, unicode.IsLetter)):]) {
	case token.CONTAINS, token.STARTSWITH, token.ENDSWITH:
		return true
	}
	return text != "" && strings.IndexByte("=<>+-*/", text[len(text)-1]) >= 0
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

// brackets are the parentheses and brackets of a text, by their offsets.
type brackets struct {
	open []int // those that are open at its end, the innermost last
	// shut holds, for each line that starts by closing one, where that was
	// opened; lines are named by their start.
	shut      map[int]int
	last      int // where the last token ends, -1 if there is none
	inComment bool
}

func bracketsIn(text string) brackets {
	b := brackets{shut: map[int]int{}, last: -1}
	line, isFirst := 0, true // where the line starts, and that nothing stands on it yet
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexAny(rest, "\r\n")
			if n < 0 {
				b.inComment = true
				return b
			}
			i += n
			line, isFirst = i+1, true
			continue
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				b.inComment = true
				return b
			}
			if last := strings.LastIndexAny(rest[:n+2], "\r\n"); last >= 0 {
				line = i + last + 1
			}
			i += n + 3
			isFirst = false
			continue
		case rest[0] == '\r' || rest[0] == '\n':
			line, isFirst = i+1, true
			continue
		case rest[0] == ' ' || rest[0] == '\t':
			continue
		case rest[0] == '\'' || rest[0] == '"':
			end, _ := stringEnd(text, i)
			i = end - 1
		case rest[0] == '(' || rest[0] == '[':
			b.open = append(b.open, i)
		case (rest[0] == ')' || rest[0] == ']') && len(b.open) > 0:
			opened := b.open[len(b.open)-1]
			b.open = b.open[:len(b.open)-1]
			if isFirst {
				b.shut[line] = opened
			}
		}
		b.last, isFirst = i, false
	}
	return b
}

// stepIndentation returns the indentation of a step behind text: that of the
// step before it, or one level more than its source.
func (b brackets) stepIndentation(text, unit string) string {
	at := b.last
	for {
		opened, ok := b.shut[lineStart(text, at)]
		if !ok {
			break
		}
		at = opened
	}
	indentation := indentationOf(text, at)
	if text[lineStart(text, at)+len(indentation)] == '.' {
		return indentation
	}
	return indentation + unit
}

// lineStart returns where the line of an offset starts.
func lineStart(text string, i int) int { return strings.LastIndexAny(text[:i], "\r\n") + 1 }

// indentationOf returns the blanks that the line of offset i starts with.
func indentationOf(text string, i int) string {
	line := text[lineStart(text, i) : i+1]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}
