//go:build unix

package project_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
)

func TestPipe(t *testing.T) {
	inTree(t)
	if err := syscall.Mkfifo("pipe.seg", 0o666); err != nil {
		t.Skip(err)
	}
	want := []string{"error: pipe.seg: it is not a regular file"}
	for _, path := range []string{"pipe.seg", "."} {
		if diff := cmp.Diff(want, walk(path)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	_, err := project.ReadFile("pipe.seg")
	checkError(t, err, "pipe.seg: it is not a regular file")
}

// TestReplaceOwner needs to be root, as a formatter in a container is.
func TestReplaceOwner(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can give files away")
	}
	inTree(t)
	write(t, "a.seg", "before")
	if err := os.Chown("a.seg", 1234, 2345); err != nil {
		t.Skip(err)
	}
	if err := os.Chmod("a.seg", 0o640); err != nil {
		t.Fatal(err)
	}
	checkError(t, project.Replace("a.seg", "before", "after"), "")
	info, err := os.Stat("a.seg")
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != 1234 || stat.Gid != 2345 || info.Mode() != 0o640 {
		t.Errorf("owner %d:%d, mode %v", stat.Uid, stat.Gid, info.Mode())
	}
}
