package lsp_test

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestDefinitionInSchema leads to a schema file that starts with a byte-order
// mark, and to none that says nothing of the name or is no JSON.
func TestDefinitionInSchema(t *testing.T) {
	const schema = `{"format":"segql-schema","version":1,"tables":[{"name":"contact","columns":[{"name":"one","type":"String"}]}]}`
	for _, test := range []struct{ schema, want string }{
		{schema, `[{"uri":"file:///w/schema.json","range":{"start":{"line":0,"character":56},"end":{"line":0,"character":63}}}]`},
		{"\uFEFF" + schema, `[{"uri":"file:///w/schema.json","range":{"start":{"line":0,"character":57},"end":{"line":0,"character":64}}}]`},
		{`{"format":"segql-schema","version":1,"tables":[]}`, "null"},
		{"nothing of that kind", "null"},
		{"", "null"},
	} {
		c := start(t, map[string]string{"seg.toml": `schema = "schema.json"`, "schema.json": test.schema})
		c.open(at("a.seg"), 1, "PROFILE(contact)")
		c.diagnostics(at("a.seg"), 1)
		got := c.raw("textDocument/definition", `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":10}}`)
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.schema, diff)
		}
	}
}
