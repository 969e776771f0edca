package lsp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
	"segql/lang/parser"
	"segql/lang/schema"
)

// code returns the code of an error that the server answered, 0 if there is
// none.
func code(err error) jsonrpc2.Code {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return wire.Code
	}
	return 0
}

func (c *client) call(method, params string) error {
	_, err := c.conn.Call(c.t.Context(), method, jsonrpc2.RawMessage(params), nil)
	return err
}

func (c *client) notify(method, params string) {
	c.t.Helper()
	if err := c.conn.Notify(c.t.Context(), method, jsonrpc2.RawMessage(params)); err != nil {
		c.t.Fatal(err)
	}
}

// alive fails the test if the server does not work any more.
func (c *client) alive() {
	c.t.Helper()
	c.open(at("alive.seg"), 7, "PROFILE(contact).FILTER(statecode = 0)")
	if got := codes(c.diagnostics(at("alive.seg"), 7)); len(got) == 0 || got[0] != "single-equals" {
		c.t.Errorf("the server does not check any more: %v", got)
	}
}

func TestBeforeInitialize(t *testing.T) {
	c := connect(t, nil)
	if got := code(c.call("textDocument/hover", `{}`)); got != jsonrpc2.ServerNotInitialized {
		t.Errorf("hover before initialize: code %d", got)
	}
	c.notify("textDocument/didOpen", `{"textDocument":{"uri":"file:///w/a.seg","languageId":"x","version":1,"text":""}}`)
	if _, err := c.Initialize(t.Context(), &protocol.InitializeParams{}); err != nil {
		t.Fatal(err)
	}
	if got := code(c.call("initialize", `{"processId":null,"rootUri":null,"capabilities":{}}`)); got != jsonrpc2.InvalidRequest {
		t.Errorf("second initialize: code %d", got)
	}
}

func TestShutdownAndExit(t *testing.T) {
	c := start(t, nil)
	if err := c.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := code(c.call("textDocument/hover", `{}`)); got != jsonrpc2.InvalidRequest {
		t.Errorf("hover after shutdown: code %d", got)
	}
	c.notify("exit", `null`)
	if err := <-c.done; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	c.done <- nil
}

func TestExitWithoutShutdown(t *testing.T) {
	c := start(t, nil)
	c.notify("exit", `null`)
	if err := <-c.done; !errors.Is(err, lsp.ErrNoShutdown) {
		t.Errorf("Serve returned %v", err)
	}
	c.done <- nil
}

// TestHostileMessages sends what no client should, and then works on.
func TestHostileMessages(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "PROFILE(contact)\n")
	for _, m := range []string{"textDocument/hover", "textDocument/completion", "textDocument/rename", "textDocument/codeAction", "workspace/executeCommand", "workspace/symbol", "textDocument/selectionRange", "textDocument/semanticTokens/full/delta", "textDocument/onTypeFormatting", "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls", "nobody/knows", "$/nobody"} {
		for _, params := range []string{`{}`, `[]`, `"x"`, `7`, `null`, `{"textDocument":7}`, `{"textDocument":{"uri":""},"position":{"line":-1,"character":-1}}`, `{"textDocument":{"uri":"file:///w/none.seg"},"position":{"line":0,"character":0},"newName":""}`} {
			_ = c.call(m, params) // an answer is enough
			c.notify(m, params)
		}
	}
	for _, n := range []string{"textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration", "workspace/didChangeWorkspaceFolders", "$/cancelRequest", "$/setTrace", "window/workDoneProgress/cancel", "initialized"} {
		for _, params := range []string{`{}`, `[]`, `"x"`, `7`, `null`, `{"id":{}}`, `{"textDocument":{"uri":"file:///w/none.seg","version":1},"contentChanges":[{"text":7}]}`} {
			c.notify(n, params)
		}
	}
	c.alive()
}

func TestUnknownMethod(t *testing.T) {
	c := start(t, nil)
	for _, params := range []string{`{}`, `7`, `null`, ``} {
		if got := code(c.call("nobody/knows", params)); got != jsonrpc2.MethodNotFound {
			t.Errorf("params %s: code %d", params, got)
		}
	}
	if got := code(c.call("textDocument/hover", ``)); got != jsonrpc2.InvalidParams {
		t.Errorf("hover without parameters: code %d", got)
	}
}

