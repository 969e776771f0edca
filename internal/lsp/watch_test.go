package lsp_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// schemaWith is a schema in which contact has one column.
func schemaWith(column string) string {
	return fmt.Sprintf(`{"format":"segql-schema","version":1,"tables":[{"name":"contact","columns":[{"name":%q,"type":"String"}]}]}`, column)
}

// awaitCode awaits diagnostics of a file with some code, or without it.
func (c *client) awaitCode(name, code string, isThere bool) {
	c.t.Helper()
	c.await(fmt.Sprintf("diagnostics of %s with %s: %v", name, code, isThere), func() bool {
		p := c.published[at(name)]
		return p != nil && strings.Contains(" "+strings.Join(codes(p.Diagnostics), " ")+" ", " "+code+" ") == isThere
	})
}

// watching has the client watch what the server asks for.
func watching(_ *client, p *protocol.InitializeParams) {
	yes := true
	p.Capabilities.Workspace.DidChangeWatchedFiles = &protocol.DidChangeWatchedFilesClientCapabilities{DynamicRegistration: &yes}
}

func TestSettingsOfInitializeStay(t *testing.T) {
	set := protocol.LSPAny(`{"rules":{"unknown-column":"off"},"dialect":"realtime","schema":"tables.json"}`)
	for name, answer := range map[string]string{"null": "null", "nothing": "", "no configuration": "none"} {
		t.Run(name, func(t *testing.T) {
			c := start(t, map[string]string{"tables.json": schemaWith("mine")}, func(c *client, p *protocol.InitializeParams) {
				c.settings, p.InitializationOptions = answer, set
				if answer == "none" {
					p.Capabilities.Workspace.Configuration = nil
				}
			})
			for version := range int32(2) {
				c.open(at("a.seg"), version, "PROFILE(contact).FILTER(yours == 1 && mine = 'x')")
				if got := strings.Join(codes(c.diagnostics(at("a.seg"), version)), " "); got != "single-equals" {
					t.Errorf("the diagnostics are %s", got)
				}
				if got := c.raw("textDocument/hover", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":38}}`); !strings.Contains(got, "mine") {
					t.Errorf("the hover over a column of the schema is %s", got)
				}
				c.notify("workspace/didChangeConfiguration", `{"settings":null}`)
			}
		})
	}
}

// TestSchemaOfSettingsChanges holds that the schema that the settings name is
// watched under its name, and read again.
func TestSchemaOfSettingsChanges(t *testing.T) {
	file := uri.File("/w/org/ta[b]les.json")
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(two == 'x')\n"}, watching, func(c *client, _ *protocol.InitializeParams) {
		c.files.texts[file] = schemaWith("one")
		c.settings = `{"schema":"org/ta[b]les.json"}`
	})
	c.awaitCode("a.seg", "unknown-column", true)
	c.await("the registration", func() bool { return strings.Contains(strings.Join(c.registered, " "), `"**/ta?b?les.json"`) })
	c.files.write(file, schemaWith("two"))
	c.notify("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":2}]}`, file))
	c.awaitCode("a.seg", "unknown-column", false)
}

// TestSchemasAreWatched holds that the client watches the schema that seg.toml
// names now, and no other.
func TestSchemasAreWatched(t *testing.T) {
	c := start(t, map[string]string{"seg.toml": `schema = "one.json"`, "one.json": schemaWith("one"), "two.json": schemaWith("two"), "a.seg": "PROFILE(contact).FILTER(two == 'x')\n"}, watching)
	c.awaitCode("a.seg", "unknown-column", true)
	c.await("the registration of one", func() bool { return strings.Contains(strings.Join(c.registered, " "), `"**/one.json"`) })
	c.files.write(at("seg.toml"), `schema = "two.json"`)
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/seg.toml","type":2}]}`)
	c.awaitCode("a.seg", "unknown-column", false)
	c.await("the registration of two", func() bool {
		last := c.registered[len(c.registered)-1]
		return strings.Contains(last, `"**/two.json"`) && !strings.Contains(last, "one.json")
	})
	c.await("the end of the first", func() bool {
		return strings.Contains(strings.Join(c.received, " "), protocol.MethodClientUnregisterCapability)
	})
}

