package check_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestTraverseToRelate holds that a step which selects other rows is replaced
// only by who asks for it, and that the relationship then has its schema name.
func TestTraverseToRelate(t *testing.T) {
	tests := []struct{ text, want string }{
		{
			"// seg:dialect realtime\nPROFILE(contact).TRAVERSE(contact_account_parentcustomerid, a).FILTER(a.revenue > 1)",
			"// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, a).FILTER(a.revenue > 1)",
		},
		{
			"// seg:dialect realtime\nPROFILE(contact).TRAVERSE('contact_account_parentcustomerid', a).FILTER(a.revenue > 1)",
			"// seg:dialect realtime\nPROFILE(contact).RELATE('contact_customer_accounts', a).FILTER(a.revenue > 1)",
		},
		{
			"// seg:dialect realtime\nPROFILE(contact).TRAVERSE(contact_customer_accounts, a).FILTER(a.revenue > 1)",
			"// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, a).FILTER(a.revenue > 1)",
		},
	}
	for _, test := range tests {
		found := find(known(t), test.text)[0]
		if edits, _ := check.SureEdits(found); len(edits) > 0 {
			t.Errorf("%s: these are said to be sure: %v", test.text, edits)
		}
		f := only(t, found, "step-not-for-dialect")
		got, err := token.Apply(test.text, f.Fixes[0].Edits...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("the fix (-want +got):\n%s", diff)
		}
		if left := names(find(known(t), got)[0]); len(left) > 0 {
			t.Errorf("%s is left with %v", got, left)
		}
	}
}

// only returns the one finding of a rule.
func only(t *testing.T, found []check.Finding, rule string) check.Finding {
	t.Helper()
	var all []check.Finding
	for _, f := range found {
		if f.Rule == rule {
			all = append(all, f)
		}
	}
	if len(all) != 1 {
		t.Fatalf("there are %d findings of %s in %v", len(all), rule, names(found))
	}
	return all[0]
}

func TestRemoveIgnore(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"own line", "A = PROFILE(contact)\n// seg:ignore unknown-table\nB = PROFILE(contact)\n", "A = PROFILE(contact)\nB = PROFILE(contact)\n"},
		{"first line", "// seg:ignore unknown-table\nA = PROFILE(contact)\n", "A = PROFILE(contact)\n"},
		{"CRLF", "A = PROFILE(contact)\r\n  // seg:ignore unknown-table  \r\nB = PROFILE(contact)\r\n", "A = PROFILE(contact)\r\nB = PROFILE(contact)\r\n"},
		{"end of line", "A = PROFILE(contact)  // seg:ignore unknown-table\nB = PROFILE(contact)\n", "A = PROFILE(contact)\nB = PROFILE(contact)\n"},
		{"end of text", "A = PROFILE(contact)\n// seg:ignore unknown-table", "A = PROFILE(contact)\n"},
		{"within a line", "A = PROFILE(contact) /* seg:ignore unknown-table */ .FILTER(statecode == 0)\n", "A = PROFILE(contact) .FILTER(statecode == 0)\n"},
		{"no blanks", "A = PROFILE(contact)/* seg:ignore unknown-table */.FILTER(statecode == 0)\n", "A = PROFILE(contact).FILTER(statecode == 0)\n"},
		{"start of a line", "A = PROFILE(contact)\n  /* seg:ignore unknown-table */ .FILTER(statecode == 0)\n", "A = PROFILE(contact)\n  .FILTER(statecode == 0)\n"},
		{"first of two rules", "PROFILE(contct) // seg:ignore unknown-column, unknown-table\n", "PROFILE(contct) // seg:ignore unknown-table\n"},
		{"last of two rules", "PROFILE(contct) // seg:ignore unknown-table, unknown-column -- why\n", "PROFILE(contct) // seg:ignore unknown-table -- why\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := only(t, find(known(t), test.text)[0], "unused-ignore")
			got, err := token.Apply(test.text, f.Fixes[0].Edits...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the fix (-want +got):\n%s", diff)
			}
			if all := f.Fixes[0].Title == "Remove the comment"; f.Unnecessary != all {
				t.Errorf("it is said to be unnecessary: %v", f.Unnecessary)
			}
		})
	}
}

