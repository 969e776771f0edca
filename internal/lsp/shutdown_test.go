package lsp_test

import (
	"context"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
)

// TestValidationEnds has an organization that answers late: it is asked no more
// when the text is another one or closed, or when the session comes to its end.
func TestValidationEnds(t *testing.T) {
	for name, end := range map[string]func(*client){
		"change": func(c *client) {
			c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "// seg:dialect outbound\nA = PROFILE(account)\n"})
		},
		"close": func(c *client) { c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/a.seg"}}`) },
		"shutdown": func(c *client) {
			if err := c.Shutdown(c.t.Context()); err != nil {
				c.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			asked, stopped := make(chan struct{}), make(chan struct{})
			c := connect(t, nil, func(o *lsp.Options) {
				o.Organization = contoso
				o.Remote = func(ctx context.Context, _ lsp.RemoteRequest) ([]lsp.RemoteVerdict, error) {
					close(asked)
					<-ctx.Done()
					close(stopped)
					return nil, ctx.Err()
				}
			})
			c.settings = `{"validate":{"onSave":true}}`
			c.begin()
			c.open(at("a.seg"), 1, "// seg:dialect outbound\nA = PROFILE(contact)\n")
			c.diagnostics(at("a.seg"), 1)
			c.notify("textDocument/didSave", `{"textDocument":{"uri":"file:///w/a.seg"}}`)
			<-asked
			end(c)
			<-stopped
		})
	}
}

// TestNothingAfterShutdown shuts a server down that looks through the workspace:
// the client hears nothing more of it, and exit ends the session.
func TestNothingAfterShutdown(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	c := connect(t, map[string]string{"a.seg": "A = PROFILE(contct)\n"})
	c.files.finding = func(uri.URI) {
		close(begun)
		<-goOn
	}
	c.begin()
	<-begun
	c.open(at("b.seg"), 1, "B = PROFILE(contct)\n")
	if err := c.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	before := len(c.received)
	c.mu.Unlock()
	close(goOn)
	for range 100 { // what the server does meanwhile takes less than these
		_ = c.call("textDocument/hover", "{}")
	}
	if err := c.Exit(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-c.conn.Done()
	if late := c.received[before:]; len(late) > 0 {
		t.Errorf("it sent %v", late)
	}
	if err := <-c.done; err != nil {
		t.Errorf("the session ended with %v", err)
	}
	c.done <- nil
}

// TestNoMessageAfterShutdown shuts a server down that waits for settings, after
// ones in which something is wrong: the user is not told of that any more.
func TestNoMessageAfterShutdown(t *testing.T) {
	for name, settings := range map[string]string{"setting": `{"dialect":"nosuch"}`, "schema": `{"schema":"missing.json"}`} {
		t.Run(name, func(t *testing.T) {
			asked, goOn := make(chan struct{}), make(chan struct{})
			c := start(t, nil, func(c *client, p *protocol.InitializeParams) {
				p.InitializationOptions = protocol.LSPAny(settings)
				c.configuring = func() {
					close(asked)
					<-goOn
				}
			})
			<-asked
			if err := c.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			close(goOn)
			if err := c.Exit(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-c.conn.Done()
			if len(c.messages) > 0 {
				t.Errorf("the user was told %q", c.messages)
			}
		})
	}
}
