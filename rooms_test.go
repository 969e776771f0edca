package segql_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms are the packages of the module from the bottom up, with the rooms that
// each may import. What is missing here has no room yet.
var rooms = map[string][]string{
	"segql/lang/token":                    {},
	"segql/lang/ast":                      {"segql/lang/token"},
	"segql/lang/parser":                   {"segql/lang/token", "segql/lang/ast"},
	"segql/lang/format":                   {"segql/lang/token", "segql/lang/ast", "segql/lang/parser"},
	"segql/lang/schema":                   {},
	"segql/lang/schema/internal/gen":      {"segql/lang/schema"},
	"segql/lang/check":                    {"segql/lang/token", "segql/lang/ast", "segql/lang/format", "segql/lang/schema"},
	"segql/lang/explain":                  {"segql/lang/token", "segql/lang/ast", "segql/lang/schema", "segql/lang/check"},
	"segql/lang/refactor":                 {"segql/lang/token", "segql/lang/ast", "segql/lang/parser", "segql/lang/format", "segql/lang/schema", "segql/lang/check"},
	"segql/dataverse/orgurl":              {},
	"segql/dataverse":                     {"segql/dataverse/orgurl", "segql/lang/token", "segql/lang/ast", "segql/lang/format", "segql/lang/schema", "segql/lang/check"},
	"segql/dataverse/signin":              {"segql/dataverse", "segql/dataverse/orgurl"},
	"segql/dataverse/dataversetest":       {"segql/lang/ast", "segql/lang/parser", "segql/lang/schema", "segql/lang/check"},
	"segql/dataverse/dataversetest/serve": {"segql/dataverse/dataversetest"},
	"segql/internal/console":              {},
	"segql/internal/project":              {"segql/lang/token", "segql/lang/ast", "segql/lang/parser", "segql/lang/format", "segql/lang/schema", "segql/lang/check"},
	"segql/internal/rulepage":             {"segql/lang/parser", "segql/lang/check"},
	"segql/internal/lsp":                  {"segql/dataverse/orgurl", "segql/lang/token", "segql/lang/ast", "segql/lang/parser", "segql/lang/format", "segql/lang/schema", "segql/lang/check", "segql/lang/explain", "segql/lang/refactor", "segql/internal/project", "segql/internal/rulepage"},
	"segql/internal/lsp/lspbench":         {},
}

// TestRooms holds that no package imports one that stands above it.
func TestRooms(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for packages := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := packages.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		allowed, known := rooms[p.ImportPath]
		if strings.HasPrefix(p.ImportPath, "segql/cmd/") || p.ImportPath == "segql" {
			continue // commands may use everything
		}
		if !known {
			t.Errorf("%s has no place in the list of rooms", p.ImportPath)
		}
		for _, i := range p.Imports {
			if strings.HasPrefix(i, "segql/") && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s, which does not stand below it", p.ImportPath, i)
			}
		}
	}
}
