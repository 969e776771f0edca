package refactor

import (
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// toRelate writes an operand that walks to its result with TRAVERSE as the
// realtime dialect has it: from the table of the result, with RELATE to the
// rows that the walk came from. Both select the rows of the last table for
// which there is such a walk. To replace the word alone would not do, since
// RELATE keeps the row that it starts from.
func toRelate(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 0; i-- {
		o, ok := s.path[i].(*ast.Operand)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(o.Steps, isTraverse) {
			return Action{}, false
		}
		if !isClean(s.def.Definition, o.Extent) {
			return Action{}, false
		}
		w := &walk{site: s, operand: o}
		refused := w.read()
		a, _ := s.action("to-relate", Rewrite, "Write TRAVERSE as RELATE, from the table of the result", func() []token.Edit {
			return []token.Edit{{Span: o.Extent, New: w.relate()}}
		})
		a.Refused = refused
		return a, true
	}
	return Action{}, false
}

func isTraverse(s ast.Step) bool {
	_, ok := s.(*ast.Traverse)
	return ok
}

// walk is an operand of PROFILE, FILTER and TRAVERSE.
type walk struct {
	*site
	operand *ast.Operand
	rows    []*walkedRow
	filters []walkedFilter
}

// walkedRow is one row of the walk.
type walkedRow struct {
	*check.Row
	// name is the alias that is written, or one that is made.
	name string
	// relationship leads here from the row before; empty for the first.
	relationship string
	// comments stand at the step.
	comments string
}

// walkedFilter is a condition and the index of the row that is current in it.
type walkedFilter struct {
	cond     ast.Expr
	row      int
	comments string
}

// read reads the operand. The result says why it can't be written with RELATE.
func (w *walk) read() string {
	switch check.DeclaredDialect(w.File) {
	case check.Outbound:
		return "RELATE is realtime; this file is declared to be outbound"
	case check.Undetermined:
		return "RELATE is realtime; declare the dialect with // seg:dialect realtime first"
	case check.Realtime:
	}
	source, ok := w.operand.Source.(*ast.Profile)
	if !ok || source.Table == nil {
		return "only a walk that starts at PROFILE(..) can be turned around"
	}
	res := w.resolve()
	d := w.def.Definition
	w.rows = []*walkedRow{{Row: res.Scope(w.operand.Steps[0]).Current, comments: commentsIn(d, source.Extent)}}
	end := source.Extent.End
	for _, step := range w.operand.Steps {
		span := token.Span{Start: end, End: step.Span().End}
		end = span.End
		switch step := step.(type) {
		case *ast.Filter:
			w.filter(step, span)
		case *ast.Traverse:
			walked := res.Walk(step)
			rel := walked.Relationship
			switch {
			case rel == nil || !walked.Fits || walked.To.Table == "" || walked.From.Table == "":
				return "the tables at the ends of a relationship here are not known"
			case rel.Self():
				return fmt.Sprintf("%s leads from a table to itself, and which way is not said", step.Relationship.Name)
			}
			row := &walkedRow{Row: walked.To, relationship: relationName(rel, step.Relationship)}
			w.rows = append(w.rows, row)
			if step.Filter == nil {
				row.comments = commentsIn(d, span)
				continue
			}
			row.comments = commentsIn(d, token.Span{Start: span.Start, End: step.Filter.Extent.Start})
			w.filter(step.Filter, token.Span{Start: step.Filter.Extent.Start, End: span.End})
		default:
			word := "this step"
			if call, ok := step.(ast.Caller); ok {
				word = call.AsCall().Word.String()
			}
			return fmt.Sprintf("%s has no place beside RELATE", word)
		}
	}
	if table := w.rows[len(w.rows)-1].Table; table != "contact" && table != "lead" && !schema.HasPublisherPrefix(table) {
		return fmt.Sprintf("the walk ends at %s; a realtime segment holds contacts, leads or rows of a custom table", table)
	}
	return w.name()
}

func relationName(r *schema.Relationship, written *ast.Ident) string {
	if r.Name != "" {
		return r.Name
	}
	return written.Name
}

// filter notes a FILTER at the current row, with the comments around its
// condition.
func (w *walk) filter(f *ast.Filter, span token.Span) {
	cond := f.Cond.Span()
	w.filters = append(w.filters, walkedFilter{
		cond: f.Cond, row: len(w.rows) - 1,
		comments: commentsIn(w.def.Definition, token.Span{Start: span.Start, End: cond.Start}) +
			commentsIn(w.def.Definition, token.Span{Start: cond.End, End: span.End}),
	})
}

// name gives each row but the last an alias, and finds out what the columns
// belong to.
func (w *walk) name() string {
	taken := map[string]bool{}
	for _, row := range w.rows {
		if row.Alias == nil {
			continue
		}
		row.name = row.Alias.Name.Name
		key := strings.ToLower(row.name)
		if taken[key] {
			return fmt.Sprintf("two rows have the alias %s; give one of them another", row.name)
		}
		taken[key] = true
	}
	for _, row := range w.rows[:len(w.rows)-1] {
		for n := 1; row.name == ""; n++ {
			if name := fmt.Sprintf("%s_%d", row.Table, n); !taken[strings.ToLower(name)] {
				row.name, taken[strings.ToLower(name)] = name, true
			}
		}
	}
	for _, f := range w.filters {
		for _, c := range columnsOf(f.cond) {
			if w.rowOf(c) < 0 {
				return fmt.Sprintf("it is not known which row %s belongs to", columnText(c))
			}
		}
	}
	if !slices.ContainsFunc(w.filters, func(f walkedFilter) bool { return !w.isOwn(f) }) && w.id() == "" {
		return "RELATE needs a condition about the related row, and here is none"
	}
	return ""
}

func columnsOf(x ast.Expr) []*ast.ColumnExpr {
	var all []*ast.ColumnExpr
	ast.Inspect(x, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnExpr); ok {
			all = append(all, c)
		}
		return true
	})
	return all
}

