package project_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
)

func TestReadFile(t *testing.T) {
	inTree(t, "folder/a.seg")
	write(t, "small", "PROFILE(contact)\r\n")
	write(t, "empty", "")
	write(t, "little", "\xff\xfeP\x00")
	write(t, "big", "\xfe\xff\x00P")
	write(t, "limit", "")
	write(t, "huge", "")
	for path, size := range map[string]int64{"limit": project.MaxSize, "huge": project.MaxSize + 1} {
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ path, text, err string }{
		{path: "small", text: "PROFILE(contact)\r\n"},
		{path: "empty"},
		{path: "limit", text: strings.Repeat("\x00", project.MaxSize)},
		{path: "huge", err: "huge: it is larger than 64 MB"},
		{path: "folder", err: "folder: it is a folder, not a file"},
		{path: "no", err: "no: there is no such file or folder"},
		{path: "small/no", err: "small/no: there is no such file or folder"},
		{path: "little", err: "little: it is in UTF-16; save it as UTF-8"},
		{path: "big", err: "big: it is in UTF-16; save it as UTF-8"},
		{path: strings.Repeat("n", 5000), err: strings.Repeat("n", 5000) + ": the name is too long"},
	} {
		if runtime.GOOS == "windows" && len(test.path) > 1000 {
			continue // another error there
		}
		text, err := project.ReadFile(test.path)
		checkError(t, err, test.err)
		if text != test.text {
			t.Errorf("%.20s: read %d bytes, want %d", test.path, len(text), len(test.text))
		}
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
		var plain *project.Error
		if !errors.As(err, &plain) {
			t.Errorf("the error is a %T", err)
		}
	}
	if got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}

func TestCreate(t *testing.T) {
	inTree(t, "folder/a.seg")
	checkError(t, project.Create("folder/new", "text"), "")
	if text, err := project.ReadFile("folder/new"); err != nil || text != "text" {
		t.Errorf("read %q, %v", text, err)
	}
	checkError(t, project.Create("no/new", "text"), "no/new: there is no such file or folder")
	entries, err := os.ReadDir("folder")
	if err != nil || len(entries) != 2 {
		t.Errorf("left are %v, %v", entries, err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{}

func (failing) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: "x", Err: syscall.EIO}
}

func TestRead(t *testing.T) {
	text, err := project.Read(strings.NewReader("text"), "<stdin>")
	checkError(t, err, "")
	if text != "text" {
		t.Errorf("read %q", text)
	}
	_, err = project.Read(endless{}, "<stdin>")
	checkError(t, err, "<stdin>: it is larger than 64 MB")
	_, err = project.Read(failing{}, "<stdin>")
	checkError(t, err, "<stdin>: could not read it: "+syscall.EIO.Error())
	_, err = project.Read(io.MultiReader(strings.NewReader("x"), failing{}), "<stdin>")
	checkError(t, err, "<stdin>: could not read it: "+syscall.EIO.Error())
}

func TestReplace(t *testing.T) {
	inTree(t)
	for _, mode := range []fs.FileMode{0o644, 0o600, 0o755, 0o666} {
		write(t, "a.seg", "before")
		if err := os.Chmod("a.seg", mode); err != nil {
			t.Fatal(err)
		}
		checkError(t, project.Replace("a.seg", "before", "after"), "")
		if got := read(t, "a.seg"); got != "after" {
			t.Errorf("the file holds %q", got)
		}
		info, err := os.Stat("a.seg")
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode() != mode {
			t.Errorf("the mode became %v, was %v", info.Mode(), mode)
		}
	}
	onlyFile(t, "a.seg")
}

// onlyFile checks that no temporary file is left.
func onlyFile(t *testing.T, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
}

func TestReplaceLink(t *testing.T) {
	inTree(t, "real/a.seg")
	symlink(t, "real/a.seg", "link.seg")
	symlink(t, "link.seg", "link2.seg")
	checkError(t, project.Replace("link2.seg", filepath.FromSlash("real/a.seg"), "after"), "")
	if got := read(t, "real/a.seg"); got != "after" {
		t.Errorf("the file holds %q", got)
	}
	for _, link := range []string{"link.seg", "link2.seg"} {
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more", link)
		}
	}
}

func TestReplaceChanged(t *testing.T) {
	const changed = "a.seg: another program has changed it meanwhile, so it was not written"
	inTree(t)
	for _, now := range []string{"", "befor", "before!", "Before", strings.Repeat("before", 50_000)} {
		write(t, "a.seg", now)
		checkError(t, project.Replace("a.seg", "before", "after"), changed)
		if got := read(t, "a.seg"); got != now {
			t.Errorf("the file holds %q", got)
		}
	}
	checkError(t, project.Replace("no.seg", "before", "after"), "no.seg: there is no such file or folder")
	onlyFile(t, "a.seg")
}

func TestReplaceLarge(t *testing.T) {
	inTree(t)
	before := strings.Repeat("0123456789", 100_000)
	write(t, "a.seg", before)
	checkError(t, project.Replace("a.seg", before, before+"!"), "")
	if read(t, "a.seg") != before+"!" {
		t.Error("the text is not the new one")
	}
}

func TestReplaceWithoutPermission(t *testing.T) {
	needsPermissions(t)
	inTree(t)
	write(t, "a.seg", "before")
	if err := os.Chmod("a.seg", 0o444); err != nil {
		t.Fatal(err)
	}
	checkError(t, project.Replace("a.seg", "before", "after"), "a.seg: no permission to write it")
	if err := os.Chmod("a.seg", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(".", 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(".", 0o755) })
	checkError(t, project.Replace("a.seg", "before", "after"), "a.seg: no permission to write into its folder")
	if got := read(t, "a.seg"); got != "before" {
		t.Errorf("the file holds %q", got)
	}
	onlyFile(t, "a.seg")
}

func TestErrorStaysOnOneLine(t *testing.T) {
	for path, want := range map[string]string{
		"a b.seg":     "a b.seg: it is not a folder",
		"":            `"": it is not a folder`,
		"a\nb\x1b[2J": `"a\nb\x1b[2J": it is not a folder`,
	} {
		if got := (&project.Error{Path: path, Sentence: "it is not a folder"}).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	for err, want := range map[error]string{
		syscall.ENOENT: "there is no such file or folder",
		syscall.EACCES: "no permission to write it",
		syscall.ENOSPC: "there is no space left on the disk",
		syscall.EIO:    "could not write it: " + syscall.EIO.Error(),
	} {
		got := project.Sentence(&fs.PathError{Op: "write", Path: "x", Err: err}, "write")
		if got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
