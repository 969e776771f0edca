package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files again")

func snapshotText(t testing.TB, s *Schema) string {
	t.Helper()
	var b strings.Builder
	if err := WriteSnapshot(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSnapshotGolden(t *testing.T) {
	got := snapshotText(t, club(t))
	golden := filepath.Join("testdata", "club.json")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
	if !json.Valid([]byte(got)) {
		t.Error("it is not JSON")
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	for name, s := range map[string]*Schema{"club": club(t), "standard": Standard(), "nothing": mustNew(t, Content{})} {
		text := snapshotText(t, s)
		for reader, read := range map[string]func(io.Reader) (*Schema, error){"ReadSnapshot": ReadSnapshot, "Read": Read} {
			got, err := read(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%s, %s: %v", name, reader, err)
			}
			if diff := cmp.Diff(content(s), content(got), ignoreIndexes); diff != "" {
				t.Errorf("%s, %s: %s", name, reader, diff)
			}
			if again := snapshotText(t, got); again != text {
				t.Errorf("%s, %s: the second snapshot differs: %s", name, reader, cmp.Diff(text, again))
			}
		}
	}
}

// The pieces that a reader hands out must not matter.
func TestSnapshotInPieces(t *testing.T) {
	text := "\ufeff" + snapshotText(t, club(t))
	for name, r := range map[string]io.Reader{
		"one byte":    iotest.OneByteReader(strings.NewReader(text)),
		"half":        iotest.HalfReader(strings.NewReader(text)),
		"err at data": iotest.DataErrReader(strings.NewReader(text)),
		"crlf":        strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")),
	} {
		got, err := Read(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(content(club(t)), content(got), ignoreIndexes); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// One change is one changed line.
func TestSnapshotDiff(t *testing.T) {
	lines := func(s *Schema) map[string]int {
		m := map[string]int{}
		for line := range strings.Lines(snapshotText(t, s)) {
			m[strings.TrimRight(line, ",\n")]++
		}
		return m
	}
	before := lines(club(t))
	after := lines(Merge(club(t), mustNew(t, Content{Tables: []*Table{{Name: "new_member", Columns: []*Column{
		{Name: "new_level", Choices: []Choice{{1, "Bronze"}, {2, "Zürich"}, {3, "Gold"}, {4, "Platin"}}},
		{Name: "new_mail", Type: TypeString},
	}}}})))
	var changed []string
	for line, n := range after {
		if before[line] != n {
			changed = append(changed, strings.TrimSpace(line))
		}
	}
	want := map[string]bool{`{"value": 4, "label": "Platin"}`: true, `{"name": "new_mail", "type": "String"}`: true}
	if len(changed) != len(want) {
		t.Errorf("changed lines: %q", changed)
	}
	for _, line := range changed {
		if !want[line] {
			t.Errorf("changed line: %s", line)
		}
	}
}

func TestWriteSnapshotError(t *testing.T) {
	broken := errors.New("disk full")
	if err := WriteSnapshot(failingWriter{broken}, Standard()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// sentence is what every error must look like: one line, and nothing of the
// words of Go's own decoders.
func sentence(t testing.TB, err error) {
	t.Helper()
	text := err.Error()
	var own *ReadError
	if !errors.As(err, &own) {
		t.Errorf("not a ReadError: %v", err)
		return
	}
	if !strings.HasPrefix(text, "the ") || strings.ContainsAny(text, "\n\r\t") || len(text) > 700 {
		t.Errorf("not a sentence: %q", text)
	}
	if own.Advice == "" || own.Problem == "" {
		t.Errorf("no problem or advice: %q", text)
	}
	for _, leak := range []string{"json:", "xml:", "invalid character", "XML syntax error", "unmarshal", "EOF", "%!"} {
		if strings.Contains(own.Problem, leak) && !strings.Contains(own.Problem, "\"") {
			t.Errorf("words of a decoder: %q", text)
		}
	}
}

func TestSnapshotErrors(t *testing.T) {
	const head = `{"format": "segql-schema", "version": 1, `
	const again = `; write it again with 'seg schema import'`
	tests := []struct{ name, text, want string }{
		{"empty", "", `the schema snapshot is empty` + again},
		{"blank", " \n ", `the schema snapshot is empty` + again},
		{"cut off", head + "\n\"tables\": [{\"name\": \"a\", \"columns\": [{\"name\": \"b\"", `the schema snapshot is cut off at line 2, column 50 (in $.tables[0].columns[0]): expected "," or "}"` + again},
		{"cut off in a string", head + `"tables": [{"name": "a`, `the schema snapshot is cut off at line 1, column 64 (in $.tables[0].name): expected the end of a string` + again},
		{"cut off in a word", head + `"tables": [{"partial": tr`, `the schema snapshot is cut off at line 1, column 67 (in $.tables[0].partial): expected true` + again},
		{"newer", `{"format": "segql-schema", "version": 7, "tables": [], "news": 1}`, `the schema snapshot has version 7 at line 1, column 39 (in $.version): expected version 1; use a newer version of this program, or write the snapshot again with this one`},
		{"version 0", `{"format": "segql-schema", "version": 0}`, `the schema snapshot has version 0 at line 1, column 39 (in $.version): expected version 1` + again},
		{"version as text", `{"format": "segql-schema", "version": "1"}`, `the schema snapshot has a string in the wrong place at line 1, column 39 (in $.version): expected the version` + again},
		{"no version", `{"format": "segql-schema", "tables": []}`, `the schema snapshot lacks "version"` + again},
		{"no tables", `{"format": "segql-schema", "version": 1}`, `the schema snapshot lacks "tables"` + again},
		{"no format", `{"version": 1, "tables": []}`, `the schema snapshot lacks "format"` + again},
		{"other format", `{"format": "har"}`, `the schema snapshot has the format "har" at line 1, column 12 (in $.format): expected "segql-schema"` + again},
		{"nonsense", `{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":{"j":[1,2.5e3,null]}}}}}}}}}}`, `the schema snapshot is not one of the known documents: it starts with "a": expected "format" and "version"` + again},
		{"empty object", `{}`, `the schema snapshot is not one of the known documents: its object is empty: expected "format" and "version"` + again},
		{"deep", strings.Repeat(`{"a":`, 1000), `the schema snapshot is nested more than 64 levels deep at line 1, column 326 (in $` + strings.Repeat(".a", 12) + `…)` + again},
		{"deep arrays", `{"a":` + strings.Repeat(`[`, 100000), `the schema snapshot is nested more than 64 levels deep at line 1, column 70 (in $.a` + strings.Repeat("[0]", 11) + `…)` + again},
		{"array", `[]`, `the schema snapshot has an array in the wrong place at line 1, column 1: expected an object` + again},
		{"text", `hello`, `the schema snapshot is no JSON at line 1: expected "{"` + again},
		{"XML", `<a/>`, `the schema snapshot is XML or HTML at line 1: expected JSON` + again},
		{"UTF-16", "\xff\xfe{\x00", `the schema snapshot is written in UTF-16: expected UTF-8; save it as UTF-8 (in PowerShell with 'Out-File -Encoding utf8')`},
		{"gzip", "\x1f\x8b\x08", `the schema snapshot is compressed: expected plain text; unpack it first`},
		{"goes on", head + `"tables": []} {}`, `the schema snapshot goes on after its end with an object at line 1, column 56: expected nothing more` + again},
		{"unknown key", head + `"tables": [{"name": "a", "colums": []}]}`, `the schema snapshot has the unknown key "colums" at line 1, column 67 (in $.tables[0].colums)` + again},
		{"unknown key on top", head + `"tabels": []}`, `the schema snapshot has the unknown key "tabels" at line 1, column 42 (in $.tabels)` + again},
		{"unknown type", head + `"tables": [{"name": "a", "columns": [` + "\n" + `{"name": "b", "type": "Strng"}]}]}`, `the schema snapshot has the unknown column type "Strng" at line 2, column 23 (in $.tables[0].columns[0].type): expected a type such as "String" or "Lookup"` + again},
		{"null", head + `"tables": null}`, `the schema snapshot has a null in the wrong place at line 1, column 52 (in $.tables): expected an array of tables` + again},
		{"number as name", head + `"tables": [{"name": 1}]}`, `the schema snapshot has a number in the wrong place at line 1, column 62 (in $.tables[0].name): expected the name of a table` + again},
		{"no name", head + `"tables": [{}]}`, `the schema snapshot has a table without "name" at line 1, column 55 (in $.tables[0])` + again},
		{"empty name", head + `"tables": [{"name": ""}]}`, `the schema snapshot has an empty name at line 1, column 62 (in $.tables[0].name): expected the name of a table` + again},
		{"table twice", head + `"tables": [{"name": "a"}, {"name": "A"}]}`, `the schema snapshot has the table "A" twice at line 1, column 81 (in $.tables[1])` + again},
		{"column twice", head + `"tables": [{"name": "a", "columns": [{"name": "x"}, {"name": "b"}, {"name": "X"}]}]}`, `the schema snapshot has the column "X" twice at line 1, column 122 (in $.tables[0].columns[2])` + again},
		{"column twice in a row", head + `"tables": [{"name": "a", "columns": [{"name": "x"}, {"name": "X"}]}]}`, `the schema snapshot has the column "X" twice at line 1, column 107 (in $.tables[0].columns[1])` + again},
		{"large number", head + `"tables": [{"name": "a", "columns": [{"name": "x", "maxLength": 99999999999}]}]}`, `the schema snapshot has the number "99999999999" at line 1, column 106 (in $.tables[0].columns[0].maxLength): expected a length, a whole number of at most 32 bits` + again},
		{"fraction", head + `"tables": [{"name": "a", "columns": [{"name": "x", "choices": [{"value": 1.5}]}]}]}`, `the schema snapshot has the number "1.5" at line 1, column 115 (in $.tables[0].columns[0].choices[0].value): expected a value, a whole number of at most 32 bits` + again},
		{"no value", head + `"tables": [{"name": "a", "columns": [{"name": "x", "choices": [{"label": "l"}]}]}]}`, `the schema snapshot has a choice without "value" at line 1, column 119 (in $.tables[0].columns[0].choices[0])` + again},
		{"unknown kind", head + `"tables": [], "relationships": [{"name": "r", "kind": "ManyToOne"}]}`, `the schema snapshot has "ManyToOne" as a kind at line 1, column 96 (in $.relationships[0].kind): expected one of "OneToMany", "ManyToMany"` + again},
		{"wrong ends", head + `"tables": [], "relationships": [{"name": "r", "kind": "ManyToMany", "referencedTable": "a", "referencingTable": "b"}]}`, `the schema snapshot has the relationship "r" of kind ManyToMany with the wrong ends at line 1, column 158 (in $.relationships[0]): expected "table1" and "table2"` + again},
		{"one end", head + `"tables": [], "relationships": [{"name": "r", "referencedTable": "a"}]}`, `the schema snapshot has the relationship "r" of kind OneToMany with the wrong ends at line 1, column 111 (in $.relationships[0]): expected "referencedTable" and "referencingTable"` + again},
		{"line end in a string", head + "\"tables\": [{\"name\": \"a\nb\"}]}", `the schema snapshot has a line end inside a string at line 1, column 64 (in $.tables[0].name): expected the end of the string before it` + again},
		{"bad escape", head + `"source": "\q"}`, `the schema snapshot has an unknown escape in a string at line 1, column 54 (in $.source): expected one of \" \\ \/ \b \f \n \r \t \u` + again},
		{"bad number", head + `"tables": [{"name": "a", "columns": [{"name": "x", "maxLength": -}]}]}`, `the schema snapshot has the character '}' in the wrong place at line 1, column 107 (in $.tables[0].columns[0].maxLength): expected a digit` + again},
		{"bad word", head + `"tables": [{"partial": trie}]}`, `the schema snapshot has an unknown word at line 1, column 67 (in $.tables[0].partial): expected true` + again},
		{"comma", head + `"tables": [],}`, `the schema snapshot has the character '}' in the wrong place at line 1, column 55: expected a key or "}"` + again},
		{"no colon", head + `"tables" []}`, `the schema snapshot has an array in the wrong place at line 1, column 51: expected ":" after a key` + again},
		{"merge conflict", "{\n<<<<<<< HEAD\n", `the schema snapshot has the character '<' in the wrong place at line 2, column 1: expected a key or "}"` + again},
		{"entity definitions", `{"value": [{"LogicalName": "a"}]}`, `the schema snapshot holds the definition of a table at line 1, column 32 (in $.value[0]): expected "format" and "version"` + again},
		{"link without a name", head + `"tables": [], "interactions": [{"name": "i", "links": [{"table": "contact"}]}]}`, `the schema snapshot has a link without "name" at line 1, column 117 (in $.interactions[0].links[0])` + again},
		{"key over two lines", "{\"format\": \"segql-schema\", \"version\": 1, \"tables\": [\n  {\"x\"\n\n:1}]}", `the schema snapshot has the unknown key "x" at line 2, column 4 (in $.tables[0].x)` + again},
		{"odd key", head + `"tables": [{"na me": 1}]}`, `the schema snapshot has the unknown key "na me" at line 1, column 54 (in $.tables[0]["na me"])` + again},
	}
	for _, tt := range tests {
		s, err := ReadSnapshot(strings.NewReader(tt.text))
		if err == nil {
			t.Errorf("%s: no error, but %d tables", tt.name, len(s.Tables()))
			continue
		}
		sentence(t, err)
		if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// Wherever a good snapshot is cut off, the error says so.
func TestSnapshotCutAnywhere(t *testing.T) {
	text := strings.TrimSpace(snapshotText(t, club(t)))
	for n := 1; n < len(text); n++ {
		_, err := ReadSnapshot(strings.NewReader(text[:n]))
		if err == nil || !strings.Contains(err.Error(), "is cut off at line ") {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
	}
}

func TestReadingFails(t *testing.T) {
	broken := errors.New("no route to host")
	text := snapshotText(t, Standard())
	for name, r := range map[string]io.Reader{
		"at once": iotest.ErrReader(broken),
		"later":   io.MultiReader(strings.NewReader(text[:100_000]), iotest.ErrReader(broken)),
		"XML":     io.MultiReader(strings.NewReader("<edmx:Edmx>"+strings.Repeat(" ", 10_000)), iotest.ErrReader(broken)),
	} {
		_, err := Read(r)
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "could not be read to its end: no route to host") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJSONStrings(t *testing.T) {
	for text, want := range map[string]string{
		`"a\u00fc\ud83d\ude00\n\t\b\f\r\/\\\""`: "aü😀\n\t\b\f\r/\\\"",
		`"\ud83dx"`:                             "\uFFFDx",
		`"\ud83d\n"`:                            "\uFFFD\n",
		`"\ud83d\u0041"`:                        "\uFFFDA",
		`"\ud83d\ud83d\ude00"`:                  "\uFFFD😀",
		`"\ude00"`:                              "\uFFFD",
		"\"a\xffb\"":                            "a\uFFFDb",
		`"` + strings.Repeat("ä", 50_000) + `"`: strings.Repeat("ä", 50_000),
	} {
		j := newJSONReader(iotest.HalfReader(strings.NewReader(text)), anyDocument, true)
		got := j.str("a string")
		j.finish()
		if j.err != nil || got != want {
			t.Errorf("%.40s: got %.40q, %v", text, got, j.err)
		}
	}
	// What is written can be read, and it is what encoding/json reads, too.
	for _, s := range []string{"", "\x00\x01\x7f\"\\\n\r\t", "ü\u2028", "a\xffb"} {
		var b bytes.Buffer
		if err := WriteSnapshot(&b, mustNew(t, Content{Info: Info{Source: s}})); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSnapshot(bytes.NewReader(b.Bytes()))
		want := strings.ToValidUTF8(s, "\uFFFD")
		if err != nil || got.Info().Source != want {
			t.Errorf("%q came back as %q, %v", s, got.Info().Source, err)
		}
		var theirs struct{ Source string }
		if err := json.Unmarshal(b.Bytes(), &theirs); err != nil || theirs.Source != want {
			t.Errorf("%q: encoding/json reads %q, %v", s, theirs.Source, err)
		}
	}
	tooLong := `{"format": "` + strings.Repeat("x", 2<<20) + `"}`
	_, err := ReadSnapshot(strings.NewReader(tooLong))
	if err == nil || !strings.Contains(err.Error(), "has a string of more than 1 MB at line 1") {
		t.Errorf("a long string: %v", err)
	}
}

// The JSON Schema in docs describes what WriteSnapshot writes, and refuses
// what ReadSnapshot refuses.
func TestSnapshotMatchesJSONSchema(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "schema.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	v := validator{root: root}
	check := func(snapshot string) error {
		var value any
		if err := json.Unmarshal([]byte(snapshot), &value); err != nil {
			return err
		}
		return v.validate(root, value, "$")
	}
	for name, s := range map[string]*Schema{"club": club(t), "standard": Standard(), "nothing": nil} {
		if err := check(snapshotText(t, s)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	const head = `{"format": "segql-schema", "version": 1, `
	for _, bad := range []string{
		`{}`,
		`{"format": "segql-schema", "version": 2, "tables": []}`,
		`{"format": "other", "version": 1, "tables": []}`,
		head + `"tables": null}`,
		head + `"tables": [], "origin": "mine"}`,
		head + `"tables": [], "extra": 1}`,
		head + `"tables": [{}]}`,
		head + `"tables": [{"name": ""}]}`,
		head + `"tables": [{"name": "a", "columns": [{"name": "b", "type": "Strng"}]}]}`,
		head + `"tables": [{"name": "a", "columns": [{"name": "b", "computed": "magic"}]}]}`,
		head + `"tables": [{"name": "a", "columns": [{"name": "b", "maxLength": -1}]}]}`,
		head + `"tables": [{"name": "a", "columns": [{"name": "b", "choices": [{"label": "x"}]}]}]}`,
		head + `"tables": [], "relationships": [{"name": "r", "kind": "OneToMany", "table1": "a", "table2": "b"}]}`,
		head + `"tables": [], "relationships": [{"name": "r", "kind": "ManyToMany", "referencedTable": "a", "referencingTable": "b"}]}`,
		head + `"tables": [], "interactions": [{}]}`,
		head + `"tables": [], "interactions": [{"name": "i", "links": [{"table": "a"}]}]}`,
	} {
		if err := check(bad); err == nil {
			t.Errorf("the JSON Schema accepts %s", bad)
		}
		if _, err := ReadSnapshot(strings.NewReader(bad)); err == nil {
			t.Errorf("ReadSnapshot accepts %s", bad)
		}
	}
	// It lists all the types.
	types, _ := json.Marshal(v.resolve("#/$defs/type")["enum"])
	for typ := TypeUnknown; typ < typeCount; typ++ {
		if !strings.Contains(string(types), `"`+typ.String()+`"`) {
			t.Errorf("the JSON Schema does not know the type %s", typ)
		}
	}
}

// A validator knows as much of JSON Schema as the file in docs uses.
type validator struct{ root map[string]any }

func (v validator) resolve(ref string) map[string]any {
	at := v.root
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		at, _ = at[part].(map[string]any)
	}
	return at
}

func (v validator) validate(schema map[string]any, value any, path string) error {
	wrong := func(why string) error { return errors.New(path + ": " + why) }
	for keyword, arg := range schema {
		var err error
		switch keyword {
		case "$schema", "$id", "$defs", "title", "description", "additionalProperties":
		case "$ref":
			err = v.validate(v.resolve(arg.(string)), value, path)
		case "type":
			types := map[string]func(any) bool{
				"object":  func(x any) bool { _, ok := x.(map[string]any); return ok },
				"array":   func(x any) bool { _, ok := x.([]any); return ok },
				"string":  func(x any) bool { _, ok := x.(string); return ok },
				"boolean": func(x any) bool { _, ok := x.(bool); return ok },
				"integer": func(x any) bool { n, ok := x.(float64); return ok && n == float64(int(n)) },
			}
			if !types[arg.(string)](value) {
				err = wrong("not of type " + arg.(string))
			}
		case "const":
			if value != arg {
				err = wrong("another value")
			}
		case "enum":
			found := false
			for _, e := range arg.([]any) {
				found = found || e == value
			}
			if !found {
				err = wrong("not one of the words")
			}
		case "minLength":
			if s, ok := value.(string); ok && len(s) < int(arg.(float64)) {
				err = wrong("too short")
			}
		case "minimum":
			if n, ok := value.(float64); ok && n < arg.(float64) {
				err = wrong("too small")
			}
		case "maximum":
			if n, ok := value.(float64); ok && n > arg.(float64) {
				err = wrong("too large")
			}
		case "pattern":
			if s, ok := value.(string); ok && !regexp.MustCompile(arg.(string)).MatchString(s) {
				err = wrong("does not match")
			}
		case "required":
			for _, key := range arg.([]any) {
				if o, ok := value.(map[string]any); ok && o[key.(string)] == nil {
					err = wrong("lacks " + key.(string))
				}
			}
		case "properties":
			o, _ := value.(map[string]any)
			for key, x := range o {
				if sub, ok := arg.(map[string]any)[key].(map[string]any); ok {
					err = errors.Join(err, v.validate(sub, x, path+"."+key))
				} else if schema["additionalProperties"] == false {
					err = wrong("unknown key " + key)
				}
			}
		case "items":
			items, _ := value.([]any)
			for _, x := range items {
				err = errors.Join(err, v.validate(arg.(map[string]any), x, path+"[]"))
			}
		case "oneOf", "anyOf":
			matches := 0
			for _, sub := range arg.([]any) {
				if v.validate(sub.(map[string]any), value, path) == nil {
					matches++
				}
			}
			if matches == 0 || keyword == "oneOf" && matches > 1 {
				err = wrong("matches the wrong number of alternatives")
			}
		default:
			err = wrong("the test does not know the keyword " + keyword)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
