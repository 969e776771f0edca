package lsp_test

import (
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// TestFilesOfClientThatDoesNotWatch saves and closes documents at a client that
// tells of no other changes to files.
func TestFilesOfClientThatDoesNotWatch(t *testing.T) {
	const old, mended = "A = PROFILE(contact).FILTER(statecode = 0)\n", "A = PROFILE(contact).FILTER(statecode == 0)\n"
	save := func(c *client, name, text string) {
		c.files.write(at(name), text)
		c.notify("textDocument/didSave", `{"textDocument":{"uri":"file:///w/`+name+`"}}`)
	}
	closing := func(c *client, name string) {
		c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/`+name+`"}}`)
	}
	for _, test := range []struct {
		name string
		do   func(*client)
	}{
		{"saved and closed", func(c *client) {
			c.open(at("a.seg"), 1, old)
			c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: mended})
			save(c, "a.seg", mended)
			closing(c, "a.seg")
		}},
		{"changed before it was opened", func(c *client) {
			c.files.write(at("a.seg"), mended)
			c.open(at("a.seg"), 1, mended)
			closing(c, "a.seg")
		}},
		{"new", func(c *client) {
			c.open(at("b.seg"), 1, strings.Replace(old, "A", "B", 1))
			save(c, "b.seg", strings.Replace(old, "A", "B", 1))
			closing(c, "b.seg")
			c.files.write(at("a.seg"), mended)
			c.open(at("a.seg"), 1, mended)
			closing(c, "a.seg") // which is read after the other one
		}},
		{"deleted", func(c *client) {
			c.open(at("a.seg"), 1, old)
			c.files.remove(at("a.seg"))
			closing(c, "a.seg")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, map[string]string{"a.seg": old})
			c.awaitCode("a.seg", "single-equals", true)
			test.do(c)
			c.await("diagnostics of what is stored", func() bool {
				p := c.published[at("a.seg")]
				_, isOpen := p.Version.Get()
				return !isOpen && len(p.Diagnostics) == 0
			})
			if got := c.raw("workspace/symbol", `{"query":"B"}`); test.name == "new" && !strings.Contains(got, "b.seg") {
				t.Errorf("the symbols are %s", got)
			}
		})
	}
}

// TestConfigOfClientThatDoesNotWatch saves and closes a seg.toml and the schemas
// that it and the settings name.
func TestConfigOfClientThatDoesNotWatch(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(two == 'x')\n", "one.json": schemaWith("one"), "two.json": schemaWith("two")}, func(c *client, _ *protocol.InitializeParams) {
		c.settings = `{"schema":"one.json"}`
	})
	c.awaitCode("a.seg", "unknown-column", true)
	save := func(name, text string, isKnown bool) {
		c.files.write(at(name), text)
		c.notify("textDocument/didSave", `{"textDocument":{"uri":"file:///w/`+name+`"}}`)
		c.awaitCode("a.seg", "unknown-column", !isKnown)
	}
	save("one.json", schemaWith("two"), true)
	save("one.json", schemaWith("one"), false)
	save("seg.toml", `schema = "two.json"`, true)
	save("two.json", schemaWith("one"), false)
	c.notify("textDocument/didOpen", `{"textDocument":{"languageId":"toml","text":"","version":1,"uri":"file:///w/seg.toml"}}`)
	c.files.remove(at("seg.toml"))
	c.files.write(at("one.json"), schemaWith("two"))
	c.notify("textDocument/didClose", `{"textDocument":{"uri":"file:///w/seg.toml"}}`)
	c.awaitCode("a.seg", "unknown-column", false)
}
