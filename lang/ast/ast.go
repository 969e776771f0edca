// Package ast holds the syntax tree of the segment query language.
//
// A File is a row of definitions. Each carries its own text, and every span in
// its tree counts bytes from the start of that text, so a definition that an
// edit elsewhere in the file moves is the same value before and after. Placed
// tells where in a file a definition lies and turns its spans into the file's.
//
// Trees are made by the parser and never changed afterwards, so they may be
// shared between goroutines. A tree is there for broken text too: what could
// not be understood stands in a Bad node, a token that is missing has the
// position token.NoPos, and a missing child is nil or, where an expression
// must stand, a BadExpr with an empty span.
//
// The package imports only lang/token. It does no input or output and knows
// no parser.
package ast

import (
	"slices"
	"strings"
	"sync"

	"segql/lang/token"
)

// Node is a node of the tree.
type Node interface {
	// Span returns the bytes from the node's first token to its last, its
	// comments not included, counted from the start of its definition.
	Span() token.Span
	// Attached returns the comments that hang on the node, nil if there are none.
	Attached() *Comments
}

// Base is the part that nodes have in common.
type Base struct {
	Extent   token.Span
	Comments *Comments
}

// Span returns the bytes that the node covers.
func (b *Base) Span() token.Span { return b.Extent }

// Attached returns the comments that hang on the node, nil if there are none.
func (b *Base) Attached() *Comments { return b.Comments }

// Carry returns the comments that hang on the node, for more to be hung there.
// It is for the parser.
func (b *Base) Carry() *Comments {
	if b.Comments == nil {
		b.Comments = &Comments{}
	}
	return b.Comments
}

// Carrier is a node that comments can hang on: all but Ident.
type Carrier interface {
	Node
	Carry() *Comments
}

// Comments are the comments that hang on one node.
type Comments struct {
	// Leading stand before the node, on lines of their own or on its line.
	Leading []*Comment
	// Dangling stand between the node's own tokens where no child can carry
	// them: before its closing parenthesis, or before its opening one.
	Dangling []*Comment
	// Trailing stand behind the node on the line where it ends. An operator
	// or comma may stand between.
	Trailing []*Comment
}

// Comment is one comment: // to the end of its line, or /* .. */.
type Comment struct {
	Span token.Span
	// Text is the comment with its marks, without its line end.
	Text string
	// OwnLine tells that nothing but blanks stands before it on its line.
	OwnLine bool
	// EndsLine tells that nothing but blanks stands behind it on its line.
	EndsLine bool
}

// IsLine reports whether c is a // comment.
func (c *Comment) IsLine() bool { return len(c.Text) > 1 && c.Text[1] == '/' }

// Error is a mistake in the text.
type Error struct {
	// Span is where the mistake is; empty where something is missing.
	Span token.Span
	// Code names the kind of mistake and never changes between versions.
	Code string
	// Message says in one sentence what is wrong and what was expected.
	Message string
	// Expected lists what could have stood there, as a user would write it.
	Expected []string
	// Fixes repair the mistake. There is one only where what was meant is sure.
	Fixes []token.Fix
}

func (e *Error) shift(delta token.Pos) *Error {
	moved := *e
	moved.Span = e.Span.Shift(delta)
	moved.Fixes = make([]token.Fix, len(e.Fixes))
	for i, f := range e.Fixes {
		moved.Fixes[i] = f.Shift(delta)
	}
	return &moved
}

// File is the tree of one source text.
type File struct {
	// BOM tells that the text starts with a byte-order mark.
	BOM bool
	// Size is the length of the text in bytes.
	Size int
	// Definitions are the queries, in the order of the text.
	Definitions []Placed
	// Tail is what follows the last definition: blanks and comments, which
	// dangle. Its Query is nil.
	Tail Placed
	// Unread is the error of a text that could not be parsed at all, since it is
	// too large or no UTF-8, else nil.
	Unread *Error

	text func() string
}

const bom = "\uFEFF"

// NewFile returns a file without definitions. The text is asked for once, when
// it is needed; where it is nil, the definitions make it up.
func NewFile(hasBOM bool, size int, text func() string) *File {
	f := &File{BOM: hasBOM, Size: size, text: text}
	if text == nil {
		f.text = sync.OnceValue(f.join)
	}
	return f
}

// Text returns the whole text. The texts of the definitions and of Tail follow
// one another without a gap and make it up, but for a byte-order mark. After
// an edit, the first call puts it together.
func (f *File) Text() string { return f.text() }

