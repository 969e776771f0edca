package lsp

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/lang/token"
)

// capabilities are what the client can do, as far as an answer depends on it.
type capabilities struct {
	configuration, configurationChange    bool
	progress                              bool
	watchElsewhere                        bool // watches what is in no folder of the workspace
	watchFiles                            bool
	pullDiagnostics, refreshDiagnostics   bool
	refreshHints, refreshLenses           bool
	snippets, labelDetails, insertReplace bool
	defaultRange, defaultData             bool // of the items of a completion, said once for all
	deprecatedItems                       bool
	markdown                              bool
	markdownItems, markdownSignatures     bool
	labelOffsets                          bool
	noActiveParameter                     bool
	hierarchicalSymbols                   bool
	documentChanges                       bool
	resolveActions, disabledActions       bool
	ruleContent                           bool // can show what the server holds under its own scheme
	lineFolding                           bool
	maxFolds                              int // 0 if there is no limit
	prepareRename                         bool
	tokens                                tokenLegend
	actionLiterals                        bool // takes code actions, not commands alone
	accessTokens                          bool // keeps them and answers segql/token
	resolveHints                          bool // asks for the tooltip of a hint that it shows
	linkTooltips                          bool
	showReferences                        bool // has the command that lenses lead to
	files                                 bool // reads what the server's own files don't have
}

func is(b *bool) bool { return b != nil && *b }

func capabilitiesOf(c *protocol.ClientCapabilities) capabilities {
	var can capabilities
	if w := c.Workspace; w != nil {
		can.configuration = is(w.Configuration)
		can.configurationChange = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
		can.watchFiles = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
		can.watchElsewhere = can.watchFiles && is(w.DidChangeWatchedFiles.RelativePatternSupport)
		can.documentChanges = w.WorkspaceEdit != nil && is(w.WorkspaceEdit.DocumentChanges)
		can.refreshDiagnostics = w.Diagnostics != nil && is(w.Diagnostics.RefreshSupport)
		can.refreshHints = w.InlayHint != nil && is(w.InlayHint.RefreshSupport)
		can.refreshLenses = w.CodeLens != nil && is(w.CodeLens.RefreshSupport)
		can.ruleContent = w.TextDocumentContent != nil
	}
	var experimental struct {
		Segql struct {
			ShowReferences bool `json:"showReferences"`
			Tokens         bool `json:"tokens"`
			Files          bool `json:"files"`
		} `json:"segql"`
	}
	if len(c.Experimental) > 0 && json.Unmarshal(c.Experimental, &experimental) == nil {
		offered := experimental.Segql
		can.showReferences, can.accessTokens, can.files = offered.ShowReferences, offered.Tokens, offered.Files
	}
	if w := c.Window; w != nil {
		can.progress = is(w.WorkDoneProgress)
	}
	t := c.TextDocument
	if t == nil {
		return can
	}
	can.pullDiagnostics = t.Diagnostic != nil
	if t.Completion != nil && t.Completion.CompletionList != nil {
		defaults := t.Completion.CompletionList.ItemDefaults
		can.defaultRange, can.defaultData = slices.Contains(defaults, "editRange"), slices.Contains(defaults, "data")
	}
	if t.Completion != nil && t.Completion.CompletionItem != nil {
		i := t.Completion.CompletionItem
		can.deprecatedItems = slices.Contains(i.TagSupport.ValueSet, protocol.CompletionItemTagDeprecated)
		can.markdownItems = slices.Contains(i.DocumentationFormat, protocol.MarkupKindMarkdown)
		can.snippets, can.labelDetails, can.insertReplace = is(i.SnippetSupport), is(i.LabelDetailsSupport), is(i.InsertReplaceSupport)
	}
	can.markdown = t.Hover != nil && slices.Contains(t.Hover.ContentFormat, protocol.MarkupKindMarkdown)
	if t.SignatureHelp != nil && t.SignatureHelp.SignatureInformation != nil {
		i := t.SignatureHelp.SignatureInformation
		can.markdownSignatures = slices.Contains(i.DocumentationFormat, protocol.MarkupKindMarkdown)
		can.labelOffsets = i.ParameterInformation != nil && is(i.ParameterInformation.LabelOffsetSupport)
		can.noActiveParameter = is(i.NoActiveParameterSupport)
	}
	can.resolveHints = t.InlayHint != nil && slices.Contains(t.InlayHint.ResolveSupport.Properties, "tooltip")
	can.linkTooltips = t.DocumentLink != nil && is(t.DocumentLink.TooltipSupport)
	can.hierarchicalSymbols = t.DocumentSymbol != nil && is(t.DocumentSymbol.HierarchicalDocumentSymbolSupport)
	if f := t.FoldingRange; f != nil {
		can.lineFolding = is(f.LineFoldingOnly)
		if f.RangeLimit != nil {
			can.maxFolds = int(*f.RangeLimit)
		}
	}
	can.prepareRename = t.Rename != nil && is(t.Rename.PrepareSupport)
	can.tokens = legendOf(&t.SemanticTokens)
	if a := t.CodeAction; a != nil {
		can.resolveActions = is(a.DataSupport) && slices.Contains(a.ResolveSupport.Properties, "edit")
		can.disabledActions = is(a.DisabledSupport)
		can.actionLiterals = len(a.CodeActionLiteralSupport.CodeActionKind.ValueSet) > 0
	}
	return can
}

