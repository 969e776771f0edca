package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"

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
	return Query{Name: name, Wire: wire, Type: TypeOf(d.Query), Dialect: dialect}, true
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
const RealtimeNote = "the service has no call that only validates a realtime query, it would publish it at once; " +
	"the query was checked locally"

// Validate asks the service about queries and returns a verdict for each, in
// their order. Equal queries are asked about once, and an answer holds as long
// as the client does. Progress, if not nil, is called after each query that has
// its verdict, by several goroutines but one at a time.
//
// At the first error the rest is given up: the verdicts that are there say so
// themselves.
func (c *Client) Validate(ctx context.Context, queries []Query, progress func(done, total int)) ([]Verdict, error) {
	verdicts := make([]Verdict, len(queries))
	equal := map[string][]int{}
	var order []string
	done := 0
	for i, q := range queries {
		if q.Dialect == check.Realtime {
			done++
			continue
		}
		if equal[q.Wire] == nil {
			order = append(order, q.Wire)
		}
		equal[q.Wire] = append(equal[q.Wire], i)
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	var mu sync.Mutex
	var stop atomic.Bool
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, wire := range order {
		if stop.Load() {
			break
		}
		group.Go(func() error {
			verdict, err := c.validateOnce(groupCtx, queries[equal[wire][0]])
			if err != nil {
				stop.Store(true)
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, i := range equal[wire] {
				verdicts[i] = verdict
			}
			done += len(equal[wire])
			progress(done, len(queries))
			return nil
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return verdicts, err
}

// pending is a question whose answer is there when done is closed.
type pending struct {
	done    chan struct{}
	verdict Verdict
	err     error
}

// validateOnce answers from the cache, or waits for whoever is asking, or asks.
func (c *Client) validateOnce(ctx context.Context, q Query) (Verdict, error) {
	for {
		c.mu.Lock()
		p := c.verdicts[q.Wire]
		if p == nil {
			p = &pending{done: make(chan struct{})}
			c.verdicts[q.Wire] = p
			c.mu.Unlock()
			p.verdict, p.err = c.validate(ctx, q)
			if p.err != nil {
				c.mu.Lock()
				delete(c.verdicts, q.Wire)
				c.mu.Unlock()
			}
			close(p.done)
			return p.verdict, p.err
		}
		c.mu.Unlock()
		select {
		case <-p.done:
			if p.err == nil {
				return p.verdict, nil
			}
			// The other one failed or was cancelled: ask for ourselves.
		case <-ctx.Done():
			return Verdict{}, ctx.Err()
		}
	}
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
		verdict.Problems, err = readProblems(a, r.secrets)
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
func readProblems(a answer, secrets []string) ([]Problem, error) {
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
		// A word in which something was redacted is none any more.
		if p.Code = redact(p.Code, a.token, secrets); !problemCode.MatchString(p.Code) || resembles(p.Code, append(secrets, a.token)) {
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
