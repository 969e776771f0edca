package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/token"
)

// PrepareRename implements protocol.Server.
func (s *server) PrepareRename(ctx context.Context, params *protocol.PrepareRenameParams) (protocol.PrepareRenameResult, error) {
	v, n, err := s.nameIn(ctx, params.TextDocument, params.Position)
	if err != nil {
		return nil, err
	}
	if err := v.canRename(n); err != nil {
		return nil, err
	}
	return &protocol.PrepareRenamePlaceholder{Range: v.rangeOf(n.definition.Abs(n.span())), Placeholder: n.Name}, nil
}

// canRename refuses what has no name of its own in a text of the workspace.
func (v view) canRename(n named) error {
	switch n.kind {
	case aliasName:
		return nil
	case segmentName:
		if len(v.project().Lookup(v.checked, n.Name)) == 0 {
			if err := v.now.mustBeWhole("rename a segment in all files"); err != nil {
				return err
			}
			return failed("%s is not defined in the workspace, so its name can't be changed here", n.Name)
		}
		return nil
	case tableName, columnName, relationshipName, eventName, linkName:
		return failed("%s is a name of the organization's schema, so it can't be changed here", n.Name)
	}
	return failed("nothing here has a name that can be changed; put the caret on the name of a segment of the workspace, or on an alias")
}

// Rename implements protocol.Server: of segments in the whole project, and of
// aliases in their operand. It refuses a name by which something else would
// then be meant.
func (s *server) Rename(ctx context.Context, params *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	v, n, err := s.nameIn(ctx, params.TextDocument, params.Position)
	if err != nil {
		return nil, err
	}
	if err := v.canRename(n); err != nil {
		return nil, err
	}
	if err := checkName(params.NewName); err != nil {
		return nil, err
	}
	if n.kind == segmentName && len(params.NewName) > maxSegmentName {
		return nil, failed("a segment's name has at most %d characters, but this one has %d; choose a shorter name", maxSegmentName, len(params.NewName))
	}
	rename := v.renameAlias
	if n.kind == segmentName {
		if err := v.now.mustBeWhole("rename a segment in all files"); err != nil {
			return nil, err
		}
		rename = v.renameSegment
	}
	places, err := rename(ctx, n, params.NewName)
	if err != nil {
		return nil, err
	}
	edits := map[*file][]token.Edit{}
	for _, p := range places {
		edits[p.file] = append(edits[p.file], token.Edit{Span: p.span, New: params.NewName})
	}
	return s.workspaceEdit(edits), nil
}

// maxSegmentName is how many characters the name of a segment can have.
const maxSegmentName = 100

// checkName refuses what is no name, and what readers would take for a word of
// the language.
func checkName(name string) error {
	if !isName(name) {
		return failed("%q can't be a name; a name is made of letters from a to z, digits and _, and starts with a letter or _", name)
	}
	if w := token.Lookup(name); w != token.NoWord {
		return failed("%s is a word of the language; choose another name", w)
	}
	return nil
}

func isName(name string) bool {
	for i, r := range name {
		isLetter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !isLetter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// renameSegment returns the places of a segment's name.
func (v view) renameSegment(ctx context.Context, n named, to string) ([]place, error) {
	if !strings.EqualFold(n.Name, to) {
		for d := range v.project().Definitions() {
			if strings.EqualFold(d.Name.Name, to) {
				return nil, failed("there is a definition of %s already, in %s; choose another name", d.Name.Name, baseName(fileURI(d.File.Path)))
			}
		}
		for r := range v.project().References(to) {
			return nil, failed("%s refers to a segment %s of the organization, which would then be this one; choose another name", baseName(fileURI(r.File.Path)), r.Name.Name)
		}
	}
	definitions, references, err := v.segmentPlaces(ctx, n.Name)
	if err != nil {
		return nil, err
	}
	if err := v.meansOthers(n.Name); err != nil {
		return nil, err
	}
	return append(definitions, references...), nil
}

// meansOthers refuses a name by which a reference means, beside a definition
// that would get another name, one that would not.
func (v view) meansOthers(name string) error {
	meant := v.project().Lookup(v.checked, name)
	renamed := map[*ast.Definition]bool{}
	for _, d := range meant {
		renamed[d.Definition] = true
	}
	for r := range v.referring(name, meant) {
		for _, d := range v.project().Lookup(r.File, name) {
			if !renamed[d.Definition] {
				file := baseName(fileURI(r.File.Path))
				return failed("%s refers to %s, which is defined in %s, too, and would keep its name there; rename it in %s, which renames all that is meant",
					file, name, baseName(fileURI(d.File.Path)), file)
			}
		}
	}
	return nil
}

// renameAlias returns the places of an alias.
func (v view) renameAlias(_ context.Context, n named, to string) ([]place, error) {
	isOwn := map[*ast.Ident]bool{}
	var places []place
	for _, o := range n.occurrences() {
		isOwn[o.Ident] = true
		places = append(places, place{v.file, n.definition.Abs(o.Extent)})
	}
	var clash error
	eachNameOf(n.operand, func(o occurrence) {
		if isOwn[o.Ident] || !strings.EqualFold(o.Name, to) || clash != nil {
			return
		}
		switch p := o.parent.(type) {
		case *ast.Alias:
			if o.Ident == &p.Name {
				clash = failed("the alias %s is taken already in this operand; choose another name", o.Name)
			}
		case *ast.ColumnExpr:
			if o.Ident == p.Qualifier {
				clash = failed("%s.%s would then be read from the row of this alias; choose another name", o.Name, p.Name.Name)
			}
		}
	})
	return places, clash
}

// eachNameOf is eachName for one operand without those within it, whose names
// are their own.
func eachNameOf(n ast.Node, f func(occurrence)) {
	ast.Children(n, func(child ast.Node) {
		switch child := child.(type) {
		case *ast.Ident:
			f(occurrence{child, n})
		case *ast.Query:
		default:
			eachNameOf(child, f)
		}
	})
}
