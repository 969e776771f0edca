package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestIDsOfTable holds that a row with a slip in its id is never taken for a
// heading, and that no id is passed over.
func TestIDsOfTable(t *testing.T) {
	const a, b = "0a000000-0000-4000-8000-00000000000a", "0b000000-0000-4000-8000-00000000000b"
	for _, test := range []struct {
		text, problem string
		ids           []string
	}{
		{text: a + "\n" + b, ids: []string{a, b}},
		{text: "Contact\n" + a, ids: []string{a}},
		{text: "emailaddress1,contactid\nx@contoso.com," + a, ids: []string{a}},
		{text: "contactid,name\r\n" + a + ",x\r" + b + ",y\r\n", ids: []string{a, b}},
		{text: a + "\r" + b, ids: []string{a, b}},
		{text: a + " Ada\n" + b, problem: `line 1, column 1: "` + a + ` Ada" is not the id of a contact: expected 32 hexadecimal digits, with or without hyphens`},
		{text: a[:35] + "I,Ada\n" + b, problem: `line 1, column 1: "` + a[:35] + `I" is not the id of a contact: expected 32 hexadecimal digits, with or without hyphens`},
		{text: a + "," + b, problem: "line 1 has several ids: write each on a line of its own, or name the column of the ids contactid"},
		{text: "accountid,fullname\n" + a + ",x", problem: "line 1 names columns, but no contactid among them: only ids of contacts are taken"},
		{text: "(Do Not Modify) Account,Name\n" + a + ",x", problem: "line 1 names columns, but no contactid among them: only ids of contacts are taken"},
	} {
		ids, err := idsOfTable(test.text)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if diff := cmp.Diff(test.problem, problem); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
		if diff := cmp.Diff(test.ids, ids); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}