func (f *File) join() string {
	var b strings.Builder
	b.Grow(f.Size)
	b.WriteString(f.Mark())
	for _, d := range f.Definitions {
		b.WriteString(d.Text)
	}
	b.WriteString(f.Tail.Text)
	return b.String()
}

// Mark returns the byte-order mark that the text starts with, empty if it has none.
func (f *File) Mark() string {
	if f.BOM {
		return bom
	}
	return ""
}

// Start returns where the text behind a byte-order mark starts.
func (f *File) Start() token.Pos {
	return token.Pos(len(f.Mark()))
}

// Placed is a definition and its place in a file.
type Placed struct {
	*Definition
	// Offset is where the definition's text starts in the file.
	Offset token.Pos
	// Line is the line of the file in which the definition's text starts, from 0.
	// Lines end as those of token.Lines.
	Line int32
	// Reach is how far the parser looked in the file to find the end of the
	// definition. An edit behind it cannot change the definition.
	Reach token.Pos
}

// Abs turns a span of the definition into one of the file.
func (p Placed) Abs(s token.Span) token.Span { return s.Shift(p.Offset) }

// End returns where the definition's text ends in the file.
func (p Placed) End() token.Pos { return p.Offset + token.Pos(len(p.Text)) }

// Errors returns all mistakes in the file, in the order of the text, with
// spans that count from the start of the file.
func (f *File) Errors() []*Error {
	if f.Unread != nil {
		return []*Error{f.Unread}
	}
	var all []*Error
	for _, d := range f.Definitions {
		for _, e := range d.Errors {
			all = append(all, e.shift(d.Offset))
		}
	}
	for _, e := range f.Tail.Errors {
		all = append(all, e.shift(f.Tail.Offset))
	}
	return all
}

// HasErrors reports whether the file has any mistake.
func (f *File) HasErrors() bool {
	hasErrors := func(d Placed) bool { return len(d.Errors) > 0 }
	return f.Unread != nil || hasErrors(f.Tail) || slices.ContainsFunc(f.Definitions, hasErrors)
}

// Definition is a query, with or without a name:
// `Name = PROFILE(contact);`.
type Definition struct {
	Base
	// Text is the definition's own text, from the end of the one before it:
	// blanks and comments ahead of it, its tokens, and the comments behind it
	// on its last line.
	Text string
	// Name is nil for a bare query.
	Name      *Ident
	Assign    token.Pos // "="
	Query     *Query
	Semicolon token.Pos // ";"
	// AllComments holds every comment of the definition once more, in the
	// order of the text.
	AllComments []*Comment
	// Errors holds the definition's mistakes, in the order of the text.
	Errors []*Error
}

// Query is a row of operands joined by set operators, all of one precedence
// and associating to the left. It has at least one operand and one operator
// less than operands.
type Query struct {
	Base
	Operands  []*Operand
	Operators []SetOperator
}

// SetOperator is UNION, EXCEPT or INTERSECT. One that is missing has no Word
// and an empty span.
type SetOperator struct {
	Word token.Word
	Span token.Span
}

// Operand is a source of rows and the steps that narrow or change them.
type Operand struct {
	Base
	Source Source
	Steps  []Step
}

// Source is where the rows of an operand come from.
type Source interface {
	Node
	isSource()
}

// Step is one step of an operand: FILTER, TRAVERSE and so on.
type Step interface {
	Node
	// DotPos returns the place of the "." before the step, token.NoPos where
	// it is missing or the step is an argument.
	DotPos() token.Pos
	isStep()
}

// Call is a word of the language with its parenthesised arguments. In a broken
// definition brackets or braces may stand in the place of the parentheses.
type Call struct {
	Base
	Word     token.Word
	WordSpan token.Span
	Lparen   token.Pos
	Commas   []token.Pos
	Rparen   token.Pos
}

// AsCall returns the call itself, whatever node it is part of.
func (c *Call) AsCall() *Call { return c }

// Caller is a node that is a call: a source, step or function of the language.
type Caller interface {
	Node
	AsCall() *Call
}

// Dotted is the part that steps have in common.
type Dotted struct {
	Call
	Dot token.Pos
}

// DotPos returns the place of the "." before the step.
func (d *Dotted) DotPos() token.Pos { return d.Dot }

func (*Dotted) isStep() {}