// rowOf returns the index of the row that a column belongs to, -1 if that is
// not known.
func (w *walk) rowOf(c *ast.ColumnExpr) int {
	row := w.resolve().Column(c).Row
	return slices.IndexFunc(w.rows, func(r *walkedRow) bool { return r.Row == row })
}

// isOwn reports whether a condition speaks of the last row alone.
func (w *walk) isOwn(f walkedFilter) bool {
	columns := columnsOf(f.cond)
	return f.row == len(w.rows)-1 && !slices.ContainsFunc(columns, func(c *ast.ColumnExpr) bool { return w.rowOf(c) != len(w.rows)-1 })
}

// id returns the column that holds the id of the row before the last, with its
// alias; empty if it is not known.
func (w *walk) id() string {
	row := w.rows[len(w.rows)-2]
	if row.Info == nil || row.Info.PrimaryID == "" {
		return ""
	}
	return row.name + "." + row.Info.PrimaryID
}

// relate returns the operand as it is written with RELATE.
func (w *walk) relate() string {
	var b strings.Builder
	last := len(w.rows) - 1
	b.WriteString("PROFILE(" + w.rows[last].Table)
	if name := w.rows[last].name; name != "" {
		b.WriteString(", " + name)
	}
	b.WriteString(")")
	var related []walkedFilter
	for _, f := range w.filters {
		if w.isOwn(f) {
			b.WriteString("\n.FILTER(" + spaced(f.comments) + w.condition(f) + ")")
		} else {
			related = append(related, f)
		}
	}
	b.WriteString("\n.")
	for i := last; i > 0; i-- {
		if i < last {
			b.WriteString(", ")
		}
		b.WriteString("RELATE(" + spaced(w.rows[i].comments) + w.rows[i].relationship + ", " + w.rows[i-1].name)
	}
	b.WriteString(strings.Repeat(")", last))
	// One FILTER, so that all conditions are about the same related rows.
	b.WriteString("\n.FILTER(" + spaced(w.rows[0].comments))
	for i, f := range related {
		if i > 0 {
			b.WriteString(" && ")
		}
		text := w.condition(f)
		if l, ok := f.cond.(*ast.LogicalExpr); ok && l.Op == token.Or && len(related) > 1 {
			text = "(" + text + ")"
		}
		b.WriteString(spaced(f.comments) + text)
	}
	if len(related) == 0 {
		b.WriteString("ISNOTNULL(" + w.id() + ")")
	}
	b.WriteString(")")
	return b.String()
}

// spaced puts comments that end their line on lines of their own.
func spaced(comments string) string {
	if strings.Contains(comments, "\n") {
		return "\n" + comments
	}
	return comments
}

// condition returns the text of a condition with every column under the name
// of its row.
func (w *walk) condition(f walkedFilter) string {
	start := f.cond.Span().Start
	last := len(w.rows) - 1
	var edits []token.Edit
	for _, c := range columnsOf(f.cond) {
		at := w.rowOf(c)
		row := w.rows[at]
		switch {
		case c.Qualifier == nil && at < last:
			edits = append(edits, token.Edit{Span: token.At(c.Extent.Start), New: row.name + "."})
		case c.Qualifier == nil:
		case row.name != "":
			edits = append(edits, token.Edit{Span: c.Qualifier.Extent, New: row.name})
		default: // the table's name, which stays right
		}
	}
	for i := range edits {
		edits[i] = edits[i].Shift(-start)
	}
	text, err := token.Apply(w.text(f.cond.Span()), edits...)
	if err != nil {
		return w.text(f.cond.Span())
	}
	return text
}
