package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Content is what a schema is made of, in any order. See [New].
type Content struct {
	Info          Info
	Tables        []*Table
	Relationships []*Relationship
	Interactions  []*Interaction
}

// New makes a schema of a copy of the content. Tables that are only named, by
// a relationship or a lookup, are added as partial tables. A table, column,
// relationship or interaction that is there twice or has no name is an error.
func New(content Content) (*Schema, error) {
	b := newBuilder(content.Info)
	for n, t := range content.Tables {
		if t == nil || t.Name == "" {
			return nil, fmt.Errorf("table %d has no name: give it its logical name", n)
		}
		if b.tables[lower(t.Name)] != nil {
			return nil, fmt.Errorf("table %q is there twice: remove one of the two", t.Name)
		}
		b.table(t.Name)
		seen := make(map[string]bool, len(t.Columns))
		for m, c := range t.Columns {
			if c == nil || c.Name == "" {
				return nil, fmt.Errorf("column %d of table %q has no name: give it its logical name", m, t.Name)
			}
			if seen[lower(c.Name)] {
				return nil, fmt.Errorf("column %q of table %q is there twice: remove one of the two", c.Name, t.Name)
			}
			seen[lower(c.Name)] = true
		}
		b.mergeTable(t)
	}
	for n, r := range content.Relationships {
		switch {
		case r == nil || r.Name == "":
			return nil, fmt.Errorf("relationship %d has no name: give it its schema name", n)
		case r.Ends[0].Table == "" || r.Ends[1].Table == "":
			return nil, fmt.Errorf("relationship %q lacks a table at one of its ends: name both", r.Name)
		case b.relationships[lower(r.Name)] != nil:
			return nil, fmt.Errorf("relationship %q is there twice: remove one of the two", r.Name)
		}
		b.mergeRelationship(r)
	}
	for n, i := range content.Interactions {
		switch {
		case i == nil || i.key() == "":
			return nil, fmt.Errorf("interaction %d has no name: give it its outbound or its realtime name", n)
		case b.interactions[i.key()] != nil:
			return nil, fmt.Errorf("interaction %q is there twice: remove one of the two", cmp.Or(i.Name, i.RealtimeName))
		}
		b.mergeInteraction(i)
	}
	return b.finish(), nil
}

// Merge makes one schema of several. Where they say different things about the
// same table, column, relationship or interaction, the later one is right,
// unless it says nothing. The result is an organization's if one of them is.
func Merge(schemas ...*Schema) *Schema {
	var info Info
	first := true
	for _, s := range schemas {
		if s == nil {
			continue
		}
		if first {
			info = s.info
			first = false
			continue
		}
		info.Origin = min(info.Origin, s.info.Origin)
		if s.info.Source != "" && s.info.Source != info.Source {
			info.Source = mergeSources(info.Source, s.info.Source)
		}
		info.Organization = cmp.Or(s.info.Organization, info.Organization)
		info.Stamp = cmp.Or(s.info.Stamp, info.Stamp)
	}
	b := newBuilder(info)
	for _, s := range schemas {
		if s == nil {
			continue
		}
		for _, t := range s.tables {
			b.mergeTable(t)
		}
		for _, r := range s.relationships {
			b.mergeRelationship(r)
		}
		for _, i := range s.interactions {
			b.mergeInteraction(i)
		}
	}
	return b.finish()
}

func mergeSources(a, b string) string {
	if a == "" {
		return b
	}
	for part := range strings.SplitSeq(a, ", ") {
		if part == b {
			return a
		}
	}
	return a + ", " + b
}

// A builder collects tables, relationships and interactions. All that it holds
// is its own.
type builder struct {
	info          Info
	tables        map[string]*Table
	relationships map[string]*Relationship
	interactions  map[string]*Interaction

	columns []Column // room for the next columns
}

func newBuilder(info Info) *builder {
	return &builder{
		info:          info,
		tables:        map[string]*Table{},
		relationships: map[string]*Relationship{},
		interactions:  map[string]*Interaction{},
	}
}

// table returns the table of that name, which is new and partial if it was not known.
func (b *builder) table(name string) *Table {
	key := lower(name)
	t := b.tables[key]
	if t == nil {
		t = &Table{Name: name, Partial: true, index: map[string]*Column{}}
		b.tables[key] = t
	}
	return t
}

// newColumn returns an empty column.
func (b *builder) newColumn() *Column {
	if len(b.columns) == 0 {
		b.columns = make([]Column, 128)
	}
	c := &b.columns[0]
	b.columns = b.columns[1:]
	return c
}

