package lsp

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/explain"
	"segql/lang/schema"
	"segql/lang/token"
)

// Hover implements protocol.Server.
func (s *server) Hover(ctx context.Context, params *protocol.HoverParams) (*protocol.Hover, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	d, path, at := v.path(params.Position)
	if dependsOnOthers(path) {
		if v, err = s.awaitWhole(ctx, v); err != nil {
			return nil, err
		}
		d, path, at = v.path(params.Position)
	}
	h := hoverer{view: v, definition: d, path: path, at: at}
	h.markdown = s.can.markdown
	span := d.Abs(h.hover())
	if h.isEmpty() {
		span = h.comment(s.completerAt(v, params.Position))
	}
	if h.isEmpty() {
		return nil, nil
	}
	r := v.rangeOf(span)
	return &protocol.Hover{Range: &r, Contents: h.content()}, nil
}

// dependsOnOthers reports whether other files tell what the innermost of nodes
// stands for: the seg.toml that names the schema, or those that define segments.
func dependsOnOthers(path []ast.Node) bool {
	if len(path) == 0 {
		return false
	}
	switch n := path[len(path)-1].(type) {
	case *ast.Ident, *ast.NumberLit, *ast.StringLit:
		return true
	case ast.Caller:
		return n.AsCall().Word.IsSource()
	}
	return false
}

// hoverer says what stands at a place of a definition.
type hoverer struct {
	prose
	view
	definition ast.Placed
	path       []ast.Node // the nodes that hold the place
	at         token.Pos
}

// hover says what stands at the place, innermost first, and returns where it
// stands.
func (h *hoverer) hover() token.Span {
	for i := len(h.path) - 1; i >= 0; i-- {
		span := h.node(h.path[i], h.path[:i])
		if !h.isEmpty() {
			return span
		}
	}
	return token.Span{}
}

// node says what a node stands for; above are those that it is part of.
func (h *hoverer) node(n ast.Node, above []ast.Node) token.Span {
	switch n := n.(type) {
	case *ast.Ident:
		h.name(n, above)
	case *ast.NumberLit:
		h.number(n, above)
	case *ast.StringLit:
		h.date(n, above)
	case *ast.BoolLit:
		h.word(n.Span().Text(h.definition.Text))
	case *ast.DatePart:
		h.word(n.Word.String())
	case ast.Caller:
		call := n.AsCall()
		if call.WordSpan.Contains(h.at) {
			if call.Word.IsSource() {
				h.lines(explain.Definition(h.definition.Definition, h.checked, h.project()))
			}
			h.word(call.Word.String())
			return call.WordSpan
		}
	}
	if h.isEmpty() {
		if span := h.operatorOf(n); span.IsValid() {
			h.word(strings.ToUpper(span.Text(h.definition.Text)))
			return span
		}
	}
	return n.Span()
}

// comment says what a comment that the place is in means to the checker, or which
// rule it names there, and returns where that stands in the file.
func (h *hoverer) comment(b *completer) token.Span {
	if b.comment == "" {
		return token.NoSpan
	}
	at := int(b.at)
	start := at - len(b.comment)
	text := strings.TrimLeft(b.around[start:], "/* \t")
	start = len(b.around) - len(text)
	word := text[:wordLenOf(text, "-:")]
	about := commentRules[word]
	if about == "" {
		return token.NoSpan
	}
	from := at
	for from > start && wordLenOf(b.around[from-1:from], "-") == 1 {
		from--
	}
	named := span(from, at+wordLenOf(b.around[at:], "-"))
	if r := ruleNamed(named.Text(b.around)); r != nil && word == "seg:ignore" {
		h.code(r.Name)
		h.say("%s", r.Doc)
		return b.definition.Abs(named)
	}
	h.say("%s", ruleNamed(about).Doc)
	return b.definition.Abs(span(start, start+len(word)))
}

// commentRules are the rules whose pages describe what comments to the checker
// start with.
var commentRules = map[string]string{"seg:ignore": "unused-ignore", "seg:dialect": "unknown-dialect"}

