package check

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"segql/lang/ast"
	"segql/lang/schema"
)

// Project is the files that know each other's definitions, at one time. It
// never changes, and may be used by several goroutines; Update makes the next.
type Project struct {
	today time.Time
	units []*unit // sorted by id
	// paths finds the id of a file by its path.
	paths  table[int]
	nextID int
	// names holds what is known of each name, in lower case.
	names table[*entry]
	// undefined and shared are the names that are referred to but not defined,
	// and those that are defined in several files.
	undefined, shared table[bool]
	known             *knownNames
	// cycles holds the definitions that lead back to themselves.
	cycles map[*def]*cycle
	// state is the same in projects that give the same answers.
	state    *state
	affected []*File
	// recounted are the files with definitions that are referred to more often or
	// less often than before.
	recounted []*File
	// edited is the unit whose text alone is another one than in the project that
	// this one came of, -1 if there is more.
	edited int
}

// entry is what a project knows of a name.
type entry struct {
	defs []*def // the definitions of that name, in the project's order
	refs []*def // those that refer to it, in no order
}

// of returns the definitions that stand in a unit.
func (e *entry) of(unit int) []*def {
	if e == nil {
		return nil
	}
	compare := func(d *def, id int) int { return cmp.Compare(d.unit, id) }
	from, _ := slices.BinarySearchFunc(e.defs, unit, compare)
	to, _ := slices.BinarySearchFunc(e.defs[from:], unit+1, compare)
	return e.defs[from : from+to]
}

// state stands for all that a project answers when it is asked about names.
type state struct{ _ byte }

// memo is a value that was found out, and what the project was asked for it.
// It holds wherever the answers are the same.
type memo[T any] struct {
	value T
	asked []asked
	// state is the last one in which the answers were seen to be these.
	state atomic.Pointer[state]
}

// question is what a definition's findings may depend on besides its own text
// and what its file is checked with. Nothing else of the project may be asked
// for while a definition is checked.
type question uint8

const (
	askTable     question = iota // of a segment's rows: ok if it is known
	askDefined                   // whether a name is defined
	askNearest                   // the name that is nearest to one: ok if any name is defined
	askUsed                      // whether anything refers to the definition
	askNamesakes                 // whether another definition has its name; the text tells if it stands in the same file
	askCycle                     // how the definition leads back to itself
	askDialect                   // of the definitions of a name: ok if all are in one
)

type asked struct {
	question question
	name     string
	answer   answer
}

type answer struct {
	ok    bool
	text  string
	cycle *cycle
}

const sameFile = "the same file"

// answer answers a question about a name in lower case that stands in d, or
// about d itself.
func (p *Project) answer(d *def, q question, name string) answer {
	switch q {
	case askTable:
		text, ok := p.resultOf(d.unit, name)
		return answer{text: text, ok: ok}
	case askDefined:
		return answer{ok: len(p.visible(d.unit, name)) > 0}
	case askNearest:
		text, ok := p.known.nearest(p, name)
		return answer{text: text, ok: ok}
	case askUsed:
		e := p.names.get(d.key)
		return answer{ok: e != nil && len(e.refs) > 0}
	case askNamesakes:
		e := p.names.get(d.key)
		if e == nil || len(e.defs) < 2 {
			return answer{}
		}
		if len(e.of(d.unit)) > 1 {
			return answer{ok: true, text: sameFile}
		}
		return answer{ok: true}
	case askDialect:
		dialect := p.dialectOf(p.visible(d.unit, name))
		return answer{ok: dialect != Undetermined, text: dialect.String()}
	default:
		return answer{cycle: p.cycles[d]}
	}
}

// holds reports whether a memo of d, which may be nil, holds in p.
func holds[T any](p *Project, d *def, m *memo[T]) bool {
	if m == nil {
		return false
	}
	if m.state.Load() == p.state {
		return true
	}
	for _, a := range m.asked {
		if p.answer(d, a.question, a.name) != a.answer {
			return false
		}
	}
	m.state.Store(p.state)
	return true
}

// visible returns the definitions of a name in lower case, seen from a unit.
func (p *Project) visible(unit int, name string) []*def {
	e := p.names.get(name)
	if e == nil {
		return nil
	}
	if own := e.of(unit); len(own) > 0 {
		return own
	}
	return e.defs
}

// dialectOf returns the dialect that all of the definitions are in,
// Undetermined if there is none.
func (p *Project) dialectOf(defs []*def) Dialect {
	dialect := Undetermined
	for i, d := range defs {
		if of := p.unit(d.unit).dialect; i == 0 {
			dialect = of
		} else if of != dialect {
			return Undetermined
		}
	}
	return dialect
}

