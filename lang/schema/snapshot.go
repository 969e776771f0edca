package schema

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	snapshotFormat  = "segql-schema"
	snapshotVersion = 1
)

func isSnapshotKey(key string) bool {
	switch key {
	case "$schema", "format", "version", "origin", "source", "organization", "stamp", "tables", "relationships", "interactions":
		return true
	default:
		return false
	}
}

// A snapshotReader reads a snapshot, which must be exact: an unknown key or a
// missing name is an error.
type snapshotReader struct {
	*documentReader
	format, version, tables bool

	list []*Column // room to collect columns in
}

func (s *snapshotReader) key(key string) {
	info := &s.b.info
	switch key {
	case "$schema":
		s.str("an address")
	case "format":
		if f := s.str("the format"); f != snapshotFormat {
			s.reject("has the format "+quote(f), quote(snapshotFormat), s.doc.advice())
		}
		s.format = true
	case "version":
		switch v := s.int("the version"); {
		case s.err != nil:
		case v > snapshotVersion:
			s.reject("has version "+strconv.Itoa(v), "version "+strconv.Itoa(snapshotVersion), "use a newer version of this program, or write the snapshot again with this one")
		case v < snapshotVersion:
			s.reject("has version "+strconv.Itoa(v), "version "+strconv.Itoa(snapshotVersion), s.doc.advice())
		}
		s.version = true
	case "origin":
		s.enum("an origin", originNames[:], func(n int) { info.Origin = Origin(n) })
	case "source":
		info.Source = s.str("a source")
	case "organization":
		info.Organization = s.str("an address")
	case "stamp":
		info.Stamp = s.str("a stamp")
	case "tables":
		s.tables = true
		for range s.array("an array of tables") {
			s.table()
		}
	case "relationships":
		for range s.array("an array of relationships") {
			s.relationship()
		}
	case "interactions":
		for range s.array("an array of interactions") {
			s.interaction()
		}
	default:
		s.unknown(key)
	}
}

func (s *snapshotReader) finish() {
	missing := ""
	switch {
	case !s.format:
		missing = "format"
	case !s.version:
		missing = "version"
	case !s.tables:
		missing = "tables"
	}
	if missing != "" {
		s.err = &ReadError{Document: s.doc.String(), Problem: "lacks " + quote(missing), Advice: s.doc.advice()}
	}
}

func (s *snapshotReader) unknown(key string) {
	s.reject("has the unknown key "+quote(key), "", s.doc.advice())
}

// enum takes one of a few words.
func (s *snapshotReader) enum(what string, words []string, set func(int)) {
	w := s.str(what)
	for n, word := range words {
		if w == word {
			set(n)
			return
		}
	}
	if s.err != nil {
		return
	}
	quoted := make([]string, len(words))
	for n, word := range words {
		quoted[n] = quote(word)
	}
	s.reject("has "+quote(w)+" as "+what, "one of "+strings.Join(quoted, ", "), s.doc.advice())
}

// name takes a name, which must not be empty.
func (s *snapshotReader) name(what string) string {
	n := s.str(what)
	if n == "" && s.err == nil {
		s.reject("has an empty name", what, s.doc.advice())
	}
	return n
}

// named makes sure that there was a name, and only one thing of it.
func (s *snapshotReader) named(what, name string, twice bool) bool {
	switch {
	case s.err != nil:
	case name == "":
		article := "a "
		if what[0] == 'i' {
			article = "an "
		}
		s.fail("has "+article+what+" without \"name\"", "")
	case twice:
		s.fail("has the "+what+" "+quote(name)+" twice", "")
	}
	s.count()
	return s.err == nil
}

func (s *snapshotReader) table() {
	t := &Table{}
	for key := range s.object("a table") {
		switch key {
		case "name":
			t.Name = s.name("the name of a table")
		case "label":
			t.Label = s.str("a label")
		case "setName":
			t.SetName = s.str("a name")
		case "primaryId":
			t.PrimaryID = s.str("the name of a column")
		case "primaryName":
			t.PrimaryName = s.str("the name of a column")
		case "partial":
			t.Partial = s.bool()
		case "virtual":
			t.Virtual = s.bool()
		case "changeTracking":
			t.ChangeTracking = No
			if s.bool() {
				t.ChangeTracking = Yes
			}
		case "columns":
			t.Columns = s.columns()
		default:
			s.unknown(key)
		}
	}
	key := lower(t.Name)
	if !s.named("table", t.Name, s.b.tables[key] != nil) {
		return
	}
	t.index = indexColumns(t.Columns)
	s.b.tables[key] = t
}

