package schema

import (
	"cmp"
	"io"
	"strings"
)

// A documentReader reads one JSON document into a builder.
type documentReader struct {
	*jsonReader
	b     *builder
	want  document
	table string // whose attributes the document lists, if it does
	found document
	seen  []string // the first keys of a document that is not recognized
}

func readJSON(r io.Reader, doc document, table string) (*Schema, error) {
	d := &documentReader{
		jsonReader: newJSONReader(r, doc, doc != snapshotDocument),
		b:          newBuilder(Info{}),
		want:       doc,
		table:      table,
	}
	switch d.peek() {
	case '[':
		if doc == snapshotDocument {
			d.wrong("an object")
			break
		}
		d.elements()
	case '{':
		d.top()
	default:
		d.wrong("an object")
	}
	d.finish()
	if d.err != nil {
		return nil, d.err
	}
	if d.found == entitiesDocument || d.found == relationshipsDocument || d.found == attributesDocument {
		d.b.info.Source = cmp.Or(d.b.info.Source, webAPISource(d.found))
	}
	return d.b.finish(), nil
}

func webAPISource(doc document) string {
	if doc == relationshipsDocument {
		return "RelationshipDefinitions"
	}
	return "EntityDefinitions"
}

// top reads the outermost object: a snapshot, an answer with an array "value",
// a single definition, or an error that was saved in place of an answer.
func (d *documentReader) top() {
	var single element
	snap := snapshotReader{documentReader: d}
	for key := range d.object("an object") {
		if d.found == snapshotDocument || d.found == anyDocument && isSnapshotKey(key) && (d.want == snapshotDocument || d.want == anyDocument) {
			d.is(snapshotDocument)
			snap.key(key)
			continue
		}
		switch {
		case key == "value" && d.peek() == '[':
			d.elements()
		case key == "error" && d.peek() == '{':
			d.serviceError()
		case key == "@odata.context":
			d.context(d.str("an address"))
		default:
			if d.found == anyDocument && len(d.seen) < 3 {
				d.seen = append(d.seen, key)
			}
			single.key(d, key)
		}
	}
	switch {
	case d.err != nil:
	case d.found == snapshotDocument:
		snap.finish()
	case single.isDefinition():
		d.element(&single)
	case d.found == anyDocument:
		d.unrecognized()
	}
}

// unrecognized reports an object that is none of the known documents.
func (d *documentReader) unrecognized() {
	problem := "is not one of the known documents"
	if len(d.seen) > 0 {
		for i, key := range d.seen {
			d.seen[i] = quote(key)
		}
		problem += ": it starts with " + strings.Join(d.seen, ", ")
	} else {
		problem += ": its object is empty"
	}
	expected := "\"format\" and \"version\" (a snapshot) or \"value\" (an answer of the Web API)"
	switch d.want {
	case snapshotDocument:
		expected = "\"format\" and \"version\""
	case entitiesDocument, relationshipsDocument, attributesDocument:
		expected = "\"value\" with an array"
	default:
	}
	d.err = &ReadError{Document: d.doc.String(), Problem: problem, Expected: expected, Advice: d.doc.advice()}
}

// is notes which document it is. From then on errors name it.
func (d *documentReader) is(doc document) {
	d.found = doc
	if d.want == anyDocument {
		d.doc = doc
	}
	d.lenient = doc != snapshotDocument
}

// serviceError reports the error that the service answered with.
func (d *documentReader) serviceError() {
	message := ""
	for key := range d.object("an error") {
		if key == "message" {
			message = d.str("a message")
		}
	}
	if d.err == nil {
		d.err = &ReadError{
			Document: d.doc.String(),
			Problem:  "holds an error of the service in place of an answer (" + quote(message) + ")",
			Advice:   "see to that error, then fetch it again",
		}
	}
}

