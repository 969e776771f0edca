package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"segql/internal/project"
)

const help = `segfmt formats segment queries of Dynamics 365.

Usage: segfmt [flags] [path ...]

Without a path, or with - as the path, it formats standard input. The formatted
text goes to standard output, unless a flag says otherwise.

A path is one of these:
  file         a file with any name
  folder       all .seg files in it and below it. Hidden files and folders,
               node_modules and vendor are skipped, links to folders not followed.
  folder/...   the same as folder

Flags:
  -l                     list the files whose formatting differs
  -d                     show what differs, as a unified diff
  -w                     write the formatted text into the files
  -wire                  print each query on one line without comments, behind its name
  --stdin-filename NAME  the name of standard input, for messages and .editorconfig
  --width N              the longest line in characters, 0 for no limit (default 100)
  --indent N             the spaces of one level, 0 to indent with tabs (default 2)
  --version              print the version
  -h, --help             print this help

The style also comes from .editorconfig: indent_style, indent_size, tab_width,
max_line_length, end_of_line and insert_final_newline. Flags win over it.

Exit codes:
  0  all is well
  1  -l or -d found a difference
  2  something went wrong: a syntax error, a file that could not be read or
     written, or a wrong command line. All other files were still done.

Examples:
  segfmt -l -w segments   format all .seg files below segments, and list the changed
  segfmt -d .             show what formatting would change
  segfmt < vip.seg        print vip.seg formatted
`

// options are what a command line asks for.
type options struct {
	list, diff, write, wire bool
	help, version           bool
	stdinName               string
	width, indent           int      // -1 if not given
	paths                   []string // none: standard input
}

// parseFlags reads a command line. Flags may stand before and behind paths.
func parseFlags(args []string) (o options, err error) {
	fs := flag.NewFlagSet("segfmt", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&o.list, "l", false, "")
	fs.BoolVar(&o.diff, "d", false, "")
	fs.BoolVar(&o.write, "w", false, "")
	fs.BoolVar(&o.wire, "wire", false, "")
	fs.BoolVar(&o.version, "version", false, "")
	fs.StringVar(&o.stdinName, "stdin-filename", "", "")
	fs.IntVar(&o.width, "width", -1, "")
	fs.IntVar(&o.indent, "indent", -1, "")

	for rest := args; ; {
		if err := fs.Parse(rest); errors.Is(err, flag.ErrHelp) {
			return options{help: true}, nil
		} else if err != nil {
			return o, errors.New(flagSentence(err))
		}
		read := rest[:len(rest)-fs.NArg()]
		rest = fs.Args()
		if len(rest) == 0 || slices.Contains(read, "--") {
			o.paths = append(o.paths, rest...)
			break
		}
		o.paths = append(o.paths, rest[0])
		rest = rest[1:]
	}
	given := make(map[string]bool)
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	err = o.check(given)
	return o, err
}

// check finds what does not go together, and drops the path "-".
func (o *options) check(given map[string]bool) error {
	if slices.Contains(o.paths, "-") {
		if len(o.paths) > 1 {
			return errors.New("- stands for standard input, so no other path can be given with it")
		}
		o.paths = nil
	}
	switch {
	case o.wire && o.write:
		return errors.New("-wire cannot be used with -w: the files would lose their comments and layout")
	case o.wire && (o.list || o.diff):
		return errors.New("-wire only prints, so it cannot be used with -l or -d")
	case o.write && len(o.paths) == 0 && !o.version:
		return errors.New("-w needs a path: standard input cannot be written to")
	case o.stdinName != "" && len(o.paths) > 0:
		return errors.New("--stdin-filename is for standard input, so no path can be given with it")
	case given["width"] && (o.width < 0 || o.width > project.MaxWidth):
		return fmt.Errorf("--width should be a number from 0 to %d", project.MaxWidth)
	case given["indent"] && (o.indent < 0 || o.indent > project.MaxIndent):
		return fmt.Errorf("--indent should be a number from 0 to %d", project.MaxIndent)
	}
	return nil
}

// flagSentences are the errors of the package flag, and how to say them.
var flagSentences = []struct {
	pattern *regexp.Regexp
	say     string
}{
	{regexp.MustCompile(`^flag provided but not defined: (-.*)$`), "there is no flag $1"},
	{regexp.MustCompile(`^flag needs an argument: -(.*)$`), "the flag --$1 needs a value"},
	{regexp.MustCompile(`^invalid value "(.*)" for flag -(.*): .*$`), "--$2 should be a number, but is $1"},
	{regexp.MustCompile(`^invalid boolean value "(.*)" for -(.*): .*$`), "the flag -$2 takes no value"},
	{regexp.MustCompile(`^bad flag syntax: (.*)$`), "$1 is not a flag"},
}

func flagSentence(err error) string {
	text := strings.ReplaceAll(err.Error(), "\n", " ")
	for _, s := range flagSentences {
		if s.pattern.MatchString(text) {
			return s.pattern.ReplaceAllString(text, s.say)
		}
	}
	return text
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
