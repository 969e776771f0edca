package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"segql/dataverse"
	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

type validateOptions struct {
	settings
	remote
	format string
	strict bool
}

func (a *app) validateCommand() *cobra.Command {
	o := validateOptions{remote: remote{app: a}}
	cmd := &cobra.Command{
		Use: "validate [flags] path ...", Short: "Have an organization validate queries", Long: helpValidate,
		ValidArgsFunction: completeSources,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := choice("format", o.format, formats...); err != nil {
				return err
			}
			if err := o.settings.check(cmd, paths); err != nil {
				return err
			}
			return a.validate(paths, &o)
		},
	}
	o.settings.flags(cmd)
	o.remote.flags(cmd)
	fs := cmd.Flags()
	fs.StringVar(&o.format, "format", "text", "")
	fs.BoolVar(&o.strict, "strict", false, "")
	complete(cmd, "format", formats...)
	return cmd
}

// a question is a query that the service is asked about.
type question struct {
	query      dataverse.Query
	definition ast.Placed
	of         *checked
}

// tally is what the summary of seg validate tells of the service.
type tally struct{ asked, rejected, failed, realtime, pages, left int }

func (a *app) validate(paths []string, o *validateOptions) error {
	w, err := a.open(paths, o.settings)
	if err != nil {
		return err
	}
	var all []*checked
	each(w.named(), func(s *source) checked { return w.check(s, false) }, func(c checked) bool {
		if c.err != nil {
			a.complain(c.err)
		} else {
			byPlace(c.findings)
			all = append(all, &c)
		}
		return true
	})
	byOrg, orgs, told, err := o.questions(all)
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	bar := a.meter("validating")
	for i, org := range orgs {
		if err := o.ask(ctx, org, byOrg[org], &told, bar); err != nil {
			bar.end()
			err = o.failed(err)
			if ctx.Err() != nil {
				for _, rest := range orgs[i+1:] {
					told.left += len(byOrg[rest])
				}
				a.complain(fmt.Errorf("%w; run the same command again to have all queries answered", err))
				break
			}
			a.complain(err)
		}
	}
	bar.end()
	a.report(w, all, o, told)
	return nil
}

// questions returns what is to be asked, by the organizations: each query in
// which the local checker finds no error.
func (o *validateOptions) questions(all []*checked) (byOrg map[string][]question, orgs []string, told tally, err error) {
	byOrg = map[string][]question{}
	for _, c := range all {
		s := c.source
		dialect := s.unit.project.Dialect(s.file)
		for _, d := range s.tree.Definitions {
			query, ok := dataverse.QueryOf(d.Definition, fileTitle(s.name), dialect)
			switch {
			case d.Query == nil && d.Name == nil:
				continue
			case !ok || hasError(c.findings, d):
				told.failed++
				continue
			case dialect == check.Realtime:
				told.realtime++
				continue
			case query.Pages:
				told.pages++
				continue
			}
			org, err := o.organization(s.unit.config)
			if err != nil {
				return nil, nil, told, err
			}
			if byOrg[org] == nil {
				orgs = append(orgs, org)
			}
			byOrg[org] = append(byOrg[org], question{query, d, c})
		}
	}
	return byOrg, orgs, told, nil
}

// fileTitle names a query that has no name of its own.
func fileTitle(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), project.Extension)
	if name == "<stdin>" {
		return "stdin"
	}
	return name
}

// byPlace sorts findings by their places.
func byPlace(findings []finding) {
	slices.SortStableFunc(findings, func(a, b finding) int { return check.ByPlace(a.Span, b.Span) })
}

// within returns the findings in a definition, of findings that are sorted.
func within(findings []finding, d ast.Placed) []finding {
	return check.Within(findings, func(f finding) token.Span { return f.Span }, d.Abs(d.Span()))
}

func hasError(findings []finding, d ast.Placed) bool {
	return slices.ContainsFunc(within(findings, d), func(f finding) bool { return f.Severity == check.Error })
}

// ask asks one organization and adds what it says to the findings.
func (o *validateOptions) ask(ctx context.Context, org string, questions []question, told *tally, bar *meter) error {
	client, err := o.client(org)
	if err != nil {
		told.left += len(questions)
		return err
	}
	defer client.Close()
	queries := make([]dataverse.Query, len(questions))
	for i, q := range questions {
		queries[i] = q.query
	}
	bar.set(0, len(queries))
	verdicts, err := client.Validate(ctx, queries, bar.set)
	said := map[*checked][]finding{}
	for i, v := range verdicts {
		q := questions[i]
		if !v.Asked {
			told.left++
			continue
		}
		told.asked++
		if len(v.Problems) == 0 {
			continue
		}
		told.rejected++
		var local []check.Finding
		for _, f := range within(q.of.findings, q.definition) {
			local = append(local, f.Finding)
		}
		for _, f := range dataverse.Findings(v, q.definition, local) {
			said[q.of] = append(said[q.of], finding{Finding: f, source: q.of.source, at: q.of.source.area(f.Span), fromService: true})
		}
	}
	for of, findings := range said {
		of.findings = append(of.findings, findings...)
		byPlace(of.findings)
	}
	return err
}

