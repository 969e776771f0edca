package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/goleak"

	"segql/dataverse/dataversetest"
	"segql/internal/lsp"
	"segql/lang/parser"
)

const theToken = "eyJhbGciOiJub25lIn0.bm9ib2R5LW1heS1zZWUtdGhpcw"

// editor is a client of a server that asks a double.
type editor struct {
	conn   jsonrpc2.Conn
	double *dataversetest.Server
	org    *httptest.Server
	log    *locked

	mu        sync.Mutex
	published []string // diagnostics of the last notice
	messages  []string
	progress  []string // messages of it
	tokens    int      // how often the server asked for one
	token     string   // what it got, as JSON
	created   string   // token of the last progress, as JSON
	changed   chan struct{}
}

// locked is a log that several goroutines write.
type locked struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type codec struct{}

func (codec) Marshal(v any) ([]byte, error) { return json.Marshal(v) }
func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*json.RawMessage); ok {
		*raw = slices.Clone(data)
		return nil
	}
	return json.Unmarshal(data, v)
}

const document = "file:///a.seg"

// start starts a server, as the command does, and an editor with a document.
// environment is the token that the user gave in it; empty if the editor keeps
// tokens.
func start(t *testing.T, o dataversetest.Options, environment, text string) *editor {
	t.Helper()
	others := goleak.IgnoreCurrent()
	o.Token = theToken
	e := &editor{double: dataversetest.New(o), log: &locked{}, token: `{"token":"` + theToken + `"}`, changed: make(chan struct{})}
	e.org = e.double.Start()
	log := slog.New(slog.NewTextHandler(e.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ours, theirs := net.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- lsp.Serve(context.Background(), theirs, lsp.Options{
			Version: "test", Files: lsp.Disk{}, Log: log, Remote: newRemote(log, environment, false), Organization: e.org.URL,
		})
	}()
	e.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(ours), jsonrpc2.WithCodec(codec{}))
	e.conn.Go(context.Background(), e.handle)
	t.Cleanup(func() {
		_ = ours.Close()
		<-e.conn.Done()
		<-served
		e.org.Close()
		goleak.VerifyNone(t, others)
		for _, text := range append(e.messages, e.log.String()) {
			if strings.Contains(text, theToken) {
				t.Errorf("the token is in %q", text)
			}
		}
	})
	e.call(t, "initialize", fmt.Sprintf(`{"processId":null,"rootUri":null,"capabilities":{"window":{"workDoneProgress":true},"experimental":{"segql":{"tokens":%v}}}}`, environment == ""))
	e.notify(t, "initialized", `{}`)
	e.notify(t, "textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"uri":%q,"languageId":"segment-query","version":1,"text":%q}}`, document, text))
	return e
}

func (e *editor) handle(_ context.Context, req *jsonrpc2.Request) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer func() {
		close(e.changed)
		e.changed = make(chan struct{})
	}()
	switch req.Method() {
	case protocol.MethodTextDocumentPublishDiagnostics:
		var p struct {
			Diagnostics []struct {
				Range                 struct{ Start struct{ Line, Character int } }
				Source, Code, Message string
			}
		}
		if err := json.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		e.published = []string{}
		for _, d := range p.Diagnostics {
			e.published = append(e.published, fmt.Sprintf("%d:%d %s %s", d.Range.Start.Line, d.Range.Start.Character, d.Source, d.Code))
		}
	case protocol.MethodWindowShowMessage:
		var p struct{ Message string }
		if err := json.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		e.messages = append(e.messages, p.Message)
	case protocol.MethodWindowWorkDoneProgressCreate:
		var p struct{ Token json.RawMessage }
		if err := json.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		e.created = string(p.Token)
	case protocol.MethodProgress:
		var p struct{ Value struct{ Message string } }
		if err := json.Unmarshal(req.Params(), &p); err != nil {
			return nil, err
		}
		e.progress = append(e.progress, p.Value.Message)
	case "segql/token":
		e.tokens++
		return json.RawMessage(e.token), nil
	}
	return nil, nil
}

func (e *editor) call(t *testing.T, method, params string) string {
	t.Helper()
	var result json.RawMessage
	if _, err := e.conn.Call(t.Context(), method, json.RawMessage(params), &result); err != nil {
		return "error: " + err.Error()
	}
	return string(result)
}

func (e *editor) notify(t *testing.T, method, params string) {
	t.Helper()
	if err := e.conn.Notify(t.Context(), method, json.RawMessage(params)); err != nil {
		t.Fatal(err)
	}
}

// await waits until ok holds.
func (e *editor) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		e.mu.Lock()
		holds, changed := ok(), e.changed
		e.mu.Unlock()
		if holds {
			return
		}
		select {
		case <-changed:
		case <-limit:
			t.Fatalf("no %s: %q", what, e.published)
		}
	}
}

func (e *editor) validate(t *testing.T) string {
	t.Helper()
	return e.call(t, "workspace/executeCommand", `{"command":"seg.validate","arguments":["`+document+`"]}`)
}

func (e *editor) diagnostics(t *testing.T, want ...string) {
	t.Helper()
	e.await(t, fmt.Sprintf("diagnostics %q", want), func() bool { return cmp.Equal(want, e.published) })
}

