package lsp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/uri"

	"segql/internal/lsp"
)

// request asks the server something that is not in the protocol.
func (c *client) request(method, params string) string {
	c.t.Helper()
	var answer jsonrpc2.RawMessage
	if _, err := c.conn.Call(c.t.Context(), method, jsonrpc2.RawMessage(params), &answer); err != nil {
		return "error: " + err.Error()
	}
	return string(answer)
}

func TestStatus(t *testing.T) {
	c := start(t, map[string]string{
		"seg.toml":         "dialect = \"outbound\"\nschema = \"none\"\n[org]\nurl = \"https://contoso.crm4.dynamics.com\"\n",
		"a.seg":            "A = PROFILE(contact)\n",
		"own/seg.toml":     "",
		"own/b.seg":        "B = PROFILE(contact)\n",
		"own/realtime.seg": "// seg:dialect realtime\nC = PROFILE(contact)\n",
		"mistake.seg":      "D = PROFILE(contact\n",
	})
	c.await("diagnostics of a stored file", func() bool { return c.published[at("mistake.seg")] != nil })
	for _, test := range []struct{ file, want string }{
		{"a.seg", `{"dialect":"outbound","schema":"none","organization":"https://contoso.crm4.dynamics.com","config":"file:///w/seg.toml"}`},
		{"own/b.seg", `{"dialect":"","schema":"standard","organization":"","config":"file:///w/own/seg.toml"}`},
		{"own/realtime.seg", `{"dialect":"realtime","schema":"standard","organization":"","config":"file:///w/own/seg.toml"}`},
		{"missing.seg", "error: segls does not know the file file:///w/missing.seg; open it first"},
	} {
		if diff := gocmp.Diff(test.want, c.request("segql/status", `{"uri":"file:///w/`+test.file+`"}`)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.file, diff)
		}
	}
}

// TestStatusOfSettings holds that the status tells what is done: which
// organization is asked, and which tables names are checked against.
func TestStatusOfSettings(t *testing.T) {
	for name, test := range map[string]struct{ environment, settings, config, want string }{
		"settings":            {"", `{"schema":"one.json","org":"https://b.crm4.dynamics.com/main.aspx"}`, "", `"schema":"one.json","organization":"https://b.crm4.dynamics.com"`},
		"nothing can be read": {"", `{"schema":"missing.json"}`, "", `"schema":"standard","organization":""`},
		"seg.toml":            {"", `{"schema":"missing.json","org":"https://b.crm4.dynamics.com"}`, "schema = \"one.json\"\n[org]\nurl = \"" + contoso + "\"\n", `"schema":"/w/one.json","organization":"` + contoso + `"`},
		"seg.toml that can't": {"", `{"schema":"one.json"}`, `schema = "missing.json"`, `"schema":"none","organization":""`},
		"environment":         {contoso, `{"schema":"none","org":"https://b.crm4.dynamics.com"}`, "[org]\nurl = \"https://c.crm4.dynamics.com\"\n", `"schema":"none","organization":"` + contoso + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"a.seg": "A = PROFILE(contact)\n", "one.json": schemaWith("one")}
			if test.config != "" {
				files["seg.toml"] = test.config
			}
			c := connect(t, files, func(o *lsp.Options) { o.Organization = test.environment })
			c.settings = test.settings
			got := c.begin().request("segql/status", `{"uri":"file:///w/a.seg"}`)
			if _, got, _ = strings.Cut(got, `"dialect":"",`); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestSegments(t *testing.T) {
	c := start(t, map[string]string{
		"a.seg": "A = PROFILE(contact)\nB = SEGMENT(A) EXCEPT (SEGMENT(a) UNION SEGMENT(Elsewhere))\n",
		"c.seg": "C = SEGMENT(\n",
		"b.seg": "(INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0))\n",
	})
	c.await("diagnostics of a stored file", func() bool { return c.published[at("c.seg")] != nil })
	var files []struct {
		URI      string
		Segments []struct {
			Name, Source string
			NameRange    json.RawMessage
			Uses         []struct {
				Name    string
				Defined *struct{ URI string }
			}
		}
	}
	if err := json.Unmarshal([]byte(c.request("segql/segments", "{}")), &files); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		for _, s := range f.Segments {
			line := strings.TrimPrefix(f.URI, "file:///w/") + ": " + s.Name + " of " + s.Source + " at " + string(s.NameRange)
			for _, use := range s.Uses {
				line += "; uses " + use.Name
				if use.Defined != nil {
					line += " in " + use.Defined.URI
				}
			}
			got = append(got, line)
		}
	}
	want := []string{
		`a.seg: A of contact at {"start":{"line":0,"character":0},"end":{"line":0,"character":1}}`,
		`a.seg: B of  at {"start":{"line":1,"character":0},"end":{"line":1,"character":1}}; uses A in file:///w/a.seg; uses Elsewhere`,
		`b.seg:  of EmailOpened at {"start":{"line":0,"character":0},"end":{"line":0,"character":71}}`,
		`c.seg: C of  at {"start":{"line":0,"character":0},"end":{"line":0,"character":1}}`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadSchema(t *testing.T) {
	c := start(t, map[string]string{
		"metadata.json": `{"@odata.context":"https://x/api/data/v9.2/$metadata#EntityDefinitions","value":[{"LogicalName":"new_pet","PrimaryIdAttribute":"new_petid"}]}`,
		"empty.json":    `{}`,
	})
	if got := c.request("segql/readSchema", `{"uri":"file:///w/metadata.json"}`); !strings.Contains(got, "segql-schema") || !strings.Contains(got, "new_pet") {
		t.Errorf("got %s", got)
	}
	for _, file := range []string{"empty.json", "missing.json"} {
		if got := c.request("segql/readSchema", `{"uri":"file:///w/`+file+`"}`); !strings.Contains(got, file+" has no schema that can be read: ") {
			t.Errorf("%s: got %s", file, got)
		}
	}
	if got := c.request("segql/pullSchema", `{"organization":"https://contoso.crm4.dynamics.com"}`); !strings.Contains(got, "this editor can't sign in to an organization") {
		t.Errorf("got %s", got)
	}
	if got := c.request("segql/readSchema", `[]`); !strings.Contains(got, "the parameters of segql/readSchema do not have the form") {
		t.Errorf("got %s", got)
	}
}

// TestReadSchemaElsewhere holds that a path is that of a file on the disk only in
// a URI of one, and that an error does not tell what stands in a file.
func TestReadSchemaElsewhere(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(secret, []byte("Zebra"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := connect(t, nil, func(o *lsp.Options) { o.Files = lsp.Disk{} }).begin()
	path := uri.File(secret).Path()
	for _, test := range []struct{ uri, want string }{
		{"seg-rule://" + path, "error: secret.txt has no schema that can be read: only files of this computer can be read, not seg-rule:"},
		{"file://" + path, `error: secret.txt has no schema that can be read: the schema file is no JSON at line 1: expected "{"; give`},
	} {
		got := c.request("segql/readSchema", `{"uri":"`+test.uri+`"}`)
		if !strings.HasPrefix(got, test.want) || strings.Contains(strings.ReplaceAll(got, secret, ""), "Z") {
			t.Errorf("%s: got %s", test.uri, got)
		}
	}
}
