package lsp

import "go.lsp.dev/protocol"

// capabilities are what the server offers.
func (s *server) capabilities(encoding protocol.PositionEncodingKind) protocol.ServerCapabilities {
	yes := true
	incremental := protocol.TextDocumentSyncKindIncremental
	c := protocol.ServerCapabilities{
		PositionEncoding: encoding,
		TextDocumentSync: &protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: protocol.Boolean(true)},
		Workspace: &protocol.WorkspaceOptions{
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: &yes, ChangeNotifications: protocol.Boolean(true)},
		},
	}
	if s.can.pullDiagnostics {
		c.DiagnosticProvider = &protocol.DiagnosticOptions{InterFileDependencies: true, WorkspaceDiagnostics: true}
	}
	s.offerCompletion(&c)
	s.offerInformation(&c)
	s.offerNavigation(&c)
	s.offerActions(&c)
	s.offerView(&c)
	return c
}

// offerInformation says what is told of a place.
func (s *server) offerInformation(c *protocol.ServerCapabilities) {
	c.HoverProvider = protocol.Boolean(true)
	c.SignatureHelpProvider = &protocol.SignatureHelpOptions{TriggerCharacters: []string{"(", ","}, RetriggerCharacters: []string{")"}}
}

// offerNavigation says where the server can lead, and what it shows of the
// structure of a text.
func (s *server) offerNavigation(c *protocol.ServerCapabilities) {
	yes := true
	c.DefinitionProvider = protocol.Boolean(true)
	c.ReferencesProvider = protocol.Boolean(true)
	c.DocumentHighlightProvider = protocol.Boolean(true)
	c.DocumentSymbolProvider = protocol.Boolean(true)
	c.WorkspaceSymbolProvider = protocol.Boolean(true)
	c.CallHierarchyProvider = protocol.Boolean(true)
	c.RenameProvider = protocol.Boolean(true)
	if s.can.prepareRename {
		c.RenameProvider = &protocol.RenameOptions{PrepareProvider: &yes}
	}
	c.LinkedEditingRangeProvider = protocol.Boolean(true)
	c.FoldingRangeProvider = protocol.Boolean(true)
	c.SelectionRangeProvider = protocol.Boolean(true)
	s.offerTokens(c)
}

// offerActions says what formatting and code actions there are.
func (s *server) offerActions(c *protocol.ServerCapabilities) {
	yes := true
	s.offerFormatting(c)
	if !s.can.actionLiterals {
		return
	}
	c.CodeActionProvider = &protocol.CodeActionOptions{
		CodeActionKinds: []protocol.CodeActionKind{
			protocol.CodeActionKindQuickFix,
			protocol.CodeActionKindRefactorExtract, protocol.CodeActionKindRefactorInline, protocol.CodeActionKindRefactorRewrite,
			protocol.CodeActionKindSourceFixAll, fixAllKind,
		},
		ResolveProvider: &yes,
	}
}

// offerView says what the server shows in the text, which commands it runs, and
// which documents it holds itself.
func (s *server) offerView(c *protocol.ServerCapabilities) {
	yes := true
	c.InlayHintProvider = &protocol.InlayHintOptions{ResolveProvider: &yes}
	c.CodeLensProvider = &protocol.CodeLensOptions{ResolveProvider: &yes}
	c.DocumentLinkProvider = &protocol.DocumentLinkOptions{}
	c.ExecuteCommandProvider = protocol.ExecuteCommandOptions{Commands: s.commands()}
	if s.can.ruleContent {
		c.Workspace.TextDocumentContent = &protocol.TextDocumentContentOptions{Schemes: []string{RuleScheme}}
	}
}
