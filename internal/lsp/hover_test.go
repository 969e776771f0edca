package lsp_test

import (
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// TestPlainClient holds what a client gets that knows neither Markdown nor
// details of labels.
func TestPlainClient(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
		no := false
		p.Capabilities.TextDocument.Hover.ContentFormat = nil
		p.Capabilities.TextDocument.Completion.CompletionItem.LabelDetailsSupport = &no
	})
	text := "PROFILE(contact).FILTER(gendercode == 1)"
	c.open(at("a.seg"), 1, text)
	for _, word := range []string{"PROFILE", "contact", "FILTER", "gendercode", "==", "1"} {
		h, err := c.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: protocol.Position{Character: uint32(strings.Index(text, word))},
		}})
		if err != nil || h == nil {
			t.Fatalf("%s: %v, %v", word, h, err)
		}
		m := h.Contents.(*protocol.MarkupContent)
		if m.Kind != protocol.MarkupKindPlainText || strings.ContainsAny(m.Value, "`*\\|") {
			t.Errorf("%s: %s %s", word, m.Kind, m.Value)
		}
	}
	for _, item := range c.items(at("a.seg"), text, strings.Index(text, "code")) {
		if item.LabelDetails != nil {
			t.Errorf("%s has details of its label", item.Label)
		}
		if detail, _ := item.Detail.Get(); item.Label == "gendercode" && detail != "choice · contact · Gender" {
			t.Errorf("the detail of gendercode is %q", detail)
		}
	}
}

// TestHoverNothing holds that there is nothing to say of what is not known,
// and of what is no name.
func TestHoverNothing(t *testing.T) {
	c := start(t, nil)
	text := "PROFILE(nosuch, n).FILTER(n.nothing == 'a') // PROFILE"
	c.open(at("a.seg"), 1, text)
	for _, word := range []string{"nosuch", "nothing", "'a'", ") //", "// PROFILE"} {
		h, err := c.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: protocol.Position{Character: uint32(strings.Index(text, word) + 1)},
		}})
		if err != nil || h != nil {
			t.Errorf("%s: %+v, %v", word, h, err)
		}
	}
}

// TestHoverQualifier tells the alias of a row from the name of its table, both of
// which a column may stand behind.
func TestHoverQualifier(t *testing.T) {
	c := start(t, nil)
	text := "PROFILE(contact, c).FILTER(C.statecode == 0 && contact.statecode == 0)"
	c.open(at("a.seg"), 1, text)
	for word, want := range map[string]string{"C.": "alias c: contact", "contact.": "table contact"} {
		h, err := c.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: protocol.Position{Character: uint32(strings.Index(text, word))},
		}})
		if err != nil || h == nil || !strings.Contains(h.Contents.(*protocol.MarkupContent).Value, want) {
			t.Errorf("%s: %+v, %v", word, h, err)
		}
	}
}

// TestHoverComment holds what is said of comments that the checker reads.
func TestHoverComment(t *testing.T) {
	c := start(t, nil)
	for _, test := range []struct{ text, want, span string }{
		{"// seg:ig|nore unused-alias\nPROFILE(contact)", "silences rules on its own line", "seg:ignore"},
		{"// seg:ignore unused-al|ias -- why\nPROFILE(contact)", "unused-alias", "unused-alias"},
		{"// seg:ignore |unused-alias, unknown-table\nPROFILE(contact)", "unused-alias", "unused-alias"},
		{"// seg:ignore nosuch| until 2027-01-31\nPROFILE(contact)", "silences rules on its own line", "seg:ignore"},
		{"/* seg:dialect| realtime */ PROFILE(contact)", "which dialect the file is in", "seg:dialect"},
		{"PROFILE(contact)\n\n// seg:ignore unused-alias|", "unused-alias", "unused-alias"},
		{"// seg:nosuch|\nPROFILE(contact)", "", ""},
		{"// unused-alias|\nPROFILE(contact)", "", ""},
		{"/|/\nPROFILE(contact)", "", ""},
	} {
		at0 := strings.IndexByte(test.text, '|')
		text := test.text[:at0] + test.text[at0+1:]
		c.open(at("a.seg"), 1, text)
		h, err := c.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: positionUTF16(text, at0),
		}})
		if err != nil {
			t.Fatal(err)
		}
		if h == nil {
			if test.want != "" {
				t.Errorf("%s: nothing is said", test.text)
			}
			continue
		}
		line := strings.Split(text, "\n")[h.Range.Start.Line]
		if got := line[h.Range.Start.Character:h.Range.End.Character]; got != test.span {
			t.Errorf("%s: it is said of %q", test.text, got)
		}
		if got := strings.ReplaceAll(h.Contents.(*protocol.MarkupContent).Value, "\\", ""); test.want == "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: it says %s", test.text, got)
		}
	}
}
