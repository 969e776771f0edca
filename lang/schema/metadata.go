package schema

import (
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what [ReadMetadata] accepts.
const (
	maxMetadata = 256 << 20
	maxToken    = 1 << 20 // one tag, text or comment
)

// A metadataReader reads CSDL. Tables can inherit from types that come later,
// and relationships take both their ends, so it collects first.
type metadataReader struct {
	src   *xmlSource
	dec   *xml.Decoder
	b     *builder
	types map[string]*csdlType
	order []*csdlType
	sets  map[string]string // set names by lower type name
	items int

	open    []string // local names of the open elements
	current *csdlType
	lookup  *csdlNavigation
	strings map[string]string
}

// A csdlType is an EntityType.
type csdlType struct {
	name, base  string
	key         string
	abstract    bool
	columns     []*Column
	navigations []*csdlNavigation
}

// A csdlNavigation is a NavigationProperty: to one row if it belongs to a
// lookup, else to many.
type csdlNavigation struct {
	name, target, partner string
	many                  bool
	property, referenced  string // of the referential constraint
}

func readMetadata(r io.Reader) (*Schema, error) {
	m := &metadataReader{
		src:     &xmlSource{r: r, buf: make([]byte, 32<<10)},
		b:       newBuilder(Info{Source: "$metadata"}),
		types:   map[string]*csdlType{},
		sets:    map[string]string{},
		strings: map[string]string{},
	}
	m.dec = xml.NewDecoder(m.src)
	m.dec.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, m.problem("is written in "+quote(charset), "UTF-8", "save it as UTF-8")
	}
	root := false
	for {
		m.src.mark = m.src.total
		tok, err := m.dec.RawToken()
		if errors.Is(err, io.EOF) && len(m.open) == 0 && root {
			return m.finish()
		}
		if err != nil {
			return nil, m.failure(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(m.open) == 0 {
				if err := m.root(tok.Name.Local, root); err != nil {
					return nil, err
				}
				root = true
			}
			if len(m.open) >= maxDepth {
				return nil, m.problem("is nested more than "+strconv.Itoa(maxDepth)+" levels deep", "", metadataDocument.advice())
			}
			m.open = append(m.open, m.intern(tok.Name.Local))
			if err := m.start(tok); err != nil {
				return nil, err
			}
		case xml.EndElement:
			if len(m.open) == 0 || m.open[len(m.open)-1] != tok.Name.Local {
				return nil, m.mismatch(tok.Name.Local)
			}
			m.end(tok.Name.Local)
			m.open = m.open[:len(m.open)-1]
		case xml.Directive:
			return nil, m.problem("has a document type or entity declaration", "elements only", "CSDL has none; "+metadataDocument.advice())
		case xml.CharData:
			if len(m.open) == 0 && strings.TrimSpace(string(tok)) != "" {
				return nil, m.problem("has text outside its root element", "<edmx:Edmx>", metadataDocument.advice())
			}
		}
	}
}

// root checks the name of the root element.
func (m *metadataReader) root(name string, second bool) error {
	switch {
	case second:
		return m.problem("has a second root element <"+cut(name)+">", "nothing more", metadataDocument.advice())
	case name == "Edmx":
		return nil
	case strings.EqualFold(name, "html"):
		return m.problem("is a web page, perhaps that of a sign-in", "<edmx:Edmx>", metadataDocument.advice())
	default:
		return m.problem("has the root element <"+cut(name)+">", "<edmx:Edmx>", metadataDocument.advice())
	}
}

func (m *metadataReader) mismatch(closing string) error {
	if len(m.open) == 0 {
		return m.problem("has </"+cut(closing)+"> with nothing open", "an element", metadataDocument.advice())
	}
	return m.problem("has </"+cut(closing)+"> in the wrong place", "</"+cut(m.open[len(m.open)-1])+">", metadataDocument.advice())
}

func cut(name string) string { return strings.Trim(quote(name), "\"") }

// problem makes an error at the current position.
func (m *metadataReader) problem(problem, expected, advice string) error {
	line, column := m.dec.InputPos()
	path := ""
	if len(m.open) > 0 {
		const most = 6
		names := make([]string, 0, most+1)
		open := m.open
		if len(open) > most {
			names = append(names, "…")
			open = open[len(open)-most:]
		}
		for _, name := range open {
			names = append(names, cut(name))
		}
		path = "/" + strings.Join(names, "/")
		if m.current != nil && m.current.name != "" {
			path += " of " + quote(m.current.name)
		}
	}
	return &ReadError{
		Document: metadataDocument.String(), Problem: problem, Expected: expected, Advice: advice,
		Line: line, Column: column, Path: path,
	}
}

// failure turns an error of the decoder into a sentence.
func (m *metadataReader) failure(err error) error {
	if m.src.err != nil {
		return readFailure(metadataDocument, m.src.err)
	}
	if m.src.tooLong != "" {
		return m.problem(m.src.tooLong, "", metadataDocument.advice())
	}
	var own *ReadError
	if errors.As(err, &own) {
		return own
	}
	advice := metadataDocument.advice()
	var syntax *xml.SyntaxError
	isSyntax := errors.As(err, &syntax)
	switch {
	case errors.Is(err, io.EOF) || isSyntax && strings.Contains(syntax.Msg, "EOF"):
		expected := "<edmx:Edmx>"
		if len(m.open) > 0 {
			expected = "</" + cut(m.open[len(m.open)-1]) + ">"
		}
		return m.problem("is cut off", expected, advice)
	case isSyntax && strings.Contains(syntax.Msg, "entity"):
		return m.problem("uses an entity that XML itself does not define", "&amp;, &lt;, &gt;, &apos;, &quot; or a character's number", advice)
	case isSyntax && strings.Contains(syntax.Msg, "UTF-8"):
		return m.problem("has bytes that are not UTF-8", "UTF-8", "save it as UTF-8")
	default:
		return m.problem("is not well-formed XML", "a tag, an attribute in quotes or text", advice)
	}
}

// intern keeps one copy of each short string, and no reference to the decoder's buffers.
func (m *metadataReader) intern(s string) string {
	if len(s) > maxIntern {
		return strings.Clone(s)
	}
	if own, ok := m.strings[s]; ok {
		return own
	}
	s = strings.Clone(s)
	m.strings[s] = s
	return s
}

func (m *metadataReader) attr(tok xml.StartElement, name string) string {
	for _, a := range tok.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return m.intern(a.Value)
		}
	}
	return ""
}

