package lsp_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	gocmp "github.com/google/go-cmp/cmp"

	"segql/internal/lsp"
	"segql/lang/check"
	"segql/lang/explain"
	"segql/lang/parser"
	"segql/lang/schema"
)

// TestSettingsOfExtension holds that the extension for VS Code declares the
// settings there are: the first part of its configuration is made from them.
func TestSettingsOfExtension(t *testing.T) {
	const page = "../../editors/vscode/package.json"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	start, end := valueAt(t, data, "/contributes/configuration/0/properties")
	want, err := json.Marshal(extensionSettings(), jsontext.WithIndentPrefix("        "), jsontext.WithIndent("  "))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		data = bytes.Join([][]byte{data[:start], want, data[end:]}, nil)
		if err := os.WriteFile(page, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(string(want), string(data[start:end])); diff != "" {
		t.Errorf("editors/vscode/package.json, run with -update (-want +got):\n%s", diff)
	}
}

// valueAt returns where in a JSON text the value at a pointer stands.
func valueAt(t *testing.T, data []byte, pointer jsontext.Pointer) (start, end int64) {
	t.Helper()
	d := jsontext.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.ReadToken()
		if err != nil {
			t.Fatalf("there is no %s: %v", pointer, err)
		}
		// Behind its name the pointer is that of the value that follows.
		if token.Kind() == '"' && d.StackPointer() == pointer {
			value, err := d.ReadValue()
			if err != nil {
				t.Fatal(err)
			}
			return d.InputOffset() - int64(len(value)), d.InputOffset()
		}
	}
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSONTo(e *jsontext.Encoder) error {
	if err := e.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, m := range o {
		if err := e.WriteToken(jsontext.String(m.name)); err != nil {
			return err
		}
		if err := json.MarshalEncode(e, m.value); err != nil {
			return err
		}
	}
	return e.WriteToken(jsontext.EndObject)
}

func extensionSettings() object {
	var all object
	for _, s := range lsp.Settings() {
		setting := object{{"type", s.Type}}
		if len(s.Values) > 0 {
			setting = append(setting, member{"enum", s.Values})
		}
		setting = append(setting, member{"default", jsontext.Value(s.Default)}, member{"scope", "window"}, member{"description", s.Doc})
		if s.Name == "rules" {
			setting = append(setting, member{"properties", rulesOfExtension()}, member{"additionalProperties", false})
		}
		all = append(all, member{lsp.Section + "." + s.Name, setting})
	}
	return all
}

// rulesOfExtension are the severities that each rule can have.
func rulesOfExtension() object {
	var all object
	for _, r := range check.Rules() {
		all = append(all, member{r.Name, object{
			{"enum", []string{"off", "hint", "info", "warning", "error"}},
			{"description", r.Summary + " (" + r.Severity.String() + " where nothing is set)"},
		}})
	}
	return all
}

// TestSnippetsOfExtension checks each snippet of the extension for VS Code as
// it stands right after it was inserted, with its defaults.
func TestSnippetsOfExtension(t *testing.T) {
	data, err := os.ReadFile("../../editors/vscode/snippets/segment-query.json")
	if err != nil {
		t.Fatal(err)
	}
	var snippets map[string]struct {
		Body []string `json:"body"`
	}
	if err := json.Unmarshal(data, &snippets); err != nil {
		t.Fatal(err)
	}
	// The rule to ignore has to be written in.
	delete(snippets, "Ignore a rule")
	around := map[string]string{
		"Related rows, outbound": "PROFILE(contact)%s.TRAVERSE(contact_customer_accounts)",
		"Related rows, realtime": "PROFILE(contact)%s",
		"In the last days":       "PROFILE(contact).FILTER(%s)",
		"Dialect of this file":   "%sPROFILE(contact)",
	}
	placeholder := regexp.MustCompile(`\$\d|\$\{\d(?:[:|]([^}|,]*)[^}]*)?\}`)
	others := &check.File{Path: "others.seg", Schema: schema.Standard(), Tree: parser.Parse("All = PROFILE(contact)\nSome = PROFILE(contact)")}
	for name, snippet := range snippets {
		text := placeholder.ReplaceAllString(strings.Join(snippet.Body, "\n"), "$1")
		if form, ok := around[name]; ok {
			text = fmt.Sprintf(form, text)
		}
		if _, dialect, ok := strings.Cut(name, ", "); ok {
			text = "// seg:dialect " + dialect + "\n" + text
		}
		f := &check.File{Path: "a.seg", Schema: schema.Standard(), Tree: parser.Parse(text)}
		for _, found := range check.NewProject([]*check.File{f, others}, time.Time{}).Check(f) {
			t.Errorf("%s:\n%s\n%s", name, text, found.Message)
		}
	}
}

// TestWalkthroughOfExtension holds that the walkthrough of the extension for
// VS Code shows what Explain says.
func TestWalkthroughOfExtension(t *testing.T) {
	page, err := os.ReadFile("../../editors/vscode/walkthrough/explain.md")
	if err != nil {
		t.Fatal(err)
	}
	text := "PROFILE(contact).RELATE(contact_customer_accounts, a).FILTER(a.revenue >= 5000000)"
	f := &check.File{Path: "a.seg", Schema: schema.Standard(), Tree: parser.Parse(text)}
	said := explain.Definition(f.Tree.Definitions[0].Definition, f, check.NewProject([]*check.File{f}, time.Time{}))
	if !strings.Contains(string(page), "\n> "+strings.TrimSpace(said)+"\n") {
		t.Errorf("editors/vscode/walkthrough/explain.md does not show %q", said)
	}
}
