package check

import (
	"slices"
	"strings"
	"time"
)

// NewProject returns the project of files. Today is the day, in its own
// time zone, by which an ignore comment with a date lapses. Each file has a path of its own.
func NewProject(files []*File, today time.Time) *Project {
	p := &Project{today: today, known: &knownNames{}, state: &state{}}
	return p.Update(files, nil)
}

// Update returns the project in which each of files takes the place of the one
// with the same path, or is added behind the others, and from which the files
// with the removed paths are gone. What p found out holds there as far as it
// is the same: definitions are known again by their pointers, as
// [segql/lang/parser.Reparse] keeps them. P stays as it is.
func (p *Project) Update(files []*File, removed []string) *Project {
	q := *p
	q.state, q.affected, q.recounted = &state{}, nil, nil
	q.edited = -1
	if len(files) == 1 && len(removed) == 0 {
		q.edited, _ = p.id(files[0].Path)
	}
	u := &update{
		was: p, now: &q, changes: map[string]*change{},
		paths: draft[int]{table: p.paths}, names: draft[*entry]{table: p.names},
		undefined: draft[bool]{table: p.undefined}, shared: draft[bool]{table: p.shared},
	}
	q.units = slices.Clone(p.units)
	for _, path := range removed {
		u.remove(path)
	}
	for _, f := range files {
		u.put(f)
	}
	q.paths = u.paths.table
	u.link()
	q.names, q.undefined, q.shared = u.names.table, u.undefined.table, u.shared.table
	u.findKnown()
	u.findCycles()
	u.findAffected()
	return &q
}

// update is the work of Project.Update.
type update struct {
	was, now  *Project
	paths     draft[int]
	names     draft[*entry]
	undefined draft[bool]
	shared    draft[bool]

	edited  set[int]           // the units that are new or replaced
	changes map[string]*change // by the names that they concern
	come    set[*def]
	gone    set[*def]

	// renewed are the pairs of definitions, before and after, of which the
	// later stands where the earlier stood, under its name.
	renewed [][2]*def
	// moved are the names whose definitions are other ones than before, and
	// flipped those that came to be referred to, or ceased to be.
	moved, flipped []string
	// added and dropped are names as they are written, of which there are
	// definitions now, or are none any more.
	added, dropped []string
	affected       set[int]
	// changed tells that the project gives some other answer than before.
	changed bool
}

// change is what comes and goes under a name.
type change struct{ come, gone, comeRefs, goneRefs []*def }

func (u *update) change(name string) *change {
	c := u.changes[name]
	if c == nil {
		c = &change{}
		u.changes[name] = c
	}
	return c
}

func (u *update) remove(path string) {
	id := u.paths.get(path) - 1
	if id < 0 {
		return
	}
	u.paths.remove(path)
	old := u.now.unit(id)
	i := u.now.indexOf(id)
	u.now.units = slices.Delete(u.now.units, i, i+1)
	u.changed = true
	for _, d := range old.defs {
		u.drop(d)
	}
}

func (u *update) put(f *File) {
	q := u.now
	id := u.paths.get(f.Path) - 1
	old := q.unit(id)
	if old == nil {
		id = q.nextID
		q.nextID++
		u.paths.set(f.Path, id+1)
		u.changed = true
	}
	fresh := newUnit(id, f, old)
	u.edited.add(id)
	if old == nil {
		q.units = append(q.units, fresh)
		for _, d := range fresh.defs {
			u.add(d)
		}
		return
	}
	q.units[q.indexOf(id)] = fresh
	u.changed = u.changed || !fresh.isCheckedAs(old)
	// What both have in front and behind stays.
	from, to, oldTo := 0, len(fresh.defs), len(old.defs)
	for from < min(to, oldTo) && fresh.defs[from] == old.defs[from] {
		from++
	}
	for min(to, oldTo) > from && fresh.defs[to-1] == old.defs[oldTo-1] {
		to--
		oldTo--
	}
	if to-from == 1 && oldTo-from == 1 { // as after most edits
		u.drop(old.defs[from])
		u.add(fresh.defs[from])
		return
	}
	stays := map[*def]bool{} // those between that stay, too; they keep their order
	for _, d := range fresh.defs[from:to] {
		stays[d] = true
	}
	for _, d := range old.defs[from:oldTo] {
		if stays[d] {
			delete(stays, d)
		} else {
			u.drop(d)
		}
	}
	for _, d := range fresh.defs[from:to] {
		if stays[d] {
			u.add(d)
		}
	}
}

