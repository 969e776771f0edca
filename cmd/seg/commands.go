package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"segql/internal/project"
	"segql/lang/check"
	"segql/lang/schema"
)

// commands returns the tree of commands.
func (a *app) commands() *cobra.Command {
	root := &cobra.Command{
		Use: "seg", Short: "Check, explain and look into segment queries of Dynamics 365", Long: helpRoot,
		Version: version(), SilenceErrors: true, SilenceUsage: true,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badUsage("a command is missing, such as check")
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	root.SetVersionTemplate("seg {{.Version}}\n")
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.print(helpOf(cmd)) })
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.AddCommand(a.checkCommand(), a.explainCommand(), a.rulesCommand(), a.schemaCommand(), a.astCommand(),
		a.validateCommand(), a.segmentsCommand(), a.membersCommand())
	root.SetHelpCommand(&cobra.Command{
		Use: "help [command]", Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || about == cmd.Root() && len(rest) > 0 {
				return a.unknownCommand(cmd.Root(), args[0])
			}
			a.print(helpOf(about))
			return nil
		},
	})
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	root.InitDefaultCompletionCmd()
	return root
}

// helpOf returns the help of a command: what was written for it, or for the
// commands that cobra brings along, what there is.
func helpOf(cmd *cobra.Command) string {
	if strings.Contains(cmd.Long, "\nUsage: ") {
		return cmd.Long
	}
	text := strings.TrimSpace(cmd.Long)
	if text == "" {
		text = cmd.Short
	}
	text = strings.ReplaceAll(text, "\t", "  ")
	return text + "\n\nUsage: " + cmd.UseLine() + "\n" + subcommands(cmd)
}

func subcommands(cmd *cobra.Command) string {
	var b strings.Builder
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-12s %s\n", c.Name(), c.Short)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "\nCommands:\n" + b.String()
}

func (a *app) unknownCommand(parent *cobra.Command, name string) error {
	if strings.HasSuffix(name, project.Extension) || name == "." || name == "-" || strings.ContainsAny(name, `/\`) {
		return badUsage("a command is missing before %s, such as check", name)
	}
	var names []string
	for _, c := range parent.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return badUsage("there is no command %s%s", name, didYouMean(name, names))
}

// didYouMean ends a sentence about a name that does not exist.
func didYouMean(name string, names []string) string {
	if nearest := schema.Nearest(name, slices.Values(names), 1); len(nearest) > 0 {
		return fmt.Sprintf("; did you mean %s?", nearest[0])
	}
	return ""
}

// flagError puts an error of pflag into words.
func flagError(err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		wrong   *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return badUsage("there is no flag -%s", name)
		}
		return badUsage("there is no flag --%s", name)
	case errors.As(err, &missing):
		if missing.GetFlag() != nil {
			return badUsage("the flag --%s needs a value", missing.GetFlag().Name)
		}
		return badUsage("the flag --%s needs a value", missing.GetSpecifiedName())
	case errors.As(err, &wrong):
		if wrong.GetFlag().Value.Type() == "bool" {
			return badUsage("the flag --%s takes no value", wrong.GetFlag().Name)
		}
		return badUsage("the flag --%s does not take the value %s", wrong.GetFlag().Name, wrong.GetValue())
	case errors.As(err, &syntax):
		return badUsage("%s is not a flag", syntax.GetSpecifiedFlag())
	}
	return badUsage("%s", strings.Join(strings.Fields(err.Error()), " "))
}

// choice returns a wrong usage if value is none of choices.
func choice(flag, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	last := len(choices) - 1
	return badUsage("--%s should be %s or %s, but is %s", flag, strings.Join(choices[:last], ", "), choices[last], value)
}

// settings are the flags that win over seg.toml.
type settings struct {
	schema  string // as given; empty if it was not
	dialect string
	stdin   string // name of standard input
}

func (s *settings) flags(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&s.schema, "schema", "", "")
	fs.StringVar(&s.dialect, "dialect", "", "")
	fs.StringVar(&s.stdin, "stdin-filename", "", "")
	complete(cmd, "dialect", "realtime", "outbound")
	_ = cmd.RegisterFlagCompletionFunc("schema", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"json", "xml"}, cobra.ShellCompDirectiveFilterFileExt
	})
}

// check finds what is wrong with the flags and the paths.
func (s *settings) check(cmd *cobra.Command, paths []string) error {
	if cmd.Flags().Changed("schema") && s.schema == "" {
		return badUsage("--schema should be the path of a file, or none, but is empty")
	}
	if cmd.Flags().Changed("dialect") {
		if _, ok := check.ParseDialect(s.dialect); !ok {
			return choice("dialect", s.dialect, "realtime", "outbound")
		}
	}
	switch stdin := slices.Contains(paths, "-"); {
	case len(paths) == 0:
		return badUsage("%s needs a path: a file, a folder, or - for standard input", cmd.Name())
	case stdin && len(paths) > 1:
		return badUsage("- stands for standard input, so no other path can be given with it")
	case !stdin && s.stdin != "":
		return badUsage("--stdin-filename is for standard input, so the path should be -")
	}
	return nil
}

// complete offers values of a flag to the shell.
func complete(cmd *cobra.Command, flag string, values ...string) {
	// The only error is that the flag does not exist or has a function already.
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeSources offers source files and folders to the shell.
func completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{strings.TrimPrefix(project.Extension, ".")}, cobra.ShellCompDirectiveFilterFileExt
}
