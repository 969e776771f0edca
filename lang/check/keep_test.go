package check_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// TestFixesKeepComments puts a comment at both ends of every node in the texts
// that the rules are tested with: no fix may take it away, but for the one that
// is about the comment.
func TestFixesKeepComments(t *testing.T) {
	files, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	s := known(t)
	const comment = "/*kept*/"
	count := 0
	for _, path := range files {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, "fires") {
				continue
			}
			text := string(f.Data)
			ends := map[token.Pos]bool{}
			for _, d := range parser.Parse(text).Definitions {
				ast.Inspect(d.Definition, func(n ast.Node) bool {
					if n != nil {
						span := d.Abs(n.Span())
						ends[span.Start], ends[span.End] = true, true
					}
					return true
				})
			}
			for at := range ends {
				commented := text[:at] + comment + text[at:]
				for _, x := range find(s, commented)[0] {
					for _, fix := range x.Fixes {
						count++
						fixed, err := token.Apply(commented, fix.Edits...)
						if err != nil {
							t.Fatal(err)
						}
						if !strings.Contains(fixed, comment) {
							t.Errorf("%s: %s loses the comment:\n%s\n%s", x.Rule, fix.Title, commented, fixed)
						}
					}
				}
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d fixes", count)
	}
}