// addColumn adds a column that the builder may keep, or merges it with the one
// that is there.
func (b *builder) addColumn(t *Table, c *Column) {
	key := lower(c.Name)
	if old := t.index[key]; old != nil {
		old.merge(c)
		return
	}
	t.index[key] = c
	t.Columns = append(t.Columns, c)
}

func (b *builder) mergeTable(t *Table) {
	into := b.table(t.Name)
	into.Name = t.Name
	into.Label = cmp.Or(t.Label, into.Label)
	into.SetName = cmp.Or(t.SetName, into.SetName)
	into.PrimaryID = cmp.Or(t.PrimaryID, into.PrimaryID)
	into.PrimaryName = cmp.Or(t.PrimaryName, into.PrimaryName)
	into.ChangeTracking = cmp.Or(t.ChangeTracking, into.ChangeTracking)
	into.Partial = into.Partial && t.Partial
	into.Virtual = into.Virtual || t.Virtual
	for _, c := range t.Columns {
		b.addColumn(into, b.copyColumn(c))
	}
}

func (b *builder) copyColumn(c *Column) *Column {
	own := b.newColumn()
	*own = *c
	own.Targets = slices.Clone(c.Targets)
	own.Choices = slices.Clone(c.Choices)
	return own
}

// merge takes over what other says.
func (c *Column) merge(other *Column) {
	c.Name = other.Name
	c.Label = cmp.Or(other.Label, c.Label)
	c.Type = cmp.Or(other.Type, c.Type)
	c.Computed = cmp.Or(other.Computed, c.Computed)
	c.MaxLength = cmp.Or(other.MaxLength, c.MaxLength)
	c.Virtual = c.Virtual || other.Virtual
	if len(other.Targets) > 0 {
		c.Targets = other.Targets
	}
	if len(other.Choices) > 0 {
		c.Choices = other.Choices
	}
}

func (b *builder) mergeRelationship(r *Relationship) {
	key := lower(r.Name)
	old := b.relationships[key]
	if old == nil {
		own := *r
		b.relationships[key] = &own
		return
	}
	if old.Kind == r.Kind {
		merged := *r
		for n := range merged.Ends {
			if equal(merged.Ends[n].Table, old.Ends[n].Table) {
				merged.Ends[n].Column = cmp.Or(r.Ends[n].Column, old.Ends[n].Column)
			}
		}
		merged.Intersect = cmp.Or(r.Intersect, old.Intersect)
		*old = merged
		return
	}
	*old = *r
}

func (b *builder) mergeInteraction(i *Interaction) {
	key := i.key()
	into := b.interactions[key]
	if into == nil {
		into = &Interaction{}
		b.interactions[key] = into
	}
	into.Name = cmp.Or(i.Name, into.Name)
	into.RealtimeName = cmp.Or(i.RealtimeName, into.RealtimeName)
	into.Label = cmp.Or(i.Label, into.Label)
	into.Columns = b.mergeColumns(into.Columns, i.Columns)
	into.RealtimeColumns = b.mergeColumns(into.RealtimeColumns, i.RealtimeColumns)
	into.Links = mergeLinks(into.Links, i.Links)
	into.RealtimeLinks = mergeLinks(into.RealtimeLinks, i.RealtimeLinks)
}

func (b *builder) mergeColumns(into, columns []*Column) []*Column {
	if len(columns) == 0 {
		return into
	}
	index := indexColumns(into)
	into = slices.Grow(into, len(columns))
	for _, c := range columns {
		key := lower(c.Name)
		if old := index[key]; old != nil {
			old.merge(b.copyColumn(c))
			continue
		}
		own := b.copyColumn(c)
		index[key] = own
		into = append(into, own)
	}
	return into
}

func mergeLinks(into, links []Link) []Link {
	for _, l := range links {
		n := slices.IndexFunc(into, func(o Link) bool { return equal(o.Name, l.Name) })
		if n < 0 {
			into = append(into, l)
			continue
		}
		into[n] = Link{Name: l.Name, Table: cmp.Or(l.Table, into[n].Table)}
	}
	return into
}