// Initialize implements protocol.Server.
func (s *server) Initialize(_ context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.can = capabilitiesOf(&params.Capabilities)
	s.options.Files = filesOf(s.options.Files, s.conn, s.can.files)
	s.distrusted = isDistrusted(params.InitializationOptions)
	s.encoding = token.UTF16
	encoding := protocol.PositionEncodingKindUTF16
	if g := params.Capabilities.General; g != nil {
		// The first that the client names is the one it likes best.
		for _, kind := range g.PositionEncodings {
			if known, ok := encodings[kind]; ok {
				s.encoding, encoding = known, kind
				break
			}
		}
	}
	if params.Trace != "" {
		s.trace.Store(params.Trace)
	}
	folders, _ := params.WorkspaceFolders.Get()
	if root := params.RootURI; len(folders) == 0 && root != nil && *root != "" { //nolint:staticcheck // what clients without workspace folders send
		folders = []protocol.WorkspaceFolder{{URI: *root, Name: baseName(*root)}}
	}
	if path, ok := params.RootPath.Get(); ok && path != "" && len(folders) == 0 { //nolint:staticcheck // the same, of older ones
		folders = []protocol.WorkspaceFolder{{URI: uri.File(path), Name: path}}
	}
	s.initialSettings = bytes.Clone(sectionOf(params.InitializationOptions))
	s.lastSettings = s.initialSettings
	s.change(func(n *next) {
		n.folders = folders
		n.reading++                                      // until the first scan is done
		n.settings, _ = parseSettings(s.initialSettings) // loadSettings reads the schema, and tells what is wrong
	})
	if s.options.WatchParent && params.ProcessID != nil {
		pid := int(*params.ProcessID)
		s.goBackground("parent", func(context.Context) { s.watchParent(s.ctx, pid) }) // it may go after shutdown, too
	}
	s.phase.Store(phaseInitialized)
	return &protocol.InitializeResult{
		Capabilities: s.capabilities(encoding),
		ServerInfo:   protocol.ServerInfo{Name: Name, Version: protocol.NewOptional(s.options.Version)},
	}, nil
}

var encodings = map[protocol.PositionEncodingKind]token.Encoding{
	protocol.PositionEncodingKindUTF8:  token.Bytes,
	protocol.PositionEncodingKindUTF16: token.UTF16,
	protocol.PositionEncodingKindUTF32: token.Runes,
}

// settleLimit is how long diagnostics wait for the workspace to be read: what
// other files define would be reported as missing before.
const settleLimit = 2 * time.Second

// Initialized implements protocol.Server.
func (s *server) Initialized(context.Context, *protocol.InitializedParams) error {
	s.started.Do(s.start)
	return nil
}

// start begins what goes on between requests.
func (s *server) start() {
	s.goBackground("diagnostics", s.diagnose)
	s.goBackground("refresh", s.refreshShown)
	s.enqueue(&s.reading, "first scan", func(ctx context.Context) {
		limit := time.AfterFunc(settleLimit, s.settle)
		s.watch()
		s.guard("folders", func() {
			defer s.noteRead()
			s.scan(ctx, s.state.Load().folders)
		})
		if ctx.Err() != nil {
			limit.Stop()
			s.settle()
			return
		}
		// Which files there are does not depend on the settings, and the client may be
		// slow to say what they are: they come behind what documents need that were
		// opened meanwhile.
		s.enqueue(&s.reading, "first settings", func(ctx context.Context) {
			defer s.settle()
			defer limit.Stop()
			defer close(s.configured)
			s.loadSettings(ctx, nil)
			s.watchSchemas()
		})
	})
}

// watch asks the client to tell what changes outside of it.
func (s *server) watch() {
	var all []protocol.Registration
	if s.can.watchFiles {
		options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: []protocol.FileSystemWatcher{
			{GlobPattern: protocol.Pattern("**/*.seg")},
			{GlobPattern: protocol.Pattern("**/seg.toml")},
			// Of a folder that comes or goes editors may tell that alone.
			{GlobPattern: protocol.Pattern("**"), Kind: protocol.WatchKindCreate | protocol.WatchKindDelete},
		}})
		if err == nil {
			all = append(all, protocol.Registration{ID: "segls-files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options})
		}
	}
	if s.can.configurationChange {
		options, err := protocol.Marshal(&protocol.DidChangeConfigurationRegistrationOptions{Section: protocol.String(Section)})
		if err == nil {
			all = append(all, protocol.Registration{ID: "segls-settings", Method: protocol.MethodWorkspaceDidChangeConfiguration, RegisterOptions: options})
		}
	}
	if len(all) > 0 {
		s.register(all...)
	}
}

// register asks the client for what it has to be asked for in the session. Nothing
// waits for its answer but what it is asked for later.
func (s *server) register(registrations ...protocol.Registration) {
	s.enqueue(&s.registering, "registration", func(ctx context.Context) {
		if err := s.client.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: registrations}); err != nil {
			s.log.Warn("the client did not take the registration", "error", err)
		}
	})
}

// refresh asks the client to ask again for what it shows in open texts. Semantic
// tokens depend on the text alone.
func (s *server) refresh(ctx context.Context) {
	if s.can.refreshDiagnostics {
		_ = s.client.DiagnosticRefresh(ctx)
	}
	if s.can.refreshHints {
		_ = s.client.InlayHintRefresh(ctx)
	}
	if s.can.refreshLenses {
		_ = s.client.CodeLensRefresh(ctx)
	}
}

// refreshShown asks the client to ask again whenever a change to one file made
// another say something else, as the table of a segment does where it is used.
func (s *server) refreshShown(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.shown:
			s.guard("refresh", func() { s.refresh(ctx) })
		}
	}
}

// Shutdown implements protocol.Server.
func (s *server) Shutdown(context.Context) error {
	s.phase.Store(phaseShutdown)
	s.endWork()
	return nil
}

// Exit implements protocol.Server.
func (s *server) Exit(context.Context) error {
	s.exited.Store(true)
	s.cancel()
	return nil
}
