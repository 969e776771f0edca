package project_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
)

// inTree makes the files, each holding its own path, and goes to their folder.
func inTree(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, path := range files {
		path = filepath.FromSlash(path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		write(t, path, path)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func symlink(t *testing.T, target, link string) {
	t.Helper()
	if err := os.Symlink(filepath.FromSlash(target), filepath.FromSlash(link)); err != nil {
		if runtime.GOOS == "windows" {
			t.Skip("this account must not make links: ", err)
		}
		t.Fatal(err)
	}
}

// walk returns the paths found, or the errors.
func walk(paths ...string) []string {
	var found []string
	for f := range project.Walk(paths) {
		if f.Err != nil {
			found = append(found, "error: "+filepath.ToSlash(f.Err.Error()))
		} else {
			found = append(found, filepath.ToSlash(f.Path))
		}
	}
	return found
}

func TestWalk(t *testing.T) {
	inTree(t,
		"b.seg", "a.seg", "a/z.seg", "a/y.seg", "a/deep/x.seg", "a.b/c.seg", "notes.txt", "upper.SEG",
		".hidden/h.seg", ".h.seg", "node_modules/n.seg", "vendor/v.seg", "a/vendor/v.seg", "folder.seg/f.seg",
		"empty/readme.md")
	everything := []string{"a/deep/x.seg", "a/y.seg", "a/z.seg", "a.b/c.seg", "a.seg", "b.seg", "folder.seg/f.seg"}
	absolute, err := filepath.Abs("b.seg")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"nothing", nil, nil},
		{"a file", []string{"b.seg"}, []string{"b.seg"}},
		{"any extension when named", []string{"notes.txt"}, []string{"notes.txt"}},
		{"the order of the paths", []string{"b.seg", "a.seg"}, []string{"b.seg", "a.seg"}},
		{"a folder, sorted", []string{"."}, everything},
		{"a folder with dots", []string{"./..."}, everything},
		{"dots alone", []string{"..."}, everything},
		{"a folder's path is kept", []string{"./a/"}, []string{"a/deep/x.seg", "a/y.seg", "a/z.seg"}},
		{"dots below", []string{"a/..."}, []string{"a/deep/x.seg", "a/y.seg", "a/z.seg"}},
		{"dots behind a file", []string{"b.seg/..."}, []string{"error: b.seg/...: it is not a folder"}},
		{"no source files", []string{"empty"}, nil},
		{"skipped folders when named", []string{".hidden", "vendor"}, []string{".hidden/h.seg", "vendor/v.seg"}},
		{"a hidden file when named", []string{".h.seg"}, []string{".h.seg"}},
		{"twice", []string{"b.seg", "./b.seg", absolute, "a/../b.seg", "b.seg"}, []string{"b.seg"}},
		{"a file and its folder", []string{"a/z.seg", "a"}, []string{"a/z.seg", "a/deep/x.seg", "a/y.seg"}},
		{"missing", []string{"no.seg", "b.seg"}, []string{"error: no.seg: there is no such file or folder", "b.seg"}},
		{"missing folder", []string{"no/..."}, []string{"error: no/...: there is no such file or folder"}},
		{"below a file", []string{"b.seg/c.seg"}, []string{"error: b.seg/c.seg: there is no such file or folder"}},
		{"empty path", []string{""}, []string{`error: "": there is no such file or folder`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, walk(test.paths...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWalkLinks(t *testing.T) {
	inTree(t, "real/a.seg", "real/b.txt", "tree/own.seg")
	symlink(t, "../real", "tree/folder.seg")
	symlink(t, "../real", "tree/folder")
	symlink(t, "../real/a.seg", "tree/file.seg")
	symlink(t, "nowhere", "tree/broken.seg")
	symlink(t, "real", "link")
	symlink(t, "loop.seg", "loop.seg")
	for _, test := range []struct {
		name  string
		paths []string
		want  []string
	}{
		{"links to folders below are not followed", []string{"tree"}, []string{
			"error: tree/broken.seg: it is a link to something that does not exist", "tree/file.seg", "tree/own.seg",
		}},
		{"a link that is named is", []string{"link"}, []string{"link/a.seg"}},
		{"a file and a link to it are one", []string{"real/a.seg", "tree/file.seg", "link/a.seg"}, []string{"real/a.seg"}},
		{"through a linked folder too", []string{"link", "real"}, []string{"link/a.seg"}},
		{"a circle", []string{"loop.seg"}, []string{"error: loop.seg: the links lead round in a circle"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, walk(test.paths...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWalkStops(t *testing.T) {
	inTree(t, "a/1.seg", "a/2.seg", "b/3.seg")
	var found []string
	for f := range project.Walk([]string{"a", "b", "no"}) {
		found = append(found, filepath.ToSlash(f.Path))
		if len(found) == 2 {
			break
		}
	}
	if diff := cmp.Diff([]string{"a/1.seg", "a/2.seg"}, found); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestWalkSize(t *testing.T) {
	inTree(t, "a/1.seg")
	for f := range project.Walk([]string{"a"}) {
		if f.Size != int64(len("a/1.seg")) {
			t.Errorf("size %d", f.Size)
		}
	}
}

func TestWalkUnreadableFolder(t *testing.T) {
	needsPermissions(t)
	inTree(t, "a/1.seg", "locked/2.seg", "z.seg")
	if err := os.Chmod("locked", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod("locked", 0o777) })
	want := []string{"a/1.seg", "error: locked: no permission to read it", "z.seg"}
	if diff := cmp.Diff(want, walk(".")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// needsPermissions skips a test where they stop nobody.
func needsPermissions(t *testing.T) {
	t.Helper()
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("permissions do not bind this user")
	}
}
