package dataversetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"segql/lang/schema"
)

// SetSchema changes the organization's tables. Those named count as changed, and
// deleted says whether something is gone: then a client that asks for changes
// learns of it.
func (s *Server) SetSchema(tables *schema.Schema, changed []string, deleted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	s.schema = tables
	for _, name := range changed {
		s.changed[name] = s.version
	}
	if deleted {
		s.deleted = s.version
	}
}

// ForgetStamps lets all stamps lapse, as after 90 days.
func (s *Server) ForgetStamps() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	s.oldest = s.version
}

// names is a set of properties.
type names map[string]bool

func namesOf(list string) names {
	n := names{}
	for name := range strings.SplitSeq(list, ",") {
		if name != "" {
			n[name] = true
		}
	}
	return n
}

// keep leaves the properties that are asked for.
func (n names) keep(all map[string]any) map[string]any {
	some := map[string]any{}
	for name, value := range all {
		if n[name] || strings.HasPrefix(name, "@") {
			some[name] = value
		}
	}
	return some
}

var (
	tableProperties  = namesOf("LogicalName,SchemaName,DisplayName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,TableType,DataProviderId,ChangeTrackingEnabled,MetadataId")
	sharedProperties = namesOf("LogicalName,SchemaName,DisplayName,AttributeType,AttributeTypeName,SourceType,MetadataId")
)

func label(text string) map[string]any {
	if text == "" {
		return map[string]any{"LocalizedLabels": []any{}, "UserLocalizedLabel": nil}
	}
	one := map[string]any{"Label": text, "LanguageCode": 1033}
	return map[string]any{"LocalizedLabels": []any{one}, "UserLocalizedLabel": one}
}

func tableRow(t *schema.Table) map[string]any {
	row := map[string]any{
		"LogicalName": t.Name, "SchemaName": t.Name, "DisplayName": label(t.Label), "EntitySetName": t.SetName,
		"PrimaryIdAttribute": t.PrimaryID, "PrimaryNameAttribute": t.PrimaryName, "TableType": "Standard",
		"DataProviderId": nil, "ChangeTrackingEnabled": t.ChangeTracking == schema.Yes,
	}
	if t.Virtual {
		row["TableType"] = "Virtual"
	}
	return row
}

func columnRow(c *schema.Column) map[string]any {
	kind := c.Type.String()
	row := map[string]any{
		"LogicalName": c.Name, "SchemaName": c.Name, "DisplayName": label(c.Label), "AttributeType": kind,
		"AttributeTypeName": map[string]any{"Value": kind + "Type"}, "SourceType": int(c.Computed),
		"@odata.type": "#Microsoft.Dynamics.CRM." + kind + "AttributeMetadata",
	}
	if c.Type == schema.TypeMultiSelectPicklist || c.Virtual {
		row["AttributeType"] = "Virtual"
	}
	if c.Type.IsText() {
		row["MaxLength"] = c.MaxLength
	}
	if c.Type.IsLookup() {
		row["Targets"] = c.Targets
	}
	if c.Type.IsChoice() || c.Type == schema.TypeBoolean {
		row["OptionSet"] = optionSet(c)
		row["GlobalOptionSet"] = nil
	}
	return row
}

func optionSet(c *schema.Column) map[string]any {
	options := []map[string]any{}
	for _, choice := range c.Choices {
		options = append(options, map[string]any{"Value": choice.Value, "Label": label(choice.Label)})
	}
	if c.Type == schema.TypeBoolean {
		set := map[string]any{"FalseOption": nil, "TrueOption": nil}
		for i, choice := range c.Choices {
			set[[]string{"FalseOption", "TrueOption"}[choice.Value&1]] = options[i]
		}
		return set
	}
	return map[string]any{"Options": options}
}

