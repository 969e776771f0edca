package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"segql/internal/project"
	"segql/lang/schema"
)

func (a *app) schemaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schema", Short: "Look into the schema, or make one from metadata", Long: helpSchema,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badUsage("a command is missing: show, import or pull")
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	cmd.AddCommand(a.schemaShow(), a.schemaImport(), a.schemaPull())
	return cmd
}

func (a *app) schemaImport() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "import [flags] file ...", Short: "Make a schema of metadata", Long: helpSchemaImport,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"xml", "json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(_ *cobra.Command, paths []string) error {
			if len(paths) == 0 {
				return badUsage("import needs a file with metadata, such as metadata.xml")
			}
			var all []*schema.Schema
			for _, path := range paths {
				s, err := a.readSchema(path)
				if err != nil {
					return err
				}
				all = append(all, s)
			}
			merged := all[0]
			if len(all) > 1 {
				merged = schema.Merge(all...)
			}
			return a.writeSchema(output, merged)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "")
	return cmd
}

// readSchema reads a schema from a file, or from standard input.
func (a *app) readSchema(path string) (*schema.Schema, error) {
	if path != "-" {
		return a.configs.SchemaFile(path)
	}
	s, err := schema.Read(a.stdin)
	if err == nil {
		return s, nil
	}
	if document := (*schema.ReadError)(nil); errors.As(err, &document) {
		return nil, &project.Error{Path: "<stdin>", Sentence: document.Error()}
	}
	return nil, &project.Error{Path: "<stdin>", Sentence: project.Sentence(err, "read")}
}

// writeFile writes a new file, or the whole of an old one at once.
func writeFile(path string, text []byte) error {
	old, err := project.ReadFile(path)
	info, missing := os.Stat(path)
	switch {
	case err == nil && old == string(text):
		return nil
	case err == nil:
		return project.Replace(path, old, string(text))
	case errors.Is(missing, fs.ErrNotExist):
		return project.Create(path, string(text))
	case missing != nil || info.IsDir() || info.Mode().IsRegular():
		return err
	}
	// A pipe or a device, which must not be replaced by a file.
	if err := os.WriteFile(path, text, 0o666); err != nil {
		return &project.Error{Path: path, Sentence: project.Sentence(err, "write")}
	}
	return nil
}

func (a *app) schemaShow() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "show [flags] [table[.column] | relationship | interaction]", Short: "Show what the schema says of a name", Long: helpSchemaShow,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			s, err := a.schemaInUse(file)
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return slices.Collect(s.TableNames()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return badUsage("show takes one name, such as contact or contact.statecode")
			}
			s, err := a.schemaInUse(file)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				a.print(showTables(s))
				return nil
			}
			text, err := show(s, args[0])
			if err != nil {
				return err
			}
			a.print(text)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "schema", "", "")
	return cmd
}

// schemaInUse returns the schema that a file in the current folder would be
// checked against.
func (a *app) schemaInUse(file string) (*schema.Schema, error) {
	if file != "" && file != "none" {
		return a.readSchema(file)
	}
	config, err := a.configs.For(filepath.Join(".", "x"+project.Extension))
	if err != nil {
		return nil, err
	}
	s, err := a.configs.Schema(config)
	if s == nil && err == nil || file == "none" {
		return schema.Standard(), err
	}
	return s, err
}

