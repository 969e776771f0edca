package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"segql/lang/format"
	"segql/lang/parser"
)

var update = flag.Bool("update", false, "write the golden files again")

// layouts are the ways in which each text of the golden files is printed.
var layouts = []struct {
	file string
	opts format.Options
}{
	{"out.seg", format.Options{}},
	{"width40.seg", format.Options{Width: 40}},
	{"tabs.seg", format.Options{Width: 40, Indent: "\t"}},
}

// TestGolden prints in.seg of each archive in testdata in all layouts and as
// wire form. What an archive shows stands ahead of its files.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := make(map[string]string)
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
			}
			in, ok := files["in.seg"]
			if !ok {
				t.Fatal("there is no in.seg")
			}
			out := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{{Name: "in.seg", Data: []byte(in)}}}
			check := func(name, got string) {
				out.Files = append(out.Files, txtar.File{Name: name, Data: []byte(got)})
				if *update {
					return
				}
				if diff := cmp.Diff(files[name], got); diff != "" {
					t.Errorf("%s differs (-want +got):\n%s", name, diff)
				}
			}
			for _, l := range layouts {
				check(l.file, checkFormat(t, in, l.opts))
			}
			wire, errs := format.SourceWire(in)
			if len(errs) > 0 {
				t.Fatal(errs[0].Message)
			}
			check("wire.seg", wire)
			checkWire(t, in, wire)
			if *update {
				if err := os.WriteFile(path, txtar.Format(out), 0o666); err != nil {
					t.Fatal(err)
				}
			} else if len(files) != len(out.Files) {
				t.Errorf("there are %d files, want %d", len(files), len(out.Files))
			}
		})
	}
}

// checkFormat prints text, holds what is true of every printed text, and
// returns it.
func checkFormat(t testing.TB, text string, opts format.Options) string {
	t.Helper()
	before := parser.Parse(text)
	once, errs := format.Source(text, opts)
	if len(errs) > 0 {
		t.Fatalf("%s has an error: %s", short(text), errs[0].Message)
	}
	after := parser.Parse(once)
	if errs := after.Errors(); len(errs) > 0 {
		t.Fatalf("%s has an error once it is printed: %s\n%s", short(text), errs[0].Message, once)
	}
	twice, _ := format.Source(once, opts)
	if diff := cmp.Diff(once, twice); diff != "" {
		t.Errorf("%s is printed differently the second time (-first +second):\n%s", short(text), diff)
	}
	if diff := cmp.Diff(meaning(before), meaning(after)); diff != "" {
		t.Errorf("printing changed the tree of %s (-before +after):\n%s\n%s", short(text), diff, once)
	}
	sameTokens(t, text, once)
	checkBlanks(t, text, once)
	return once
}

// checkWire holds what is true of the wire form of every text.
func checkWire(t testing.TB, text, wire string) {
	t.Helper()
	back := parser.Parse(wire)
	if errs := back.Errors(); len(errs) > 0 {
		t.Fatalf("the wire form of %s has an error: %s\n%s", short(text), errs[0].Message, wire)
	}
	if n := strings.Count(wire, "\n"); n != len(back.Definitions) || n != len(parser.Parse(text).Definitions) {
		t.Errorf("the wire form of %s has %d lines:\n%s", short(text), n, wire)
	}
	var want []piece
	for _, p := range scan(t, text) {
		if p.kind != comment {
			want = append(want, p)
		}
	}
	compareTokens(t, text, want, scan(t, wire))
	again, _ := format.SourceWire(wire)
	if diff := cmp.Diff(wire, again); diff != "" {
		t.Errorf("the wire form of %s has another wire form (-first +second):\n%s", short(text), diff)
	}
}

// checkBlanks holds what is true of the blank space in every printed text.
func checkBlanks(t testing.TB, text, printed string) {
	t.Helper()
	end := "\n"
	if crlf(text) {
		end = "\r\n"
	}
	body := strings.TrimPrefix(printed, "\uFEFF")
	if (len(body) != len(printed)) != strings.HasPrefix(text, "\uFEFF") {
		t.Errorf("the byte-order mark of %s was not kept", short(text))
	}
	if n := strings.Count(body, end); strings.Count(body, "\n") != n || strings.Count(body, "\r") != n*(len(end)-1) {
		t.Errorf("%s has other line ends once it is printed: %q", short(text), printed)
	}
	switch {
	case body == "":
	case !strings.HasSuffix(body, end):
		t.Errorf("%s has no last line end once it is printed:\n%s", short(text), printed)
	case strings.HasSuffix(body, end+end), strings.HasPrefix(body, end):
		t.Errorf("%s starts or ends with a blank line once it is printed:\n%s", short(text), printed)
	}
	outside := body
	for _, p := range scan(t, body) {
		if p.kind == comment {
			outside = strings.Replace(outside, p.text, "//", 1) // the lines within a comment are its own
		}
	}
	if strings.Contains(outside, end+end+end) {
		t.Errorf("%s has two blank lines in a row once it is printed:\n%s", short(text), printed)
	}
	for line := range strings.SplitSeq(body, end) {
		if strings.TrimRight(line, " \t") != line && !strings.Contains(body, "/*") {
			t.Errorf("a line of %s ends with blanks once it is printed: %q", short(text), line)
		}
	}
}

// short shows a text in a message.
func short(text string) string {
	const most = 200
	if len(text) > most {
		text = text[:most] + "..."
	}
	return "`" + text + "`"
}
