package lsp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
	"segql/lang/check"
)

// organization plays one: it rejects queries that have "bad" in them, at that
// place.
type organization struct {
	mu      sync.Mutex
	asked   []string // "ORIGIN NAME" of each query, with the token if it was asked for
	wait    bool     // for the end of the context, after the first query
	stopped int
	fail    error
}

func (o *organization) validate(ctx context.Context, r lsp.RemoteRequest) ([]lsp.RemoteVerdict, error) {
	token := ""
	if r.Token != nil {
		var err error
		if token, err = r.Token(ctx); err != nil {
			return nil, err
		}
		token = " with " + token
	}
	verdicts := make([]lsp.RemoteVerdict, len(r.Queries))
	for i, q := range r.Queries {
		if o.wait && i > 0 {
			<-ctx.Done()
			o.mu.Lock()
			o.stopped++
			o.mu.Unlock()
			return verdicts, ctx.Err()
		}
		name := q.Name
		if q.Definition.Name != nil {
			name = q.Definition.Name.Name
		}
		o.mu.Lock()
		o.asked = append(o.asked, r.Organization+" "+name+token)
		o.mu.Unlock()
		verdicts[i].Asked = true
		if at := strings.Index(q.Definition.Text, "bad"); at >= 0 {
			span := q.Definition.Abs(q.Definition.Query.Span())
			span.End = span.Start + 7
			verdicts[i].Findings = []check.Finding{{Rule: "Invalid", Severity: check.Error, Span: span, Message: "rejected",
				Related: []check.Related{{Span: span, Message: "here"}}}}
		}
		r.Progress(i+1, len(r.Queries))
	}
	return verdicts, o.fail
}

func (o *organization) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	asked := o.asked
	o.asked = nil
	return asked
}

// until waits until ok holds.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("there was not %s", what)
		}
	}
}

const contoso = "https://contoso.crm4.dynamics.com"

// startRemote starts a server that can ask an organization.
func startRemote(t *testing.T, o *organization, files map[string]string, settings string, options ...option) *client {
	t.Helper()
	c := connect(t, files, func(options *lsp.Options) { options.Remote = o.validate })
	c.settings = settings
	c.answers = map[string]string{protocol.MethodWindowShowMessageRequest: `{"title":"Sign in and validate"}`}
	return c.begin(options...)
}

func usesOrg(address string) string { return fmt.Sprintf(`{"org":%q}`, address) }

// seg.validate with arguments as JSON; the result, or the error, as text.
func (c *client) validate(args string) string {
	c.t.Helper()
	var result jsonrpc2.RawMessage
	_, err := c.conn.Call(c.t.Context(), protocol.MethodWorkspaceExecuteCommand, jsonrpc2.RawMessage(`{"command":"seg.validate","arguments":`+args+`}`), &result)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(result)
}

