package refactor_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/parser"
	"segql/lang/refactor"
	"segql/lang/schema"
	"segql/lang/token"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// workspace is the files of a test.
type workspace struct {
	project *check.Project
	files   []*check.File
}

func newWorkspace(texts map[string]string, dialect check.Dialect) *workspace {
	w := &workspace{}
	for path, text := range texts {
		w.files = append(w.files, &check.File{Path: path, Tree: parser.Parse(text), Schema: schema.Standard(), Dialect: dialect})
	}
	slices.SortFunc(w.files, func(a, b *check.File) int { return cmp.Compare(a.Path, b.Path) })
	w.project = check.NewProject(w.files, time.Time{})
	return w
}

// applied returns the texts with edits made.
func (w *workspace) applied(t *testing.T, edits refactor.Edits) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, f := range w.files {
		text, err := token.Apply(f.Tree.Text(), edits[f]...)
		if err != nil {
			t.Fatal(err)
		}
		texts[f.Path] = text
	}
	return texts
}

// TestActions runs the archives in testdata. Each file of them holds a marker
// «name|title..» around a selection, or at a caret; the golden part of the
// archive has what is offered there, and what the action of that name makes of
// all files.
func TestActions(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts := map[string]string{}
			var path, action string
			var span token.Span
			want := ""
			for _, f := range archive.Files {
				text := string(f.Data)
				if f.Name == "want" {
					want = text
					continue
				}
				if before, rest, ok := strings.Cut(text, "«"); ok {
					name, rest, _ := strings.Cut(rest, "|")
					selected, after, _ := strings.Cut(rest, "»")
					path, action = f.Name, name
					span = token.Span{Start: token.Pos(len(before)), End: token.Pos(len(before) + len(selected))}
					text = before + selected + after
				}
				texts[f.Name] = text
			}
			w := newWorkspace(texts, check.Undetermined)
			got := w.run(t, path, span, action)
			if *update {
				archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func (w *workspace) run(t *testing.T, path string, span token.Span, name string) string {
	t.Helper()
	var b strings.Builder
	for _, a := range (refactor.Place{Project: w.project, File: w.project.File(path), Span: span}).Actions() {
		fmt.Fprintf(&b, "* %s: %s\n", a.Name, a.Title)
		if a.Refused != "" {
			fmt.Fprintf(&b, "  refused: %s\n", a.Refused)
		}
		if a.Name != name {
			continue
		}
		edits, err := a.Edits()
		if err != nil {
			fmt.Fprintf(&b, "  error: %s\n", err)
			continue
		}
		texts := w.applied(t, edits)
		for _, f := range w.files {
			if len(edits[f]) > 0 {
				fmt.Fprintf(&b, "%s:\n", f.Path)
				for line := range strings.Lines(texts[f.Path]) {
					b.WriteString("\t" + line)
				}
				if !strings.HasSuffix(b.String(), "\n") {
					b.WriteString("\n")
				}
			}
		}
	}
	return b.String()
}

// changesMeaning are the actions that do not keep what is selected.
var changesMeaning = map[string]bool{"wrap-not": true, "unwrap-not": true}

// corpus returns all examples, all files that the rules are tested with and
// those of the language server.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	paths, _ := filepath.Glob("../../examples/*/*.seg")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	archives, _ := filepath.Glob("../check/testdata/rules/*.txtar")
	markers, _ := filepath.Glob("../../internal/lsp/testdata/marker/*.txtar")
	for _, name := range append(slices.Concat(archives, markers), "testdata/everywhere/more.txtar") {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".seg") {
				texts[name+"/"+f.Name] = string(f.Data)
			}
		}
	}
	if len(texts) < 100 {
		t.Fatalf("only %d texts", len(texts))
	}
	return texts
}

// variants returns a text with other line ends, and without blanks beside
// parentheses.
func variants(text string) []string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if !strings.Contains(p, "//") { // the end of a line is that of a comment
			paragraphs[i] = besideParens.ReplaceAllString(p, "$1")
		}
	}
	return []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.Join(paragraphs, "\n\n")}
}

var besideParens = regexp.MustCompile(`[ \n]*([()])[ \n]*`)

