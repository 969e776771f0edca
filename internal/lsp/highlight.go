package lsp

import (
	"context"

	"go.lsp.dev/protocol"
)

// DocumentHighlight implements protocol.Server: a segment's name in the whole
// file, everything else in its definition.
func (s *server) DocumentHighlight(ctx context.Context, params *protocol.DocumentHighlightParams) ([]protocol.DocumentHighlight, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	n := v.nameAt(params.Position)
	var found []protocol.DocumentHighlight
	add := func(p place, kind protocol.DocumentHighlightKind) {
		if p.file == v.file {
			found = append(found, protocol.DocumentHighlight{Range: v.rangeOf(p.span), Kind: kind})
		}
	}
	switch n.kind {
	case noName:
	case segmentName:
		definitions, references, err := v.segmentPlaces(ctx, n.Name)
		if err != nil {
			return nil, err
		}
		for _, p := range definitions {
			add(p, protocol.DocumentHighlightKindWrite)
		}
		for _, p := range references {
			add(p, protocol.DocumentHighlightKindRead)
		}
	default:
		for _, o := range n.occurrences() {
			kind := protocol.DocumentHighlightKindRead
			switch {
			case o.isDeclaration():
				kind = protocol.DocumentHighlightKindWrite
			case n.kind != aliasName && n.kind != columnName:
				kind = protocol.DocumentHighlightKindText
			}
			add(place{v.file, n.definition.Abs(o.span())}, kind)
		}
	}
	return found, nil
}
