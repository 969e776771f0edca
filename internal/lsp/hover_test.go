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
