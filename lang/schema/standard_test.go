package schema

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStandard(t *testing.T) {
	s := Standard()
	if !s.IsStandard() || s != Standard() {
		t.Error("the standard does not know that it is one, or is loaded twice")
	}
	type counts struct{ Tables, Partial, Columns, Relationships, ManyToMany, Interactions, InteractionColumns, Realtime int }
	var got counts
	for _, table := range s.Tables() {
		if table.Partial {
			got.Partial++
			continue
		}
		got.Tables++
		got.Columns += len(table.Columns)
		for _, name := range []string{table.PrimaryID, table.PrimaryName} {
			if table.Column(name) == nil {
				t.Errorf("%s has no column %q", table.Name, name)
			}
		}
		for _, c := range table.Columns {
			if c.Type == TypeUnknown || c.Label == "" {
				t.Errorf("%s.%s lacks a type or label", table.Name, c.Name)
			}
			if table.Column(strings.ToUpper(c.Name)) != c {
				t.Errorf("%s.%s is not found in upper case", table.Name, c.Name)
			}
		}
	}
	for _, r := range s.Relationships() {
		got.Relationships++
		if r.Kind == ManyToMany {
			got.ManyToMany++
		} else if s.Relationship(r.OutboundName()) == nil {
			t.Errorf("%s is not found by its outbound name %s", r.Name, r.OutboundName())
		}
		if s.Relationship(strings.ToUpper(r.Name)) != r {
			t.Errorf("%s is not found in upper case", r.Name)
		}
		for _, end := range r.Ends {
			if !slices.Contains(s.RelationshipsFrom(end.Table), r) || !slices.Contains(s.RelationshipsBetween(r.Ends[1].Table, r.Ends[0].Table), r) {
				t.Errorf("%s is not found from %s", r.Name, end.Table)
			}
		}
	}
	for _, i := range s.Interactions() {
		got.Interactions++
		got.InteractionColumns += len(i.Columns)
		if i.RealtimeName != "" {
			got.Realtime++
			if s.Interaction(i.RealtimeName) != i {
				t.Errorf("%s is not found by its realtime name", i.Name)
			}
		}
	}
	want := counts{Tables: 26, Partial: 172, Columns: 2074, Relationships: 541, ManyToMany: 18, Interactions: 104, InteractionColumns: 2181, Realtime: 19}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestStandardFacts(t *testing.T) {
	s := Standard()
	r := s.Relationship("contact_account_parentcustomerid")
	if r == nil || r.Name != "contact_customer_accounts" {
		t.Fatalf("the outbound name finds %v", r)
	}
	if end, ok := r.Other("Account"); !ok || end != (End{Table: "contact", Column: "parentcustomerid", Many: true}) {
		t.Errorf("from account it leads to %v, %v", end, ok)
	}
	if end, ok := r.Other("contact"); !ok || end != (End{Table: "account", Column: "accountid"}) {
		t.Errorf("from contact it leads to %v, %v", end, ok)
	}
	// A lookup of which no source gives the relationship.
	if r := s.Relationship("contact_externalparty_createdbyexternalparty"); r == nil || r.Name != "" || !r.Has("externalparty") {
		t.Errorf("the lookup finds %v", r)
	}
	c := s.Table("contact").Column("parentcustomerid")
	if diff := cmp.Diff(&Column{Name: "parentcustomerid", Label: "Company Name", Type: TypeCustomer, Targets: []string{"account", "contact"}}, c); diff != "" {
		t.Error(diff)
	}
	if state, ok := s.Table("contact").Column("statecode").Choice(1); !ok || state.Label != "Inactive" {
		t.Errorf("statecode 1 is %v, %v", state, ok)
	}
	opened := s.Interaction("msdynmkt_emailopened")
	if opened == nil || opened.Name != "EmailOpened" {
		t.Fatalf("the realtime name finds %v", opened)
	}
	if l, ok := opened.Link("EmailOpened_ContactLink"); !ok || l.Table != "contact" {
		t.Errorf("its link is %v, %v", l, ok)
	}
	for _, name := range []string{"msdynmkt_entityid", "msdynmkt_entityid_LogicalName", "msdynmkt_messagetemplateid"} {
		if opened.RealtimeColumn(name) == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestStandardIsSmall(t *testing.T) {
	if len(standardPack) > 64<<10 {
		t.Errorf("the embedded file has %d bytes", len(standardPack))
	}
}

// None of the standard choices has a value below zero yet.
func TestUnpackColumn(t *testing.T) {
	packed := binary.AppendUvarint([]byte{1, 2, byte(TypePicklist), byte(Formula), 1}, 300) // name, label, type, computed, virtual, length
	packed = append(packed, 1, 1, 3)                                                        // one target, three choices
	for i, value := range []int64{-2147483648, -1, 192350000} {
		packed = append(binary.AppendVarint(packed, value), byte(i))
	}
	u := unpacker{data: string(packed), strings: []string{"", "a", "A"}}
	var got Column
	rest := u.column(&got, make([]Choice, 4))
	want := Column{
		Name: "a", Label: "A", Type: TypePicklist, Computed: Formula, Virtual: true, MaxLength: 300,
		Targets: []string{"a"}, Choices: []Choice{{-2147483648, ""}, {-1, "a"}, {192350000, "A"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(rest) != 1 || u.data != "" {
		t.Errorf("%d choices and %d bytes are left", len(rest), len(u.data))
	}
}