// columns reads an array of columns.
func (s *snapshotReader) columns() []*Column {
	list := s.list[:0]
	var seen map[string]*Column // only if the names do not come in order
	for range s.array("an array of columns") {
		c := s.column()
		twice := false
		if n := len(list); seen == nil && n > 0 && compareNames(list[n-1].Name, c.Name) >= 0 {
			seen = indexColumns(list)
		}
		if seen != nil {
			key := lower(c.Name)
			twice = seen[key] != nil
			seen[key] = c
		}
		if s.named("column", c.Name, twice) {
			list = append(list, c)
		}
	}
	s.list = list
	return slices.Clone(list)
}

func (s *snapshotReader) column() *Column {
	c := s.b.newColumn()
	for key := range s.object("a column") {
		switch key {
		case "name":
			c.Name = s.name("the name of a column")
		case "label":
			c.Label = s.str("a label")
		case "type":
			name := s.str("a type")
			t, ok := ParseType(name)
			if !ok && s.err == nil {
				s.reject("has the unknown column type "+quote(name), "a type such as \"String\" or \"Lookup\"", s.doc.advice())
			}
			c.Type = t
		case "targets":
			for range s.array("an array of tables") {
				c.Targets = append(c.Targets, s.name("the name of a table"))
				s.count()
			}
		case "choices":
			for range s.array("an array of choices") {
				c.Choices = append(c.Choices, s.choice())
				s.count()
			}
		case "maxLength":
			c.MaxLength = s.int("a length")
			if c.MaxLength < 0 {
				s.reject("has a length below zero", "a length", s.doc.advice())
			}
		case "computed":
			s.enum("a computation", computationNames[:], func(n int) { c.Computed = Computation(n) })
		case "virtual":
			c.Virtual = s.bool()
		default:
			s.unknown(key)
		}
	}
	return c
}

func (s *snapshotReader) choice() Choice {
	var c Choice
	has := false
	for key := range s.object("a choice") {
		switch key {
		case "value":
			c.Value = s.int("a value")
			has = true
		case "label":
			c.Label = s.str("a label")
		default:
			s.unknown(key)
		}
	}
	if !has && s.err == nil {
		s.fail("has a choice without \"value\"", "")
	}
	return c
}

func (s *snapshotReader) relationship() {
	r := &Relationship{}
	many := 0 // keys that only an N:N relationship has
	one := 0  // keys that only a 1:N relationship has
	for key := range s.object("a relationship") {
		switch key {
		case "name":
			r.Name = s.name("the name of a relationship")
		case "kind":
			s.enum("a kind", kindNames[:], func(n int) { r.Kind = Kind(n) })
		case "referencedTable":
			r.Ends[0].Table = s.name("the name of a table")
			one++
		case "referencedColumn":
			r.Ends[0].Column = s.str("the name of a column")
			one++
		case "referencingTable":
			r.Ends[1].Table = s.name("the name of a table")
			one++
		case "referencingColumn":
			r.Ends[1].Column = s.str("the name of a column")
			one++
		case "table1":
			r.Ends[0].Table = s.name("the name of a table")
			many++
		case "column1":
			r.Ends[0].Column = s.str("the name of a column")
			many++
		case "table2":
			r.Ends[1].Table = s.name("the name of a table")
			many++
		case "column2":
			r.Ends[1].Column = s.str("the name of a column")
			many++
		case "intersectTable":
			r.Intersect = s.str("the name of a table")
			many++
		default:
			s.unknown(key)
		}
	}
	if !s.named("relationship", r.Name, s.b.relationships[lower(r.Name)] != nil) {
		return
	}
	switch {
	case r.Kind == OneToMany && many > 0, r.Kind == ManyToMany && one > 0,
		r.Ends[0].Table == "", r.Ends[1].Table == "":
		expected := "\"referencedTable\" and \"referencingTable\""
		if r.Kind == ManyToMany {
			expected = "\"table1\" and \"table2\""
		}
		s.fail("has the relationship "+quote(r.Name)+" of kind "+r.Kind.String()+" with the wrong ends", expected)
		return
	}
	s.b.relationships[lower(r.Name)] = r
}