func relationRow(r *schema.Relationship) map[string]any {
	if r.Kind == schema.ManyToMany {
		return map[string]any{
			"SchemaName": r.Name, "Entity1LogicalName": r.Ends[0].Table, "Entity1IntersectAttribute": r.Ends[0].Column,
			"Entity2LogicalName": r.Ends[1].Table, "Entity2IntersectAttribute": r.Ends[1].Column, "IntersectEntityName": r.Intersect,
		}
	}
	return map[string]any{
		"SchemaName": r.Name, "ReferencedEntity": r.Ends[0].Table, "ReferencedAttribute": r.Ends[0].Column,
		"ReferencingEntity": r.Ends[1].Table, "ReferencingAttribute": r.Ends[1].Column,
	}
}

// stream answers with an array whose elements are written one by one, so that a
// large organization takes no more memory than a small one.
func stream(w http.ResponseWriter, a *asked, context string, each func(emit func(any))) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header().Set("OData-Version", "4.0")
	w.WriteHeader(http.StatusOK)
	fmt.Fprintf(w, `{"@odata.context":%s,"value":[`, asJSON(a.host+a.prefix+"$metadata#"+context))
	emitInto(w, each)
	fmt.Fprint(w, "]}")
}

func asJSON(text string) []byte {
	b, _ := json.Marshal(text) // text can always be encoded
	return b
}

func emitInto(w http.ResponseWriter, each func(emit func(any))) {
	first := true
	each(func(row any) {
		if !first {
			fmt.Fprint(w, ",")
		}
		first = false
		_ = json.NewEncoder(w).Encode(row) // to memory
	})
}

func (s *Server) present() *schema.Schema {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.schema
}

// known refuses a property that does not exist.
func known(w http.ResponseWriter, asked, all names) bool {
	for name := range asked {
		if !all[name] {
			fail(w, http.StatusBadRequest, "0x80060888", "Could not find a property named '"+name+"'.")
			return false
		}
	}
	return true
}

// expanded returns what stands in the parentheses of $expand=property($select=..).
func expanded(expand, property string) (names, bool) {
	inner, ok := strings.CutPrefix(expand, property+"($select=")
	if !ok {
		return nil, false
	}
	return namesOf(strings.TrimSuffix(inner, ")")), true
}

func (s *Server) tables(w http.ResponseWriter, a *asked) {
	want := namesOf(a.parameters["$select"])
	columns, expand := expanded(a.parameters["$expand"], "Attributes")
	picks, err := parseFilter(a.parameters["$filter"])
	switch {
	case err != nil:
		fail(w, http.StatusBadRequest, "0x80060888", err.Error())
		return
	case len(want) == 0:
		fail(w, http.StatusBadRequest, "", "This double wants a $select: without one the answer is many megabytes.")
		return
	case !known(w, want, tableProperties) || !known(w, columns, sharedProperties):
		return
	}
	stream(w, a, "EntityDefinitions", func(emit func(any)) {
		for _, t := range s.present().Tables() {
			row := tableRow(t)
			if t.Partial || !picks(row) {
				continue
			}
			row = want.keep(row)
			if expand {
				row["Attributes"] = columnRows(t, columns)
			}
			emit(row)
		}
	})
}

func columnRows(t *schema.Table, want names) []any {
	rows := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		rows[i] = want.keep(columnRow(c))
	}
	return rows
}

func (s *Server) attributes(w http.ResponseWriter, a *asked, table, kind string) {
	t := s.present().Table(table)
	if t == nil || t.Partial {
		fail(w, http.StatusNotFound, "0x80060888", "Could not find an entity with the given name.")
		return
	}
	want := namesOf(a.parameters["$select"])
	if strings.Contains(a.parameters["$expand"], "OptionSet") {
		want["OptionSet"], want["GlobalOptionSet"] = true, true
	}
	stream(w, a, "EntityDefinitions('"+table+"')/Attributes", func(emit func(any)) {
		for _, c := range t.Columns {
			if c.Type.String() == kind || kind == "Lookup" && c.Type.IsLookup() {
				emit(want.keep(columnRow(c)))
			}
		}
	})
}