// TestUnknownNotification is no matter for the log.
func TestUnknownNotification(t *testing.T) {
	var log bytes.Buffer
	err := lsp.Serve(t.Context(), recorded{strings.NewReader(framed(sayInitialize) +
		framed(`{"jsonrpc":"2.0","method":"initialized"}`) + framed(`{"jsonrpc":"2.0","method":"foo/n"}`) +
		framed(`{"jsonrpc":"2.0","method":"$/foo"}`) + framed(`{"jsonrpc":"2.0","method":"$/foo","params":{}}`) + framed(sayShutdown)), io.Discard},
		lsp.Options{Files: &memory{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil || log.Len() > 0 {
		t.Errorf("%v, log: %s", err, log.String())
	}
}

func TestPositionsOutsideTheText(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "PROFILE(contact).FILTER(statecode == 0)\n")
	for _, p := range []string{`{"line":0,"character":4294967295}`, `{"line":4294967295,"character":0}`, `{"line":1,"character":1}`} {
		for _, m := range []string{"hover", "completion", "definition", "references", "documentHighlight", "signatureHelp", "prepareRename", "linkedEditingRange", "prepareCallHierarchy"} {
			params := fmt.Sprintf(`{"textDocument":{"uri":"file:///w/a.seg"},"position":%s,"context":{"includeDeclaration":true}}`, p)
			if err := c.call("textDocument/"+m, params); code(err) == jsonrpc2.InternalError {
				t.Errorf("%s at %s: %v", m, p, err)
			}
		}
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangePartial{
		Range: protocol.Range{Start: protocol.Position{Line: 900}, End: protocol.Position{Line: 3, Character: 5}}, Text: "x",
	})
	if got := codes(c.diagnostics(at("a.seg"), 2)); len(got) == 0 {
		t.Error("the x behind the text gave no diagnostic")
	}
	c.alive()
}

func TestClosedTwiceAndChangedClosed(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "PROFILE(")
	c.diagnostics(at("a.seg"), 1)
	document := protocol.TextDocumentIdentifier{URI: at("a.seg")}
	for range 2 {
		if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: document}); err != nil {
			t.Fatal(err)
		}
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "x"})
	c.await("empty diagnostics of the closed file", func() bool { return len(c.published[at("a.seg")].Diagnostics) == 0 })
	c.alive()
}

