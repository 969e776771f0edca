package lsp_test

import (
	"fmt"
	"testing"

	"go.lsp.dev/protocol"
)

// TestSilentClient has a workspace read, and a change to it taken, for a client
// that never answers some request of the server.
func TestSilentClient(t *testing.T) {
	for _, method := range []string{
		protocol.MethodWorkspaceConfiguration, protocol.MethodClientRegisterCapability, protocol.MethodClientUnregisterCapability,
		protocol.MethodWindowWorkDoneProgressCreate, protocol.MethodWorkspaceInlayHintRefresh, protocol.MethodWorkspaceCodeLensRefresh,
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel() // the settings are waited for
			yes := true
			files := map[string]string{"a.seg": "PROFILE(contact).FILTER(two == 'x')\n", "one.json": schemaWith("one"), "two.json": schemaWith("two"), "seg.toml": `schema = "one.json"`}
			c := start(t, files, watching, showingProgress, func(c *client, p *protocol.InitializeParams) {
				c.silent = []string{method}
				p.Capabilities.Workspace.InlayHint = &protocol.InlayHintWorkspaceClientCapabilities{RefreshSupport: &yes}
				p.Capabilities.Workspace.CodeLens = &protocol.CodeLensWorkspaceClientCapabilities{RefreshSupport: &yes}
			})
			c.awaitCode("a.seg", "unknown-column", true)
			c.files.write(at("seg.toml"), `schema = "two.json"`)
			c.notify("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":2}]}`, at("seg.toml")))
			c.awaitCode("a.seg", "unknown-column", false)
		})
	}
}

// TestLateSettings has a client say its settings late: what it tells meanwhile does
// not wait for them again and again, and they hold once they come.
func TestLateSettings(t *testing.T) {
	t.Parallel() // the settings are waited for, once
	answer := make(chan struct{})
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(two == 'x')\n", "one.json": schemaWith("one"), "two.json": schemaWith("two"), "seg.toml": `schema = "one.json"`}, func(c *client, _ *protocol.InitializeParams) {
		c.settings = `{"schema":"two.json"}`
		c.configuring = func() { <-answer }
	})
	const asks = 50 // more than there is time to wait for one by one
	for range asks {
		c.notify("workspace/didChangeConfiguration", `{"settings":null}`)
	}
	c.awaitCode("a.seg", "unknown-column", true)
	c.files.remove(at("seg.toml"))
	c.files.write(at("a.seg"), "PROFILE(contact).FILTER(fax == 'x')\n") // as the standard tables have it
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/a.seg","type":2},{"uri":"file:///w/seg.toml","type":3}]}`)
	c.awaitCode("a.seg", "unknown-column", false)
	close(answer)
	c.awaitCode("a.seg", "unknown-column", true)
}
