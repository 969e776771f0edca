package explain_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/explain"
	"segql/lang/parser"
	"segql/lang/schema"
)

var update = flag.Bool("update", false, "write what comes out into the golden files")

// explained returns what the queries of a text select.
func explained(path, text string) string {
	file := &check.File{Path: path, Tree: parser.Parse(text), Schema: schema.Standard()}
	project := check.NewProject([]*check.File{file}, time.Time{})
	var b strings.Builder
	for _, d := range file.Tree.Definitions {
		if d.Name != nil {
			b.WriteString(d.Name.Name + ": ")
		}
		b.WriteString(explain.Definition(d.Definition, file, project) + "\n")
	}
	return b.String()
}

func TestExamples(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "*.seg"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no examples: ", err)
	}
	for _, path := range paths {
		dialect := filepath.Base(filepath.Dir(path))
		name := dialect + "-" + strings.TrimSuffix(filepath.Base(path), ".seg")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := explained(path, string(text))
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDefinition(t *testing.T) {
	for _, test := range []struct{ query, want string }{
		{"PROFILE(contact)", "Contacts."},
		{"PROFILE(lead).FILTER(ISNULL(emailaddress1))", "Leads whose Email is empty."},
		{"PROFILE(new_thing).FILTER(new_a == true)", "Rows of new_thing whose new_a is Yes."},
		{"PROFILE(contact).FILTER(statecode == 0).RELATE(contact_customer_accounts, account_1).FILTER(account_1.industrycode == 7)",
			"Contacts whose Status is Active and whose Account's Industry is Consulting."},
		{"PROFILE(contact).FILTER(gendercode == 1 || gendercode == 2)", "Contacts whose Gender is Male or Female."},
		{"PROFILE(contact).FILTER(gendercode == 99)", "Contacts whose Gender is 99."},
		{"PROFILE(contact).FILTER(donotemail == false || ISNULL(emailaddress1))",
			"Contacts whose Do not allow Emails is No or whose Email is empty."},
		{"PROFILE(contact).FILTER(statecode == 0 && (donotemail == false || ISNULL(emailaddress1)))",
			"Contacts whose Status is Active and either whose Do not allow Emails is No or whose Email is empty."},
		{"PROFILE(contact).FILTER(NOT(statecode == 0))", "Contacts for whom it is not true that Status is Active."},
		{"PROFILE(contact).FILTER(createdon >= '2017-03-30')", "Contacts whose Created On is on or after 30 March 2017."},
		{"PROFILE(contact).FILTER(createdon < DATE(2025, 1, 1, 14, 5))", "Contacts whose Created On is before 1 January 2025 14:05."},
		{"PROFILE(contact).FILTER(birthdate < DATE(2020, 2, 30))", "Contacts whose Birthday is before the date 2020-2-30."},
		{"PROFILE(contact).FILTER(createdon > DATETIMEUTCNOW())", "Contacts whose Created On is in the future."},
		{"PROFILE(contact).FILTER(createdon >= DATEADD(month, -12, DATETIMEUTCNOW()))",
			"Contacts whose Created On is at most 12 months ago."},
		{"PROFILE(contact).FILTER(createdon < DATEADD(day, 1, DATETIMEUTCNOW()))",
			"Contacts whose Created On is less than 1 day from now."},
		{"PROFILE(contact).FILTER(DATEDIFF(day, createdon, DATETIMEUTCNOW()) <= 30)",
			"Contacts whose Created On is at most 30 calendar days ago."},
		{"PROFILE(contact).FILTER(5 < numberofchildren)", "Contacts whose No. of Children is more than 5."},
		{"PROFILE(contact).RELATE(order_customer_contacts, o).FILTER(o.statecode == 3)",
			"Contacts who have an Order whose Status is Fulfilled."},
		{"PROFILE(contact).RELATE(order_customer_contacts, o)", "Contacts who have an Order."},
		{"PROFILE(contact).RELATE(order_customer_contacts, o).FILTER(o.statecode == 3 && statecode == 0)",
			"Contacts who have an Order, whose Order's Status is Fulfilled and whose Status is Active."},
		{"PROFILE(salesorder).FILTER(statecode == 3).TRAVERSE(salesorder_contact_customerid)",
			"Contacts who are linked by Customer to orders whose Status is Fulfilled."},
		{"Interaction(msdynmkt_emailopened, msdynmkt_entityid).Filter(msdynmkt_entityid_LogicalName == 'contact').Having(Count() >= 1, UTCMONTHS(24))",
			"Contacts who opened an email in the last 24 months."},
		{"INTERACTION(EmailClicked, EmailClicked_ContactLink).HAVING(COUNT() > 2, UTCDAYS(1))",
			"Contacts who clicked a link in an email more than 2 times in the last day."},
		{"INTERACTION(WebsiteVisited, WebsiteVisited_ContactLink).HAVING(AVG(Duration) >= 10)",
			"Contacts who visited a website, with an average Duration of at least 10."},
		{"INTERACTION(new_purchase, new_contactid)", `People who had the interaction "new_purchase".`},
		{"SEGMENT(A) UNION SEGMENT(B) EXCEPT SEGMENT(C)", "Members of A, and also members of B, but not members of C."},
		{"SEGMENT(A) INTERSECT SEGMENT(B)", "Members of A who are also members of B."},
		{"SEGMENT(A) UNION SEGMENT(B) INTERSECT SEGMENT(C)",
			"Members of A, and also members of B, and of these only those who are also members of C."},
		{"SEGMENT(A) EXCEPT (SEGMENT(B) UNION SEGMENT(C))", "Members of A, but not (members of B, and also members of C)."},
		{"SEGMENT(SEGMENT_CJO_ID_0123456789abcdef0123456789abcdef)", "Members of the segment 01234567-89ab-cdef-0123-456789abcdef."},
		{"PROFILE(contact).ORDERBY(lastname DESC).TAKE(5)", "Contacts, sorted by Last Name downwards, at most 5 of them."},
		{"PROFILE(contact).DISTINCT()", "Contacts, each once."},
		// Mistakes: what can be understood is said.
		{"PROFILE(contact).FILTER(statecode == ", "Contacts whose Status is (something that could not be understood)."},
		{"PROFILE(", "Rows."},
	} {
		if got := strings.TrimSuffix(explained("a.seg", test.query), "\n"); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.query, got, test.want)
		}
	}
}

