package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/lang/check"
	"segql/lang/format"
	"segql/lang/parser"
	"segql/lang/schema"
)

func TestPercentile(t *testing.T) {
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(i+1))
	}
	for _, c := range []struct {
		values []float64
		p      int
		want   float64
	}{
		{[]float64{7}, 50, 7},
		{[]float64{7}, 99, 7},
		{[]float64{1, 2}, 50, 1},
		{[]float64{1, 2, 3}, 50, 2},
		{[]float64{1, 2, 3}, 99, 3},
		{hundred, 50, 50},
		{hundred, 99, 99},
		{append(slices.Clone(hundred), 101), 99, 100},
	} {
		if got := percentile(c.values, c.p); got != c.want {
			t.Errorf("percentile %d of %d values: %g, want %g", c.p, len(c.values), got, c.want)
		}
	}
}

func TestRatios(t *testing.T) {
	r := &report{}
	keep := r.in("w")
	for i := range 4 {
		keep("a", "edit", float64(i))
		keep("b", "edit", float64(10*i))
		keep("a", "hover", 1) // which b does not offer
		keep("a", "memory", 1)
		keep("b", "memory", 1)
	}
	r.compare("a", "b")
	if diff := cmp.Diff([]ratio{{"w", "edit", 0.1, 0.1}}, r.Ratios); diff != "" {
		t.Error(diff)
	}
	if got := r.above(0.1); len(got) != 0 {
		t.Errorf("above its own value: %q", got)
	}
	if got := r.above(0.09); len(got) != 1 || !strings.HasPrefix(got[0], "w, edit: the ratio is 0.100 (p50) and 0.100 (p99)") {
		t.Errorf("not above 0.09: %q", got)
	}
	if got := (&report{}).above(1); len(got) != 1 {
		t.Errorf("without a ratio: %q", got)
	}
}

func TestBehind(t *testing.T) {
	p := place{3, 5}
	for text, want := range map[string]place{"": p, "xy": {3, 7}, "x\n": {4, 0}, "\n\n\tx": {5, 2}} {
		if got := p.behind(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestTexts holds that the texts of segments are right and laid out as segfmt
// does it, so that the only mistakes are those that the benchmark makes.
func TestTexts(t *testing.T) {
	for _, w := range []*workspace{oneFile(languages["seg"], 150), manyFiles(languages["seg"], 120), manyFiles(languages["seg"], 1)} {
		var files []*check.File
		for _, f := range w.files {
			tree := parser.Parse(f.text)
			if got := format.File(tree, format.Options{Width: 100, Indent: "  "}); got != f.text {
				t.Fatalf("%s is not in canonical layout: %s", f.name, cmp.Diff(f.text, got))
			}
			files = append(files, &check.File{Path: f.name, Tree: tree, Dialect: check.Outbound, Schema: schema.Standard()})
		}
		project := check.NewProject(files, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
		for i, f := range files {
			var rules []string
			for _, finding := range project.Check(f) {
				if finding.Severity >= check.Warning {
					rules = append(rules, finding.Rule)
				}
			}
			var want []string
			if slices.Contains(w.wrong, i) {
				want = []string{"unknown-column"}
			}
			if diff := cmp.Diff(want, rules); diff != "" {
				t.Errorf("%s: %s", f.Path, diff)
			}
		}
		lines := strings.Split(w.files[0].text, "\n")
		for p, want := range map[place]string{w.mistake: "donotemail", w.blank: ".TRAVERSE(", w.complete: "== false"} {
			if !strings.HasSuffix(lines[p.Line][:p.Character], want) {
				t.Errorf("%v stands behind %q, not behind %q", p, lines[p.Line][:p.Character], want)
			}
		}
	}
}

func TestBadUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"--nosuch", "unknown flag"},
		{"rest", `"rest" is no flag`},
		{"--server segls", `--server "segls" is not of the form NAME=COMMAND`},
		{"--server a=x --server a=y", "two servers are called a"},
		{"--lang a=seg", `--lang "a=seg" must be the name of a server`},
		{"--lang segls=c", `--lang "segls=c" must be`},
		{"--format xml", "--format must be text or json"},
		{"--rounds 0", "must be above 0"},
		{"--lines 0", "must be above 0"},
		{"--ratio segls/gopls", `--ratio "segls/gopls" must be the names of two servers`},
		{"--max-ratio 2", "--max-ratio needs --ratio A/B"},
		{"--server none=/no/such/program --files 0", "the server none can't be started"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(c.args), &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), c.want) || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d, %s%s", c.args, code, stderr.String(), stdout.String())
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-h"}, &stdout, &stderr); code != 0 || stdout.String() != usage || stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	for line := range strings.Lines(usage) {
		if len(line) > 121 {
			t.Errorf("longer than 120 characters: %s", line)
		}
	}
}

// TestServer measures segls, built from this repository.
func TestServer(t *testing.T) {
	var stdout, stderr bytes.Buffer
	args := "--server a=segls --server b=segls --rounds 2 --starts 2 --lines 150 --files 100 --format json --ratio a/b --max-ratio 1e9"
	if code := run(t.Context(), strings.Fields(args), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var r report
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, f := range r.Figures {
		counts[f.Workspace+", "+f.Measure+", "+f.Server] = f.Count
		if f.P50 <= 0 || f.P50 > f.P90 || f.P90 > f.P99 || f.P99 > f.Max {
			t.Errorf("no percentiles: %+v", *f)
		}
	}
	for key, want := range map[string]int{
		"150 lines, ready, a": 2, "150 lines, first diagnostics, b": 2, "150 lines, edit, a": 4, "150 lines, edit, b": 4, "150 lines, completion, a": 2,
		"150 lines, hover, a": 2, "150 lines, definition, a": 2, "150 lines, formatting, b": 2, "100 files, whole workspace, a": 2, "100 files, edit, b": 4,
	} {
		if counts[key] != want {
			t.Errorf("%s: %d values, want %d", key, counts[key], want)
		}
	}
	if runtime.GOOS == "linux" && counts["100 files, peak memory, a"] != 1 {
		t.Error("the memory was not measured")
	}
	if len(r.Ratios) < 10 {
		t.Errorf("%d ratios", len(r.Ratios))
	}
}

// TestFailingServer is about servers that do not do as the protocol has it.
func TestFailingServer(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[string]string{
		"mute":    "the server bad did not send the answer to initialize within 300ms",
		"dies":    "the server bad ended before it sent the answer to initialize; the last line of its standard error: no disk",
		"noise":   "the server bad ended before it sent the answer to initialize",
		"refuses": "the server bad refused initialize: not today",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Setenv("LSPBENCH_TEST_SERVER", mode)
			var stdout, stderr bytes.Buffer
			args := []string{"--server", "bad=" + self, "--files", "0", "--timeout", "300ms"}
			if mode != "mute" {
				args[len(args)-1] = "1m"
			}
			if code := run(t.Context(), args, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
				t.Errorf("exit code %d, %s", code, stderr.String())
			}
		})
	}
}

// TestMain is also a server that fails.
func TestMain(m *testing.M) {
	switch os.Getenv("LSPBENCH_TEST_SERVER") {
	case "":
		os.Exit(m.Run())
	case "mute":
		time.Sleep(time.Minute)
	case "dies":
		fmt.Fprintln(os.Stderr, "no disk")
		os.Exit(3)
	case "noise":
		fmt.Println("Hello, world!\n\n{}")
	case "refuses":
		body := `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"not today"}}`
		fmt.Printf("Content-Length: %d\r\n\r\n%s", len(body), body)
		time.Sleep(time.Minute)
	}
}
