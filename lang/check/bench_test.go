package check_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"segql/lang/ast"
	"segql/lang/token"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// BenchmarkCheck checks the examples; BenchmarkParse, its reference, parses
// them. Rules are found by the type of node that they ask for, so one more
// costs no more than what it does itself.
func BenchmarkCheck(b *testing.B) {
	texts, size := examples(b)
	files := make([]*check.File, len(texts))
	for i, text := range texts {
		files[i] = &check.File{Tree: parser.Parse(text), Schema: schema.Standard()}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		p := check.NewProject(files, today)
		for _, f := range files {
			p.Check(f)
		}
	}
}

// BenchmarkParse is the reference for BenchmarkCheck.
func BenchmarkParse(b *testing.B) {
	texts, size := examples(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			parser.Parse(text)
		}
	}
}

func examples(b *testing.B) (texts []string, size int) {
	b.Helper()
	paths, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(paths) == 0 {
		b.Fatalf("no examples: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, string(text))
		size += len(text)
	}
	return texts, size
}

// definitions returns n definitions like those that people write, each with
// names that begin with prefix; every tenth builds on the ones before it.
func definitions(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		if i%10 == 9 {
			fmt.Fprintf(&b, "%s_%d =\n  SEGMENT(%s_%d)", prefix, i, prefix, i-1)
			for k := i - 2; k >= i-9; k-- {
				fmt.Fprintf(&b, "\n  UNION SEGMENT(%s_%d)", prefix, k)
			}
			b.WriteString("\n\n")
			continue
		}
		fmt.Fprintf(&b, "// Those who were asked, %d.\n%s_%d =\n  PROFILE(account, a)\n    .FILTER(\n      a.statecode == 0 &&\n      a.numberofemployees > %d\n    )\n"+
			"    .TRAVERSE(contact_account_parentcustomerid, c)\n    .FILTER(ISNOTNULL(c.emailaddress1))\n\n", i, prefix, i, i)
	}
	return b.String()
}

// BenchmarkUpdate makes one edit in one of 1,000 definitions of a file, in a
// project of 1,000 files more: its project, and the findings of the file.
// Parsing is not counted. The metric fresh/update is how many times as long a
// new project and the same findings take, in the same run.
func BenchmarkUpdate(b *testing.B) {
	texts := map[string]string{"a_condition": "a.numberofemployees > 500", "a_table": "PROFILE(account, a)\n    .FILTER(\n      a.statecode == 0 &&\n      a.numberofemployees > 500", "a_reference": "SEGMENT(Main_508)", "a_name": "Main_503 ="}
	edits := map[string]string{"a_condition": "a.numberofemployes > 501", "a_table": "PROFILE(lead, a)\n    .FILTER(\n      a.statecode == 0 &&\n      a.numberofemployees > 500", "a_reference": "SEGMENT(Main_50)", "a_name": "Main_50 ="}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		b.Run(name, func(b *testing.B) {
			text := definitions("Main", 1000)
			files := []*check.File{{Path: "main.seg", Tree: parser.Parse(text), Schema: schema.Standard()}}
			for i := range 1000 {
				files = append(files, &check.File{Path: fmt.Sprintf("f%d.seg", i), Tree: parser.Parse(definitions(fmt.Sprintf("F%d", i), 10)), Schema: schema.Standard()})
			}
			start := token.Pos(strings.Index(text, texts[name]))
			trees := []*ast.File{files[0].Tree, nil}
			var err error
			trees[1], err = parser.Reparse(trees[0], token.Edit{Span: token.Span{Start: start, End: start + token.Pos(len(texts[name]))}, New: edits[name]})
			if err != nil || start < 0 {
				b.Fatal(err)
			}
			p := check.NewProject(files, today)
			for _, f := range files {
				p.Check(f)
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				f := &check.File{Path: "main.seg", Tree: trees[n%2], Schema: schema.Standard()}
				p = p.Update([]*check.File{f}, nil)
				p.Check(f)
			}
			perUpdate := b.Elapsed() / time.Duration(n)
			const rounds = 5
			began := time.Now()
			for range rounds {
				check.NewProject(files, today).Check(files[0])
			}
			b.ReportMetric(float64(time.Since(began)/rounds)/float64(perUpdate), "fresh/update")
			b.ReportMetric(float64(len(p.Affected())), "affected")
		})
	}
}
