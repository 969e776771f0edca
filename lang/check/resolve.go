package check

import (
	"sort"
	"strings"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

// Env is what a definition is resolved with.
type Env struct {
	Schema  *schema.Schema
	Dialect Dialect
	// Segment returns the table of the rows of a named segment, if it is known.
	Segment func(name string) (table string, ok bool)
	// RowsOnly leaves out scopes and what columns refer to, which is most of the
	// work.
	RowsOnly bool
}

// Row is the row that columns are read from: of a table, or of an event.
type Row struct {
	// Table is the logical name; empty if it is not known.
	Table string
	// Info is nil where the schema does not have the table.
	Info *schema.Table
	// IsEvent tells that the row is one of an interaction. Then Event is the
	// interaction, nil if the schema does not have it.
	IsEvent bool
	Event   *schema.Interaction
	// Alias is the alias given to the row, nil if there is none.
	Alias *ast.Alias

	index  int  // its place among the rows of the operand that have an alias
	isUsed bool // whether a column is qualified with its alias
	clash  *Row // the row of the operand that has the same alias, nil if there is none
}

// Column returns the column of that name, or nil.
func (r *Row) Column(name string, d Dialect) *schema.Column {
	switch {
	case !r.IsEvent:
		return r.Info.Column(name)
	case d == Realtime:
		return r.Event.RealtimeColumn(name)
	}
	if c := r.Event.Column(name); c != nil {
		return c
	}
	return r.Event.RealtimeColumn(name)
}

// Columns returns the columns of the row that are known.
func (r *Row) Columns(d Dialect) []*schema.Column {
	switch {
	case !r.IsEvent && r.Info != nil:
		return r.Info.Columns
	case r.IsEvent && r.Event != nil && d == Realtime:
		return r.Event.RealtimeColumns
	case r.IsEvent && r.Event != nil:
		return r.Event.Columns
	}
	return nil
}

// nearestColumns returns the columns that someone who wrote name most likely
// meant.
func (r *Row) nearestColumns(name string, d Dialect) []string {
	if !r.IsEvent {
		return r.Info.NearestColumns(name, maxNearest)
	}
	return schema.Nearest(name, func(yield func(string) bool) {
		for _, c := range r.Columns(d) {
			if !yield(c.Name) {
				return
			}
		}
	}, maxNearest)
}

// knowsColumns reports whether a column that Column does not find is none.
func (r *Row) knowsColumns(d Dialect) bool {
	if r.IsEvent {
		return len(r.Columns(d)) > 0
	}
	return r.Info != nil && !r.Info.Partial
}

// Scope is what the conditions of a step can refer to.
type Scope struct {
	// Current is the row whose columns need no alias.
	Current *Row
	// Named are the rows with an alias, the latest last.
	Named []*Row

	// What an operand's scopes have in common, found by names in lower case:
	// all rows with an alias, of which this scope sees the first len(Named).
	aliases, tables map[string][]*Row
}

// seen returns those of rows that s can see.
func (s *Scope) seen(rows []*Row) []*Row {
	n := sort.Search(len(rows), func(i int) bool { return rows[i].index >= len(s.Named) })
	return rows[:n]
}

// latest returns the last of rows that s can see, or nil.
func (s *Scope) latest(rows []*Row) *Row {
	if rows = s.seen(rows); len(rows) > 0 {
		return rows[len(rows)-1]
	}
	return nil
}

// ofTable returns the rows of a table that have an alias, the last shownAliases
// if there are more.
func (s *Scope) ofTable(table string) []*Row {
	rows := s.seen(s.tables[strings.ToLower(table)])
	return rows[max(0, len(rows)-shownAliases):]
}

// with returns the scope in which row is the current one.
func (s *Scope) with(row *Row) *Scope {
	next := *s
	next.Current = row
	return &next
}

// Find returns the row that a qualifier names: an alias, whole or its last
// part, or the current row's table. It is nil if there is none.
func (s *Scope) Find(qualifier string) *Row {
	name := strings.ToLower(qualifier)
	if row := s.latest(s.aliases[name]); row != nil {
		return row
	}
	if s.Current != nil && strings.EqualFold(s.Current.Table, qualifier) {
		return s.Current
	}
	return s.latest(s.tables[name])
}

// Ref is what a column in a query refers to.
type Ref struct {
	// Row is nil if the qualifier names no row.
	Row *Row
	// Column is nil if it is not known.
	Column *schema.Column
}

// Walked is what a TRAVERSE or RELATE does.
type Walked struct {
	// Relationship is nil if the schema does not have it.
	Relationship *schema.Relationship
	// From is the row that it starts at, To the one that it leads to.
	From, To *Row
	// Fits tells that the relationship has From's table at one end, or that
	// nothing is known about it.
	Fits bool
}

// Resolution is what the names in a definition mean.
type Resolution struct {
	Definition *ast.Definition
	// Table is that of the rows of the whole query; empty if it is not known.
	Table string

	env      Env
	operands map[*ast.Operand]rows
	scopes   map[ast.Node]*Scope
	columns  map[*ast.ColumnExpr]Ref
	walks    map[ast.Node]Walked
	aliases  map[*ast.Alias]*Row
}

// rows is what the rows of an operand are.
type rows struct {
	table     string
	isGuessed bool // that the table is contact, for want of knowledge
}

// Operand returns the table of an operand's rows, empty if it is not known.
func (r *Resolution) Operand(o *ast.Operand) string { return r.operands[o].table }

// Scope returns what the arguments of a step can refer to, nil if it is no
// step of the definition.
func (r *Resolution) Scope(step ast.Node) *Scope { return r.scopes[step] }

// Column returns what a column refers to.
func (r *Resolution) Column(c *ast.ColumnExpr) Ref { return r.columns[c] }

// Walk returns what a TRAVERSE or RELATE does.
func (r *Resolution) Walk(step ast.Node) Walked { return r.walks[step] }

// Resolve finds out what the names in a definition mean.
func Resolve(d *ast.Definition, env Env) *Resolution {
	r := &Resolution{
		Definition: d, env: env,
		operands: map[*ast.Operand]rows{}, walks: map[ast.Node]Walked{},
	}
	if !env.RowsOnly {
		r.scopes, r.columns, r.aliases = map[ast.Node]*Scope{}, map[*ast.ColumnExpr]Ref{}, map[*ast.Alias]*Row{}
	}
	if d.Query != nil {
		r.Table = r.query(d.Query)
	}
	return r
}

// query returns the table of a query's rows: that of its first operand whose
// table is known.
func (r *Resolution) query(q *ast.Query) string {
	table := ""
	for _, o := range q.Operands {
		if t := r.operand(o); table == "" {
			table = t
		}
	}
	return table
}

func (r *Resolution) operand(o *ast.Operand) string {
	s := &Scope{Current: &Row{}}
	if !r.env.RowsOnly {
		s.aliases, s.tables = map[string][]*Row{}, map[string][]*Row{}
	}
	result, isGuessed := "", false
	switch src := o.Source.(type) {
	case *ast.Profile:
		if src.Table != nil {
			s.Current = r.row(src.Table.Name)
			s = r.name(s, s.Current, src.Alias)
		}
		result = s.Current.Table
	case *ast.Segment:
		if src.Name != nil {
			result, isGuessed = r.segment(src.Name.Name)
		}
		s.Current = r.row(result)
	case *ast.NameRef:
		result, isGuessed = r.segment(src.Name.Name)
		s.Current = r.row(result)
	case *ast.ParenQuery:
		result = r.query(src.Query)
		for _, inner := range src.Query.Operands {
			isGuessed = isGuessed || r.operands[inner].isGuessed
		}
		s.Current = r.row(result)
	case *ast.Interaction:
		result = r.profileOf(src, o)
		s.Current = &Row{IsEvent: true}
		if src.Event != nil {
			s.Current.Table = src.Event.Name
			s.Current.Event = r.env.Schema.Interaction(src.Event.Name)
		}
	}
	isEvent := s.Current.IsEvent
	for _, step := range o.Steps {
		r.see(step, s)
		switch step := step.(type) {
		case *ast.Filter:
			r.expr(s, step.Cond)
		case *ast.Traverse:
			to := r.walk(step, s.Current, step.Relationship)
			next := r.name(s.with(to), to, step.Alias)
			if step.Filter != nil {
				r.see(step.Filter, next)
				r.expr(next, step.Filter.Cond)
			}
			s = next
			result = to.Table
		case *ast.Relate:
			s = r.relate(s, s.Current, step)
		case *ast.Having:
			if step.Aggregate != nil {
				r.expr(s, step.Aggregate.Column)
			}
			r.expr(s, step.Value)
		case *ast.OrderBy:
			for _, i := range step.Items {
				r.expr(s, i.Column)
			}
		case *ast.Select:
			for _, x := range step.Columns {
				r.expr(s, x)
			}
		case *ast.SetStep:
			if step.Query != nil {
				r.query(step.Query)
			}
		case *ast.BadStep:
			for _, x := range step.Args {
				r.expr(s, x)
			}
		}
		if !isEvent && result == "" {
			result = s.Current.Table
		}
	}
	r.operands[o] = rows{result, isGuessed}
	return result
}

// see notes what the arguments of a step can refer to.
func (r *Resolution) see(step ast.Node, s *Scope) {
	if !r.env.RowsOnly {
		r.scopes[step] = s
	}
}

// row returns a row of a table.
func (r *Resolution) row(table string) *Row {
	t := r.env.Schema.Table(table)
	if t != nil {
		table = t.Name
	}
	return &Row{Table: table, Info: t}
}

// name returns the scope s with a row under its alias.
func (r *Resolution) name(s *Scope, row *Row, alias *ast.Alias) *Scope {
	if alias == nil {
		return s
	}
	if r.env.RowsOnly {
		row.Alias = alias
		return s
	}
	name, table := strings.ToLower(alias.Name.Name), strings.ToLower(row.Table)
	row.Alias, row.index, row.clash = alias, len(s.Named), s.latest(s.aliases[name])
	r.aliases[alias] = row
	s.aliases[name] = append(s.aliases[name], row)
	s.tables[table] = append(s.tables[table], row)
	next := *s
	// Earlier scopes see the rows up to their own length, and each has one that
	// follows it, so all of them share one array.
	next.Named = append(s.Named, row) //nolint:gocritic // see above
	return &next
}

// walk returns the row that a relationship leads to.
func (r *Resolution) walk(step ast.Node, from *Row, name *ast.Ident) *Row {
	w := Walked{From: from, To: &Row{}, Fits: true}
	if name != nil {
		w.Relationship = r.env.Schema.Relationship(name.Name)
	}
	if rel := w.Relationship; rel != nil {
		end, ok := rel.Other(from.Table)
		switch {
		case ok:
			w.To = r.row(end.Table)
		case from.Table == "":
			// From an unknown table it is not known either which end comes next.
		default:
			w.Fits = false
		}
	}
	r.walks[step] = w
	return w.To
}

func (r *Resolution) relate(s *Scope, from *Row, step *ast.Relate) *Scope {
	to := r.walk(step, from, step.Relationship)
	s = r.name(s, to, step.Alias)
	if step.Relate != nil {
		r.see(step.Relate, s)
		s = r.relate(s, to, step.Relate)
	}
	return s
}

// segment returns the table of a named segment's rows, contact as a guess if
// it is not known.
func (r *Resolution) segment(name string) (table string, guessed bool) {
	if r.env.Segment != nil {
		if table, ok := r.env.Segment(name); ok {
			return table, false
		}
	}
	return "contact", true
}

// profileOf returns the table that an interaction is linked to.
func (r *Resolution) profileOf(i *ast.Interaction, o *ast.Operand) string {
	if i.Event == nil || i.Link == nil {
		return ""
	}
	if link, ok := r.env.Schema.Interaction(i.Event.Name).Link(i.Link.Name); ok && link.Table != "" {
		return link.Table
	}
	// The realtime dialect says it in the filter.
	if table, ok := logicalName(o, i.Link.Name); ok {
		return table
	}
	lower := strings.ToLower(i.Link.Name)
	for _, table := range []string{"contact", "lead", "account"} {
		if strings.HasSuffix(strings.TrimSuffix(lower, "link"), table) {
			return table
		}
	}
	return ""
}

// logicalName returns the table that the filter of a realtime interaction
// fixes by `<link>_LogicalName == 'contact'`.
func logicalName(o *ast.Operand, link string) (string, bool) {
	table := ""
	for _, s := range o.Steps {
		f, ok := s.(*ast.Filter)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var left, right ast.Expr
			switch n := n.(type) {
			case *ast.NotExpr:
				return false
			case *ast.LogicalExpr:
				return n.Op == token.And // one of several says nothing for sure
			case *ast.CompareExpr:
				if n.Op != token.Equal {
					return true
				}
				left, right = n.Left, n.Right
				if _, ok := left.(*ast.StringLit); ok {
					left, right = right, left
				}
			case *ast.InExpr:
				if len(n.Values) != 1 {
					return true
				}
				left, right = n.Left, n.Values[0]
			default:
				return true
			}
			column, isColumn := left.(*ast.ColumnExpr)
			value, isText := right.(*ast.StringLit)
			if isColumn && isText && strings.EqualFold(column.Name.Name, link+"_LogicalName") {
				table = value.Value
			}
			return true
		})
	}
	return table, table != ""
}

// expr resolves the columns in an expression.
func (r *Resolution) expr(s *Scope, x ast.Expr) {
	if x == nil || r.env.RowsOnly {
		return
	}
	ast.Inspect(x, func(n ast.Node) bool {
		c, ok := n.(*ast.ColumnExpr)
		if !ok {
			return true
		}
		ref := Ref{Row: s.Current}
		if c.Qualifier != nil {
			ref.Row = s.Find(c.Qualifier.Name)
			if ref.Row != nil && ref.Row.Alias != nil {
				ref.Row.isUsed = true
			}
		}
		if ref.Row != nil {
			ref.Column = ref.Row.Column(c.Name.Name, r.env.Dialect)
		}
		r.columns[c] = ref
		return true
	})
}
