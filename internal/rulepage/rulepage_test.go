package rulepage_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"segql/internal/rulepage"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// TestEveryName holds that each rule and each code has one page.
func TestEveryName(t *testing.T) {
	count := map[string]int{}
	for _, p := range rulepage.All() {
		count[p.Name]++
	}
	names := map[string]bool{}
	for _, r := range check.Rules() {
		names[r.Name] = true
	}
	for _, c := range parser.Codes() {
		names[c.Name] = true
	}
	for name := range names {
		if count[name] != 1 {
			t.Errorf("%s has %d pages", name, count[name])
		}
	}
	if len(count) != len(names) {
		t.Errorf("there are %d pages for %d names", len(count), len(names))
	}
}

// TestReported holds that what a page shows as reported is so with the standard
// tables, or that the page says what it takes.
func TestReported(t *testing.T) {
	for _, p := range rulepage.All() {
		if p.Bad == "" {
			continue
		}
		f := &check.File{Path: "a.seg", Tree: parser.Parse(p.Bad), Schema: schema.Standard()}
		found := check.NewProject([]*check.File{f}, time.Time{}).Check(f)
		reported := slices.ContainsFunc(found, func(f check.Finding) bool { return f.Rule == p.Name })
		if told := strings.Contains(p.Doc, "The schema of an organization says"); reported == told {
			t.Errorf("%s: reported: %v; the page tells of the schema that it takes: %v", p.Name, reported, told)
		}
	}
}

func TestMarkdown(t *testing.T) {
	tests := []struct {
		name string
		has  []string
		not  string
	}{
		{"unknown-column", []string{"# unknown-column\n", "| error | both |", "Reported:", "Fine:", "// seg:ignore unknown-column", "unknown-column = \"off\""}, "mistake in the syntax"},
		{"unused-ignore", []string{"\nSwitch it off for the project", "unused-ignore = \"off\""}, "seg:ignore unused-ignore"},
		{"query-too-long", []string{"| error | outbound |"}, "mistake in the syntax"},
		{"single-equals", []string{"# single-equals\n", "| error | both |", "statecode = 0", "statecode == 0", "can't be switched off"}, "[rules]"},
		{"minus-for-except", []string{"can't be switched off"}, "seg:ignore"},
		{"too-deep", []string{"# too-deep\n"}, "Reported:"},
	}
	for _, test := range tests {
		page, ok := rulepage.Find(test.name)
		if !ok {
			t.Errorf("%s has no page", test.name)
			continue
		}
		text := page.Markdown()
		for _, part := range test.has {
			if !strings.Contains(text, part) {
				t.Errorf("the page of %s lacks %q:\n%s", test.name, part, text)
			}
		}
		if strings.Contains(text, test.not) {
			t.Errorf("the page of %s has %q:\n%s", test.name, test.not, text)
		}
	}
	if _, ok := rulepage.Find("no-such-rule"); ok {
		t.Error("no-such-rule has a page")
	}
}