// wordLenOf returns the length of the word that text starts with, of letters,
// digits and other characters.
func wordLenOf(text, others string) int {
	n := 0
	for n < len(text) && (isWordByte(text[n]) || strings.IndexByte(others, text[n]) >= 0) {
		n++
	}
	return n
}

// ruleNamed returns the rule of that name, nil if there is none.
func ruleNamed(name string) *check.Rule {
	for _, r := range check.Rules() {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// operatorOf returns where the operator of n stands that the place lies in.
func (h *hoverer) operatorOf(n ast.Node) token.Span {
	for _, s := range operatorsOf(n) {
		if s.Contains(h.at) {
			return s
		}
	}
	return token.NoSpan
}

// operatorsOf returns where the operators of n stand, which are no nodes of their
// own.
func operatorsOf(n ast.Node) []token.Span {
	var spans []token.Span
	switch n := n.(type) {
	case *ast.Query:
		for _, o := range n.Operators {
			spans = append(spans, o.Span)
		}
	case *ast.LogicalExpr:
		spans = operatorSpans(n.Operators)
	case *ast.ArithExpr:
		spans = operatorSpans(n.Operators)
	case *ast.CompareExpr:
		spans = []token.Span{n.OpSpan}
	case *ast.Having:
		spans = []token.Span{n.OpSpan}
	case *ast.InExpr:
		spans = []token.Span{n.In}
	case *ast.OrderItem:
		spans = []token.Span{n.DirectionSpan}
	}
	return slices.DeleteFunc(spans, func(s token.Span) bool { return !s.IsValid() || s.Len() == 0 })
}

func operatorSpans(all []ast.Operator) []token.Span {
	spans := make([]token.Span, len(all))
	for i, o := range all {
		spans[i] = o.Span
	}
	return spans
}

// name says what a name stands for.
func (h *hoverer) name(n *ast.Ident, above []ast.Node) {
	if len(above) == 0 {
		return
	}
	sch, dialect := h.checked.Schema, h.dialect()
	switch parent := above[len(above)-1].(type) {
	case *ast.Definition:
		for _, d := range h.project().Lookup(h.checked, n.Name) {
			if d.Placed.Definition == parent {
				h.segment(h.view, d)
			}
		}
	case *ast.Segment, *ast.NameRef:
		h.segments(n.Name)
	case *ast.Profile:
		if t := sch.Table(n.Name); t != nil {
			h.tableDoc(t, sch, dialect)
		}
	case *ast.Interaction:
		if parent.Event == nil {
			return
		}
		event := sch.Interaction(parent.Event.Name)
		switch {
		case event == nil:
		case n == parent.Event:
			h.interaction(event, dialect)
		default:
			h.links(event, n.Name, parent.Event.Name)
		}
	case *ast.Traverse, *ast.Relate:
		w := h.resolve(h.definition.Definition).Walk(parent)
		if w.Relationship != nil {
			h.relationship(w.Relationship, n.Name, w.From.Table)
		}
	case *ast.Alias:
		h.alias(parent)
	case *ast.ColumnExpr:
		ref := h.resolve(h.definition.Definition).Column(parent)
		switch {
		case ref.Row == nil:
		case n == parent.Qualifier && isAliasOf(ref.Row, n.Name):
			h.row(ref.Row)
		case n == parent.Qualifier:
			if ref.Row.Info != nil {
				h.tableDoc(ref.Row.Info, sch, dialect)
			}
		case ref.Column != nil:
			h.prose.column(ref.Column, ref.Row.Table, compared(above))
		case consentBy(n.Name) != "":
			h.consent(n.Name)
		}
	}
}

// segments says what the segments of a name select.
func (h *hoverer) segments(name string) {
	found := h.project().Lookup(h.checked, name)
	for _, d := range found {
		h.segment(h.view, d)
	}
	if len(found) == 0 {
		h.code("SEGMENT(" + name + ")")
		h.say("No definition of the workspace has this name. It may be a segment in the organization.")
	}
}

// alias says which row an alias names where it is declared.
func (h *hoverer) alias(a *ast.Alias) {
	res := h.resolve(h.definition.Definition)
	var named *check.Row
	for _, n := range h.path {
		switch n := n.(type) {
		case *ast.Traverse, *ast.Relate:
			named = res.Walk(n).To
		case *ast.Profile:
			if n.Table != nil {
				named = &check.Row{Table: n.Table.Name, Info: h.checked.Schema.Table(n.Table.Name)}
			}
		}
	}
	if named != nil {
		h.row(&check.Row{Table: named.Table, Info: named.Info, Alias: a})
	}
}

// row says which row an alias names.
func (h *hoverer) row(r *check.Row) {
	table := r.Table
	if table == "" {
		table = "a table that is not known"
	}
	h.code("alias " + r.Alias.Name.Name + ": " + table)
	line := h.lineOf(h.definition.Abs(r.Alias.Extent).Start)
	if r.Info != nil && r.Info.Label != "" {
		h.say("A row of %s (%s), named in line %d.", r.Table, r.Info.Label, line)
		return
	}
	h.say("Named in line %d.", line)
}

// lineOf returns the number of the line of an offset, from 1.
func (h *hoverer) lineOf(p token.Pos) uint32 { return h.position(p).Line + 1 }

// compared returns the numbers that the column is compared with whose name
// stands below these nodes.
func compared(above []ast.Node) []int {
	if len(above) < 2 {
		return nil
	}
	var values []ast.Expr
	switch n := above[len(above)-2].(type) {
	case *ast.CompareExpr:
		values = []ast.Expr{n.Left, n.Right}
	case *ast.InExpr:
		values = n.Values
	}
	var numbers []int
	for _, x := range values {
		if n, ok := x.(*ast.NumberLit); ok {
			if value, err := strconv.Atoi(n.Text); err == nil {
				numbers = append(numbers, value)
			}
		}
	}
	return numbers
}

// comparedWith returns what the literal is compared with that stands below
// these nodes.
func (h *hoverer) comparedWith(above []ast.Node) check.Ref {
	if len(above) == 0 {
		return check.Ref{}
	}
	var sides []ast.Expr
	switch n := above[len(above)-1].(type) {
	case *ast.CompareExpr:
		sides = []ast.Expr{n.Left, n.Right}
	case *ast.InExpr:
		sides = []ast.Expr{n.Left}
	}
	for _, side := range sides {
		if column, ok := side.(*ast.ColumnExpr); ok {
			return h.resolve(h.definition.Definition).Column(column)
		}
	}
	return check.Ref{}
}

// number says which choice a number is.
func (h *hoverer) number(n *ast.NumberLit, above []ast.Node) {
	value, err := strconv.Atoi(n.Text)
	if err != nil {
		return
	}
	ref := h.comparedWith(above)
	if ref.Column == nil {
		return
	}
	if choice, ok := ref.Column.Choice(value); ok {
		h.choice(choice, ref.Column, ref.Row.Table)
	}
}

// date says which day a string is.
func (h *hoverer) date(n *ast.StringLit, above []ast.Node) {
	if len(n.Value) < len(time.DateOnly) {
		return
	}
	day, err := time.Parse(time.DateOnly, n.Value[:len(time.DateOnly)])
	if err != nil {
		return
	}
	if c := h.comparedWith(above).Column; c == nil || c.Type != schema.TypeDateTime {
		return
	}
	text := day.Format("Monday, 2 January 2006")
	today := h.now.today.UTC().Truncate(24 * time.Hour)
	switch days := int(day.Sub(today).Hours() / 24); {
	case days == 0:
		text += ", today"
	case days < 0:
		text += fmt.Sprintf(", %s ago", count(-days, "day"))
	default:
		text += fmt.Sprintf(", in %s", count(days, "day"))
	}
	h.say("%s.", text)
}
