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
	// names are those that a definition uses.
	names map[*ast.Definition][]string
	// counts says how many definitions use a name, in lower case; segments
	// are those names that SEGMENT(..) refers to.
	counts   map[string]int
	segments map[string]int
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
		unit = &unitUsage{
			trees: map[string]*ast.File{}, names: map[*ast.Definition][]string{},
			counts: map[string]int{}, segments: map[string]int{},
		}
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
	return u.segments[name]
}

// segmentNames returns the names of the segments that definitions refer to.
func (u *unitUsage) segmentNames() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Collect(maps.Keys(u.segments))
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

// replace counts the definitions of a file anew that differ.
func (u *unitUsage) replace(before, after *ast.File) {
	kept := map[*ast.Definition]bool{}
	if after != nil {
		for _, d := range after.Definitions {
			kept[d.Definition] = true
			if _, known := u.names[d.Definition]; !known {
				u.names[d.Definition] = namesIn(d.Definition)
				u.count(u.names[d.Definition], 1)
			}
		}
	}
	if before != nil {
		for _, d := range before.Definitions {
			if !kept[d.Definition] {
				u.count(u.names[d.Definition], -1)
				delete(u.names, d.Definition)
			}
		}
	}
}

// segmentMark stands before the names of segments among those of a definition.
const segmentMark = "\x00"

func (u *unitUsage) count(names []string, by int) {
	for _, name := range names {
		counts, key := u.counts, strings.ToLower(name)
		if segment, ok := strings.CutPrefix(name, segmentMark); ok {
			counts, key = u.segments, segment
		}
		if counts[key] += by; counts[key] <= 0 {
			delete(counts, key)
		}
	}
}

// namesIn returns the names of tables, columns, relationships, events and
// segments in a definition, each once.
func namesIn(d *ast.Definition) []string {
	seen := map[string]bool{}
	add := func(mark string, i *ast.Ident) {
		if i != nil && i.Name != "" {
			seen[mark+i.Name] = true
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
		}
		return true
	})
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	return names
}