func (s *Server) relationships(w http.ResponseWriter, a *asked, kind string) {
	want := namesOf(a.parameters["$select"])
	stream(w, a, "RelationshipDefinitions", func(emit func(any)) {
		for _, r := range s.present().Relationships() {
			if (r.Kind == schema.ManyToMany) == (kind == "ManyToMany") {
				emit(want.keep(relationRow(r)))
			}
		}
	})
}

// changesQuery is what the double reads of an EntityQueryExpression.
type changesQuery struct {
	Criteria *struct {
		FilterOperator string
		Conditions     []struct {
			PropertyName, ConditionOperator string
			Value                           struct{ Type, Value string }
		}
	}
	Properties     struct{ PropertyNames []string }
	AttributeQuery *struct {
		Properties struct{ PropertyNames []string }
	}
	RelationshipQuery *struct {
		Properties struct{ PropertyNames []string }
	}
}

func (s *Server) changes(w http.ResponseWriter, a *asked) {
	var q changesQuery
	if err := json.Unmarshal([]byte(a.parameters["@q"]), &q); err != nil {
		fail(w, http.StatusBadRequest, "0x80060888", "The query cannot be read.")
		return
	}
	s.mu.Lock()
	version, deleted, oldest, tables := s.version, s.deleted, s.oldest, s.schema
	changed := make(map[string]int, len(s.changed))
	for name, v := range s.changed {
		changed[name] = v
	}
	s.mu.Unlock()
	since := 0
	if text := strings.Trim(a.parameters["@s"], "'"); text != "" {
		if _, err := fmt.Sscanf(text, "%d!", &since); err != nil || since < oldest {
			fail(w, http.StatusBadRequest, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.")
			return
		}
	}
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header().Set("OData-Version", "4.0")
	w.WriteHeader(http.StatusOK)
	fmt.Fprintf(w, `{"@odata.context":%s,"ServerVersionStamp":"%d!11/24/2026 00:00:00","EntityMetadata":[`,
		asJSON(a.host+a.prefix+"$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"), version)
	emitInto(w, func(emit func(any)) {
		for _, t := range tables.Tables() {
			if !t.Partial && q.picks(t.Name) && (since == 0 || changed[t.Name] > since) {
				emit(q.row(tables, t))
			}
		}
	})
	keys := "[]"
	if since > 0 && deleted > since {
		keys = `["Attribute"]`
	}
	fmt.Fprintf(w, `],"DeletedMetadata":{"Count":0,"IsReadOnly":false,"Keys":%s,"Values":[]}}`, keys)
}

func (q *changesQuery) picks(table string) bool {
	if q.Criteria == nil {
		return true
	}
	for _, c := range q.Criteria.Conditions {
		if c.PropertyName == "LogicalName" && c.Value.Value == table {
			return true
		}
	}
	return false
}

func (q *changesQuery) row(tables *schema.Schema, t *schema.Table) map[string]any {
	row := namesOf(strings.Join(q.Properties.PropertyNames, ",")).keep(tableRow(t))
	row["LogicalName"], row["HasChanged"] = t.Name, true
	if q.AttributeQuery != nil && slices.Contains(q.Properties.PropertyNames, "Attributes") {
		row["Attributes"] = columnRows(t, namesOf(strings.Join(q.AttributeQuery.Properties.PropertyNames, ",")))
	}
	if q.RelationshipQuery != nil {
		want := namesOf(strings.Join(q.RelationshipQuery.Properties.PropertyNames, ","))
		oneToMany, manyToMany := []any{}, []any{}
		for _, r := range tables.RelationshipsFrom(t.Name) {
			switch {
			case r.Name == "":
			case r.Kind == schema.ManyToMany:
				manyToMany = append(manyToMany, want.keep(relationRow(r)))
			case strings.EqualFold(r.Ends[0].Table, t.Name):
				oneToMany = append(oneToMany, want.keep(relationRow(r)))
			}
		}
		row["OneToManyRelationships"], row["ManyToManyRelationships"] = oneToMany, manyToMany
	}
	return row
}
