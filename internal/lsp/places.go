package lsp

import (
	"sort"
	"sync/atomic"

	"segql/lang/ast"
	"segql/lang/token"
)

// places turns offsets of a file into lines and columns, and back. It looks at
// the definitions alone in which they lie: after an edit nothing is done for the
// rest of the file, whose text is not even put together.
type places struct {
	tree     *ast.File
	encoding token.Encoding
	parts    []part       // the definitions and the tail
	last     atomic.Int32 // the definition in which the last place was that was asked for
}

// part is what is known of a definition's text, made when it is asked for.
type part struct {
	lines atomic.Pointer[token.Lines]
	// column is one more than that in which the text starts; 0 if it is not known.
	column atomic.Int32
}

func newPlaces(tree *ast.File, encoding token.Encoding) *places {
	return &places{tree: tree, encoding: encoding, parts: make([]part, len(tree.Definitions)+1)}
}

// at returns the i-th definition, the tail behind the last.
func (x *places) at(i int) ast.Placed {
	if i == len(x.tree.Definitions) {
		return x.tree.Tail
	}
	return x.tree.Definitions[i]
}

// lines returns the lines of the i-th definition's text.
func (x *places) lines(i int) *token.Lines {
	p := &x.parts[i]
	if l := p.lines.Load(); l != nil {
		return l
	}
	l := token.NewLines(x.at(i).Text)
	p.lines.Store(l)
	return l
}

// column returns the column in which the i-th definition's text starts.
func (x *places) column(i int) int {
	// Those before it on the same line come first, one after the other: all
	// definitions of a file may stand on one line.
	from := i
	for from > 0 && x.parts[from].column.Load() == 0 && x.at(from-1).Line == x.at(from).Line {
		from--
	}
	column := int(x.parts[from].column.Load()) - 1
	switch {
	case column >= 0:
	case from > 0:
		before := x.at(from - 1).Text
		column = token.Width(before[token.LastLine(before):], x.encoding)
	default:
		column = token.Width(x.tree.Mark(), x.encoding)
	}
	for ; ; from++ {
		x.parts[from].column.Store(int32(column) + 1) // texts have at most 64 MB
		if from == i {
			return column
		}
		column += token.Width(x.at(from).Text, x.encoding)
	}
}

// shortText is the length in bytes up to which a definition's text is looked
// through for its first place: after most edits only one is asked for, and an
// index would take longer to make.
const shortText = 1024

// holds reports whether an offset lies in the i-th definition's text.
func (x *places) holds(i int, p token.Pos) bool {
	return x.at(i).Offset <= p && (i+1 == len(x.parts) || p < x.at(i+1).Offset)
}

// position returns the line and column of an offset.
func (x *places) position(p token.Pos) token.Position {
	if p < x.tree.Start() {
		return token.Position{Column: token.Width(x.tree.Mark()[:p], x.encoding)}
	}
	// What asks for many places goes through the definitions in their order.
	i, isFirst := int(x.last.Load()), false
	if !x.holds(i, p) {
		i, isFirst = sort.Search(len(x.parts), func(i int) bool { return x.at(i).Offset > p })-1, true
		x.last.Store(int32(i)) // texts have at most 64 MB
	}
	d := x.at(i)
	var at token.Position
	if isFirst && len(d.Text) <= shortText && x.parts[i].lines.Load() == nil {
		at = token.PositionIn(d.Text, p-d.Offset, x.encoding)
	} else {
		at = x.lines(i).Position(p-d.Offset, x.encoding)
	}
	if at.Line == 0 {
		at.Column += x.column(i)
	}
	at.Line += int(d.Line)
	return at
}

// offset returns the offset of a position, which is clamped as that of
// token.Lines is.
func (x *places) offset(at token.Position) token.Pos {
	i := sort.Search(len(x.parts), func(i int) bool { return int(x.at(i).Line) > at.Line }) - 1
	// Of those that start on the line it is the last that starts before the column.
	for i > 0 && int(x.at(i).Line) == at.Line && x.column(i) > at.Column {
		i--
	}
	d := x.at(i)
	at.Line -= int(d.Line)
	if at.Line == 0 {
		at.Column -= x.column(i)
		if at.Column < 0 { // within the byte-order mark
			return 0
		}
	}
	return d.Offset + x.lines(i).Offset(at, x.encoding)
}
