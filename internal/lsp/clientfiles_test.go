package lsp_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// readFor answers what the server asks of the client's files.
func (c *client) readFor(method string, params []byte) (any, error) {
	var p struct {
		URI uri.URI `json:"uri"`
	}
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, err
	}
	if method == "segql/findFiles" {
		answer, err := json.Marshal(slices.DeleteFunc(slices.Sorted(maps.Keys(c.elsewhere)), func(u uri.URI) bool {
			return !strings.HasSuffix(string(u), ".seg")
		}))
		return jsonrpc2.RawMessage(answer), err
	}
	text, ok := c.elsewhere[p.URI]
	switch {
	case !ok:
		return nil, nil
	case text == "unreadable":
		return nil, jsonrpc2.NewError(-32803, "no permission to read it")
	}
	answer, err := json.Marshal(map[string]string{"text": text})
	return jsonrpc2.RawMessage(answer), err
}

// elsewhere gives the client a workspace that only it can read.
func elsewhere(files map[string]string) option {
	return func(c *client, params *protocol.InitializeParams) {
		const folder = "vscode-vfs://github/w"
		params.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: folder, Name: "w"}})
		params.Capabilities.Experimental = protocol.LSPAny(`{"segql":{"files":true}}`)
		c.elsewhere = map[uri.URI]string{}
		for name, text := range files {
			c.elsewhere[folder+"/"+uri.URI(name)] = text
		}
	}
}

// TestClientFiles holds that a workspace that the client reads is like one on
// the disk: its segments, seg.toml, schema and .editorconfig count.
func TestClientFiles(t *testing.T) {
	c := start(t, nil, elsewhere(map[string]string{
		"seg.toml":           "dialect = \"realtime\"\nschema = \"meta/schema.json\"\n",
		"meta/schema.json":   "not JSON",
		".editorconfig":      "[*.seg]\nindent_style = tab\nmax_line_length = 20\n",
		"b.seg":              "B = PROFILE(contact).FILTER(statecode = 0)\n",
		"node_modules/c.seg": "C = PROFILE(contact).FILTER(statecode = 0)\n",
		".hidden/d.seg":      "D = PROFILE(contact).FILTER(statecode = 0)\n",
	}))
	const a, b = "vscode-vfs://github/w/a.seg", "vscode-vfs://github/w/b.seg"
	c.await("diagnostics of b.seg", func() bool { p := c.published[b]; return p != nil && len(p.Diagnostics) > 0 })
	c.await("the diagnostic of seg.toml", func() bool {
		p := c.published["vscode-vfs://github/w/seg.toml"]
		return p != nil && len(p.Diagnostics) == 1 && p.Diagnostics[0].Range.Start.Line == 1
	})
	c.open(a, 1, "A = SEGMENT(B).FILTER(statecode == 0)\n")
	c.diagnostics(a, 1)
	c.mu.Lock()
	var others []uri.URI
	for u := range c.published {
		if u != a && u != b && !strings.HasSuffix(string(u), "seg.toml") {
			others = append(others, u)
		}
	}
	c.mu.Unlock()
	if len(others) > 0 {
		t.Errorf("files that the commands leave out were read: %v", others)
	}
	edits, err := c.Formatting(t.Context(), &protocol.DocumentFormattingParams{TextDocument: protocol.TextDocumentIdentifier{URI: a}})
	if err != nil {
		t.Fatal(err)
	}
	if len(edits) == 0 || !strings.Contains(edits[0].NewText, "\n\t") {
		t.Errorf("the .editorconfig at the client does not count: %v", edits)
	}
}

// TestClientFilesNotReadable holds that what the client says of a file that it
// could not read is what the user reads.
func TestClientFilesNotReadable(t *testing.T) {
	c := start(t, nil, elsewhere(map[string]string{"seg.toml": "unreadable", "a.seg": "PROFILE(contact)\n"}))
	var got []string
	c.await("the diagnostic of seg.toml", func() bool {
		p := c.published["vscode-vfs://github/w/seg.toml"]
		if p == nil {
			return false
		}
		for _, d := range p.Diagnostics {
			got = append(got, string(d.Message.(protocol.String)))
		}
		return true
	})
	if diff := gocmp.Diff([]string{"no permission to read it"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
