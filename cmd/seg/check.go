package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"segql/internal/project"
	"segql/lang/check"
	"segql/lang/token"
)

type checkOptions struct {
	settings
	format string
	strict bool
	fix    bool
}

func (a *app) checkCommand() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use: "check [flags] path ...", Short: "Find mistakes, and mend them", Long: helpCheck,
		ValidArgsFunction: completeSources,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := choice("format", o.format, formats...); err != nil {
				return err
			}
			if err := o.settings.check(cmd, paths); err != nil {
				return err
			}
			if o.fix && paths[0] == "-" {
				return badUsage("--fix needs the path of a file or folder: standard input cannot be written to")
			}
			return a.check(paths, o)
		},
	}
	o.settings.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.format, "format", "text", "")
	fs.BoolVar(&o.strict, "strict", false, "")
	fs.BoolVar(&o.fix, "fix", false, "")
	complete(cmd, "format", formats...)
	return cmd
}

// checked is what came of one source.
type checked struct {
	source   *source
	findings []finding
	text     string // ready to print, where the format is text
	err      error
}

// finding is a finding and its place as people name it.
type finding struct {
	check.Finding
	source      *source
	at          area
	fromService bool // rather than from a rule or the parser
}

// area is a span as lines and columns in characters, all from 1.
type area struct{ line, column, endLine, endColumn int }

// area returns the place of a span.
func (s *source) area(span token.Span) area {
	start := s.index().Position(span.Start, token.Runes)
	end := s.index().Position(max(span.Start, span.End), token.Runes)
	return area{start.Line + 1, start.Column + 1, end.Line + 1, end.Column + 1}
}

// counts are what the summary tells.
type counts struct {
	files, with int
	of          [check.Error + 1]int
}

func (a *app) check(paths []string, o checkOptions) error {
	w, err := a.open(paths, o.settings)
	if err != nil {
		return err
	}
	mended := 0
	if o.fix {
		mended = w.fix()
	}
	var (
		sum counts
		all []finding
	)
	each(w.named(), func(s *source) checked { return w.check(s, o.format == "text") }, func(c checked) bool {
		if c.err != nil {
			a.complain(c.err)
			return true
		}
		sum.add(c.findings)
		if o.format != "text" {
			all = append(all, c.findings...)
			return true
		}
		return a.print(c.text)
	})
	if sum.of[check.Error] > 0 || o.strict && sum.of[check.Warning] > 0 {
		a.found(exitFound)
	}
	switch o.format {
	case "json":
		a.print(w.json(all, sum, nil))
	case "sarif":
		text, err := w.sarif(all, a.code < exitTrouble)
		if err != nil {
			return err
		}
		a.print(text)
	case "github":
		a.print(w.github(all))
	}
	if a.deaf {
		return nil
	}
	if o.fix {
		fmt.Fprintf(a.stderr, "seg: %s made\n", count(mended, "fix"))
	}
	fmt.Fprintf(a.stderr, "seg: %s\n", sum)
	return nil
}

// check returns the findings of one source.
func (w *workspace) check(s *source, asText bool) (c checked) {
	defer func() {
		if p := recover(); p != nil {
			c = checked{source: s, err: &project.Error{Path: s.name, Sentence: internalError(p).Error()}}
		}
	}()
	c.source = s
	if s.err != nil {
		c.err = s.err
		return c
	}
	for _, f := range s.unit.project.Check(s.file) {
		c.findings = append(c.findings, finding{Finding: f, source: s, at: s.area(f.Span)})
	}
	if asText {
		c.text = w.text(c.findings)
	}
	return c
}

func (c *counts) add(findings []finding) {
	c.files++
	if len(findings) > 0 {
		c.with++
	}
	for _, f := range findings {
		c.of[f.Severity]++
	}
}

// String returns the summary: "2 errors and 1 hint in 2 of 14 files".
func (c counts) String() string {
	var parts []string
	for s := check.Error; s > check.Off; s-- {
		if c.of[s] > 0 {
			noun := s.String()
			if s == check.Info {
				noun = "remark"
			}
			parts = append(parts, count(c.of[s], noun))
		}
	}
	switch {
	case c.files == 0:
		return "no .seg files were checked"
	case len(parts) == 0:
		return "no problems in " + count(c.files, "file")
	}
	text := strings.Join(parts, ", ")
	if last := strings.LastIndex(text, ", "); last >= 0 {
		text = text[:last] + " and" + text[last+1:]
	}
	if c.files == 1 {
		return text + " in 1 file"
	}
	return fmt.Sprintf("%s in %d of %d files", text, c.with, c.files)
}

func count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "x"):
		noun += "es"
	case strings.HasSuffix(noun, "ry"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
