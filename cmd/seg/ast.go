package main

import (
	"slices"

	"github.com/spf13/cobra"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/parser"
)

func (a *app) astCommand() *cobra.Command {
	var spans, comments bool
	cmd := &cobra.Command{
		Use: "ast [flags] [file]", Short: "Print the syntax tree as JSON", Long: helpAST,
		ValidArgsFunction: completeSources,
		RunE: func(_ *cobra.Command, paths []string) error {
			if len(paths) > 1 {
				return badUsage("ast takes one file")
			}
			text, err := a.oneText(paths)
			if err != nil {
				return err
			}
			var detail ast.Detail
			if spans {
				detail |= ast.WithSpans
			}
			if comments {
				detail |= ast.WithComments
			}
			tree := parser.Parse(text)
			a.print(string(ast.JSON(tree, detail)))
			if tree.HasErrors() {
				a.found(exitFound)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&spans, "spans", false, "")
	cmd.Flags().BoolVar(&comments, "comments", false, "")
	return cmd
}

// oneText reads the one file named, or standard input.
func (a *app) oneText(paths []string) (string, error) {
	if len(paths) == 0 || slices.Equal(paths, []string{"-"}) {
		return project.Read(a.stdin, "<stdin>")
	}
	return project.ReadFile(paths[0])
}