// The sources.
type (
	// Profile is PROFILE(table) or PROFILE(table, alias).
	Profile struct {
		Call
		Table *Ident // nil if missing
		Alias *Alias // nil if there is none
	}

	// Segment is SEGMENT(name).
	Segment struct {
		Call
		Name *Ident // nil if missing
	}

	// Interaction is INTERACTION(event, link).
	Interaction struct {
		Call
		Event *Ident // nil if missing
		Link  *Ident // nil if missing
	}

	// ParenQuery is a query in parentheses.
	ParenQuery struct {
		Base
		Lparen token.Pos
		Query  *Query
		Rparen token.Pos
	}

	// NameRef is a definition's name that stands as an operand without
	// SEGMENT(..) around it; an error that is understood.
	NameRef struct {
		Base
		Name *Ident
	}

	// BadSource is text that is no source; empty if the operand is missing.
	BadSource struct {
		Base
	}
)

func (*Profile) isSource()     {}
func (*Segment) isSource()     {}
func (*Interaction) isSource() {}
func (*ParenQuery) isSource()  {}
func (*NameRef) isSource()     {}
func (*BadSource) isSource()   {}

// The steps.
type (
	// Filter is .FILTER(condition). As an argument of TRAVERSE it has no dot.
	Filter struct {
		Dotted
		Cond Expr
	}

	// Traverse is .TRAVERSE(relationship[, alias][, FILTER(condition)]).
	Traverse struct {
		Dotted
		Relationship *Ident  // nil if missing
		Alias        *Alias  // nil if there is none
		Filter       *Filter // nil if there is none
	}

	// Relate is .RELATE(relationship, alias[, RELATE(..)]), or RELATEOPTIONAL,
	// which Word tells apart. As an argument of another it has no dot.
	Relate struct {
		Dotted
		Relationship *Ident  // nil if missing
		Alias        *Alias  // nil if missing
		Relate       *Relate // nil if there is none
	}

	// Having is .HAVING(aggregate cmp number[, window]).
	Having struct {
		Dotted
		Aggregate *Aggregate // nil if missing
		Op        token.Op
		OpSpan    token.Span
		Value     Expr
		Window    *Window // nil if there is none
	}

	// Distinct is .DISTINCT().
	Distinct struct {
		Dotted
	}

	// OrderBy is .ORDERBY(column [ASC|DESC], ..).
	OrderBy struct {
		Dotted
		Items []*OrderItem
	}

	// Skip is .SKIP(number).
	Skip struct {
		Dotted
		Count Expr
	}

	// Take is .TAKE(number).
	Take struct {
		Dotted
		Count Expr
	}

	// Select is .SELECT(column, ..).
	Select struct {
		Dotted
		Columns []Expr // a Column each; a BadExpr where one is missing
	}

	// SetStep is a set operator written as a step, .UNION(name); an error
	// that is understood.
	SetStep struct {
		Dotted
		Query *Query // nil if missing
	}

	// BadStep is text behind a "." that is no step of the language.
	BadStep struct {
		Base
		Dot  token.Pos
		Name *Ident // nil if no name follows the dot
		Args []Expr
	}
)

// DotPos returns the place of the "." before the step.
func (b *BadStep) DotPos() token.Pos { return b.Dot }

func (*BadStep) isStep() {}

// The parts of steps.
type (
	// Aggregate is COUNT() or SUM, AVG, MIN or MAX(column).
	Aggregate struct {
		Call
		Column Expr // nil for COUNT
	}

	// Window is UTCDAYS(number) and the like.
	Window struct {
		Call
		Count Expr
	}

	// OrderItem is a column and, if written, the direction.
	OrderItem struct {
		Base
		Column        Expr
		Direction     token.Word // ASC, DESC or NoWord
		DirectionSpan token.Span
	}

	// DatePart is year, month and so on, in DATEDIFF and DATEADD.
	DatePart struct {
		Base
		Word token.Word
	}
)

// Expr is a condition or a value. Parentheses may stand around either, so one
// interface serves both; IsCondition tells them apart.
type Expr interface {
	Node
	isExpr()
}

// The conditions.
type (
	// LogicalExpr is a row of conditions joined by one operator, && or ||. It
	// has at least two operands and one operator less.
	LogicalExpr struct {
		Base
		Op        token.Op
		Operands  []Expr
		Operators []Operator
	}

	// NotExpr is NOT(condition).
	NotExpr struct {
		Call
		Cond Expr
	}

	// NullExpr is ISNULL(column) or ISNOTNULL(column), which Word tells apart.
	NullExpr struct {
		Call
		Column Expr
	}

	// CompareExpr is a comparison of two values, or of a column and a string
	// by CONTAINS, STARTSWITH or ENDSWITH.
	CompareExpr struct {
		Base
		Left   Expr
		Op     token.Op // NoOp if missing
		OpSpan token.Span
		Right  Expr
	}

	// InExpr is column IN [literal, ..].
	InExpr struct {
		Base
		Left   Expr
		In     token.Span
		Lbrack token.Pos
		Values []Expr
		Commas []token.Pos
		Rbrack token.Pos
	}
)

