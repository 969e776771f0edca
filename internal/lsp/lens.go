package lsp

import (
	"context"
	"fmt"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/token"
)

// commandShowReferences is the command of a lens that counts references. The
// client has it, and says so by the experimental capability
// {"segql": {"showReferences": true}}; its arguments are those of VS Code's
// editor.action.showReferences: the document, the position and the locations.
const commandShowReferences = "seg.showReferences"

// lensReferences is the kind of a lens that counts references.
const lensReferences = "references"

// lensData is what a lens is resolved from.
type lensData struct {
	URI  fileURI `json:"uri"`
	Kind string  `json:"kind"`
	Name string  `json:"name"`
}

// CodeLens implements protocol.Server. What a lens says is found out by
// CodeLensResolve, which the client asks for those that it shows.
func (s *server) CodeLens(ctx context.Context, params *protocol.CodeLensParams) ([]protocol.CodeLens, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	var lenses []protocol.CodeLens
	if v.now.settings.on("codeLens.references") {
		for _, d := range v.tree.Definitions {
			if d.Name == nil || d.Name.Name == "" {
				continue
			}
			lens, err := v.lens(d, d.Name.Extent, lensData{v.uri, lensReferences, d.Name.Name})
			if err != nil {
				return nil, err
			}
			lenses = append(lenses, lens)
		}
	}
	return append(lenses, s.validateLenses(v)...), ctx.Err()
}

// lens returns a lens at a span of a definition.
func (v view) lens(d ast.Placed, at token.Span, data lensData) (protocol.CodeLens, error) {
	raw, err := protocol.Marshal(data)
	return protocol.CodeLens{Range: v.rangeOf(d.Abs(at)), Data: raw}, err
}

// CodeLensResolve implements protocol.Server.
func (s *server) CodeLensResolve(ctx context.Context, params *protocol.CodeLens) (*protocol.CodeLens, error) {
	now := s.begin(ctx)
	if !now.isWhole() { // what is counted is in all files
		if err := s.waitSettled(ctx); err != nil {
			return nil, err
		}
		now = s.state.Load()
	}
	var data lensData
	if len(params.Data) == 0 || protocol.Unmarshal(params.Data, &data) != nil || data.URI == "" {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the lens does not come from segls: it lacks the data that segls gave it")
	}
	f := now.file(data.URI)
	if f == nil {
		return nil, failed("segls does not know the file %s any more", data.URI)
	}
	switch data.Kind {
	case lensReferences:
		command, err := s.referencesCommand(ctx, view{f, now}, params.Range.Start, data.Name)
		params.Command = command
		return params, err
	default:
		return nil, failed("segls has no lens of the kind %q", data.Kind)
	}
}

// referencesCommand says how many references there are to a name, and shows
// them where the client can. Without a command it is text.
func (s *server) referencesCommand(ctx context.Context, v view, at protocol.Position, name string) (protocol.Command, error) {
	_, references, err := v.segmentPlaces(ctx, name)
	if err != nil {
		return protocol.Command{}, err
	}
	c := protocol.Command{Title: fmt.Sprintf("%d references", len(references))}
	if len(references) == 1 {
		c.Title = "1 reference"
	}
	if !s.can.showReferences || len(references) == 0 {
		return c, nil
	}
	c.Command = commandShowReferences
	for _, argument := range []any{v.written, at, locations(references)} {
		raw, err := protocol.Marshal(argument)
		if err != nil {
			return c, err
		}
		c.Arguments = append(c.Arguments, raw)
	}
	return c, nil
}
