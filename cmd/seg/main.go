// Seg is the workbench for segment queries of Dynamics 365: it checks them,
// mends what can be mended for sure, says what they select, and shows their
// trees, the rules and the schema.
//
// Its help says how it is used: seg --help.
//
// It imports lang/check for the findings, lang/explain for the sentences,
// lang/parser, lang/ast, lang/format, lang/schema and lang/token for what these
// work on, and internal/project for files and settings; cobra for the command
// line, go-sarif for reports and progressbar for what takes long. Four commands
// talk to an organization, by way of dataverse: validate, schema pull, segments
// and members. The others never talk to a network. It never writes to a file
// unless it is asked to, and what it writes is either the whole new text or
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
		debug.SetGCPercent(400) // all trees of a project are kept, and few die
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
