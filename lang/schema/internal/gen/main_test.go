package main

import (
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/schema"
)

// What the program says at run time must be what the plain facts say. The bytes
// of the packed file do not count: another version of Go may compress
// differently.
func TestEmbeddedIsInStep(t *testing.T) {
	facts, err := os.ReadFile(filepath.Join("..", "..", "standard", "standard-tables.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schemaOf(facts)
	if err != nil {
		t.Fatal(err)
	}
	want, got := snapshot(t, s), snapshot(t, schema.Standard())
	if got != want {
		t.Errorf("standard.pack is out of step: run go generate ./lang/schema\n%s", firstDifference(want, got))
	}
}

func snapshot(t *testing.T, s *schema.Schema) string {
	t.Helper()
	var b strings.Builder
	if err := schema.WriteSnapshot(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// firstDifference shows the lines around the first difference.
func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return cmp.Diff(a[i], b[i])
		}
	}
	return "one is longer"
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.json"), filepath.Join(dir, "out.gz")
	const good = `{"tables": [{"logicalName": "a", "columns": [{"logicalName": "b", "type": "String"}]}]}`
	for text, want := range map[string]string{
		good: "",
		`{"tables": [{"logicalName": "a", "columns": [{"logicalName": "b", "type": "Strng"}]}]}`:             `table a: column b: unknown type "Strng"`,
		`{"relationships": [{"schemaName": "r", "kind": "x"}]}`:                                              `relationship r: unknown kind "x"`,
		`{"interactions": [{"logicalName": "I", "columns": [{"logicalName": "b"}]}]}`:                        `interaction I: column b: unknown type ""`,
		`{"interactions": [{"logicalName": "I", "realtimeColumns": [{"logicalName": "b", "type": "Odd"}]}]}`: `interaction I: column b: unknown type "Odd"`,
		`{"tables": [{}]}`: `table 0 has no name`,
		`{"tabels": []}`:   `unknown field "tabels"`,
	} {
		if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(in, out)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := run(filepath.Join(dir, "missing"), out); err == nil {
		t.Error("a missing file is no error")
	}
	packed, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed[1:])))
	want := "\x03\x00\x01a\x01b" + // three strings: none, a, b
		"\x01\x00\x02\x00\x16\x00\x00\x00\x00\x00" + // one column without choices: b, of type 22
		"\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00" + // one table: a, with that column
		"\x00\x00" // no relationship, no interaction
	if err != nil || string(unpacked) != want || int(packed[0]) != len(want) {
		t.Errorf("it holds %q, %v", unpacked, err)
	}
}
