package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/rulepage"
)

var update = flag.Bool("update", false, "write the pages of the rules")

// TestDocs holds docs/rules to what the rules say. With -update it writes them.
func TestDocs(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "rules")
	want := map[string]string{"README.md": rulepage.Index()}
	for _, p := range rulepage.All() {
		want[p.Name+".md"] = p.Markdown()
	}
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("run go test ./cmd/seg -run TestDocs -update (-want +got)\n%s", diff)
	}
}
