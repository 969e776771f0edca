package refactor

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// newName is what a definition is called that has no name of its own yet.
const newName = "NewSegment"

// freeName returns a name that no definition of the project has, and that none
// refers to: such a name is that of a segment in the organization.
func (s *site) freeName() string {
	for i, name := 2, newName; ; i++ {
		if len(s.Project.Lookup(s.File, name)) == 0 && !s.isReferredTo(name) {
			return name
		}
		name = fmt.Sprintf("%s%d", newName, i)
	}
}

func (s *site) isReferredTo(name string) bool {
	for range s.Project.References(name) {
		return true
	}
	return false
}

// operands returns the operands that are selected: their query, the first and
// the last. At a caret it is the innermost operand.
func (s *site) operands() (q *ast.Query, from, to int, ok bool) {
	if inner, isQuery := s.path[len(s.path)-1].(*ast.Query); isQuery && s.span.Len() > 0 {
		from, to = -1, -1
		for i, o := range inner.Operands {
			if o.Extent.Start < s.span.End && s.span.Start < o.Extent.End {
				to = i
				if from < 0 {
					from = i
				}
			}
		}
		return inner, from, to, from >= 0
	}
	for i := len(s.path) - 1; i > 0; i-- {
		if o, isOperand := s.path[i].(*ast.Operand); isOperand {
			q, isQuery := s.path[i-1].(*ast.Query)
			if !isQuery {
				return nil, 0, 0, false
			}
			for k := range q.Operands {
				if q.Operands[k] == o {
					return q, k, k, true
				}
			}
		}
	}
	return nil, 0, 0, false
}

// extract takes the selected operands out into a definition of their own.
func extract(s *site) (Action, bool) {
	q, from, to, ok := s.operands()
	if !ok {
		return Action{}, false
	}
	first := q.Operands[from]
	if seg, isSegment := first.Source.(*ast.Segment); isSegment && from == to && len(first.Steps) == 0 && seg.Name != nil {
		return Action{}, false
	}
	paged := hasPageStep(q.Operands[from : to+1])
	q, from, to = s.withParens(q, from, to)
	first = q.Operands[from]
	span := first.Extent.Join(q.Operands[to].Extent)
	if !isClean(s.def.Definition, span) {
		return Action{}, false
	}
	name := s.freeName()
	a, _ := s.action("extract", Extract, "Extract into the definition "+name, func() []token.Edit {
		body := s.text(span)
		if p, isParen := first.Source.(*ast.ParenQuery); isParen && from == to && len(first.Steps) == 0 {
			body = s.text(token.Span{Start: p.Lparen + 1, End: p.Rparen})
		}
		head, end := headOf(s.def.Definition), "\n\n"
		if s.def.Semicolon.IsValid() {
			end = ";\n\n"
		}
		return []token.Edit{
			{Span: token.At(head), New: name + " = " + body + end},
			{Span: span, New: "SEGMENT(" + name + ")"},
		}
	})
	switch {
	case s.def.Name == nil:
		a.Refused = "only a definition with a name can be split; name the query first"
	case paged:
		a.Refused = "ORDERBY, SKIP, TAKE and SELECT must stay in the query that fetches members"
	case from > 0 && to > from && !associates(q, from, to):
		a.Refused = "set operators go from left to right, so what is selected is no part of its own; put parentheses around it first"
	}
	return a, true
}

// withParens returns, in place of all operands of a query in parentheses, the
// operand that the parentheses are.
func (s *site) withParens(q *ast.Query, from, to int) (around *ast.Query, first, last int) {
	for i := slices.Index(s.path, ast.Node(q)); i > 2 && from == 0 && to == len(q.Operands)-1; i -= 3 {
		operand, isOperand := s.path[i-2].(*ast.Operand)
		outer, isQuery := s.path[i-3].(*ast.Query)
		if !isOperand || !isQuery || len(operand.Steps) > 0 {
			break
		}
		q, from = outer, slices.Index(outer.Operands, operand)
		to = from
	}
	return q, from, to
}

// associates reports whether operands of a query can be joined before the
// others: the operator before them and those between are all UNION, or all
// INTERSECT.
func associates(q *ast.Query, from, to int) bool {
	word := q.Operators[from-1].Word
	for _, op := range q.Operators[from:to] {
		if op.Word != word {
			return false
		}
	}
	return word == token.UNION || word == token.INTERSECT
}

func hasPageStep(operands []*ast.Operand) bool {
	for _, o := range operands {
		for _, step := range o.Steps {
			switch step.(type) {
			case *ast.OrderBy, *ast.Skip, *ast.Take, *ast.Select:
				return true
			}
		}
	}
	return false
}

