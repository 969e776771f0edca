// Package refactor rewrites queries at a place that a user points at: it takes
// an operand out into a definition of its own, puts a definition in where it is
// referred to, and writes conditions another way.
//
// What is rewritten selects the same rows as before, but for NOT, which a user
// puts around a condition or takes away. No comment is lost. A definition
// without mistakes is laid out as package format does it; one that has some
// gets no more of them.
//
// The package imports lang/token, lang/ast, lang/parser, lang/format,
// lang/schema and lang/check. It does no input or output. Its answers are edits
// of texts, which it never changes itself.
package refactor

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/parser"
	"segql/lang/token"
)

// Kind says what a rewriting is for.
type Kind uint8

// The kinds.
const (
	Extract Kind = iota
	Inline
	Rewrite
)

// Place is a caret or a selection in a file of a project.
type Place struct {
	Project *check.Project
	File    *check.File
	// Span is what is selected, in bytes from the start of the file; empty at a
	// caret.
	Span token.Span
	// Layout returns how a file is laid out. Without it files have the defaults.
	Layout func(*check.File) format.Options
}

// Edits are edits of files, whose spans count from the start of each file.
type Edits map[*check.File][]token.Edit

// Action is a rewriting that is offered at a place.
type Action struct {
	// Name tells it from the others at the place, and never changes.
	Name string
	Kind Kind
	// Title says in the imperative what it does.
	Title string
	// Refused says why it can't be done; empty if it can.
	Refused string
	// IsCommon tells that it can be done nearly everywhere, so that a menu that
	// opens by itself does well to leave it out at a caret.
	IsCommon bool

	place Place
	plan  func() (changes, error)
}

// changes are edits by the definitions that they are made in.
type changes struct {
	// within are edits whose spans count from the start of the definition.
	within map[spot][]token.Edit
	// removed are spans of definitions that go; they count likewise.
	removed map[spot]token.Span
}

// spot is a definition of a file.
type spot struct {
	file *check.File
	def  ast.Placed
}

// Actions returns the rewritings that are offered at the place, in a fixed
// order. There are none where the place is in no definition, or in several.
func (p Place) Actions() []Action {
	s, ok := p.site()
	if !ok {
		return nil
	}
	var all []Action
	for _, offer := range []func(*site) (Action, bool){
		extract, nameQuery, inline, inlineAll, toRelate, toIn, toChain, addParens, removeParens, swapSides, wrapNot, unwrapNot,
	} {
		if a, ok := offer(s); ok {
			a.place = p
			a.IsCommon = slices.Contains(common, a.Name)
			all = append(all, a)
		}
	}
	return all
}

// common are the names of actions that can be done nearly everywhere.
var common = []string{"extract", "name", "wrap-not"}

// Edits returns the edits that make the rewriting. An error is a sentence for
// the user.
func (a Action) Edits() (Edits, error) {
	if a.Refused != "" {
		return nil, errors.New(a.Refused)
	}
	c, err := a.plan()
	if err != nil {
		return nil, err
	}
	all := Edits{}
	for at, edits := range c.within {
		edit, err := a.place.laidOut(at.file, at.def, edits)
		if err != nil {
			return nil, err
		}
		all[at.file] = append(all[at.file], edit)
	}
	for at, span := range c.removed {
		all[at.file] = append(all[at.file], token.Edit{Span: removal(at.file.Tree, at.def, span)})
	}
	for _, edits := range all {
		slices.SortFunc(edits, func(a, b token.Edit) int { return int(a.Span.Start) - int(b.Span.Start) })
	}
	return all, nil
}

// laidOut returns the one edit of the file that makes the edits of a
// definition and lays it out.
func (p Place) laidOut(f *check.File, d ast.Placed, edits []token.Edit) (token.Edit, error) {
	text, err := token.Apply(d.Text, token.KeepApart(d.Text, edits)...)
	if err != nil {
		return token.Edit{}, fmt.Errorf("the rewriting is not possible here: %w", err)
	}
	tree := parser.Parse(text)
	if addsMistake(d.Errors, tree.Errors()) {
		if len(d.Errors) > 0 {
			return token.Edit{}, errors.New("the rewriting would add a mistake to the syntax; mend the definition first")
		}
		return token.Edit{}, errors.New("the rewriting is not possible here: it would make a mistake in the syntax")
	}
	if lostComment(d.AllComments, tree) {
		return token.Edit{}, errors.New("a comment stands where the rewriting has no room for it; move it first")
	}
	if !tree.HasErrors() {
		options := format.Options{}
		if p.Layout != nil {
			options = p.Layout(f)
		}
		blanks := text[:len(text)-len(strings.TrimLeft(text, " \t\r\n"))]
		text = blanks + strings.TrimRight(format.File(tree, options), "\r\n")
	}
	return token.Difference(d.Text, token.WithLineEnds(text, token.LineEnd(f.Tree.Text()))).Shift(d.Offset), nil
}

// addsMistake reports whether there are more mistakes of a kind after than
// before.
func addsMistake(before, after []*ast.Error) bool {
	count := map[string]int{}
	for _, e := range before {
		count[e.Code]++
	}
	return slices.ContainsFunc(after, func(e *ast.Error) bool {
		count[e.Code]--
		return count[e.Code] < 0
	})
}

