package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"segfmt": main})
}

// TestScripts runs the scripts in testdata/script. Beside the commands of
// testscript they have these:
//
//	exits CODE program [args...]   run a program that must end with that exit code
//	age FILE...                    make files look as if they had been written long ago
//	[!] aged FILE...               files were not written since
//	mode OCTAL FILE                a file has that mode
//	grow FILE BYTES                make a file that long
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			// Under the race detector a program that ends would wait for a second.
			env.Setenv("GORACE", "atexit_sleep_ms=10")
			// No script depends on an .editorconfig of this machine.
			path := filepath.Join(env.WorkDir, ".editorconfig")
			if _, err := os.Stat(path); err == nil {
				return nil
			}
			return os.WriteFile(path, []byte("root = true\n"), 0o666)
		},
		Condition: func(name string) (bool, error) {
			if name != "permissions" {
				return false, errors.New("unknown condition")
			}
			return runtime.GOOS != "windows" && os.Getuid() != 0, nil // whether they bind this user
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "age": age, "aged": aged, "mode": mode, "grow": grow,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

func age(ts *testscript.TestScript, _ bool, args []string) {
	for _, path := range args {
		ts.Check(os.Chtimes(ts.MkAbs(path), longAgo, longAgo))
	}
}

func aged(ts *testscript.TestScript, neg bool, args []string) {
	for _, path := range args {
		info, err := os.Stat(ts.MkAbs(path))
		ts.Check(err)
		if same := info.ModTime().Equal(longAgo); same == neg {
			ts.Fatalf("%s: last written %v", path, info.ModTime())
		}
	}
}

func mode(ts *testscript.TestScript, _ bool, args []string) {
	if runtime.GOOS == "windows" {
		return
	}
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if info.Mode().Perm() != os.FileMode(want) {
		ts.Fatalf("%s: mode %o, want %o", args[1], info.Mode().Perm(), want)
	}
}

func grow(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}
