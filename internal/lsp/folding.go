package lsp

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/token"
)

// FoldingRanges implements protocol.Server: definitions, operands and what
// stands in parentheses, where they go over lines, and comments.
func (s *server) FoldingRanges(ctx context.Context, params *protocol.FoldingRangeParams) ([]protocol.FoldingRange, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	var folds []fold
	for _, d := range append(slices.Clip(v.tree.Definitions), v.tree.Tail) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f := folding{view: v, placed: d, lineOnly: s.can.lineFolding, breaks: lineBreaks(d.Text), starts: map[uint32]bool{}}
		if len(f.breaks) > 0 {
			f.definition()
			folds = append(folds, f.folds...)
		}
	}
	if s.can.maxFolds > 0 && len(folds) > s.can.maxFolds {
		slices.SortStableFunc(folds, func(a, b fold) int { return a.depth - b.depth })
		folds = folds[:s.can.maxFolds]
	}
	slices.SortStableFunc(folds, func(a, b fold) int { return cmp.Compare(a.StartLine, b.StartLine) })
	out := make([]protocol.FoldingRange, 0, len(folds))
	for _, f := range folds {
		out = append(out, f.FoldingRange)
	}
	return out, nil
}

// fold is a part of the text that can be hidden; how deep it lies decides what
// is left out where there are too many.
type fold struct {
	protocol.FoldingRange
	depth int
}

// folding finds the folds of a definition.
type folding struct {
	view
	placed   ast.Placed
	lineOnly bool
	breaks   []token.Pos // where the lines of its text end
	folds    []fold
	starts   map[uint32]bool // the lines that folds start at
}

// lineBreaks returns where lines end in text.
func lineBreaks(text string) []token.Pos {
	var breaks []token.Pos
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			breaks = append(breaks, token.Pos(i)) // texts have at most 64 MB
		}
	}
	return breaks
}

// line returns the line of an offset, counted from the start of the definition.
func (f *folding) line(p token.Pos) int {
	return sort.Search(len(f.breaks), func(i int) bool { return f.breaks[i] >= p })
}

// add adds what lies between two offsets, if it goes over lines. The rest of
// the line of start stays visible, and where the end is the first thing on its
// line, such as a closing parenthesis, that line too.
func (f *folding) add(start, end token.Pos, depth int, kind protocol.FoldingRangeKind) {
	first, last := f.line(start), f.line(end)
	if first == last {
		return
	}
	from, to := f.position(f.placed.Offset+start), f.position(f.placed.Offset+end)
	r := protocol.FoldingRange{StartLine: from.Line, EndLine: to.Line, Kind: kind}
	if f.lineOnly {
		if kind == "" && isBlank(f.placed.Text[f.breaks[last-1]+1:end]) {
			r.EndLine--
		}
		if r.EndLine == r.StartLine || f.starts[r.StartLine] {
			return // the one around it folds the line already
		}
		f.starts[r.StartLine] = true
	} else {
		r.StartCharacter, r.EndCharacter = &from.Character, &to.Character
	}
	f.folds = append(f.folds, fold{r, depth})
}

func (f *folding) definition() {
	f.comments()
	if f.placed.Query == nil {
		return
	}
	d := f.placed.Definition
	// Behind the first token of the definition all of it folds.
	start := d.Extent.Start
	if d.Name != nil {
		start = d.Name.Extent.End
	} else if _, own := definitionName(d); own.IsValid() {
		start = own.End
	}
	f.addToEnd(start, d.Extent.End, 0)
	f.node(d.Query, 1)
}

// addToEnd adds what follows on the lines behind that of start.
func (f *folding) addToEnd(start, end token.Pos, depth int) {
	if line := f.line(start); line < len(f.breaks) && f.breaks[line] < end {
		at := f.breaks[line]
		if at > 0 && f.placed.Text[at] == '\n' && f.placed.Text[at-1] == '\r' {
			at--
		}
		f.add(at, end, depth, "")
	}
}

func (f *folding) node(n ast.Node, depth int) {
	if s := n.Span(); f.line(s.Start) == f.line(s.End) {
		return
	}
	parens := func(open, shut token.Pos) {
		if open.IsValid() && shut.IsValid() {
			f.add(open+1, shut, depth, "")
		}
	}
	switch n := n.(type) {
	case *ast.Query:
		if len(n.Operands) > 1 {
			for _, o := range n.Operands {
				if _, isParen := o.Source.(*ast.ParenQuery); isParen && len(o.Steps) == 0 {
					continue // its parentheses fold
				}
				f.addToEnd(o.Extent.Start, o.Extent.End, depth)
			}
		}
	case *ast.ParenQuery:
		parens(n.Lparen, n.Rparen)
	case *ast.ParenExpr:
		parens(n.Lparen, n.Rparen)
	case *ast.InExpr:
		parens(n.Lbrack, n.Rbrack)
	case ast.Caller:
		parens(n.AsCall().Lparen, n.AsCall().Rparen)
	}
	ast.Children(n, func(child ast.Node) { f.node(child, depth+1) })
}

// comments adds the comments: those of several lines, and rows of those that
// have a line each.
func (f *folding) comments() {
	all := f.placed.AllComments
	for i := 0; i < len(all); {
		end := i
		for all[i].IsLine() && all[i].OwnLine && end+1 < len(all) && all[end+1].IsLine() && all[end+1].OwnLine &&
			f.line(all[end+1].Span.Start) == f.line(all[end].Span.End)+1 {
			end++
		}
		f.add(all[i].Span.Start, all[end].Span.End, 0, protocol.FoldingRangeKindComment)
		i = end + 1
	}
}
