package check

import "slices"

// cycle is how a definition leads back to itself.
type cycle struct {
	listed []*def // in their order, at most maxListed
	total  int    // how many there are
}

func (c *cycle) equal(other *cycle) bool {
	return other != nil && c.total == other.total && slices.Equal(c.listed, other.listed)
}

// findCycles finds the definitions that lead back to themselves. A cycle that
// came or changed goes through a definition whose text or targets did, so only
// what can be reached from there is looked at, and the cycles of before.
func (u *update) findCycles() {
	p, q := u.was, u.now
	var from []*def
	for _, pair := range u.renewed {
		if p.cycles[pair[0]] != nil || !slices.Equal(pair[0].keys, pair[1].keys) {
			from = append(from, pair[1])
		}
	}
	for _, name := range u.moved {
		if e := q.names.get(name); e != nil {
			from = append(from, e.defs...)
			from = append(from, e.refs...)
		}
	}
	isLess := false // that a cycle is gone; the project must not hold its definitions any more
	for d := range u.gone.all() {
		isLess = isLess || p.cycles[d] != nil
	}
	if len(from) == 0 && !isLess {
		return
	}
	for d := range p.cycles {
		if !u.gone.has(d) {
			from = append(from, d)
		}
	}
	q.cycles = map[*def]*cycle{}
	s := &search{project: q, seen: map[vertex]*visited{}}
	for _, d := range from {
		s.visit(vertex{def: d})
	}
	for d, c := range q.cycles {
		if was := p.cycles[d]; c.equal(was) {
			q.cycles[d] = was
		}
	}
}

// vertex is a definition, or the definitions that a name leads to: those in a
// unit, or in all units where unit is -1. The latter keep the number of edges
// in proportion to that of the names in the text.
type vertex struct {
	def   *def
	entry *entry
	unit  int
}

// next calls f for each vertex that v leads to.
func (p *Project) next(v vertex, f func(vertex)) {
	if v.def != nil {
		for _, key := range v.def.keys {
			e := p.names.get(key)
			switch own := e.of(v.def.unit); {
			case e == nil || len(e.defs) == 0:
			case len(own) == 1:
				f(vertex{def: own[0]})
			case len(own) > 1:
				f(vertex{entry: e, unit: v.def.unit})
			case len(e.defs) == 1:
				f(vertex{def: e.defs[0]})
			default:
				f(vertex{entry: e, unit: -1})
			}
		}
		return
	}
	defs := v.entry.defs
	if v.unit >= 0 {
		defs = v.entry.of(v.unit)
	}
	for _, d := range defs {
		f(vertex{def: d})
	}
}

// search finds the strongly connected components of the graph, as Tarjan does,
// with a list of its own in place of recursion: a chain may be of any length.
type search struct {
	project *Project
	seen    map[vertex]*visited
	stack   []vertex
}

type visited struct {
	number, low int
	onStack     bool
	next        []vertex
}

func (s *search) open(v vertex) *visited {
	n := &visited{number: len(s.seen), low: len(s.seen), onStack: true}
	s.project.next(v, func(w vertex) { n.next = append(n.next, w) })
	s.seen[v] = n
	s.stack = append(s.stack, v)
	return n
}

func (s *search) visit(start vertex) {
	if s.seen[start] != nil {
		return
	}
	type frame struct {
		vertex vertex
		info   *visited
		done   int // how many of next
	}
	for frames := []frame{{vertex: start, info: s.open(start)}}; len(frames) > 0; {
		top := &frames[len(frames)-1]
		info := top.info
		if top.done < len(info.next) {
			w := info.next[top.done]
			top.done++
			if other := s.seen[w]; other == nil {
				frames = append(frames, frame{vertex: w, info: s.open(w)})
			} else if other.onStack {
				info.low = min(info.low, other.number)
			}
			continue
		}
		v := top.vertex
		frames = frames[:len(frames)-1]
		if len(frames) > 0 {
			parent := frames[len(frames)-1].info
			parent.low = min(parent.low, info.low)
		}
		if info.low == info.number {
			at := len(s.stack) - 1
			for s.stack[at] != v {
				at--
			}
			s.close(slices.Clone(s.stack[at:]))
			s.stack = s.stack[:at]
		}
	}
}

// close notes the cycles of a component.
func (s *search) close(component []vertex) {
	var defs []*def
	for _, v := range component {
		s.seen[v].onStack = false
		if v.def != nil {
			defs = append(defs, v.def)
		}
	}
	if first := component[0]; len(component) == 1 && !slices.Contains(s.seen[first].next, first) {
		return
	}
	// The cycle that is told of a definition goes from the first one of the
	// component to it and back, the shortest way.
	root := vertex{def: s.project.sorted(defs)[0]}
	inside := make(map[vertex]*member, len(component))
	for _, v := range component {
		inside[v] = &member{}
	}
	s.there(root, inside)
	s.back(root, inside)
	for _, d := range defs {
		s.project.cycles[d] = s.cycle(root, vertex{def: d}, inside)
	}
}

// member is what is known of a vertex of a component.
type member struct {
	reached bool
	listed  []*def // the first definitions on the way from the root to it
	count   int    // how many there are, it included
	far     int    // steps back to the root
	hop     vertex // the first of them
	after   int    // how many definitions come on the way, it and the root left out
}

// there goes from the root to all others.
func (s *search) there(root vertex, inside map[vertex]*member) {
	*inside[root] = member{reached: true, listed: []*def{root.def}, count: 1}
	for queue := []vertex{root}; len(queue) > 0; queue = queue[1:] {
		m := inside[queue[0]]
		for _, w := range s.seen[queue[0]].next {
			n := inside[w]
			if n == nil || n.reached {
				continue
			}
			*n = member{reached: true, listed: m.listed, count: m.count}
			if w.def != nil {
				n.count++
				if len(n.listed) < maxListed {
					n.listed = append(slices.Clip(n.listed), w.def)
				}
			}
			queue = append(queue, w)
		}
	}
}

// back finds the shortest ways from all to the root.
func (s *search) back(root vertex, inside map[vertex]*member) {
	before := make(map[vertex][]vertex, len(inside))
	for v := range inside {
		for _, w := range s.seen[v].next {
			if inside[w] != nil {
				before[w] = append(before[w], v)
			}
		}
	}
	queue := []vertex{root}
	for i := 0; i < len(queue); i++ {
		for _, v := range before[queue[i]] {
			if m := inside[v]; v != root && m.far == 0 {
				m.far = inside[queue[i]].far + 1
				queue = append(queue, v)
			}
		}
	}
	// The root comes last: its own way leads to one of the others, or itself.
	for _, v := range append(queue[1:], root) {
		m, isFirst := inside[v], true
		for _, w := range s.seen[v].next {
			if inside[w] != nil && (isFirst || inside[w].far < inside[m.hop].far) {
				m.hop, isFirst = w, false
			}
		}
		if m.hop != root {
			m.after = inside[m.hop].after
			if m.hop.def != nil {
				m.after++
			}
		}
	}
}

// cycle returns the way from the root to v and back.
func (s *search) cycle(root, v vertex, inside map[vertex]*member) *cycle {
	m := inside[v]
	c := &cycle{listed: m.listed, total: m.count + m.after}
	for v = m.hop; v != root && len(c.listed) < maxListed; v = inside[v].hop {
		if v.def != nil {
			c.listed = append(slices.Clip(c.listed), v.def)
		}
	}
	return c
}
