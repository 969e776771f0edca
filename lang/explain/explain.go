// Package explain says in plain English what a segment query selects, with the
// labels of tables, columns and choices where the schema has them: "Contacts
// whose Status is Active and whose Account's Industry is Consulting."
//
// It imports lang/token, lang/ast, lang/schema and lang/check. It does no input
// or output, parses nothing, and judges nothing: of a query with mistakes it
// says what can be understood.
package explain

import (
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// longest is how many bytes of a query are explained: sixteen times what the
// service takes of an outbound one, and more than anyone reads.
const longest = 64 << 10

// Definition returns what the query of a definition selects, as a sentence;
// a long one goes over several lines, with lists; one of more than 64 KB is
// only said to be too long. The result is empty if there
// is no query. The file that the definition stands in tells the schema and the
// dialect, and the project, which may be nil, the definitions it refers to.
func Definition(d *ast.Definition, file *check.File, project *check.Project) string {
	if d == nil || d.Query == nil {
		return ""
	}
	if size := d.Query.Span().Len(); size > longest {
		return fmt.Sprintf("A query of %d bytes, too long to be put into words.", size)
	}
	e := &explainer{file: file}
	if project != nil {
		e.dialect = project.Dialect(file)
		e.res = project.Resolve(file, d)
	} else {
		if file.Tree != nil {
			e.dialect = check.DialectOf(file)
		}
		e.res = check.Resolve(d, check.Env{Schema: file.Schema, Dialect: e.dialect})
	}
	return e.query(d.Query).sentence()
}

type explainer struct {
	file    *check.File
	dialect check.Dialect
	res     *check.Resolution
}

// query returns what a query selects.
func (e *explainer) query(q *ast.Query) phrase {
	if len(q.Operands) == 1 {
		return e.operand(q.Operands[0])
	}
	p := phrase{set: true}
	for i, o := range q.Operands {
		item := e.operand(o)
		switch {
		case i == 0 && item.set: // what is on the left comes first anyway
			p.items = item.items
			continue
		case i > 0 && i <= len(q.Operators):
			item = item.after(operator(q.Operators[i-1].Word, len(p.items), e.isPeople(e.res.Operand(o))))
		}
		p.items = append(p.items, item)
	}
	return p
}

// after returns the phrase behind a text.
func (p phrase) after(text string) phrase {
	if p.set {
		p.text = text
	} else {
		p.text = strings.TrimSpace(text + " " + p.text)
	}
	return p
}

// operator returns the words for a set operator. All have one precedence and
// associate to the left, so from the second on one speaks of all before it.
func operator(w token.Word, i int, people bool) string {
	switch w {
	case token.UNION:
		return "and also"
	case token.EXCEPT:
		return "but not"
	case token.INTERSECT:
		who := "that are also"
		if people {
			who = "who are also"
		}
		if i > 1 {
			return "and of these only those " + who
		}
		return who
	}
	return "and (something that could not be understood)"
}

// operand is what is said while the steps of an operand are gone through.
type operand struct {
	*explainer
	noun    string // in the plural: contacts
	people  bool
	clauses []phrase // all of which hold
	origin  *phrase  // the rows that these are linked to, by TRAVERSE
	related *check.Walked
	pending bool     // related was made by the last step, and nothing said of it yet
	once    bool     // DISTINCT
	page    []phrase // what the steps for pages do
	base    *phrase  // what the steps follow, if it is no noun
}

func (e *explainer) operand(o *ast.Operand) phrase {
	s := &operand{explainer: e}
	table := ""
	switch src := o.Source.(type) {
	case *ast.Profile:
		if src.Table != nil {
			table = src.Table.Name
		}
		s.noun = e.plural(table)
	case *ast.Segment:
		table = e.res.Operand(o)
		s.noun = "members of a segment"
		if src.Name != nil {
			s.noun = "members of " + segmentName(src.Name.Name)
		}
	case *ast.NameRef:
		table = e.res.Operand(o)
		s.noun = "members of " + segmentName(src.Name.Name)
	case *ast.Interaction:
		return e.interaction(src, o)
	case *ast.ParenQuery:
		if src.Query == nil {
			return phrase{text: notUnderstood}
		}
		inner := e.query(src.Query)
		if len(o.Steps) == 0 {
			return inner
		}
		table = e.res.Operand(o)
		s.noun = "those"
		s.base = &inner
	default:
		return phrase{text: notUnderstood}
	}
	s.people = e.isPeople(table)
	for _, step := range o.Steps {
		s.step(step)
	}
	s.settle()
	return s.phrase()
}

const notUnderstood = "(something that could not be understood)"

// phrase returns what was said so far.
func (s *operand) phrase() phrase {
	p := phrase{text: s.noun, items: slices.Clone(s.clauses), joiner: "and"}
	if s.origin != nil {
		p.items = append(p.items, *s.origin) // last, so that it is clear what belongs to it
	}
	if s.once {
		p.text += ", each once"
		if len(p.items) > 0 {
			p.text += ","
		}
	}
	if s.base == nil && len(s.page) == 0 {
		return p
	}
	all := phrase{set: true}
	switch {
	case s.base == nil:
		all.items = append(all.items, p)
	case s.base.set:
		all.items = slices.Clone(s.base.items)
	default:
		all.items = append(all.items, *s.base)
	}
	if s.base != nil && (len(p.items) > 0 || s.once) {
		all.items = append(all.items, p.after("and of these only"))
	}
	all.items = append(all.items, s.page...)
	return all
}

func (s *operand) who() string {
	if s.people {
		return "who"
	}
	return "that"
}

// settle says of a related row that there must be one, if nothing else was.
func (s *operand) settle() {
	if s.pending {
		s.clauses = append(s.clauses, phrase{text: s.has()})
		s.pending = false
	}
}

// has returns that there is a related row: "who have an Order".
func (s *operand) has() string { return s.who() + " have " + article(s.rowName(s.related.To)) }

func (s *operand) step(step ast.Step) {
	switch step := step.(type) {
	case *ast.Filter:
		s.filter(step)
	case *ast.Traverse:
		s.settle()
		s.traverse(step)
	case *ast.Relate:
		s.settle()
		w := s.res.Walk(step)
		if w.To != nil && step.Word == token.RELATE {
			s.related, s.pending = &w, true
		}
	case *ast.Distinct:
		s.once = true
	case *ast.OrderBy:
		var by []string
		for _, i := range step.Items {
			text := s.value(s.cond(step), i.Column, nil)
			if i.Direction == token.DESC {
				text += " downwards"
			}
			by = append(by, text)
		}
		s.page = append(s.page, phrase{text: "sorted by " + list(by, "and")})
	case *ast.Skip:
		s.page = append(s.page, phrase{text: "without the first " + s.value(s.cond(step), step.Count, nil)})
	case *ast.Take:
		s.page = append(s.page, phrase{text: "at most " + s.value(s.cond(step), step.Count, nil) + " of them"})
	case *ast.Select:
		var columns []string
		for _, x := range step.Columns {
			columns = append(columns, s.value(s.cond(step), x, nil))
		}
		s.page = append(s.page, phrase{text: "of whom only " + list(columns, "and") + " " + isAre(len(columns)) + " read"})
	case *ast.SetStep:
		s.settle()
		if step.Query != nil {
			p := phrase{set: true, items: []phrase{s.phrase(), s.query(step.Query).after(operator(step.Word, 1, s.people))}}
			s.base, s.noun, s.clauses, s.origin, s.page = &p, "those", nil, nil, nil
		}
	}
}

// cond returns how the conditions and values of a step are said.
func (s *operand) cond(step ast.Step) cond {
	c := cond{explainer: s.explainer, people: s.people}
	if scope := s.res.Scope(step); scope != nil {
		c.focus = scope.Current
		c.scope = scope
	}
	return c
}

func (s *operand) filter(f *ast.Filter) {
	c := s.cond(f)
	if !s.pending {
		s.clauses = append(s.clauses, c.all(f.Cond)...)
		return
	}
	s.pending = false
	mine, others := s.rowsOf(f, c.scope)
	w := s.related
	many := w.Relationship == nil || toMany(w)
	switch {
	case !mine:
		s.pending = true
		s.settle()
		s.clauses = append(s.clauses, c.all(f.Cond)...)
	case many && !others:
		c.focus, c.people = w.To, s.isPeople(w.To.Table)
		s.clauses = append(s.clauses, phrase{text: s.has(), items: c.all(f.Cond), joiner: "and"})
	case many:
		s.clauses = append(s.clauses, phrase{text: s.has()})
		s.clauses = append(s.clauses, c.all(f.Cond)...)
	default:
		s.clauses = append(s.clauses, c.all(f.Cond)...)
	}
}

// rowsOf tells whether a filter speaks of the related row or one related to
// it, and whether it speaks of the current one.
func (s *operand) rowsOf(f *ast.Filter, scope *check.Scope) (mine, others bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnExpr); ok {
			ref := s.res.Column(c)
			if ref.Row != nil && scope != nil && ref.Row != scope.Current {
				mine = true
			} else {
				others = true
			}
		}
		return true
	})
	return mine, others
}

// toMany reports whether a relationship can lead to several rows.
func toMany(w *check.Walked) bool {
	end, ok := w.Relationship.Other(w.From.Table)
	return !ok || end.Many
}

func (s *operand) traverse(t *ast.Traverse) {
	w := s.res.Walk(t)
	from := s.phrase()
	s.clauses, s.origin, s.base, s.page, s.once, s.related = nil, nil, nil, nil, false, nil
	s.noun, s.people = "rows", false
	if w.To != nil && w.To.Table != "" {
		s.noun, s.people = s.plural(w.To.Table), s.isPeople(w.To.Table)
	}
	by := ""
	if r := w.Relationship; r == nil {
		if t.Relationship != nil {
			by = " by " + t.Relationship.Name
		}
	} else if r.Referencing().Column != "" {
		if c := s.file.Schema.Table(r.Referencing().Table).Column(r.Referencing().Column); c != nil {
			by = " by " + label(c)
		}
	}
	if from.set {
		from = phrase{text: "(" + from.inline() + ")"}
	}
	from.text = s.who() + " are linked" + by + " to " + from.text
	s.origin = &from
	if t.Filter != nil {
		s.filter(t.Filter)
	}
}