// remote returns the diagnostics of the organization for a version of a document,
// once there are n.
func (c *client) remote(name string, version int32, n int) []string {
	c.t.Helper()
	var got []string
	c.await(fmt.Sprintf("%d diagnostics of the organization", n), func() bool {
		p := c.published[at(name)]
		if p == nil {
			return false
		}
		if v, ok := p.Version.Get(); !ok || v != version {
			return false
		}
		got = nil
		for _, d := range p.Diagnostics {
			if source, _ := d.Source.Get(); source == check.ServiceSource {
				got = append(got, fmt.Sprintf("%d:%d-%d:%d %s %s +%d", d.Range.Start.Line, d.Range.Start.Character, d.Range.End.Line, d.Range.End.Character, d.Code, d.Message, len(d.RelatedInformation)))
			}
		}
		return len(got) == n
	})
	return got
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestValidate holds that what an organization rejects is reported until the text
// of that query changes, wherever it moves.
func TestValidate(t *testing.T) {
	o := &organization{}
	c := startRemote(t, o, nil, usesOrg("Contoso.crm4.dynamics.com/main.aspx"))
	u := at("a.seg")
	c.open(u, 1, "A = PROFILE(contact)\nB = PROFILE(contact) // bad\nC = PROFILE(contact)\n")
	c.diagnostics(u, 1)

	equal(t, "result", `{"asked":3,"rejected":1,"message":"https://contoso.crm4.dynamics.com rejects 1 of 3 queries"}`, c.validate(`["`+string(u)+`"]`))
	equal(t, "asked", []string{contoso + " A", contoso + " B", contoso + " C"}, o.take())
	equal(t, "diagnostics", []string{"1:4-1:11 Invalid rejected +1"}, c.remote("a.seg", 1, 1))
	equal(t, "messages", []string{"https://contoso.crm4.dynamics.com rejects 1 of 3 queries"}, c.messages)

	insert := func(version int32, line, character uint32, text string) {
		place := protocol.Position{Line: line, Character: character}
		c.change(u, version, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: place, End: place}, Text: text})
	}
	insert(2, 0, 0, "// moved\n")
	equal(t, "diagnostics", []string{"2:4-2:11 Invalid rejected +1"}, c.remote("a.seg", 2, 1))
	insert(3, 2, 19, ", c")
	c.remote("a.seg", 3, 0)
	c.change(u, 4, &protocol.TextDocumentContentChangeWholeDocument{Text: "B = PROFILE(contact) // bad\n\n\nA = PROFILE(contact)"})
	equal(t, "diagnostics", 1, len(c.remote("a.seg", 4, 1)))

	// One query alone.
	equal(t, "result", `{"asked":1,"rejected":0,"message":"https://contoso.crm4.dynamics.com accepts 1 query"}`, c.validate(`["`+string(u)+`",{"line":3,"character":5}]`))
	equal(t, "asked", []string{contoso + " A"}, o.take())
	c.remote("a.seg", 4, 1)

	for args, want := range map[string]string{
		`[]`:                         "needs the URI of a file as its first argument",
		`[1]`:                        "needs the URI of a file as its first argument",
		`["file:///no.seg"]`:         "segls does not know the file",
		`["` + string(u) + `", "x"]`: "takes a position or a range as its second argument",
	} {
		if got := c.validate(args); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %q", args, got, want)
		}
	}
	equal(t, "asked", []string(nil), o.take())
}

// TestCommandsNamed holds that whoever asks for a command that there is none of
// is told of all that there are.
func TestCommandsNamed(t *testing.T) {
	c := connect(t, nil, func(o *lsp.Options) { o.Remote = new(organization).validate }).begin()
	const want = `segls has no command "nope"; those it has are seg.explain, seg.wireForm, seg.validate`
	if got := c.raw("workspace/executeCommand", `{"command":"nope"}`); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
}

// TestValidateNothing holds that nothing is asked where it makes no sense or must
// not be.
func TestValidateNothing(t *testing.T) {
	untrusted := func(_ *client, p *protocol.InitializeParams) {
		p.InitializationOptions = protocol.LSPAny(`{"trusted":false}`)
	}
	for _, test := range []struct {
		name, text, settings, want string
		options                    []option
	}{
		{"errors", "A = PROFILE(contact)\nB = PROFILE(contact).FILTER(statecode = 0)", usesOrg(contoso), "nothing was asked: a.seg has an error, which should be mended first", nil},
		{"realtime", "// seg:dialect realtime\nPROFILE(contact)", usesOrg(contoso), "a.seg is realtime", nil},
		{"no query", "// nothing", usesOrg(contoso), "a.seg has no query to validate", nil},
		{"no organization", "PROFILE(contact)", "null", "error: no organization is set up", nil},
		{"http", "PROFILE(contact)", usesOrg("http://contoso.example"), "starts with http://", nil},
		{"another slash", "PROFILE(contact)", usesOrg(contoso + "\u2044x.example"), "cannot be read", nil},
		{"no trust", "PROFILE(contact)", usesOrg(contoso), "not trusted", []option{untrusted}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &organization{}
			c := startRemote(t, o, nil, test.settings, test.options...)
			c.open(at("a.seg"), 1, test.text)
			c.diagnostics(at("a.seg"), 1)
			if got := c.validate(`["` + string(at("a.seg")) + `"]`); !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %q", got, test.want)
			}
			equal(t, "asked", []string(nil), o.take())
		})
	}
}

