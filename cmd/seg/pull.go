package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"segql/dataverse"
	"segql/lang/schema"
)

func (a *app) schemaPull() *cobra.Command {
	o := remote{app: a}
	var (
		output string
		tables []string
		full   bool
	)
	cmd := &cobra.Command{
		Use: "pull [flags]", Short: "Make a schema of an organization's tables", Long: helpSchemaPull,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badUsage("pull takes no path, but got %s: name the file with -o", args[0])
			}
			if output == "" {
				return badUsage("pull needs a file to write to, such as -o schema.json; - is standard output")
			}
			if cmd.Flags().Changed("table") && len(tables) == 0 {
				return badUsage("--table needs the name of a table, such as contact; without the flag all are pulled")
			}
			var before *schema.Schema
			if !full && output != "-" {
				var err error
				if before, err = a.pulledBefore(output); err != nil {
					return err
				}
				if more := notAmong(before, tables); more > 0 {
					return badUsage("%s holds %s that --table does not name and would lose: name another file with -o, or say --full to write it anew",
						output, count(more, "table"))
				}
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error {
				bar := a.meter("reading tables")
				pulled, err := client.Pull(ctx, tables, before, bar.set)
				bar.end()
				switch {
				case ctx.Err() != nil:
					return fmt.Errorf("%w; %s was left as it was", errInterrupted, output)
				case err != nil:
					return err
				}
				return a.writeSchema(output, pulled)
			})
		},
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&output, "output", "o", "", "")
	flags.StringSliceVar(&tables, "table", nil, "")
	flags.BoolVar(&full, "full", false, "")
	complete(cmd, "table")
	return cmd
}

// notAmong returns how many tables of a schema are not among those that a pull is
// for; none if it is for all.
func notAmong(s *schema.Schema, names []string) int {
	if s == nil || len(names) == 0 {
		return 0
	}
	n := 0
	for _, t := range s.Tables() {
		if !t.Partial && !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), t.Name) }) {
			n++
		}
	}
	return n
}

// pulledBefore returns the schema in a file that is to be brought up to date;
// nil if there is no such file.
func (a *app) pulledBefore(path string) (*schema.Schema, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err == nil && info.IsDir():
		return nil, badUsage("%s is a folder: name a file in it with -o", path)
	case err == nil && !info.Mode().IsRegular():
		return nil, nil // a device or a pipe gives nothing back
	}
	s, err := a.configs.SchemaFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w; it was to be brought up to date, with --full it is written anew", err)
	}
	return s, nil
}

// writeSchema writes a schema to a file, and says what is in it.
func (a *app) writeSchema(output string, s *schema.Schema) error {
	var text bytes.Buffer
	if err := schema.WriteSnapshot(&text, s); err != nil {
		return err
	}
	if output == "" || output == "-" {
		a.print(text.String())
		return nil
	}
	if err := writeFile(output, text.Bytes()); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "seg: %s: %s\n", output, summary(s))
	return nil
}

// summary says how much is in a schema. A table that others only refer to has no
// columns but those.
func summary(s *schema.Schema) string {
	whole, columns := 0, 0
	for _, t := range s.Tables() {
		if !t.Partial {
			whole++
			columns += len(t.Columns)
		}
	}
	tables := count(whole, "table")
	if referred := len(s.Tables()) - whole; referred > 0 {
		tables += fmt.Sprintf(" (%d more referred to)", referred)
	}
	return fmt.Sprintf("%s, %s and %s", tables, count(len(s.Relationships()), "relationship"), count(columns, "column"))
}
