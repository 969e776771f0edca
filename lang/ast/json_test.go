package ast_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestJSON(t *testing.T) {
	for _, c := range []struct {
		name, text string
		detail     ast.Detail
	}{
		{"bare", everything, 0},
		{"spans", everything, ast.WithSpans},
		{"comments", "// a\nA = PROFILE(/* b */ contact) // c\n\n// d\nB = SEGMENT(A)\n// e", ast.WithComments},
		{"all", "\uFEFFA = PROFILE(a)\n// b\nB = PROFILE(b)\n// c", ast.WithSpans | ast.WithComments},
		{"broken", "\uFEFFA = PROFILE(a)\nB = A.NONE(c).FILTER(d = f(1))", ast.WithSpans},
		{"empty", "", ast.WithSpans | ast.WithComments},
		{"escapes", "A = PROFILE('<a> & \"b\" \\\\ \u2028 ü 😀').FILTER(b == 'it''s' && c == true && d == false)", 0},
		{"bytes", "A = PROFILE('\xff')", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ast.JSON(parser.Parse(c.text), c.detail)
			golden := filepath.Join("testdata", c.name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the tree differs (-want +got):\n%s", diff)
			}
			checkJSON(t, got)
		})
	}
}

// numbers is a list of numbers: spans stand on one line, other lists do not.
var numbers = regexp.MustCompile(`\[[\s\d,]+\]`)

// checkJSON holds that text is JSON in the layout of encoding/json but for
// its spans, so that no comma or line end is out of place.
func checkJSON(t *testing.T, text []byte) {
	t.Helper()
	var want bytes.Buffer
	if err := json.Indent(&want, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	oneLine := func(list string) string { return strings.Join(strings.Fields(list), "") }
	if diff := cmp.Diff(numbers.ReplaceAllStringFunc(want.String(), oneLine), numbers.ReplaceAllStringFunc(string(text), oneLine)); diff != "" {
		t.Errorf("the layout differs (-json.Indent +got):\n%s", diff)
	}
}

// TestJSONSpans holds that spans count from the start of the file: each name
// in the tree stands where its span says.
func TestJSONSpans(t *testing.T) {
	for _, text := range []string{"\uFEFF" + everything + everything, broken} {
		var tree any
		if err := json.Unmarshal(ast.JSON(parser.Parse(text), ast.WithSpans), &tree); err != nil {
			t.Fatal(err)
		}
		names := 0
		each(tree, func(object map[string]any) {
			name, ok := object["name"].(string)
			span, _ := object["span"].([]any)
			if !ok || len(span) != 2 || object["kind"] != "Ident" {
				return
			}
			start, _ := span[0].(float64)
			end, _ := span[1].(float64)
			names++
			if got := strings.Trim(text[int(start):int(end)], "'"); got != name {
				t.Errorf("the name %q has the span %v, where %q stands", name, span, got)
			}
		})
		if names < 10 {
			t.Errorf("only %d names were found", names)
		}
	}
}

// each calls f for the objects in a value of JSON.
func each(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			each(e, f)
		}
	case map[string]any:
		f(v)
		for _, e := range v {
			each(e, f)
		}
	}
}