// TestValidateConsent holds that an organization that the environment does not name
// is sent nothing before the user agreed, who is asked once for each.
func TestValidateConsent(t *testing.T) {
	files := map[string]string{
		"seg.toml": "[org]\nurl = \"https://elsewhere.example/\"\n", "a.seg": "PROFILE(contact)",
		"same/seg.toml": "", "same/b.seg": "PROFILE(contact)",
	}
	o := &organization{}
	c := startRemote(t, o, files, usesOrg(contoso))
	for _, name := range []string{"a.seg", "same/b.seg"} {
		c.open(at(name), 1, files[name])
		c.diagnostics(at(name), 1)
	}
	asks := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		n := 0
		for _, method := range c.received {
			if method == protocol.MethodWindowShowMessageRequest {
				n++
			}
		}
		return n
	}
	answer := func(text string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.answers[protocol.MethodWindowShowMessageRequest] = text
	}
	validate := func(name string) string { return c.validate(`["` + string(at(name)) + `"]`) }

	questions := 0
	for _, name := range []string{"a.seg", "same/b.seg"} { // one is named by a seg.toml, the other by a setting
		for _, no := range []string{`null`, `{"title":"Cancel"}`} {
			answer(no)
			if got := validate(name); !strings.Contains(got, "you did not agree to send anything to https://") {
				t.Errorf("got %s", got)
			}
		}
		equal(t, "asked", []string(nil), o.take())
		equal(t, "questions", questions+2, asks())
		answer(`{"title":"Sign in and validate"}`)
		for range 2 {
			validate(name)
		}
		questions += 3
		equal(t, "questions", questions, asks())
		equal(t, "asked", 2, len(o.take()))
	}
	for _, question := range c.questions {
		if foreign := strings.Contains(question, "elsewhere.example"); foreign != strings.Contains(question, "It is no host of Dynamics 365.") {
			t.Errorf("the user was asked: %s", question)
		}
	}
}

// TestValidateEnvironment holds that the organization of the environment comes
// before all others, and needs no consent.
func TestValidateEnvironment(t *testing.T) {
	files := map[string]string{"seg.toml": "[org]\nurl = \"https://elsewhere.example/\"\n", "a.seg": "PROFILE(contact)"}
	o := &organization{}
	c := connect(t, files, func(options *lsp.Options) {
		options.Remote, options.Organization = o.validate, "Contoso.crm4.dynamics.com"
	})
	c.settings = usesOrg("https://third.example")
	c.begin()
	c.open(at("a.seg"), 1, files["a.seg"])
	c.diagnostics(at("a.seg"), 1)
	c.validate(`["` + string(at("a.seg")) + `"]`)
	equal(t, "asked", []string{contoso + " a"}, o.take())
	if slices.Contains(c.received, protocol.MethodWindowShowMessageRequest) {
		t.Error("the user was asked")
	}
}

func withTokens(_ *client, p *protocol.InitializeParams) {
	p.Capabilities.Experimental = protocol.LSPAny(`{"segql":{"tokens":true}}`)
}

// TestValidateToken holds that a client that keeps tokens is asked for one.
func TestValidateToken(t *testing.T) {
	o := &organization{}
	c := startRemote(t, o, nil, usesOrg(contoso), withTokens)
	c.open(at("a.seg"), 1, "PROFILE(contact)")
	c.diagnostics(at("a.seg"), 1)
	validate := func() string { return c.validate(`["` + string(at("a.seg")) + `"]`) }
	if got := validate(); !strings.Contains(got, "the editor gave no access token for "+contoso) {
		t.Errorf("got %s", got)
	}
	c.mu.Lock()
	c.answers["segql/token"] = `{"token":"secret"}`
	c.mu.Unlock()
	validate()
	equal(t, "asked", []string{contoso + " a with secret"}, o.take())
	for _, m := range c.messages {
		if strings.Contains(m, "secret") {
			t.Errorf("the user was shown %q", m)
		}
	}
}

// TestValidateStop holds that the user can stop it, and that what came before is
// kept.
func TestValidateStop(t *testing.T) {
	o := &organization{wait: true}
	c := startRemote(t, o, nil, usesOrg(contoso), showingProgress)
	c.open(at("a.seg"), 1, "A = PROFILE(contact) // bad\nB = PROFILE(contact)")
	c.diagnostics(at("a.seg"), 1)
	done := make(chan string)
	go func() { done <- c.validate(`["` + string(at("a.seg")) + `"]`) }()
	c.await("progress", func() bool { return strings.Contains(strings.Join(c.progress, " "), `"segls-2"`) }) // behind the scan's
	until(t, "a query", func() bool { return len(o.take()) > 0 })
	c.notify("window/workDoneProgress/cancel", `{"token":"segls-2"}`)
	equal(t, "result", `{"asked":1,"rejected":1,"message":"validation was stopped; https://contoso.crm4.dynamics.com rejects 1 of 1 queries"}`, <-done)
	c.remote("a.seg", 1, 1)
}