// context takes the organization's address out of @odata.context.
func (d *documentReader) context(address string) {
	for _, scheme := range [...]string{"https://", "http://"} {
		rest, ok := strings.CutPrefix(address, scheme)
		host, _, _ := strings.Cut(rest, "/")
		if ok && host != "" && strings.Trim(lower(host), "abcdefghijklmnopqrstuvwxyz0123456789-.:") == "" {
			d.b.info.Organization = scheme + host
		}
	}
}

// elements reads an array of definitions.
func (d *documentReader) elements() {
	none := true
	for range d.array("an array of definitions") {
		none = false
		var e element
		for key := range d.object("a definition") {
			e.key(d, key)
		}
		if d.err == nil {
			d.element(&e)
		}
	}
	if none && d.err == nil && d.found == anyDocument {
		// An empty answer: of the kind that was asked for.
		d.found = cmp.Or(d.want, entitiesDocument)
	}
}

// An element is one definition while it is read: of a table, a relationship or
// an attribute.
type element struct {
	logicalName string
	schemaName  string
	label       string

	table         Table
	columns       []*Column
	hasAttributes bool
	relationships []*Relationship
	dataProvider  bool
	isTable       bool

	relationship Relationship
	isRelation   bool

	column      Column
	isAttribute bool
	castType    Type
	namedType   Type
}

func (e *element) isDefinition() bool {
	return e.logicalName != "" || e.schemaName != "" || e.isRelation || e.hasAttributes
}

// key takes the value of one property.
func (e *element) key(d *documentReader, key string) {
	switch key {
	case "LogicalName":
		e.logicalName = d.str("a name")
	case "SchemaName":
		e.schemaName = d.str("a name")
	case "DisplayName":
		e.label = d.label()
	case "@odata.type":
		name := d.str("a type")
		e.castType = castType(name)
		e.isAttribute = e.isAttribute || strings.HasSuffix(name, "AttributeMetadata")
		e.isRelation = e.isRelation || strings.HasSuffix(name, "RelationshipMetadata")
	default:
		if !e.tableKey(d, key) && !e.relationshipKey(d, key) {
			e.attributeKey(d, key)
		}
	}
}

func (e *element) tableKey(d *documentReader, key string) bool {
	was := e.isTable
	e.isTable = true
	switch key {
	case "EntitySetName":
		e.table.SetName = d.str("a name")
	case "PrimaryIdAttribute":
		e.table.PrimaryID = d.str("a name")
	case "PrimaryNameAttribute":
		e.table.PrimaryName = d.str("a name")
	case "TableType":
		e.table.Virtual = equal(d.str("a type of table"), "Virtual")
	case "DataProviderId":
		provider := d.str("an id")
		e.dataProvider = strings.Trim(provider, "0-") != ""
	case "ChangeTrackingEnabled":
		if !d.isNull() {
			e.table.ChangeTracking = No
			if d.bool() {
				e.table.ChangeTracking = Yes
			}
		}
	case "Attributes":
		if d.isNull() {
			break
		}
		e.hasAttributes = true
		for range d.array("an array of attributes") {
			var attribute element
			for key := range d.object("an attribute") {
				attribute.key(d, key)
			}
			if d.err == nil {
				d.keepColumn(&e.columns, &attribute)
			}
		}
	case "OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships":
		for range d.array("an array of relationships") {
			var related element
			for key := range d.object("a relationship") {
				related.key(d, key)
			}
			if d.err == nil {
				d.keepRelationship(e, &related, key)
			}
		}
	default:
		e.isTable = was
		return false
	}
	return true
}

func (e *element) relationshipKey(d *documentReader, key string) bool {
	end, column := 0, false
	switch key {
	case "ReferencedEntity":
	case "ReferencedAttribute":
		column = true
	case "ReferencingEntity":
		end = 1
	case "ReferencingAttribute":
		end, column = 1, true
	case "Entity1LogicalName":
		e.relationship.Kind = ManyToMany
	case "Entity1IntersectAttribute":
		e.relationship.Kind, column = ManyToMany, true
	case "Entity2LogicalName":
		e.relationship.Kind, end = ManyToMany, 1
	case "Entity2IntersectAttribute":
		e.relationship.Kind, end, column = ManyToMany, 1, true
	case "IntersectEntityName":
		e.relationship.Kind = ManyToMany
		e.relationship.Intersect = d.str("a name")
		e.isRelation = true
		return true
	default:
		return false
	}
	e.isRelation = true
	name := d.str("a name")
	if column {
		e.relationship.Ends[end].Column = name
	} else {
		e.relationship.Ends[end].Table = name
	}
	return true
}

