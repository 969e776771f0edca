package check_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
	"segql/lang/token"
)

// editor makes edits in a project that a stream of bytes chooses, and holds
// that each project is what a new one of the same files is.
type editor struct {
	t       testing.TB
	choices []byte
	project *check.Project
	files   []*check.File // in the project's order
	added   int
	kept    int // how many files were not affected by an edit
}

// choose returns a number from 0 to n-1; 0 when the stream is at its end.
func (e *editor) choose(n int) int {
	if len(e.choices) == 0 || n < 2 {
		return 0
	}
	c := e.choices[0]
	e.choices = e.choices[1:]
	return int(c) % n
}

func pick[T any](e *editor, of []T) T { return of[e.choose(len(of))] }

var (
	someNames = []string{"A", "B", "C", "a", "Openers", "Openers", "Opner", "D", "E", "SEGMENT_CRM_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc"}
	someSteps = []string{
		".FILTER(statecode == 0)", ".FILTER(nothing == 1 && lastname == 'x')", ".TRAVERSE(contact_customer_accounts, x)",
		".RELATE(contact_customer_accounts, y).FILTER(y.name == 'z')", ".TAKE(5)", ".FILTER(statecode == 'Active')", ".DISTINCT()", ".FILTER(",
		".UNION(B)",
	}
	someComments = []string{
		"// seg:dialect realtime\n", "// seg:dialect outbound\n", "// seg:dialect outbund\n", " // seg:ignore unknown-column\n",
		"// seg:ignore undefined-segment, target-table\n", "/* seg:ignore unknown-column */", "// seg:ignore nonsense\n", "/*", "*/", "// x\n",
		" // seg:ignore unused-definition, set-operand-tables\n",
	}
	somePieces = []string{
		"", "(", ")", "=", ";", "\n", " ", "'", "PROFILE(lead)", "PROFILE(account)", " UNION ", " EXCEPT SEGMENT(A)", "SEGMENT(", "contact", ".", "\r\n", "\uFEFF", "A", "x == 1", "SEGMENT('')",
	}
)

func (e *editor) query() string {
	var b strings.Builder
	for i := range 1 + e.choose(3) {
		if i > 0 {
			b.WriteString(pick(e, []string{" UNION ", " EXCEPT ", " INTERSECT "}))
		}
		switch e.choose(6) {
		case 0:
			b.WriteString("PROFILE(" + pick(e, []string{"contact", "lead", "account", "contct"}) + ")")
		case 1:
			b.WriteString("INTERACTION(EmailOpened, EmailOpened_ContactLink)")
		case 2:
			b.WriteString(pick(e, someNames))
		default:
			b.WriteString("SEGMENT(" + pick(e, someNames) + ")")
		}
		if e.choose(2) == 1 {
			b.WriteString(pick(e, someSteps))
		}
	}
	return b.String()
}

func (e *editor) definition() string { return pick(e, someNames) + " = " + e.query() + "\n" }

// edit returns an edit of a text.
func (e *editor) edit(f *ast.File) token.Edit {
	size := f.Size
	d := f.Tail
	if n := len(f.Definitions); n > 0 {
		d = f.Definitions[e.choose(n)]
	}
	ref := token.NoSpan
	ast.Inspect(d.Definition, func(n ast.Node) bool {
		if s, ok := n.(*ast.Segment); ok && s.Name != nil && (ref == token.NoSpan || e.choose(2) == 1) {
			ref = d.Abs(s.Name.Extent)
		}
		return true
	})
	switch e.choose(10) {
	case 0:
		return token.Edit{Span: token.At(d.Offset), New: e.definition()}
	case 1:
		return token.Edit{Span: token.Span{Start: d.Offset, End: d.End()}}
	case 2:
		if d.Name != nil {
			return token.Edit{Span: d.Abs(d.Name.Extent), New: pick(e, someNames)}
		}
	case 3, 4:
		if ref.IsValid() {
			return token.Edit{Span: ref, New: pick(e, someNames)}
		}
	case 5:
		return token.Edit{Span: token.At(d.Offset), New: pick(e, someComments)}
	case 6:
		return token.Edit{Span: token.At(d.End()), New: pick(e, someComments)}
	case 7:
		if d.Query != nil {
			return token.Edit{Span: d.Abs(d.Query.Extent), New: e.query()}
		}
	case 8:
		return token.Edit{Span: token.At(d.Abs(d.Extent).End), New: pick(e, someSteps)}
	}
	at := 0
	if size > 0 {
		at = (e.choose(256)*256 + e.choose(256)) % (size + 1)
	}
	end := min(at+e.choose(12), size)
	return token.Edit{Span: token.Span{Start: token.Pos(at), End: token.Pos(end)}, New: pick(e, somePieces)}
}

