package schema

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readFile(t testing.TB, name string, read func(io.Reader) (*Schema, error)) *Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := read(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEntityDefinitionsSample(t *testing.T) {
	s := readFile(t, "entity-definitions.json", ReadEntityDefinitions)
	if diff := cmp.Diff(Info{Source: "EntityDefinitions", Organization: "https://contoso.crm.dynamics.com"}, s.Info()); diff != "" {
		t.Error(diff)
	}
	got := map[string]int{}
	for _, table := range s.Tables() {
		if !table.Partial {
			got[table.Name] = len(table.Columns)
		}
	}
	if diff := cmp.Diff(map[string]int{"account": 24, "contact": 28, "opportunity": 30, "connection": 16, "incident": 38}, got); diff != "" {
		t.Error(diff)
	}
	contact := s.Table("contact")
	if contact.Label != "Contact" || contact.SetName != "contacts" || contact.PrimaryID != "contactid" || contact.PrimaryName != "fullname" || contact.ChangeTracking != Unknown {
		t.Errorf("contact is %+v", contact)
	}
	if c := s.Table("account").Column("CreatedBy"); c == nil || c.Type != TypeLookup || c.Label != "Created By" {
		t.Errorf("createdby is %+v", c)
	}
	want := &Relationship{Name: "contact_customer_accounts", Ends: [2]End{{"account", "accountid", false}, {"contact", "parentcustomerid", true}}}
	if diff := cmp.Diff(want, s.Relationship("contact_account_parentcustomerid"), ignoreIndexes); diff != "" {
		t.Error(diff)
	}
	// Types and labels agree with the standard's, wherever both know a column.
	for _, table := range s.Tables() {
		for _, c := range table.Columns {
			standard := Standard().Table(table.Name).Column(c.Name)
			if standard != nil && standard.Type != c.Type {
				t.Errorf("%s.%s is %v, in the standard %v", table.Name, c.Name, c.Type, standard.Type)
			}
		}
	}
	viaRead := readFile(t, "entity-definitions.json", Read)
	if diff := cmp.Diff(content(s), content(viaRead), ignoreIndexes); diff != "" {
		t.Error(diff)
	}
}

// answer has every property that the reader knows.
const answer = `{
  "@odata.context": "https://contoso.crm4.dynamics.com/api/data/v9.2/$metadata#EntityDefinitions",
  "value": [
    {
      "@odata.type": "#Microsoft.Dynamics.CRM.EntityMetadata",
      "OneToManyRelationships": [
        {"SchemaName": "new_self", "ReferencedAttribute": "new_tid", "ReferencingEntity": "new_t", "ReferencingAttribute": "new_parent"}
      ],
      "ManyToOneRelationships": [
        {"SchemaName": "New_Self", "ReferencedEntity": "new_t"},
        {"SchemaName": "new_owner", "ReferencedEntity": "team", "ReferencedAttribute": "teamid", "ReferencingAttribute": "ownerid"}
      ],
      "ManyToManyRelationships": [
        {"SchemaName": "new_nn", "Entity1LogicalName": "new_t", "Entity1IntersectAttribute": "new_tid", "Entity2LogicalName": "contact", "Entity2IntersectAttribute": "contactid", "IntersectEntityName": "new_t_contact"}
      ],
      "LogicalName": "new_t",
      "SchemaName": "new_T",
      "EntitySetName": "new_ts",
      "PrimaryIdAttribute": "new_tid",
      "PrimaryNameAttribute": "new_name",
      "ChangeTrackingEnabled": true,
      "TableType": "Standard",
      "DataProviderId": "00000000-0000-0000-0000-000000000000",
      "DisplayName": {"LocalizedLabels": [{"Label": "Sache", "LanguageCode": 1031}], "UserLocalizedLabel": {"Label": "Thing", "LanguageCode": 1033}},
      "Attributes": [
        {"LogicalName": "new_tid", "AttributeType": "Uniqueidentifier", "DisplayName": null},
        {"LogicalName": "new_name", "AttributeType": "String", "MaxLength": 100, "DisplayName": {"LocalizedLabels": [{"Label": "Name"}], "UserLocalizedLabel": null}},
        {"LogicalName": "new_parent", "@odata.type": "#Microsoft.Dynamics.CRM.LookupAttributeMetadata", "AttributeType": "Lookup", "Targets": ["new_t", "account"]},
        {"LogicalName": "ownerid", "AttributeType": "Owner", "AttributeTypeName": {"Value": "OwnerType"}, "Targets": ["team", "systemuser"]},
        {"LogicalName": "new_sum", "AttributeType": "Money", "SourceType": 2},
        {"LogicalName": "new_calc", "AttributeType": "Integer", "SourceType": 1},
        {"LogicalName": "new_formula", "AttributeType": "Decimal", "SourceType": 3},
        {"LogicalName": "new_tags", "AttributeType": "Virtual", "AttributeTypeName": {"Value": "MultiSelectPicklistType"}, "OptionSet": {"Options": [{"Value": 20, "Label": {"UserLocalizedLabel": {"Label": "Red"}}}, {"Value": 10, "Label": {"LocalizedLabels": [{"Label": "Blue"}]}}]}},
        {"LogicalName": "new_photo", "AttributeType": "Virtual", "AttributeTypeName": {"Value": "ImageType"}},
        {"LogicalName": "ownername", "AttributeType": "Virtual", "AttributeTypeName": {"Value": "VirtualType"}},
        {"LogicalName": "new_yes", "AttributeType": "Boolean", "OptionSet": {"TrueOption": {"Value": 1, "Label": {"UserLocalizedLabel": {"Label": "Yes"}}}, "FalseOption": {"Value": 0, "Label": null}}},
        {"LogicalName": "new_global", "AttributeType": "Picklist", "OptionSet": null, "GlobalOptionSet": {"Options": [{"Value": 1, "Label": {"UserLocalizedLabel": {"Label": "One"}}}, {"Value": null}]}},
        {"LogicalName": "new_future", "AttributeType": "Hologram", "SourceType": null, "MaxLength": null, "Targets": null},
        {"SchemaName": "new_OnlySchemaName"}
      ]
    },
    {"LogicalName": "new_v", "TableType": "Virtual", "ChangeTrackingEnabled": false, "Attributes": []},
    {"LogicalName": "new_w", "DataProviderId": "b5a1b0e2-1111-2222-3333-444444444444", "ChangeTrackingEnabled": null, "Attributes": null},
    {"LogicalName": "contact"}
  ]
}`

func answerSchema(t testing.TB) *Schema {
	t.Helper()
	return mustNew(t, Content{
		Info: Info{Source: "EntityDefinitions", Organization: "https://contoso.crm4.dynamics.com"},
		Tables: []*Table{
			{Name: "new_t", Label: "Thing", SetName: "new_ts", PrimaryID: "new_tid", PrimaryName: "new_name", ChangeTracking: Yes, Columns: []*Column{
				{Name: "new_tid", Type: TypeUniqueidentifier},
				{Name: "new_name", Label: "Name", Type: TypeString, MaxLength: 100},
				{Name: "new_parent", Type: TypeLookup, Targets: []string{"account", "new_t"}},
				{Name: "ownerid", Type: TypeOwner, Targets: []string{"systemuser", "team"}},
				{Name: "new_sum", Type: TypeMoney, Computed: Rollup},
				{Name: "new_calc", Type: TypeInteger, Computed: Calculated},
				{Name: "new_formula", Type: TypeDecimal, Computed: Formula},
				{Name: "new_tags", Type: TypeMultiSelectPicklist, Choices: []Choice{{10, "Blue"}, {20, "Red"}}},
				{Name: "new_photo", Type: TypeImage, Virtual: true},
				{Name: "ownername", Type: TypeVirtual, Virtual: true},
				{Name: "new_yes", Type: TypeBoolean, Choices: []Choice{{0, ""}, {1, "Yes"}}},
				{Name: "new_global", Type: TypePicklist, Choices: []Choice{{1, "One"}}},
				{Name: "new_future"},
				{Name: "new_onlyschemaname"},
			}},
			{Name: "new_v", Virtual: true, ChangeTracking: No},
			{Name: "new_w", Virtual: true, Partial: true},
			{Name: "contact", Partial: true},
		},
		Relationships: []*Relationship{
			{Name: "New_Self", Ends: [2]End{{Table: "new_t", Column: "new_tid"}, {Table: "new_t", Column: "new_parent"}}},
			{Name: "new_owner", Ends: [2]End{{Table: "team", Column: "teamid"}, {Table: "new_t", Column: "ownerid"}}},
			{Name: "new_nn", Kind: ManyToMany, Intersect: "new_t_contact", Ends: [2]End{{Table: "new_t", Column: "new_tid"}, {Table: "contact", Column: "contactid"}}},
		},
	})
}

func TestEntityDefinitions(t *testing.T) {
	want := answerSchema(t)
	bare := answer[strings.Index(answer, "[") : strings.LastIndex(answer, "]")+1]
	for name, read := range map[string]func() (*Schema, error){
		"ReadEntityDefinitions": func() (*Schema, error) { return ReadEntityDefinitions(strings.NewReader(answer)) },
		"Read":                  func() (*Schema, error) { return Read(strings.NewReader(answer)) },
		"array":                 func() (*Schema, error) { return ReadEntityDefinitions(strings.NewReader(bare)) },
		"array, Read":           func() (*Schema, error) { return Read(strings.NewReader(bare)) },
	} {
		got, err := read()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := content(want)
		if strings.HasPrefix(name, "array") {
			want.Info.Organization = ""
		}
		if diff := cmp.Diff(want, content(got), ignoreIndexes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	single := `{"@odata.context": "http://[", "LogicalName": "a", "Attributes": [{"LogicalName": "b"}]}`
	for name, read := range map[string]func(io.Reader) (*Schema, error){"ReadEntityDefinitions": ReadEntityDefinitions, "Read": Read} {
		got, err := read(strings.NewReader(single))
		if err != nil || got.Table("a").Column("b") == nil {
			t.Errorf("%s of one definition: %v", name, err)
		}
	}
	for _, empty := range []string{`{"value": []}`, `[]`, ` [ ] `} {
		if got, err := ReadEntityDefinitions(strings.NewReader(empty)); err != nil || len(got.Tables()) != 0 {
			t.Errorf("%s: %v", empty, err)
		}
	}
}

func TestRelationshipDefinitions(t *testing.T) {
	const text = `{"@odata.context": "https://contoso.crm4.dynamics.com/api/data/v9.2/$metadata#RelationshipDefinitions", "value": [
		{"@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", "SchemaName": "contact_customer_accounts", "RelationshipType": "OneToManyRelationship",
		 "ReferencedEntity": "account", "ReferencedAttribute": "accountid", "ReferencingEntity": "contact", "ReferencingAttribute": "parentcustomerid"},
		{"@odata.type": "#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata", "SchemaName": "listcontact_association",
		 "Entity1LogicalName": "list", "Entity2LogicalName": "contact", "IntersectEntityName": "listmember"}]}`
	want := mustNew(t, Content{
		Info: Info{Source: "RelationshipDefinitions", Organization: "https://contoso.crm4.dynamics.com"},
		Relationships: []*Relationship{
			{Name: "contact_customer_accounts", Ends: [2]End{{Table: "account", Column: "accountid"}, {Table: "contact", Column: "parentcustomerid"}}},
			{Name: "listcontact_association", Kind: ManyToMany, Intersect: "listmember", Ends: [2]End{{Table: "list"}, {Table: "contact"}}},
		},
	})
	for name, read := range map[string]func(io.Reader) (*Schema, error){"ReadRelationshipDefinitions": ReadRelationshipDefinitions, "Read": Read} {
		got, err := read(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(content(want), content(got), ignoreIndexes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// The parts of which a client asks the service make one schema.
func TestPartsOfAPull(t *testing.T) {
	tables, err := ReadEntityDefinitions(strings.NewReader(`{"value": [{"LogicalName": "contact", "Attributes": [
		{"LogicalName": "statecode", "AttributeType": "State"}, {"LogicalName": "fullname", "AttributeType": "String"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	choices, err := ReadAttributeDefinitions(strings.NewReader(`{"@odata.context": "https://contoso.crm4.dynamics.com/x", "value": [
		{"LogicalName": "statecode", "MetadataId": "1", "OptionSet": {"Options": [{"Value": 0, "Label": {"UserLocalizedLabel": {"Label": "Active"}}}]}, "GlobalOptionSet": null}]}`), "contact")
	if err != nil {
		t.Fatal(err)
	}
	relations, err := ReadRelationshipDefinitions(strings.NewReader(`[{"SchemaName": "contact_master_contact", "ReferencedEntity": "contact", "ReferencingEntity": "contact", "ReferencingAttribute": "masterid"}]`))
	if err != nil {
		t.Fatal(err)
	}
	want := mustNew(t, Content{
		Info: Info{Source: "EntityDefinitions, RelationshipDefinitions", Organization: "https://contoso.crm4.dynamics.com"},
		Tables: []*Table{{Name: "contact", Columns: []*Column{
			{Name: "fullname", Type: TypeString}, {Name: "statecode", Type: TypeState, Choices: []Choice{{0, "Active"}}},
		}}},
		Relationships: []*Relationship{{Name: "contact_master_contact", Ends: [2]End{{Table: "contact"}, {Table: "contact", Column: "masterid"}}}},
	})
	if diff := cmp.Diff(content(want), content(Merge(tables, choices, relations)), ignoreIndexes); diff != "" {
		t.Error(diff)
	}
}

func TestWebAPIErrors(t *testing.T) {
	const again = `; fetch it again from the organization and save the whole answer`
	const give = `; give a snapshot made by 'seg schema import', an answer of EntityDefinitions, or a $metadata document`
	attributes := func(r io.Reader) (*Schema, error) { return ReadAttributeDefinitions(r, "contact") }
	tests := []struct {
		name, text string
		read       func(io.Reader) (*Schema, error)
		want       string
	}{
		{"cut off", `{"value": [{"LogicalName": "a", "Attributes": [{`, ReadEntityDefinitions, `the EntityDefinitions document is cut off at line 1, column 49 (in $.value[0].Attributes[0]): expected a key or "}"` + again},
		{"not a name", `{"value": [{"LogicalName": 5}]}`, ReadEntityDefinitions, `the EntityDefinitions document has a number in the wrong place at line 1, column 28 (in $.value[0].LogicalName): expected a name` + again},
		{"no name", `{"value": [{"EntitySetName": "as"}]}`, ReadEntityDefinitions, `the EntityDefinitions document has a table without a name at line 1, column 35 (in $.value[0]): expected "LogicalName"; add LogicalName to the $select of the request and fetch it again`},
		{"null", `{"value": [null]}`, Read, `the EntityDefinitions document has a table without a name at line 1, column 16 (in $.value[0]): expected "LogicalName"; add LogicalName to the $select of the request and fetch it again`},
		{"no attribute's name", `{"value": [{"LogicalName": "a", "Attributes": [{"AttributeType": "String"}]}]}`, ReadEntityDefinitions, `the EntityDefinitions document has an attribute without a name at line 1, column 75 (in $.value[0].Attributes[0]): expected "LogicalName"; add LogicalName to the $select of the request and fetch it again`},
		{"no schema name", `{"value": [{"ReferencedEntity": "a", "ReferencingEntity": "b"}]}`, ReadRelationshipDefinitions, `the RelationshipDefinitions document has a relationship without SchemaName at line 1, column 63 (in $.value[0]); add SchemaName to the $select of the request and fetch it again`},
		{"no end", `{"value": [{"SchemaName": "r", "Entity1LogicalName": "b"}]}`, Read, `the RelationshipDefinitions document has a relationship without Entity2LogicalName at line 1, column 58 (in $.value[0]); add Entity2LogicalName to the $select of the request and fetch it again`},
		{"no ends", `{"value": [{"@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", "SchemaName": "r"}]}`, Read, `the RelationshipDefinitions document has a relationship without ReferencingEntity at line 1, column 103 (in $.value[0]); add ReferencingEntity to the $select of the request and fetch it again`},
		{"other document", `{"value": [{"SchemaName": "r", "ReferencedEntity": "a", "ReferencingEntity": "b"}]}`, ReadEntityDefinitions, `the EntityDefinitions document holds the definition of a relationship at line 1, column 82 (in $.value[0]): expected the definition of a table` + again},
		{"other document", `{"value": [{"LogicalName": "a"}]}`, ReadRelationshipDefinitions, `the RelationshipDefinitions document holds the definition of a table at line 1, column 32 (in $.value[0]): expected the definition of a relationship` + again},
		{"attributes without table", `{"value": [{"LogicalName": "a", "AttributeType": "String"}]}`, Read, `the schema file holds attributes without the table they belong to at line 1, column 59 (in $.value[0]): expected definitions of tables or relationships` + give},
		{"no attribute", `{"value": [{"ReferencedEntity": "a"}]}`, attributes, `the Attributes document holds the definition of a relationship at line 1, column 37 (in $.value[0]): expected the definition of an attribute` + again},
		{"service error", `{"error": {"code": "0x80040220", "message": "Principal user is missing prvReadEntity privilege"}}`, Read, `the schema file holds an error of the service in place of an answer ("Principal user is missing prvReadEntity …"); see to that error, then fetch it again`},
		{"nonsense", `{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":[]}}}}}}}}},"k":1,"l":2,"m":3}`, Read, `the schema file is not one of the known documents: it starts with "a", "k", "l": expected "format" and "version" (a snapshot) or "value" (an answer of the Web API)` + give},
		{"nonsense", `{"a": 1}`, ReadEntityDefinitions, `the EntityDefinitions document is not one of the known documents: it starts with "a": expected "value" with an array` + again},
		{"value of another kind", `{"value": {"a": 1}}`, Read, `the schema file is not one of the known documents: it starts with "value": expected "format" and "version" (a snapshot) or "value" (an answer of the Web API)` + give},
		{"numbers", `[1, 2]`, Read, `the schema file has a number in the wrong place at line 1, column 2 (in $[0]): expected a definition` + give},
		{"word", `schema`, Read, `the schema file is no JSON at line 1: expected "{"` + give},
		{"binary", "\x00\x01", Read, `the schema file is no JSON at line 1: expected "{"` + give},
		{"blanks", strings.Repeat("\n", 600) + "{}", Read, `the schema file starts with hundreds of blanks: expected a document` + give},
		{"HTML", "<!DOCTYPE html><html>", ReadEntityDefinitions, `the EntityDefinitions document is XML or HTML at line 1: expected JSON` + again},
		{"large value", `{"value": [{"LogicalName": "a", "Attributes": [{"LogicalName": "b", "MaxLength": 1e99}]}]}`, ReadEntityDefinitions, `the EntityDefinitions document has the number "1e99" at line 1, column 82 (in $.value[0].Attributes[0].MaxLength): expected a length, a whole number of at most 32 bits` + again},
	}
	for _, tt := range tests {
		_, err := tt.read(strings.NewReader(tt.text))
		if err == nil {
			t.Errorf("%s: no error", tt.name)
			continue
		}
		sentence(t, err)
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestWebAPICutAnywhere(t *testing.T) {
	for n := 1; n < len(answer); n++ {
		if _, err := Read(strings.NewReader(answer[:n])); err == nil || !strings.Contains(err.Error(), "is cut off at line ") {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
}

// A document that asks for more than any organization has is refused before
// it fills the memory.
func TestTooManyItems(t *testing.T) {
	text := `[{"LogicalName":"a","Attributes":[{"LogicalName":"b","OptionSet":{"Options":[` + strings.Repeat(`{"Value":1},`, 20)
	d := &documentReader{jsonReader: newJSONReader(strings.NewReader(text), entitiesDocument, true), b: newBuilder(Info{})}
	d.most = 10
	d.elements()
	want := "the EntityDefinitions document holds more than 10 tables, columns and choices at line 1, column 209 (in $[0].Attributes[0].OptionSet.Options[10]); fetch it again from the organization and save the whole answer"
	if d.err == nil || d.err.Error() != want {
		t.Errorf("got %v", d.err)
	}
}
