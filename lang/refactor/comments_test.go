package refactor_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/parser"
	"segql/lang/refactor"
	"segql/lang/schema"
	"segql/lang/token"
)

// findings returns what there is to say about a text.
func findings(text string) []check.Finding {
	f := &check.File{Path: "a.seg", Tree: parser.Parse(text), Schema: schema.Standard()}
	return check.NewProject([]*check.File{f}, time.Time{}).Check(f)
}

func of(rule string, all []check.Finding) []token.Span {
	var spans []token.Span
	for _, f := range all {
		if f.Rule == rule {
			spans = append(spans, f.Span)
		}
	}
	return spans
}

func TestIgnore(t *testing.T) {
	const rule = "unknown-column"
	for _, test := range []struct{ name, text, line, file string }{
		{"at the end of the line", "A = PROFILE(contact).FILTER(x == 1)  \n",
			"A = PROFILE(contact).FILTER(x == 1) // seg:ignore unknown-column\n",
			"// seg:ignore unknown-column\nA = PROFILE(contact).FILTER(x == 1)  \n"},
		{"at the end of the text", "A = PROFILE(contact)\r\n  .FILTER(x == 1)",
			"A = PROFILE(contact)\r\n  .FILTER(x == 1) // seg:ignore unknown-column",
			"// seg:ignore unknown-column\r\nA = PROFILE(contact)\r\n  .FILTER(x == 1)"},
		{"a comment ends the line", "PROFILE(contact)\n  .FILTER(x == 1) // why\n",
			"PROFILE(contact)\n  // seg:ignore unknown-column\n  .FILTER(x == 1) // why\n",
			"// seg:ignore unknown-column\nPROFILE(contact)\n  .FILTER(x == 1) // why\n"},
		{"a comment goes on", "PROFILE(contact)\n  .FILTER(x == 1) /* why\n*/",
			"PROFILE(contact)\n  // seg:ignore unknown-column\n  .FILTER(x == 1) /* why\n*/",
			"// seg:ignore unknown-column\nPROFILE(contact)\n  .FILTER(x == 1) /* why\n*/"},
		{"comments on both sides", "PROFILE(contact) /*\n*/ .FILTER(x == 1) /* why\n*/", "",
			"// seg:ignore unknown-column\nPROFILE(contact) /*\n*/ .FILTER(x == 1) /* why\n*/"},
		{"a comment on the line", "// about\nPROFILE(contact).FILTER(x == 1 && statecode == 7) // seg:ignore unknown-choice-value -- really\n",
			"// about\nPROFILE(contact).FILTER(x == 1 && statecode == 7) // seg:ignore unknown-choice-value, unknown-column -- really\n",
			"// about\n// seg:ignore unknown-column\nPROFILE(contact).FILTER(x == 1 && statecode == 7) // seg:ignore unknown-choice-value -- really\n"},
		{"a comment above", "/* seg:ignore unknown-choice-value */\nPROFILE(contact).FILTER(x == 1 && statecode == 7)\n",
			"/* seg:ignore unknown-choice-value, unknown-column */\nPROFILE(contact).FILTER(x == 1 && statecode == 7)\n",
			"/* seg:ignore unknown-choice-value, unknown-column */\nPROFILE(contact).FILTER(x == 1 && statecode == 7)\n"},
		{"one that lapses", "// seg:ignore unknown-choice-value until 2099-01-01\nPROFILE(contact).FILTER(x == 1 && statecode == 7)\n",
			"// seg:ignore unknown-choice-value until 2099-01-01\nPROFILE(contact).FILTER(x == 1 && statecode == 7) // seg:ignore unknown-column\n",
			"// seg:ignore unknown-choice-value until 2099-01-01\n// seg:ignore unknown-column\nPROFILE(contact).FILTER(x == 1 && statecode == 7)\n"},
		{"several definitions", "\ufeffA = PROFILE(contact).FILTER(x == 1); B = PROFILE(contact).FILTER(x == 1)\nC = PROFILE(contact).FILTER(y == 1)",
			"\ufeffA = PROFILE(contact).FILTER(x == 1); B = PROFILE(contact).FILTER(x == 1) // seg:ignore unknown-column\nC = PROFILE(contact).FILTER(y == 1)",
			"\ufeff// seg:ignore unknown-column\nA = PROFILE(contact).FILTER(x == 1); /* seg:ignore unknown-column */ B = PROFILE(contact).FILTER(x == 1)\n// seg:ignore unknown-column\nC = PROFILE(contact).FILTER(y == 1)"},
		{"a string without an end", "PROFILE(contact)\n  .FILTER(x == 'abc\n)",
			"PROFILE(contact)\n  // seg:ignore unknown-column\n  .FILTER(x == 'abc\n)",
			"// seg:ignore unknown-column\nPROFILE(contact)\n  .FILTER(x == 'abc\n)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := parser.Parse(test.text)
			spans := of(rule, findings(test.text))
			if len(spans) == 0 {
				t.Fatal("there is nothing to silence")
			}
			line := ""
			if edit, ok := refactor.IgnoreLine(tree, rule, spans[0]); ok {
				line, _ = token.Apply(test.text, edit)
			}
			file, _ := token.Apply(test.text, refactor.IgnoreFile(tree, rule, spans)...)
			if diff := gocmp.Diff([]string{test.line, test.file}, []string{line, file}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestIgnoreScope silences what is found first and says where that holds.
func TestIgnoreScope(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"PROFILE(contact).FILTER(x == 1)", "on this line"},
		{"PROFILE(contact).FILTER(x == 1)\n", "on this line"},
		{"A = PROFILE(contact).FILTER(x == 1)\r\n\r\nB = PROFILE(contact)\r\n  .FILTER(x == 1)\r\n", "on this line"},
		{"PROFILE(contact)\n  .FILTER(x == 1)\n  .DISTINCT()\n", "on this line"},
		{"PROFILE(contact)\n  .FILTER(x == 1)\n", "in this query"},
		{"PROFILE(contact)\n  .FILTER(x == 1) // why\n", "on this line"},
		{"PROFILE(contact).FILTER(\n  fax == 'a' ||\n  x == 1)\n  .DISTINCT()\n", "in this step"},
		{"PROFILE(contact).FILTER(\n  x == 1 ||\n  fax == 'a')\n", "on this line"},
		{"PROFILE(contact).FILTER(\n  x == 1 || // seg:ignore unknown-choice-value\n  statecode == 7)\n", "on this line"},
		{"PROFILE(contact).FILTER(\n  fax == 'a' ||\n  x == 1\n)\n", "in this condition"},
		{"PROFILE(contact).FILTER(x == 1 && // why\n  fax == 'a')\n", "in this query"},
	} {
		tree := parser.Parse(test.text)
		edit, ok := refactor.IgnoreLine(tree, "unknown-column", of("unknown-column", findings(test.text))[0])
		if got := refactor.IgnoreScope(tree, edit); !ok || got != test.want {
			t.Errorf("%q: it is silenced %s, want %s", test.text, got, test.want)
		}
	}
}

// TestIgnoreManyOnOneLine silences so many definitions on one line that it would
// not end if each went through the line.
func TestIgnoreManyOnOneLine(t *testing.T) {
	const n = 200_000
	var b strings.Builder
	var at []token.Span
	for i := range n {
		fmt.Fprintf(&b, "A%d = PROFILE(", i)
		start := token.Pos(b.Len())
		at = append(at, token.Span{Start: start, End: start + token.Pos(len("contct"))})
		b.WriteString("contct); ")
	}
	if got := len(refactor.IgnoreFile(parser.Parse(b.String()), "unknown-table", at)); got != n {
		t.Errorf("%d edits, want %d", got, n)
	}
}

// TestIgnoreSilences silences each finding in all files that the rules are
// tested with, and sees it gone, also after formatting.
func TestIgnoreSilences(t *testing.T) {
	archives, err := filepath.Glob("../check/testdata/rules/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives: ", err)
	}
	count := 0
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			text := string(f.Data)
			if !strings.HasSuffix(f.Name, ".seg") {
				continue
			}
			tree, found := parser.Parse(text), findings(text)
			for _, finding := range found {
				if !check.CanIgnore(finding.Rule) {
					continue
				}
				count++
				about := fmt.Sprintf("%s/%s: %s", filepath.Base(name), f.Name, finding.Rule)
				edit, ok := refactor.IgnoreLine(tree, finding.Rule, finding.Span)
				if !ok {
					t.Errorf("%s: can't be silenced", about)
					continue
				}
				before := of(finding.Rule, found)
				after, _ := token.Apply(text, edit)
				if len(of(finding.Rule, findings(after))) >= len(before) {
					t.Errorf("%s: still there\n%s", about, after)
				}
				if formatted, errs := format.Source(after, format.Options{}); len(errs) == 0 && len(of(finding.Rule, findings(formatted))) >= len(before) {
					t.Errorf("%s: there again\n%s", about, formatted)
				}
				after, _ = token.Apply(text, refactor.IgnoreFile(tree, finding.Rule, before)...)
				if len(of(finding.Rule, findings(after))) > 0 {
					t.Errorf("%s: still in the file\n%s", about, after)
				}
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d findings", count)
	}
}

func TestDeclareDialect(t *testing.T) {
	for _, text := range []string{"", "PROFILE(contact)", "\ufeff// about\r\nPROFILE(contact)\r\n", "// seg:dialect nonsense\nA = PROFILE(contact)"} {
		for _, d := range []check.Dialect{check.Outbound, check.Realtime} {
			after, err := token.Apply(text, refactor.DeclareDialect(parser.Parse(text), d))
			if err != nil {
				t.Fatal(err)
			}
			if got := check.DeclaredDialect(&check.File{Tree: parser.Parse(after)}); got != d {
				t.Errorf("%q declares %s, not %s", after, got, d)
			}
			if strings.Contains(text, "\r\n") && strings.Count(after, "\n") != strings.Count(after, "\r\n") {
				t.Errorf("%q has other line ends", after)
			}
		}
	}
}
