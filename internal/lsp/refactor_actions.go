package lsp

import (
	"context"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"

	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/refactor"
	"segql/lang/token"
)

var refactorKinds = map[refactor.Kind]protocol.CodeActionKind{
	refactor.Extract: protocol.CodeActionKindRefactorExtract,
	refactor.Inline:  protocol.CodeActionKindRefactorInline,
	refactor.Rewrite: protocol.CodeActionKindRefactorRewrite,
}

// refactorings returns the ways to write differently what stands at the place;
// none while files are missing that they may have to change, too.
func (a *asking) refactorings(ctx context.Context) []offer {
	if !a.now.isWhole() {
		return nil
	}
	layout := func(f *check.File) format.Options { return a.layout(ctx, f) }
	place := refactor.Place{Project: a.project(), File: a.checked, Span: a.at, Layout: layout}
	var offers []offer
	for _, action := range place.Actions() {
		offers = append(offers, offer{
			name: action.Name, kind: refactorKinds[action.Kind], title: action.Title, refused: action.Refused, isCommon: action.IsCommon,
			edits: func() (map[*file][]token.Edit, error) {
				edits, err := action.Edits()
				if err != nil {
					return nil, err
				}
				byFile := make(map[*file][]token.Edit, len(edits))
				for f, e := range edits {
					byFile[a.other(f).file] = e
				}
				return byFile, nil
			},
		})
	}
	return offers
}

// layout returns how a file is laid out. Where its style can't be read, which
// formatting tells the user, it has the defaults.
func (a *asking) layout(ctx context.Context, f *check.File) format.Options {
	style, err := a.server.options.Files.Style(ctx, fileURI(f.Path))
	if err != nil {
		return format.Options{}
	}
	return layoutOf(style)
}

// actionData is what an action carries that is offered without its edit: where
// it was offered, in bytes, and its name there.
type actionData struct {
	URI     fileURI   `json:"uri"`
	Version int32     `json:"version"`
	Start   token.Pos `json:"start"`
	End     token.Pos `json:"end"`
	Name    string    `json:"name"`
}

func (a *asking) data(o offer) protocol.LSPAny {
	raw, err := json.Marshal(actionData{a.uri, a.version, a.at.Start, a.at.End, o.name})
	if err != nil {
		return nil
	}
	return raw
}

// parseActionData returns what an action carries; false if it carries nothing.
func parseActionData(raw protocol.LSPAny) (data actionData, ok bool) {
	ok = len(raw) > 0 && json.Unmarshal(raw, &data) == nil && data.Name != ""
	return data, ok
}
