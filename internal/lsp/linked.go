package lsp

import (
	"context"

	"go.lsp.dev/protocol"
)

// namePattern is what an alias may be, as a regular expression of the client.
const namePattern = "[A-Za-z_][A-Za-z0-9_]*"

// LinkedEditingRange implements protocol.Server: an alias and its uses. Where
// they are not written alike they can't be edited as one.
func (s *server) LinkedEditingRange(ctx context.Context, params *protocol.LinkedEditingRangeParams) (*protocol.LinkedEditingRanges, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	n := v.nameAt(params.Position)
	if n.kind != aliasName {
		return nil, nil
	}
	pattern := namePattern
	linked := &protocol.LinkedEditingRanges{WordPattern: &pattern}
	for _, o := range n.occurrences() {
		if o.Name != n.Name || o.Quoted {
			return nil, nil
		}
		linked.Ranges = append(linked.Ranges, v.rangeOf(n.definition.Abs(o.Extent)))
	}
	if len(linked.Ranges) < 2 {
		return nil, nil
	}
	return linked, nil
}
