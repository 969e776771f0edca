package check

import (
	"strings"

	"segql/lang/ast"
)

// resultOf returns the table of the rows of a named segment, seen from file f.
func (p *Project) resultOf(f *File, name string) (string, bool) {
	defs := p.Lookup(f, name)
	if len(defs) != 1 || p.cycles[defs[0].Placed.Definition] != nil {
		return "", false
	}
	d := defs[0]
	if table, ok := p.results.Load(d.Placed.Definition); ok {
		return table.(string), table != ""
	}
	r := Resolve(d.Placed.Definition, p.env(d.File))
	p.results.Store(d.Placed.Definition, r.Table)
	return r.Table, r.Table != ""
}

// Resolve finds out what the names in a definition of file f mean, with what
// the project knows of the segments that it refers to.
func (p *Project) Resolve(f *File, d *ast.Definition) *Resolution { return Resolve(d, p.env(f)) }

func (p *Project) env(f *File) Env {
	return Env{Schema: f.Schema, Dialect: p.dialects[f], Segment: func(name string) (string, bool) { return p.resultOf(f, name) }}
}

// findCycles notes the definitions that lead back to themselves.
func (p *Project) findCycles() {
	p.cycles = map[*ast.Definition][]Definition{}
	const (
		open = 1
		done = 2
	)
	state := map[*ast.Definition]int{}
	var stack []Definition
	var visit func(d Definition)
	visit = func(d Definition) {
		state[d.Placed.Definition] = open
		stack = append(stack, d)
		references(d.Placed.Definition, func(name *ast.Ident) {
			for _, next := range p.Lookup(d.File, name.Name) {
				switch state[next.Placed.Definition] {
				case 0:
					visit(next)
				case open:
					for i := range stack {
						if stack[i].Placed.Definition == next.Placed.Definition {
							cycle := append([]Definition{}, stack[i:]...)
							for _, member := range cycle {
								if p.cycles[member.Placed.Definition] == nil {
									p.cycles[member.Placed.Definition] = cycle
								}
							}
						}
					}
				}
			}
		})
		stack = stack[:len(stack)-1]
		state[d.Placed.Definition] = done
	}
	for _, f := range p.files {
		for _, d := range f.Tree.Definitions {
			if d.Name != nil && state[d.Definition] == 0 {
				visit(Definition{f, d})
			}
		}
	}
}

// isConsentColumn reports whether a column holds a consent condition of the
// realtime dialect.
func isConsentColumn(name string) bool {
	for _, prefix := range []string{"compliance_profile_", "consent_topic_", "consent_purpose_"} {
		if hasPrefix(name, prefix) {
			return isHex(name[len(prefix):], 32)
		}
	}
	return false
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
