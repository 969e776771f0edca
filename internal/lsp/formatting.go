package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/format"
	"segql/lang/token"
)

// offerFormatting says what can be laid out.
func (s *server) offerFormatting(c *protocol.ServerCapabilities) {
	yes := true
	c.DocumentFormattingProvider = protocol.Boolean(true)
	c.DocumentRangeFormattingProvider = &protocol.DocumentRangeFormattingOptions{RangesSupport: &yes}
	c.DocumentOnTypeFormattingProvider = protocol.DocumentOnTypeFormattingOptions{FirstTriggerCharacter: "\n", MoreTriggerCharacter: []string{")"}}
}

// Formatting implements protocol.Server. The layout is that of segfmt, so what
// the client says of tabs and blanks counts for nothing. A text with mistakes
// stays as it is.
func (s *server) Formatting(ctx context.Context, params *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	if v.tree.HasErrors() {
		s.log.Warn("not formatted: there are mistakes in the syntax", "file", v.uri)
		return nil, nil
	}
	style, err := s.style(ctx, v)
	if err != nil {
		return nil, err
	}
	return v.formatAll(style), nil
}

// formatAll returns the edits that lay out a file without mistakes.
func (v view) formatAll(style project.Style) []protocol.TextEdit {
	formatted := style.Finish(format.File(v.tree, layoutOf(style)))
	if formatted == v.text() {
		return nil
	}
	return v.textEdits(layoutEdits(v.text(), formatted))
}

// style returns the style that is laid down for a file.
func (s *server) style(ctx context.Context, v view) (project.Style, error) {
	style, err := s.options.Files.Style(ctx, v.uri)
	if err != nil {
		return style, failed("%s", err)
	}
	return style, nil
}

func layoutOf(style project.Style) format.Options {
	return format.Options{Width: style.Width, Indent: style.Indent, TabWidth: style.TabWidth}
}

// RangeFormatting implements protocol.Server.
func (s *server) RangeFormatting(ctx context.Context, params *protocol.DocumentRangeFormattingParams) ([]protocol.TextEdit, error) {
	return s.formatRanges(ctx, params.TextDocument, params.Range)
}

// RangesFormatting implements protocol.Server.
func (s *server) RangesFormatting(ctx context.Context, params *protocol.DocumentRangesFormattingParams) ([]protocol.TextEdit, error) {
	return s.formatRanges(ctx, params.TextDocument, params.Ranges...)
}

// formatRanges lays out the definitions that ranges touch, each as a whole.
// Those with mistakes stay as they are, and so do the lines between. A range
// that holds all of a file without mistakes is the file.
func (s *server) formatRanges(ctx context.Context, document protocol.TextDocumentIdentifier, ranges ...protocol.Range) ([]protocol.TextEdit, error) {
	v, err := s.file(ctx, document)
	if err != nil {
		return nil, err
	}
	style, err := s.style(ctx, v)
	if err != nil {
		return nil, err
	}
	var edits []token.Edit
	done := map[*ast.Definition]bool{}
	for _, r := range ranges {
		within := v.span(r)
		if within.Start <= v.tree.Start() && int(within.End) == v.tree.Size && !v.tree.HasErrors() {
			return v.formatAll(style), nil
		}
		for _, d := range v.touching(within) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			own := d.Abs(ownText(d.Definition))
			if done[d.Definition] || own.Start > within.End || own.End < within.Start {
				continue
			}
			if within.Len() > 0 && (own.Start == within.End || own.End == within.Start) {
				continue // whole lines end where the next one starts
			}
			done[d.Definition] = true
			edits = append(edits, v.formatDefinition(d, style)...)
		}
	}
	return v.textEdits(edits), nil
}

// ownText returns what belongs to a definition: its tokens, and the comments
// before and behind them.
func ownText(d *ast.Definition) token.Span {
	start := len(d.Text) - len(strings.TrimLeft(d.Text, " \t\r\n\v\f"))
	end := len(strings.TrimRight(d.Text, " \t\r\n\v\f"))
	return token.Span{Start: token.Pos(start), End: token.Pos(max(start, end))} // texts have at most 64 MB
}

// formatDefinition returns the edits of the file that lay out a definition; none
// if it has mistakes.
func (v view) formatDefinition(d ast.Placed, style project.Style) []token.Edit {
	if d.Query == nil || len(d.Errors) > 0 {
		return nil
	}
	own := ownText(d.Definition)
	for start := own.Start; ; start-- {
		if start == 0 || d.Text[start-1] == '\n' || d.Text[start-1] == '\r' {
			if start > 0 || d.Offset == v.tree.Start() {
				own.Start = start // what starts a line starts at its start
			}
			break
		}
		if !isBlank(d.Text[start-1 : start]) {
			break
		}
	}
	// The line ends are those of the lines around it, not those of the style.
	formatted := token.WithLineEnds(format.Definition(d.Definition, layoutOf(style)), v.lineEnd())
	edits := layoutEdits(own.Text(d.Text), formatted)
	for i := range edits {
		edits[i] = edits[i].Shift(d.Offset + own.Start)
	}
	return edits
}

// lineEnd returns the line end of the file, that of its first line.
func (f *file) lineEnd() string {
	for _, d := range f.tree.Definitions {
		if strings.Contains(d.Text, "\n") {
			return token.LineEnd(d.Text)
		}
	}
	return token.LineEnd(f.tree.Tail.Text)
}