// inside reports whether the innermost elements, the current one last, are these.
func (m *metadataReader) inside(names ...string) bool {
	return len(m.open) >= len(names) && slices.Equal(m.open[len(m.open)-len(names):], names)
}

func (m *metadataReader) start(tok xml.StartElement) error {
	switch m.open[len(m.open)-1] {
	case "EntityType":
		if !m.inside("Schema", "EntityType") {
			return nil
		}
		name := m.attr(tok, "Name")
		if name == "" {
			return m.problem("has an EntityType without a name", "a Name attribute", metadataDocument.advice())
		}
		m.current = &csdlType{
			name:     name,
			base:     bareName(m.attr(tok, "BaseType")),
			abstract: m.attr(tok, "Abstract") == "true",
		}
		// The first of two types with one name counts.
		if key := lower(name); m.types[key] == nil {
			m.types[key] = m.current
			m.order = append(m.order, m.current)
		}
		return m.count()
	case "PropertyRef":
		if m.inside("EntityType", "Key", "PropertyRef") && m.current != nil && m.current.key == "" {
			m.current.key = m.attr(tok, "Name")
		}
	case "Property":
		if m.inside("EntityType", "Property") && m.current != nil {
			return m.property(tok)
		}
	case "NavigationProperty":
		if m.inside("EntityType", "NavigationProperty") && m.current != nil {
			return m.navigation(tok)
		}
	case "ReferentialConstraint":
		if m.lookup != nil && m.lookup.property == "" {
			m.lookup.property = m.attr(tok, "Property")
			m.lookup.referenced = m.attr(tok, "ReferencedProperty")
		}
	case "EntitySet":
		if m.inside("EntityContainer", "EntitySet") {
			if key := lower(bareName(m.attr(tok, "EntityType"))); m.sets[key] == "" {
				m.sets[key] = m.attr(tok, "Name")
			}
		}
	}
	return nil
}

func (m *metadataReader) end(name string) {
	switch name {
	case "EntityType":
		if m.inside("Schema", "EntityType") {
			m.current = nil
		}
	case "NavigationProperty":
		m.lookup = nil
	}
}

func (m *metadataReader) count() error {
	m.items++
	if m.items > maxItems {
		return m.problem("holds more than "+strconv.Itoa(maxItems)+" types and properties", "", metadataDocument.advice())
	}
	return nil
}

