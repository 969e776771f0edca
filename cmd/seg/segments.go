package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"segql/dataverse"
	"segql/internal/console"
)

// listFormats are the forms that lists of the service are printed in.
var listFormats = []string{"table", "json", "csv"}

// typeNames are the types of segments as flags name them.
func typeNames() []string {
	var names []string
	for _, t := range dataverse.SegmentTypes() {
		names = append(names, t.String())
	}
	return names
}

// statusNames are the statuses as flags name them.
func statusNames() map[string]dataverse.Status {
	names := map[string]dataverse.Status{}
	for _, s := range dataverse.Statuses() {
		names[strings.ReplaceAll(s.String(), " ", "-")] = s
	}
	return names
}

func (a *app) segmentsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "segments", Short: "List, create, change and delete an organization's segments", Long: helpSegments,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badUsage("a command is missing, such as list")
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	cmd.AddCommand(a.segmentsList(), a.segmentsGet(), a.segmentsCreate(), a.segmentsUpdate(), a.segmentsDelete(), a.segmentsGoLive(), a.segmentsStop())
	return cmd
}

// oneID returns the argument of a command that takes the id of a segment.
func oneID(cmd *cobra.Command, args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "", badUsage("%s needs the id of a segment; seg segments list shows the ids", cmd.Name())
	case len(args) > 1:
		return "", badUsage("%s takes one id, but got %s", cmd.Name(), count(len(args), "argument"))
	}
	return args[0], nil
}

func segmentType(name string) (dataverse.SegmentType, error) {
	if name == "" {
		return 0, nil
	}
	kind, ok := dataverse.ParseSegmentType(name)
	if !ok {
		return 0, choice("type", name, typeNames()...)
	}
	return kind, nil
}

func segmentStatus(name string, names ...string) (dataverse.Status, error) {
	if name == "" {
		return 0, nil
	}
	status, ok := statusNames()[name]
	if !ok {
		return 0, choice("status", name, names...)
	}
	return status, nil
}

func (a *app) segmentsList() *cobra.Command {
	o := remote{app: a}
	var kind, status, format string
	var filter dataverse.Filter
	statuses := slices.Sorted(maps.Keys(statusNames()))
	cmd := &cobra.Command{
		Use: "list [flags]", Short: "List segments", Long: helpSegmentsList,
		RunE: func(_ *cobra.Command, args []string) (err error) {
			if len(args) > 0 {
				return badUsage("list takes no argument, but got %s; --name NAME picks by name", args[0])
			}
			if err := choice("format", format, listFormats...); err != nil {
				return err
			}
			if filter.Type, err = segmentType(kind); err != nil {
				return err
			}
			if filter.Status, err = segmentStatus(status, statuses...); err != nil {
				return err
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error {
				all, err := client.Segments(ctx, filter)
				if err != nil {
					return err
				}
				return a.printSegments(all, format)
			})
		},
	}
	o.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&kind, "type", "", "")
	fs.StringVar(&status, "status", "", "")
	fs.StringVar(&filter.Name, "name", "", "")
	fs.StringVar(&filter.Where, "filter", "", "")
	fs.IntVar(&filter.Top, "top", 0, "")
	fs.StringVar(&format, "format", "table", "")
	complete(cmd, "type", typeNames()...)
	complete(cmd, "status", statuses...)
	complete(cmd, "format", listFormats...)
	return cmd
}

// jsonSegment is a segment as it is printed.
type jsonSegment struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Status      string   `json:"status"`
	QueryName   string   `json:"queryName"`
	Description string   `json:"description,omitempty"`
	Query       string   `json:"query,omitempty"`
	Members     []string `json:"members,omitempty"`
}

func segmentJSON(s dataverse.Segment) jsonSegment {
	return jsonSegment{s.ID, s.Name, s.Type.String(), s.Status.String(), s.QueryName, s.Description, s.Query, s.Members}
}