// The values, and the parentheses around either kind.
type (
	// ParenExpr is a condition or value in parentheses.
	ParenExpr struct {
		Base
		Lparen token.Pos
		X      Expr
		Rparen token.Pos
	}

	// ArithExpr is a row of values joined by operators of one precedence, +
	// and - or * and /, associating to the left.
	ArithExpr struct {
		Base
		Operands  []Expr
		Operators []Operator
	}

	// DateDiffExpr is DATEDIFF(part, from, to).
	DateDiffExpr struct {
		Call
		Part     *DatePart // nil if missing
		From, To Expr
	}

	// DateAddExpr is DATEADD(part, amount, date).
	DateAddExpr struct {
		Call
		Part   *DatePart // nil if missing
		Amount Expr
		Date   Expr
	}

	// DateExpr is DATE(year, month, day, ..).
	DateExpr struct {
		Call
		Args []Expr
	}

	// NowExpr is DATETIMEUTCNOW().
	NowExpr struct {
		Call
	}

	// ColumnExpr is a column, alone or behind an alias: contact_1.fullname.
	ColumnExpr struct {
		Base
		Qualifier *Ident    // nil if there is none
		Dot       token.Pos // between the two
		Name      Ident
	}

	// StringLit is a string.
	StringLit struct {
		Base
		// Value is the string without its quotes and escapes.
		Value string
	}

	// NumberLit is a number, a leading - included.
	NumberLit struct {
		Base
		// Text is the number as it was written.
		Text string
	}

	// BoolLit is true or false.
	BoolLit struct {
		Base
		Value bool
	}

	// BadExpr is text that is no expression; empty if one is missing. What
	// was understood within it hangs below it.
	BadExpr struct {
		Base
		Parts []Expr
	}

	// BadCall is a call of a function that the language does not have.
	BadCall struct {
		Base
		Name Ident
		Args []Expr
	}
)

func (*LogicalExpr) isExpr()  {}
func (*NotExpr) isExpr()      {}
func (*NullExpr) isExpr()     {}
func (*CompareExpr) isExpr()  {}
func (*InExpr) isExpr()       {}
func (*ParenExpr) isExpr()    {}
func (*ArithExpr) isExpr()    {}
func (*DateDiffExpr) isExpr() {}
func (*DateAddExpr) isExpr()  {}
func (*DateExpr) isExpr()     {}
func (*NowExpr) isExpr()      {}
func (*ColumnExpr) isExpr()   {}
func (*StringLit) isExpr()    {}
func (*NumberLit) isExpr()    {}
func (*BoolLit) isExpr()      {}
func (*BadExpr) isExpr()      {}
func (*BadCall) isExpr()      {}

// Operator is an operator and its place. One that is missing is NoOp with an
// empty span.
type Operator struct {
	Op   token.Op
	Span token.Span
}

// Ident is a name of a table, column, relationship, definition or the like. A
// name of a relationship or table may be written as a string. Comments never
// hang on it but on the node that it is part of.
type Ident struct {
	Extent token.Span
	// Name is the name without quotes.
	Name   string
	Quoted bool
}

// Span returns the bytes of the name, quotes included.
func (i *Ident) Span() token.Span { return i.Extent }

// Attached returns nil.
func (i *Ident) Attached() *Comments { return nil }

// Alias is the name that a step gives to its row: contact_1, or in the
// realtime dialect account.account_1.
type Alias struct {
	Base
	Qualifier *Ident    // nil if there is none
	Dot       token.Pos // between the two
	Name      Ident
}

// IsCondition reports whether x is a condition. Otherwise it is a value, but
// for a BadExpr or BadCall, which may be either: then unknown is true.
func IsCondition(x Expr) (is, unknown bool) {
	for {
		switch e := x.(type) {
		case *ParenExpr:
			x = e.X
			continue
		case *LogicalExpr, *NotExpr, *NullExpr, *CompareExpr, *InExpr:
			return true, false
		case *BadExpr, *BadCall:
			return false, true
		}
		return false, false
	}
}
