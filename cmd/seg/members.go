package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"segql/dataverse"
	"segql/internal/console"
)

func (a *app) membersCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "members", Short: "List, add and remove the members of a segment", Long: helpMembers,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badUsage("a command is missing: list, add, remove or state")
			}
			return a.unknownCommand(cmd, args[0])
		},
	}
	cmd.AddCommand(a.membersList(), a.membersWrite(true), a.membersWrite(false), a.membersState())
	return cmd
}

func (a *app) membersState() *cobra.Command {
	o := remote{app: a}
	cmd := &cobra.Command{
		Use: "state [flags] id", Short: "Ask how far the last change of members is", Long: helpMembersState,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error {
				state, err := client.MembersState(ctx, id)
				if err == nil {
					a.print(state + "\n")
				}
				return err
			})
		},
	}
	o.flags(cmd)
	return cmd
}

// membersWrite is the command that adds or removes members.
func (a *app) membersWrite(add bool) *cobra.Command {
	var o membersOptions
	o.remote.app = a
	cmd := &cobra.Command{
		Use: "add [flags] id", Short: "Add contacts to a static segment", Long: helpMembersAdd,
		RunE: func(cmd *cobra.Command, args []string) error { return o.write(cmd, args, add) },
	}
	if !add {
		cmd.Use, cmd.Short, cmd.Long = "remove [flags] id", "Remove contacts from a static segment", helpMembersRemove
	}
	o.remote.flags(cmd)
	o.dryRunFlag(cmd)
	o.settings.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.ids, "ids-file", "", "")
	fs.StringVar(&o.file, "query-file", "", "")
	fs.StringVar(&o.definition, "definition", "", "")
	fs.IntVar(&o.skip, "skip", 0, "")
	if !add {
		fs.BoolVar(&o.yes, "yes", false, "")
	}
	_ = cmd.RegisterFlagCompletionFunc("query-file", completeSources)
	return cmd
}

type membersOptions struct {
	remote
	settings
	ids, file, definition string
	skip                  int
	yes                   bool
}

func (o *membersOptions) write(cmd *cobra.Command, args []string, add bool) error {
	id, err := oneID(cmd, args)
	switch {
	case err != nil:
		return err
	case (o.ids == "") == (o.file == ""):
		return badUsage("%s needs either --ids-file FILE or --query-file FILE", cmd.Name())
	case o.skip < 0 || o.skip > 0 && o.ids == "":
		return badUsage("--skip is a number of ids of --ids-file that are done")
	}
	var ids []string
	wire := ""
	if o.ids != "" {
		if ids, err = o.app.readIDs(o.ids); err != nil {
			return err
		}
		if o.skip > len(ids) {
			return badUsage("--skip is %d, but %s has only %s", o.skip, o.ids, count(len(ids), "id"))
		}
		ids = ids[o.skip:]
		if len(ids) == 0 {
			return fmt.Errorf("%s has no ids in it that are left to send", o.ids)
		}
	} else {
		if err := o.settings.check(cmd, []string{o.file}); err != nil {
			return err
		}
		query, err := o.app.singleQuery(o.file, o.definition, o.settings, memberQuery)
		if err != nil {
			return err
		}
		wire = query.Wire
	}
	if add {
		fmt.Fprintf(o.app.stderr, "seg: note: %s\n", dataverse.BusinessUnitWarning)
	}
	return o.run(func(ctx context.Context, client *dataverse.Client) error {
		if !add {
			question := "Remove what the query selects from %s?"
			if ids != nil {
				question = "Remove " + count(len(ids), "contact") + " from %s?"
			}
			if err := o.confirmSegment(ctx, client, cmd, o.yes, id, question); err != nil {
				return err
			}
		}
		if err := o.takesMembers(ctx, client, id); err != nil {
			return err
		}
		if ids != nil {
			return o.byIDs(ctx, client, id, ids, add)
		}
		change := client.AddMembersByQuery
		if !add {
			change = client.RemoveMembersByQuery
		}
		if err := change(ctx, id, wire); err != nil {
			return err
		}
		o.taken("what the query selects", id)
		return nil
	})
}

