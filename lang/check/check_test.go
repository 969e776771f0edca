package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
	"segql/lang/token"
)

var today = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// find checks texts as the files of one project, a.seg, b.seg and so on.
func find(s *schema.Schema, texts ...string) [][]check.Finding {
	var files []*check.File
	for i, text := range texts {
		files = append(files, &check.File{Path: fmt.Sprintf("%c.seg", 'a'+i), Tree: parser.Parse(text), Schema: s})
	}
	p := check.NewProject(files, today)
	var all [][]check.Finding
	for _, f := range files {
		all = append(all, p.Check(f))
	}
	return all
}

// known is the standard schema with what only an organization's own tells:
// how long a text can be, and which columns are not stored.
func known(t *testing.T) *schema.Schema {
	t.Helper()
	own, err := schema.New(schema.Content{
		Info: schema.Info{Origin: schema.OriginStandard},
		Tables: []*schema.Table{{Name: "contact", Partial: true, Columns: []*schema.Column{
			{Name: "firstname", Type: schema.TypeString, MaxLength: 50},
			{Name: "entityimage_url", Type: schema.TypeString, Virtual: true},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return schema.Merge(schema.Standard(), own)
}

func names(findings []check.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Rule)
	}
	return all
}

// TestExamplesOfRules holds that each rule speaks of its bad example and has
// nothing to say about its good one, and that its fix, where it is sure, mends
// what it speaks of.
func TestExamplesOfRules(t *testing.T) {
	for _, r := range check.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			bad := r.Bad
			if r.Name == "query-too-long" {
				bad = "// seg:dialect outbound\nPROFILE(contact).FILTER(" + strings.Repeat("ISNOTNULL(fullname) || ", 300) + "ISNULL(lastname))"
			}
			if r.Doc == "" || r.Summary == "" || bad == "" || r.Good == "" {
				t.Fatal("the rule lacks its doc or examples")
			}
			fired := false
			for _, f := range find(known(t), bad)[0] {
				if f.Rule != r.Name {
					continue
				}
				fired = true
				if f.Message == "" || strings.HasSuffix(f.Message, ".") || f.Span.Len() == 0 && f.Severity == check.Error && !isSyntax(r.Name) {
					t.Errorf("the finding is not in order: %+v", f)
				}
				if !f.Sure {
					continue
				}
				fixed, err := token.Apply(bad, f.Fixes[0].Edits...)
				if err != nil {
					t.Fatal(err)
				}
				if errs := parser.Parse(fixed).Errors(); len(errs) > 0 {
					t.Errorf("the fix makes %q: %s", fixed, errs[0].Message)
				}
				for _, again := range find(known(t), fixed)[0] {
					if again.Rule == r.Name && again.Message == f.Message {
						t.Errorf("the fix makes %q, where the rule still says %q", fixed, again.Message)
					}
				}
			}
			if !fired {
				t.Errorf("the rule does not speak of its bad example %q: %v", bad, names(find(schema.Standard(), bad)[0]))
			}
			for _, f := range find(known(t), r.Good)[0] {
				if f.Rule == r.Name {
					t.Errorf("the rule speaks of its good example: %s", f.Message)
				}
			}
		})
	}
}

func isSyntax(name string) bool {
	return strings.HasPrefix(name, "having-before") || strings.HasPrefix(name, "method-")
}