// nameQuery gives a bare query a name.
func nameQuery(s *site) (Action, bool) {
	if s.def.Name != nil || s.def.Query.Extent.Len() == 0 || !isClean(s.def.Definition, s.def.Query.Operands[0].Source.Span()) {
		return Action{}, false
	}
	name := s.freeName()
	a, ok := s.action("name", Rewrite, "Give the query the name "+name, func() []token.Edit {
		return []token.Edit{{Span: token.At(s.def.Query.Extent.Start), New: name + " = "}}
	})
	if len(s.File.Tree.Definitions) > 1 {
		return Action{}, false
	}
	return a, ok
}

// reference is a SEGMENT(..) and the query that it is an operand of.
type reference struct {
	at      spot
	segment *ast.Segment
	operand *ast.Operand
	query   *ast.Query
	// isWhole tells that it is all of its definition but for parentheses,
	// hasSteps that steps follow it, or parentheses around it alone.
	isWhole, hasSteps bool
}

// newReference returns the reference that a path ends with, from the definition
// down; false if it stands elsewhere than in an operand.
func newReference(at spot, path []ast.Node) (r reference, ok bool) {
	last := len(path) - 1
	if last < 2 {
		return r, false
	}
	segment, isSegment := path[last].(*ast.Segment)
	operand, isOperand := path[last-1].(*ast.Operand)
	query, isQuery := path[last-2].(*ast.Query)
	if !isSegment || !isOperand || !isQuery || !isClean(at.def.Definition, segment.Extent) {
		return r, false
	}
	r = reference{at: at, segment: segment, operand: operand, query: query, isWhole: true}
	for _, n := range path[:last] {
		switch n := n.(type) {
		case *ast.Query:
			if len(n.Operands) > 1 {
				r.isWhole, r.hasSteps = false, false
			}
		case *ast.Operand:
			r.hasSteps = r.hasSteps || len(n.Steps) > 0
		}
	}
	r.isWhole = r.isWhole && !r.hasSteps
	return r, true
}

// inline puts a definition in where the place refers to it.
func inline(s *site) (Action, bool) {
	for i := len(s.path) - 1; i > 1; i-- {
		seg, ok := s.path[i].(*ast.Segment)
		if !ok {
			continue
		}
		ref, ok := newReference(spot{s.File, s.def}, s.path[:i+1])
		if !ok || seg.Name == nil {
			return Action{}, false
		}
		meant := s.Project.Lookup(s.File, seg.Name.Name)
		if len(meant) == 0 {
			return Action{}, false
		}
		a := Action{Name: "inline", Kind: Inline, Title: "Inline the segment " + seg.Name.Name}
		target := meant[0]
		if len(meant) > 1 {
			a.Refused = fmt.Sprintf("%s has several definitions", seg.Name.Name)
		} else {
			a.Refused = s.whyNotInline(target, ref)
		}
		a.plan = func() (changes, error) {
			edit := replaced(target, ref, "", "")
			return changes{within: map[spot][]token.Edit{ref.at: {edit}}}, nil
		}
		return a, true
	}
	return Action{}, false
}

// maxInlined is in how many places a definition is put in at once.
const maxInlined = 1000

// inlineAll puts a definition in wherever it is referred to, and removes it.
func inlineAll(s *site) (Action, bool) {
	d := s.def
	if d.Name == nil || len(s.path) != 2 || s.path[1] != ast.Node(d.Name) {
		return Action{}, false
	}
	a := Action{Name: "inline-all", Kind: Inline, Title: fmt.Sprintf("Inline %s everywhere and remove its definition", d.Name.Name)}
	target := check.Definition{File: s.File, Placed: d}
	var refs []reference
	for r := range s.Project.References(d.Name.Name) {
		meant := s.Project.Lookup(r.File, d.Name.Name)
		means := false
		for _, m := range meant {
			means = means || m.Definition == d.Definition
		}
		if !means {
			continue
		}
		ref, ok := referenceOf(r)
		switch {
		case len(meant) > 1:
			a.Refused = fmt.Sprintf("%s has several definitions", d.Name.Name)
		case !ok:
			a.Refused = fmt.Sprintf("%s is referred to without SEGMENT(..); mend that first", d.Name.Name)
		default:
			a.Refused = s.whyNotInline(target, ref)
		}
		if a.Refused == "" && len(refs) == maxInlined {
			a.Refused = fmt.Sprintf("%s is referred to in more than %d places", d.Name.Name, maxInlined)
		}
		if a.Refused != "" {
			return a, true
		}
		refs = append(refs, ref)
	}
	if len(refs) == 0 {
		return Action{}, false
	}
	a.plan = func() (changes, error) {
		head := headOf(d.Definition)
		before := commentsIn(d.Definition, token.Span{Start: head, End: d.Query.Extent.Start})
		after := commentsIn(d.Definition, token.Span{Start: d.Query.Extent.End, End: token.Pos(len(d.Text))}) // texts have at most 64 MB
		c := changes{within: map[spot][]token.Edit{}, removed: map[spot]token.Span{
			{s.File, d}: {Start: head, End: token.Pos(len(d.Text))}, // texts have at most 64 MB
		}}
		for _, ref := range refs {
			if ref.at.def.Definition == d.Definition {
				return c, errors.New("the definition refers to itself")
			}
			c.within[ref.at] = append(c.within[ref.at], replaced(target, ref, before, after))
			before, after = "", "" // the comments go to the first
		}
		return c, nil
	}
	return a, true
}