func show(s *schema.Schema, name string) (string, error) {
	table, column, dotted := strings.Cut(name, ".")
	if t := s.Table(table); t != nil {
		if !dotted {
			return showTable(s, t), nil
		}
		if c := t.Column(column); c != nil {
			return showColumn(t.Name, c), nil
		}
		nearest := didYouMean(column, slices.Collect(t.ColumnNames()))
		if t.Partial && nearest == "" {
			nearest = "; but not all of its columns are known"
		}
		return "", fmt.Errorf("the table %s has no column %s%s", t.Name, column, nearest)
	}
	if i := s.Interaction(table); i != nil {
		if !dotted {
			return showInteraction(i), nil
		}
		if c := cmp.Or(i.Column(column), i.RealtimeColumn(column)); c != nil {
			return showColumn(table, c), nil
		}
		var names []string
		for _, c := range slices.Concat(i.Columns, i.RealtimeColumns) {
			names = append(names, c.Name)
		}
		return "", fmt.Errorf("the interaction %s has no column %s%s", table, column, didYouMean(column, names))
	}
	if r := s.Relationship(name); r != nil {
		return showRelationship(r), nil
	}
	var names []string
	names = slices.AppendSeq(names, s.TableNames())
	for _, i := range s.Interactions() {
		names = append(names, i.Name, i.RealtimeName)
	}
	for _, r := range s.Relationships() {
		names = append(names, r.Name)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
	whose := "the schema"
	if s.IsStandard() {
		whose = "the schema of the standard tables"
	}
	return "", fmt.Errorf("%s has no table, relationship or interaction %s%s", whose, table, didYouMean(table, names))
}

func showTables(s *schema.Schema) string {
	var rows [][]string
	for _, t := range s.Tables() {
		if len(t.Columns) > 0 {
			rows = append(rows, []string{t.Name, t.Label, count(len(t.Columns), "column")})
		}
	}
	return tabular("", rows)
}

func showTable(s *schema.Schema, t *schema.Table) string {
	var b strings.Builder
	b.WriteString(heading(t.Name, t.Label))
	if t.Partial {
		b.WriteString("Not all of its columns are known.\n")
	}
	if t.Virtual {
		b.WriteString("Its rows live outside Dataverse.\n")
	}
	if t.ChangeTracking != schema.Unknown {
		fmt.Fprintf(&b, "Change tracking: %s\n", t.ChangeTracking)
	}
	b.WriteString(showColumns(t.Columns))
	var rows [][]string
	for _, r := range s.RelationshipsFrom(t.Name) {
		for _, end := range r.Walk(t.Name) {
			many := "one"
			if end.Many {
				many = "many"
			}
			rows = append(rows, []string{r.Name, "to " + many, end.Table, r.OutboundName()})
		}
	}
	if len(rows) > 0 {
		b.WriteString("\nRelationships:\n" + tabular("  ", rows))
	}
	return b.String()
}

func showColumns(columns []*schema.Column) string {
	var rows [][]string
	for _, c := range columns {
		rows = append(rows, []string{c.Name, typeOf(c), c.Label})
	}
	if len(rows) == 0 {
		return ""
	}
	return "\nColumns:\n" + tabular("  ", rows)
}

func typeOf(c *schema.Column) string {
	text := c.Type.Plain()
	if len(c.Targets) > 0 {
		text += " to " + strings.Join(c.Targets, ", ")
	}
	return text
}

func showColumn(table string, c *schema.Column) string {
	var b strings.Builder
	b.WriteString(heading(table+"."+c.Name, c.Label))
	fmt.Fprintf(&b, "Type: %s\n", typeOf(c))
	if c.MaxLength > 0 {
		fmt.Fprintf(&b, "Longest text: %d characters\n", c.MaxLength)
	}
	if c.Computed != schema.Simple {
		fmt.Fprintf(&b, "Computed: %s\n", c.Computed)
	}
	if c.Virtual {
		b.WriteString("Virtual: it has no stored value of its own\n")
	}
	var rows [][]string
	for _, choice := range c.Choices {
		rows = append(rows, []string{fmt.Sprint(choice.Value), choice.Label})
	}
	switch {
	case len(rows) > 0:
		b.WriteString("\nChoices:\n" + tabular("  ", rows))
	case c.Type.IsChoice():
		b.WriteString("Its choices are not known.\n")
	}
	return b.String()
}

func showInteraction(i *schema.Interaction) string {
	var b strings.Builder
	b.WriteString(heading(cmp.Or(i.Name, i.RealtimeName), i.Label))
	for _, side := range []struct {
		dialect, name string
		links         []schema.Link
		columns       []*schema.Column
	}{{"Outbound", i.Name, i.Links, i.Columns}, {"Realtime", i.RealtimeName, i.RealtimeLinks, i.RealtimeColumns}} {
		if side.name == "" {
			continue
		}
		fmt.Fprintf(&b, "\n%s: %s\n", side.dialect, side.name)
		for _, l := range side.links {
			fmt.Fprintf(&b, "Link: %s to %s\n", l.Name, cmp.Or(l.Table, "contact or lead"))
		}
		b.WriteString(showColumns(side.columns))
	}
	return b.String()
}

func showRelationship(r *schema.Relationship) string {
	var b strings.Builder
	b.WriteString(heading(cmp.Or(r.Name, r.OutboundName()), ""))
	if name := r.OutboundName(); name != "" {
		fmt.Fprintf(&b, "Outbound name: %s\n", name)
	}
	if r.Kind == schema.ManyToMany {
		fmt.Fprintf(&b, "Many %s to many %s\n", r.Ends[0].Table, r.Ends[1].Table)
		return b.String()
	}
	one, many := r.Referenced(), r.Referencing()
	fmt.Fprintf(&b, "One %s to many %s, whose column %s points to it\n", one.Table, many.Table, many.Column)
	return b.String()
}

func heading(name, label string) string {
	if label != "" && !strings.EqualFold(label, name) {
		return name + ": " + label + "\n"
	}
	return name + "\n"
}

// tabular lays out rows in columns.
func tabular(indent string, rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := indent
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