// TestNoFalseAlarm holds that the examples are spotless.
func TestNoFalseAlarm(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, group := range []string{"outbound", "realtime"} {
		var project []*check.File
		for _, path := range files {
			if filepath.Base(filepath.Dir(path)) != group {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dialect, _ := check.ParseDialect(group)
			project = append(project, &check.File{Path: path, Tree: parser.Parse(string(text)), Schema: schema.Standard(), Dialect: dialect})
		}
		p := check.NewProject(project, today)
		for _, f := range project {
			lines := token.NewLines(f.Tree.Text())
			for _, x := range p.Check(f) {
				t.Errorf("%s:%d: %v: %s [%s]", f.Path, lines.Position(x.Span.Start, token.Runes).Line+1, x.Severity, x.Message, x.Rule)
			}
		}
	}
}

// cases are near misses and further hits: a text and the rules that speak of
// it, in the order of the text.
var cases = []struct {
	text  string
	rules string
}{
	{"PROFILE(new_club)", "unknown-table"},
	{"PROFILE(contact).FILTER(new_tier == 1)", "unknown-column"},
	{"PROFILE(contact).FILTER(contact.fullname == 'x')", ""},
	{"PROFILE(Contact).FILTER(fullname == 'x')", "case-of-name"},
	{"PROFILE(contact).FILTER(statecode == 'active')", "choice-label-for-value"},
	{"PROFILE(contact).FILTER(statecode == 'x')", "type-mismatch"},
	{"PROFILE(contact).FILTER(statecode == '1')", "type-mismatch"},
	{"PROFILE(contact).FILTER(0 == statecode)", ""},
	{"PROFILE(contact).FILTER(statecode > 0)", "operator-not-for-type"},
	{"PROFILE(contact).FILTER(donotemail == 1)", ""},
	{"PROFILE(contact).FILTER(donotemail == 'true')", "type-mismatch"},
	{"PROFILE(contact).FILTER(birthdate > '1990-02-30')", "invalid-date"},
	{"PROFILE(contact).FILTER(birthdate > '1990-02-28 08:00')", ""},
	{"PROFILE(contact).FILTER(birthdate > DATE(2023, 2, 29))", "date-part-range"},
	{"PROFILE(contact).FILTER(birthdate > DATE(2024, 2, 29))", ""},
	{"PROFILE(contact).FILTER(birthdate > DATE(2024, 2))", "date-part-range"},
	{"PROFILE(contact).FILTER(fullname CONTAINS 'x' && birthdate CONTAINS '1')", "operator-not-for-type"},
	{"PROFILE(contact).FILTER(numberofchildren == 1.5)", "number-out-of-range"},
	{"PROFILE(contact).FILTER(numberofchildren > 1 && numberofchildren < 1)", "contradiction"},
	{"PROFILE(contact).FILTER(numberofchildren > 1 && numberofchildren < 3)", ""},
	{"PROFILE(contact).FILTER(numberofchildren >= 2 && numberofchildren <= 2)", ""},
	{"PROFILE(contact).FILTER(numberofchildren > 2 && numberofchildren == 2)", "contradiction"},
	{"PROFILE(contact).FILTER(birthdate > '2000-01-01' && birthdate < '1990-01-01')", "contradiction"},
	{"PROFILE(contact).FILTER(ISNULL(fullname) && fullname == 'x')", "contradiction"},
	{"PROFILE(contact).FILTER(ISNULL(fullname) && ISNOTNULL(lastname))", ""},
	{"PROFILE(contact).FILTER(fullname == 'x' && fullname == 'X')", ""},
	{"PROFILE(contact).FILTER(fullname == 'x' && fullname != 'x')", "contradiction"},
	{"PROFILE(contact).FILTER(fullname == 'x' || fullname != 'x')", "tautology"},
	{"PROFILE(contact).FILTER(fullname == 'x' && (fullname == 'y' || lastname == 'z'))", ""},
	{"PROFILE(contact).FILTER(fullname == 'x' && (lastname == 'z' && fullname == 'y'))", "contradiction"},
	{"PROFILE(contact).FILTER((fullname == 'x' || lastname == 'y') && statecode == 0)", ""},
	{"PROFILE(contact) UNION PROFILE(contact) EXCEPT PROFILE(contact)", "mixed-set-operators"},
	{"PROFILE(contact) UNION PROFILE(contact) UNION PROFILE(contact)", ""},
	{"(SEGMENT(SEGMENT_CRM_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc)).ORDERBY(fullname ASC).SKIP(0).TAKE(15).SELECT(contactid)", ""},
	{"// seg:dialect realtime\nSEGMENT(SEGMENT_CRM_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc)", "segment-name-form"},
	{"PROFILE(contact).HAVING(COUNT() > 1)", "interaction-steps"},
	{"INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() >= 2)", "having-count-limit"}, // undetermined: a warning
	{"INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(MAX(EmailAddressUsed) >= 2)", ""},
	{"PROFILE(contact, a).RELATE(contact_customer_accounts, b).FILTER(b.name == 'x' && a.fullname == 'y')", ""},
	{"PROFILE(account).RELATE(contact_customer_accounts, b).FILTER(b.fullname == 'x')", "target-table"},
	{"PROFILE(contact).FILTER(fullname == 'a') // seg:ignore contradiction", "unused-ignore"},
	{"PROFILE(contct) // seg:ignore unknown-table -- known to be so", ""},
	{"// seg:ignore unknown-table until 2027-01-31\nPROFILE(contct)", ""},
	{"// seg:ignore unknown-table until 2026-01-31\nPROFILE(contct)", "unused-ignore unknown-table"},
	{"// seg:ignore unknown-tabel\nPROFILE(contact)", "unused-ignore"},
	{"PROFILE(contact).FILTER(NOT(statecode == 0 && statecode == 1))", "contradiction"},
	{"PROFILE(contact).FILTER((ISNULL(lastname) && lastname == 'x') || statecode == 0)", "contradiction"},
	{"PROFILE(contact).FILTER(parentcustomerid == '1cc00a15-37ef-e911-a81d-000d3a6d200c' && parentcustomerid == '{1CC00A15-37EF-E911-A81D-000D3A6D200C}')", ""},
	{"PROFILE(contact).FILTER(createdon == '2024-01-01' && createdon == '2024-01-01T00:00:00Z')", ""},
	{"PROFILE(contact).FILTER(lastname == 'x' && lastname == 'X ')", ""},
	{"PROFILE(contact).FILTER(numberofchildren == 5 && numberofchildren == '5.5')", "type-mismatch"},
	{"// seg:dialect realtime\nINTERACTION(msdynmkt_emailopened, msdynmkt_entityid).FILTER('contact' == msdynmkt_entityid_LogicalName)", ""},
	{"// seg:dialect realtime\nINTERACTION(msdynmkt_emailopened, msdynmkt_entityid).FILTER(msdynmkt_entityid_LogicalName IN ['lead'])", ""},
	{"// seg:dialect realtime\nINTERACTION(msdynmkt_emailopened, msdynmkt_entityid).FILTER(NOT(msdynmkt_entityid_LogicalName == 'contact'))", "logical-name-missing"},
	{"// seg:dialect realtime\nSEGMENT(SEGMENT_CJO_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc) INTERSECT PROFILE(lead)", ""},
	{"PROFILE(contact).FILTER(DATEDIFF(year, lastname, DATETIMEUTCNOW()) > 1)", "type-mismatch"},
	{"PROFILE(contact).FILTER(lastname == null)", "null-comparison"},
	{"PROFILE(contact).FILTER(birthdate > 2020-01-01)", "type-mismatch"},
	{"PROFILE(contact).FILTER(gendercode == Male)", "choice-label-for-value"},
	{"PROFILE(contact).FILTER(gendercode == Mail)", "unknown-column"},
	{"// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, UTCHOURS(48))", "step-not-for-dialect"},
	{"// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0) UNION PROFILE(contact)", "interaction-steps"},
	{"// seg:dialect outbound\nPROFILE(contact) UNION ((INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0)))", "redundant-parentheses interaction-steps"},
	{"// seg:dialect outbound\n(INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0)).ORDERBY(fullname ASC)", ""},
	{"INTERACTION(EmailOpend, EmailOpened_ContactLink).HAVING(COUNT() > 0)", "unknown-interaction"},
	{"INTERACTION(new_petshopvisited, new_link).HAVING(COUNT() > 0)", ""},
	{"// seg:ignore wrong-quotes\nPROFILE(contact).FILTER(lastname == \"x\")", "unused-ignore wrong-quotes"},
	{"SEGMENT(A).UNION(B).EXCEPT(C)", "method-set-operator"},
	{"PROFILE(contact).FILTER(a = 1)", "unknown-column single-equals"},
}

func TestCases(t *testing.T) {
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			findings := find(schema.Standard(), c.text)[0]
			if diff := cmp.Diff(c.rules, strings.Join(names(findings), " ")); diff != "" {
				t.Errorf("other rules speak (-want +got):\n%s", diff)
				for _, f := range findings {
					t.Logf("%v %v: %s [%s]", f.Span, f.Severity, f.Message, f.Rule)
				}
			}
		})
	}
}