// referenceOf finds the operand that a reference stands in.
func referenceOf(r check.Reference) (found reference, ok bool) {
	_, path := r.File.Tree.Path(r.Abs(r.Name.Extent).Start)
	if len(path) == 0 {
		return reference{}, false
	}
	return newReference(spot{r.File, r.Placed}, path[:len(path)-1]) // but for the name
}

// whyNotInline says why a definition can't stand in the place of a reference;
// empty if it can.
func (s *site) whyNotInline(d check.Definition, ref reference) string {
	name := d.Name.Name
	operands := d.Query.Operands
	switch {
	case len(d.Errors) > 0:
		return fmt.Sprintf("the definition of %s has mistakes; mend them first", name)
	case ref.at.def.Definition == d.Definition:
		return fmt.Sprintf("%s refers to itself", name)
	case hasPageStep(operands):
		return fmt.Sprintf("%s fetches members page by page, which no operand can do", name)
	}
	outer, inner := s.Project.Dialect(ref.at.file), s.Project.Dialect(d.File)
	if outer != inner && inner != check.Undetermined && outer != check.Undetermined {
		return fmt.Sprintf("%s is %s, the query that refers to it %s", name, inner, outer)
	}
	if startsWithInteraction(d.Query) && !ref.isWhole && (len(operands) > 1 || outer != check.Realtime || ref.hasSteps) {
		return fmt.Sprintf("%s counts the events of an interaction, which stands alone in its segment", name)
	}
	why := ""
	ast.Inspect(d.Query, func(n ast.Node) bool {
		seg, ok := n.(*ast.Segment)
		if !ok || seg.Name == nil || why != "" {
			return why == ""
		}
		here, there := s.Project.Lookup(d.File, seg.Name.Name), s.Project.Lookup(ref.at.file, seg.Name.Name)
		same := len(here) == len(there)
		for i := range here {
			same = same && here[i].Definition == there[i].Definition
			if here[i].Definition == ref.at.def.Definition || here[i].Definition == d.Definition {
				why = fmt.Sprintf("%s leads back to itself", name)
			}
		}
		if !same {
			why = fmt.Sprintf("%s means another definition where %s is referred to", seg.Name.Name, name)
		}
		return true
	})
	return why
}

// startsWithInteraction reports whether the first operand of a query is an
// interaction, be it in parentheses.
func startsWithInteraction(q *ast.Query) bool {
	switch first := q.Operands[0].Source.(type) {
	case *ast.Interaction:
		return true
	case *ast.ParenQuery:
		return startsWithInteraction(first.Query)
	}
	return false
}

// isAlone reports whether the reference is all of its query.
func (r reference) isAlone() bool { return len(r.query.Operands) == 1 && len(r.operand.Steps) == 0 }

// replaced returns the edit that puts the query of a definition in the place
// of a reference, in parentheses where it would else mean another thing.
func replaced(d check.Definition, ref reference, before, after string) token.Edit {
	body := d.Query.Extent.Text(d.Text)
	if after != "" {
		body += " " + after
	}
	body = before + body
	first := d.Query.Operands[0]
	_, isParen := first.Source.(*ast.ParenQuery)
	single := len(d.Query.Operands) == 1
	profile, isProfile := first.Source.(*ast.Profile)
	switch {
	case ref.isAlone():
	case single && len(ref.operand.Steps) == 0:
	case single && len(first.Steps) == 0 && (isParen || !isProfile || profile.Alias == nil):
	default:
		body = "(" + body + ")"
	}
	if strings.HasPrefix(body, "//") || strings.HasPrefix(body, "(//") {
		body = strings.Replace(body, "//", "\n//", 1) // on a line of its own
	}
	return token.Edit{Span: ref.segment.Extent, New: commentsIn(ref.at.def.Definition, ref.segment.Extent) + body}
}
