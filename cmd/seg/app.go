package main

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"segql/internal/console"
	"segql/internal/project"
)

// The exit codes, from the least to the most urgent.
const (
	exitOK = iota
	exitFound
	exitTrouble
	exitService // the service could not be asked
)

// exitInterrupted is what a shell expects of a program that Ctrl-C has ended.
const exitInterrupted = 130

// run does all that the command does and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := &app{
		stdin: stdin, stdout: stdout, stderr: stderr, today: time.Now(),
		carets: console.IsTerminal(stdout), color: console.IsTerminal(stdout) && console.ShowsColor(),
	}
	defer func() {
		if p := recover(); p != nil {
			a.complain(internalError(p))
			code = exitTrouble
		}
	}()
	return a.run(args)
}

// app is one run of seg.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	carets         bool // the source line under each finding
	color          bool // colours in what goes to stdout
	today          time.Time
	configs        project.Configs
	styles         project.Styles

	working sync.Mutex // for shown and standard error while goroutines write to it
	shown   *meter     // of the work that goes on; nil if there is none

	code int
	told map[string]bool // what was complained of
	deaf bool            // standard output takes no more
}

func (a *app) run(args []string) int {
	root := a.commands()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(stdoutOf{a})
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteC()
	var usage usageError
	var found foundError
	switch {
	case errors.As(err, &usage):
		a.complain(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	case errors.As(err, &found):
		a.found(exitFound)
		fmt.Fprintf(a.stderr, "seg: %s\n", err)
	case err != nil:
		a.complain(err)
	}
	return a.code
}

// usageError is what is wrong with a command line, as one sentence without a
// full stop.
type usageError string

func (e usageError) Error() string { return string(e) }

func badUsage(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

// foundError is why a command did not go on although all went well: mistakes in
// a query, or the user's no.
type foundError string

func (e foundError) Error() string { return string(e) }

// found sets the exit code to at least code.
func (a *app) found(code int) { a.code = max(a.code, code) }

// complain says what went wrong, once.
func (a *app) complain(err error) {
	a.found(exitTrouble)
	text := err.Error()
	if a.told[text] {
		return
	}
	if a.told == nil {
		a.told = make(map[string]bool)
	}
	a.told[text] = true
	fmt.Fprintf(a.stderr, "seg: %s\n", text)
}

// print writes to standard output. It returns false when that takes no more.
func (a *app) print(text string) bool {
	if a.deaf || text == "" {
		return !a.deaf
	}
	if _, err := io.WriteString(a.stdout, text); err != nil {
		a.deaf = true
		a.found(exitTrouble)
		if !console.IsBrokenPipe(err) {
			a.complain(&project.Error{Path: "standard output", Sentence: project.Sentence(err, "write")})
		}
	}
	return !a.deaf
}

// printVisibly prints what others have typed: on a terminal without characters
// that would move its cursor, elsewhere as it is.
func (a *app) printVisibly(text string) bool {
	if console.IsTerminal(a.stdout) {
		text = console.VisibleLines(text)
	}
	return a.print(text)
}

// stdoutOf is standard output for others to write to.
type stdoutOf struct{ *app }

func (w stdoutOf) Write(text []byte) (int, error) {
	if !w.print(string(text)) {
		return 0, io.ErrClosedPipe
	}
	return len(text), nil
}

func internalError(p any) error {
	what := strings.Join(strings.Fields(fmt.Sprint(p)), " ")
	return fmt.Errorf("seg has a fault and did not finish, please report it (%s)", what)
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