// target returns the one definition that a name leads to, nil if there is none,
// if there are several, or if it leads back to itself.
func (p *Project) target(unit int, name string) *def {
	defs := p.visible(unit, name)
	if len(defs) != 1 || p.cycles[defs[0]] != nil {
		return nil
	}
	return defs[0]
}

// resultOf returns the table of the rows of a named segment, seen from a unit.
func (p *Project) resultOf(unit int, name string) (string, bool) {
	d := p.target(unit, name)
	if d == nil {
		return "", false
	}
	table := p.result(d)
	return table, table != ""
}

// result returns the table of a definition's rows, empty if it is not known.
// The definition does not lead back to itself.
func (p *Project) result(d *def) string {
	if m := d.result.Load(); m != nil && m.state.Load() == p.state {
		return m.value
	}
	// Those that it builds on come first, by a list and not by recursion: a
	// chain of definitions may be of any length.
	type visit struct {
		def   *def
		ready bool // those that it builds on are done
	}
	value := ""
	for open := []visit{{def: d}}; len(open) > 0; {
		top := &open[len(open)-1]
		at := top.def
		m := at.result.Load()
		// Where several lead to one, it is listed several times, and known by now.
		isKnown := m != nil && m.state.Load() == p.state
		if isKnown || top.ready {
			open = open[:len(open)-1]
			value = p.findResult(at)
			continue
		}
		top.ready = true
		for _, key := range at.keys {
			next := p.target(at.unit, key)
			if next == nil {
				continue
			}
			if m := next.result.Load(); m == nil || m.state.Load() != p.state {
				open = append(open, visit{def: next})
			}
		}
	}
	return value
}

func (p *Project) findResult(d *def) string {
	m := d.result.Load()
	if holds(p, d, m) {
		return m.value
	}
	// A definition that was edited is checked next, which needs all of its names.
	// Those of many would take much memory until then.
	isNext := d.unit == p.edited
	names := p.findNames(p.unit(d.unit), d, !isNext)
	m = &memo[string]{value: names.value.Table, asked: names.asked}
	m.state.Store(p.state)
	d.result.Store(m)
	if isNext {
		d.names.Store(names)
	}
	return m.value
}

// findNames finds what the names in a definition of a unit mean, or only those
// that make rows.
func (p *Project) findNames(u *unit, d *def, rowsOnly bool) *memo[*Resolution] {
	m := &memo[*Resolution]{}
	m.value = Resolve(d.tree, Env{Schema: u.file.Schema, Dialect: u.dialect, RowsOnly: rowsOnly, Segment: func(name string) (string, bool) {
		name = strings.ToLower(name)
		a := p.answer(d, askTable, name)
		m.asked = append(m.asked, asked{askTable, name, a})
		return a.text, a.ok
	}})
	m.state.Store(p.state)
	return m
}

// knownNames finds names that are nearly a defined one. It is the same in
// projects that define the same names.
type knownNames struct {
	count   int
	answers sync.Map // by the name in lower case
}

// nearest returns the defined name that is nearest to one, empty if none is
// near, and false if no name is defined. All of them are gone through once for
// each name.
func (k *knownNames) nearest(p *Project, name string) (string, bool) {
	if k.count == 0 {
		return "", false
	}
	if near, ok := k.answers.Load(name); ok {
		return near.(string), true
	}
	near := nearestOf(name, func(yield func(string) bool) {
		for _, e := range p.names.all() {
			if len(e.defs) > 0 && !yield(e.defs[0].tree.Name.Name) {
				return
			}
		}
	})
	k.answers.Store(name, near)
	return near, true
}

func nearestOf(name string, candidates iter.Seq[string]) string {
	for _, near := range schema.Nearest(name, candidates, 1) {
		return near
	}
	return ""
}

// unit returns the unit of that id, nil if there is none.
func (p *Project) unit(id int) *unit {
	if i := p.indexOf(id); i < len(p.units) && p.units[i].id == id {
		return p.units[i]
	}
	return nil
}

// indexOf returns where in units the one of that id stands or would stand.
func (p *Project) indexOf(id int) int {
	i, _ := slices.BinarySearchFunc(p.units, id, func(u *unit, id int) int { return cmp.Compare(u.id, id) })
	return i
}

// unitOf returns the unit of a file. A file that is not of the project gets
// one of its own.
func (p *Project) unitOf(f *File) *unit {
	if id, ok := p.id(f.Path); ok && p.unit(id).file == f {
		return p.unit(id)
	}
	return newUnit(-1, f, nil)
}

// id returns the id of the unit with a path.
func (p *Project) id(path string) (id int, ok bool) {
	id = p.paths.get(path) - 1
	return id, id >= 0
}

// Definition is a named definition and the file that it stands in.
type Definition struct {
	File *File
	ast.Placed
}

// Reference is a name of a segment in a query, SEGMENT(Name), and where it
// stands. Name's span counts from the start of the definition.
type Reference struct {
	File *File
	ast.Placed
	Name *ast.Ident
}