// step changes the project, and holds that it is what it must be.
func (e *editor) step() {
	var changed []*check.File
	var removed []string
	files := slices.Clone(e.files)
	for range 1 + e.choose(4)/3 {
		n := e.choose(len(files))
		switch kind := e.choose(12); {
		case len(files) == 0 || kind == 0 && len(files) < 7:
			e.added++
			f := &check.File{Path: fmt.Sprintf("%d.seg", e.added), Tree: parser.Parse(e.definition() + e.definition()), Schema: schema.Standard()}
			files, changed = append(files, f), append(changed, f)
		case kind == 1 && len(changed) == 0:
			removed = append(removed, files[n].Path)
			files = slices.Delete(files, n, n+1)
		default:
			f := *files[n]
			switch {
			case kind == 2:
				f.Dialect = pick(e, []check.Dialect{check.Undetermined, check.Outbound, check.Realtime})
			case kind == 3:
				f.Severities = pick(e, []map[string]check.Severity{nil, {"undefined-segment": check.Error, "duplicate-definition": check.Off, "unused-ignore": check.Hint}})
			case kind == 4:
				f.Schema = pick(e, []*schema.Schema{nil, schema.Standard()})
			default:
				for range 1 + e.choose(4)/3 {
					tree, err := parser.Reparse(f.Tree, e.edit(f.Tree))
					if err != nil {
						e.t.Fatal(err)
					}
					f.Tree = tree
				}
			}
			files[n] = &f
			changed = append(changed, &f)
		}
	}
	before := e.project
	was := e.files
	e.project, e.files = before.Update(changed, removed), files
	if e.choose(4) > 0 { // else what is known grows older than one step
		e.compare(before, was)
	}
}

func (e *editor) compare(before *check.Project, was []*check.File) {
	e.t.Helper()
	p, fresh := e.project, check.NewProject(e.files, today)
	if diff := cmp.Diff(paths(e.files), paths(p.Files())); diff != "" {
		e.t.Fatalf("the files differ (-want +got):\n%s", diff)
	}
	affected := p.Affected()
	for i, f := range e.files {
		got := p.Check(f)
		if diff := cmp.Diff(fresh.Check(f), got); diff != "" {
			e.t.Fatalf("the findings of %s differ from those of a new project (-want +got):\n%s\n%s", f.Path, diff, e.texts())
		}
		if p.File(f.Path) != f || p.Dialect(f) != fresh.Dialect(f) {
			e.t.Fatalf("the project does not know %s", f.Path)
		}
		if !slices.Contains(affected, f) {
			e.kept++
			old := before.File(f.Path)
			if old != f {
				e.t.Fatalf("%s is not affected but another file", f.Path)
			}
			if diff := cmp.Diff(before.Check(old), got); diff != "" {
				e.t.Fatalf("%s is not affected, but its findings differ (-before +after):\n%s\n%s", f.Path, diff, e.texts())
			}
		}
		if i == 0 {
			for _, name := range someNames {
				if diff := cmp.Diff(fresh.Lookup(f, name), p.Lookup(f, name), sameTree); diff != "" {
					e.t.Fatalf("the definitions of %s differ (-want +got):\n%s", name, diff)
				}
			}
		}
	}
	for _, name := range someNames {
		if diff := cmp.Diff(slices.Collect(fresh.References(name)), slices.Collect(p.References(name)), sameTree); diff != "" {
			e.t.Fatalf("the references to %s differ (-want +got):\n%s", name, diff)
		}
	}
	// The project of before is as it was.
	if len(was) > 0 {
		f := was[e.choose(len(was))]
		if diff := cmp.Diff(check.NewProject(was, today).Check(f), before.Check(f)); diff != "" {
			e.t.Fatalf("the findings of before differ (-want +got):\n%s", diff)
		}
	}
}

var sameTree = cmp.Options{
	cmp.Comparer(func(a, b *ast.Definition) bool { return a == b }),
	cmp.Comparer(func(a, b *check.File) bool { return a == b }),
	cmp.Comparer(func(a, b *ast.Ident) bool { return a == b }),
}

func paths(files []*check.File) []string {
	all := []string{}
	for _, f := range files {
		all = append(all, f.Path)
	}
	return all
}

func (e *editor) texts() string {
	var b strings.Builder
	for _, f := range e.files {
		fmt.Fprintf(&b, "-- %s --\n%s\n", f.Path, f.Tree.Text())
	}
	return b.String()
}

// TestUpdate makes thousands of edits at random, from one seed to the next.
func TestUpdate(t *testing.T) {
	const seeds, steps = 40, 150
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			e := &editor{t: t, project: check.NewProject(nil, today)}
			for range steps {
				for range 400 {
					e.choices = append(e.choices, byte(random.Uint32()))
				}
				e.step()
				e.choices = nil
			}
			if e.kept == 0 {
				t.Error("each edit affected all files")
			}
		})
	}
}