// Deep and long queries are answered, too, without repeating work at each level.
func TestHugeQueries(t *testing.T) {
	deep := "PROFILE(contact).FILTER(" + strings.Repeat("(a == 1 || (b == 2 && ", 400) + "c == 3" + strings.Repeat("))", 400) + ")"
	wide := "PROFILE(contact).FILTER(" + strings.Repeat("a == 1 && b == 2 || ", 3_000) + "c == 3)"
	sets := strings.Repeat("(", 900) + "SEGMENT(A)" + strings.Repeat(" UNION SEGMENT(B))", 900)
	for _, query := range []string{deep, wide, sets, "SEGMENT(A)" + strings.Repeat(".TRAVERSE(x, y)", 900)} {
		if got := explained("a.seg", query); len(got) < 100 {
			t.Errorf("%.40s..: %s", query, got)
		}
	}
	tooLong := "PROFILE(contact).FILTER(a == " + strings.Repeat("1", 1<<16) + ")"
	if got, want := explained("a.seg", tooLong), "A query of 65566 bytes, too long to be put into words.\n"; got != want {
		t.Errorf("got %.100s, want %s", got, want)
	}
}

func FuzzDefinition(f *testing.F) {
	f.Add("A = PROFILE(contact).FILTER(NOT(a == 1 || b CONTAINS 'x') && DATEDIFF(day, c, DATETIMEUTCNOW()) < 3)")
	f.Add("(SEGMENT(A) UNION A).TAKE(1).UNION(B).FILTER()")
	f.Add("INTERACTION(, ).HAVING(SUM() >, UTCDAYS())")
	f.Fuzz(func(_ *testing.T, text string) { explained("a.seg", text) })
}