func (s *snapshotReader) interaction() {
	i := &Interaction{}
	for key := range s.object("an interaction") {
		switch key {
		case "name":
			i.Name = s.name("the name of an interaction")
		case "realtimeName":
			i.RealtimeName = s.name("the name of an interaction")
		case "label":
			i.Label = s.str("a label")
		case "links":
			i.Links = s.links()
		case "realtimeLinks":
			i.RealtimeLinks = s.links()
		case "columns":
			i.Columns = s.columns()
		case "realtimeColumns":
			i.RealtimeColumns = s.columns()
		default:
			s.unknown(key)
		}
	}
	if s.named("interaction", i.key(), s.b.interactions[i.key()] != nil) {
		s.b.interactions[i.key()] = i
	}
}

func (s *snapshotReader) links() []Link {
	var links []Link
	for range s.array("an array of links") {
		var l Link
		for key := range s.object("a link") {
			switch key {
			case "name":
				l.Name = s.name("the name of a column")
			case "table":
				l.Table = s.name("the name of a table")
			default:
				s.unknown(key)
			}
		}
		if s.named("link", l.Name, false) {
			links = mergeLinks(links, []Link{l})
		}
	}
	return links
}

// WriteSnapshot writes the schema as a snapshot: sorted by name, one column,
// choice and relationship a line, so that two versions can be compared line by
// line. The same schema always gives the same bytes.
func WriteSnapshot(w io.Writer, s *Schema) error {
	out := snapshotWriter{w: bufio.NewWriterSize(w, 32<<10)}
	info := s.Info()
	out.raw("{\n  \"format\": " + strconv.Quote(snapshotFormat) + ",\n  \"version\": " + strconv.Itoa(snapshotVersion))
	out.raw(",\n  \"origin\": ")
	out.quoted(info.Origin.String())
	for _, f := range [...][2]string{{"source", info.Source}, {"organization", info.Organization}, {"stamp", info.Stamp}} {
		if f[1] != "" {
			out.raw(",\n  \"" + f[0] + "\": ")
			out.quoted(f[1])
		}
	}
	out.raw(",\n  \"tables\": [")
	out.list("  ", len(s.Tables()), func(n int) { out.table(s.Tables()[n]) })
	out.raw(",\n  \"relationships\": [")
	out.list("  ", len(s.Relationships()), func(n int) { out.relationship(s.Relationships()[n]) })
	if s != nil && len(s.interactions) > 0 {
		out.raw(",\n  \"interactions\": [")
		out.list("  ", len(s.interactions), func(n int) { out.interaction(s.interactions[n]) })
	}
	out.raw("\n}\n")
	return out.w.Flush()
}

// A snapshotWriter writes JSON. The errors of the writer below stay in w.
type snapshotWriter struct {
	w       *bufio.Writer
	scratch []byte
	first   bool // whether the object being written has no key yet
}

func (o *snapshotWriter) raw(s string) { _, _ = o.w.WriteString(s) } // bufio keeps the error for Flush

// list writes n values, a line each, and the closing bracket.
func (o *snapshotWriter) list(indent string, n int, value func(int)) {
	for i := range n {
		if i > 0 {
			o.raw(",")
		}
		o.raw("\n" + indent + "  ")
		value(i)
	}
	if n > 0 {
		o.raw("\n" + indent)
	}
	o.raw("]")
}

func (o *snapshotWriter) open() {
	o.raw("{")
	o.first = true
}

func (o *snapshotWriter) key(k string) {
	if !o.first {
		o.raw(", ")
	}
	o.first = false
	o.raw("\"" + k + "\": ")
}

// text writes a key with a string, unless it is empty.
func (o *snapshotWriter) text(k, v string) {
	if v != "" {
		o.key(k)
		o.quoted(v)
	}
}

