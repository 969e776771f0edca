package lsp_test

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestUseInAnyCase holds that SEGMENT(busy) is a use of Busy, and that a segment
// of the organization is offered once, however it is written.
func TestUseInAnyCase(t *testing.T) {
	c := start(t, nil)
	text := "Active = PROFILE(contact)\nBusy = PROFILE(contact)\nC = SEGMENT(busy)\nD = SEGMENT(Nowhere) UNION SEGMENT(nowhere)\nE = SEGMENT()"
	c.open(at("a.seg"), 1, text)
	got := labels(c.items(at("a.seg"), text, len(text)-1))
	if diff := gocmp.Diff([]string{"Busy", "Active", "C", "D", "Nowhere"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNamesOfTheWorkspace holds that names are offered that other queries use for
// the same table or event, and that the schema does not have, behind those that
// it has.
func TestNamesOfTheWorkspace(t *testing.T) {
	c := start(t, map[string]string{
		"seg.toml": "dialect = \"realtime\"\n",
		"a.seg": "A = PROFILE(contact, c).RELATE(new_pet_contact, pet_1).FILTER(compliance_profile_1 == 'x' && c.new_tier == 1 && pet_1.new_kind == 1)\n" +
			"B = PROFILE(new_pet).FILTER(new_age > 2 && statecode == 0)\n" +
			"C = INTERACTION(new_barked, new_petid).FILTER(new_volume > 1)\n",
	})
	c.symbols() // with its answer the workspace is read
	for _, test := range []struct{ text, want string }{
		{"PROFILE(contact).FILTER(complia|", "compliance_profile_1"},
		{"PROFILE(contact).FILTER(new_t|", "new_tier"},
		{"PROFILE(contact).FILTER(ISNULL(new_t|", "new_tier"},
		{"PROFILE(contact).FILTER(new_k|", ""},
		{"PROFILE(account).FILTER(new_t|", ""},
		{"PROFILE(new_p|", "new_pet"},
		{"PROFILE(new_pet).FILTER(|", "new_age statecode ISNULL ISNOTNULL NOT DATETIMEUTCNOW DATEDIFF DATEADD"},
		{"PROFILE(contact).RELATE(new_p|", "new_pet_contact"},
		{"INTERACTION(new_b|", "new_barked"},
		{"INTERACTION(new_barked, |", "new_petid"},
		{"INTERACTION(new_barked, new_petid).FILTER(new_v|", "new_volume"},
	} {
		text := strings.TrimSuffix(test.text, "|")
		c.open(at("b.seg"), 1, text)
		got := labels(c.items(at("b.seg"), text, len(text)))
		slices.Sort(got)
		want := strings.Fields(test.want)
		slices.Sort(want)
		if diff := gocmp.Diff(strings.Join(want, " "), strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
	text := "PROFILE(contact).FILTER(t"
	c.open(at("b.seg"), 1, text)
	all := labels(c.items(at("b.seg"), text, len(text)))
	if i := slices.Index(all, "new_tier"); i < slices.Index(all, "address1_telephone1") {
		t.Errorf("a name that the schema does not have is not behind those that it has: %q", all)
	}
}
