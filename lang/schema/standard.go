package schema

import (
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"io"
	"strings"
	"sync"
)

//go:generate go run ./internal/gen -in standard/standard-tables.json -out standard.pack

// The standard tables, packed. The plain facts and where they come from are in
// the folder standard; internal/gen packs them, and a test there holds that
// the two say the same. A snapshot would do as well, but takes four times as
// long to read, which each start of a program would have to wait for.
//
//go:embed standard.pack
var standardPack string

var standard = sync.OnceValue(loadStandard)

// Standard returns the embedded schema of the standard tables. It is unpacked
// at the first call.
func Standard() *Schema { return standard() }

func loadStandard() *Schema {
	size, n := binary.Uvarint([]byte(standardPack[:binary.MaxVarintLen32]))
	var data strings.Builder
	data.Grow(int(size)) // written by the generator
	if _, err := io.Copy(&data, flate.NewReader(strings.NewReader(standardPack[n:]))); err != nil {
		panic("the embedded standard tables are damaged: " + err.Error())
	}
	u := unpacker{data: data.String(), b: newBuilder(Info{Origin: OriginStandard, Source: "standard"})}
	u.all()
	return u.b.finish()
}

// An unpacker reads the packed schema: numbers as varints, strings and columns
// as numbers in tables of those at the front. It trusts its input, which is
// part of the program. It is sparing with memory: fresh memory is most of what
// loading costs. So strings are pieces of the input, and tables and
// interactions share the columns that are the same in all respects.
type unpacker struct {
	data    string
	strings []string
	columns []Column
	b       *builder
}

func (u *unpacker) number() int {
	n := 0
	for i := 0; ; i++ {
		c := u.data[i]
		n |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			u.data = u.data[i+1:]
			return n
		}
	}
}

func (u *unpacker) str() string { return u.strings[u.number()] }

func (u *unpacker) all() {
	u.strings = make([]string, u.number())
	for i := range u.strings {
		n := u.number()
		u.strings[i], u.data = u.data[:n], u.data[n:]
	}
	u.columns = make([]Column, u.number())
	choices := make([]Choice, u.number())
	for i := range u.columns {
		choices = u.column(&u.columns[i], choices)
	}

	tables := make([]Table, u.number())
	u.b.tables = make(map[string]*Table, len(tables))
	for i := range tables {
		u.table(&tables[i])
	}
	relationships := make([]Relationship, u.number())
	u.b.relationships = make(map[string]*Relationship, len(relationships))
	for i := range relationships {
		u.relationship(&relationships[i])
	}
	for range u.number() {
		u.interaction()
	}
}

func (u *unpacker) table(t *Table) {
	t.Name = u.str()
	t.Label = u.str()
	t.SetName = u.str()
	t.PrimaryID = u.str()
	t.PrimaryName = u.str()
	t.Partial = u.number() == 1
	t.Virtual = u.number() == 1
	t.ChangeTracking = Answer(u.number()) // one of three
	t.Columns = u.someColumns()
	t.index = indexColumns(t.Columns)
	u.b.tables[lower(t.Name)] = t
}

func (u *unpacker) someColumns() []*Column {
	n := u.number()
	if n == 0 {
		return nil
	}
	columns := make([]*Column, n)
	for i := range columns {
		columns[i] = &u.columns[u.number()]
	}
	return columns
}

// column reads a column, takes the room for its choices and returns the rest of it.
func (u *unpacker) column(c *Column, room []Choice) []Choice {
	c.Name = u.str()
	c.Label = u.str()
	c.Type = Type(u.number())            // one of the few types
	c.Computed = Computation(u.number()) // one of four
	c.Virtual = u.number() == 1
	c.MaxLength = u.number()
	if n := u.number(); n > 0 {
		c.Targets = make([]string, n)
		for i := range c.Targets {
			c.Targets[i] = u.str()
		}
	}
	if n := u.number(); n > 0 {
		c.Choices, room = room[:n:n], room[n:]
		for i := range c.Choices {
			value := u.number() // of either sign: 0, -1, 1, -2 ..
			c.Choices[i] = Choice{Value: value>>1 ^ -(value & 1), Label: u.str()}
		}
	}
	return room
}

func (u *unpacker) relationship(r *Relationship) {
	r.Name = u.str()
	r.Kind = Kind(u.number()) // one of two
	for n := range r.Ends {
		r.Ends[n] = End{Table: u.str(), Column: u.str()}
	}
	r.Intersect = u.str()
	u.b.relationships[lower(r.Name)] = r
}

func (u *unpacker) interaction() {
	i := &Interaction{
		Name:         u.str(),
		RealtimeName: u.str(),
		Label:        u.str(),
	}
	i.Links = u.links()
	i.RealtimeLinks = u.links()
	i.Columns = u.someColumns()
	i.RealtimeColumns = u.someColumns()
	u.b.interactions[i.key()] = i
}

func (u *unpacker) links() []Link {
	n := u.number()
	if n == 0 {
		return nil
	}
	links := make([]Link, n)
	for i := range links {
		links[i] = Link{Name: u.str(), Table: u.str()}
	}
	return links
}
