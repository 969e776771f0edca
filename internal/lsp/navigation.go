package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// offerNavigation says where the server can lead.
func (s *server) offerNavigation(c *protocol.ServerCapabilities) {
	yes := true
	c.DefinitionProvider = protocol.Boolean(true)
	c.ReferencesProvider = protocol.Boolean(true)
	c.DocumentSymbolProvider = protocol.Boolean(true)
	c.RenameProvider = &protocol.RenameOptions{PrepareProvider: &yes}
}

// segmentAt returns the name of a segment at a place, of a definition or of
// one that is referred to; nil if there is none. Its span is that in the file.
func segmentAt(v view, at protocol.Position) (name *ast.Ident, span token.Span) {
	d, path, _ := v.path(at)
	if len(path) < 2 {
		return nil, token.Span{}
	}
	n, ok := path[len(path)-1].(*ast.Ident)
	if !ok {
		return nil, token.Span{}
	}
	switch path[len(path)-2].(type) {
	case *ast.Definition, *ast.Segment, *ast.NameRef:
		return n, d.Abs(n.Extent)
	}
	return nil, token.Span{}
}

// Definition implements protocol.Server.
func (s *server) Definition(ctx context.Context, params *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	name, _ := segmentAt(v, params.Position)
	if name == nil {
		return nil, nil
	}
	var found protocol.LocationSlice
	for _, d := range v.project().Lookup(v.checked, name.Name) {
		found = append(found, v.other(d.File).location(d.Abs(d.Name.Extent)))
	}
	return found, nil
}

// place is a span of a file.
type place struct {
	file *file
	span token.Span
}

// placesOf returns where the definitions stand that a name means, seen from v,
// and all that refers to them.
func placesOf(v view, name string) (definitions, references []place) {
	meant := v.project().Lookup(v.checked, name)
	for _, d := range meant {
		definitions = append(definitions, place{v.other(d.File).file, d.Abs(d.Name.Extent)})
	}
	for r := range v.project().References(name) {
		targets := v.project().Lookup(r.File, name)
		if len(meant) == 0 && len(targets) == 0 || len(meant) > 0 && len(targets) > 0 && leadsTo(targets, meant) {
			references = append(references, place{v.other(r.File).file, r.Abs(r.Name.Extent)})
		}
	}
	return definitions, references
}

func leadsTo(targets, meant []check.Definition) bool {
	for _, t := range targets {
		for _, m := range meant {
			if t.Placed.Definition == m.Placed.Definition {
				return true
			}
		}
	}
	return false
}

// References implements protocol.Server.
func (s *server) References(ctx context.Context, params *protocol.ReferenceParams) ([]protocol.Location, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	name, _ := segmentAt(v, params.Position)
	if name == nil {
		return nil, nil
	}
	definitions, references := placesOf(v, name.Name)
	if params.Context.IncludeDeclaration {
		references = append(definitions, references...)
	}
	out := make([]protocol.Location, 0, len(references))
	for _, p := range references {
		out = append(out, p.file.location(p.span))
	}
	return out, nil
}

// PrepareRename implements protocol.Server.
func (s *server) PrepareRename(ctx context.Context, params *protocol.PrepareRenameParams) (protocol.PrepareRenameResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	name, span := segmentAt(v, params.Position)
	if name == nil {
		return nil, failed("nothing here has a name that can be changed; put the caret on the name of a segment of the workspace")
	}
	if len(v.project().Lookup(v.checked, name.Name)) == 0 {
		return nil, failed("%s is not defined in the workspace, so its name can't be changed here", name.Name)
	}
	r := v.rangeOf(span)
	return &r, nil
}

// Rename implements protocol.Server.
func (s *server) Rename(ctx context.Context, params *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	name, _ := segmentAt(v, params.Position)
	if name == nil {
		return nil, failed("nothing here has a name that can be changed; put the caret on the name of a segment of the workspace")
	}
	definitions, references := placesOf(v, name.Name)
	if len(definitions) == 0 {
		return nil, failed("%s is not defined in the workspace, so its name can't be changed here", name.Name)
	}
	if !isName(params.NewName) {
		return nil, failed("%q is no name of a segment; a name is made of letters, digits and _, and starts with a letter or _", params.NewName)
	}
	if !strings.EqualFold(name.Name, params.NewName) {
		for _, d := range v.project().Lookup(v.checked, params.NewName) {
			return nil, failed("there is a definition of %s already, in %s", params.NewName, baseName(fileURI(d.File.Path)))
		}
	}
	edits := map[*file][]token.Edit{}
	for _, p := range append(definitions, references...) {
		edits[p.file] = append(edits[p.file], token.Edit{Span: p.span, New: params.NewName})
	}
	return s.workspaceEdit(edits), nil
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

// DocumentSymbol implements protocol.Server.
func (s *server) DocumentSymbol(ctx context.Context, params *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	var nested protocol.DocumentSymbolSlice
	var flat protocol.SymbolInformationSlice
	for _, d := range v.tree.Definitions {
		name, span := "query", d.Query.Operands[0].Source.Span()
		if caller, ok := d.Query.Operands[0].Source.(ast.Caller); ok {
			name = fmt.Sprintf("%s(..)", caller.AsCall().Word)
			span = caller.AsCall().WordSpan
		}
		if d.Name != nil {
			name, span = d.Name.Name, d.Name.Extent
		}
		if name == "" {
			name = "_" // clients refuse a symbol without a name
		}
		whole, own := v.rangeOf(d.Abs(d.Span())), v.rangeOf(d.Abs(span))
		nested = append(nested, protocol.DocumentSymbol{Name: name, Kind: protocol.SymbolKindClass, Range: whole, SelectionRange: own})
		flat = append(flat, protocol.SymbolInformation{
			BaseSymbolInformation: protocol.BaseSymbolInformation{Name: name, Kind: protocol.SymbolKindClass},
			Location:              protocol.Location{URI: v.uri, Range: whole},
		})
	}
	if s.can.hierarchicalSymbols {
		return nested, nil
	}
	return flat, nil
}
