package lsp

import (
	"context"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
)

// Definition implements protocol.Server. It leads from the name of a segment to
// its definition, from an alias to the step that gives it, and from a table
// before a column to the step whose row that is. Other names lead to the schema
// file that a seg.toml names.
func (s *server) Definition(ctx context.Context, params *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	v, n, err := s.nameIn(ctx, params.TextDocument, params.Position)
	if err != nil {
		return nil, err
	}
	var found protocol.LocationSlice
	switch n.kind {
	case segmentName:
		for _, d := range v.project().Lookup(v.checked, n.Name) {
			found = append(found, v.other(d.File).location(d.Abs(d.Name.Extent)))
		}
	case aliasName:
		found = append(found, v.location(n.definition.Abs(n.alias.Name.Extent)))
	case tableName, eventName:
		if column, ok := n.parent.(*ast.ColumnExpr); ok {
			res := n.resolve()
			if made := origin(res, res.Column(column).Row); made != nil {
				found = append(found, v.location(n.definition.Abs(made.Extent)))
			}
		}
	}
	if found == nil {
		found = s.schemaPlace(ctx, v, n)
	}
	if found == nil {
		return nil, nil
	}
	return found, nil
}