func (o *snapshotWriter) flag(k string, v bool) {
	if v {
		o.key(k)
		o.raw("true")
	}
}

func (o *snapshotWriter) table(t *Table) {
	o.open()
	o.text("name", t.Name)
	o.text("label", t.Label)
	o.text("setName", t.SetName)
	o.text("primaryId", t.PrimaryID)
	o.text("primaryName", t.PrimaryName)
	o.flag("partial", t.Partial)
	o.flag("virtual", t.Virtual)
	if t.ChangeTracking != Unknown {
		o.key("changeTracking")
		o.raw(strconv.FormatBool(t.ChangeTracking == Yes))
	}
	o.columns("columns", t.Columns, "    ")
	o.raw("}")
}

func (o *snapshotWriter) columns(key string, columns []*Column, indent string) {
	if len(columns) == 0 {
		return
	}
	o.key(key)
	o.raw("[")
	o.list(indent, len(columns), func(n int) { o.column(columns[n], indent+"  ") })
}

func (o *snapshotWriter) column(c *Column, indent string) {
	o.open()
	o.text("name", c.Name)
	o.text("label", c.Label)
	if c.Type != TypeUnknown {
		o.text("type", c.Type.String())
	}
	if c.Computed != Simple {
		o.text("computed", c.Computed.String())
	}
	o.flag("virtual", c.Virtual)
	if c.MaxLength > 0 {
		o.key("maxLength")
		o.raw(strconv.Itoa(c.MaxLength))
	}
	if len(c.Targets) > 0 {
		o.key("targets")
		o.raw("[")
		for n, target := range c.Targets {
			if n > 0 {
				o.raw(", ")
			}
			o.quoted(target)
		}
		o.raw("]")
	}
	if len(c.Choices) > 0 {
		o.key("choices")
		o.raw("[")
		o.list(indent, len(c.Choices), func(n int) {
			o.raw("{\"value\": " + strconv.Itoa(c.Choices[n].Value))
			o.first = false
			o.text("label", c.Choices[n].Label)
			o.raw("}")
		})
	}
	o.raw("}")
}

func (o *snapshotWriter) relationship(r *Relationship) {
	o.open()
	o.text("name", r.Name)
	o.text("kind", r.Kind.String())
	if r.Kind == ManyToMany {
		o.text("table1", r.Ends[0].Table)
		o.text("column1", r.Ends[0].Column)
		o.text("table2", r.Ends[1].Table)
		o.text("column2", r.Ends[1].Column)
		o.text("intersectTable", r.Intersect)
	} else {
		o.text("referencedTable", r.Ends[0].Table)
		o.text("referencedColumn", r.Ends[0].Column)
		o.text("referencingTable", r.Ends[1].Table)
		o.text("referencingColumn", r.Ends[1].Column)
	}
	o.raw("}")
}

func (o *snapshotWriter) interaction(i *Interaction) {
	o.open()
	o.text("name", i.Name)
	o.text("realtimeName", i.RealtimeName)
	o.text("label", i.Label)
	o.links("links", i.Links)
	o.links("realtimeLinks", i.RealtimeLinks)
	o.columns("columns", i.Columns, "    ")
	o.columns("realtimeColumns", i.RealtimeColumns, "    ")
	o.raw("}")
}

func (o *snapshotWriter) links(key string, links []Link) {
	if len(links) == 0 {
		return
	}
	o.key(key)
	o.raw("[")
	for n, l := range links {
		if n > 0 {
			o.raw(", ")
		}
		o.open()
		o.text("name", l.Name)
		o.text("table", l.Table)
		o.raw("}")
	}
	o.raw("]")
}

// quoted writes a string in quotes.
func (o *snapshotWriter) quoted(s string) {
	const digits = "0123456789abcdef"
	b := o.scratch[:0]
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c == '\n':
			b = append(b, '\\', 'n')
			i++
		case c == '\t':
			b = append(b, '\\', 't')
			i++
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
		}
	}
	b = append(b, '"')
	o.scratch = b
	_, _ = o.w.Write(b) // bufio keeps the error for Flush
}
