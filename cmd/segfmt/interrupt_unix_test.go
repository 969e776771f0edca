//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"segql/lang/ast"
	"segql/lang/format"
)

func TestInterrupt(t *testing.T) {
	files := make(map[string]string)
	for i := range 500 {
		files[fmt.Sprintf("%03d.seg", i)] = "profile( contact )\n"
	}
	inFolder(t, files)
	var once sync.Once
	stdout, stderr, code := segfmt(func(c *command) {
		c.formatSource = func(string, format.Options) (string, []*ast.Error) {
			once.Do(func() {
				if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
					t.Error(err)
				}
				time.Sleep(100 * time.Millisecond) // until the signal is there
			})
			return "PROFILE(contact)\n", nil
		}
	}, "-l", "-w", ".")
	if stderr != "segfmt: interrupted; not all files were done\n" || code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	listed := strings.Fields(stdout)
	if len(listed) == 0 || len(listed) == len(files) {
		t.Errorf("%d files were done", len(listed))
	}
	done := 0
	for path := range files {
		if text, err := os.ReadFile(path); err == nil && string(text) == "PROFILE(contact)\n" {
			done++
		}
	}
	if done != len(listed) {
		t.Errorf("%d files were written, %d were listed", done, len(listed))
	}
	if left, err := filepath.Glob(".seg-*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
