package check

import (
	"hash/maphash"
	"iter"
	"maps"
	"slices"
)

// table is a map by names that never changes. It is cut into parts, so that a
// draft of it copies only those that it writes to.
type table[V any] struct{ parts *[tableParts]map[string]V }

const tableParts = 64

var tableSeed = maphash.MakeSeed()

func partOf(name string) int { return int(maphash.String(tableSeed, name) % tableParts) }

// get returns the value of a name, the zero value if there is none.
func (t table[V]) get(name string) V {
	if t.parts == nil {
		var none V
		return none
	}
	return t.parts[partOf(name)][name]
}

// all yields what the table holds, in no order.
func (t table[V]) all() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if t.parts == nil {
			return
		}
		for _, part := range t.parts {
			for name, v := range part {
				if !yield(name, v) {
					return
				}
			}
		}
	}
}

// draft is a table that is being written.
type draft[V any] struct {
	table[V]
	isOwn  bool             // the list of parts is the draft's own
	copied [tableParts]bool // the parts that are
}

// write returns the part of a name, for writing.
func (d *draft[V]) write(name string) map[string]V {
	if !d.isOwn {
		parts := new([tableParts]map[string]V)
		if d.parts != nil {
			*parts = *d.parts
		}
		d.parts, d.isOwn = parts, true
	}
	i := partOf(name)
	if !d.copied[i] {
		d.parts[i] = maps.Clone(d.parts[i])
		if d.parts[i] == nil {
			d.parts[i] = map[string]V{}
		}
		d.copied[i] = true
	}
	return d.parts[i]
}

// set gives a name its value.
func (d *draft[V]) set(name string, v V) { d.write(name)[name] = v }

// remove removes a name, if it is there.
func (d *draft[V]) remove(name string) {
	if d.parts == nil {
		return
	}
	if _, ok := d.parts[partOf(name)][name]; ok {
		delete(d.write(name), name)
	}
}

// set is a set that mostly has few members. The zero value is empty.
type set[K comparable] struct {
	few  []K
	many map[K]bool // nil while there are few
}

// fewMembers is up to how many members are looked through.
const fewMembers = 8

func (s *set[K]) has(k K) bool { return s.many[k] || slices.Contains(s.few, k) }

func (s *set[K]) add(k K) {
	switch {
	case s.has(k):
	case s.many != nil:
		s.many[k] = true
	case len(s.few) < fewMembers:
		s.few = append(s.few, k)
	default:
		s.many = map[K]bool{k: true}
		for _, member := range s.few {
			s.many[member] = true
		}
		s.few = nil
	}
}

// all yields the members, in no order.
func (s *set[K]) all() iter.Seq[K] {
	return func(yield func(K) bool) {
		for _, k := range s.few {
			if !yield(k) {
				return
			}
		}
		for k := range s.many {
			if !yield(k) {
				return
			}
		}
	}
}