// TestSureFixes makes each fix that is sure alone: it adds no mistake to the
// syntax, and nothing that was fine is so no more.
func TestSureFixes(t *testing.T) {
	made := 0
	for name, text := range corpus(t) {
		for _, dialect := range []check.Dialect{check.Undetermined, check.Realtime, check.Outbound} {
			for _, text := range variants(text) {
				made += sureFixes(t, fmt.Sprintf("%s in %s", name, dialect), text, dialect)
			}
		}
	}
	if made < 100 {
		t.Errorf("only %d fixes were made", made)
	}
}

func sureFixes(t *testing.T, name, text string, dialect check.Dialect) (made int) {
	t.Helper()
	w := newWorkspace(map[string]string{"a.seg": text}, dialect)
	f := w.files[0]
	for _, found := range w.project.Check(f) {
		if !found.Sure {
			continue
		}
		made++
		after, err := token.Apply(text, found.Fixes[0].Edits...)
		if err != nil {
			t.Fatal(err)
		}
		next := newWorkspace(map[string]string{"a.seg": after}, dialect)
		if tree := next.files[0].Tree; len(tree.Errors()) > len(f.Tree.Errors()) {
			t.Errorf("%s: the fix of %s adds a mistake: %v\n%s\n-->\n%s", name, found.Rule, tree.Errors(), text, after)
		}
		for rule, n := range grown(w, next) {
			// Steps have no precedence; what they are meant as does.
			if n > 0 && (found.Rule != "method-set-operator" || rule != "mixed-set-operators") {
				t.Errorf("%s: the fix of %s leads to %d more findings of %s\n%s\n-->\n%s", name, found.Rule, n, rule, text, after)
			}
		}
	}
	return made
}

// grown returns how many findings that are no hints a.seg has more of a rule
// than it had before.
func grown(before, after *workspace) map[string]int {
	count := map[string]int{}
	for _, f := range after.project.Check(after.files[0]) {
		if f.Severity >= check.Warning {
			count[f.Rule]++
		}
	}
	for _, f := range before.project.Check(before.files[0]) {
		if f.Severity >= check.Warning {
			count[f.Rule]--
		}
	}
	return count
}

// TestEverywhere applies each action at every node of many texts.
func TestEverywhere(t *testing.T) {
	count := map[string]int{}
	for name, text := range corpus(t) {
		for _, dialect := range []check.Dialect{check.Undetermined, check.Realtime, check.Outbound} {
			for _, text := range variants(text) {
				everywhere(t, fmt.Sprintf("%s in %s", name, dialect), text, dialect, count)
			}
		}
	}
	for _, action := range []string{"extract", "inline", "inline-all", "name", "to-in", "to-chain", "to-relate", "add-parens", "remove-parens", "swap", "wrap-not", "unwrap-not"} {
		if count[action] == 0 {
			t.Errorf("%s was never offered", action)
		}
	}
	t.Log(count)
}

func everywhere(t *testing.T, name, text string, dialect check.Dialect, count map[string]int) {
	w := newWorkspace(map[string]string{"a.seg": text}, dialect)
	f := w.files[0]
	seen := map[string]bool{}
	for _, d := range f.Tree.Definitions {
		ast.Inspect(d.Definition, func(n ast.Node) bool {
			if n == nil {
				return true
			}
			span := d.Abs(n.Span())
			for _, at := range []token.Span{token.At(span.Start), token.At(span.End), span} {
				place := refactor.Place{Project: w.project, File: f, Span: at}
				for _, a := range place.Actions() {
					if a.Refused != "" {
						continue
					}
					edits, err := a.Edits()
					if err != nil {
						t.Errorf("%s: %s at %v: %v\n%s", name, a.Name, at, err, text)
						continue
					}
					after := w.applied(t, edits)["a.seg"]
					if seen[a.Name+after] {
						continue
					}
					seen[a.Name+after] = true
					count[a.Name]++
					holds(t, fmt.Sprintf("%s: %s at %v", name, a.Name, at), a, w, after)
				}
			}
			return true
		})
	}
}

