package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// figure is what was measured of one server in one workspace: milliseconds, or
// MB of memory.
type figure struct {
	Workspace string  `json:"workspace"`
	Measure   string  `json:"measure"`
	Server    string  `json:"server"`
	Count     int     `json:"count"`
	P50       float64 `json:"p50"`
	P90       float64 `json:"p90"`
	P99       float64 `json:"p99"`
	Max       float64 `json:"max"`
	values    []float64
}

// ratio is the times of one server divided by those of another.
type ratio struct {
	Workspace string  `json:"workspace"`
	Measure   string  `json:"measure"`
	P50       float64 `json:"p50"`
	P99       float64 `json:"p99"`
}

// report is all that a run measured, in the order in which it came.
type report struct {
	Figures []*figure `json:"figures"`
	Ratios  []ratio   `json:"ratios,omitempty"`
}

// in returns what records the values of a workspace.
func (r *report) in(workspace string) record {
	return func(server, measure string, value float64) {
		f := r.figure(workspace, measure, server)
		if f == nil {
			f = &figure{Workspace: workspace, Measure: measure, Server: server}
			r.Figures = append(r.Figures, f)
		}
		f.values = append(f.values, value)
	}
}

func (r *report) figure(workspace, measure, server string) *figure {
	i := slices.IndexFunc(r.Figures, func(f *figure) bool {
		return f.Workspace == workspace && f.Measure == measure && f.Server == server
	})
	if i < 0 {
		return nil
	}
	return r.Figures[i]
}

// compare works out the figures, and the ratios of two servers if they are named.
func (r *report) compare(over, under string) {
	for _, f := range r.Figures {
		slices.Sort(f.values)
		f.Count, f.Max = len(f.values), f.values[len(f.values)-1]
		f.P50, f.P90, f.P99 = percentile(f.values, 50), percentile(f.values, 90), percentile(f.values, 99)
	}
	for _, f := range r.Figures {
		other := r.figure(f.Workspace, f.Measure, under)
		if f.Server == over && other != nil && !f.isMemory() {
			r.Ratios = append(r.Ratios, ratio{f.Workspace, f.Measure, f.P50 / other.P50, f.P99 / other.P99})
		}
	}
}

func (f *figure) isMemory() bool { return strings.HasSuffix(f.Measure, "memory") }

// percentile returns the smallest of the sorted values that p percent of them
// do not exceed.
func percentile(sorted []float64, p int) float64 {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

// above returns a sentence for each ratio that is above the limit, or that
// there is none to hold against it.
func (r *report) above(limit float64) (out []string) {
	if len(r.Ratios) == 0 {
		return []string{"the servers have no figure in common, so there is no ratio"}
	}
	for _, q := range r.Ratios {
		if q.P50 > limit || q.P99 > limit {
			out = append(out, fmt.Sprintf("%s, %s: the ratio is %.3f (p50) and %.3f (p99), above %g", q.Workspace, q.Measure, q.P50, q.P99, limit))
		}
	}
	return out
}

// print writes the report as a table or as JSON.
func (r *report) print(w io.Writer, format string) error {
	if format == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "workspace\tmeasure\tserver\tcount\tp50\tp90\tp99\tmax\t")
	for _, f := range r.Figures {
		unit := "ms"
		if f.isMemory() {
			unit = "MB"
		}
		fmt.Fprintf(table, "%s\t%s (%s)\t%s\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t\n", f.Workspace, f.Measure, unit, f.Server, f.Count, f.P50, f.P90, f.P99, f.Max)
	}
	for i, q := range r.Ratios {
		if i == 0 {
			fmt.Fprintln(table, "\nworkspace\tmeasure\tratio p50\tratio p99\t")
		}
		fmt.Fprintf(table, "%s\t%s\t%.3f\t%.3f\t\n", q.Workspace, q.Measure, q.P50, q.P99)
	}
	return table.Flush()
}
