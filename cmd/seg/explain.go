package main

import (
	"strings"

	"github.com/spf13/cobra"

	"segql/internal/console"
	"segql/internal/project"
	"segql/lang/explain"
)

func (a *app) explainCommand() *cobra.Command {
	var o settings
	cmd := &cobra.Command{
		Use: "explain [flags] path ...", Short: "Say in plain English what queries select", Long: helpExplain,
		ValidArgsFunction: completeSources,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := o.check(cmd, paths); err != nil {
				return err
			}
			return a.explain(paths, o)
		},
	}
	o.flags(cmd)
	return cmd
}

func (a *app) explain(paths []string, o settings) error {
	w, err := a.open(paths, o)
	if err != nil {
		return err
	}
	type explained struct {
		source *source
		text   string
		err    error
	}
	blank := ""
	several := len(w.named()) > 1
	each(w.named(), func(s *source) (r explained) {
		r.source = s
		defer func() {
			if p := recover(); p != nil {
				r.err = &project.Error{Path: s.name, Sentence: internalError(p).Error()}
			}
		}()
		if r.err = s.err; r.err == nil {
			r.text = s.explain()
		}
		return r
	}, func(r explained) bool {
		if r.err != nil {
			a.complain(r.err)
			return true
		}
		if r.source.tree.HasErrors() {
			a.found(exitFound)
		}
		if r.text == "" {
			return true
		}
		text := blank
		blank = "\n"
		if several {
			text += "# " + console.Visible(r.source.name) + "\n\n"
		}
		return a.print(text + r.text)
	})
	return nil
}

// explain says what each query of a file selects.
func (s *source) explain() string {
	var b strings.Builder
	for _, d := range s.tree.Definitions {
		text := explain.Definition(d.Definition, s.file, s.unit.project)
		if text == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		if len(d.Errors) > 0 {
			text += "\n(This query has mistakes in its syntax: see seg check.)"
		}
		if d.Name != nil {
			text = d.Name.Name + ":\n  " + strings.ReplaceAll(text, "\n", "\n  ")
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}