// TestClosedAfterItWasStored holds that a stored file is checked when the
// document is closed that hid it from when it was read first.
func TestClosedAfterItWasStored(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "A = PROFILE(contact)\n")
	c.diagnostics(at("a.seg"), 1)
	c.files.write(at("a.seg"), "A = PROFILE(contact).FILTER(statecode = 0)\n")
	c.files.write(at("b.seg"), "B = PROFILE(contact).FILTER(statecode = 0)\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/a.seg","type":1},{"uri":"file:///w/b.seg","type":1}]}`)
	c.await("diagnostics of b.seg", func() bool { return c.published[at("b.seg")] != nil })
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
	c.await("the diagnostics of the stored file", func() bool { return len(c.published[at("a.seg")].Diagnostics) == 1 })
}

// TestOverlappingEdits makes edits one after the other, as the protocol has it.
func TestOverlappingEdits(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "PROFILE(contact)")
	whole := protocol.Range{End: protocol.Position{Character: 16}}
	part := protocol.Range{Start: protocol.Position{Character: 2}, End: protocol.Position{Character: 9}}
	c.change(at("a.seg"), 2,
		&protocol.TextDocumentContentChangePartial{Range: whole, Text: "PROFILE(lead)"},
		&protocol.TextDocumentContentChangePartial{Range: part, Text: "OFILE(x"},
		&protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: part.End, End: part.Start}, Text: "OFILE(l"},
		&protocol.TextDocumentContentChangePartial{Range: protocol.Range{}, Text: ""},
	)
	if got := codes(c.diagnostics(at("a.seg"), 2)); len(got) != 0 {
		t.Errorf("PROFILE(lead) is expected to be there, but: %v", got)
	}
}

func TestManyDocuments(t *testing.T) {
	c := start(t, nil)
	for i := range 1000 {
		c.open(at(fmt.Sprintf("f%d.seg", i)), 1, fmt.Sprintf("S%d = PROFILE(contact).FILTER(statecode = 0)", i))
	}
	if got := codes(c.diagnostics(at("f999.seg"), 1)); len(got) == 0 {
		t.Error("no diagnostics of the last document")
	}
}

func TestLargeDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("10 MB")
	}
	c := start(t, nil)
	var text strings.Builder
	for i := 0; text.Len() < 10<<20; i++ {
		fmt.Fprintf(&text, "S%d = PROFILE(contact).FILTER(emailaddress1 CONTAINS 'x' && statecode == 0 && firstname == 'y')\n", i)
	}
	text.WriteString("T = PROFILE(contact).FILTER(statecode = 0)\n")
	c.open(at("a.seg"), 1, text.String())
	if got := codes(c.diagnostics(at("a.seg"), 1)); len(got) != 1 {
		t.Errorf("%d diagnostics", len(got))
	}
	c.await("the message", func() bool { return len(c.messages) == 1 && strings.Contains(c.messages[0], "10 MB") })
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{}, Text: "/"})
	c.diagnostics(at("a.seg"), 2)
}

// TestTooLargeDocument is not told of what does not hold of it.
func TestTooLargeDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("64 MB")
	}
	c := start(t, nil)
	c.open(at("a.seg"), 1, strings.Repeat(" ", parser.MaxSize+1))
	if got := codes(c.diagnostics(at("a.seg"), 1)); !gocmp.Equal(got, []string{parser.CodeTooLarge}) {
		t.Errorf("got %v", got)
	}
	c.alive()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.messages) > 0 {
		t.Errorf("the user is told %q", c.messages)
	}
}

func TestOtherURIs(t *testing.T) {
	for _, u := range []uri.URI{"untitled:Untitled-1", "vscode-vfs://github/o/r/a.seg", "git:/w/a.seg?%7B%22ref%22%3A%22HEAD%22%7D", "file:///c%3A/Users/a/b.seg", "file://server/share/a.seg", "inmemory://model/1"} {
		t.Run(string(u), func(t *testing.T) {
			c := start(t, map[string]string{"seg.toml": "dialect = \"outbound\"\n"})
			c.open(u, 1, "PROFILE(contact).FILTER(statecode = 0)")
			if got := codes(c.diagnostics(u, 1)); len(got) == 0 || got[0] != "single-equals" {
				t.Errorf("got %v", got)
			}
		})
	}
}

// TestEditReachesOtherFiles renames a definition; the file that refers to it
// is told of it, and once more when it is back.
func TestEditReachesOtherFiles(t *testing.T) {
	c := start(t, map[string]string{"b.seg": "Both = SEGMENT(Openers) UNION SEGMENT(Openers)\n", "c.seg": "C = PROFILE(contact)\n"})
	c.open(at("a.seg"), 1, "Openers = PROFILE(lead)\n")
	c.await("diagnostics of b.seg", func() bool { return c.published[at("a.seg")] != nil })
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "Openerz = PROFILE(lead)\n"})
	c.await("undefined-segment in b.seg", func() bool {
		p := c.published[at("b.seg")]
		return p != nil && gocmp.Equal(codes(p.Diagnostics)[:min(1, len(p.Diagnostics))], []string{"undefined-segment"})
	})
	c.change(at("a.seg"), 3, &protocol.TextDocumentContentChangeWholeDocument{Text: "Openers = PROFILE(lead)\n"})
	c.await("b.seg without undefined-segment", func() bool {
		return !strings.Contains(strings.Join(codes(c.published[at("b.seg")].Diagnostics), " "), "undefined-segment")
	})
}

func TestConfigIsReadAndWatched(t *testing.T) {
	c := start(t, map[string]string{"seg.toml": "dialect = \"outbund\"\n", "a.seg": "PROFILE(contact)\n"})
	c.await("the diagnostic of seg.toml", func() bool {
		p := c.published[at("seg.toml")]
		return p != nil && len(p.Diagnostics) == 1 && p.Diagnostics[0].Range.Start.Line == 0
	})
	if d := c.published[at("seg.toml")].Diagnostics[0]; d.Code != protocol.String("seg-toml") {
		t.Errorf("the code is %v", d.Code)
	}
	c.files.write(at("seg.toml"), "dialect = \"outbund\"\n[rules]\nunknown-tabl = \"off\"\nunknown-column = \"loud\"\n[nosuch]\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/seg.toml","type":2}]}`)
	c.await("four diagnostics of seg.toml", func() bool { return len(c.published[at("seg.toml")].Diagnostics) == 4 })
	c.files.write(at("seg.toml"), "dialect = \"outbound\"\n[rules]\nsingle-equals = \"off\"\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/seg.toml","type":2}]}`)
	c.await("another diagnostic of seg.toml", func() bool {
		p := c.published[at("seg.toml")]
		return len(p.Diagnostics) == 1 && p.Diagnostics[0].Range.Start.Line == 2
	})
	c.files.write(at("seg.toml"), "dialect = \"outbound\"\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/seg.toml","type":2}]}`)
	c.await("no diagnostic of seg.toml", func() bool { return len(c.published[at("seg.toml")].Diagnostics) == 0 })
}

