package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/dataverse/dataversetest"
)

// TestServiceDoc runs the commands of docs/service.md, one after the other
// against one double, and holds that they print what stands there. With -update
// it writes down what they print.
func TestServiceDoc(t *testing.T) {
	const documented = "http://127.0.0.1:8091"
	page, err := filepath.Abs(filepath.Join("..", "..", "docs", "service.md"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(string(data), "\r\n", "\n")

	double := dataversetest.New(dataversetest.Options{Contacts: []dataversetest.Contact{
		{ID: "00000000-0000-4000-9000-000000000001", Name: "Ada Example", Mail: "person1@example.com"},
		{ID: "00000000-0000-4000-9000-000000000003", Name: "Cy Demo", Mail: "person3@example.com"},
	}}).Start()
	defer double.Close()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "examples"), os.DirFS(filepath.Join("..", "..", "examples"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	t.Setenv("SEG_ORG", double.URL)
	t.Setenv("SEG_TOKEN", "test")

	var got strings.Builder
	lines := strings.SplitAfter(want, "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		got.WriteString(line)
		i++
		command, isCommand := strings.CutPrefix(line, "$ ")
		if !isCommand || !strings.Contains(command, "seg ") && !strings.HasPrefix(command, "cat ") {
			continue
		}
		start := i
		for i < len(lines) && !strings.HasPrefix(lines[i], "$ ") && !strings.HasPrefix(lines[i], "```") {
			i++
		}
		output := strings.Join(lines[start:i], "")
		if name, isFile := strings.CutPrefix(command, "cat "); isFile {
			if err := os.WriteFile(strings.TrimSpace(name), []byte(output), fs.ModePerm); err != nil {
				t.Fatal(err)
			}
			got.WriteString(output)
			continue
		}
		got.WriteString(strings.ReplaceAll(runDocumented(t, command), double.URL, documented))
	}
	if *update {
		if err := os.WriteFile(page, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("docs/service.md, run with -update (-documented +printed):\n%s", diff)
	}
}

var word = regexp.MustCompile(`"[^"]*"|\S+`)

// runDocumented runs a command line as it stands in a page, and returns what it
// prints to standard output, then to standard error.
func runDocumented(t *testing.T, line string) string {
	t.Helper()
	line = strings.TrimSuffix(strings.TrimSpace(line), " < /dev/null")
	if rest, ok := strings.CutPrefix(line, "SEG_TOKEN=old "); ok {
		before := os.Getenv("SEG_TOKEN")
		t.Setenv("SEG_TOKEN", "old")
		defer t.Setenv("SEG_TOKEN", before)
		line = rest
	}
	words := word.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], `"`)
	}
	if words[0] != "seg" {
		t.Fatalf("%s is no command of seg", line)
	}
	var stdout, stderr strings.Builder
	run(words[1:], strings.NewReader(""), &stdout, &stderr)
	return stdout.String() + stderr.String()
}