// lostComment reports whether a comment is not in the tree.
func lostComment(comments []*ast.Comment, tree *ast.File) bool {
	left := map[string]int{}
	plain := func(c *ast.Comment) string { return strings.ReplaceAll(c.Text, "\r", "") }
	for _, d := range append(slices.Clone(tree.Definitions), tree.Tail) {
		for _, c := range d.AllComments {
			left[plain(c)]++
		}
	}
	return slices.ContainsFunc(comments, func(c *ast.Comment) bool {
		left[plain(c)]--
		return left[plain(c)] < 0
	})
}

// removal returns what of the file goes with a span of a definition: the blank
// lines on one side of it, too.
func removal(f *ast.File, d ast.Placed, span token.Span) token.Span {
	text := f.Text()
	s := d.Abs(span)
	start, end := s.Start, s.End
	for start > f.Start() && isBlank(text[start-1]) {
		start--
	}
	for int(end) < len(text) && isBlank(text[end]) {
		end++
	}
	switch next := text[s.End:end]; {
	case start == f.Start():
		s.Start, s.End = start, end
	case end == token.Pos(len(text)), strings.ContainsAny(next, "\r\n"): // texts have at most 64 MB
		s.Start = start
	}
	return s
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// maxLen is the length in bytes of the longest definition that is rewritten. It
// is many times what a query may have, so that all that is offered can be tried
// at once.
const maxLen = 1 << 20

// site is a place and what stands there.
type site struct {
	Place
	def ast.Placed
	// span is the selection in the definition, without blanks at its ends.
	span token.Span
	// path holds the nodes around the selection, from the definition down.
	path []ast.Node
	// resolution is made when it is asked for.
	resolution *check.Resolution
}

func (p Place) site() (*site, bool) {
	d := p.File.Tree.At(p.Span.Start)
	if p.Span.Len() > 0 && d.End() == p.Span.Start {
		d = p.File.Tree.At(p.Span.Start + 1)
	}
	if d.Definition == nil || d.Query == nil || len(d.Text) > maxLen {
		return nil, false
	}
	s := &site{Place: p, def: d, span: p.Span.Shift(-d.Offset)}
	if p.Span.Start < d.Offset || int(s.span.End) > len(d.Text) {
		return nil, false
	}
	for s.span.Start < s.span.End && isBlank(d.Text[s.span.Start]) {
		s.span.Start++
	}
	for s.span.Start < s.span.End && isBlank(d.Text[s.span.End-1]) {
		s.span.End--
	}
	for next := ast.Node(d.Definition); next != nil; {
		if !next.Span().Encloses(s.span) {
			return s, len(s.path) > 0
		}
		s.path = append(s.path, next)
		var best ast.Node
		ast.Children(next, func(c ast.Node) {
			if c.Span().Encloses(s.span) && (best == nil || c.Span().Len() > 0) {
				best = c
			}
		})
		next = best
	}
	return s, true
}

// resolve returns what the names in the definition mean.
func (s *site) resolve() *check.Resolution {
	if s.resolution == nil {
		s.resolution = s.Project.Resolve(s.File, s.def.Definition)
	}
	return s.resolution
}

// action returns an action that edits the site's definition alone.
func (s *site) action(name string, kind Kind, title string, edits func() []token.Edit) (Action, bool) {
	return Action{Name: name, Kind: kind, Title: title, plan: func() (changes, error) {
		return changes{within: map[spot][]token.Edit{{s.File, s.def}: edits()}}, nil
	}}, true
}

// text returns the source of a span of the definition.
func (s *site) text(span token.Span) string { return span.Text(s.def.Text) }

// parent returns the node above the i-th of the path, nil if there is none.
func (s *site) parent(i int) ast.Node {
	if i == 0 {
		return nil
	}
	return s.path[i-1]
}

// isClean reports whether a part of the definition has no mistake in its syntax.
func isClean(d *ast.Definition, n token.Span) bool {
	return !slices.ContainsFunc(d.Errors, func(e *ast.Error) bool { return e.Span.Start <= n.End && n.Start <= e.Span.End })
}

// commentsIn returns the comments of a definition in a span, as a text that
// may stand before any token.
func commentsIn(d *ast.Definition, span token.Span) string {
	var b strings.Builder
	first, _ := slices.BinarySearchFunc(d.AllComments, span.Start, func(c *ast.Comment, p token.Pos) int { return cmp.Compare(c.Span.Start, p) })
	for _, c := range d.AllComments[first:] {
		if c.Span.End > span.End {
			break
		}
		b.WriteString(c.Text)
		if c.IsLine() || c.EndsLine {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// headOf returns where the comments start that speak of a definition: those
// that follow one another up to its first token without a blank line. Comments
// that speak of the whole file are not among them.
func headOf(d *ast.Definition) token.Pos {
	head := d.Extent.Start
	for i := len(d.AllComments) - 1; i >= 0; i-- {
		c := d.AllComments[i]
		if c.Span.Start >= head {
			continue
		}
		gap := d.Text[c.Span.End:head]
		if strings.Count(gap, "\n") > 1 {
			break
		}
		if check.NamesDialect(c) {
			break
		}
		head = c.Span.Start
	}
	return head
}
