package refactor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/refactor"
	"segql/lang/token"
)

// FuzzActions applies all actions at any selection of any text: the edits fit
// the text, add no mistake and lose no comment.
func FuzzActions(f *testing.F) {
	archives, _ := filepath.Glob("testdata/*/*.txtar")
	more, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range append(archives, more...) {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".seg") {
				text := string(file.Data)
				f.Add(text, uint16(strings.Index(text, "«")), uint16(3), uint8(1))
				f.Add(text, uint16(len(text)/2), uint16(20), uint8(2))
			}
		}
	}
	if paths, _ := filepath.Glob("../../examples/*/*.seg"); len(paths) > 0 {
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text), uint16(len(text)*2/3), uint16(0), uint8(0))
		}
	}
	f.Fuzz(func(t *testing.T, text string, start, length uint16, dialect uint8) {
		w := newWorkspace(map[string]string{"a.seg": text}, check.Dialect(dialect%3))
		file := w.files[0]
		from := min(int(start), len(text))
		to := min(from+int(length), len(text))
		place := refactor.Place{Project: w.project, File: file, Span: token.Span{Start: token.Pos(from), End: token.Pos(to)}}
		for _, a := range place.Actions() {
			edits, err := a.Edits()
			if err != nil {
				continue
			}
			after := w.applied(t, edits)["a.seg"]
			tree := parser.Parse(after)
			if len(tree.Errors()) > len(file.Tree.Errors()) {
				t.Errorf("%s: more mistakes: %v\n%q\n%q", a.Name, tree.Errors(), text, after)
			}
			kept := map[string]int{}
			for _, c := range comments(tree) {
				kept[c]++
			}
			for _, c := range comments(file.Tree) {
				kept[c]--
				if kept[c] < 0 {
					t.Errorf("%s: the comment %q is lost\n%q\n%q", a.Name, c, text, after)
				}
			}
		}
		for _, found := range w.project.Check(file) {
			if edit, ok := refactor.IgnoreLine(file.Tree, "unknown-column", found.Span); ok {
				if _, err := token.Apply(text, edit); err != nil {
					t.Error(err)
				}
				refactor.IgnoreScope(file.Tree, edit)
			}
			if _, err := token.Apply(text, refactor.IgnoreFile(file.Tree, "unknown-column", []token.Span{found.Span})...); err != nil {
				t.Error(err)
			}
		}
	})
}