func (a *app) printSegments(all []dataverse.Segment, format string) error {
	rows := [][]string{{"id", "name", "type", "status", "queryname"}}
	for _, s := range all {
		rows = append(rows, []string{s.ID, s.Name, s.Type.String(), s.Status.String(), s.QueryName})
	}
	switch format {
	case "json":
		list := make([]jsonSegment, len(all))
		for i, s := range all {
			list[i] = segmentJSON(s)
		}
		a.printVisibly(indented(list))
	case "csv":
		a.printVisibly(asCSV(rows))
	default:
		a.print(visibleTable(rows))
		fmt.Fprintf(a.stderr, "seg: %s\n", count(len(all), "segment"))
	}
	return nil
}

func indented(value any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(value) // values of text and numbers can always be encoded
	return b.String()
}

func asCSV(rows [][]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, row := range rows {
		safe := slices.Clone(row)
		for i := range safe {
			safe[i] = cell(safe[i])
		}
		_ = w.Write(safe) // to memory
	}
	w.Flush()
	return b.String()
}

// cell keeps a spreadsheet from taking what others have typed for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// visibleTable lays out rows whose first is a heading, for a terminal. What
// others have typed must not move its cursor.
func visibleTable(rows [][]string) string {
	shown := make([][]string, len(rows))
	for i, row := range rows {
		for _, text := range row {
			if i == 0 {
				text = strings.ToUpper(text)
			}
			shown[i] = append(shown[i], console.Visible(text))
		}
	}
	return tabular("", shown)
}

func (a *app) segmentsGet() *cobra.Command {
	o := remote{app: a}
	var format string
	cmd := &cobra.Command{
		Use: "get [flags] id", Short: "Show a segment and its query", Long: helpSegmentsGet,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			if err := choice("format", format, "text", "json", "seg"); err != nil {
				return err
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error {
				s, err := client.Segment(ctx, id)
				switch {
				case err != nil:
					return err
				case format == "json":
					a.printVisibly(indented(segmentJSON(s)))
				case format == "seg" && s.Query == "":
					return fmt.Errorf("the segment %q is %s: it has no query to write down", s.Name, s.Type)
				case format == "seg":
					a.printVisibly(segmentSource(s))
				default:
					a.print(segmentText(s))
				}
				return nil
			})
		},
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "")
	complete(cmd, "format", "text", "json", "seg")
	return cmd
}

func segmentText(s dataverse.Segment) string {
	rows := [][]string{
		{"id:", s.ID}, {"name:", s.Name}, {"type:", s.Type.String()}, {"status:", s.Status.String()}, {"query name:", s.QueryName},
	}
	if s.Description != "" {
		rows = append(rows, []string{"description:", s.Description})
	}
	switch {
	case s.Type == dataverse.Static:
		rows = append(rows, []string{"members:", fmt.Sprint(len(s.Members))})
	case s.Query != "":
		rows = append(rows, []string{"query:", s.Query})
	}
	for _, row := range rows {
		row[1] = console.Visible(row[1])
	}
	return tabular("", rows)
}

// written are the flags of the commands that write a segment.
type written struct {
	remote
	settings
	cmd                                  *cobra.Command
	name, description, file, definition  string
	status                               string
	query                                dataverse.Query
	hasName, hasQuery, hasNewDescription bool
}

func (w *written) flags(cmd *cobra.Command, statuses ...string) {
	w.cmd = cmd
	w.remote.flags(cmd)
	w.dryRunFlag(cmd)
	w.settings.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&w.name, "name", "", "")
	fs.StringVar(&w.description, "description", "", "")
	fs.StringVar(&w.file, "query-file", "", "")
	fs.StringVar(&w.definition, "definition", "", "")
	fs.StringVar(&w.status, "status", "", "")
	complete(cmd, "status", statuses...)
	_ = cmd.RegisterFlagCompletionFunc("query-file", completeSources)
}