// TestUnreadableFile has a diagnostic where a file of the workspace can't be
// read, until it can.
func TestUnreadableFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "u.seg")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("\xff\xfeP\x00R\x00")
	c := connect(t, nil, func(o *lsp.Options) { o.Files = lsp.Disk{} }).begin(func(_ *client, p *protocol.InitializeParams) {
		p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: uri.File(folder), Name: "w"}})
	})
	u := uri.File(path)
	c.await("the diagnostic of u.seg", func() bool {
		p := c.published[u]
		return p != nil && len(p.Diagnostics) == 1 && p.Diagnostics[0].Message == protocol.String("the file can't be read: it is in UTF-16; save it as UTF-8")
	})
	write("")
	c.notify("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":2}]}`, u))
	c.await("no diagnostic of u.seg", func() bool { return len(c.published[u].Diagnostics) == 0 })
}

// TestTrace tells how long a request took, and when asked for more what it was.
func TestTrace(t *testing.T) {
	for _, level := range []protocol.TraceValue{protocol.TraceValueMessages, protocol.TraceValueVerbose} {
		c := start(t, nil)
		c.notify("$/setTrace", fmt.Sprintf(`{"value":%q}`, level))
		_ = c.call("textDocument/hover", `{"textDocument":{"uri":"file:///w/none.seg"},"position":{"line":0,"character":0}}`)
		c.await("the traces", func() bool { return len(c.traces) == 2 })
		for i, want := range []struct{ message, verbose string }{
			{`^received request textDocument/hover$`, `^\{"textDocument":\{"uri":"file:///w/none.seg"\}.*\}$`},
			{`^handled request textDocument/hover in [\d.]+\S+$`, `does not know the file`},
		} {
			got, isVerbose := c.traces[i], level == protocol.TraceValueVerbose
			if !regexp.MustCompile(want.message).MatchString(got.Message) || (got.Verbose != nil) != isVerbose || isVerbose && !regexp.MustCompile(want.verbose).MatchString(*got.Verbose) {
				t.Errorf("%s: got %q, %v", level, got.Message, got.Verbose)
			}
		}
	}
}

func TestWatchedSource(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact)\n"})
	c.files.write(at("n.seg"), "PROFILE(contact).FILTER(statecode = 0)\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/n.seg","type":1}]}`)
	c.await("diagnostics of the new file", func() bool { p := c.published[at("n.seg")]; return p != nil && len(p.Diagnostics) > 0 })
	c.files.mu.Lock()
	delete(c.files.texts, at("n.seg"))
	c.files.mu.Unlock()
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/n.seg","type":3}]}`)
	c.await("no diagnostics of the file that is gone", func() bool { return len(c.published[at("n.seg")].Diagnostics) == 0 })
}

func TestSettings(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(nosuchcolumn == 1)\n"}, func(c *client, _ *protocol.InitializeParams) {
		c.settings = `{"schema":"none","dialect":"sideways"}`
	})
	c.await("the message about the dialect", func() bool {
		return len(c.messages) == 1 && strings.Contains(c.messages[0], `dialect should be one of auto, outbound, realtime, but is "sideways"`)
	})
	c.open(at("a.seg"), 1, "PROFILE(contact).FILTER(nosuchcolumn == 1)\n")
	if got := codes(c.diagnostics(at("a.seg"), 1)); len(got) != 0 {
		t.Errorf("without a schema: %v", got)
	}
	c.mu.Lock()
	c.settings = `{"rules":{"unknown-column":"error"}}`
	c.mu.Unlock()
	c.notify("workspace/didChangeConfiguration", `{"settings":null}`)
	c.await("unknown-column", func() bool {
		d := c.published[at("a.seg")].Diagnostics
		return len(d) == 1 && d[0].Severity == protocol.DiagnosticSeverityError
	})
}