// finish sorts and indexes all that was collected and makes the schema of it.
// The builder must not be used any more.
func (b *builder) finish() *Schema {
	s := &Schema{
		info:             b.info,
		relationIndex:    b.relationships,
		outboundIndex:    make(map[string]*Relationship, len(b.relationships)),
		fromIndex:        map[string][]*Relationship{},
		betweenIndex:     map[[2]string][]*Relationship{},
		interactionIndex: make(map[string]*Interaction, 2*len(b.interactions)),
	}
	s.relationships = make([]*Relationship, 0, len(b.relationships))
	for _, r := range b.relationships {
		for n := range r.Ends {
			b.table(r.Ends[n].Table)
			r.Ends[n].Many = n == 1 || r.Kind == ManyToMany
		}
		r.outbound = outboundName(r)
		s.relationships = append(s.relationships, r)
	}
	slices.SortFunc(s.relationships, func(a, b *Relationship) int { return compareNames(a.Name, b.Name) })
	for _, r := range s.relationships {
		s.index(r)
	}
	b.finishTables(s)

	for _, i := range b.interactions {
		i.finish()
		s.interactions = append(s.interactions, i)
		s.interactionIndex[i.key()] = i
	}
	slices.SortFunc(s.interactions, func(a, b *Interaction) int { return cmp.Compare(a.key(), b.key()) })
	for _, i := range s.interactions {
		// A realtime name never hides an outbound one, and the first of several wins.
		if key := lower(i.RealtimeName); key != "" && s.interactionIndex[key] == nil {
			s.interactionIndex[key] = i
		}
	}
	return s
}

// index enters a relationship into the indexes.
func (s *Schema) index(r *Relationship) {
	if key := lower(r.outbound); key != "" && s.outboundIndex[key] == nil {
		s.outboundIndex[key] = r
	}
	a, b := lower(r.Ends[0].Table), lower(r.Ends[1].Table)
	s.fromIndex[a] = append(s.fromIndex[a], r)
	if a != b {
		s.fromIndex[b] = append(s.fromIndex[b], r)
	}
	s.betweenIndex[pair(a, b)] = append(s.betweenIndex[pair(a, b)], r)
}

// finishTables sorts the tables and their columns, adds those that only a
// lookup names, and gives each lookup its outbound name.
func (b *builder) finishTables(s *Schema) {
	var lookups []*Relationship
	for _, t := range b.tables {
		sortColumns(t.Columns)
		t.shapes = shapesOf(t.Columns)
		for _, c := range t.Columns {
			finishColumn(c)
			if !c.Type.IsLookup() {
				continue
			}
			for _, target := range c.Targets {
				lookups = append(lookups, &Relationship{Kind: OneToMany, Ends: [2]End{
					{Table: target},
					{Table: t.Name, Column: c.Name, Many: true},
				}})
			}
		}
	}
	for _, r := range lookups {
		r.Ends[0].Column = b.table(r.Ends[0].Table).PrimaryID
		r.outbound = outboundName(r)
		key := lower(r.outbound)
		// Two different lookups can have one name; the choice must not depend on the order of a map.
		if old := s.outboundIndex[key]; old == nil || old.Name == "" && compareEnds(r, old) < 0 {
			s.outboundIndex[key] = r
		}
	}
	s.tableIndex = b.tables
	s.tables = make([]*Table, 0, len(b.tables))
	for _, t := range b.tables {
		s.tables = append(s.tables, t)
	}
	slices.SortFunc(s.tables, func(a, b *Table) int { return compareNames(a.Name, b.Name) })
}

func compareEnds(a, b *Relationship) int {
	return cmp.Or(
		cmp.Compare(a.Ends[0].Table, b.Ends[0].Table),
		cmp.Compare(a.Ends[1].Table, b.Ends[1].Table),
		cmp.Compare(a.Ends[1].Column, b.Ends[1].Column),
	)
}

func finishColumn(c *Column) {
	slices.Sort(c.Targets)
	c.Targets = slices.Compact(c.Targets)
	byValue := func(a, b Choice) int { return cmp.Compare(a.Value, b.Value) }
	if !slices.IsSortedFunc(c.Choices, byValue) {
		slices.SortStableFunc(c.Choices, byValue)
	}
	c.Choices = slices.CompactFunc(c.Choices, func(a, b Choice) bool { return a.Value == b.Value })
	if len(c.Targets) == 0 {
		c.Targets = nil
	}
	if len(c.Choices) == 0 {
		c.Choices = nil
	}
}

func sortColumns(columns []*Column) {
	byName := func(a, b *Column) int { return compareNames(a.Name, b.Name) }
	if !slices.IsSortedFunc(columns, byName) {
		slices.SortFunc(columns, byName)
	}
}

func indexColumns(columns []*Column) map[string]*Column {
	index := make(map[string]*Column, len(columns))
	for _, c := range columns {
		index[lower(c.Name)] = c
	}
	return index
}

// compareNames orders names without regard to case.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := lowerByte(a[i]), lowerByte(b[i])
		if x >= utf8.RuneSelf || y >= utf8.RuneSelf {
			return strings.Compare(lower(a[i:]), lower(b[i:]))
		}
		if x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

// equal reports whether two names are the same.
func equal(a, b string) bool { return strings.EqualFold(a, b) }