// report prints the findings and what the service was asked.
func (a *app) report(w *workspace, all []*checked, o *validateOptions, told tally) {
	var (
		sum      counts
		findings []finding
	)
	for _, c := range all {
		sum.add(c.findings)
		findings = append(findings, c.findings...)
	}
	if sum.of[check.Error] > 0 || o.strict && sum.of[check.Warning] > 0 {
		a.found(exitFound)
	}
	switch o.format {
	case "json":
		a.print(w.json(findings, sum, told.json()))
	case "sarif":
		text, err := w.sarif(findings, a.code < exitTrouble)
		if err != nil {
			a.complain(err)
			return
		}
		a.print(text)
	case "github":
		a.print(w.github(findings))
	default:
		a.print(w.text(findings))
	}
	if a.deaf {
		return
	}
	fmt.Fprintf(a.stderr, "seg: %s; %s\n", sum, told)
	if told.realtime > 0 {
		fmt.Fprintf(a.stderr, "seg: %s not sent: %s\n", were(told.realtime, "realtime query"), dataverse.RealtimeNote)
	}
	if told.pages > 0 {
		fmt.Fprintf(a.stderr, "seg: %s not sent: %s\n", were(told.pages, "query"), dataverse.PageNote)
	}
}

func (t tally) json() *jsonService {
	return &jsonService{Asked: t.asked, Rejected: t.rejected, Mistaken: t.failed, Realtime: t.realtime, Pages: t.pages, Unanswered: t.left}
}

func (t tally) String() string {
	var parts []string
	switch {
	case t.asked > 0:
		parts = append(parts, fmt.Sprintf("the service rejects %d of %d queries", t.rejected, t.asked))
	case t.left == 0:
		parts = append(parts, "the service was not asked")
	}
	if t.failed > 0 {
		parts = append(parts, were(t.failed, "query")+" not sent because of mistakes found here")
	}
	if t.left > 0 {
		parts = append(parts, were(t.left, "query")+" not answered")
	}
	return strings.Join(parts, ", ")
}

// were begins a sentence about some things: "1 query was".
func were(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " was"
	}
	return count(n, noun) + " were"
}

// queryUse is what a query is for, which says whether it may have page steps.
type queryUse int

const (
	segmentQuery queryUse = iota // of a dynamic or compound segment
	listQuery                    // of members to be listed, page by page
	memberQuery                  // of contacts to be added to a segment, or removed
)

// singleQuery returns the wire form of the one query in a file, or of the
// definition of that name, after the local checker has found no error in it.
func (a *app) singleQuery(path, name string, s settings, use queryUse) (dataverse.Query, error) {
	w, err := a.open([]string{path}, s)
	if err != nil {
		return dataverse.Query{}, err
	}
	named := w.named()
	if len(named) != 1 {
		return dataverse.Query{}, badUsage("--query-file should be one file, but %s leads to %s", path, count(len(named), "file"))
	}
	c := w.check(named[0], false)
	if c.err != nil {
		return dataverse.Query{}, c.err
	}
	d, err := c.definition(name)
	if err != nil {
		return dataverse.Query{}, err
	}
	byPlace(c.findings)
	query, ok := dataverse.QueryOf(d.Definition, fileTitle(c.source.name), c.source.unit.project.Dialect(c.source.file))
	switch {
	case !ok || hasError(c.findings, d):
		fmt.Fprint(a.stderr, w.text(within(c.findings, d)))
		return query, foundError("the query has mistakes, so nothing was sent")
	case query.Dialect == check.Realtime:
		return query, fmt.Errorf("%s holds a realtime query: this command is for outbound segments", c.source.name)
	case query.Pages && use == segmentQuery:
		return query, fmt.Errorf("the query of %s cannot be that of a segment: leave out ORDERBY, SKIP, TAKE and SELECT", c.source.name)
	case query.Pages && use == listQuery:
		return query, fmt.Errorf("the query of %s says itself what a page is: leave out ORDERBY, SKIP, TAKE and SELECT, and give --order, --skip, --top and --columns", c.source.name)
	}
	return query, nil
}

// definition returns the definition of that name, or the only one.
func (c *checked) definition(name string) (ast.Placed, error) {
	var found []ast.Placed
	for _, d := range c.source.tree.Definitions {
		if d.Query != nil && (name == "" || d.Name != nil && d.Name.Name == name) {
			found = append(found, d)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case name != "" && len(found) > 1:
		return ast.Placed{}, fmt.Errorf("%s has several segments %s: rename all but one", c.source.name, name)
	case name != "":
		return ast.Placed{}, fmt.Errorf("%s has no segment %s", c.source.name, name)
	case len(found) == 0:
		return ast.Placed{}, fmt.Errorf("%s has no query in it", c.source.name)
	}
	return ast.Placed{}, badUsage("%s has %d queries: name one with --definition", c.source.name, len(found))
}
