package schema

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ignoreIndexes compares what a schema holds, not how it finds it.
var ignoreIndexes = cmp.Options{
	cmpopts.IgnoreUnexported(Table{}, Interaction{}, Relationship{}),
	cmpopts.EquateEmpty(),
}

// content is all that a schema lists itself.
func content(s *Schema) Content {
	return Content{Info: s.info, Tables: s.tables, Relationships: s.relationships, Interactions: s.interactions}
}

func mustNew(t testing.TB, c Content) *Schema {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// club is a small schema with one of everything.
func club(t testing.TB) *Schema {
	t.Helper()
	return mustNew(t, Content{
		Info: Info{Source: "test", Organization: "https://club.crm4.dynamics.com", Stamp: "1234!11/24/2026"},
		Tables: []*Table{
			{Name: "new_member", Label: "Member \"M\"", SetName: "new_members", PrimaryID: "new_memberid", PrimaryName: "new_name", ChangeTracking: Yes, Columns: []*Column{
				{Name: "new_name", Label: "Name", Type: TypeString, MaxLength: 100},
				{Name: "new_memberid", Type: TypeUniqueidentifier},
				{Name: "new_guideid", Label: "Guide", Type: TypeLookup, Targets: []string{"new_member"}},
				{Name: "new_club", Type: TypeLookup, Targets: []string{"new_club", "account"}},
				{Name: "new_level", Type: TypePicklist, Choices: []Choice{{3, "Gold"}, {1, "Bronze"}, {2, "Zürich"}}},
				{Name: "new_sum", Type: TypeDecimal, Computed: Rollup},
				{Name: "new_odd", Type: TypeVirtual, Virtual: true},
				{Name: "new_newer"},
			}},
			{Name: "new_club", Virtual: true, ChangeTracking: No, PrimaryID: "new_clubid"},
		},
		Relationships: []*Relationship{
			{Name: "new_Club_Members", Ends: [2]End{{Table: "new_club", Column: "new_clubid"}, {Table: "new_member", Column: "new_club"}}},
			{Name: "new_club_captain", Ends: [2]End{{Table: "new_member", Column: "new_memberid"}, {Table: "new_club", Column: "new_captain"}}},
			{Name: "new_member_guide", Ends: [2]End{{Table: "new_member", Column: "new_memberid"}, {Table: "new_member", Column: "new_guideid"}}},
			{Name: "new_friends", Kind: ManyToMany, Intersect: "new_friendship", Ends: [2]End{{Table: "contact", Column: "contactid"}, {Table: "new_member", Column: "new_memberid"}}},
		},
		Interactions: []*Interaction{
			{
				Name: "DoorOpened", RealtimeName: "new_dooropened", Label: "Door opened",
				Columns:         []*Column{{Name: "Timestamp", Type: TypeDateTime}, {Name: "ContactId", Type: TypeUniqueidentifier}},
				RealtimeColumns: []*Column{{Name: "new_door", Type: TypeString}},
				Links:           []Link{{"DoorOpened_ContactLink", "contact"}},
				RealtimeLinks:   []Link{{Name: "new_who"}},
			},
			{RealtimeName: "new_waved"},
		},
	})
}

func TestLookUps(t *testing.T) {
	s := club(t)
	for _, name := range []string{"new_member", "NEW_MEMBER", "New_Member"} {
		if got := s.Table(name); got == nil || got.Name != "new_member" {
			t.Errorf("Table(%q) = %v", name, got)
		}
	}
	member := s.Table("new_member")
	if c := member.Column("New_LEVEL"); c == nil || c.Type != TypePicklist {
		t.Errorf("Column = %v", c)
	}
	if c := member.Column("new_leve"); c != nil {
		t.Errorf("Column of an unknown name = %v", c)
	}
	want := []string{"new_club", "new_guideid", "new_level", "new_memberid", "new_name", "new_newer", "new_odd", "new_sum"}
	if diff := cmp.Diff(want, slices.Collect(member.ColumnNames())); diff != "" {
		t.Error(diff)
	}
	// Tables that are only named are there, and partial.
	if diff := cmp.Diff([]string{"account", "contact", "new_club", "new_member"}, slices.Collect(s.TableNames())); diff != "" {
		t.Error(diff)
	}
	if !s.Table("account").Partial || !s.Table("contact").Partial || member.Partial {
		t.Error("the wrong tables are partial")
	}
	if got, ok := member.Column("new_level").Choice(2); !ok || got.Label != "Zürich" {
		t.Errorf("Choice(2) = %v, %v", got, ok)
	}
	if _, ok := member.Column("new_level").Choice(4); ok {
		t.Error("Choice(4) is there")
	}
	if got, ok := member.Column("new_level").ChoiceLabelled("gold"); !ok || got.Value != 3 {
		t.Errorf("ChoiceLabelled = %v, %v", got, ok)
	}
}

func TestNothing(t *testing.T) {
	var s *Schema
	var c *Column
	if s.Table("contact") != nil || s.Table("contact").Column("name") != nil || s.Relationship("x") != nil ||
		s.Interaction("EmailOpened") != nil || s.Interaction("x").Column("y") != nil || s.Interaction("x").RealtimeColumn("y") != nil ||
		len(s.Tables())+len(s.Relationships())+len(s.Interactions()) != 0 || s.IsStandard() ||
		len(s.RelationshipsFrom("a"))+len(s.RelationshipsBetween("a", "b")) != 0 || s.Info() != (Info{}) {
		t.Error("the nil schema holds something")
	}
	if _, ok := c.Choice(1); ok {
		t.Error("the nil column has a choice")
	}
	if _, ok := c.ChoiceLabelled(""); ok {
		t.Error("the nil column has a label")
	}
	if _, ok := s.Interaction("x").Link("y"); ok {
		t.Error("the nil interaction has a link")
	}
	var b strings.Builder
	if err := WriteSnapshot(&b, s); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSnapshot(strings.NewReader(b.String())); err != nil {
		t.Error(err)
	}
	for range s.TableNames() {
		t.Error("the nil schema has a table name")
	}
	for range s.Table("x").ColumnNames() {
		t.Error("the nil table has a column name")
	}
}

func TestRelationships(t *testing.T) {
	s := club(t)
	tests := []struct {
		name     string
		want     string // schema name; "-" for a lookup without one, "" for none
		outbound string
		from     string
		leadsTo  []End
		other    End
	}{
		{
			name: "new_club_members", want: "new_Club_Members", outbound: "new_member_new_club_new_club",
			from: "New_Club", leadsTo: []End{{"new_member", "new_club", true}}, other: End{"new_member", "new_club", true},
		},
		{
			name: "NEW_MEMBER_NEW_CLUB_NEW_CLUB", want: "new_Club_Members", outbound: "new_member_new_club_new_club",
			from: "new_member", leadsTo: []End{{"new_club", "new_clubid", false}}, other: End{"new_club", "new_clubid", false},
		},
		{
			name: "new_member_guide", want: "new_member_guide", outbound: "new_member_new_member_new_guideid",
			from: "new_member", leadsTo: []End{{"new_member", "new_guideid", true}, {"new_member", "new_memberid", false}}, other: End{"new_member", "new_guideid", true},
		},
		{
			name: "new_friends", want: "new_friends", from: "new_member",
			leadsTo: []End{{"contact", "contactid", true}}, other: End{"contact", "contactid", true},
		},
		{
			name: "new_member_account_new_club", want: "-", outbound: "new_member_account_new_club",
			from: "account", leadsTo: []End{{"new_member", "new_club", true}}, other: End{"new_member", "new_club", true},
		},
		{name: "new_nothing"},
		{name: "new_friends", want: "new_friends", from: "account"},
	}
	for _, tt := range tests {
		r := s.Relationship(tt.name)
		if tt.want == "" {
			if r != nil {
				t.Errorf("%s = %v", tt.name, r)
			}
			continue
		}
		if r == nil || r.Name != strings.TrimPrefix(tt.want, "-") {
			t.Errorf("%s = %v", tt.name, r)
			continue
		}
		if r.OutboundName() != tt.outbound {
			t.Errorf("%s: OutboundName = %q, want %q", tt.name, r.OutboundName(), tt.outbound)
		}
		if diff := cmp.Diff(tt.leadsTo, r.Walk(tt.from)); diff != "" {
			t.Errorf("%s: Walk(%s): %s", tt.name, tt.from, diff)
		}
		other, ok := r.Other(tt.from)
		if other != tt.other || ok != (len(tt.leadsTo) > 0) || ok != r.Has(tt.from) || r.Self() != (len(tt.leadsTo) == 2) {
			t.Errorf("%s: Other(%s) = %v, %v; Has %v, Self %v", tt.name, tt.from, other, ok, r.Has(tt.from), r.Self())
		}
	}

	names := func(rs []*Relationship) (names []string) {
		for _, r := range rs {
			names = append(names, r.Name)
		}
		return names
	}
	all := []string{"new_club_captain", "new_Club_Members", "new_friends", "new_member_guide"}
	if diff := cmp.Diff(all, names(s.Relationships())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(all, names(s.RelationshipsFrom("NEW_Member"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"new_friends"}, names(s.RelationshipsFrom("contact"))); diff != "" {
		t.Error(diff)
	}
	for _, ab := range [][2]string{{"new_member", "new_club"}, {"New_Club", "NEW_MEMBER"}} {
		if diff := cmp.Diff([]string{"new_club_captain", "new_Club_Members"}, names(s.RelationshipsBetween(ab[0], ab[1]))); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff([]string{"new_member_guide"}, names(s.RelationshipsBetween("new_member", "new_member"))); diff != "" {
		t.Error(diff)
	}
}

// Two lookups can have one outbound name. Which of them it finds must not
// depend on chance, and a relationship with a name comes first.
func TestOutboundNameOfTwo(t *testing.T) {
	tables := []*Table{
		{Name: "a", Columns: []*Column{{Name: "d", Type: TypeLookup, Targets: []string{"b_c"}}}},
		{Name: "a_b", Columns: []*Column{{Name: "d", Type: TypeLookup, Targets: []string{"c"}}}},
	}
	for range 50 {
		r := mustNew(t, Content{Tables: tables}).Relationship("A_B_C_D")
		if r == nil || r.Ends[1].Table != "a" {
			t.Fatalf("it finds %v", r)
		}
	}
	named := &Relationship{Name: "r", Ends: [2]End{{Table: "c"}, {Table: "a_b", Column: "d"}}}
	clash := &Relationship{Name: "a_c_x", Ends: [2]End{{Table: "q"}, {Table: "q"}}}
	other := &Relationship{Name: "s", Ends: [2]End{{Table: "c"}, {Table: "a", Column: "x"}}}
	s := mustNew(t, Content{Tables: tables, Relationships: []*Relationship{named, clash, other}})
	if r := s.Relationship("a_b_c_d"); r == nil || r.Name != "r" {
		t.Errorf("it finds %v", r)
	}
	if r := s.Relationship("a_c_x"); r == nil || r.Name != "a_c_x" {
		t.Errorf("a schema name finds %v", r)
	}
}

func TestInteractions(t *testing.T) {
	s := club(t)
	i := s.Interaction("dooropened")
	if i == nil || i != s.Interaction("NEW_DoorOpened") {
		t.Fatalf("Interaction = %v", i)
	}
	if s.Interaction("new_waved") == nil || s.Interaction("EmailOpened") != nil {
		t.Error("a schema with interactions must answer with its own")
	}
	if i.Column("contactid") == nil || i.Column("new_door") != nil || i.RealtimeColumn("NEW_DOOR") == nil || i.RealtimeColumn("ContactId") != nil {
		t.Error("the columns of the two dialects are mixed up")
	}
	if c := i.RealtimeColumn("new_who"); c == nil || c.Type != TypeUniqueidentifier {
		t.Errorf("id column = %v", c)
	}
	if c := i.RealtimeColumn("new_who_logicalname"); c == nil || c.Type != TypeString || c.Name != "new_who_LogicalName" {
		t.Errorf("its companion = %v", c)
	}
	for name, want := range map[string]string{
		"DoorOpened_ContactLink": "contact",
		"dooropenedcontactlink":  "contact",
		"new_who":                "",
	} {
		if l, ok := i.Link(name); !ok || l.Table != want {
			t.Errorf("Link(%s) = %v, %v", name, l, ok)
		}
	}
	for _, name := range []string{"DoorOpened_LeadLink", "", "DoorOpened_ContactLinks", "DoorOpened_Contact"} {
		if l, ok := i.Link(name); ok {
			t.Errorf("Link(%s) = %v", name, l)
		}
	}
	// No metadata lists interactions.
	if got := mustNew(t, Content{}).Interaction("EmailOpened"); got == nil || got != Standard().Interaction("EmailOpened") {
		t.Errorf("a schema without interactions answers %v", got)
	}
}

func TestNewRefuses(t *testing.T) {
	table := func(name string, columns ...*Column) Content {
		return Content{Tables: []*Table{{Name: name, Columns: columns}}}
	}
	ends := [2]End{{Table: "a"}, {Table: "b"}}
	tests := []struct {
		content Content
		want    string
	}{
		{table(""), `table 0 has no name: give it its logical name`},
		{Content{Tables: []*Table{{Name: "a"}, {Name: "A"}}}, `table "A" is there twice: remove one of the two`},
		{table("a", &Column{}), `column 0 of table "a" has no name: give it its logical name`},
		{table("a", &Column{Name: "b"}, &Column{Name: "B"}), `column "B" of table "a" is there twice: remove one of the two`},
		{Content{Relationships: []*Relationship{{Ends: ends}}}, `relationship 0 has no name: give it its schema name`},
		{Content{Relationships: []*Relationship{{Name: "r"}}}, `relationship "r" lacks a table at one of its ends: name both`},
		{Content{Relationships: []*Relationship{{Name: "r", Ends: ends}, {Name: "R", Ends: ends}}}, `relationship "R" is there twice: remove one of the two`},
		{Content{Interactions: []*Interaction{{}}}, `interaction 0 has no name: give it its outbound or its realtime name`},
		{Content{Interactions: []*Interaction{{Name: "i"}, {Name: "I"}}}, `interaction "I" is there twice: remove one of the two`},
	}
	for _, tt := range tests {
		if _, err := New(tt.content); err == nil || err.Error() != tt.want {
			t.Errorf("New: %v, want %s", err, tt.want)
		}
	}
}

func TestNewCopies(t *testing.T) {
	c := Content{Tables: []*Table{{Name: "a", Columns: []*Column{{Name: "z", Choices: []Choice{{2, ""}, {1, ""}}}, {Name: "b"}}}}}
	s := mustNew(t, c)
	if c.Tables[0].Columns[0].Name != "z" || c.Tables[0].Columns[0].Choices[0].Value != 2 {
		t.Error("New changed what it was given")
	}
	c.Tables[0].Columns[0].Type = TypeMoney
	if s.Table("a").Column("z").Type != TypeUnknown {
		t.Error("the schema shares a column with what it was made of")
	}
}

func TestMerge(t *testing.T) {
	base := mustNew(t, Content{
		Info: Info{Origin: OriginStandard, Source: "standard", Stamp: "1"},
		Tables: []*Table{
			{Name: "a", Label: "A", PrimaryID: "aid", Columns: []*Column{{Name: "x", Label: "X", Type: TypeString}, {Name: "only"}}},
			{Name: "b", Partial: true},
		},
		Relationships: []*Relationship{{Name: "r", Ends: [2]End{{Table: "a", Column: "aid"}, {Table: "b"}}}},
		Interactions:  []*Interaction{{Name: "I", Columns: []*Column{{Name: "c"}}, Links: []Link{{Name: "l"}}}},
	})
	own := mustNew(t, Content{
		Info: Info{Source: "EntityDefinitions", Organization: "https://o"},
		Tables: []*Table{
			{Name: "A", Label: "Firma", Partial: true, Virtual: true, ChangeTracking: No, Columns: []*Column{{Name: "x", Choices: []Choice{{1, "one"}}, MaxLength: 5}, {Name: "new_y"}}},
		},
		Relationships: []*Relationship{{Name: "R", Ends: [2]End{{Table: "a"}, {Table: "b", Column: "x"}}}},
		Interactions:  []*Interaction{{Name: "i", RealtimeName: "rt", Columns: []*Column{{Name: "C", Label: "c"}, {Name: "d"}}, Links: []Link{{Name: "L", Table: "a"}, {Name: "m"}}}},
	})
	before := content(base)
	got := Merge(base, nil, own)
	want := mustNew(t, Content{
		Info: Info{Source: "standard, EntityDefinitions", Organization: "https://o", Stamp: "1"},
		Tables: []*Table{
			{Name: "A", Label: "Firma", PrimaryID: "aid", Virtual: true, ChangeTracking: No, Columns: []*Column{
				{Name: "x", Label: "X", Type: TypeString, Choices: []Choice{{1, "one"}}, MaxLength: 5}, {Name: "only"}, {Name: "new_y"},
			}},
			{Name: "b", Partial: true},
		},
		Relationships: []*Relationship{{Name: "R", Ends: [2]End{{Table: "a", Column: "aid"}, {Table: "b", Column: "x"}}}},
		Interactions:  []*Interaction{{Name: "i", RealtimeName: "rt", Columns: []*Column{{Name: "C", Label: "c"}, {Name: "d"}}, Links: []Link{{Name: "L", Table: "a"}, {Name: "m"}}}},
	})
	if diff := cmp.Diff(content(want), content(got), ignoreIndexes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, content(base), ignoreIndexes); diff != "" {
		t.Errorf("Merge changed a schema: %s", diff)
	}
	if got.Relationship("b_a_x") == nil {
		t.Error("the merged relationship is not found by its outbound name")
	}
	if s := Merge(); len(s.Tables()) != 0 {
		t.Error("nothing merged is something")
	}
	if s := Merge(Standard()); !s.IsStandard() {
		t.Error("the standard alone is the standard")
	}
}

func TestNoAllocations(t *testing.T) {
	s := Standard()
	contact := s.Table("contact")
	opened := s.Interaction("EmailOpened")
	tests := map[string]func(){
		"table":                func() { _ = s.Table("contact") },
		"table, mixed case":    func() { _ = s.Table("Contact") },
		"no table":             func() { _ = s.Table("contakt") },
		"column":               func() { _ = contact.Column("emailaddress1") },
		"column, upper case":   func() { _ = contact.Column("EMAILADDRESS1") },
		"relationship":         func() { _ = s.Relationship("contact_customer_accounts") },
		"outbound name":        func() { _ = s.Relationship("contact_account_parentcustomerid") },
		"relationships from":   func() { _ = s.RelationshipsFrom("contact") },
		"relationships of two": func() { _ = s.RelationshipsBetween("contact", "account") },
		"interaction":          func() { _ = s.Interaction("EmailOpened") },
		"interaction's column": func() { _ = opened.Column("ContactId") },
		"publisher prefix":     func() { _ = HasPublisherPrefix("cr123_tier") },
	}
	for name, f := range tests {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	s := club(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				_ = Standard().Table("contact").Column("FullName")
				_ = s.Interaction("DoorOpened").Column("contactid")
				_ = s.Interaction("DoorOpened").RealtimeColumn("new_who")
				_ = s.Relationship("new_member_account_new_club").Walk("account")
				_ = Nearest("new_nam", s.Table("new_member").ColumnNames(), 3)
				_ = Merge(s, s)
				_ = WriteSnapshot(&strings.Builder{}, s)
			}
		})
	}
	wg.Wait()
}

func TestStrings(t *testing.T) {
	for typ := range typeCount {
		if got, ok := ParseType(strings.ToUpper(typ.String())); !ok || got != typ {
			t.Errorf("ParseType(%s) = %v, %v", typ, got, ok)
		}
	}
	if _, ok := ParseType("Strng"); ok {
		t.Error("ParseType knows Strng")
	}
	got := []string{
		typeCount.String(), Formula.String(), Computation(9).String(), Yes.String(), No.String(), Unknown.String(),
		OriginStandard.String(), Origin(9).String(), ManyToMany.String(), Kind(9).String(),
	}
	want := []string{"Type(25)", "formula", "Computation(9)", "yes", "no", "unknown", "standard", "Origin(9)", "ManyToMany", "Kind(9)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	type is struct{ Text, Number, Choice, Lookup, ID bool }
	classes := map[Type]is{
		TypeString: {Text: true}, TypeMemo: {Text: true}, TypeMoney: {Number: true}, TypeInteger: {Number: true},
		TypeStatus: {Choice: true}, TypeMultiSelectPicklist: {Choice: true}, TypeOwner: {Lookup: true, ID: true},
		TypeUniqueidentifier: {ID: true}, TypeBoolean: {}, TypeDateTime: {}, TypeUnknown: {},
	}
	for typ, want := range classes {
		if got := (is{typ.IsText(), typ.IsNumber(), typ.IsChoice(), typ.IsLookup(), typ.IsID()}); got != want {
			t.Errorf("%s is %+v, want %+v", typ, got, want)
		}
	}
}
