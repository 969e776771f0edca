package check

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"segql/lang/ast"
)

// unit is a file in a project.
type unit struct {
	// id stays when the file is replaced, and grows in the project's order.
	id      int
	file    *File
	dialect Dialect
	// defs are the definitions of the file and, as the last, its tail.
	defs []*def
	// index finds the place of a definition in defs.
	index func() map[*def]int
}

// def is what is known of a definition in a unit. It is made anew when the
// text of the definition, or what the unit is checked with, changes. While
// that stays it passes from project to project, with what was found out.
type def struct {
	*outline
	unit    int
	result  atomic.Pointer[memo[string]] // the table of its rows
	checked atomic.Pointer[memo[[]note]]
	// names is what its names mean, from when its table is found out until it is
	// checked, which comes soon and needs the same.
	names atomic.Pointer[memo[*Resolution]]
}

// outline is what a definition's text alone tells.
type outline struct {
	tree    *ast.Definition
	key     string       // its name in lower case, empty if it has none
	refs    []*ast.Ident // the segments that it refers to
	keys    []string     // their names in lower case, each once
	dialect atomic.Int32 // 1 more than what shown returns; 0 before it was called
	// ignores are the comments that silence rules.
	ignores    func() []*ignore
	hasIgnores bool
}

func newOutline(d *ast.Definition) *outline {
	o := &outline{tree: d, hasIgnores: slices.ContainsFunc(d.AllComments, isIgnore)}
	if o.hasIgnores {
		o.ignores = sync.OnceValue(func() []*ignore { return ignoresOf(d) })
	}
	if d.Name != nil {
		o.key = strings.ToLower(d.Name.Name)
	}
	references(d, func(name *ast.Ident) {
		if name.Name == "" {
			return
		}
		o.refs = append(o.refs, name)
		o.keys = append(o.keys, strings.ToLower(name.Name))
	})
	if len(o.keys) > 1 {
		seen := make(map[string]bool, len(o.keys))
		o.keys = slices.DeleteFunc(o.keys, func(key string) bool {
			was := seen[key]
			seen[key] = true
			return was
		})
	}
	return o
}

// shown returns the dialect that the text shows.
func (o *outline) shown() Dialect {
	if known := o.dialect.Load(); known > 0 {
		return Dialect(known - 1)
	}
	d := shownDialect(o.tree)
	o.dialect.Store(int32(d) + 1)
	return d
}

// references calls f for each name of a segment that a definition refers to.
func references(d *ast.Definition, f func(*ast.Ident)) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Segment:
			if n.Name != nil {
				f(n.Name)
			}
		case *ast.NameRef:
			f(n.Name)
		case ast.Expr:
			return false // no segment stands in a condition
		}
		return true
	})
}

// newUnit returns the unit of a file, with the defs of the one that it takes
// the place of where they are the same. There may be no such one.
func newUnit(id int, f *File, old *unit) *unit {
	u := &unit{id: id, file: f}
	trees := f.Tree.Definitions
	u.defs = make([]*def, len(trees)+1)
	kept := func(i int) bool { return u.defs[i] != nil }
	if old != nil {
		u.reuse(old)
	}
	for i := range u.defs {
		if !kept(i) {
			u.defs[i] = &def{outline: newOutline(u.placed(i).Definition), unit: id}
		}
	}
	u.dialect = dialectOf(f, func(i int) Dialect { return u.defs[i].shown() })
	if old != nil && !u.isCheckedAs(old) {
		for i, d := range u.defs {
			u.defs[i] = &def{outline: d.outline, unit: id}
		}
	}
	u.index = sync.OnceValue(func() map[*def]int {
		index := make(map[*def]int, len(u.defs))
		for i, d := range u.defs {
			index[d] = i
		}
		return index
	})
	return u
}

// reuse takes from old the defs of the trees that both have.
func (u *unit) reuse(old *unit) {
	trees, oldTrees := u.file.Tree.Definitions, old.file.Tree.Definitions
	from := 0
	for from < min(len(trees), len(oldTrees)) && trees[from].Definition == oldTrees[from].Definition {
		from++
	}
	copy(u.defs, old.defs[:from])
	to, oldTo := len(trees), len(oldTrees)
	for min(to, oldTo) > from && trees[to-1].Definition == oldTrees[oldTo-1].Definition {
		to--
		oldTo--
	}
	copy(u.defs[to:len(trees)], old.defs[oldTo:len(oldTrees)])
	if between := old.defs[from:oldTo]; len(between) > 0 {
		known := make(map[*ast.Definition]*def, len(between))
		for _, d := range between {
			known[d.tree] = d
		}
		for i := from; i < to; i++ {
			u.defs[i] = known[trees[i].Definition]
		}
	}
	if tail := old.defs[len(oldTrees)]; tail.tree == u.file.Tree.Tail.Definition {
		u.defs[len(trees)] = tail
	}
}

// isCheckedAs reports whether the definitions of two units are checked with
// the same dialect, schema and severities.
func (u *unit) isCheckedAs(old *unit) bool {
	return u.dialect == old.dialect && u.file.Schema == old.file.Schema && maps.Equal(u.file.Severities, old.file.Severities)
}

// placed returns the tree and place of the i-th def.
func (u *unit) placed(i int) ast.Placed {
	if i == len(u.file.Tree.Definitions) {
		return u.file.Tree.Tail
	}
	return u.file.Tree.Definitions[i]
}

// last returns the last definition of the file, nil if it has none.
func (u *unit) last() *def {
	if len(u.defs) < 2 {
		return nil
	}
	return u.defs[len(u.defs)-2]
}
