package lsp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// DocumentSymbol implements protocol.Server: the definitions, in each its
// operands if there are several, in these the rows that their steps make.
func (s *server) DocumentSymbol(ctx context.Context, params *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	if !s.can.hierarchicalSymbols {
		flat := protocol.SymbolInformationSlice{}
		for _, d := range v.tree.Definitions {
			name, _ := definitionName(d.Definition)
			flat = append(flat, protocol.SymbolInformation{
				BaseSymbolInformation: protocol.BaseSymbolInformation{Name: name, Kind: segmentKind},
				Location:              v.location(d.Abs(d.Span())),
			})
		}
		return flat, nil
	}
	nested := protocol.DocumentSymbolSlice{}
	for _, d := range v.tree.Definitions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o := outline{view: v, placed: d, res: v.project().ResolveRows(v.checked, d.Definition)}
		name, own := definitionName(d.Definition)
		detail := o.res.Table
		if d.Name == nil {
			if dialect := v.dialect(); dialect != check.Undetermined {
				detail = strings.TrimPrefix(detail+" · "+dialect.String(), " · ")
			}
		}
		nested = append(nested, o.symbol(segmentKind, name, detail, d.Span(), own, o.query(d.Query)))
	}
	return nested, nil
}

// segmentKind is the kind of symbol that a segment is.
const segmentKind = protocol.SymbolKindClass

// definitionName returns what to call a definition, and where that stands.
func definitionName(d *ast.Definition) (name string, span token.Span) {
	if d.Name != nil && d.Name.Name != "" {
		return d.Name.Name, d.Name.Extent
	}
	return operandName(d, d.Query.Operands[0])
}

// operandName returns what to call an operand, and where that stands. Clients
// refuse a symbol without a name.
func operandName(d *ast.Definition, o *ast.Operand) (name string, span token.Span) {
	argument := func(n *ast.Ident) string {
		if n == nil {
			return ""
		}
		return n.Name
	}
	switch source := o.Source.(type) {
	case *ast.Profile:
		return source.Word.String() + "(" + argument(source.Table) + ")", source.WordSpan
	case *ast.Segment:
		return source.Word.String() + "(" + argument(source.Name) + ")", source.WordSpan
	case *ast.Interaction:
		return source.Word.String() + "(" + argument(source.Event) + ")", source.WordSpan
	case *ast.NameRef:
		return source.Name.Name, source.Extent
	case *ast.ParenQuery:
		return "(..)", source.Extent
	}
	if text := strings.Join(strings.Fields(o.Source.Span().Text(d.Text)), " "); text != "" {
		return shorten(text), o.Source.Span()
	}
	return "?", o.Source.Span()
}

// shorten cuts a name that no list has room for.
func shorten(text string) string {
	const longest = 60
	for i := range text {
		if i > longest {
			return text[:i] + ".."
		}
	}
	return text
}

// outline makes the symbols of one definition.
type outline struct {
	view
	placed ast.Placed
	res    *check.Resolution
}

func (o outline) symbol(kind protocol.SymbolKind, name, detail string, whole, own token.Span, children []protocol.DocumentSymbol) protocol.DocumentSymbol {
	s := protocol.DocumentSymbol{
		Name: name, Kind: kind, Children: children,
		Range: o.rangeOf(o.placed.Abs(whole.Join(own))), SelectionRange: o.rangeOf(o.placed.Abs(own)),
	}
	if detail != "" {
		s.Detail = &detail
	}
	return s
}

func (o outline) query(q *ast.Query) []protocol.DocumentSymbol {
	if q == nil {
		return nil
	}
	if len(q.Operands) == 1 {
		return o.operand(q.Operands[0])
	}
	symbols := make([]protocol.DocumentSymbol, 0, len(q.Operands))
	for i, operand := range q.Operands {
		detail := o.res.Operand(operand)
		if i > 0 && q.Operators[i-1].Word != token.NoWord {
			detail = strings.TrimSuffix(q.Operators[i-1].Word.String()+" · "+detail, " · ")
		}
		name, own := operandName(o.placed.Definition, operand)
		symbols = append(symbols, o.symbol(protocol.SymbolKindArray, name, detail, operand.Extent, own, o.operand(operand)))
	}
	return symbols
}