// TestValidateWhileItIsRead asks for a query by its position, and changes the text
// before the workspace is read: that query is asked about, or none.
func TestValidateWhileItIsRead(t *testing.T) {
	const head = "// seg:dialect outbound\n"
	for name, test := range map[string]struct{ text, want, asked string }{
		"moved":   {head + "Other = PROFILE(account)\n\nA = PROFILE(contact)\n", "accepts 1 query", contoso + " A"},
		"changed": {head + "A = PROFILE(account)\n", "a.seg was changed before the workspace was read; ask again", ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, goOn := &organization{}, make(chan struct{})
			c := startRemote(t, o, nil, usesOrg(contoso), func(c *client, p *protocol.InitializeParams) {
				c.files.finding = func(uri.URI) { <-goOn }
				p.Trace = protocol.TraceValueMessages
			})
			c.open(at("a.seg"), 1, head+"Z = PROFILE(lead)\n\nA = PROFILE(contact)\n")
			done := make(chan string)
			go func() { done <- c.validate(`["` + string(at("a.seg")) + `",{"line":3,"character":0}]`) }()
			c.await("the command", func() bool {
				return slices.ContainsFunc(c.traces, func(trace protocol.LogTraceParams) bool {
					return trace.Message == "received request workspace/executeCommand"
				})
			})
			c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: test.text})
			_ = c.call("textDocument/hover", "{}") // with its answer the change before it is done
			close(goOn)
			if got := <-done; !strings.Contains(got, test.want) {
				t.Errorf("got %s", got)
			}
			equal(t, "asked", test.asked, strings.Join(o.take(), " "))
		})
	}
}

// TestValidateFails holds that the reason reaches the user, and that what came
// before is kept.
func TestValidateFails(t *testing.T) {
	o := &organization{fail: errors.New("could not validate a query: the service is closed; try again later")}
	c := startRemote(t, o, nil, usesOrg(contoso))
	c.open(at("a.seg"), 1, "A = PROFILE(contact) // bad")
	c.diagnostics(at("a.seg"), 1)
	if got := c.validate(`["` + string(at("a.seg")) + `"]`); !strings.Contains(got, "could not validate a query: the service is closed; try again later") {
		t.Errorf("got %s", got)
	}
	c.remote("a.seg", 1, 1)
}

// TestValidateOnSave holds that only what has no verdict yet is asked about, and
// only if the user wants it.
func TestValidateOnSave(t *testing.T) {
	for _, settings := range []string{`{"org":"` + contoso + `"}`, `{"org":"` + contoso + `","validate":{"onSave":true}}`} {
		o := &organization{}
		c := startRemote(t, o, nil, settings)
		u := at("a.seg")
		c.open(u, 1, "A = PROFILE(contact) // bad\nB = PROFILE(contact)")
		c.diagnostics(u, 1)
		save := func() {
			if err := c.DidSave(t.Context(), &protocol.DidSaveTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
				t.Fatal(err)
			}
		}
		save()
		if !strings.Contains(settings, "onSave") {
			c.validate(`["` + string(u) + `"]`)
			c.remote("a.seg", 1, 1)
			equal(t, "asked", 2, len(o.take())) // by the command alone
			continue
		}
		c.remote("a.seg", 1, 1)
		equal(t, "asked", []string{contoso + " A", contoso + " B"}, o.take())
		c.change(u, 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "A = PROFILE(account)\nB = PROFILE(contact)"})
		c.remote("a.seg", 2, 0)
		save()
		var asked []string
		until(t, "a query", func() bool {
			asked = o.take()
			return asked != nil
		})
		equal(t, "asked", []string{contoso + " A"}, asked)
	}
}