func (e *element) attributeKey(d *documentReader, key string) {
	switch key {
	case "AttributeType":
		e.isAttribute = true
		name := d.str("a type")
		e.column.Type, _ = ParseType(name)
		e.column.Virtual = e.column.Virtual || e.column.Type == TypeVirtual
	case "AttributeTypeName":
		e.isAttribute = true
		name := ""
		if d.peek() == '"' {
			name = d.str("a type")
		} else {
			for key := range d.object("a type") {
				if key == "Value" {
					name = d.str("a type")
				}
			}
		}
		e.namedType, _ = ParseType(strings.TrimSuffix(name, "Type"))
	case "SourceType":
		e.isAttribute = true
		if n := d.int("a source type"); n >= 0 && n < len(computationNames) {
			e.column.Computed = Computation(n)
		}
	case "MaxLength":
		e.isAttribute = true
		e.column.MaxLength = max(0, d.int("a length"))
	case "Targets":
		e.isAttribute = true
		for range d.array("an array of tables") {
			if target := d.str("a table"); target != "" {
				d.count()
				e.column.Targets = append(e.column.Targets, target)
			}
		}
	case "OptionSet", "GlobalOptionSet":
		e.isAttribute = true
		if choices := d.optionSet(); len(choices) > 0 {
			e.column.Choices = choices
		}
	}
}

// castType reads the type out of #Microsoft.Dynamics.CRM.LookupAttributeMetadata.
func castType(odataType string) Type {
	name := odataType[strings.LastIndexByte(odataType, '.')+1:]
	name, ok := strings.CutSuffix(name, "AttributeMetadata")
	if !ok {
		return TypeUnknown
	}
	t, _ := ParseType(name)
	return t
}

// label reads a label: the one in the caller's language, else the first.
func (d *documentReader) label() string {
	if d.peek() == '"' {
		return d.str("a label")
	}
	user, first := "", ""
	for key := range d.object("a label") {
		switch key {
		case "UserLocalizedLabel":
			user = d.localizedLabel()
		case "LocalizedLabels":
			for range d.array("an array of labels") {
				if text := d.localizedLabel(); first == "" {
					first = text
				}
			}
		}
	}
	return cmp.Or(user, first)
}

func (d *documentReader) localizedLabel() string {
	text := ""
	for key := range d.object("a label") {
		if key == "Label" {
			text = d.str("a text")
		}
	}
	return text
}

// optionSet reads the choices of a column. Those of a Boolean are a false and a true one.
func (d *documentReader) optionSet() []Choice {
	var choices []Choice
	for key := range d.object("an option set") {
		switch key {
		case "Options":
			for range d.array("an array of options") {
				choices = d.option(choices)
			}
		case "TrueOption", "FalseOption":
			if !d.isNull() {
				choices = d.option(choices)
			}
		}
	}
	return choices
}

func (d *documentReader) option(choices []Choice) []Choice {
	var c Choice
	has := false
	for key := range d.object("an option") {
		switch key {
		case "Value":
			if !d.isNull() {
				c.Value = d.int("a value")
				has = true
			}
		case "Label":
			c.Label = d.label()
		}
	}
	if !has {
		return choices
	}
	d.count()
	return append(choices, c)
}

// element keeps a definition.
func (d *documentReader) element(e *element) {
	switch {
	case e.isRelation:
		if d.expect(relationshipsDocument) {
			d.keepRelationship(nil, e, "")
		}
	case d.want == attributesDocument || e.isAttribute && !e.isTable:
		if d.expect(attributesDocument) {
			d.attributeOfTable(e)
		}
	default:
		if d.expect(entitiesDocument) {
			d.keepTable(e)
		}
	}
}

