package check_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/token"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// TestRules checks the files in testdata/rules: each holds texts that a rule
// speaks about (fires*.seg) and near misses that it does not (misses*.seg), and
// all that is said about them (want).
func TestRules(t *testing.T) {
	files, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		seen[name] = true
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			var want string
			var kept []txtar.File
			for _, f := range archive.Files {
				if f.Name == "want" {
					want = string(f.Data)
					continue
				}
				kept = append(kept, f)
				text := string(f.Data)
				fired := false
				lines := token.NewLines(text)
				for _, x := range find(known(t), text)[0] {
					at := lines.Position(x.Span.Start, token.Runes)
					fmt.Fprintf(&got, "%s:%d:%d: %v: %s [%s]\n", f.Name, at.Line+1, at.Column+1, x.Severity, x.Message, x.Rule)
					for _, fix := range x.Fixes {
						fmt.Fprintf(&got, "\t%s\n", fix.Title)
					}
					fired = fired || x.Rule == name
				}
				if wanted := strings.HasPrefix(f.Name, "fires"); fired != wanted {
					t.Errorf("the rule speaks of %s: %v", f.Name, fired)
				}
			}
			if *update {
				kept = append(kept, txtar.File{Name: "want", Data: []byte(got.String())})
				archive.Files = kept
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("the findings differ (-want +got):\n%s", diff)
			}
		})
	}
	for _, r := range check.Rules() {
		if !seen[r.Name] {
			t.Errorf("no file in testdata/rules is for the rule %s", r.Name)
		}
	}
}

// TestVendor holds that there is no false alarm about the vendor's own queries.
func TestVendor(t *testing.T) {
	file, err := os.Open("../parser/testdata/vendor.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var q struct{ ID, Query, Expect string }
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if q.Expect != "ok" {
			continue
		}
		f := &check.File{Tree: parser.Parse(q.Query)}
		for _, x := range check.NewProject([]*check.File{f}, today).Check(f) {
			if x.Severity == check.Error {
				t.Errorf("%s: %s [%s]", q.ID, x.Message, x.Rule)
			}
		}
	}
}