func (m *metadataReader) property(tok xml.StartElement) error {
	name := m.attr(tok, "Name")
	if name == "" {
		return m.problem("has a Property without a name", "a Name attribute", metadataDocument.advice())
	}
	c := m.b.newColumn()
	c.Name = name
	c.Type = csdlColumnType(m.attr(tok, "Type"))
	if length, err := strconv.ParseInt(m.attr(tok, "MaxLength"), 10, 32); err == nil && length > 0 {
		c.MaxLength = int(length)
	}
	switch {
	case c.Type == TypeUniqueidentifier:
		if lookup := lookupName(name); lookup != "" {
			c.Name = lookup
			c.Type = TypeLookup
			if equal(lookup, "ownerid") {
				c.Type = TypeOwner
			}
		}
	case c.Type == TypeInteger && equal(name, "statecode"):
		c.Type = TypeState
	case c.Type == TypeInteger && equal(name, "statuscode"):
		c.Type = TypeStatus
	}
	m.current.columns = append(m.current.columns, c)
	return m.count()
}

func (m *metadataReader) navigation(tok xml.StartElement) error {
	n := &csdlNavigation{
		name:    m.attr(tok, "Name"),
		partner: m.attr(tok, "Partner"),
	}
	target := m.attr(tok, "Type")
	if inner, ok := strings.CutPrefix(target, "Collection("); ok {
		n.many = true
		target = strings.TrimSuffix(inner, ")")
	}
	n.target = m.intern(bareName(target))
	if n.name == "" || n.target == "" {
		return m.problem("has a NavigationProperty without a name or type", "the attributes Name and Type", metadataDocument.advice())
	}
	m.lookup = n
	m.current.navigations = append(m.current.navigations, n)
	return m.count()
}

// bareName takes the namespace off a qualified name.
func bareName(qualified string) string { return qualified[strings.LastIndexByte(qualified, '.')+1:] }

// lookupName returns the column behind the property _name_value, or "".
func lookupName(property string) string {
	name, ok := strings.CutPrefix(property, "_")
	if !ok {
		return ""
	}
	name, ok = strings.CutSuffix(name, "_value")
	if !ok {
		return ""
	}
	return name
}

func csdlColumnType(name string) Type {
	switch bareName(name) {
	case "Boolean":
		return TypeBoolean
	case "Int16", "Int32", "Byte", "SByte":
		return TypeInteger
	case "Int64":
		return TypeBigInt
	case "Decimal":
		return TypeDecimal
	case "Double", "Single":
		return TypeDouble
	case "String":
		return TypeString
	case "Guid":
		return TypeUniqueidentifier
	case "DateTimeOffset", "Date", "TimeOfDay":
		return TypeDateTime
	case "Binary", "Stream":
		return TypeImage
	case "BooleanManagedProperty":
		return TypeManagedProperty
	default:
		return TypeUnknown
	}
}

// Types that all tables derive from, and that are no tables themselves.
const (
	baseType      = "crmbaseentity"
	principalType = "principal" // owner of a row: a user or a team
)

// finish turns the types into tables and their navigation properties into
// lookups and relationships.
func (m *metadataReader) finish() (*Schema, error) {
	if len(m.order) == 0 {
		return nil, &ReadError{Document: metadataDocument.String(), Problem: "has no EntityType", Expected: "the tables of an organization", Advice: metadataDocument.advice()}
	}
	for _, t := range m.order {
		if m.isTable(t) {
			m.table(t)
		}
	}
	for _, t := range m.order {
		if m.isTable(t) {
			m.relationships(t)
		}
	}
	return m.b.finish(), nil
}

// bases returns the type and all that it derives from. A chain that leads back
// to itself ends there.
func (m *metadataReader) bases(t *csdlType) []*csdlType {
	var chain []*csdlType
	for t != nil && len(chain) < maxDepth && !slices.Contains(chain, t) {
		chain = append(chain, t)
		t = m.types[lower(t.base)]
	}
	return chain
}

// isTable tells tables from the types of the metadata service, which are entity types, too.
func (m *metadataReader) isTable(t *csdlType) bool {
	switch {
	case t.abstract, equal(t.name, baseType), equal(t.name, principalType), equal(t.name, "expando"):
		return false
	case m.types[baseType] == nil:
		return true
	}
	chain := m.bases(t)
	return equal(chain[len(chain)-1].name, baseType)
}

