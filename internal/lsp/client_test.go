package lsp_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
	"segql/internal/project"
	"segql/lang/schema"
)

// root is the folder of the workspace in tests.
const root = uri.URI("file:///w")

func at(name string) uri.URI { return root + "/" + uri.URI(name) }

// memory is files that are nowhere but here. It serves every kind of URI but
// vscode-vfs, which is left to the client.
type memory struct {
	mu    sync.Mutex
	texts map[uri.URI]string
	// finding, if set, is called when a folder is looked through.
	finding func(folder uri.URI)
	// reading, if set, is called when a file is read.
	reading func(uri.URI)
	// eol is the line end that the style asks for, if any.
	eol string
}

func (m *memory) Has(u uri.URI) bool {
	return u.Scheme() != "untitled" && u.Scheme() != "vscode-vfs"
}

func (m *memory) Find(_ context.Context, folder uri.URI) ([]uri.URI, error) {
	if m.finding != nil {
		m.finding(folder)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []uri.URI
	for u := range m.texts {
		if strings.HasPrefix(string(u), string(folder)) && strings.HasSuffix(string(u), project.Extension) {
			found = append(found, u)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (m *memory) Text(_ context.Context, u uri.URI) (string, error) {
	if m.reading != nil {
		m.reading(u)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ok := m.texts[u]
	if !ok {
		return "", fs.ErrNotExist
	}
	return text, nil
}

func (m *memory) Schema(ctx context.Context, u uri.URI) (*schema.Schema, error) {
	text, err := m.Text(ctx, u)
	if err != nil {
		return nil, &project.Error{Path: u.Path(), Sentence: "there is no such file"}
	}
	return schema.Read(strings.NewReader(text))
}

func (m *memory) Style(context.Context, uri.URI) (project.Style, error) {
	return project.Style{FinalNewline: true, EOL: m.eol}, nil
}

func (m *memory) write(u uri.URI, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.texts[u] = text
}

func (m *memory) remove(u uri.URI) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.texts, u)
}

// client is a client of a server under test, over a real connection.
type client struct {
	protocol.Server // what the client asks the server

	t      testing.TB
	files  *memory
	conn   jsonrpc2.Conn
	result *protocol.InitializeResult
	done   chan error // what Serve returned

	mu        sync.Mutex
	published map[uri.URI]*protocol.PublishDiagnosticsParams
	changed   chan struct{} // closed and made anew when something arrives
	received  []string      // methods of what the server sent, in order
	bodies    []string      // of textDocument/publishDiagnostics, as they came
	traces    []protocol.LogTraceParams
	messages  []string // shown to the user
	questions []string // put to the user
	settings  string   // what workspace/configuration answers, as JSON
	applied   []protocol.WorkspaceEdit
	progress  []string // parameters of $/progress, as JSON
	// registered are the parameters of the registrations, as JSON.
	registered []string
	answers    map[string]string  // results of other requests by their method, as JSON
	elsewhere  map[uri.URI]string // files that the client reads for the server
	// configuring, if set, is called before workspace/configuration is answered.
	configuring func()
	silent      []string      // methods that are never answered
	gone        chan struct{} // closed when the client is
}

type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok && raw != nil {
		return raw, nil
	}
	return protocol.Marshal(v)
}
func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = slices.Clone(data)
		return nil
	}
	return protocol.Unmarshal(slices.Clone(data), v) // parts of v may be parts of the data, which is used again
}

// option changes what a test client says in initialize.
type option func(*client, *protocol.InitializeParams)

// start starts a server with a workspace of files, by their names, and a client
// that has said initialized.
func start(t testing.TB, files map[string]string, options ...option) *client {
	t.Helper()
	return connect(t, files).begin(options...)
}

