package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"segql/internal/project"
	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/parser"
)

// mending makes fixes of texts.
var mending = check.Reparse(parser.Reparse)

// fix mends what can be mended for sure in the sources that are named, writes
// the files that changed and returns how many fixes were made. A fix that
// would add a mistake to the syntax is not made.
func (w *workspace) fix() int {
	before := make(map[*source]string)
	fixes := make(map[*source]int)
	todo := slices.DeleteFunc(slices.Clone(w.named()), func(s *source) bool { return s.err != nil })
	for range check.MaxRounds {
		var changed []*source
		each(todo, w.mended, func(m mended) bool {
			s := m.source
			if m.fixes == 0 {
				return true
			}
			if _, ok := before[s]; !ok {
				before[s] = s.text
			}
			s.setText(m.text)
			fixes[s] += m.fixes
			changed = append(changed, s)
			return true
		})
		if len(changed) == 0 {
			break
		}
		todo = changed
		w.build()
	}
	total := 0
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, s := range w.named() {
		old, ok := before[s]
		if !ok {
			continue
		}
		if ctx.Err() != nil {
			s.setText(old)
			continue
		}
		if err := w.write(s, old); err != nil {
			w.app.complain(err)
			s.setText(old)
			continue
		}
		total += fixes[s]
	}
	if ctx.Err() != nil {
		w.app.complain(errors.New("interrupted; not all files were done"))
		w.app.found(exitInterrupted)
	}
	if len(before) > 0 {
		w.build()
	}
	return total
}

// write formats the text of s, unless it has mistakes, and writes the file.
func (w *workspace) write(s *source, old string) error {
	if !s.tree.HasErrors() {
		style, err := w.app.styles.For(s.path)
		if err != nil {
			return err
		}
		s.setText(style.Finish(format.File(s.tree, format.Options{
			Width: style.Width, Indent: style.Indent, TabWidth: style.TabWidth,
		})))
	}
	if s.text == old {
		return nil
	}
	return project.Replace(s.path, old, s.text)
}

// mended is what one round makes of a source.
type mended struct {
	source *source
	text   string
	fixes  int
}

func (w *workspace) mended(s *source) (m mended) {
	m.source = s
	defer func() {
		if recover() != nil {
			m.fixes = 0 // the check that follows tells it
		}
	}()
	_, fixes, after := mending.Mend(s.tree, s.unit.project.Check(s.file))
	if after == nil {
		return m
	}
	m.text, m.fixes = after.Text(), fixes
	return m
}
