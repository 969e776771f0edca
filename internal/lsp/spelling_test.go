package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// lastBody returns the last diagnostics as they came.
func (c *client) lastBody() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bodies[len(c.bodies)-1]
}

// TestURIsAsTheClientWritesThem opens documents by URIs that are not written as
// package uri writes them. All that is sent has them as they were opened.
func TestURIsAsTheClientWritesThem(t *testing.T) {
	for _, written := range []string{
		"file:///C:/Users/x/b.seg", "file:///w/a(1)+b@c.seg", "vscode-vfs://github/x/a(b).seg", "FILE:///x.seg",
		"file:///w/%e4%b8%ad.seg", "file:///w/plain.seg", "untitled:Untitled-1",
	} {
		t.Run(written, func(t *testing.T) {
			canonical := uri.MustParse(written)
			c := connect(t, nil)
			if canonical.Scheme() != "untitled" {
				c.files.texts[canonical] = "One = PROFILE(contact).FILTER(statecode = 1)\n"
			}
			c.begin(withView, func(_ *client, p *protocol.InitializeParams) {
				p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: uri.MustParse(written[:strings.LastIndexByte(written, '/')+1] + "."), Name: "w"}})
			})
			c.notify("textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"languageId":"x","text":%q,"version":3,"uri":%q}}`,
				"One = PROFILE(contact).FILTER(statecode = 0)\nTwo = SEGMENT(One)\nOne = PROFILE(contact)\n", written))
			c.diagnostics(canonical, 3)
			at := fmt.Sprintf(`{"textDocument":{"uri":%q},"position":{"line":1,"character":15},"newName":"Uno","context":{"includeDeclaration":true},"query":""}`, written)
			answers := []string{c.lastBody()}
			for _, method := range []string{"textDocument/definition", "textDocument/references", "textDocument/rename", "textDocument/prepareCallHierarchy", "workspace/symbol"} {
				answers = append(answers, c.raw(method, at))
			}
			for _, answer := range answers {
				if !strings.Contains(answer, `"`+written+`"`) {
					t.Errorf("%s is missing: %s", written, answer)
				}
				if c := string(canonical); c != written && strings.Contains(answer, c) {
					t.Errorf("%s is there: %s", c, answer)
				}
			}
			// What the client was told before, and is told from now on, is by that name, too.
			c.notify("textDocument/didClose", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, written))
			c.await("diagnostics of the closed document", func() bool { return c.published[canonical].Version.IsZero() })
			if last := c.lastBody(); !strings.Contains(last, `"`+written+`"`) {
				t.Errorf("%s is missing: %s", written, last)
			}
		})
	}
}