// takesMembers returns an error if the segment has a query that says who its
// members are.
func (o *membersOptions) takesMembers(ctx context.Context, client *dataverse.Client, id string) error {
	if o.dryRun {
		return nil
	}
	s, err := client.Segment(ctx, id)
	switch {
	case err != nil:
		return err
	case s.Type == dataverse.Dynamic, s.Type == dataverse.Compound:
		return fmt.Errorf("the segment %q is %s: its query says who its members are, only a static one takes others", s.Name, s.Type)
	}
	return nil
}

// byIDs sends ids in batches. When it ends early, it says how to go on.
func (o *membersOptions) byIDs(ctx context.Context, client *dataverse.Client, id string, ids []string, add bool) error {
	change, title := client.AddMembers, "adding"
	if !add {
		change, title = client.RemoveMembers, "removing"
	}
	bar := o.app.meter(title)
	bar.set(0, len(ids))
	done, err := change(ctx, id, ids, bar.set)
	bar.end()
	if err == nil {
		o.taken(count(len(ids), "id"), id)
		return nil
	}
	left := fmt.Sprintf("the service has taken %d of %s; to go on, add --skip %d to the same command", done, count(len(ids), "id"), o.skip+done)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %s", errInterrupted, left)
	case o.skip+done > 0:
		return fmt.Errorf("%w; %s", err, left)
	}
	return err
}

func (o *membersOptions) taken(what, id string) {
	if !o.dryRun {
		fmt.Fprintf(o.app.stderr, "seg: the service has taken %s and works them in; seg members state %s tells how far it is\n", what, id)
	}
}

type listMembers struct {
	remote
	settings
	file, definition, format string
	columns                  []string
	top                      int
	query                    dataverse.MemberQuery
}

func (a *app) membersList() *cobra.Command {
	o := listMembers{remote: remote{app: a}}
	cmd := &cobra.Command{
		Use: "list [flags] [id]", Short: "List the members of a segment, or what a query selects", Long: helpMembersList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := choice("format", o.format, listFormats...); err != nil {
				return err
			}
			switch {
			case o.top < 0:
				return badUsage("--top is a number of members, and not negative")
			case len(args) == 0 && o.file == "":
				return badUsage("list needs the id of a segment, or --query-file FILE")
			case len(args) > 0 && o.file != "":
				return badUsage("list takes either the id of a segment or --query-file, not both")
			case o.file != "":
				if err := o.settings.check(cmd, []string{o.file}); err != nil {
					return err
				}
				query, err := a.singleQuery(o.file, o.definition, o.settings, listQuery)
				if err != nil {
					return err
				}
				o.query.Query = query.Wire
				args = []string{""}
			}
			id, err := oneID(cmd, args)
			if err != nil {
				return err
			}
			return o.run(func(ctx context.Context, client *dataverse.Client) error { return o.list(ctx, client, id) })
		},
	}
	o.remote.flags(cmd)
	o.dryRunFlag(cmd)
	o.settings.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.file, "query-file", "", "")
	fs.StringVar(&o.definition, "definition", "", "")
	fs.StringSliceVar(&o.columns, "columns", []string{"fullname", "emailaddress1"}, "")
	fs.IntVar(&o.top, "top", 0, "")
	fs.IntVar(&o.query.Skip, "skip", 0, "")
	fs.IntVar(&o.query.PageSize, "page-size", 0, "")
	fs.StringVar(&o.query.Order, "order", "", "")
	fs.StringVar(&o.query.BusinessUnit, "business-unit", "", "")
	fs.IntVar(&o.query.TimeZone, "time-zone", 0, "")
	fs.StringVar(&o.format, "format", "table", "")
	complete(cmd, "format", listFormats...)
	_ = cmd.RegisterFlagCompletionFunc("query-file", completeSources)
	return cmd
}