// maxChoices bounds the work of one input. The fuzzer takes one for hung that takes
// ten seconds with its instruments on a busy machine.
const maxChoices = 500

// FuzzUpdate does the same with edits that the fuzzer chooses.
func FuzzUpdate(f *testing.F) {
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	f.Add([]byte(strings.Repeat("Openers, and what else there is to choose from. ", 8)))
	f.Fuzz(func(t *testing.T, choices []byte) {
		e := &editor{t: t, choices: choices[:min(len(choices), maxChoices)], project: check.NewProject(nil, today)}
		for len(e.choices) > 0 {
			e.step()
		}
	})
}

// TestUpdateTogether uses projects that come from one another at one time.
func TestUpdateTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	e := &editor{t: t, project: check.NewProject(nil, today)}
	var all sync.WaitGroup
	for range 100 {
		for range 400 {
			e.choices = append(e.choices, byte(random.Uint32()))
		}
		e.step()
		p, files := e.project, e.files
		all.Go(func() {
			fresh := check.NewProject(files, today)
			for _, f := range files {
				if diff := cmp.Diff(fresh.Check(f), p.Check(f)); diff != "" {
					t.Errorf("the findings of %s differ (-want +got):\n%s", f.Path, diff)
				}
			}
		})
	}
	all.Wait()
}

// TestRelatedMove holds that the places that findings name move with the text.
func TestRelatedMove(t *testing.T) {
	text := "A = SEGMENT(B)\nB = SEGMENT(A)\nB = PROFILE(contact) UNION PROFILE(lead)\nC = SEGMENT(A).FILTER(x == 1 && x == 2)\nC = SEGMENT(Opner)"
	other := "Opener = PROFILE(contact)\nC = PROFILE(lead)"
	files := []*check.File{
		{Path: "a.seg", Tree: parser.Parse(text), Schema: schema.Standard()},
		{Path: "b.seg", Tree: parser.Parse(other), Schema: schema.Standard()},
	}
	p := check.NewProject(files, today)
	// said returns the findings with the texts at the places that they name.
	said := func(p *check.Project, f *check.File) (all []string) {
		for _, x := range p.Check(f) {
			line := fmt.Sprintf("%s %q", x.Message, x.Span.Text(f.Tree.Text()))
			for _, r := range x.Related {
				at := f
				if r.Path != "" {
					at = p.File(r.Path)
				}
				line += fmt.Sprintf("; %s %q", r.Message, r.Span.Text(at.Tree.Text()))
			}
			for _, fix := range x.Fixes {
				line += fmt.Sprintf("; %s %q", fix.Title, fix.Edits[0].Span.Text(f.Tree.Text()))
			}
			all = append(all, line)
		}
		return all
	}
	want := [][]string{said(p, files[0]), said(p, files[1])}
	for _, part := range []string{`through this definition "B"`, `the other definition "C"`, `the other condition "x == 1"`, `rows of contact "PROFILE(contact)"`, `Replace with Opener "Opner"`} {
		if !strings.Contains(strings.Join(want[0], "\n"), part) {
			t.Errorf("nothing says %s:\n%s", part, strings.Join(want[0], "\n"))
		}
	}
	for _, space := range []string{"\n", " \n \n"} {
		for i, f := range files {
			tree, err := parser.Reparse(f.Tree, token.Edit{Span: token.At(0), New: space})
			if err != nil {
				t.Fatal(err)
			}
			g := *f
			g.Tree = tree
			files[i] = &g
			p = p.Update([]*check.File{&g}, nil)
			if diff := cmp.Diff(paths(files), paths(p.Affected())); diff != "" {
				t.Errorf("files name places in each other, but others are affected (-want +got):\n%s", diff)
			}
		}
		if diff := cmp.Diff(want, [][]string{said(p, files[0]), said(p, files[1])}); diff != "" {
			t.Errorf("behind a longer text other things are said (-want +got):\n%s", diff)
		}
	}
}

// TestCheckOfStranger checks a file that is not of the project: as one that
// stands alone, with what the project knows of other files.
func TestCheckOfStranger(t *testing.T) {
	p := check.NewProject([]*check.File{{Path: "a.seg", Tree: parser.Parse("A = PROFILE(contact)"), Schema: schema.Standard()}}, today)
	f := &check.File{Path: "b.seg", Tree: parser.Parse("B = SEGMENT(A) UNION SEGMENT(C)"), Schema: schema.Standard()}
	var rules []string
	for _, finding := range p.Check(f) {
		rules = append(rules, finding.Rule)
	}
	if diff := cmp.Diff([]string{"undefined-segment"}, rules); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
