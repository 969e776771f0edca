// Segfmt formats segment queries of Dynamics 365, as gofmt formats Go.
//
// Its help says how it is used: segfmt --help.
//
// It imports lang/format for the text, lang/ast and lang/token for mistakes and
// their places, and internal/project for files and styles. It never changes a
// file that it cannot parse, and what it writes is either the whole new text or
// nothing.
package main

import (
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	// A reader of standard output that goes away must not end the program in
	// the middle of a write: the next print fails instead.
	signal.Ignore(syscall.SIGPIPE)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // a file of 10 MB stays below 200 MB of memory
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
