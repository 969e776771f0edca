package lsp

import "go.lsp.dev/protocol"

// offerInformation says what is told of a place.
func (s *server) offerInformation(c *protocol.ServerCapabilities) {
	c.HoverProvider = protocol.Boolean(true)
	c.SignatureHelpProvider = &protocol.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}, RetriggerCharacters: []string{")"}}
}
