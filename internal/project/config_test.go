package project_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
	"segql/lang/check"
)

func TestParseConfig(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct {
		name, text string
		want       project.Config
	}{
		{"empty", "", project.Config{}},
		{"comments and a byte-order mark", "\ufeff# nothing\r\n", project.Config{}},
		{"dialect", `dialect = "realtime"`, project.Config{Dialect: check.Realtime}},
		{"no schema", `schema = 'none'`, project.Config{NoSchema: true}},
		{"a schema", `schema = "meta/schema.json"`, project.Config{Schema: filepath.Join(folder, "meta", "schema.json")}},
		{"above", `schema = "../schema.json"`, project.Config{Schema: filepath.Join(filepath.Dir(folder), "schema.json")}},
		{"organization", "[org]\nurl = \"https://contoso.crm4.dynamics.com\"",
			project.Config{OrgURL: "https://contoso.crm4.dynamics.com"}},
		{"rules", "[rules]\nunknown-column = \"off\"\nunknown-table = \"hint\"",
			project.Config{Severities: map[string]check.Severity{"unknown-column": check.Off, "unknown-table": check.Hint}}},
		{"dotted", `rules.unknown-column = "error"`,
			project.Config{Severities: map[string]check.Severity{"unknown-column": check.Error}}},
		{"inline", `rules = { unknown-column = "info" }`,
			project.Config{Severities: map[string]check.Severity{"unknown-column": check.Info}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := project.ParseConfig(filepath.Join(folder, "seg.toml"), test.text)
			if err != nil {
				t.Fatal(err)
			}
			test.want.Folder = folder
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestBrokenConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	path, err := filepath.Abs("seg.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, want string }{
		{"\ndialetc = \"realtime\"", `2: there is no setting "dialetc"; did you mean dialect?`},
		{"x = 1", `1: there is no setting "x"`},
		{"[rule]\nunknown-column = \"off\"", `1: there is no setting "rule"; did you mean rules?`},
		{"dialect = \"real\"", `1: dialect should be "realtime" or "outbound", but is "real"`},
		{"dialect = 3", `1: dialect should be "realtime" or "outbound", in quotes`},
		{"schema = \"\"", `1: schema should be the path of a file or "none", but is empty`},
		{"schema = false", `1: schema should be the path of a file or "none", in quotes`},
		{"org = \"x\"", "1: org should be a table: a line [org], and its settings below"},
		{"[org]\nuri = \"x\"", `2: there is no setting "uri" in [org]; did you mean url?`},
		{"[org]\nurl = \"contoso\"", `2: url should be an address such as "https://contoso.crm4.dynamics.com", but is "contoso"`},
		{"[[rules]]\nx = 1", "1: rules should be a table: a line [rules], and its settings below"},
		{"[rules]\n\nunknown-colum = \"off\"", `3: there is no rule "unknown-colum"; did you mean unknown-column?`},
		{"[rules]\nunknown-column = \"of\"", `2: unknown-column should be "off", "hint", "info", "warning" or "error", but is "of"`},
		{"[rules]\nunknown-column = false", `2: unknown-column should be "off", "hint", "info", "warning" or "error", in quotes`},
		// The first mistake in the order of the text is told.
		{"b = 1\na = 1", `1: there is no setting "b"`},
		{"dialect = \"realtime", "1: this is not TOML: "},
		{"dialect = \"realtime\"\ndialect = \"outbound\"", "2: this is not TOML: "},
		{"dialect", "1: this is not TOML: "},
	} {
		_, wrong := project.ParseConfig(path, test.text)
		if len(wrong) == 0 {
			t.Errorf("%q: no error", test.text)
			continue
		}
		got, found := strings.CutPrefix(wrong[0].Error(), "seg.toml:")
		if !found || got != test.want && (!strings.HasSuffix(test.want, "TOML: ") || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%q: %s", test.text, err)
		}
		if strings.Contains(got, "\n") {
			t.Errorf("%q: more than one line: %q", test.text, got)
		}
	}
}

// TestEveryMistakeOfAConfig tells all mistakes in the order of the text, and
// takes what is right.
func TestEveryMistakeOfAConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	got, wrong := project.ParseConfig("seg.toml", `dialect = "realtime"
schema = 1
[rules]
unknown-tabl = "off"
unknown-column = "loud"
unknown-table = "error"
[nosuch]
x = 1
`)
	var sentences []string
	for _, w := range wrong {
		sentences = append(sentences, w.Error())
	}
	want := []string{
		`seg.toml:2: schema should be the path of a file or "none", in quotes`,
		`seg.toml:4: there is no rule "unknown-tabl"; did you mean unknown-table?`,
		`seg.toml:5: unknown-column should be "off", "hint", "info", "warning" or "error", but is "loud"`,
		`seg.toml:7: there is no setting "nosuch"`,
	}
	if diff := cmp.Diff(want, sentences); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Dialect != check.Realtime || got.Severities["unknown-table"] != check.Error || len(got.Severities) != 1 {
		t.Errorf("it says %+v", got)
	}
}

func TestConfigs(t *testing.T) {
	inTree(t, "x.seg", "a/x.seg", "a/b/c/x.seg", "none/x.seg", "bad/x.seg")
	write(t, "a/seg.toml", `dialect = "realtime"`)
	write(t, "bad/seg.toml", "dialect = 1")
	write(t, "none/seg.toml", `schema = "none"`)
	var configs project.Configs
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			config, err := configs.For("a/b/c/x.seg")
			if err != nil || config.Dialect != check.Realtime || filepath.Base(config.Folder) != "a" {
				t.Errorf("%v, %v", config, err)
			}
			if other, err := configs.For("a/x.seg"); err != nil || other != config {
				t.Errorf("the file was read again: %v, %v", other, err)
			}
			if _, err := configs.For("bad/x.seg"); err == nil || !strings.Contains(err.Error(), ":1: dialect should be") {
				t.Errorf("error %v", err)
			}
		})
	}
	wg.Wait()
	config, err := configs.For("none/x.seg")
	if err != nil || !config.NoSchema {
		t.Fatalf("%v, %v", config, err)
	}
	if s, err := configs.Schema(config); s != nil || err != nil {
		t.Errorf("%v, %v", s, err)
	}
	if s, err := configs.Schema(nil); !s.IsStandard() || err != nil {
		t.Errorf("%v, %v", s, err)
	}
}

func TestSchemaFile(t *testing.T) {
	inTree(t, "folder/x", "a.json")
	var configs project.Configs
	for path, want := range map[string]string{
		"no.json": "no.json: there is no such file or folder",
		"folder":  "folder: it is a folder, not a file",
		"a.json":  "a.json: ",
	} {
		_, err := configs.SchemaFile(path)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", path, err)
		}
	}
}
