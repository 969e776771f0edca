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