// expect makes sure that the document may hold such a definition.
func (d *documentReader) expect(doc document) bool {
	names := map[document]string{
		entitiesDocument:      "the definition of a table",
		relationshipsDocument: "the definition of a relationship",
		attributesDocument:    "the definition of an attribute",
		snapshotDocument:      "\"format\" and \"version\"",
	}
	switch {
	case doc == attributesDocument && d.want != attributesDocument:
		d.fail("holds attributes without the table they belong to", "definitions of tables or relationships")
	case d.want != anyDocument && d.want != doc:
		d.fail("holds "+names[doc], names[d.want])
	case d.found == anyDocument:
		d.is(doc)
	}
	return d.err == nil
}

const selectAdvice = "to the $select of the request and fetch it again"

func (d *documentReader) keepTable(e *element) {
	d.count()
	name := cmp.Or(e.logicalName, strings.ToLower(e.schemaName))
	if name == "" {
		d.failAt(d.here(), "has a table without a name", "\"LogicalName\"", "add LogicalName "+selectAdvice)
		return
	}
	t := e.table
	t.Name = name
	t.Label = e.label
	t.Virtual = t.Virtual || e.dataProvider
	t.Partial = !e.hasAttributes
	d.b.mergeTable(&t)
	into := d.b.table(name)
	for _, c := range e.columns {
		d.b.addColumn(into, c)
	}
	for _, r := range e.relationships {
		for n := range r.Ends {
			if r.Ends[n].Table == "" {
				r.Ends[n].Table = name
			}
		}
		d.b.mergeRelationship(r)
	}
}

func (d *documentReader) attributeOfTable(e *element) {
	var columns []*Column
	d.keepColumn(&columns, e)
	for _, c := range columns {
		d.b.addColumn(d.b.table(d.table), c)
	}
}

func (d *documentReader) keepColumn(columns *[]*Column, e *element) {
	d.count()
	name := cmp.Or(e.logicalName, strings.ToLower(e.schemaName))
	if name == "" {
		d.failAt(d.here(), "has an attribute without a name", "\"LogicalName\"", "add LogicalName "+selectAdvice)
		return
	}
	c := d.b.newColumn()
	*c = e.column
	c.Name = name
	c.Label = e.label
	// AttributeType calls everything that came late Virtual; the other two are exact.
	if c.Type == TypeUnknown || c.Type == TypeVirtual {
		c.Type = cmp.Or(e.namedType, e.castType, c.Type)
	}
	if c.Type == TypeMultiSelectPicklist {
		c.Virtual = false
	}
	*columns = append(*columns, c)
}

// keepRelationship keeps a relationship that was found inside a table, under
// the key, or by itself.
func (d *documentReader) keepRelationship(table, e *element, key string) {
	d.count()
	r := e.relationship
	r.Name = e.schemaName
	if key == "ManyToManyRelationships" {
		r.Kind = ManyToMany
	}
	// The table may have its name after its relationships: keepTable fills it in.
	own := -1
	switch key {
	case "OneToManyRelationships":
		own = 0
	case "ManyToOneRelationships":
		own = 1
	}
	missing := ""
	for n := range r.Ends {
		if r.Ends[n].Table == "" && n != own {
			missing = [2][2]string{{"ReferencedEntity", "ReferencingEntity"}, {"Entity1LogicalName", "Entity2LogicalName"}}[r.Kind][n]
		}
	}
	if r.Name == "" {
		missing = "SchemaName"
	}
	if missing != "" {
		d.failAt(d.here(), "has a relationship without "+missing, "", "add "+missing+" "+selectAdvice)
		return
	}
	if table == nil {
		d.b.mergeRelationship(&r)
		return
	}
	table.relationships = append(table.relationships, &r)
}
