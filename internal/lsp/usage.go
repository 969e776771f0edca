package lsp

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"segql/lang/ast"
	"segql/lang/check"
)

// usage counts how often the segments of a workspace use each name, so that
// what is used much is offered first. It is brought up to date when it is
// asked, by the definitions that changed since.
type usage struct {
	mu    sync.Mutex
	units map[fileURI]*unitUsage
}

// unitUsage is the usage of the files of one unit.
type unitUsage struct {
	mu      sync.Mutex
	project *check.Project
	trees   map[string]*ast.File
	// counts says how many definitions use a name, in lower case; segmentMark
	// stands before those that SEGMENT(..) refers to. They are in segments, too,
	// as they are written.
	counts   map[string]int
	segments map[string]int
	// names counts names as they are written, by what they belong to.
	names map[nameGroup]map[string]int
	seen  map[string]bool // of count, to be used again
}

// nameGroup is what names of the schema are offered together for. The owner is
// in lower case.
type nameGroup struct {
	kind  nameKind // tableName, eventName, columnName, linkName or relationshipName
	owner string   // the table or event that the name belongs to, or leads from
}

func groupOf(kind nameKind, owner string) nameGroup { return nameGroup{kind, strings.ToLower(owner)} }

func newUnitUsage() *unitUsage {
	return &unitUsage{
		trees: map[string]*ast.File{}, counts: map[string]int{}, segments: map[string]int{},
		names: map[nameGroup]map[string]int{}, seen: map[string]bool{},
	}
}

// of returns the usage of names in v's unit, which may become that of a later
// state while it is asked.
func (u *usage) of(ctx context.Context, v view) *unitUsage {
	unit := u.unit(v)
	unit.mu.Lock()
	defer unit.mu.Unlock()
	if project := v.project(); unit.project != project {
		unit.update(ctx, project)
	}
	return unit
}

func (u *usage) unit(v view) *unitUsage {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.units == nil {
		u.units = map[fileURI]*unitUsage{}
	}
	// Units that are gone are forgotten.
	maps.DeleteFunc(u.units, func(home fileURI, _ *unitUsage) bool { return v.now.units[home] == nil })
	unit := u.units[v.unit]
	if unit == nil {
		unit = newUnitUsage()
		u.units[v.unit] = unit
	}
	return unit
}

// of returns how many definitions use a name.
func (u *unitUsage) of(name string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.counts[strings.ToLower(name)]
}

// ofSegment returns how many definitions refer to a segment.
func (u *unitUsage) ofSegment(name string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.counts[segmentMark+strings.ToLower(name)]
}

// segmentNames returns the names of the segments that definitions refer to.
func (u *unitUsage) segmentNames() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Collect(maps.Keys(u.segments))
}

// namesOf returns how often each name of a group is used.
func (u *unitUsage) namesOf(g nameGroup) map[string]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.names[g])
}

// update counts what changed. Where ctx ends before all is counted, the next
// one goes on.
func (u *unitUsage) update(ctx context.Context, project *check.Project) {
	files := project.Files()
	for _, f := range files {
		if ctx.Err() != nil {
			return
		}
		if before := u.trees[f.Path]; before != f.Tree {
			u.replace(before, f.Tree)
			u.trees[f.Path] = f.Tree
		}
	}
	u.project = project
	if len(u.trees) == len(files) {
		return
	}
	there := make(map[string]bool, len(files))
	for _, f := range files {
		there[f.Path] = true
	}
	for path, tree := range u.trees {
		if !there[path] {
			u.replace(tree, nil)
			delete(u.trees, path)
		}
	}
}

// replace counts the definitions of a file anew, but for those that it has in
// front and behind both before and after.
func (u *unitUsage) replace(before, after *ast.File) {
	var old, fresh []ast.Placed
	if before != nil {
		old = before.Definitions
	}
	if after != nil {
		fresh = after.Definitions
	}
	for len(old) > 0 && len(fresh) > 0 && old[0].Definition == fresh[0].Definition {
		old, fresh = old[1:], fresh[1:]
	}
	for len(old) > 0 && len(fresh) > 0 && old[len(old)-1].Definition == fresh[len(fresh)-1].Definition {
		old, fresh = old[:len(old)-1], fresh[:len(fresh)-1]
	}
	for _, d := range old {
		u.count(d.Definition, -1)
	}
	for _, d := range fresh {
		u.count(d.Definition, 1)
	}
}

// segmentMark stands before the names of segments in counts.
const segmentMark = "\x00"

// count adds to the counts of the tables, columns, relationships, events and
// segments that a definition uses, for each once.
func (u *unitUsage) count(d *ast.Definition, by int) {
	clear(u.seen)
	bump := func(counts map[string]int, key string) {
		if counts[key] += by; counts[key] <= 0 {
			delete(counts, key)
		}
	}
	add := func(mark string, i *ast.Ident) {
		if i == nil || i.Name == "" || u.seen[mark+i.Name] {
			return
		}
		u.seen[mark+i.Name] = true
		bump(u.counts, mark+strings.ToLower(i.Name))
		if mark == segmentMark {
			bump(u.segments, i.Name)
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Profile:
			add("", n.Table)
		case *ast.Segment:
			add(segmentMark, n.Name)
		case *ast.Interaction:
			add("", n.Event)
			add("", n.Link)
		case *ast.Traverse:
			add("", n.Relationship)
		case *ast.Relate:
			add("", n.Relationship)
		case *ast.ColumnExpr:
			add("", &n.Name)
		case *ast.Operand:
			u.countNames(n, by)
		}
		return true
	})
}

// countNames adds to the names of what an operand starts from: those of its
// table or event, up to the first step that leads to another one.
func (u *unitUsage) countNames(o *ast.Operand, by int) {
	bump := func(g nameGroup, i *ast.Ident) {
		if i == nil || i.Name == "" {
			return
		}
		names := u.names[g]
		if names == nil {
			names = map[string]int{}
			u.names[g] = names
		}
		if names[i.Name] += by; names[i.Name] <= 0 {
			delete(names, i.Name)
		}
		if len(names) == 0 {
			delete(u.names, g)
		}
	}
	var owner *ast.Ident
	alias := ""
	switch source := o.Source.(type) {
	case *ast.Profile:
		owner = source.Table
		bump(groupOf(tableName, ""), owner)
		if source.Alias != nil {
			alias = source.Alias.Name.Name
		}
	case *ast.Interaction:
		owner = source.Event
		bump(groupOf(eventName, ""), owner)
		if owner != nil {
			bump(groupOf(linkName, owner.Name), source.Link)
		}
	}
	if owner == nil {
		return
	}
	for _, step := range o.Steps {
		switch step := step.(type) {
		case *ast.Traverse:
			bump(groupOf(relationshipName, owner.Name), step.Relationship)
			return
		case *ast.Relate:
			bump(groupOf(relationshipName, owner.Name), step.Relationship)
		case *ast.SetStep:
		default:
			ast.Inspect(step, func(n ast.Node) bool {
				if c, ok := n.(*ast.ColumnExpr); ok && (c.Qualifier == nil || alias != "" && strings.EqualFold(c.Qualifier.Name, alias)) {
					bump(groupOf(columnName, owner.Name), &c.Name)
				}
				return true
			})
		}
	}
}
