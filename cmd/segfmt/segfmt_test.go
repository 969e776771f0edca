package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/format"
	"segql/lang/token"
)

// inFolder goes to a new folder with a file for each pair of path and text.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	files[".editorconfig"] = "root = true\n"
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// segfmt runs the command with change made to it.
func segfmt(change func(*command), args ...string) (stdout, stderr string, code int) {
	var out, err bytes.Buffer
	c := command{
		stdin: strings.NewReader(""), stdout: &out, stderr: &err,
		formatSource: format.Source, formatWire: format.SourceWire,
	}
	change(&c)
	code = c.run(args)
	return out.String(), err.String(), code
}

func TestOrderOfManyFiles(t *testing.T) {
	files := make(map[string]string)
	var wantOut, wantErr strings.Builder
	for i := range 200 {
		path := fmt.Sprintf("%03d.seg", i)
		switch i % 5 {
		case 0: // the first ones take longest
			files[path] = strings.Repeat("profile( contact ) union ", 2000*(200-i)/200) + "profile(contact)\n"
			wantOut.WriteString(path + "\n")
		case 1:
			files[path] = "PROFILE(\n"
			fmt.Fprintf(&wantErr, "%s:1:", path)
		default:
			files[path] = "profile( contact )\n"
			wantOut.WriteString(path + "\n")
		}
	}
	inFolder(t, files)
	stdout, stderr, code := segfmt(func(*command) {}, "-l", ".")
	if diff := cmp.Diff(wantOut.String(), stdout); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var places strings.Builder
	for line := range strings.Lines(stderr) {
		if i := strings.Index(line, ":1:"); i >= 0 {
			places.WriteString(line[:i+3])
		}
	}
	if diff := cmp.Diff(wantErr.String(), places.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if code != exitTrouble {
		t.Errorf("exit code %d", code)
	}
}

func TestPanicIsASentence(t *testing.T) {
	inFolder(t, map[string]string{"a.seg": "PROFILE(contact)", "b.seg": "PROFILE(bad)", "c.seg": "PROFILE(contact)"})
	faulty := func(c *command) {
		c.formatSource = func(text string, _ format.Options) (string, []*ast.Error) {
			if strings.Contains(text, "bad") {
				panic("no such\nthing")
			}
			return text + "\n", nil
		}
	}
	const want = ": segfmt has a fault and did not finish, please report it (no such thing)\n"
	stdout, stderr, code := segfmt(faulty, "-l", "-w", ".")
	if stdout != "a.seg\nc.seg\n" || stderr != "segfmt: b.seg"+want || code != exitTrouble {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	stdout, stderr, code = segfmt(func(c *command) {
		faulty(c)
		c.stdin = strings.NewReader("bad")
	})
	if stdout != "" || stderr != "segfmt: <stdin>"+want || code != exitTrouble {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

func TestFileThatChangesMeanwhile(t *testing.T) {
	inFolder(t, map[string]string{"a.seg": "profile( contact )\n"})
	const saved = "profile( account )\n"
	stdout, stderr, code := segfmt(func(c *command) {
		c.formatSource = func(text string, o format.Options) (string, []*ast.Error) {
			if err := os.WriteFile("a.seg", []byte(saved), 0o666); err != nil {
				t.Error(err)
			}
			return format.Source(text, o)
		}
	}, "-w", "a.seg")
	const want = "segfmt: a.seg: another program has changed it meanwhile, so it was not written\n"
	if stdout != "" || stderr != want || code != exitTrouble {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if text, err := os.ReadFile("a.seg"); err != nil || string(text) != saved {
		t.Errorf("the file holds %q, %v", text, err)
	}
}

// fails is standard output that takes nothing.
type fails struct {
	err   error
	calls int
}

func (f *fails) Write([]byte) (int, error) {
	f.calls++
	return 0, f.err
}

func TestOutputThatFails(t *testing.T) {
	inFolder(t, map[string]string{"a.seg": "profile( contact )\n", "b.seg": "profile( contact )\n"})
	for err, want := range map[error]string{
		syscall.EPIPE:  "",
		syscall.EIO:    "segfmt: standard output: could not write it: " + syscall.EIO.Error() + "\n",
		errors.New(""): "segfmt: standard output: could not write it: \n",
	} {
		f := &fails{err: &os.PathError{Op: "write", Path: "|1", Err: err}}
		_, stderr, code := segfmt(func(c *command) { c.stdout = f }, "-l", ".")
		if stderr != want || code != exitTrouble || f.calls != 1 {
			t.Errorf("%v: exit code %d, %d writes: %s", err, code, f.calls, stderr)
		}
	}
}

func TestCarets(t *testing.T) {
	inFolder(t, map[string]string{"a.seg": "profile( contact )\n\t.filter(ålæ\t!)\n"})
	mistaken := func(c *command) {
		c.carets = true
		c.formatSource = func(text string, _ format.Options) (string, []*ast.Error) {
			at := func(i int, message string) *ast.Error {
				return &ast.Error{Span: token.At(token.Pos(i)), Code: "some-code", Message: message}
			}
			return text, []*ast.Error{
				at(strings.Index(text, "contact"), "No table."),
				at(strings.Index(text, "!"), "No mark."),
				at(len(text), "An end."),
				at(-1, "Nowhere\x1b."),
			}
		}
	}
	_, stderr, code := segfmt(mistaken, "a.seg")
	want := "a.seg:1:10: No table.\n" +
		"  profile( contact )\n" +
		"           ^\n" +
		"a.seg:2:14: No mark.\n" +
		"  \t.filter(ålæ\t!)\n" +
		"  \t           \t^\n" +
		"a.seg:3:1: An end.\n" +
		"  \n" +
		"  ^\n" +
		"a.seg:1:1: Nowhere�.\n" +
		"  profile( contact )\n" +
		"  ^\n"
	if diff := cmp.Diff(want, stderr); diff != "" || code != exitTrouble {
		t.Errorf("exit code %d (-want +got)\n%s", code, diff)
	}
	_, stderr, _ = segfmt(func(c *command) {
		mistaken(c)
		c.carets = false
	}, "a.seg")
	want = "a.seg:1:10: No table.\na.seg:2:14: No mark.\na.seg:3:1: An end.\na.seg:1:1: Nowhere�.\n"
	if diff := cmp.Diff(want, stderr); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnifiedInColour(t *testing.T) {
	got := unified("a.seg", "same\nold\n", "same\nnew\n", true)
	want := "\x1b[1mdiff a.seg.orig a.seg\x1b[0m\n" +
		"\x1b[1m--- a.seg.orig\x1b[0m\n" +
		"\x1b[1m+++ a.seg\x1b[0m\n" +
		"\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n" +
		" same\n" +
		"\x1b[31m-old\x1b[0m\n" +
		"\x1b[32m+new\x1b[0m\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
