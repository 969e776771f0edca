package lsp

import (
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// nameKind says what sort of thing a name stands for.
type nameKind uint8

const (
	noName nameKind = iota
	segmentName
	aliasName
	tableName
	columnName
	relationshipName
	eventName
	linkName
)

// meaning is what a name in a definition stands for. Two names of a definition
// with equal meanings stand for the same.
type meaning struct {
	kind  nameKind
	text  string     // in lower case; empty for an alias
	alias *ast.Alias // of an alias
	row   *check.Row // of a column, nil if its qualifier names no row
}

// meaningOf returns what n, a child of parent, stands for. The names of the
// definition are resolved only if the answer depends on that.
func meaningOf(parent ast.Node, n *ast.Ident, resolve func() *check.Resolution) meaning {
	named := func(kind nameKind) meaning { return meaning{kind: kind, text: strings.ToLower(n.Name)} }
	switch p := parent.(type) {
	case *ast.Definition, *ast.Segment, *ast.NameRef:
		return named(segmentName)
	case *ast.Profile:
		return named(tableName)
	case *ast.Traverse, *ast.Relate:
		return named(relationshipName)
	case *ast.Interaction:
		if n == p.Event {
			return named(eventName)
		}
		return named(linkName)
	case *ast.Alias:
		if n == p.Qualifier {
			return named(tableName)
		}
		return meaning{kind: aliasName, alias: p}
	case *ast.ColumnExpr:
		row := resolve().Column(p).Row
		if n != p.Qualifier {
			m := named(columnName)
			if m.row = row; row == nil && p.Qualifier != nil {
				m.text = strings.ToLower(p.Qualifier.Name) + "." + m.text
			}
			return m
		}
		switch {
		case row == nil:
		case isAliasOf(row, n.Name):
			return meaning{kind: aliasName, alias: row.Alias}
		case row.IsEvent:
			return named(eventName)
		default:
			return named(tableName)
		}
	}
	return meaning{}
}

func isAliasOf(row *check.Row, name string) bool {
	return row.Alias != nil && strings.EqualFold(row.Alias.Name.Name, name)
}

// occurrence is a name in a definition and the node that it is part of.
type occurrence struct {
	*ast.Ident
	parent ast.Node
}

// isDeclaration reports whether the name comes to be there.
func (o occurrence) isDeclaration() bool {
	switch o.parent.(type) {
	case *ast.Definition, *ast.Alias:
		return true
	}
	return false
}

// span returns the bytes of the name without quotes.
func (o occurrence) span() token.Span { return unquoted(o.Ident) }

func unquoted(n *ast.Ident) token.Span {
	s := n.Extent
	if n.Quoted && s.Len() >= 2 {
		s.Start++
		s.End--
	}
	return s
}

// named is a name at a place of a file.
type named struct {
	occurrence
	meaning
	definition ast.Placed
	// resolve resolves the definition; rows are the same in one resolution only.
	resolve func() *check.Resolution
	// operand is the innermost one that holds the name; nil for the name of
	// the definition.
	operand *ast.Operand
}

// occurrences returns the names in n's definition that stand for the same.
func (n named) occurrences() []occurrence {
	var found []occurrence
	eachName(n.definition.Definition, func(o occurrence) {
		if n.meaning == meaningOf(o.parent, o.Ident, n.resolve) {
			found = append(found, o)
		}
	})
	return found
}

// eachName calls f for each name below n, in the order of the text.
func eachName(n ast.Node, f func(occurrence)) {
	ast.Children(n, func(child ast.Node) {
		if name, ok := child.(*ast.Ident); ok {
			if name.Name != "" {
				f(occurrence{name, n})
			}
			return
		}
		eachName(child, f)
	})
}

// resolver resolves a definition when it is first asked.
func (v view) resolver(d *ast.Definition) func() *check.Resolution {
	var res *check.Resolution
	return func() *check.Resolution {
		if res == nil {
			res = v.resolve(d)
		}
		return res
	}
}

// nameAt returns the name at a place. Its kind is noName if there is none.
func (v view) nameAt(at protocol.Position) named {
	d, path, _ := v.path(at)
	if len(path) < 2 {
		return named{}
	}
	n, ok := path[len(path)-1].(*ast.Ident)
	if !ok || n.Name == "" {
		return named{}
	}
	found := named{occurrence: occurrence{n, path[len(path)-2]}, definition: d, resolve: v.resolver(d.Definition)}
	found.meaning = meaningOf(found.parent, n, found.resolve)
	for _, node := range path {
		if o, ok := node.(*ast.Operand); ok {
			found.operand = o
		}
	}
	return found
}

// origin returns the name that makes a row of the definition: the table of a
// PROFILE, the relationship of a TRAVERSE and so on; nil if there is none.
func origin(res *check.Resolution, row *check.Row) *ast.Ident {
	var found *ast.Ident
	ast.Inspect(res.Definition, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Traverse:
			if res.Walk(n).To == row {
				found = n.Relationship
			}
		case *ast.Relate:
			if res.Walk(n).To == row {
				found = n.Relationship
			}
		case *ast.Operand:
			if len(n.Steps) == 0 || res.Scope(n.Steps[0]) == nil || res.Scope(n.Steps[0]).Current != row {
				break
			}
			switch source := n.Source.(type) {
			case *ast.Profile:
				found = source.Table
			case *ast.Segment:
				found = source.Name
			case *ast.NameRef:
				found = source.Name
			case *ast.Interaction:
				found = source.Event
			}
		}
		return found == nil
	})
	return found
}