// holds checks what each rewriting must keep.
func holds(t *testing.T, name string, a refactor.Action, w *workspace, after string) {
	t.Helper()
	before := w.files[0]
	next := newWorkspace(map[string]string{"a.seg": after}, before.Dialect)
	tree := next.files[0].Tree
	show := func() string { return fmt.Sprintf("\n%s\n-->\n%s", before.Tree.Text(), after) }
	if len(tree.Errors()) > len(before.Tree.Errors()) {
		t.Errorf("%s: more mistakes: %v%s", name, tree.Errors(), show())
		return
	}
	if after == before.Tree.Text() {
		t.Errorf("%s: nothing changed%s", name, show())
	}
	stood, stand := comments(before.Tree), comments(tree)
	if a.Kind == refactor.Inline { // copies those in a definition
		stood, stand = slices.Compact(stood), slices.Compact(stand)
	}
	if diff := gocmp.Diff(stood, stand); diff != "" {
		t.Errorf("%s: comments (-before +after)\n%s%s", name, diff, show())
	}
	if strings.Contains(before.Tree.Text(), "\r\n") && strings.Count(after, "\n") != strings.Count(after, "\r\n") {
		t.Errorf("%s: line ends%s", name, show())
	}
	if !before.Tree.HasErrors() && format.File(before.Tree, format.Options{}) == before.Tree.Text() {
		if formatted := format.File(tree, format.Options{}); formatted != after {
			t.Errorf("%s: not laid out\n%s", name, gocmp.Diff(formatted, after))
		}
	}
	if changesMeaning[a.Name] {
		if grown(w, next)["logical-name-missing"] > 0 {
			t.Errorf("%s: the table is not said any more%s", name, show())
		}
		return
	}
	// What was no error must be none now. Names that have no definition any
	// more, or a new one, may be spoken of in hints.
	had := map[string]bool{}
	for _, f := range w.project.Check(before) {
		had[f.Rule] = had[f.Rule] || f.Severity >= check.Warning
	}
	for rule, n := range grown(w, next) {
		// What is put in elsewhere takes its findings along, and what is not
		// referred to any more is a segment of its own.
		if n > 0 && !(a.Kind == refactor.Inline && (had[rule] || rule == "target-table")) {
			t.Errorf("%s: %d more findings of %s%s", name, n, rule, show())
		}
	}
	if a.Name == "to-relate" || tree.HasErrors() {
		return // the golden parts show what becomes of it
	}
	now := meanings(tree)
	for name, meant := range meanings(before.Tree) {
		got, ok := now[name]
		if name == "" && !ok {
			got = now["NewSegment"]
		}
		if a.Name == "inline-all" && !ok {
			continue
		}
		if !strings.EqualFold(got, meant) { // PROFILE may be written profile
			t.Errorf("%s: %s means\n%s, meant\n%s%s", a.Name, name, got, meant, show())
		}
	}
}

// TestNoRoom holds what is said where a definition is in order, but the
// rewriting would not be: nothing in it is to be mended.
func TestNoRoom(t *testing.T) {
	depth := parser.DefaultMaxDepth - 1
	text := "A = PROFILE(contact).FILTER(" + strings.Repeat("(", depth) + "statecode == 0" + strings.Repeat(")", depth) + ")"
	w := newWorkspace(map[string]string{"a.seg": text}, check.Undetermined)
	place := refactor.Place{Project: w.project, File: w.files[0], Span: token.At(token.Pos(strings.Index(text, "==")))}
	got := map[string]string{}
	for _, a := range place.Actions() {
		if _, err := a.Edits(); err != nil {
			got[a.Name] = err.Error()
		}
	}
	want := map[string]string{"wrap-not": "the rewriting is not possible here: it would make a mistake in the syntax"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTooLong holds that nothing is offered in a definition that it would take
// long to try it in.
func TestTooLong(t *testing.T) {
	for _, blanks := range []int{1, 1 << 20} {
		text := "A = PROFILE(contact)" + strings.Repeat(" ", blanks) + ".FILTER(statecode == 0)"
		w := newWorkspace(map[string]string{"a.seg": text}, check.Undetermined)
		place := refactor.Place{Project: w.project, File: w.files[0], Span: token.At(token.Pos(strings.Index(text, "==")))}
		if n := len(place.Actions()); (n > 0) != (blanks == 1) {
			t.Errorf("%d actions in %d bytes", n, len(text))
		}
	}
}

// comments returns all comments of a file, sorted.
func comments(f *ast.File) []string {
	var all []string
	for _, d := range append(slices.Clone(f.Definitions), f.Tail) {
		for _, c := range d.AllComments {
			all = append(all, strings.ReplaceAll(c.Text, "\r", ""))
		}
	}
	slices.Sort(all)
	return all
}
