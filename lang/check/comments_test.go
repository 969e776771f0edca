package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

func TestIgnoredRules(t *testing.T) {
	tests := []struct {
		comment string
		want    []string
	}{
		{"// seg:ignore unknown-column", []string{"unknown-column"}},
		{"// seg:ignore a, b,c  d until 2027-01-31 -- e", []string{"a", "b", "c", "d"}},
		{"/* seg:ignore a */", []string{"a"}},
		{"/*seg:ignore aa, a, a*/", []string{"aa", "a", "a"}},
		{"// seg:ignore seg:ignore", []string{"seg:ignore"}},
		{"// seg:ignore -- a", nil},
		{"// seg:ignored a", nil},
		{"// nothing", nil},
	}
	for _, test := range tests {
		text := test.comment + "\nPROFILE(contact)"
		var got []string
		end := token.Pos(0)
		for name, span := range check.IgnoredRules(parser.Parse(text).Definitions[0].AllComments[0]) {
			if there := span.Text(text); there != name || span.Start <= end {
				t.Errorf("%s: %s is said to stand where %q does", test.comment, name, there)
			}
			got, end = append(got, name), span.End
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.comment, diff)
		}
	}
}

func TestNamedDialect(t *testing.T) {
	tests := []struct {
		text string
		want check.Dialect
	}{
		{"// seg:dialect realtime\nPROFILE(contact)", check.Realtime},
		{"/* seg:dialect outbound */ PROFILE(contact)", check.Outbound},
		{"// seg:dialect realtime", check.Realtime},
		{"// seg:dialect sideways\nPROFILE(contact)", check.Undetermined},
		{"PROFILE(account).TRAVERSE(contact_customer_accounts)", check.Undetermined},
		{"", check.Undetermined},
	}
	for _, test := range tests {
		if got := check.NamedDialect(parser.Parse(test.text)); got != test.want {
			t.Errorf("%q names %s, want %s", test.text, got, test.want)
		}
	}
}

func TestResult(t *testing.T) {
	a := &check.File{Path: "a.seg", Schema: known(t), Tree: parser.Parse("Companies = PROFILE(account)\nPeople = SEGMENT(Companies).TRAVERSE(contact_customer_accounts)\nLoop = SEGMENT(Loop)")}
	p := check.NewProject([]*check.File{a}, today)
	for name, want := range map[string]string{"Companies": "account", "people": "contact", "Loop": "", "Missing": ""} {
		if got, ok := p.Result(a, name); got != want || ok != (want != "") {
			t.Errorf("the rows of %s are of the table %q (%v), want %q", name, got, ok, want)
		}
	}
}
