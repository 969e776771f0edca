// Command lspbench measures language servers: it drives them over their
// standard input and output as an editor would, side by side, and prints how
// long they take and how much memory they hold.
//
// It knows a server by the protocol alone, so it measures the server of segment
// queries as it measures any other. It writes only below a temporary folder,
// which it removes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

const usage = `lspbench measures language servers as an editor would use them, side by side.

  go run ./internal/lsp/lspbench [flags]

  --server NAME=COMMAND   a server and its arguments, split at blanks; repeat it for more
                          (without it: segls, built from this repository; so is segls=segls)
  --lang NAME=seg|go      the language of the files that a server gets; without it go for gopls, else seg
  --lines N,N             the lengths of the file that is edited, a workspace for each (150,10000)
  --files N               and a workspace of N small files (1000; 0 for none)
  --rounds N              how often everything is measured in each workspace (200)
  --starts N              how often each server is started in each workspace (10)
  --timeout DURATION      how long to wait for any one answer (1m)
  --format text|json      what to print
  --ratio A/B             print the times of server A divided by those of server B
  --max-ratio X           exit with 1 if p50 or p99 of A is above X times that of B
  --help                  print this

Measured are, as the percentiles 50, 90 and 99 and the worst:
  ready                   from the start of the process to the answer to initialize
  first diagnostics       from the start of the process to the diagnostics of the opened file
  whole workspace         from the start of the process to the diagnostics of all files with a mistake, opened or not
  edit                    from one character typed in the middle of the file to its diagnostics: it makes a mistake, the
                          next mends it, and only diagnostics of that version that show it count
  completion              from the request, sent at once after a change that ends with a dot, to the answer
  hover, definition       from the request to the answer
  document symbols, semantic tokens, formatting
                          the same, sent at once after a change of one character
  memory, peak memory     after all rounds, on Linux

The servers take turns, round by round, so that other load of the machine hits all alike; before a turn all must be
idle. The first start and the first rounds do not count. What a server does not offer or refuses is left out, and an
answer without what it must hold ends the run.

Exit code: 0 after a complete run, 1 for a ratio above the limit, 2 for bad usage or a server that fails.
`

// settings are what a run is asked to do.
type settings struct {
	servers     []server
	lines       []int
	files       int
	rounds      int
	starts      int
	timeout     time.Duration
	format      string
	over, under string // the servers of the ratio, "" if there is none
	maxRatio    float64
}

// server is how one is started, and the language that it is measured with.
type server struct {
	name    string
	command []string
	lang    *language
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	fail := func(err error) int {
		fmt.Fprintf(stderr, "lspbench: %s\n", err)
		return 2
	}
	s, err := parse(args)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		return fail(fmt.Errorf("%w; lspbench --help lists the flags", err))
	}
	folder, err := os.MkdirTemp("", "lspbench-")
	if err != nil {
		return fail(errors.New("no temporary folder can be made"))
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := build(ctx, s.servers, folder); err != nil {
		return fail(err)
	}
	r, err := measure(ctx, s, folder, stderr)
	if err != nil {
		return fail(err)
	}
	r.compare(s.over, s.under)
	if err := r.print(stdout, s.format); err != nil {
		return fail(errors.New("the report can't be written"))
	}
	if s.maxRatio == 0 {
		return 0
	}
	above := r.above(s.maxRatio)
	for _, sentence := range above {
		fmt.Fprintln(stderr, "lspbench: "+sentence)
	}
	return min(len(above), 1)
}

func parse(args []string) (settings, error) {
	var s settings
	var servers, langs []string
	var ratio string
	set := pflag.NewFlagSet("lspbench", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	set.StringArrayVar(&servers, "server", []string{"segls=segls"}, "")
	set.StringArrayVar(&langs, "lang", nil, "")
	set.IntSliceVar(&s.lines, "lines", []int{150, 10_000}, "")
	set.IntVar(&s.files, "files", 1000, "")
	set.IntVar(&s.rounds, "rounds", 200, "")
	set.IntVar(&s.starts, "starts", 10, "")
	set.DurationVar(&s.timeout, "timeout", time.Minute, "")
	set.StringVar(&s.format, "format", "text", "")
	set.StringVar(&ratio, "ratio", "", "")
	set.Float64Var(&s.maxRatio, "max-ratio", 0, "")
	if err := set.Parse(args); err != nil {
		return s, err
	}
	for _, text := range servers {
		name, command, _ := strings.Cut(text, "=")
		one := server{name: name, command: strings.Fields(command), lang: languages["seg"]}
		if name == "gopls" {
			one.lang = languages["go"]
		}
		if name == "" || len(one.command) == 0 {
			return s, fmt.Errorf("--server %q is not of the form NAME=COMMAND", text)
		}
		if s.server(name) != nil {
			return s, fmt.Errorf("two servers are called %s", name)
		}
		s.servers = append(s.servers, one)
	}
	for _, text := range langs {
		name, id, _ := strings.Cut(text, "=")
		one, lang := s.server(name), languages[id]
		if one == nil || lang == nil {
			return s, fmt.Errorf("--lang %q must be the name of a server, = and seg or go", text)
		}
		one.lang = lang
	}
	s.over, s.under, _ = strings.Cut(ratio, "/")
	switch {
	case set.NArg() > 0:
		return s, fmt.Errorf("%q is no flag", set.Arg(0))
	case s.format != "text" && s.format != "json":
		return s, fmt.Errorf("--format must be text or json, not %q", s.format)
	case s.rounds < 1 || s.starts < 1 || s.files < 0 || s.timeout <= 0 || s.maxRatio < 0 || slices.Min(append(s.lines, 1)) < 1:
		return s, errors.New("--rounds, --starts, --lines and --timeout must be above 0, --files and --max-ratio not below")
	case ratio != "" && (s.server(s.over) == nil || s.server(s.under) == nil):
		return s, fmt.Errorf("--ratio %q must be the names of two servers with / between them", ratio)
	case ratio == "" && s.maxRatio > 0:
		return s, errors.New("--max-ratio needs --ratio A/B")
	}
	return s, nil
}

func (s *settings) server(name string) *server {
	i := slices.IndexFunc(s.servers, func(o server) bool { return o.name == name })
	if i < 0 {
		return nil
	}
	return &s.servers[i]
}

// build builds segls and puts it in where a server's command is just that word.
func build(ctx context.Context, servers []server, folder string) error {
	path := filepath.Join(folder, "segls.exe") // every system runs that
	isBuilt := false
	for _, s := range servers {
		if s.command[0] != "segls" {
			continue
		}
		if !isBuilt {
			out, err := exec.CommandContext(ctx, "go", "build", "-o", path, "segql/cmd/segls").CombinedOutput() // the folder is our own
			if err != nil {
				return fmt.Errorf("segls can't be built, start lspbench in its repository: %s", strings.TrimSpace(string(out)))
			}
			isBuilt = true
		}
		s.command[0] = path
	}
	return nil
}
