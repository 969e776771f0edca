package lsp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// place is a span of a file.
type place struct {
	file *file
	span token.Span
}

// segmentPlaces returns where the definitions stand that the name of a segment
// means, seen from v, and all that refers to them. Names are without quotes.
func (v view) segmentPlaces(ctx context.Context, name string) (definitions, references []place, err error) {
	meant := v.project().Lookup(v.checked, name)
	for _, d := range meant {
		definitions = append(definitions, place{v.other(d.File).file, d.Abs(unquoted(d.Name))})
	}
	for r := range v.referring(name, meant) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		references = append(references, place{v.other(r.File).file, r.Abs(unquoted(r.Name))})
	}
	return definitions, references, nil
}

// referring yields the references by a name that lead to one of those
// definitions; where there are none, those that lead to nothing here.
func (v view) referring(name string, meant []check.Definition) func(func(check.Reference) bool) {
	wanted := map[*ast.Definition]bool{}
	for _, d := range meant {
		wanted[d.Definition] = true
	}
	return func(yield func(check.Reference) bool) {
		var of *check.File // what leads holds for
		leads := false
		for r := range v.project().References(name) {
			if r.File != of {
				targets := v.project().Lookup(r.File, name)
				of, leads = r.File, len(wanted) == 0 && len(targets) == 0
				for _, t := range targets {
					leads = leads || wanted[t.Definition]
				}
			}
			if leads && !yield(r) {
				return
			}
		}
	}
}

// References implements protocol.Server: of segments in the whole project, of
// aliases in their operand, and of names of the schema wherever the queries of
// the project use the same table, column or relationship.
func (s *server) References(ctx context.Context, params *protocol.ReferenceParams) ([]protocol.Location, error) {
	v, n, err := s.nameIn(ctx, params.TextDocument, params.Position)
	if err != nil {
		return nil, err
	}
	if n.kind != noName && n.kind != aliasName {
		if err := v.now.mustBeWhole("find all references"); err != nil {
			return nil, err
		}
	}
	var places []place
	switch n.kind {
	case noName:
	case segmentName:
		definitions, references, err := v.segmentPlaces(ctx, n.Name)
		if err != nil {
			return nil, err
		}
		if params.Context.IncludeDeclaration {
			places = definitions
		}
		places = append(places, references...)
	case aliasName:
		for _, o := range n.occurrences() {
			if params.Context.IncludeDeclaration || !o.isDeclaration() {
				places = append(places, place{v.file, n.definition.Abs(o.Extent)})
			}
		}
	default:
		if places, err = v.schemaPlaces(ctx, n); err != nil {
			return nil, err
		}
	}
	return locations(places), nil
}

// locations returns places as the client names them, in the order of their files
// and texts.
func locations(places []place) []protocol.Location {
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(strings.Compare(string(a.file.uri), string(b.file.uri)), cmp.Compare(a.span.Start, b.span.Start))
	})
	out := make([]protocol.Location, 0, len(places))
	for _, p := range places {
		out = append(out, p.file.location(p.span))
	}
	return out
}

// schemaPlaces returns where the project uses what a name of the schema means.
func (v view) schemaPlaces(ctx context.Context, n named) ([]place, error) {
	var places []place
	for _, f := range v.project().Files() {
		other := v.other(f)
		for _, d := range f.Tree.Definitions {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			resolve := other.resolver(d.Definition)
			if d.Definition == n.definition.Definition {
				resolve = n.resolve
			}
			eachName(d.Definition, func(o occurrence) {
				if n.isUsedBy(o, f.Schema, resolve) {
					places = append(places, place{other.file, d.Abs(o.Extent)})
				}
			})
		}
	}
	return places, nil
}

// isUsedBy reports whether another name, of any definition, means the same name
// of the schema. Only where it may be the column is its definition resolved.
func (n named) isUsedBy(o occurrence, s *schema.Schema, resolve func() *check.Resolution) bool {
	column, inColumn := o.parent.(*ast.ColumnExpr)
	switch {
	case n.kind == columnName:
		return inColumn && o.Ident == &column.Name && strings.EqualFold(o.Name, n.Name) && sameTable(meaningOf(o.parent, o.Ident, resolve).row, n.row)
	case inColumn:
		return false // a table before a column is one that a step names already
	case n.kind == relationshipName && meaningOf(o.parent, o.Ident, resolve).kind == relationshipName:
		// Both dialects have a name for the same one.
		r := s.Relationship(o.Name)
		return strings.EqualFold(o.Name, n.Name) || r != nil && r == s.Relationship(n.Name)
	}
	return meaningOf(o.parent, o.Ident, resolve) == n.meaning
}

// sameTable reports whether two rows are of the same table. What is not known
// is the same only as itself.
func sameTable(a, b *check.Row) bool {
	if a == nil || b == nil || a == b {
		return a == b && a != nil
	}
	return a.Table != "" && a.IsEvent == b.IsEvent && strings.EqualFold(a.Table, b.Table)
}