// TestWatchedFilesElsewhere tells of files that no look through the workspace
// would find; nothing is known of them after.
func TestWatchedFilesElsewhere(t *testing.T) {
	c := start(t, nil)
	var changes []string
	for _, u := range []string{"file:///elsewhere/x.seg", "file:///w/node_modules/x.seg", "file:///w/a/vendor/b/x.seg", "file:///w/.git/x.seg", "file:///w/.x.seg", "file:///w/vendor.seg"} {
		c.files.write(uri.URI(u), "X = PROFILE(contact).FILTER(statecode = 0)\n")
		changes = append(changes, fmt.Sprintf(`{"uri":%q,"type":1}`, u))
	}
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[`+strings.Join(changes, ",")+`]}`)
	c.awaitCode("vendor.seg", "single-equals", true)
	if got := c.raw("workspace/symbol", `{"query":"X"}`); strings.Count(got, `"name"`) != 1 || !strings.Contains(got, "vendor.seg") {
		t.Errorf("the symbols are %s", got)
	}
}

// TestDeletedFolder tells of a folder that is gone, as editors do without a word
// about the files in it.
func TestDeletedFolder(t *testing.T) {
	c := start(t, map[string]string{
		"x/seg.toml": "dialect = \"realtime\"\n", "x/y/a.seg": "A = PROFILE(contact).FILTER(statecode = 0)\n",
		"xy.seg": "B = PROFILE(contact).FILTER(statecode = 0)\n",
	})
	c.awaitCode("x/y/a.seg", "single-equals", true)
	c.awaitCode("xy.seg", "single-equals", true)
	c.files.mu.Lock()
	delete(c.files.texts, at("x/seg.toml"))
	delete(c.files.texts, at("x/y/a.seg"))
	c.files.mu.Unlock()
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/x","type":3}]}`)
	c.awaitCode("x/y/a.seg", "single-equals", false)
	if got := c.raw("workspace/symbol", `{"query":""}`); strings.Count(got, `"name"`) != 1 || !strings.Contains(got, `"B"`) {
		t.Errorf("the symbols are %s", got)
	}
	c.open(at("x/new.seg"), 1, "PROFILE(contact).TRAVERSE(contact_customer_accounts)")
	if got := codes(c.diagnostics(at("x/new.seg"), 1)); strings.Contains(strings.Join(got, " "), "dialect") {
		t.Errorf("the dialect of the seg.toml that is gone still counts: %v", got)
	}
}

// TestCreatedFolder tells of a folder that came, as editors do without a word
// about the files in it.
func TestCreatedFolder(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "A = SEGMENT(B)\n"})
	c.symbols() // with its answer the workspace is read
	c.files.write(at("x/seg.toml"), "dialect = \"realtime\"\n")
	c.files.write(at("x/y/b.seg"), "B = PROFILE(contact).TRAVERSE(contact_customer_accounts)\n")
	c.files.write(at("node_modules/c.seg"), "C = PROFILE(contact).FILTER(statecode = 0)\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/node_modules","type":1},{"uri":"file:///w/x","type":1},{"uri":"file:///w/x/y","type":1},{"uri":"file:///w/x/y/b.seg","type":1}]}`)
	c.awaitCode("x/y/b.seg", "step-not-for-dialect", true)
	c.files.write(at("x/y/d.seg"), "D = PROFILE(contact).FILTER(statecode = 0)\n")
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/x","type":1}]}`)
	c.awaitCode("x/y/d.seg", "single-equals", true)
	if diff := gocmp.Diff([]string{"A in file:///w/a.seg", "B in file:///w/x/y/b.seg", "D in file:///w/x/y/d.seg"}, c.symbols()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFilesElsewhereAreWatched holds that a client that can is asked to watch the
// seg.toml and the schemas that lie in no folder of the workspace.
func TestFilesElsewhereAreWatched(t *testing.T) {
	yes := true
	c := start(t, map[string]string{"seg.toml": `schema = "../common/s.json"`, "sub/a.seg": "A = PROFILE(contact)\n"}, watching, func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.Workspace.DidChangeWatchedFiles.RelativePatternSupport = &yes
		p.WorkspaceFolders = protocol.NewNullable([]protocol.WorkspaceFolder{{URI: root + "/sub", Name: "sub"}})
	})
	for _, want := range []string{
		`{"globPattern":{"baseUri":"file:///w","pattern":"seg.toml"}}`,
		`{"globPattern":{"baseUri":"file:///common","pattern":"s.json"}}`,
	} {
		c.await(want, func() bool { return strings.Contains(strings.Join(c.registered, " "), want) })
	}
}

