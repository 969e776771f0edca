package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
)

// TestSignatureHelp holds which call is helped with in broken text, and which
// parameter is marked in it, shown here in <>.
func TestSignatureHelp(t *testing.T) {
	c := start(t, map[string]string{"seg.toml": ""}, func(_ *client, p *protocol.InitializeParams) {
		yes := true
		p.Capabilities.TextDocument.SignatureHelp = &protocol.SignatureHelpClientCapabilities{
			SignatureInformation: &protocol.ClientSignatureInformationOptions{
				ParameterInformation:     &protocol.ClientSignatureParameterInformationOptions{LabelOffsetSupport: &yes},
				NoActiveParameterSupport: &yes,
			},
		}
	})
	for i, test := range []struct{ text, want string }{
		{"|", ""},
		{"PROFILE|", ""},
		{"PROFILE(|", "PROFILE(<table>[, alias])"},
		{"PROFILE(contact, |", "PROFILE(table[, <alias>])"},
		{"PROFILE(contact, a, |", "PROFILE(table[, alias])"},
		{"PROFILE(contact)|", ""},
		{"PROFILE(contact).FILTER(|", "FILTER(<condition>)"},
		{"PROFILE(contact).FILTER((a == 1 && (|", "FILTER(<condition>)"},
		{"PROFILE(contact).FILTER(NOT(ISNULL(|", "ISNULL(<column>)"},
		{"PROFILE(contact).FILTER(NOT(ISNULL(a)|", "NOT(<condition>)"},
		{"PROFILE(contact).FILTER(DATEDIFF(YEAR, a, DATEADD(DAY, |", "DATEADD(part, <number>, date)"},
		{"PROFILE(contact).FILTER(DATEDIFF(YEAR, a, DATEADD(DAY, 1, b), |", "DATEDIFF(part, from, to)"},
		{"PROFILE(contact).FILTER(DATEDIFF(YEAR, a|", "DATEDIFF(part, <from>, to)"},
		{"PROFILE(contact).FILTER(a IN [1, |", "FILTER(<condition>)"},
		{"PROFILE(contact).FILTER(a == 'x, |", "FILTER(<condition>)"},
		{"PROFILE(contact).FILTER(a == /* ( */ |", "FILTER(<condition>)"},
		{"PROFILE(contact).FILTER(a == /* (|", ""},
		{"PROFILE(contact).TRAVERSE(r, FILTER|(a == 1))", "TRAVERSE(relationship[, <alias>][, FILTER(condition)])"},
		{"PROFILE(contact).TRAVERSE(r, FILTER(a == 1)|)", "TRAVERSE(relationship[, alias][, <FILTER(condition)>])"},
		{"PROFILE(contact).TRAVERSE(r, a, |", "TRAVERSE(relationship[, alias][, <FILTER(condition)>])"},
		{"INTERACTION(a, b).HAVING(COUNT() > 1, |", "HAVING(aggregate op number[, <window>])"},
		{"INTERACTION(a, b).HAVING(COUNT(|", "COUNT()"},
		{"PROFILE(contact).ORDERBY(a, b, |", "ORDERBY(<column[ ASC| DESC]>, ..)"},
		{"(SEGMENT(A) UNION SEGMENT(|", "SEGMENT(<name>)"},
		{"(SEGMENT(A) UNION |", ""},
		{"PROFILE(contact).NOSUCH(|", ""},
		{"PROFILE (contact, |", "PROFILE(table[, <alias>])"},
		{"profile(|", "PROFILE(<table>[, alias])"},
	} {
		caret := strings.LastIndexByte(test.text, '|')
		text := test.text[:caret] + test.text[caret+1:]
		u := at(fmt.Sprintf("%d.seg", i))
		c.open(u, 1, text)
		h, err := c.SignatureHelp(t.Context(), &protocol.SignatureHelpParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: u}, Position: protocol.Position{Character: uint32(caret)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if h != nil {
			got = h.Signatures[0].Label
			if active, ok := h.ActiveParameter.Get(); ok {
				span := h.Signatures[0].Parameters[active].Label.(protocol.ParameterInformationLabelTuple)
				got = got[:span[0]] + "<" + got[span[0]:span[1]] + ">" + got[span[1]:]
			} else if !h.ActiveParameter.IsNull() {
				t.Errorf("%s: no parameter is marked, yet not by null", test.text)
			}
		}
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}