func (m *metadataReader) table(t *csdlType) {
	into := m.b.table(t.name)
	into.Partial = false
	into.SetName = m.sets[lower(t.name)]
	var navigations []*csdlNavigation
	for n, base := range m.bases(t) {
		if into.PrimaryID == "" && !equal(base.name, principalType) {
			into.PrimaryID = base.key
		}
		navigations = append(navigations, base.navigations...)
		for _, c := range base.columns {
			if equal(base.name, principalType) && into.index[lower(c.Name)] != nil {
				continue
			}
			if n > 0 {
				c = m.b.copyColumn(c)
			}
			if into.index[lower(c.Name)] == nil {
				m.b.addColumn(into, c)
			}
		}
	}
	if into.PrimaryID == "" && into.index[lower(t.name)+"id"] != nil {
		into.PrimaryID = into.index[lower(t.name)+"id"].Name
	}
	for _, n := range navigations {
		if n.many {
			continue
		}
		c := into.index[lower(lookupName(n.property))]
		if c == nil {
			continue
		}
		if equal(n.target, principalType) {
			c.Targets = append(c.Targets, "systemuser", "team")
			continue
		}
		c.Targets = append(c.Targets, n.target)
	}
	for _, c := range into.Columns {
		finishColumn(c)
		if c.Type == TypeLookup && slices.Equal(c.Targets, []string{"account", "contact"}) {
			c.Type = TypeCustomer
		}
	}
}

// relationships adds the relationships of the type's own navigation
// properties: the 1:N ones from the side of the lookup, where the column is
// known, and the N:N ones.
func (m *metadataReader) relationships(t *csdlType) {
	for _, n := range t.navigations {
		if n.partner == "" {
			continue
		}
		target := n.target
		if equal(target, principalType) {
			target = "owner"
		}
		if !n.many {
			// The collection on the other side is named as the relationship.
			m.b.mergeRelationship(&Relationship{Name: n.partner, Kind: OneToMany, Ends: [2]End{
				{Table: target, Column: n.referenced},
				{Table: t.name, Column: cmp.Or(lookupName(n.property), n.property)},
			}})
			continue
		}
		if !m.isManyToMany(n, t) {
			// The lookup says more, but its table may be missing from the document.
			m.b.mergeRelationship(&Relationship{Name: n.name, Kind: OneToMany, Ends: [2]End{
				{Table: t.name},
				{Table: target},
			}})
			continue
		}
		first, second := t.name, target
		if compareNames(first, second) > 0 {
			first, second = second, first
		}
		m.b.mergeRelationship(&Relationship{
			Name: min(n.name, n.partner),
			Kind: ManyToMany,
			Ends: [2]End{{Table: first}, {Table: second}},
		})
	}
}

// isManyToMany reports whether the partner of a collection is a collection,
// too. The two have the same name, except on a table that is joined to itself.
func (m *metadataReader) isManyToMany(n *csdlNavigation, t *csdlType) bool {
	if n.name == n.partner {
		return true
	}
	if !equal(n.target, t.name) {
		return false
	}
	for _, partner := range t.navigations {
		if partner.name == n.partner {
			return partner.many
		}
	}
	return false
}

// An xmlSource feeds the decoder, which asks for single bytes. It stops at
// tokens and documents that are too long.
type xmlSource struct {
	r        io.Reader
	buf      []byte
	pos, end int
	total    int64 // bytes read so far
	mark     int64 // total when the token began
	err      error
	tooLong  string
}

var errTooLong = errors.New("too long")

func (s *xmlSource) ReadByte() (byte, error) {
	if s.pos == s.end {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	c := s.buf[s.pos]
	s.pos++
	return c, nil
}

func (s *xmlSource) fill() error {
	switch {
	case s.err != nil:
		return s.err
	case s.total > maxMetadata:
		s.tooLong = "is larger than " + strconv.Itoa(maxMetadata>>20) + " MB"
		return errTooLong
	case s.total-s.mark > maxToken:
		s.tooLong = "has a tag or text of more than " + strconv.Itoa(maxToken>>20) + " MB"
		return errTooLong
	}
	for range 100 {
		n, err := s.r.Read(s.buf)
		s.pos, s.end = 0, n
		s.total += int64(n)
		if err != nil && !errors.Is(err, io.EOF) {
			s.err = err
		}
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s.err = io.ErrNoProgress
	return s.err
}

// Read is here because the decoder asks for an io.Reader; it uses ReadByte.
func (s *xmlSource) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}
