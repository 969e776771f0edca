package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"seg": main})
}

// TestScripts runs the scripts in testdata/script. Beside the commands of
// testscript they have these:
//
//	exits CODE program [args...]   run a program that must end with that exit code
//	sarif FILE                     a file is a SARIF log that its schema allows
//	double [OPTION...]             start a double of the service, see startDouble
//	requests FILE                  write what the double was asked to a file
//	arrived N                      wait until the double was asked N times
//	mkids N FILE                   write a file with N ids of contacts
//	noleak                         the last program did not print the token; exits holds it, too
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			// Under the race detector a program that ends would wait for a second.
			env.Setenv("GORACE", "atexit_sleep_ms=10")
			env.Values[doubleKey{}] = map[string]*aDouble{}
			// No script depends on an .editorconfig of this machine.
			path := filepath.Join(env.WorkDir, ".editorconfig")
			if _, err := os.Stat(path); err == nil {
				return nil
			}
			return os.WriteFile(path, []byte("root = true\n"), 0o666)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sarif": validSarif, "double": startDouble, "requests": requests, "arrived": arrived, "mkids": makeIDs,
			"noleak": func(ts *testscript.TestScript, _ bool, _ []string) { noLeak(ts) },
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
	noLeak(ts)
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

func validSarif(ts *testscript.TestScript, _ bool, args []string) {
	report, err := sarif.FromString(ts.ReadFile(args[0]), sarif.WithStrictValidation())
	ts.Check(err)
	ts.Check(report.Validate())
}