// read reads the query and checks it locally.
func (w *written) read() error {
	changed := w.cmd.Flags().Changed
	w.hasName, w.hasNewDescription, w.hasQuery = changed("name"), changed("description"), changed("query-file")
	if !w.hasQuery {
		if w.definition != "" {
			return badUsage("--definition names a segment of --query-file, which is missing")
		}
		return nil
	}
	if err := w.settings.check(w.cmd, []string{w.file}); err != nil {
		return err
	}
	var err error
	w.query, err = w.app.singleQuery(w.file, w.definition, w.settings, segmentQuery)
	return err
}

func (a *app) segmentsCreate() *cobra.Command {
	o := written{remote: remote{app: a}}
	var kind, ids string
	cmd := &cobra.Command{
		Use: "create [flags]", Short: "Create a segment", Long: helpSegmentsCreate,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return badUsage("create takes no argument, but got %s: give --name and --query-file", args[0])
			}
			s, err := o.segment(kind, ids)
			if err != nil {
				return err
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error {
				id, err := client.CreateSegment(ctx, s)
				if err != nil {
					return err
				}
				if !o.dryRun {
					a.print(id + "\n")
					fmt.Fprintf(a.stderr, "seg: the %s segment %s was created\n", s.Type, console.Visible(s.Name))
				}
				return nil
			})
		},
	}
	o.flags(cmd, "draft", "going-live")
	fs := cmd.Flags()
	fs.StringVar(&kind, "type", "", "")
	fs.StringVar(&ids, "ids-file", "", "")
	complete(cmd, "type", typeNames()...)
	return cmd
}

// segment returns the segment that the flags describe.
func (w *written) segment(kind, ids string) (dataverse.Segment, error) {
	var s dataverse.Segment
	var err error
	if s.Type, err = segmentType(kind); err != nil {
		return s, err
	}
	if s.Status, err = segmentStatus(w.status, "draft", "going-live"); err != nil {
		return s, err
	}
	s.Name, s.Description = w.name, w.description
	isStatic := s.Type == dataverse.Static || s.Type == 0 && ids != "" && w.file == ""
	switch {
	case isStatic && w.file != "":
		return s, badUsage("a static segment has members and no query: give --ids-file, or fill it afterwards with seg members add --query-file")
	case isStatic:
		s.Type = dataverse.Static
		if s.Name == "" {
			return s, badUsage("create needs --name NAME")
		}
		if ids != "" {
			s.Members, err = w.app.readIDs(ids)
		}
		if len(s.Members) > dataverse.MembersPerCall {
			return s, fmt.Errorf("%s has %s, more than the %d that the service takes at once: create the segment without --ids-file, then seg members add sends them in parts",
				ids, count(len(s.Members), "id"), dataverse.MembersPerCall)
		}
		return s, err
	case ids != "":
		return s, badUsage("only a static segment lists its members: leave out --ids-file, or say --type static")
	case w.file == "":
		return s, badUsage("create needs --query-file FILE, or --type static")
	}
	if err := w.read(); err != nil {
		return s, err
	}
	s.Query = w.query.Wire
	if s.Name == "" {
		s.Name = w.query.Name
	}
	switch {
	case s.Type == 0:
		s.Type = w.query.Type
	case s.Type != w.query.Type:
		return s, badUsage("the query is of a %s segment, not of a %s one: %s", w.query.Type, s.Type, compoundRule)
	}
	return s, nil
}

func (a *app) segmentsUpdate() *cobra.Command {
	o := written{remote: remote{app: a}}
	var yes bool
	cmd := &cobra.Command{
		Use: "update [flags] id", Short: "Change a segment", Long: helpSegmentsUpdate,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			var change dataverse.Change
			if change.Status, err = segmentStatus(o.status, "going-live", "stopping"); err != nil {
				return err
			}
			if err := o.read(); err != nil {
				return err
			}
			if o.hasName {
				change.Name = &o.name
			}
			if o.hasNewDescription {
				change.Description = &o.description
			}
			if o.hasQuery {
				change.Query = &o.query.Wire
			}
			if change == (dataverse.Change{}) {
				return badUsage("there is nothing to change: give --name, --query-file, --description or --status")
			}
			return o.change(func(ctx context.Context, client *dataverse.Client) error {
				if o.hasQuery && !o.dryRun {
					if err := o.fits(ctx, client, id); err != nil {
						return err
					}
				}
				if change.Status == dataverse.Stopping {
					if err := o.confirmSegment(ctx, client, cmd, yes, id, "Change and stop %s?"); err != nil {
						return err
					}
				}
				return client.UpdateSegment(ctx, id, change)
			}, "the segment was changed")
		},
	}
	o.flags(cmd, "going-live", "stopping")
	cmd.Flags().BoolVar(&yes, "yes", false, "")
	return cmd
}