func (o *listMembers) list(ctx context.Context, client *dataverse.Client, id string) error {
	a := o.app
	o.columns = slices.DeleteFunc(o.columns, func(c string) bool { return c == "contactid" })
	o.query.Columns = append([]string{}, o.columns...)
	if o.top > 0 && (o.query.PageSize == 0 || o.query.PageSize > o.top) {
		o.query.PageSize = min(o.top, 5000)
	}
	if id != "" {
		name := "SEGMENT_CRM_ID_" + strings.ReplaceAll(strings.Trim(strings.ToLower(strings.TrimSpace(id)), "{}"), "-", "")
		if !o.dryRun {
			s, err := client.Segment(ctx, id)
			if err != nil {
				return err
			}
			name = cmp.Or(s.QueryName, name)
		}
		o.query.Query = "SEGMENT(" + name + ")"
	}
	if o.dryRun {
		request, err := client.FetchRequest(o.query)
		if err == nil {
			a.print(request.String())
		}
		return err
	}
	bar := a.meter("fetching")
	if o.format != "table" && console.IsTerminal(a.stdout) {
		bar.to = nil // what comes is progress enough
	}
	defer bar.end()
	to := memberPrinter{app: o.app, format: o.format, columns: append([]string{"contactid"}, o.columns...)}
	var failure error
	for m, err := range client.Members(ctx, o.query) {
		if failure = err; err != nil || !to.print(m) {
			break
		}
		bar.set(to.n, 0)
		if o.top > 0 && to.n >= o.top {
			break
		}
	}
	bar.end()
	if failure == nil || to.n > 0 { // what looks like an empty list would be one
		to.end()
	}
	switch {
	case failure == nil:
		if o.format == "table" {
			fmt.Fprintf(o.app.stderr, "seg: %s\n", count(to.n, "member"))
		}
		return nil
	case to.n == 0:
		return failure
	}
	// Members whose rows this user may not see take part in the count of rows.
	next := o.query.Skip
	var page *dataverse.PageError
	if errors.As(failure, &page) {
		next = page.Skip
	}
	left := fmt.Sprintf("%s came; to go on, add --skip %d to the same command", count(to.n, "member"), next)
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %s", errInterrupted, left)
	}
	return fmt.Errorf("%w; %s", failure, left)
}

// memberPrinter prints members as they come; a table when all have.
type memberPrinter struct {
	app     *app
	format  string
	columns []string
	n       int
	rows    [][]string
}

// print takes a member. It returns false when standard output takes no more.
func (p *memberPrinter) print(m dataverse.Member) bool {
	a := p.app
	p.n++
	switch p.format {
	case "json":
		text, err := json.Marshal(m)
		if err != nil {
			return false // values that came as JSON can be written as JSON
		}
		before := ",\n"
		if p.n == 1 {
			before = "[\n"
		}
		return a.printVisibly(before + string(text))
	case "csv":
		rows := [][]string{p.row(m)}
		if p.n == 1 {
			rows = append([][]string{p.columns}, rows...)
		}
		return a.printVisibly(asCSV(rows))
	}
	p.rows = append(p.rows, p.row(m))
	return true
}

func (p *memberPrinter) row(m dataverse.Member) []string {
	row := make([]string, len(p.columns))
	for i, c := range p.columns {
		switch v := m[c].(type) {
		case nil:
		case string:
			row[i] = v
		default:
			text, _ := json.Marshal(v) // a value that came as JSON
			row[i] = string(text)
		}
	}
	return row
}

func (p *memberPrinter) end() {
	a := p.app
	switch {
	case p.format == "json" && p.n == 0:
		a.print("[]\n")
	case p.format == "json":
		a.print("\n]\n")
	case p.format == "csv" && p.n == 0:
		a.print(asCSV([][]string{p.columns}))
	case p.format == "table":
		a.print(visibleTable(append([][]string{p.columns}, p.rows...)))
	}
}