// TestRemote holds that a rejected query has a diagnostic where the local checker
// has its doubts, which goes when the query changes, with a token of the editor.
func TestRemote(t *testing.T) {
	e := start(t, dataversetest.Options{}, "", "// seg:dialect outbound\nA = PROFILE(contact).FILTER(ISNULL(nosuchcolumn))\nB = PROFILE(contact)\n")
	want := `{"asked":2,"rejected":1,"message":"` + e.org.URL + ` rejects 1 of 2 queries"}`
	if diff := cmp.Diff(want, e.validate(t)); diff != "" {
		t.Error(diff)
	}
	const local = "1:35 seg unknown-column"
	e.diagnostics(t, local, "1:35 dataverse SegmentDciValidator_SegmentInvalid")
	if e.tokens == 0 {
		t.Error("the editor was not asked for a token")
	}
	e.notify(t, "textDocument/didChange", `{"textDocument":{"uri":"`+document+`","version":2},"contentChanges":[{"range":{"start":{"line":1,"character":0},"end":{"line":1,"character":1}},"text":"C"}]}`)
	e.diagnostics(t, local)
}

func TestRemoteEnvironment(t *testing.T) {
	e := start(t, dataversetest.Options{}, theToken, "PROFILE(contact)")
	if got := e.validate(t); !strings.Contains(got, `"asked":1,"rejected":0`) || e.tokens != 0 {
		t.Errorf("got %s, and %d requests for a token", got, e.tokens)
	}
}

// TestRemoteFails holds that each reason is one sentence with advice, and that
// the token stays out of it.
func TestRemoteFails(t *testing.T) {
	fault := func(kind dataversetest.Kind) dataversetest.Options {
		return dataversetest.Options{Fault: func(*dataversetest.Call) dataversetest.Fault { return dataversetest.Fault{Kind: kind} }}
	}
	for _, test := range []struct {
		options     dataversetest.Options
		token, want string
	}{
		{dataversetest.Options{}, "null", "could not sign in: the editor gave no access token; sign in there and try again"},
		{dataversetest.Options{}, `{"token":"stale"}`, "the service refused the access token"},
		{dataversetest.Options{NoOutbound: true}, "", "the outbound marketing module is not installed in this organization"},
		{fault(dataversetest.Echo), "", "could not validate a query"},
	} {
		e := start(t, test.options, "", "PROFILE(contact)")
		if test.token != "" {
			e.token = test.token
		}
		if got := e.validate(t); !strings.Contains(got, test.want) || strings.Contains(got, theToken) || strings.Contains(got, "stale") {
			t.Errorf("got %s, want %q", got, test.want)
		}
	}
}

// TestRemoteWaits holds that the editor shows what a validation waits for.
func TestRemoteWaits(t *testing.T) {
	var asked atomic.Int64
	var e *editor
	e = start(t, dataversetest.Options{Fault: func(*dataversetest.Call) dataversetest.Fault {
		switch asked.Add(1) {
		case 1:
			e.await(t, "progress", func() bool { return len(e.progress) > 0 }) // only the last of what was before is shown
			return dataversetest.Fault{Kind: dataversetest.TooMany, Text: "0.01"}
		case 2:
			return dataversetest.Fault{Kind: dataversetest.Unavailable, Text: "0.01"}
		}
		return dataversetest.Fault{}
	}}, theToken, "PROFILE(contact)")
	if got := e.validate(t); !strings.Contains(got, `"asked":1`) {
		t.Fatal(got)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	shown := strings.Join(e.progress, "\n")
	for _, want := range []string{"the service asks for patience until ", "The service is unavailable", "; trying again\n1 of 1"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the progress does not show %q:\n%s", want, shown)
		}
	}
}

// TestRemoteStop holds that the user's stop ends a request that takes long.
func TestRemoteStop(t *testing.T) {
	slow := func(*dataversetest.Call) dataversetest.Fault {
		return dataversetest.Fault{Kind: dataversetest.Slow, Delay: time.Minute}
	}
	e := start(t, dataversetest.Options{Fault: slow}, "", "PROFILE(contact)")
	done := make(chan string)
	go func() { done <- e.validate(t) }()
	e.await(t, "progress", func() bool { return e.created != "" && (len(e.double.Log()) > 0 || e.tokens > 0) })
	e.mu.Lock()
	created := e.created
	e.mu.Unlock()
	e.notify(t, "window/workDoneProgress/cancel", `{"token":`+created+`}`)
	if got := <-done; !strings.Contains(got, `"asked":0`) || !strings.Contains(got, "validation was stopped") {
		t.Errorf("got %s", got)
	}
}

// TestRemoteOfOthers holds that whoever connects to a port gets neither the user's
// token nor a sign-in.
func TestRemoteOfOthers(t *testing.T) {
	asked := false
	org := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer org.Close()
	log := slog.New(slog.DiscardHandler)
	file := parser.Parse("PROFILE(contact)")
	request := lsp.RemoteRequest{
		Organization: org.URL, Queries: []lsp.RemoteQuery{{Definition: file.Definitions[0], Name: "a"}}, Progress: func(int, int) {},
	}
	_, err := newRemote(log, theToken, true)(t.Context(), request)
	if err == nil || !strings.Contains(err.Error(), "--listen") || asked {
		t.Errorf("got %v", err)
	}
	request.Token = func(context.Context) (string, error) { return "of-the-client", nil }
	if _, err = newRemote(log, theToken, true)(t.Context(), request); err == nil || !asked {
		t.Errorf("got %v", err)
	}
}

// TestCredentialStays holds that the user signs in once in a session, for each
// organization.
func TestCredentialStays(t *testing.T) {
	r := &remote{credentials: map[string]azcore.TokenCredential{}}
	get := func(org string) azcore.TokenCredential {
		c, err := r.credential(lsp.RemoteRequest{Organization: org, Show: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	one, other := get("https://one.crm.dynamics.com"), get("https://other.crm.dynamics.com")
	if one == other || one != get("https://one.crm.dynamics.com") {
		t.Error("the credentials do not stay with their organizations")
	}
}