// TestValidateOnSaveAfterSettings holds that a save follows the settings that the
// client gave before.
func TestValidateOnSaveAfterSettings(t *testing.T) {
	o := &organization{}
	c := startRemote(t, o, nil, usesOrg(contoso))
	u := at("a.seg")
	c.open(u, 1, "A = PROFILE(contact)")
	c.diagnostics(u, 1)
	asked := 0
	for i, isOn := range []bool{true, false, true, false, true} {
		text := fmt.Sprintf("A = PROFILE(contact).FILTER(statecode == %d)", i)
		c.change(u, int32(i+2), &protocol.TextDocumentContentChangeWholeDocument{Text: text})
		c.mu.Lock()
		c.settings = fmt.Sprintf(`{"org":%q,"validate":{"onSave":%v}}`, contoso, isOn)
		c.mu.Unlock()
		c.notify("workspace/didChangeConfiguration", `{"settings":null}`)
		c.notify("textDocument/didSave", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
		if isOn { // what the save before asked for, it asked for by now
			until(t, "a query", func() bool {
				asked += len(o.take())
				return asked > i/2
			})
		}
	}
	equal(t, "asked", 3, asked)
}

// TestValidateSaveAgain holds that of two saves of a file the second counts.
func TestValidateSaveAgain(t *testing.T) {
	o := &organization{wait: true}
	c := startRemote(t, o, nil, `{"org":"`+contoso+`","validate":{"onSave":true}}`)
	u := at("a.seg")
	c.open(u, 1, "A = PROFILE(contact)\nB = PROFILE(contact)\nC = PROFILE(contact)")
	c.diagnostics(u, 1)
	for want := range 2 {
		c.notify("textDocument/didSave", `{"textDocument":{"uri":"`+string(u)+`"}}`)
		until(t, "a query", func() bool { return len(o.take()) > 0 })
		o.mu.Lock()
		stopped := o.stopped
		o.mu.Unlock()
		if stopped > want {
			t.Errorf("%d validations were stopped after %d saves", stopped, want+1)
		}
	}
	until(t, "the end of the first validation", func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.stopped == 1
	})
}

func TestValidateLenses(t *testing.T) {
	const text = "// a\nA = PROFILE(contact)\n\nB = PROFILE(contact)\n"
	lenses := func(c *client) []string {
		all, err := c.CodeLens(t.Context(), &protocol.CodeLensParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range all {
			if l.Command.Command == "seg.validate" {
				got = append(got, fmt.Sprintf("%d:%d %s %s", l.Range.Start.Line, l.Range.Start.Character, l.Command.Title, l.Command.Arguments))
			}
		}
		return got
	}
	both := []string{
		`1:0 Validate ["file:///w/a.seg" {"line":1,"character":0}]`, `3:0 Validate ["file:///w/a.seg" {"line":3,"character":0}]`,
	}
	for _, test := range []struct {
		name, settings, toml string
		want                 []string
	}{
		{"setting", usesOrg(contoso), "", both},
		{"seg.toml", "null", "[org]\nurl = \"" + contoso + "\"\n", both},
		{"none", "null", "", nil},
		{"off", `{"org":"` + contoso + `","codeLens":{"validate":false}}`, "", nil},
		{"realtime", usesOrg(contoso), "dialect = \"realtime\"\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"a.seg": text}
			if test.toml != "" {
				files["seg.toml"] = test.toml
			}
			c := startRemote(t, &organization{}, files, test.settings)
			if !slices.Contains(c.result.Capabilities.ExecuteCommandProvider.Commands, "seg.validate") {
				t.Error("the command is not offered")
			}
			c.open(at("a.seg"), 1, text)
			c.diagnostics(at("a.seg"), 1)
			equal(t, "lenses", test.want, lenses(c))
		})
	}
}

// TestValidateEarly holds that a validation that is asked for while the workspace
// is still being read waits for the seg.toml that names the organization.
func TestValidateEarly(t *testing.T) {
	o := &organization{}
	files := map[string]string{"seg.toml": "[org]\nurl = \"" + contoso + "\"\n", "a.seg": "PROFILE(contact)"}
	c := connect(t, files, func(options *lsp.Options) { options.Remote, options.Organization = o.validate, contoso })
	read := make(chan struct{})
	c.files.finding = func(uri.URI) { <-read }
	c.begin()
	c.open(at("a.seg"), 1, files["a.seg"])
	got := make(chan string, 1)
	go func() { got <- c.validate(`["` + string(at("a.seg")) + `"]`) }()
	for range 20 { // until the server has surely got it
		if _, err := c.DocumentHighlight(t.Context(), &protocol.DocumentHighlightParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	if asked := o.take(); asked != nil {
		t.Errorf("asked before the workspace was read: %v", asked)
	}
	close(read)
	equal(t, "result", `{"asked":1,"rejected":0,"message":"https://contoso.crm4.dynamics.com accepts 1 query"}`, <-got)
}