// fits returns an error if the query is not for a segment of that one's type, of
// which the service takes any query.
func (w *written) fits(ctx context.Context, client *dataverse.Client, id string) error {
	s, err := client.Segment(ctx, id)
	switch {
	case err != nil:
		return err
	case s.Type == dataverse.Static:
		return fmt.Errorf("the segment %q is static, so it has no query: seg members add --query-file adds what a query selects now", s.Name)
	case s.Type != w.query.Type:
		return fmt.Errorf("the segment %q is %s, but the query is of a %s one: %s", s.Name, s.Type, w.query.Type, compoundRule)
	}
	return nil
}

// compoundRule tells the types of queries apart.
const compoundRule = "all operands of a compound segment are segments, at least one of a dynamic one is not"

// change runs work and says that it is done, unless it is a dry run.
func (r *remote) change(work func(context.Context, *dataverse.Client) error, done string) error {
	return r.run(func(ctx context.Context, client *dataverse.Client) error {
		if err := work(ctx, client); err != nil {
			return err
		}
		if !r.dryRun {
			fmt.Fprintf(r.app.stderr, "seg: %s\n", done)
		}
		return nil
	})
}

// asking is a command about one segment that asks before it goes on.
func (a *app) asking(use, short, long, question, done string, work func(context.Context, *dataverse.Client, string) error) *cobra.Command {
	o := remote{app: a}
	var yes bool
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			return o.change(func(ctx context.Context, client *dataverse.Client) error {
				if err := o.confirmSegment(ctx, client, cmd, yes, id, question); err != nil {
					return err
				}
				return work(ctx, client, id)
			}, done)
		},
	}
	o.flags(cmd)
	o.dryRunFlag(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "")
	return cmd
}

// confirmSegment asks a question about a segment, by its name.
func (r *remote) confirmSegment(ctx context.Context, client *dataverse.Client, cmd *cobra.Command, yes bool, id, question string) error {
	if yes || r.dryRun {
		return nil
	}
	return r.app.confirm(ctx, cmd, func() (string, error) {
		s, err := client.Segment(ctx, id)
		name := fmt.Sprintf("the %s segment %q (%s, %s)", s.Type, s.Name, s.Status, cmp.Or(s.ID, id))
		return fmt.Sprintf(question, name), err
	})
}

func (a *app) segmentsDelete() *cobra.Command {
	return a.asking("delete [flags] id", "Delete a segment", helpSegmentsDelete, "Delete %s?", "the segment was deleted",
		func(ctx context.Context, client *dataverse.Client, id string) error {
			return client.DeleteSegment(ctx, id)
		})
}

func (a *app) segmentsStop() *cobra.Command {
	return a.asking("stop [flags] id", "Stop a live segment", helpSegmentsStop, "Stop %s?", "the service was asked to stop the segment, which takes a while",
		func(ctx context.Context, client *dataverse.Client, id string) error { return client.Stop(ctx, id) })
}

func (a *app) segmentsGoLive() *cobra.Command {
	o := remote{app: a}
	cmd := &cobra.Command{
		Use: "go-live [flags] id", Short: "Make a segment live", Long: helpSegmentsGoLive,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			return o.change(func(ctx context.Context, client *dataverse.Client) error { return client.GoLive(ctx, id) },
				"the service was asked to make the segment live, which takes a while")
		},
	}
	o.flags(cmd)
	o.dryRunFlag(cmd)
	return cmd
}