// Files returns the files of the project, in its order.
func (p *Project) Files() []*File {
	files := make([]*File, len(p.units))
	for i, u := range p.units {
		files[i] = u.file
	}
	return files
}

// File returns the file with a path, nil if there is none.
func (p *Project) File(path string) *File {
	if id, ok := p.id(path); ok {
		return p.unit(id).file
	}
	return nil
}

// Affected returns the files whose findings may differ from those in the
// project that Update was called on, in the project's order. Of a project that
// NewProject made these are all.
func (p *Project) Affected() []*File { return slices.Clone(p.affected) }

// Recounted returns the files that define what is referred to more often or less
// often than in the project that Update was called on. A file may be there twice.
func (p *Project) Recounted() []*File { return slices.Clone(p.recounted) }

// Definitions yields the named definitions, in the order of the files and of
// their texts.
func (p *Project) Definitions() iter.Seq[Definition] {
	return func(yield func(Definition) bool) {
		for _, u := range p.units {
			for _, d := range u.file.Tree.Definitions {
				if d.Name != nil && !yield(Definition{u.file, d}) {
					return
				}
			}
		}
	}
}

// References yields the places that refer to a name, in any case, in the order
// of the files and of their texts. Whether one of them means a certain
// definition of that name, [Project.Lookup] tells, seen from the reference's
// file: a file's own definition comes before those of other files.
func (p *Project) References(name string) iter.Seq[Reference] {
	return func(yield func(Reference) bool) {
		key := strings.ToLower(name)
		e := p.names.get(key)
		if e == nil {
			return
		}
		for _, d := range p.sorted(slices.Clone(e.refs)) {
			at := p.place(d)
			for _, ref := range d.refs {
				if strings.EqualFold(ref.Name, key) && !yield(Reference{at.File, at.Placed, ref}) {
					return
				}
			}
		}
	}
}

// sorted brings definitions into the project's order.
func (p *Project) sorted(defs []*def) []*def {
	slices.SortFunc(defs, func(a, b *def) int {
		if a.unit != b.unit || a == b {
			return cmp.Compare(a.unit, b.unit)
		}
		index := p.unit(a.unit).index()
		return cmp.Compare(index[a], index[b])
	})
	return defs
}

// place returns a definition with its place in its file.
func (p *Project) place(d *def) Definition {
	u := p.unit(d.unit)
	return Definition{u.file, u.placed(u.index()[d])}
}

// Dialect returns the dialect of a file of the project, see [DialectOf].
func (p *Project) Dialect(f *File) Dialect { return p.unitOf(f).dialect }

// Lookup returns the definitions of a name, in any case, seen from file f:
// those in f, or if there are none, those of the whole project.
func (p *Project) Lookup(f *File, name string) []Definition {
	var all []Definition
	for _, d := range p.visible(p.unitOf(f).id, strings.ToLower(name)) {
		all = append(all, p.place(d))
	}
	return all
}

// LeadingTo returns the definitions that refer to a definition of file f,
// through any number of others, and the definition itself.
func (p *Project) LeadingTo(f *File, d *ast.Definition) map[*ast.Definition]bool {
	leading := map[*ast.Definition]bool{d: true}
	u := p.unitOf(f)
	i := slices.IndexFunc(u.defs, func(x *def) bool { return x.tree == d })
	if i < 0 {
		return leading
	}
	for todo := []*def{u.defs[i]}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		e := p.names.get(at.key)
		if e == nil {
			continue
		}
		for _, ref := range e.refs {
			isMeant := ref.unit == at.unit || len(e.of(ref.unit)) == 0
			if isMeant && !leading[ref.tree] {
				leading[ref.tree] = true
				todo = append(todo, ref)
			}
		}
	}
	return leading
}

// Result returns the table of the rows of a named segment, seen from file f,
// and whether it is known.
func (p *Project) Result(f *File, name string) (table string, ok bool) {
	return p.resultOf(p.unitOf(f).id, strings.ToLower(name))
}

// Resolve finds out what the names in a definition of file f mean, with what
// the project knows of the segments that it refers to.
func (p *Project) Resolve(f *File, d *ast.Definition) *Resolution { return p.resolve(f, d, false) }

// ResolveRows is Resolve without what columns refer to. It is several times as
// fast.
func (p *Project) ResolveRows(f *File, d *ast.Definition) *Resolution { return p.resolve(f, d, true) }

func (p *Project) resolve(f *File, d *ast.Definition, rowsOnly bool) *Resolution {
	u := p.unitOf(f)
	return Resolve(d, Env{Schema: f.Schema, Dialect: u.dialect, RowsOnly: rowsOnly, Segment: func(name string) (string, bool) {
		return p.resultOf(u.id, strings.ToLower(name))
	}})
}
