package lsp

import (
	"context"
	"strings"

	"go.lsp.dev/protocol"

	"segql/internal/rulepage"
)

// RuleScheme is the scheme of the pages of rules that the server itself has.
const RuleScheme = "seg-rule"

// rulePage returns the address of a rule's page. A client that does not say
// that it shows what a server holds can still ask for it, as the configurations
// of editors do that docs/editors.md names.
func (s *snapshot) rulePage(rule string) fileURI {
	if s.settings.rulesURL != "" {
		return fileURI(s.settings.rulesURL + "/" + rule + ".md")
	}
	return fileURI(RuleScheme + ":///" + rule + ".md")
}

// TextDocumentContent implements protocol.Server: the page of a rule or of a
// mistake in the syntax, as Markdown.
func (s *server) TextDocumentContent(ctx context.Context, params *protocol.TextDocumentContentParams) (*protocol.TextDocumentContentResult, error) {
	s.begin(ctx)
	if params.URI.Scheme() != RuleScheme {
		return nil, failed("segls holds no document %s; it has those of the scheme %s only", params.URI, RuleScheme)
	}
	name := strings.TrimSuffix(strings.TrimPrefix(params.URI.Path(), "/"), ".md")
	page, ok := rulepage.Find(name)
	if !ok {
		return nil, failed("there is no rule %q", name)
	}
	return &protocol.TextDocumentContentResult{Text: page.Markdown()}, nil
}