// add notes a definition that comes.
func (u *update) add(d *def) {
	u.come.add(d)
	if d.key != "" {
		c := u.change(d.key)
		c.come = append(c.come, d)
	}
	for _, key := range d.keys {
		c := u.change(key)
		c.comeRefs = append(c.comeRefs, d)
	}
}

// drop notes a definition that goes.
func (u *update) drop(d *def) {
	u.gone.add(d)
	if d.key != "" {
		c := u.change(d.key)
		c.gone = append(c.gone, d)
	}
	for _, key := range d.keys {
		c := u.change(key)
		c.goneRefs = append(c.goneRefs, d)
	}
}

// link makes the entries of the names that are concerned.
func (u *update) link() {
	for name, c := range u.changes {
		before := u.names.get(name)
		if before == nil {
			before = &entry{}
		}
		after := &entry{
			defs: u.merge(before.defs, c.come),
			refs: u.without(before.refs, c.comeRefs),
		}
		if len(after.defs)+len(after.refs) == 0 {
			u.names.remove(name)
		} else {
			u.names.set(name, after)
		}
		u.compare(name, before, after)
		if countReferences(name, c.comeRefs) != countReferences(name, c.goneRefs) {
			for _, d := range after.defs {
				u.now.recounted = append(u.now.recounted, u.now.unit(d.unit).file)
			}
		}
	}
}

// countReferences returns how often definitions that refer to a name do so.
func countReferences(name string, defs []*def) int {
	n := 0
	for _, d := range defs {
		if len(d.refs) == len(d.keys) {
			n++
			continue
		}
		for _, ref := range d.refs {
			if strings.EqualFold(ref.Name, name) {
				n++
			}
		}
	}
	return n
}

// without returns a list with what comes and without what is gone.
func (u *update) without(list, come []*def) []*def {
	kept := make([]*def, 0, len(list)+len(come))
	for _, d := range list {
		if !u.gone.has(d) {
			kept = append(kept, d)
		}
	}
	for _, d := range come {
		if !u.gone.has(d) { // a file may be given twice
			kept = append(kept, d)
		}
	}
	return kept
}

// merge is without for a list in the project's order.
func (u *update) merge(list, come []*def) []*def {
	kept := u.without(list, come)
	if len(kept) > 1 {
		kept = u.now.sorted(kept)
	}
	return kept
}

// compare notes how the entry of a name changed.
func (u *update) compare(name string, before, after *entry) {
	same := len(before.defs) == len(after.defs)
	for i := 0; same && i < len(after.defs); i++ {
		same = before.defs[i].unit == after.defs[i].unit
	}
	if same {
		for i, d := range after.defs {
			if d != before.defs[i] {
				u.renewed = append(u.renewed, [2]*def{before.defs[i], d})
			}
		}
	} else {
		u.moved = append(u.moved, name)
	}
	if len(before.refs) > 0 != (len(after.refs) > 0) {
		u.flipped = append(u.flipped, name)
	}
	if was, is := writtenName(before), writtenName(after); was != is {
		if was != "" {
			u.dropped = append(u.dropped, was)
		}
		if is != "" {
			u.added = append(u.added, is)
		}
	}
	mark(&u.undefined, name, len(after.defs) == 0 && len(after.refs) > 0 && !isTechnicalName(name))
	mark(&u.shared, name, len(after.defs) > 0 && after.defs[0].unit != after.defs[len(after.defs)-1].unit)
}

func mark(set *draft[bool], name string, is bool) {
	switch {
	case !is:
		set.remove(name)
	case !set.get(name):
		set.set(name, true)
	}
}

// writtenName returns a defined name as its first definition writes it.
func writtenName(e *entry) string {
	if len(e.defs) == 0 {
		return ""
	}
	return e.defs[0].tree.Name.Name
}