// operand returns the rows that an operand makes, or what its parentheses hold.
func (o outline) operand(operand *ast.Operand) []protocol.DocumentSymbol {
	var symbols []protocol.DocumentSymbol
	switch source := operand.Source.(type) {
	case *ast.ParenQuery:
		symbols = o.query(source.Query)
	case *ast.Profile:
		if source.Alias != nil {
			table := ""
			if source.Table != nil {
				table = source.Table.Name
			}
			symbols = append(symbols, o.row(source, source.Table, source.Alias, table, nil)...)
		}
	}
	for _, step := range operand.Steps {
		switch step := step.(type) {
		case *ast.Traverse:
			symbols = append(symbols, o.row(step, step.Relationship, step.Alias, o.table(step), nil)...)
		case *ast.Relate:
			symbols = append(symbols, o.relate(step)...)
		case *ast.SetStep:
			symbols = append(symbols, o.query(step.Query)...)
		}
	}
	return symbols
}

func (o outline) relate(step *ast.Relate) []protocol.DocumentSymbol {
	var inner []protocol.DocumentSymbol
	if step.Relate != nil {
		inner = o.relate(step.Relate)
	}
	return o.row(step, step.Relationship, step.Alias, o.table(step), inner)
}

// table returns the table that a step leads to, empty if it is not known.
func (o outline) table(step ast.Node) string {
	if to := o.res.Walk(step).To; to != nil {
		return to.Table
	}
	return ""
}

// row returns the symbol of a row, by its alias or else by what leads to it.
func (o outline) row(step ast.Node, by *ast.Ident, alias *ast.Alias, table string, inner []protocol.DocumentSymbol) []protocol.DocumentSymbol {
	switch {
	case alias != nil && alias.Name.Name != "":
		return []protocol.DocumentSymbol{o.symbol(protocol.SymbolKindVariable, alias.Name.Name, table, step.Span(), alias.Name.Extent, inner)}
	case by != nil && by.Name != "":
		return []protocol.DocumentSymbol{o.symbol(protocol.SymbolKindInterface, by.Name, table, step.Span(), by.Extent, inner)}
	}
	return inner
}

// maxSymbols is how many symbols of the workspace are sent at once.
const maxSymbols = 200

// Symbols implements protocol.Server: the named segments of the workspace, the
// best matches first.
func (s *server) Symbols(ctx context.Context, params *protocol.WorkspaceSymbolParams) (protocol.WorkspaceSymbolResult, error) {
	now := s.begin(ctx)
	if !now.isWhole() {
		if err := s.waitSettled(ctx); err != nil {
			return nil, err
		}
		now = s.state.Load()
	}
	type match struct {
		check.Definition
		score int
	}
	var all []match
	query := strings.ReplaceAll(params.Query, " ", "")
	for _, u := range now.units {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for d := range u.project.Definitions() {
			if score, ok := matches(query, d.Name.Name); ok && d.Name.Name != "" && !now.file(fileURI(d.File.Path)).isApart {
				all = append(all, match{d, score})
			}
		}
	}
	slices.SortFunc(all, func(a, b match) int {
		// Without a query in the order of the files, as one would look through them.
		better := 0
		if query != "" {
			better = cmp.Or(a.score-b.score, cmp.Compare(len(a.Name.Name), len(b.Name.Name)), cmp.Compare(a.Name.Name, b.Name.Name))
		}
		return cmp.Or(better, cmp.Compare(a.File.Path, b.File.Path), cmp.Compare(a.Offset, b.Offset))
	})
	found := protocol.SymbolInformationSlice{}
	for _, m := range all[:min(len(all), maxSymbols)] {
		f := now.file(fileURI(m.File.Path))
		container := now.shortName(f.uri)
		found = append(found, protocol.SymbolInformation{
			BaseSymbolInformation: protocol.BaseSymbolInformation{Name: m.Name.Name, Kind: segmentKind, ContainerName: &container},
			Location:              f.location(m.Abs(m.Name.Extent)),
		})
	}
	return found, nil
}

// shortName returns the path of a file from the folder of the workspace.
func (s *snapshot) shortName(u fileURI) string {
	for _, folder := range s.folders {
		if rest, ok := strings.CutPrefix(u.Path(), strings.TrimSuffix(folder.URI.Path(), "/")+"/"); ok {
			return rest
		}
	}
	return baseName(u)
}
