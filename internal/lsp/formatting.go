package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/format"
	"segql/lang/token"
)

// Formatting implements protocol.Server. The layout is that of segfmt, so what
// the client says of tabs and blanks counts for nothing. A text with mistakes
// stays as it is.
func (s *server) Formatting(ctx context.Context, params *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.tree.HasErrors() {
		return nil, err
	}
	style, err := s.options.Files.Style(ctx, v.uri)
	if err != nil {
		return nil, failed("%s", err)
	}
	formatted := style.Finish(format.File(v.tree, format.Options{Width: style.Width, Indent: style.Indent, TabWidth: style.TabWidth}))
	if formatted == v.text() {
		return nil, nil
	}
	return v.textEdits([]token.Edit{lineDifference(v.text(), formatted)}), nil
}

// lineDifference is difference by whole lines, so that its ends never lie
// within a character.
func lineDifference(before, after string) token.Edit {
	e := difference(before, after)
	start := strings.LastIndexByte(before[:e.Span.Start], '\n') + 1
	same := before[e.Span.End:] // what both end with
	if i := strings.IndexByte(same, '\n'); i >= 0 {
		same = same[i+1:]
	} else {
		same = ""
	}
	end := max(len(before)-len(same), start)
	return token.Edit{
		Span: token.Span{Start: token.Pos(start), End: token.Pos(end)}, //nolint:gosec // texts have at most 64 MB
		New:  after[start : len(after)-(len(before)-end)],
	}
}