// findKnown takes over the answers about nearest names that stay right.
func (u *update) findKnown() {
	if len(u.added)+len(u.dropped) == 0 {
		return
	}
	was := u.was.known
	known := &knownNames{count: was.count + len(u.added) - len(u.dropped)}
	if was.count > 0 && known.count > 0 && len(u.added) <= maxListed {
		was.answers.Range(func(name, near any) bool {
			if !slices.Contains(u.dropped, near.(string)) {
				candidates := slices.Clone(u.added)
				if near != "" {
					candidates = append(candidates, near.(string))
				}
				known.answers.Store(name, nearestOf(name.(string), slices.Values(candidates)))
			}
			return true
		})
	}
	u.now.known = known
}

// findAffected finds the files of which findings may have changed, and whether
// the project still gives the answers of before.
func (u *update) findAffected() {
	p, q := u.was, u.now
	for id := range u.edited.all() {
		u.affected.add(id)
	}
	// The names of which a reference may find another table or dialect than before.
	work := slices.Clone(u.moved)
	for _, pair := range u.renewed {
		if key := pair[1].key; len(q.names.get(key).refs) > 0 &&
			(p.answerResult(pair[0]) != q.answerResult(pair[1]) || p.unit(pair[0].unit).dialect != q.unit(pair[1].unit).dialect) {
			work = append(work, key)
		}
	}
	for _, cycles := range []map[*def]*cycle{p.cycles, q.cycles} {
		for d := range cycles {
			if p.cycles[d] != q.cycles[d] {
				u.affected.add(d.unit)
				work = append(work, d.key)
			}
		}
	}
	u.changed = u.changed || len(work)+len(u.flipped)+len(u.added)+len(u.dropped) > 0
	for _, name := range slices.Concat(u.moved, u.flipped) {
		u.affect(u.names.get(name), true, false)
		u.affect(p.names.get(name), true, false)
	}
	u.followTables(work)
	u.followPlaces()
	if q.known != p.known {
		for name := range q.undefined.all() {
			was, _ := p.known.answers.Load(name)
			if is, ok := q.known.answers.Load(name); !ok || is != was {
				u.affect(q.names.get(name), false, true)
			}
		}
	}
	if !u.changed {
		q.state = p.state
	}
	for _, unit := range q.units {
		if u.affected.has(unit.id) {
			q.affected = append(q.affected, unit.file)
		}
	}
}

// answerResult returns the table that a reference to d finds.
func (p *Project) answerResult(d *def) string {
	if p.cycles[d] != nil {
		return ""
	}
	return p.result(d)
}

// affect notes the units of definitions of a name, of references to it, or both.
func (u *update) affect(e *entry, defs, refs bool) {
	if e == nil {
		return
	}
	if defs {
		for _, d := range e.defs {
			u.affected.add(d.unit)
		}
	}
	if refs {
		for _, d := range e.refs {
			u.affected.add(d.unit)
		}
	}
}

// followTables notes what refers to names, and goes on to what refers to that,
// as long as tables change.
func (u *update) followTables(work []string) {
	p, q := u.was, u.now
	done := map[string]bool{}
	for len(work) > 0 {
		name := work[len(work)-1]
		work = work[:len(work)-1]
		if done[name] {
			continue
		}
		done[name] = true
		e := q.names.get(name)
		u.affect(e, false, true)
		if e == nil {
			continue
		}
		for _, d := range e.refs {
			if d.key == "" || done[d.key] || u.come.has(d) || len(q.names.get(d.key).refs) == 0 {
				continue // nothing refers to it, or it was compared already
			}
			if p.answerResult(d) != q.answerResult(d) {
				work = append(work, d.key)
			}
		}
	}
}

// followPlaces notes the units whose findings name places in edited ones.
func (u *update) followPlaces() {
	q := u.now
	isEdited := func(d *def) bool { return u.edited.has(d.unit) }
	for name := range q.shared.all() {
		if e := q.names.get(name); slices.ContainsFunc(e.defs, isEdited) {
			u.affect(e, true, false)
		}
	}
	for d, c := range q.cycles {
		if !u.affected.has(d.unit) && slices.ContainsFunc(c.listed, isEdited) {
			u.affected.add(d.unit)
		}
	}
}

// isTechnicalName reports whether a name is one that the product gives.
func isTechnicalName(name string) bool {
	return hasPrefix(name, "SEGMENT_C") && strings.Contains(strings.ToUpper(name), "_ID_")
}
