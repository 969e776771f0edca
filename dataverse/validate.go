package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/format"
)

// A Query is a query that the service is asked about.
type Query struct {
	// Name is the name of the definition, else of its file.
	Name string
	// Wire is its wire form: one line without comments.
	Wire string
	// Type is compound or dynamic.
	Type SegmentType
	// Dialect is that of its file. A realtime query is not sent: the service
	// has no call that validates one without publishing it.
	Dialect check.Dialect
	// Pages tells that it has ORDERBY, SKIP, TAKE or SELECT. It is for fetching
	// members or for choosing those of a static segment, and cannot be a segment's
	// query itself. It is not sent to be validated.
	Pages bool
}

// QueryOf returns the query of a definition; name is used if it has none of its
// own. A definition with errors has no query.
func QueryOf(d *ast.Definition, name string, dialect check.Dialect) (q Query, ok bool) {
	wire, ok := format.WireQuery(d)
	if !ok {
		return Query{}, false
	}
	if d.Name != nil {
		name = d.Name.Name
	}
	return Query{Name: name, Wire: wire, Type: TypeOf(d.Query), Dialect: dialect, Pages: hasPageStep(d.Query)}, true
}

func hasPageStep(q *ast.Query) bool {
	found := false
	ast.Inspect(q, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.OrderBy, *ast.Skip, *ast.Take, *ast.Select:
			found = true
		}
		return !found
	})
	return found
}

// TypeOf returns the type of the segment that a query makes: compound if each of
// its operands is a segment, else dynamic.
func TypeOf(q *ast.Query) SegmentType {
	if onlySegments(q) {
		return Compound
	}
	return Dynamic
}

func onlySegments(q *ast.Query) bool {
	if q == nil {
		return false
	}
	for _, o := range q.Operands {
		switch source := o.Source.(type) {
		case *ast.Segment, *ast.NameRef:
		case *ast.ParenQuery:
			if !onlySegments(source.Query) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// A Verdict is what the service says of a query.
type Verdict struct {
	// Asked tells that the service gave its word. It does not for a realtime
	// query, nor where Validate ended early.
	Asked bool
	// Problems are what it found; none if the query is valid.
	Problems []Problem
}

// A Problem is one entry of the service's ValidationResult. It has no position.
type Problem struct {
	Code  string `json:"ErrorCode"` // such as SegmentDciValidator_SegmentInvalid; may be empty
	Field string `json:"FieldName"` // the column of the segment, such as msdyncrm_query; empty if it is none
}

// RealtimeNote says why a realtime query has no verdict.
const RealtimeNote = "the service can validate one only by publishing it, so realtime queries are checked here alone"

// PageNote says why a query with page steps has no verdict.
const PageNote = "ORDERBY, SKIP, TAKE and SELECT are for fetching members, and no segment's query can have them"

// Validate asks the service about queries and returns a verdict for each, in
// their order. Queries of the same wire form are asked about once, unless it is
// the name that the service rejects. Progress, if not nil, is called after each
// query that has its verdict, by several goroutines but one at a time.
//
// At the first error the rest is given up: the verdicts that are there say so
// themselves.
func (c *Client) Validate(ctx context.Context, queries []Query, progress func(done, total int)) ([]Verdict, error) {
	// What the service says depends on all that it is sent.
	type question struct {
		wire string
		kind SegmentType
		fits bool // the name
	}
	verdicts := make([]Verdict, len(queries))
	equal := map[question][]int{}
	var order []question
	done := 0
	for i, q := range queries {
		if q.Dialect == check.Realtime || q.Pages {
			done++
			continue
		}
		ask := question{q.Wire, q.Type, nameFits(q.Name)}
		if equal[ask] == nil {
			order = append(order, ask)
		}
		equal[ask] = append(equal[ask], i)
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, ask := range order {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error {
			var verdict Verdict
			for _, i := range equal[ask] {
				if !verdict.Asked || verdict.aboutName() {
					var err error
					if verdict, err = c.validate(groupCtx, queries[i]); err != nil {
						return err
					}
				}
				mu.Lock()
				verdicts[i] = verdict
				done++
				progress(done, len(queries))
				mu.Unlock()
			}
			return nil
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return verdicts, err
}

// aboutName reports whether it is the name of the segment that is rejected, so
// that the same query may be good under another.
func (v Verdict) aboutName() bool {
	return slices.ContainsFunc(v.Problems, func(p Problem) bool { return p.Field == nameColumn })
}

func (c *Client) validate(ctx context.Context, q Query) (Verdict, error) {
	r := c.post("validate a query", "msdyncrm_ValidateSegment", validation{
		Name: q.Name, Query: q.Wire, Type: q.Type,
		// The service may pass over a draft.
		Status: GoingLive,
	})
	r.idempotent = true
	r.secrets = []string{q.Wire}
	verdict := Verdict{Asked: true}
	err := c.call(ctx, r, func(a answer) (err error) {
		verdict.Problems, err = r.readProblems(a)
		return err
	})
	if err != nil {
		return Verdict{}, err
	}
	return verdict, nil
}

type validation struct {
	Name   string      `json:"msdyncrm_segmentname"`
	Query  string      `json:"msdyncrm_segmentquery"`
	Type   SegmentType `json:"msdyncrm_segmenttype"`
	Status Status      `json:"statuscode"`
}

// maxProblems is more than any query can have.
const maxProblems = 100

// readProblems reads the answer: a string that holds a JSON array, empty or
// missing where the query is valid. What it holds beside codes and names of columns
// is not let through.
func (r *Request) readProblems(a answer) ([]Problem, error) {
	var got struct{ ValidationResult *string }
	if err := into(&got)(a); err != nil {
		return nil, err
	}
	if got.ValidationResult == nil {
		return nil, errForm // an answer to something else: not a word on the query
	}
	text := strings.TrimSpace(*got.ValidationResult)
	if text == "" {
		return nil, nil
	}
	var problems []Problem
	d := json.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&problems); err != nil {
		return nil, errForm
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errForm
	}
	problems = problems[:min(len(problems), maxProblems)]
	for i := range problems {
		p := &problems[i]
		// A word of which something was taken out is none any more.
		if p.Code = r.clean(p.Code, a.token, 64); !problemCode.MatchString(p.Code) {
			p.Code = ""
		}
		if !segmentFields[p.Field] {
			p.Field = ""
		}
	}
	return problems, nil
}

// problemCode is the form of an ErrorCode. What has another is not a code, and
// may hold anything.
var problemCode = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// segmentFields are the columns that a FieldName can name.
var segmentFields = map[string]bool{
	"msdyncrm_segmentname": true, "msdyncrm_segmenttype": true, "msdyncrm_segmentquery": true, "msdyncrm_query": true,
	"msdyncrm_segmentmemberids": true, "msdyncrm_segmentqueryname": true, "msdyncrm_description": true, "statuscode": true,
}
