package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"segls": main})
}

// TestScripts runs the scripts in testdata/script. Beside the commands of
// testscript they have these:
//
//	exits CODE program [args...]   run a program that must end with that exit code
//	frame FILE                     put the header of the protocol before each line of a file
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			// Under the race detector a program that ends would wait for a second.
			env.Setenv("GORACE", "atexit_sleep_ms=10")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "permissions" {
				return false, errors.New("unknown condition")
			}
			return runtime.GOOS != "windows" && os.Getuid() != 0, nil // whether they bind this user
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "frame": frame},
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

func frame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: frame FILE")
	}
	var framed strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		line = strings.TrimSpace(line)
		fmt.Fprintf(&framed, "Content-Length: %d\r\n\r\n%s", len(line), line)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(framed.String()), 0o600))
}