// TestSchemaOfSettingsIsGone holds that the standard tables count where the schema
// of the settings was there once, as where it never was, and that the user is told
// once each time that it goes.
func TestSchemaOfSettingsIsGone(t *testing.T) {
	c := start(t, map[string]string{"a.seg": "PROFILE(contact).FILTER(fax == 'x')\n", "tables.json": schemaWith("one")}, func(c *client, _ *protocol.InitializeParams) {
		c.settings = `{"schema":"tables.json"}`
	})
	changed := func(name string, kind int) {
		c.notify("workspace/didChangeWatchedFiles", fmt.Sprintf(`{"changes":[{"uri":%q,"type":%d}]}`, at(name), kind))
	}
	for i := range 2 {
		c.awaitCode("a.seg", "unknown-column", true)
		c.files.remove(at("tables.json"))
		changed("tables.json", 3)
		c.awaitCode("a.seg", "unknown-column", false)
		for _, dialect := range []string{"1", "2"} {
			c.files.write(at("seg.toml"), "dialect = "+dialect+"\n")
			changed("seg.toml", 2)
		}
		c.files.write(at("tables.json"), schemaWith("one"))
		changed("tables.json", 1)
		c.awaitCode("a.seg", "unknown-column", true)
		c.mu.Lock()
		if len(c.messages) != i+1 {
			t.Errorf("the user was told %q", c.messages)
		}
		c.mu.Unlock()
	}
}

// TestFolderOfASchema tells of a folder that goes and comes with a schema in it, as
// editors do without a word about the file.
func TestFolderOfASchema(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"seg.toml": {"seg.toml": `schema = "tables/sub/schema.json"`},
		"settings": {},
	} {
		t.Run(name, func(t *testing.T) {
			files["a.seg"], files["tables/sub/schema.json"] = "PROFILE(contact).FILTER(fax == 'x')\n", schemaWith("one")
			c := start(t, files, func(c *client, _ *protocol.InitializeParams) {
				if name == "settings" {
					c.settings = `{"schema":"tables/sub/schema.json"}`
				}
			})
			c.awaitCode("a.seg", "unknown-column", true)
			c.files.remove(at("tables/sub/schema.json"))
			c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/tables","type":3}]}`)
			c.awaitCode("a.seg", "unknown-column", false)
			c.files.write(at("tables/sub/schema.json"), schemaWith("one"))
			c.notify("workspace/didChangeWatchedFiles", `{"changes":[{"uri":"file:///w/tables","type":1}]}`)
			c.awaitCode("a.seg", "unknown-column", true)
		})
	}
}

// TestManyCreatedFiles tells of many files at a time, with a folder among them: the
// folder that they are in is looked through once, and files in it that were there
// before are not read again.
func TestManyCreatedFiles(t *testing.T) {
	var looks, reads atomic.Int32
	c := start(t, map[string]string{"assets/old.seg": "OLD = PROFILE(contact)\n"}, func(c *client, _ *protocol.InitializeParams) {
		c.files.finding = func(uri.URI) { looks.Add(1) }
		c.files.reading = func(u uri.URI) {
			if u == at("assets/old.seg") {
				reads.Add(1)
			}
		}
	})
	c.symbols() // with its answer the workspace is read
	looked, read := looks.Load(), reads.Load()
	c.files.write(at("assets/v1.2/a.seg"), "A = PROFILE(contact).FILTER(statecode = 0)\n")
	changes := `{"uri":"file:///w/assets/v1.2","type":1}`
	for i := range 2000 {
		changes += fmt.Sprintf(`,{"uri":"file:///w/assets/p%d.png","type":1}`, i)
	}
	c.notify("workspace/didChangeWatchedFiles", `{"changes":[`+changes+`]}`)
	c.awaitCode("assets/v1.2/a.seg", "single-equals", true)
	if looked, read = looks.Load()-looked, reads.Load()-read; looked != 1 || read != 0 {
		t.Errorf("there were %d looks through folders, and a file of before was read %d times", looked, read)
	}
}