// TestWithoutSchema holds that nothing is said about names without a schema.
func TestWithoutSchema(t *testing.T) {
	for _, f := range find(nil, "PROFILE(nothing).TRAVERSE(nowhere, x).FILTER(x.nobody == 'y' && none > 1)")[0] {
		if f.Severity == check.Error {
			t.Errorf("%s [%s]", f.Message, f.Rule)
		}
	}
}

// TestAcrossFiles holds what one file says about another.
func TestAcrossFiles(t *testing.T) {
	got := find(schema.Standard(), "A = SEGMENT(B)\nC = PROFILE(lead)", "B = SEGMENT(A)\nD = PROFILE(contact) UNION SEGMENT(C)", "E = SEGMENT(A)\nC = PROFILE(contact)")
	want := [][]string{
		{"segment-cycle", "duplicate-definition"},
		{"segment-cycle", "set-operand-tables"},
		{"duplicate-definition"},
	}
	// C has two definitions, so what it selects is not known.
	want[1] = want[1][:1]
	var have [][]string
	for _, findings := range got {
		have = append(have, names(findings))
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := got[0][0].Related; len(r) != 1 || r[0].Path != "b.seg" {
		t.Errorf("the cycle's other definition is not named: %+v", r)
	}
}

// TestLongChains holds that chains of definitions are followed in linear time.
func TestLongChains(t *testing.T) {
	var b strings.Builder
	b.WriteString("S0 = PROFILE(lead)\n")
	for i := 1; i < 3000; i++ {
		fmt.Fprintf(&b, "S%d = SEGMENT(S%d) UNION SEGMENT(S%d)\n", i, i-1, i-1)
	}
	b.WriteString("Last = SEGMENT(S2999) UNION PROFILE(contact)\n")
	findings := find(schema.Standard(), b.String())[0]
	if len(findings) == 0 || findings[len(findings)-1].Rule != "set-operand-tables" {
		t.Errorf("the table of the first definition does not reach the last: %v", names(findings))
	}
}
