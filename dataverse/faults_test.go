package dataverse_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
)

// oneInFive answers a fifth of the requests with a fault. It depends on the
// request and on how often it came, not on the order, and no request fails more
// than eight times.
func oneInFive(seed string) func(*dataversetest.Call) dataversetest.Fault {
	var mu sync.Mutex
	came := map[string]int{}
	faults := []dataversetest.Fault{
		{Kind: dataversetest.TooMany, Text: "7"}, {Kind: dataversetest.TooMany, Text: "2.5"}, {Kind: dataversetest.TooMany},
		{Kind: dataversetest.Unavailable}, {Kind: dataversetest.Unavailable, Text: "3"},
		{Kind: dataversetest.Reset}, {Kind: dataversetest.ResetAfter}, {Kind: dataversetest.CutOff},
	}
	return func(c *dataversetest.Call) dataversetest.Fault {
		if c.Path == "msdyncrm_segments" {
			return dataversetest.Fault{} // a creation is not repeated: see TestRepeats
		}
		mu.Lock()
		key := c.Method + c.Path + c.Body
		came[key]++
		n := came[key]
		mu.Unlock()
		h := fnv.New64a()
		fmt.Fprint(h, seed, n, key)
		sum := h.Sum64() >> 16
		if sum%5 != 0 || n > 8 {
			return dataversetest.Fault{}
		}
		return faults[sum/5%uint64(len(faults))]
	}
}

func TestFaultsLoseNothing(t *testing.T) {
	s, pauses := faultyStage(t, "validate")
	queries := make([]dataverse.Query, 2000)
	for i := range queries {
		wire := fmt.Sprintf("PROFILE(contact).FILTER(firstname == 'n%d')", i)
		if i%3 == 0 {
			wire = fmt.Sprintf("PROFILE(nothing%d)", i)
		}
		queries[i] = dataverse.Query{Name: fmt.Sprint("q", i), Wire: wire, Type: dataverse.Dynamic}
	}
	last := 0
	verdicts, err := s.client.Validate(t.Context(), queries, func(done, total int) {
		if done != last+1 || total != len(queries) {
			t.Errorf("progress from %d to %d of %d", last, done, total)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range verdicts {
		if !v.Asked || (len(v.Problems) > 0) != (i%3 == 0) {
			t.Errorf("query %d has the verdict %+v", i, v)
		}
	}
	log := s.double.Log()
	answered := map[string]int{}
	faults := 0
	for _, c := range log {
		if c.Fault.Kind == dataversetest.None {
			answered[c.Body]++
		} else {
			faults++
		}
	}
	if len(answered) != len(queries) {
		t.Errorf("%d queries were answered, want %d", len(answered), len(queries))
	}
	for body, n := range answered {
		if n != 1 {
			t.Errorf("answered %d times: %s", n, body)
		}
	}
	if faults < len(log)/8 || faults > len(log)/3 {
		t.Errorf("%d of %d requests failed: that is no fifth", faults, len(log))
	}
	t.Logf("%d requests, %d with faults, %s on the clock", len(log), faults, s.clock.Now().Sub(start))
	pauses.check(t)
}

func TestFaultsLoseNoMembers(t *testing.T) {
	for _, seed := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		t.Run(seed, func(t *testing.T) {
			t.Parallel()
			s, pauses := faultyStage(t, "members"+seed)
			id, err := s.client.CreateSegment(t.Context(), dataverse.Segment{Name: "Members", Type: dataverse.Static})
			if err != nil {
				t.Fatal(err)
			}
			want := ids(50_000)
			var steps []int
			done, err := s.client.AddMembers(t.Context(), id, want, func(done, _ int) { steps = append(steps, done) })
			if err != nil || done != len(want) {
				t.Fatalf("%d done, %v", done, err)
			}
			if diff := cmp.Diff([]int{20_000, 40_000, 50_000}, steps); diff != "" {
				t.Error(diff)
			}
			got := s.double.Members(id)
			slices.Sort(want)
			if !slices.Equal(want, got) {
				t.Errorf("the segment has %d members, want %d", len(got), len(want))
			}
			log := s.double.Log()
			carried := map[string]int{} // how often a batch was carried out though its answer had come
			for _, c := range log {
				if c.Fault.Kind == dataversetest.None {
					carried[c.Body]++
				}
			}
			for _, n := range carried {
				if n != 1 {
					t.Errorf("a batch whose answer had come was sent again: %d times", n)
				}
			}
			pauses.check(t)
		})
	}
}

// a pauseLog collects the client's pauses, and where they stand among the events
// of the double's log.
type pauseLog struct {
	slog.Handler
	double *dataversetest.Server
	every  func(n int) // if not nil, is told of the nth pause

	mu     sync.Mutex
	pauses []pauseMark
}

type pauseMark struct {
	event int
	until time.Time
}

func (p *pauseLog) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "dataverse pauses" {
		return nil
	}
	m := pauseMark{event: p.double.Mark()}
	r.Attrs(func(a slog.Attr) bool {
		m.until = a.Value.Time()
		return true
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pauses = append(p.pauses, m)
	if p.every != nil {
		p.every(len(p.pauses))
	}
	return nil
}

// faultyStage is a stage whose client's pauses are noted.
func faultyStage(t *testing.T, seed string) (*stage, *pauseLog) {
	t.Helper()
	pauses := &pauseLog{Handler: slog.DiscardHandler}
	s := newStage(t, dataversetest.Options{Fault: oneInFive(seed)}, func(c *dataverse.Config) { c.Log = slog.New(pauses) })
	pauses.double = s.double
	return s, pauses
}

// Enabled takes all records.
func (p *pauseLog) Enabled(context.Context, slog.Level) bool { return true }

// check holds, by the double's own log, that each 429 makes a pause as long as
// was asked for, and that once the client knows of it only those requests arrive
// before its end that were on their way.
func (p *pauseLog) check(t *testing.T) {
	t.Helper()
	log := p.double.Log()
	refused := 0
	for _, c := range log {
		if c.Fault.Kind != dataversetest.TooMany {
			continue
		}
		refused++
		seconds, err := strconv.ParseFloat(c.Fault.Text, 64)
		if err != nil {
			seconds = 2 // at least: the first of 2, 4, 8 ..
		}
		until := c.Time.Add(time.Duration(seconds * float64(time.Second)))
		if !slices.ContainsFunc(p.pauses, func(m pauseMark) bool { return m.event > c.Answered && !m.until.Before(until) }) {
			t.Errorf("no pause of %v s follows a 429", seconds)
		}
	}
	if refused != len(p.pauses) {
		t.Errorf("%d pauses for %d answers of 429", len(p.pauses), refused)
	}
	for _, m := range p.pauses {
		onTheWay := 0
		for _, c := range log {
			if c.Arrived > m.event && c.Time.Before(m.until) {
				onTheWay++
			}
		}
		if onTheWay > 7 {
			t.Errorf("%d requests came within a pause", onTheWay)
		}
	}
}