// begin has a client say what it can do, and initialized.
func (c *client) begin(options ...option) *client {
	t := c.t
	t.Helper()
	yes := true
	params := &protocol.InitializeParams{
		WorkspaceFoldersInitializeParams: protocol.WorkspaceFoldersInitializeParams{
			WorkspaceFolders: protocol.NewNullable([]protocol.WorkspaceFolder{{URI: root, Name: "w"}}),
		},
		Capabilities: protocol.ClientCapabilities{
			Workspace: &protocol.WorkspaceClientCapabilities{
				Configuration: &yes, ApplyEdit: &yes,
				WorkspaceEdit: &protocol.WorkspaceEditClientCapabilities{DocumentChanges: &yes},
			},
			TextDocument: &protocol.TextDocumentClientCapabilities{
				Completion:     &protocol.CompletionClientCapabilities{CompletionItem: &protocol.ClientCompletionItemOptions{SnippetSupport: &yes, LabelDetailsSupport: &yes}},
				Hover:          &protocol.HoverClientCapabilities{ContentFormat: []protocol.MarkupKind{protocol.MarkupKindMarkdown}},
				DocumentSymbol: &protocol.DocumentSymbolClientCapabilities{HierarchicalDocumentSymbolSupport: &yes},
				SemanticTokens: allTokens(),
				Rename:         &protocol.RenameClientCapabilities{PrepareSupport: &yes},
				CodeAction: &protocol.CodeActionClientCapabilities{
					DataSupport: &yes, ResolveSupport: protocol.ClientCodeActionResolveOptions{Properties: []string{"edit"}},
					CodeActionLiteralSupport: protocol.ClientCodeActionLiteralOptions{CodeActionKind: protocol.ClientCodeActionKindOptions{ValueSet: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix}}},
				},
			},
		},
	}
	for _, o := range options {
		o(c, params)
	}
	var err error
	if c.result, err = c.Initialize(t.Context(), params); err != nil {
		t.Fatal(err)
	}
	if err := c.Initialized(t.Context(), &protocol.InitializedParams{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// connect starts a server, and a client that has said nothing yet.
func connect(t testing.TB, files map[string]string, changes ...func(*lsp.Options)) *client {
	t.Helper()
	c := &client{
		t: t, files: &memory{texts: map[uri.URI]string{}}, done: make(chan error, 1),
		published: map[uri.URI]*protocol.PublishDiagnosticsParams{}, changed: make(chan struct{}), settings: "null",
		gone: make(chan struct{}),
	}
	for name, text := range files {
		c.files.texts[at(name)] = text
	}
	ours, theirs := net.Pipe()
	go func() {
		o := lsp.Options{
			Version: "test", Files: c.files, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Today: func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) },
		}
		for _, change := range changes {
			change(&o)
		}
		c.done <- lsp.Serve(context.Background(), theirs, o)
	}()
	c.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(ours), jsonrpc2.WithCodec(codec{}))
	c.Server = protocol.ServerDispatcher(c.conn)
	c.conn.Go(context.Background(), c.handle)
	t.Cleanup(func() {
		close(c.gone)
		_ = ours.Close()
		<-c.conn.Done()
		select {
		case <-c.done:
		case <-time.After(10 * time.Second):
			t.Error("the server did not end with its connection")
		}
	})
	return c
}

// handle answers the server.
func (c *client) handle(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	method := strings.Clone(req.Method())
	if c.configuring != nil && method == protocol.MethodWorkspaceConfiguration {
		jsonrpc2.Async(ctx) // so that answers to what the client asked are read
		c.configuring()
	}
	if slices.Contains(c.silent, method) {
		jsonrpc2.Async(ctx)
		<-c.gone
		return nil, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		close(c.changed)
		c.changed = make(chan struct{})
	}()
	c.received = append(c.received, method)
	switch method {
	case protocol.MethodTextDocumentPublishDiagnostics:
		var p protocol.PublishDiagnosticsParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		c.published[p.URI] = &p
		c.bodies = append(c.bodies, string(req.Params()))
	case protocol.MethodLogTrace:
		var p protocol.LogTraceParams
		if err := protocol.Unmarshal(bytes.Clone(req.Params()), &p); err != nil {
			return nil, err
		}
		c.traces = append(c.traces, p)
	case protocol.MethodWindowShowMessage:
		var p protocol.ShowMessageParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		c.messages = append(c.messages, p.Message)
	case protocol.MethodWindowShowMessageRequest:
		var p protocol.ShowMessageRequestParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		c.questions = append(c.questions, p.Message)
	case protocol.MethodWorkspaceConfiguration:
		return jsonrpc2.RawMessage("[" + c.settings + "]"), nil
	case "segql/readFile", "segql/findFiles":
		return c.readFor(method, req.Params())
	case protocol.MethodProgress:
		c.progress = append(c.progress, string(req.Params()))
	case protocol.MethodClientRegisterCapability:
		c.registered = append(c.registered, string(req.Params()))
	case protocol.MethodWorkspaceApplyEdit:
		var p protocol.ApplyWorkspaceEditParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		c.applied = append(c.applied, p.Edit)
		return &protocol.ApplyWorkspaceEditResult{Applied: true}, nil
	}
	if answer, ok := c.answers[method]; ok {
		return jsonrpc2.RawMessage(answer), nil
	}
	return nil, nil
}

// await waits until ok holds, which is asked whenever the server sends
// something.
func (c *client) await(what string, ok func() bool) {
	c.t.Helper()
	limit := time.After(time.Minute)
	for {
		c.mu.Lock()
		holds, changed := ok(), c.changed
		c.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-limit:
			c.t.Fatalf("the server did not send %s", what)
		}
	}
}

// open opens a document.
func (c *client) open(u uri.URI, version int32, text string) {
	c.t.Helper()
	if err := c.DidOpen(c.t.Context(), &protocol.DidOpenTextDocumentParams{
		TextDocument: protocol.TextDocumentItem{URI: u, LanguageID: "segment-query", Version: version, Text: text},
	}); err != nil {
		c.t.Fatal(err)
	}
}

// change changes documents, to a new text or by ranges.
func (c *client) change(u uri.URI, version int32, changes ...protocol.TextDocumentContentChangeEvent) {
	c.t.Helper()
	if err := c.DidChange(c.t.Context(), &protocol.DidChangeTextDocumentParams{
		TextDocument:   protocol.VersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: u}, Version: version},
		ContentChanges: changes,
	}); err != nil {
		c.t.Fatal(err)
	}
}

// diagnostics returns what the server publishes for a version of a document.
func (c *client) diagnostics(u uri.URI, version int32) []protocol.Diagnostic {
	c.t.Helper()
	var got *protocol.PublishDiagnosticsParams
	c.await("diagnostics of "+string(u), func() bool {
		got = c.published[u]
		if got == nil {
			return false
		}
		v, ok := got.Version.Get()
		return ok && v == version
	})
	return got.Diagnostics
}