// TestSegmentOfOtherDialect follows the dialect of a definition that another
// file refers to.
func TestSegmentOfOtherDialect(t *testing.T) {
	file := func(path, text string) *check.File {
		return &check.File{Path: path, Tree: parser.Parse(text), Schema: known(t)}
	}
	user := file("b.seg", "// seg:dialect realtime\nSEGMENT(Vips)")
	p := check.NewProject([]*check.File{file("a.seg", "// seg:dialect outbound\nVips = PROFILE(contact)"), user}, today)
	tests := []struct {
		head string // of the file of the definition, from then on
		want string
	}{
		{"", "Vips is defined in the outbound dialect; this query is realtime"},
		{"// seg:dialect realtime\n", ""},
		{"// seg:dialect outbound\n", "Vips is defined in the outbound dialect; this query is realtime"},
		{"// undetermined\n", ""},
	}
	for _, test := range tests {
		if test.head != "" {
			p = p.Update([]*check.File{file("a.seg", test.head+"Vips = PROFILE(contact)")}, nil)
			affected := false
			for _, f := range p.Affected() {
				affected = affected || f == user
			}
			if !affected {
				t.Errorf("%q: what refers to the definition is not said to be affected", test.head)
			}
		}
		got := ""
		for _, f := range p.Check(user) {
			got += f.Message
		}
		if got != test.want {
			t.Errorf("%q: the findings are %q, want %q", test.head, got, test.want)
		}
	}
}

// TestRemoveParentheses holds that no two tokens become one where parentheses
// stood between them.
func TestRemoveParentheses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"PROFILE(contact).FILTER(gendercode == 1 AND(statecode == 0))", "PROFILE(contact).FILTER(gendercode == 1 AND statecode == 0)"},
		{"PROFILE(contact).FILTER((gendercode == 1)AND statecode == 0)", "PROFILE(contact).FILTER(gendercode == 1 AND statecode == 0)"},
		{"PROFILE(contact).FILTER(gendercode == 1 &&(statecode == 0))", "PROFILE(contact).FILTER(gendercode == 1 &&statecode == 0)"},
		{"PROFILE(contact) UNION(PROFILE(contact))", "PROFILE(contact) UNION PROFILE(contact)"},
		{"(PROFILE(contact))UNION PROFILE(contact)", "PROFILE(contact)UNION PROFILE(contact)"},
		{"A = ((((PROFILE(contact)))))", "A = PROFILE(contact)"},
		{"PROFILE(contact) UNION((PROFILE(contact)))", "PROFILE(contact) UNION PROFILE(contact)"},
		{"PROFILE(contact).FILTER(((statecode == 0 || gendercode == 1)))", "PROFILE(contact).FILTER(statecode == 0 || gendercode == 1)"},
		{"PROFILE(contact).FILTER(( (statecode == 0 || gendercode == 1) ) && statecode == 1)", "PROFILE(contact).FILTER( (statecode == 0 || gendercode == 1)  && statecode == 1)"},
		{"PROFILE(contact).FILTER(numberofchildren == 5 /(/* x */3))", "PROFILE(contact).FILTER(numberofchildren == 5 / /* x */3)"},
	}
	for _, test := range tests {
		f := only(t, find(known(t), test.text)[0], "redundant-parentheses")
		got, err := token.Apply(test.text, f.Fixes[0].Edits...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || !f.Sure {
			t.Errorf("%q: the fix, sure: %v (-want +got):\n%s", test.text, f.Sure, diff)
		}
		if left := names(find(known(t), got)[0]); len(left) > 0 {
			t.Errorf("%q is left with %v", got, left)
		}
	}
}

// TestRemoveAlias holds that an alias is removed with its own comma, where that
// is there.
func TestRemoveAlias(t *testing.T) {
	tests := []struct{ text, want string }{
		{"PROFILE(account).TRAVERSE(contact_customer_accounts, x, FILTER(statecode == 0))", "PROFILE(account).TRAVERSE(contact_customer_accounts, FILTER(statecode == 0))"},
		{"PROFILE(account).TRAVERSE(contact_customer_accounts x, FILTER(statecode == 0))", ""},
	}
	for _, test := range tests {
		got := ""
		for _, fix := range only(t, find(known(t), test.text)[0], "unused-alias").Fixes {
			after, err := token.Apply(test.text, fix.Edits...)
			if err != nil {
				t.Fatal(err)
			}
			got += after
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q: the fixes (-want +got):\n%s", test.text, diff)
		}
	}
}
