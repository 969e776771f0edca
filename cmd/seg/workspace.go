package main

import (
	"iter"
	"path/filepath"
	"slices"
	"sync"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
	"segql/lang/token"
)

// source is one text to be checked, or known of.
type source struct {
	name  string // for messages
	path  string // empty for standard input
	named bool   // by the command line, so that its findings are to be told
	size  int64
	unit  *unit
	err   error // why there is no text

	text  string
	tree  *ast.File
	file  *check.File
	index func() *token.Lines
}

// setText gives s another text.
func (s *source) setText(text string) {
	s.text, s.tree = text, parser.Parse(text)
	s.index = sync.OnceValue(func() *token.Lines { return token.NewLines(text) })
}

// unit is what is checked together: the files of a seg.toml, or those that
// have none.
type unit struct {
	config  *project.Config
	schema  *schema.Schema
	err     error // why there is no schema
	sources []*source
	project *check.Project
}

// workspace is all that a command line leads to.
type workspace struct {
	app      *app
	settings settings
	dialect  check.Dialect
	sources  []*source // those that are named come first, in their order
	units    []*unit
	byName   map[string]*source
	byReal   map[string]bool
}

// open reads and parses what paths lead to, and what belongs to the same
// projects.
func (a *app) open(paths []string, s settings) (*workspace, error) {
	w := &workspace{app: a, settings: s, byName: make(map[string]*source), byReal: make(map[string]bool)}
	w.dialect, _ = check.ParseDialect(s.dialect)
	if s.schema != "" && s.schema != "none" {
		if _, err := a.configs.SchemaFile(s.schema); err != nil {
			return nil, err // once, not for each file
		}
	}
	eachOf(w.find(paths), func(s *source) struct{} {
		s.read()
		return struct{}{}
	}, func(struct{}) bool { return true })
	w.build()
	return w, nil
}

// find finds the sources, so that the first are read while others are still
// looked for.
func (w *workspace) find(paths []string) iter.Seq[*source] {
	return func(yield func(*source) bool) {
		if slices.Equal(paths, []string{"-"}) {
			if !yield(w.standardInput()) {
				return
			}
		} else {
			for f := range project.Walk(paths) {
				s := &source{name: f.Path, path: f.Path, named: true, size: f.Size, err: f.Err}
				w.add(s, f.Real, f.Path)
				if !yield(s) {
					return
				}
			}
		}
		for _, u := range w.units {
			if u.config != nil && u.err == nil && !w.rest(u, yield) {
				return
			}
		}
	}
}

func (w *workspace) standardInput() *source {
	s := &source{name: "<stdin>", named: true}
	at := "stdin" + project.Extension
	realPath := ""
	if w.settings.stdin != "" {
		s.name, at = w.settings.stdin, w.settings.stdin
		for f := range project.Walk([]string{at}) { // what it stands for in the project
			realPath = f.Real
		}
	}
	text, err := project.Read(w.app.stdin, s.name)
	s.size = int64(len(text))
	if err != nil {
		s.err = err
	} else {
		s.setText(text)
	}
	w.add(s, realPath, at)
	return s
}

// add adds a source that belongs to the project of the path at.
func (w *workspace) add(s *source, realPath, at string) {
	w.sources = append(w.sources, s)
	w.byName[s.name] = s
	if realPath != "" {
		w.byReal[realPath] = true
	}
	if s.err != nil {
		return
	}
	config, err := w.app.configs.For(at)
	if err != nil {
		s.err = err
		return
	}
	s.unit = w.unit(config)
	if s.unit.err != nil {
		s.err = s.unit.err
		return
	}
	s.unit.sources = append(s.unit.sources, s)
}

func (w *workspace) unit(config *project.Config) *unit {
	for _, u := range w.units {
		if u.config == config {
			return u
		}
	}
	u := &unit{config: config}
	switch w.settings.schema {
	case "":
		u.schema, u.err = w.app.configs.Schema(config)
	case "none":
	default:
		u.schema, u.err = w.app.configs.SchemaFile(w.settings.schema)
	}
	w.units = append(w.units, u)
	return u
}

// rest adds the files of a project that the command line does not name. What
// cannot be read of them is no concern of the user's.
func (w *workspace) rest(u *unit, yield func(*source) bool) bool {
	for f := range project.Walk([]string{u.config.Folder}) {
		if f.Err != nil || w.byReal[f.Real] {
			continue
		}
		if config, err := w.app.configs.For(f.Path); err != nil || config != u.config {
			continue
		}
		s := &source{name: project.Display(f.Path), path: f.Path, size: f.Size, unit: u}
		w.byReal[f.Real] = true
		w.byName[s.name] = s
		w.sources = append(w.sources, s)
		u.sources = append(u.sources, s)
		if !yield(s) {
			return false
		}
	}
	return true
}

// read reads and parses a source.
func (s *source) read() {
	if s.err != nil || s.tree != nil {
		return
	}
	text, err := project.ReadFile(s.path)
	if err != nil {
		s.err = err
		return
	}
	defer s.recover()
	s.setText(text)
}

// recover makes a panic the error of s, so that other texts are still done.
func (s *source) recover() {
	if p := recover(); p != nil {
		s.err = &project.Error{Path: s.name, Sentence: internalError(p).Error()}
	}
}

// build makes the projects anew of the trees there are.
func (w *workspace) build() {
	for _, u := range w.units {
		var files []*check.File
		for _, s := range u.sources {
			if s.tree == nil {
				continue
			}
			s.file = &check.File{Path: s.name, Tree: s.tree, Dialect: w.dialect, Schema: u.schema}
			if u.config != nil {
				s.file.Severities = u.config.Severities
				if w.dialect == check.Undetermined {
					s.file.Dialect = u.config.Dialect
				}
			}
			files = append(files, s.file)
		}
		u.project = check.NewProject(files, w.app.today)
	}
}

// named returns the sources that the command line names.
func (w *workspace) named() []*source {
	i := slices.IndexFunc(w.sources, func(s *source) bool { return !s.named })
	if i < 0 {
		return w.sources
	}
	return w.sources[:i]
}

// each calls work for every source, several at the same time, and take with
// the results in their order.
func each[T any](sources []*source, work func(*source) T, take func(T) bool) {
	eachOf(slices.Values(sources), work, take)
}

func eachOf[T any](sources iter.Seq[*source], work func(*source) T, take func(T) bool) {
	project.EachOf(sources, func(s *source) int64 { return s.size }, work, take)
}

// slashed returns the name of a source with slashes, for reports.
func (s *source) slashed() string { return filepath.ToSlash(s.name) }
