package lsp_test

import (
	"regexp"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"

	"segql/lang/parser"
)

// TestManyFindings tells of at most 1,000 findings of a file, the most severe
// ones, and of how many more there are.
func TestManyFindings(t *testing.T) {
	// A column twice in a row is a hint or warning each; the mistakes stand last.
	text := "A = PROFILE(contact).FILTER(statecode == 0" + strings.Repeat(" && statecode == 0", 5000) + ")\n" +
		"B = PROFILE(contact).FILTER(statuscode = 0" + strings.Repeat(" && statuscode = 0", 99) + ")\n"
	for _, isPulled := range []bool{false, true} {
		c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
			if isPulled {
				p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
			}
		})
		c.open(at("a.seg"), 1, text)
		var got []protocol.Diagnostic
		if isPulled {
			r, err := c.Diagnostic(t.Context(), &protocol.DocumentDiagnosticParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
			if err != nil {
				t.Fatal(err)
			}
			got = r.(*protocol.RelatedFullDocumentDiagnosticReport).Items
		} else {
			got = c.diagnostics(at("a.seg"), 1)
		}
		if len(got) != 1000 {
			t.Fatalf("pulled: %v, %d diagnostics", isPulled, len(got))
		}
		count := map[string]int{}
		for _, code := range codes(got) {
			count[code]++
		}
		last := got[len(got)-1]
		if diff := gocmp.Diff(100, count["single-equals"]); diff != "" || codes(got[999:])[0] != parser.CodeTooManyErrors {
			t.Errorf("pulled: %v, %v, the last is %v", isPulled, count, last)
		}
		if want := regexp.MustCompile(`^this file has 4\d{3} more findings, which are not shown$`); !want.MatchString(string(last.Message.(protocol.String))) {
			t.Errorf("got %q", last.Message)
		}
	}
}
