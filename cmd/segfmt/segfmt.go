package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"segql/internal/console"
	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/format"
)

// The exit codes, from the least to the most urgent.
const (
	exitOK = iota
	exitDiffers
	exitTrouble
)

// exitInterrupted is what a shell expects of a program that Ctrl-C has ended.
const exitInterrupted = 130

// run does all that the command does and returns its exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	c := command{
		stdin: stdin, stdout: stdout, stderr: stderr,
		color: console.IsTerminal(stdout) && console.ShowsColor(), carets: console.IsTerminal(stderr),
		formatSource: format.Source, formatWire: format.SourceWire,
	}
	defer func() {
		if p := recover(); p != nil {
			c.complain(internalError(p))
			code = exitTrouble
		}
	}()
	return c.run(args)
}

// command is one run of segfmt.
type command struct {
	options
	stdin          io.Reader
	stdout, stderr io.Writer
	color          bool // colours in what goes to stdout
	carets         bool // the source line under each mistake
	styles         project.Styles

	formatSource func(string, format.Options) (string, []*ast.Error)
	formatWire   func(string) (string, []*ast.Error)
}

func (c *command) run(args []string) int {
	var err error
	if c.options, err = parseFlags(args); err != nil {
		c.complain(fmt.Errorf("%w; see segfmt --help", err))
		return exitTrouble
	}
	out := &output{command: c, toldStyles: make(map[string]bool)}
	switch {
	case c.help:
		out.take(result{out: help})
	case c.version:
		out.take(result{out: "segfmt " + version() + "\n"})
	case len(c.paths) == 0:
		out.take(c.standardInput())
	default:
		var interrupted bool
		project.Each(c.files(&interrupted), c.file, out.take)
		if interrupted {
			c.complain(errors.New("interrupted; not all files were done"))
			return exitInterrupted
		}
	}
	return out.code
}

// files returns the files to do. With -w they end early when the user
// interrupts, so that what is being written at that moment is still finished.
func (c *command) files(interrupted *bool) iter.Seq[project.File] {
	files := project.Walk(c.paths)
	if !c.write {
		return files
	}
	return func(yield func(project.File) bool) {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop) // a second time ends the program at once
		for f := range files {
			if *interrupted = ctx.Err() != nil; *interrupted || !yield(f) {
				return
			}
		}
	}
}

// result is what came of one text.
type result struct {
	out      string // for standard output
	mistakes string // for standard error, ready to print
	err      error  // for standard error, if there is nothing else to say
	differs  bool   // and the user asked about it
}

func (c *command) standardInput() (r result) {
	defer recoverInto(&r, "<stdin>")
	name, path := "<stdin>", "stdin"+project.Extension
	if c.stdinName != "" {
		name, path = c.stdinName, c.stdinName
	}
	text, err := project.Read(c.stdin, name)
	if err != nil {
		return result{err: err}
	}
	r, _ = c.text(name, path, text)
	return r
}

func (c *command) file(f project.File) (r result) {
	defer recoverInto(&r, f.Path)
	if f.Err != nil {
		return result{err: f.Err}
	}
	text, err := project.ReadFile(f.Path)
	if err != nil {
		return result{err: err}
	}
	r, formatted := c.text(f.Path, f.Path, text)
	if c.write && r.err == nil && r.mistakes == "" && formatted != text {
		r.err = project.Replace(f.Path, text, formatted)
	}
	return r
}

// text formats a text, which messages call name and whose style is that of path.
func (c *command) text(name, path, text string) (r result, formatted string) {
	var mistakes []*ast.Error
	if c.wire {
		formatted, mistakes = c.formatWire(text)
	} else {
		style, err := c.styles.For(path)
		if err != nil {
			return result{err: err}, ""
		}
		c.override(&style)
		formatted, mistakes = c.formatSource(text, format.Options{
			Width: style.Width, Indent: style.Indent, TabWidth: style.TabWidth,
		})
		if len(mistakes) == 0 {
			formatted = style.Finish(formatted)
		}
	}
	if len(mistakes) > 0 {
		return result{mistakes: describe(name, text, mistakes, c.carets)}, ""
	}
	if !c.list && !c.diff && !c.write {
		return result{out: formatted}, formatted
	}
	if formatted == text {
		return result{}, formatted
	}
	if c.list {
		r.out = name + "\n"
	}
	if c.diff {
		r.out += unified(filepath.ToSlash(name), text, formatted, c.color)
	}
	r.differs = c.list || c.diff
	return r, formatted
}

// override gives style what the flags say.
func (c *command) override(style *project.Style) {
	if c.width >= 0 {
		style.Width = c.width
		if c.width == 0 {
			style.Width = project.Unlimited
		}
	}
	if c.indent >= 0 {
		style.Indent = strings.Repeat(" ", c.indent)
		if c.indent == 0 {
			style.Indent = "\t"
		}
	}
}

// output prints results and keeps the exit code.
type output struct {
	*command
	code       int
	toldStyles map[string]bool
}

// take prints r. It returns false when standard output takes no more.
func (o *output) take(r result) bool {
	if r.differs {
		o.code = max(o.code, exitDiffers)
	}
	if r.err != nil || r.mistakes != "" {
		o.code = exitTrouble
	}
	if _, err := io.WriteString(o.stdout, r.out); err != nil {
		o.code = exitTrouble
		if !console.IsBrokenPipe(err) {
			o.complain(&project.Error{Path: "standard output", Sentence: project.Sentence(err, "write")})
		}
		return false
	}
	fmt.Fprint(o.stderr, r.mistakes)
	var style *project.StyleError
	if errors.As(r.err, &style) {
		if o.toldStyles[style.Error()] {
			return true
		}
		o.toldStyles[style.Error()] = true
	}
	if r.err != nil {
		o.complain(r.err)
	}
	return true
}

func (c *command) complain(err error) { fmt.Fprintf(c.stderr, "segfmt: %v\n", err) }

// recoverInto makes a panic the error of r, so that other texts are still done.
func recoverInto(r *result, name string) {
	if p := recover(); p != nil {
		*r = result{err: &project.Error{Path: name, Sentence: internalError(p).Error()}}
	}
}

func internalError(p any) error {
	what := strings.Join(strings.Fields(fmt.Sprint(p)), " ")
	return fmt.Errorf("segfmt has a fault and did not finish, please report it (%s)", what)
}
