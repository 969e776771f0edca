package schema

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNearest(t *testing.T) {
	contact := slices.Collect(Standard().Table("contact").ColumnNames())
	custom := []string{"new_loyaltytier", "new_loyaltytierid", "cr123_consentdate", "msdynmkt_customerid", "emailaddress1", "emailaddress2", "name", "age", "page", "stage"}
	tests := []struct {
		name  string
		among []string
		want  []string
	}{
		// Left out, added, changed, swapped.
		{"emailadress1", contact, []string{"emailaddress1"}},
		{"emailaddresss1", contact, []string{"emailaddress1"}},
		{"emailaddrass1", contact, []string{"emailaddress1"}},
		{"emailadderss1", contact, []string{"emailaddress1"}},
		{"EmailAdress2", contact, []string{"emailaddress2"}},
		{"fristname", contact, []string{"firstname"}},
		{"birtdhate", contact, []string{"birthdate"}},
		{"genderkode", contact, []string{"gendercode"}},
		{"address1_ctiy", contact, []string{"address1_city"}},
		{"adress1_city", contact, []string{"address1_city"}},
		{"parentcustomer", contact, []string{"parentcustomerid"}},
		// Only the beginning.
		{"emailaddress", contact, []string{"emailaddress1"}},
		{"telepho", contact, []string{"telephone1"}},
		{"donotbulk", contact, []string{"donotbulkemail"}},
		// The prefix.
		{"loyaltytier", custom, []string{"new_loyaltytier"}},
		{"cr1_loyaltytier", custom, []string{"new_loyaltytier"}},
		{"new_loyaltyteir", custom, []string{"new_loyaltytier"}},
		{"loyaltyteir", custom, []string{"new_loyaltytier"}},
		{"customerid", custom, []string{"msdynmkt_customerid"}},
		{"msdyncrm_customerid", custom, []string{"msdynmkt_customerid"}},
		{"new_emailaddress1", custom, []string{"emailaddress1"}},
		{"consentdate", custom, []string{"cr123_consentdate"}},
		{"city", contact, []string{"address1_city"}},
		// Short names are near to little.
		{"ag", custom, nil},
		{"nam", custom, []string{"name"}},
		{"aeg", custom, []string{"age"}},
		{"xyz", custom, nil},
		{"shoesize", contact, nil},
		{"", custom, nil},
		{"_", custom, nil},
		{strings.Repeat("x", 1000), custom, nil},
		{"age", custom, []string{"age"}},
		{"AGE", custom, []string{"age"}},
		{"x", nil, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Nearest(tt.name, slices.Values(tt.among), 1)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
	want := []string{"emailaddress1", "emailaddress2", "emailaddress3"}
	for _, name := range []string{"emailaddress", "emailadress"} {
		if diff := cmp.Diff(want, Nearest(name, slices.Values(contact), 3)); diff != "" {
			t.Errorf("%s, three of them: %s", name, diff)
		}
	}
	if got := Nearest("emailaddress", slices.Values(contact), 0); got != nil {
		t.Errorf("none of them: %v", got)
	}
	tables := Standard().TableNames()
	if diff := cmp.Diff([]string{"opportunity"}, Nearest("opprtunity", tables, 1)); diff != "" {
		t.Error(diff)
	}
}

// manyColumns are the names of 5,000 columns as a table of a large organization
// has them: the standard ones, and custom ones of several publishers.
func manyColumns() []string {
	seen := map[string]bool{}
	var names []string
	add := func(name string) {
		if !seen[name] && len(names) < 5000 {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, table := range Standard().Tables() {
		for name := range table.ColumnNames() {
			add(name)
		}
	}
	words := []string{"loyalty", "status", "customer", "date", "region", "score", "channel", "store", "member", "last", "first", "visit", "order", "amount", "segment", "consent", "source", "level", "external", "count"}
	prefixes := []string{"new_", "cr123_", "klth_"}
	for n := 0; len(names) < 5000; n++ {
		a, b, c := n%len(words), n/len(words)%len(words), n/len(words)/len(words)
		if a != b {
			add(prefixes[n%len(prefixes)] + words[a] + words[b] + words[c%len(words)])
		}
	}
	return names
}

// misspell makes one slip in a name of at least six letters, not in its prefix.
func misspell(rnd *rand.Rand, name string) string {
	from := strings.IndexByte(name, '_') + 1
	if len(name)-from < 6 {
		from = 0
	}
	b := []byte(name)
	at := from + rnd.IntN(len(b)-from-1)
	letter := byte('a' + rnd.IntN(26))
	switch rnd.IntN(4) {
	case 0:
		b = slices.Delete(b, at, at+1)
	case 1:
		b = slices.Insert(b, at, letter)
	case 2:
		b[at] = letter
	default:
		b[at], b[at+1] = b[at+1], b[at]
	}
	return string(b)
}

// The name that was meant is found among 5,000. If it is not, another one must
// be just as near to what was written.
func TestNearestFindsTheIntended(t *testing.T) {
	names := manyColumns()
	if len(names) != 5000 {
		t.Fatalf("%d names", len(names))
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	tried, first, among := 0, 0, 0
	for range 2000 {
		name := names[rnd.IntN(len(names))]
		if len(name) < 6 {
			continue
		}
		wrong := misspell(rnd, name)
		if slices.Contains(names, wrong) {
			continue
		}
		tried++
		got := Nearest(wrong, slices.Values(names), 3)
		if slices.Contains(got, name) {
			among++
		}
		if len(got) > 0 && got[0] == name {
			first++
			continue
		}
		if len(got) == 0 || slowDistance(wrong, got[0]) > slowDistance(wrong, name) {
			t.Errorf("%s, meant as %s, finds %v", wrong, name, got)
		}
	}
	t.Logf("of %d misspelled names %d were found first and %d among three", tried, first, among)
	if first*100 < tried*95 || among*100 < tried*99 {
		t.Errorf("of %d misspelled names only %d were found first and %d among three", tried, first, among)
	}
}

// slowDistance is the same distance without bounds or tricks.
func slowDistance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"ca", "abc", 3},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"a cat", "an act", 2},
	} {
		if got := distance(tt.a, tt.b, 10); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	word := func() string {
		b := make([]byte, rnd.IntN(9))
		for i := range b {
			b[i] = "abc"[rnd.IntN(3)]
		}
		return string(b)
	}
	for range 200_000 {
		a, b, most := word(), word(), rnd.IntN(5)
		got, want := distance(a, b, most), slowDistance(a, b)
		if got != want && (got <= most || want <= most) {
			t.Fatalf("distance(%q, %q, %d) = %d, want %d", a, b, most, got, want)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for name, want := range map[string]bool{
		"new_loyaltytier":    true,
		"NEW_Thing":          true,
		"cr123_tier":         true,
		"klth_segmentkey":    true,
		"ab_c":               true,
		"contoso_x":          true,
		"msf_donor":          true, // a customer's, not Microsoft's
		"new_contact_thing":  true,
		"address1_city":      false,
		"address4_city":      false,
		"adress1_city":       false, // misspelled
		"addres1_city":       false,
		"contct_accounts":    false,
		"contact_customer":   false,
		"lk_contact":         false,
		"msdyn_x":            false,
		"msdyncrm_segment":   false,
		"msdynmkt_x":         false,
		"msdnymkt_x":         false, // misspelled
		"msevtmgt_event":     false,
		"adx_x":              false,
		"mspp_x":             false,
		"mscrmx_x":           false,
		"emailaddress1":      false,
		"preferredcontact_x": false, // longer than a prefix can be
		"a_b":                false,
		"1ab_c":              false,
		"new_":               false,
		"_x":                 false,
		"":                   false,
		"né_x":               false,
	} {
		if got := HasPublisherPrefix(name); got != want {
			t.Errorf("HasPublisherPrefix(%q) = %v", name, got)
		}
	}
	for name, want := range map[string]bool{
		"msdynmkt_emailopened": true, "MSEVTMGT_event": true, "adx_x": true, "new_x": false, "address1_city": false, "msdyn": false,
	} {
		if got := HasMicrosoftPrefix(name); got != want {
			t.Errorf("HasMicrosoftPrefix(%q) = %v", name, got)
		}
	}
	check := func(name string) {
		if HasPublisherPrefix(name) {
			t.Errorf("the standard name %s has a publisher's prefix", name)
		}
	}
	for _, table := range Standard().Tables() {
		check(table.Name)
		for name := range table.ColumnNames() {
			check(name)
		}
	}
	for _, r := range Standard().Relationships() {
		check(r.Name)
		check(r.OutboundName())
		check(r.Intersect)
	}
	for _, i := range Standard().Interactions() {
		check(i.Name)
		check(i.RealtimeName)
	}
}

func BenchmarkNearest(b *testing.B) {
	names := manyColumns()
	for _, wrong := range []string{"emailadress1", "klth_loyaltystaus", "nothinglikeit"} {
		b.Run(fmt.Sprintf("%s among %d", wrong, len(names)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Nearest(wrong, slices.Values(names), 3)
			}
		})
	}
}

// TestNearestColumns holds that the nearest columns are the nearest names.
func TestNearestColumns(t *testing.T) {
	for _, table := range Standard().Tables() {
		if len(table.Columns) == 0 {
			continue
		}
		for i := range 40 {
			word := []byte(table.Columns[i*7%len(table.Columns)].Name)
			switch at := i * 5 % len(word); i % 4 {
			case 0:
				word[at] = 'x'
			case 1:
				word = slices.Insert(word, at, 'Q')
			case 2:
				word = slices.Delete(word, at, at+1)
			default:
				word = append([]byte("abc_"), word[len(word)/3:]...)
			}
			name := string(word)
			if diff := cmp.Diff(Nearest(name, table.ColumnNames(), 3), table.NearestColumns(name, 3)); diff != "" {
				t.Errorf("%s in %s: %s", name, table.Name, diff)
			}
		}
	}
	var none *Table
	if got := none.NearestColumns("a", 3); got != nil {
		t.Errorf("of no table: %q", got)
	}
}

func BenchmarkNearestColumns(b *testing.B) {
	table := Standard().Table("contact")
	b.ReportAllocs()
	for b.Loop() {
		table.NearestColumns("donotemailx", 3)
	}
}
