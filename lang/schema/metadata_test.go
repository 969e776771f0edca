package schema

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestMetadataSample(t *testing.T) {
	s := readFile(t, "metadata.xml", ReadMetadata)
	if s.IsStandard() || s.Info().Source != "$metadata" {
		t.Errorf("it comes from %+v", s.Info())
	}
	if s.Table("crmbaseentity") != nil || s.Table("expando") != nil || s.Table("principal") != nil {
		t.Error("a type that is no table is one")
	}
	// The document was made from the standard's facts, so that both must agree, as far as CSDL can say.
	for _, name := range []string{"account", "contact", "lead", "opportunity"} {
		table, standard := s.Table(name), Standard().Table(name)
		if table.SetName == "" || table.PrimaryID != standard.PrimaryID || table.Partial {
			t.Errorf("%s is %+v", name, table)
		}
		if diff := cmp.Diff(slices.Collect(standard.ColumnNames()), slices.Collect(table.ColumnNames())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for _, c := range table.Columns {
			want := standard.Column(c.Name)
			if want != nil && !sameAsCSDL(c.Type, want.Type) {
				t.Errorf("%s.%s is %v, in the standard %v", name, c.Name, c.Type, want.Type)
			}
		}
	}
	relations := map[Kind]int{}
	for _, r := range s.Relationships() {
		relations[r.Kind]++
		want := Standard().Relationship(r.Name)
		if want == nil {
			t.Errorf("%s is not in the standard", r.Name)
			continue
		}
		if r.Kind != want.Kind || !equal(r.Ends[0].Table, want.Ends[0].Table) || !equal(r.Ends[1].Table, want.Ends[1].Table) ||
			r.Ends[1].Column != "" && r.Ends[1].Column != want.Ends[1].Column && r.Kind == OneToMany {
			t.Errorf("%s joins %v, in the standard %v", r.Name, r.Ends, want.Ends)
		}
	}
	if relations[OneToMany] < 100 || relations[ManyToMany] < 3 {
		t.Errorf("relationships: %v", relations)
	}
	r := s.Relationship("contact_account_parentcustomerid")
	want := &Relationship{Name: "contact_customer_accounts", Ends: [2]End{{"account", "accountid", false}, {"contact", "parentcustomerid", true}}}
	if diff := cmp.Diff(want, r, ignoreIndexes); diff != "" {
		t.Error(diff)
	}
	c := s.Table("contact").Column("parentcustomerid")
	if diff := cmp.Diff(&Column{Name: "parentcustomerid", Type: TypeCustomer, Targets: []string{"account", "contact"}}, c); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(content(s), content(readFile(t, "metadata.xml", Read)), ignoreIndexes); diff != "" {
		t.Error(diff)
	}
}

// sameAsCSDL reports whether a type read from CSDL can be that type.
func sameAsCSDL(csdl, actual Type) bool {
	switch actual {
	case TypePicklist:
		return csdl == TypeInteger
	case TypeMemo:
		return csdl == TypeString
	case TypeMoney:
		return csdl == TypeDecimal
	case TypeCustomer, TypeOwner:
		return csdl == actual || csdl == TypeLookup
	default:
		return csdl == actual
	}
}

const edmx = `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` +
	`<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">`

const edmxEnd = `</Schema></edmx:DataServices></edmx:Edmx>`

func TestMetadata(t *testing.T) {
	const text = edmx + `
<EntityType Name="crmbaseentity" Abstract="true"/>
<EntityType Name="MetadataBase" Abstract="true"><Property Name="MetadataId" Type="Edm.Guid"/></EntityType>
<EntityType Name="EntityMetadata" BaseType="mscrm.MetadataBase"><Property Name="LogicalName" Type="Edm.String"/></EntityType>
<EntityType Name="new_visit" BaseType="mscrm.activitypointer">
  <Property Name="new_level" Type="Edm.Int32"><Annotation Term="Org.OData.Core.V1.Description" String="&lt;level&gt; &#x41;"/></Property>
  <NavigationProperty Name="regardingobjectid_account_new_visit" Type="mscrm.account" Partner="account_new_visits">
    <ReferentialConstraint Property="_regardingobjectid_value" ReferencedProperty="accountid"/>
    <OnDelete Action="Cascade"/>
  </NavigationProperty>
</EntityType>
<EntityType Name="activitypointer" BaseType="mscrm.crmbaseentity">
  <Key><PropertyRef Name="activityid"/></Key>
  <Property Name="activityid" Type="Edm.Guid"/>
  <Property Name="subject" Type="Edm.String" MaxLength="200"/>
  <Property Name="_regardingobjectid_value" Type="Edm.Guid"/>
  <NavigationProperty Name="regardingobjectid_contact" Type="Microsoft.Dynamics.CRM.contact" Partner="contact_activities">
    <ReferentialConstraint Property="_regardingobjectid_value" ReferencedProperty="contactid"/>
  </NavigationProperty>
</EntityType>
<EntityType Name="account" BaseType="mscrm.crmbaseentity">
  <Key><PropertyRef Name="accountid"/></Key>
  <Property Name="accountid" Type="Edm.Guid"/>
  <Property Name="statecode" Type="Edm.Int32"/>
  <Property Name="statuscode" Type="Edm.Int32"/>
  <Property Name="name" Type="Edm.String" MaxLength="max"/>
  <Property Name="open" Type="Edm.Boolean"/>
  <Property Name="founded" Type="Edm.Date"/>
  <Property Name="big" Type="Edm.Int64"/>
  <Property Name="rate" Type="Edm.Double"/>
  <Property Name="image" Type="Edm.Binary"/>
  <Property Name="managed" Type="mscrm.BooleanManagedProperty"/>
  <Property Name="odd" Type="mscrm.Odd"/>
  <Property Name="_ownerid_value" Type="Edm.Guid"/>
  <Property Name="_lonely_value" Type="Edm.Guid"/>
  <NavigationProperty Name="ownerid" Type="mscrm.principal" Partner="owner_accounts"><ReferentialConstraint Property="_ownerid_value" ReferencedProperty="ownerid"/></NavigationProperty>
  <NavigationProperty Name="account_new_visits" Type="Collection(mscrm.new_visit)" Partner="regardingobjectid_account_new_visit"/>
  <NavigationProperty Name="new_account_contact" Type="Collection(mscrm.contact)" Partner="new_account_contact"/>
  <NavigationProperty Name="new_partners" Type="Collection(mscrm.account)" Partner="new_partners_of"/>
  <NavigationProperty Name="new_partners_of" Type="Collection(mscrm.account)" Partner="new_partners"/>
  <NavigationProperty Name="new_gone" Type="Collection(mscrm.gone)" Partner="new_accountid"/>
  <NavigationProperty Name="no_partner" Type="Collection(mscrm.contact)"/>
</EntityType>
<EntityType Name="contact" BaseType="mscrm.crmbaseentity">
  <Key><PropertyRef Name="contactid"/></Key>
  <Property Name="contactid" Type="Edm.Guid"/>
  <NavigationProperty Name="new_account_contact" Type="Collection(mscrm.account)" Partner="new_account_contact"/>
</EntityType>
<EntityType Name="principal" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="ownerid"/></Key><Property Name="ownerid" Type="Edm.Guid"/></EntityType>
<EntityType Name="team" BaseType="mscrm.principal"><Property Name="teamid" Type="Edm.Guid"/></EntityType>
<EntityType Name="loop1" BaseType="mscrm.loop2"/><EntityType Name="loop2" BaseType="mscrm.loop1"/>
<ComplexType Name="Odd"><Property Name="x" Type="Edm.String"/></ComplexType>
<Action Name="new_act"><Parameter Name="p" Type="Edm.String"/></Action>
<EntityContainer Name="System"><EntitySet Name="accounts" EntityType="Microsoft.Dynamics.CRM.account"><NavigationPropertyBinding Path="x" Target="y"/></EntitySet></EntityContainer>
` + edmxEnd
	activity := func(more ...*Column) []*Column {
		return append(more,
			&Column{Name: "activityid", Type: TypeUniqueidentifier},
			&Column{Name: "subject", Type: TypeString, MaxLength: 200})
	}
	want := mustNew(t, Content{
		Info: Info{Source: "$metadata"},
		Tables: []*Table{
			{Name: "new_visit", PrimaryID: "activityid", Columns: activity(
				&Column{Name: "new_level", Type: TypeInteger},
				&Column{Name: "regardingobjectid", Type: TypeCustomer, Targets: []string{"account", "contact"}},
			)},
			{Name: "activitypointer", PrimaryID: "activityid", Columns: activity(
				&Column{Name: "regardingobjectid", Type: TypeLookup, Targets: []string{"contact"}},
			)},
			{Name: "account", SetName: "accounts", PrimaryID: "accountid", Columns: []*Column{
				{Name: "accountid", Type: TypeUniqueidentifier},
				{Name: "statecode", Type: TypeState},
				{Name: "statuscode", Type: TypeStatus},
				{Name: "name", Type: TypeString},
				{Name: "open", Type: TypeBoolean},
				{Name: "founded", Type: TypeDateTime},
				{Name: "big", Type: TypeBigInt},
				{Name: "rate", Type: TypeDouble},
				{Name: "image", Type: TypeImage},
				{Name: "managed", Type: TypeManagedProperty},
				{Name: "odd"},
				{Name: "ownerid", Type: TypeOwner, Targets: []string{"systemuser", "team"}},
				{Name: "lonely", Type: TypeLookup},
			}},
			{Name: "contact", PrimaryID: "contactid", Columns: []*Column{{Name: "contactid", Type: TypeUniqueidentifier}}},
			{Name: "team", PrimaryID: "teamid", Columns: []*Column{{Name: "teamid", Type: TypeUniqueidentifier}, {Name: "ownerid", Type: TypeUniqueidentifier}}},
		},
		Relationships: []*Relationship{
			{Name: "account_new_visits", Ends: [2]End{{Table: "account", Column: "accountid"}, {Table: "new_visit", Column: "regardingobjectid"}}},
			{Name: "contact_activities", Ends: [2]End{{Table: "contact", Column: "contactid"}, {Table: "activitypointer", Column: "regardingobjectid"}}},
			{Name: "owner_accounts", Ends: [2]End{{Table: "owner", Column: "ownerid"}, {Table: "account", Column: "ownerid"}}},
			{Name: "new_account_contact", Kind: ManyToMany, Ends: [2]End{{Table: "account"}, {Table: "contact"}}},
			{Name: "new_partners", Kind: ManyToMany, Ends: [2]End{{Table: "account"}, {Table: "account"}}},
			{Name: "new_gone", Ends: [2]End{{Table: "account"}, {Table: "gone"}}},
		},
	})
	for name, r := range map[string]io.Reader{
		"whole":         strings.NewReader(text),
		"one byte":      iotest.OneByteReader(strings.NewReader(text)),
		"with a mark":   strings.NewReader("\ufeff" + text),
		"with comments": strings.NewReader(strings.ReplaceAll(text, "<Property ", "<!-- a comment --><Property ")),
	} {
		got, err := ReadMetadata(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(content(want), content(got), ignoreIndexes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMetadataErrors(t *testing.T) {
	const again = `; fetch it again from the organization and save the whole answer`
	const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;">]><edmx:Edmx>&lol3;</edmx:Edmx>`
	tests := []struct{ name, text, want string }{
		{"empty", "", `the $metadata document is empty` + again},
		{"JSON", "{}", `the $metadata document is not XML at line 1: expected "<"` + again},
		{"billion laughs", laughs, `the $metadata document has a document type or entity declaration at line 1, column 173: expected elements only; CSDL has none` + again},
		{"external", `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, `the $metadata document has a document type or entity declaration at line 1, column 41: expected elements only; CSDL has none` + again},
		{"entity", "<Edmx>\n<a b=\"&xxe;\"/></Edmx>", `the $metadata document uses an entity that XML itself does not define at line 2, column 12 (in /Edmx): expected &amp;, &lt;, &gt;, &apos;, &quot; or a character's number` + again},
		{"cut off", edmx + `<EntityType Name="a"><Property Name="b" Ty`, `the $metadata document is cut off at line 1, column 284 (in /Edmx/DataServices/Schema/EntityType of "a"): expected </EntityType>` + again},
		{"cut off between tags", "<Edmx>\n<DataServices>", `the $metadata document is cut off at line 2, column 15 (in /Edmx/DataServices): expected </DataServices>` + again},
		{"no root", `<?xml version="1.0"?>`, `the $metadata document is cut off at line 1, column 22: expected <edmx:Edmx>` + again},
		{"sign-in page", `<!-- hello --><html><body>`, `the $metadata document is a web page, perhaps that of a sign-in at line 1, column 21: expected <edmx:Edmx>` + again},
		{"other root", `<rss/>`, `the $metadata document has the root element <rss> at line 1, column 7: expected <edmx:Edmx>` + again},
		{"two roots", `<Edmx/><Edmx/>`, `the $metadata document has a second root element <Edmx> at line 1, column 15: expected nothing more` + again},
		{"text after", `<Edmx/>hello`, `the $metadata document has text outside its root element at line 1, column 13: expected <edmx:Edmx>` + again},
		{"wrong end", `<Edmx><a></b></Edmx>`, `the $metadata document has </b> in the wrong place at line 1, column 14 (in /Edmx/a): expected </a>` + again},
		{"spare end", `<Edmx/></Edmx>`, `the $metadata document has </Edmx> with nothing open at line 1, column 15: expected an element` + again},
		{"no types", `<Edmx/>`, `the $metadata document has no EntityType: expected the tables of an organization` + again},
		{"no name", edmx + `<EntityType/>`, `the $metadata document has an EntityType without a name at line 1, column 255 (in /Edmx/DataServices/Schema/EntityType): expected a Name attribute` + again},
		{"no property's name", edmx + `<EntityType Name="a"><Property/>`, `the $metadata document has a Property without a name at line 1, column 274 (in /Edmx/DataServices/Schema/EntityType/Property of "a"): expected a Name attribute` + again},
		{"no navigation's type", edmx + `<EntityType Name="a"><NavigationProperty Name="n"/>`, `the $metadata document has a NavigationProperty without a name or type at line 1, column 293 (in /Edmx/DataServices/Schema/EntityType/NavigationProperty of "a"): expected the attributes Name and Type` + again},
		{"deep", `<Edmx>` + strings.Repeat("<a>", 1000), `the $metadata document is nested more than 64 levels deep at line 1, column 199 (in /…/a/a/a/a/a/a)` + again},
		{"charset", `<?xml version="1.0" encoding="windows-1252"?><Edmx/>`, `the $metadata document is written in "windows-1252" at line 1, column 46: expected UTF-8; save it as UTF-8`},
		{"bytes", "<Edmx>\xff</Edmx>", `the $metadata document has bytes that are not UTF-8 at line 1, column 8 (in /Edmx): expected UTF-8; save it as UTF-8`},
		{"attribute without quotes", `<Edmx a=b/>`, `the $metadata document is not well-formed XML at line 1, column 10: expected a tag, an attribute in quotes or text` + again},
		{"long token", `<Edmx a="` + strings.Repeat("x", 2<<20), `the $metadata document has a tag or text of more than 1 MB at line 1, column 1052673` + again},
		{"odd names", `<` + strings.Repeat("x", 100) + `/>`, `the $metadata document has the root element <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…> at line 1, column 104: expected <edmx:Edmx>` + again},
	}
	for _, tt := range tests {
		_, err := ReadMetadata(strings.NewReader(tt.text))
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

// bigMetadata reads as a document of about that many megabytes, in the shape
// and proportions of a large organization.
func bigMetadata(megabytes int) io.Reader {
	table := 0
	size := 0
	var rest []byte
	state := 0
	next := func() []byte {
		var b strings.Builder
		switch {
		case state == 0:
			state = 1
			b.WriteString(edmx + `<EntityType Name="crmbaseentity" Abstract="true"/>`)
		case state == 1 && size < megabytes<<20:
			name := fmt.Sprintf("new_table%04d", table)
			fmt.Fprintf(&b, "<EntityType Name=%q BaseType=\"mscrm.crmbaseentity\"><Key><PropertyRef Name=\"%sid\"/></Key><Property Name=\"%sid\" Type=\"Edm.Guid\"/>", name, name, name)
			for c := range 180 {
				fmt.Fprintf(&b, `<Property Name="new_column%04dof%04d" Type="Edm.String" Unicode="false"/>`, c, table)
			}
			for c := range 40 {
				fmt.Fprintf(&b, `<Property Name="_new_lookup%03d_value" Type="Edm.Guid"/>`, c)
				fmt.Fprintf(&b, `<NavigationProperty Name="new_lookup%03d" Type="mscrm.new_table%04d" Nullable="false" Partner="%s_lookup%03d"><ReferentialConstraint Property="_new_lookup%03d_value" ReferencedProperty="new_table%04did"/></NavigationProperty>`, c, max(0, table-c), name, c, c, max(0, table-c))
			}
			b.WriteString("</EntityType>\n")
			table++
		case state == 1:
			state = 2
			b.WriteString(edmxEnd)
		}
		return []byte(b.String())
	}
	return readerFunc(func(p []byte) (int, error) {
		if len(rest) == 0 {
			rest = next()
		}
		if len(rest) == 0 {
			return 0, io.EOF
		}
		n := copy(p, rest)
		rest = rest[n:]
		size += n
		return n, nil
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// A document of 20 MB takes less than 200 MB of heap at any time. The heap is
// looked at from inside the reading, each 64 KB, garbage included.
func TestMetadataMemory(t *testing.T) {
	const bound = 200 << 20
	runtime.GC()
	var before, stats runtime.MemStats
	runtime.ReadMemStats(&before)
	size, looked, peak := 0, 0, uint64(0)
	big := bigMetadata(20)
	s, err := ReadMetadata(readerFunc(func(p []byte) (int, error) {
		n, err := big.Read(p)
		size += n
		if size-looked >= 64<<10 || err != nil {
			looked = size
			runtime.ReadMemStats(&stats)
			peak = max(peak, stats.HeapInuse)
		}
		return n, err
	}))
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&stats)
	peak = max(peak, stats.HeapInuse)
	columns := 0
	for _, table := range s.Tables() {
		columns += len(table.Columns)
	}
	runtime.GC()
	runtime.ReadMemStats(&stats)
	t.Logf("%.1f MB, %d tables, %d columns, %d relationships: heap %.0f MB at most, %.0f MB for the schema",
		float64(size)/(1<<20), len(s.Tables()), columns, len(s.Relationships()),
		float64(peak-before.HeapInuse)/(1<<20), float64(stats.HeapInuse-before.HeapInuse)/(1<<20))
	if size < 20<<20 || columns < 100_000 {
		t.Errorf("the document was too small: %d bytes, %d columns", size, columns)
	}
	if used := peak - before.HeapInuse; used > bound {
		t.Errorf("the heap grew by %d MB", used>>20)
	}
	runtime.KeepAlive(s)
}
