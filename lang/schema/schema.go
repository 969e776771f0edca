package schema

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// A Schema is a set of tables, relationships and interactions. It does not
// change once made. The nil Schema is empty.
type Schema struct {
	info          Info
	tables        []*Table
	relationships []*Relationship
	interactions  []*Interaction

	tableIndex       map[string]*Table
	relationIndex    map[string]*Relationship // by schema name
	outboundIndex    map[string]*Relationship // by outbound name
	fromIndex        map[string][]*Relationship
	betweenIndex     map[[2]string][]*Relationship
	interactionIndex map[string]*Interaction // by outbound and by realtime name
}

// Info says where a schema came from.
type Info struct {
	Origin       Origin
	Source       string // what it was read from: "standard", "EntityDefinitions", "$metadata" ..; a snapshot keeps the source of what it holds
	Organization string // address of the organization, such as https://contoso.crm4.dynamics.com; may be empty
	Stamp        string // version stamp that the service gave with the metadata; may be empty
}

// A Table is one table of Dataverse. The nil Table has no columns.
type Table struct {
	Name        string // logical name
	Label       string // display name; may be empty
	SetName     string // entity set name of the Web API; may be empty
	PrimaryID   string // column that holds the id; may be empty
	PrimaryName string // column that holds the name; may be empty

	// Partial says that the columns are not all known: a column that is not
	// listed may exist all the same. Tables that are known only because a
	// relationship or a lookup names them are partial and have no columns.
	Partial bool
	// Virtual says that the rows live outside Dataverse.
	Virtual bool
	// ChangeTracking says whether the table tracks changes, which realtime
	// segments ask of related tables.
	ChangeTracking Answer

	Columns []*Column // sorted by name

	// What a table that belongs to a schema knows of its columns.
	index  map[string]*Column
	shapes func() []shape // of their names
}

// A Column is one column of a table or of an interaction.
type Column struct {
	Name      string   // logical name
	Label     string   // display name; may be empty
	Targets   []string // tables that a lookup can point to, sorted; empty if not known
	Choices   []Choice // sorted by value; empty if not known
	MaxLength int      // of text, in characters; 0 if not known
	Type      Type
	Computed  Computation
	Virtual   bool // has no stored value of its own; a multi-select choice is not virtual
}

// A Choice is one value of a choice column.
type Choice struct {
	Value int
	Label string
}

// Info returns where the schema came from.
func (s *Schema) Info() Info {
	if s == nil {
		return Info{}
	}
	return s.info
}

// IsStandard reports whether the schema is the embedded one: what it does not
// know may still exist in an organization.
func (s *Schema) IsStandard() bool { return s != nil && s.info.Origin == OriginStandard }

// Tables returns all tables, sorted by name.
func (s *Schema) Tables() []*Table {
	if s == nil {
		return nil
	}
	return s.tables
}

// Table returns the table of that name, or nil.
func (s *Schema) Table(name string) *Table {
	if s == nil {
		return nil
	}
	t, _ := find(s.tableIndex, name)
	return t
}

// TableNames yields the names of all tables in order.
func (s *Schema) TableNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, t := range s.Tables() {
			if !yield(t.Name) {
				return
			}
		}
	}
}

// Relationships returns all relationships that have a schema name, sorted by it.
func (s *Schema) Relationships() []*Relationship {
	if s == nil {
		return nil
	}
	return s.relationships
}

// Interactions returns all interactions, sorted by name. See [Schema.Interaction]
// for schemas that list none.
func (s *Schema) Interactions() []*Interaction {
	if s == nil {
		return nil
	}
	if len(s.interactions) == 0 && !s.IsStandard() {
		return Standard().interactions
	}
	return s.interactions
}

// Interaction returns the interaction with that outbound or realtime name, or nil.
//
// Interactions belong to the product, and no metadata of the service lists
// them. So a schema without a single interaction answers with those of the
// standard.
func (s *Schema) Interaction(name string) *Interaction {
	if s == nil {
		return nil
	}
	if len(s.interactions) == 0 && !s.IsStandard() {
		return Standard().Interaction(name)
	}
	i, _ := find(s.interactionIndex, name)
	return i
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	if t == nil {
		return nil
	}
	c, _ := find(t.index, name)
	return c
}

// ColumnNames yields the names of all columns in order.
func (t *Table) ColumnNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		if t == nil {
			return
		}
		for _, c := range t.Columns {
			if !yield(c.Name) {
				return
			}
		}
	}
}

// Choice returns the choice with that value.
func (c *Column) Choice(value int) (choice Choice, ok bool) {
	if c == nil {
		return Choice{}, false
	}
	i, ok := slices.BinarySearchFunc(c.Choices, value, func(c Choice, v int) int { return cmp.Compare(c.Value, v) })
	if !ok {
		return Choice{}, false
	}
	return c.Choices[i], true
}

// ChoiceLabelled returns the first choice with that label, in any case.
func (c *Column) ChoiceLabelled(label string) (choice Choice, ok bool) {
	if c == nil {
		return Choice{}, false
	}
	for _, choice := range c.Choices {
		if strings.EqualFold(choice.Label, label) {
			return choice, true
		}
	}
	return Choice{}, false
}

// find looks a name up in a map whose keys are in lower case.
func find[V any](m map[string]V, name string) (v V, ok bool) {
	upper := false
	for i := range len(name) {
		c := name[i]
		if c >= 0x80 {
			v, ok = m[strings.ToLower(name)]
			return v, ok
		}
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if !upper {
		v, ok = m[name]
		return v, ok
	}
	var short [128]byte
	low := short[:0]
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low = append(low, c)
	}
	v, ok = m[string(low)]
	return v, ok
}

// lower returns the key of a name, which is the name itself if it has no upper case.
func lower(name string) string { return strings.ToLower(name) }