// TestWrongSettings tells of everything that is wrong with the settings, however
// they come.
func TestWrongSettings(t *testing.T) {
	const settings = `{"rules":{"zzz":"off","unknown-column":"loud","yyy":"error"}}`
	want := []string{
		`segql settings: rules: unknown-column should be off, hint, info, warning or error, but is "loud"`,
		`segql settings: rules: there is no rule "yyy"`,
		`segql settings: rules: there is no rule "zzz"`,
	}
	for name, option := range map[string]option{
		"asked": func(c *client, _ *protocol.InitializeParams) { c.settings = settings },
		"at the start": func(_ *client, p *protocol.InitializeParams) {
			p.Capabilities.Workspace.Configuration = nil
			p.InitializationOptions = protocol.LSPAny(settings)
		},
	} {
		c := start(t, nil, option)
		c.await("the messages", func() bool { return len(c.messages) == len(want) })
		if diff := gocmp.Diff(want, c.messages); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPullDiagnostics(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(statecode = 0)\n", "b.seg": "PROFILE(contact)\n"}, func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
	})
	ask := func(previous *string) protocol.DocumentDiagnosticReport {
		t.Helper()
		r, err := c.Diagnostic(t.Context(), &protocol.DocumentDiagnosticParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, PreviousResultID: previous})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	full, ok := ask(nil).(*protocol.RelatedFullDocumentDiagnosticReport)
	if !ok || codes(full.Items)[0] != "single-equals" {
		t.Fatalf("got %v", full)
	}
	if _, ok := ask(full.ResultID).(*protocol.RelatedUnchangedDocumentDiagnosticReport); !ok {
		t.Error("the same diagnostics were told again")
	}
	all, err := c.DiagnosticWorkspace(t.Context(), &protocol.WorkspaceDiagnosticParams{PreviousResultIds: []protocol.PreviousResultId{{URI: at("a.seg"), Value: *full.ResultID}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := all.Items[0].(*protocol.WorkspaceFullDocumentDiagnosticReport); !ok || len(all.Items) != 1 || got.URI != at("b.seg") {
		t.Errorf("the report on what changed is %s", asJSON(all))
	}
}

// TestWorkspaceDiagnosticsWait holds that a client that has all diagnostics gets
// the next answer when there are others.
func TestWorkspaceDiagnosticsWait(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(statecode = 0)\n", "b.seg": "PROFILE(contact)\n"}, func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
	})
	previous := map[uri.URI]string{}
	ask := func() (full []string) {
		params := &protocol.WorkspaceDiagnosticParams{}
		for u, id := range previous {
			params.PreviousResultIds = append(params.PreviousResultIds, protocol.PreviousResultId{URI: u, Value: id})
		}
		all, err := c.DiagnosticWorkspace(t.Context(), params)
		if err != nil {
			t.Error(err)
			return nil
		}
		for _, item := range all.Items {
			if r, ok := item.(*protocol.WorkspaceFullDocumentDiagnosticReport); ok {
				full, previous[r.URI] = append(full, string(r.URI)), *r.ResultID
			}
		}
		return full
	}
	for _, step := range []struct {
		text string // of b.seg, before the answer
		want []string
	}{
		{"", []string{string(at("a.seg")), string(at("b.seg"))}},
		{"PROFILE(contact).FILTER(statecode = 0)", []string{string(at("b.seg"))}},
		{"PROFILE(contact)", []string{string(at("b.seg"))}},
	} {
		answer := make(chan []string)
		go func() { answer <- ask() }()
		if step.text != "" {
			c.open(at("b.seg"), 1, "PROFILE(contact) // which has no diagnostics either")
			c.open(at("b.seg"), 2, step.text)
		}
		if diff := gocmp.Diff(step.want, <-answer); diff != "" {
			t.Errorf("%q (-want +got):\n%s", step.text, diff)
		}
	}
}

func TestCancel(t *testing.T) {
	c := start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := protocol.Call(ctx, c.conn, "textDocument/hover", jsonrpc2.RawMessage(`{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`), nil); err == nil {
		t.Error("a cancelled request was answered")
	}
	c.alive()
}

// showingProgress has the client show how far a work is.
func showingProgress(_ *client, p *protocol.InitializeParams) {
	yes := true
	p.Capabilities.Window = &protocol.WindowClientCapabilities{WorkDoneProgress: &yes}
}

// TestProgressOfTheFirstScan holds that the first scan is shown and can't be
// stopped: half of a workspace is full of mistakes. A folder that goes is no work.
func TestProgressOfTheFirstScan(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact)\n"}, showingProgress)
	c.await("the end of the progress", func() bool {
		return len(c.progress) > 1 && strings.Contains(c.progress[len(c.progress)-1], `"end"`)
	})
	c.mu.Lock()
	first := c.progress[0]
	c.mu.Unlock()
	if !strings.Contains(first, `"cancellable":false`) {
		t.Errorf("the progress begins with %s", first)
	}
	c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[],"removed":[{"uri":"file:///w","name":"w"}]}}`)
	c.notify("workspace/didChangeWorkspaceFolders", `{"event":{"added":[{"uri":"file:///w","name":"w"}],"removed":[]}}`)
	c.await("the end of the next progress", func() bool {
		last := c.progress[len(c.progress)-1]
		return strings.Contains(last, `"end"`) && !strings.Contains(last, "segls-1")
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := strings.Count(strings.Join(c.received, " "), protocol.MethodWindowWorkDoneProgressCreate); got != 2 {
		t.Errorf("%d works were shown", got)
	}
}

// TestQuiet holds that what should not be done while somebody waits is done in
// the pauses of a session, each time anew.
func TestQuiet(t *testing.T) {
	quiet := make(chan struct{}, 1000)
	c := connect(t, nil, func(o *lsp.Options) { o.Quiet = func() { quiet <- struct{}{} } }).begin()
	for version := range int32(3) {
		if version == 0 {
			c.open(at("a.seg"), 1, "PROFILE(contact)")
		} else {
			c.change(at("a.seg"), version+1, &protocol.TextDocumentContentChangeWholeDocument{Text: "PROFILE(account)"})
		}
		c.diagnostics(at("a.seg"), version+1)
		for len(quiet) > 0 {
			<-quiet
		}
		if err := c.call("workspace/symbol", `{"query":""}`); err != nil {
			t.Fatal(err)
		}
		select {
		case <-quiet:
		case <-time.After(10 * time.Second):
			t.Fatal("a pause passed in which nothing was done")
		}
	}
}

// TestQuietWaits holds that a pause of the client is none while an answer is made.
func TestQuietWaits(t *testing.T) {
	quiet, asked, answer := make(chan struct{}, 1000), make(chan struct{}), make(chan struct{})
	c := connect(t, nil, func(o *lsp.Options) {
		o.Quiet = func() { quiet <- struct{}{} }
		o.Pull = func(context.Context, string, func(context.Context) (string, error)) (*schema.Schema, error) {
			close(asked)
			<-answer
			return schema.Standard(), nil
		}
	}).begin(func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.Experimental = protocol.LSPAny(`{"segql":{"tokens":true}}`)
	})
	c.open(at("a.seg"), 1, "PROFILE(contact)")
	c.diagnostics(at("a.seg"), 1)
	pulled := make(chan error)
	go func() { pulled <- c.call("segql/pullSchema", `{"organization":"https://contoso.crm4.dynamics.com"}`) }()
	select {
	case <-asked:
	case err := <-pulled:
		t.Fatal(err)
	}
	for len(quiet) > 0 {
		<-quiet
	}
	select {
	case <-quiet:
		t.Error("it was taken for a pause that an answer was awaited")
	case <-time.After(50 * time.Millisecond):
	}
	close(answer)
	if err := <-pulled; err != nil {
		t.Fatal(err)
	}
	select {
	case <-quiet:
	case <-time.After(10 * time.Second):
		t.Error("nothing was done in the pause behind the answer")
	}
}

// TestEndsWhileAQuestionWaits holds that the server ends with its client, also
// while that waits for the next diagnostics of the workspace.
func TestEndsWhileAQuestionWaits(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
	})
	c.open(at("a.seg"), 1, "PROFILE(contact)")
	report, err := c.DiagnosticWorkspace(t.Context(), &protocol.WorkspaceDiagnosticParams{PreviousResultIds: []protocol.PreviousResultId{}})
	if err != nil {
		t.Fatal(err)
	}
	full := report.Items[0].(*protocol.WorkspaceFullDocumentDiagnosticReport)
	waiting := make(chan error, 1)
	go func() {
		_, err := c.DiagnosticWorkspace(t.Context(), &protocol.WorkspaceDiagnosticParams{PreviousResultIds: []protocol.PreviousResultId{{URI: full.URI, Value: *full.ResultID}}})
		waiting <- err
	}()
	for range 20 { // one of them comes behind it
		if _, err := c.Hover(t.Context(), &protocol.HoverParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}}}); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-waiting:
		t.Fatalf("it did not wait: %v", err)
	default: // what connect lays down for the end holds now that the server ends
	}
}
