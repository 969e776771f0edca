package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"segql/dataverse"
	"segql/dataverse/orgurl"
	"segql/dataverse/signin"
	"segql/internal/console"
	"segql/internal/project"
)

// remote are the flags of every command that asks the service.
type remote struct {
	app       *app
	org       string
	tenant    string
	authority string
	verbose   bool
	dryRun    bool
	trouble   sync.Once
	waiting   sync.Once
}

func (r *remote) flags(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&r.org, "org", "", "")
	fs.StringVar(&r.tenant, "tenant", "", "")
	fs.StringVar(&r.authority, "authority", "", "")
	fs.BoolVar(&r.verbose, "verbose", false, "")
	for _, flag := range []string{"org", "tenant", "authority"} {
		complete(cmd, flag)
	}
}

// dryRunFlag is for the commands that change the organization.
func (r *remote) dryRunFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&r.dryRun, "dry-run", false, "")
}

// organization returns the address of the organization: that of the flag, else
// of the environment, else of the seg.toml.
//
// A seg.toml comes with the files of a project, whoever wrote it. So it may only
// send the access token to a host of the vendor's.
func (r *remote) organization(config *project.Config) (string, error) {
	if address := cmp.Or(r.org, os.Getenv(dataverse.OrganizationVariable)); address != "" {
		u, err := orgurl.Origin(address)
		if err != nil {
			return "", usageError(err.Error())
		}
		return u.String(), nil
	}
	if config == nil || config.OrgURL == "" {
		return "", badUsage("no organization is named: give --org https://contoso.crm4.dynamics.com, set %s, or put url below [org] in seg.toml", dataverse.OrganizationVariable)
	}
	u, err := orgurl.Origin(config.OrgURL)
	if err != nil {
		return "", usageError(err.Error())
	}
	if !orgurl.IsVendors(u) {
		return "", badUsage("seg.toml names the organization %s, which is not on a host of Dynamics 365: if your access token may go there, say so with --org or %s", u, dataverse.OrganizationVariable)
	}
	return u.String(), nil
}

// here returns the organization for a command that is about no file.
func (r *remote) here() (string, error) {
	config, err := r.app.configs.For("x" + project.Extension)
	if err != nil && r.org == "" && os.Getenv(dataverse.OrganizationVariable) == "" {
		return "", err
	}
	return r.organization(config)
}

// client returns a client of an organization. With --dry-run it changes nothing
// and prints what it would send.
func (r *remote) client(org string) (*dataverse.Client, error) {
	a := r.app
	config := dataverse.Config{URL: org, Paused: r.paused, Repeats: r.repeats, Slow: r.slow}
	if r.verbose {
		config.Log = slog.New(slog.NewTextHandler(aside{a}, nil))
	}
	if r.dryRun {
		config.Credential = noCredential{}
		config.Preview = func(q dataverse.Request) { a.print(q.String()) }
		return dataverse.New(config)
	}
	options := signin.Options{
		Organization: org, Token: os.Getenv(dataverse.TokenVariable), Authority: r.authority, Tenant: r.tenant,
	}
	if console.IsTerminal(a.stderr) {
		options.Prompt = func(message string) { fmt.Fprintln(a.stderr, console.Visible(message)) }
	}
	credential, err := signin.New(options)
	if err != nil {
		return nil, err
	}
	config.Credential = credential
	return dataverse.New(config)
}

// paused tells the user that the service asks for patience. Several goroutines
// may call it.
func (r *remote) paused(until time.Time) {
	fmt.Fprintf(aside{r.app}, "seg: the service asks for patience until %s\n", until.Local().Format(time.TimeOnly))
}

// repeats tells the user, once, that what fails is tried again. Several goroutines
// may call it.
func (r *remote) repeats(e *dataverse.Error) {
	r.trouble.Do(func() { fmt.Fprintf(aside{r.app}, "seg: %s; trying again\n", e.Problem()) })
}

// slow tells the user, once, that the service takes its time. Several goroutines
// may call it.
func (r *remote) slow() {
	r.waiting.Do(func() { fmt.Fprintln(aside{r.app}, "seg: the service has not answered yet; still waiting") })
}

// noCredential is the sign-in of a dry run, which needs none.
type noCredential struct{}

func (noCredential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("a dry run does not sign in")
}

// run calls work with a client of the organization that is named here, until
// the user interrupts it.
func (r *remote) run(work func(context.Context, *dataverse.Client) error) error {
	org, err := r.here()
	if err != nil {
		return err
	}
	client, err := r.client(org)
	if err != nil {
		return r.failed(err)
	}
	defer client.Close()
	ctx, stop := interruptible()
	defer stop()
	return r.failed(work(ctx, client))
}

// interruptible returns a context that Ctrl-C ends. The next Ctrl-C ends the
// program.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// errInterrupted says that the user ended a command that leaves nothing half done.
var errInterrupted = errors.New("interrupted")

// failed sets the exit code that belongs to an error of the service.
func (r *remote) failed(err error) error {
	var service *dataverse.Error
	switch {
	case errors.Is(err, context.Canceled):
		r.app.found(exitInterrupted)
		return errInterrupted
	case errors.Is(err, errInterrupted):
		r.app.found(exitInterrupted)
	case errors.As(err, &service):
		r.app.found(exitService)
		if service.Status == http.StatusUnauthorized && os.Getenv(dataverse.TokenVariable) != "" {
			service.Advice = "the one in " + dataverse.TokenVariable + " has lapsed or is for another organization: get a new one"
		}
	}
	return err
}

// aside is standard error for what goroutines have to say while the work goes on.
type aside struct{ app *app }

func (w aside) Write(line []byte) (int, error) {
	w.app.working.Lock()
	defer w.app.working.Unlock()
	if m := w.app.shown; m != nil && m.bar != nil {
		_ = m.bar.Clear() // until there is progress again
	}
	return w.app.stderr.Write(line)
}

// A meter shows on a terminal how far a work is.
type meter struct {
	app   *app
	bar   *progressbar.ProgressBar
	title string
	to    io.Writer // nil if nothing is shown
}

func (a *app) meter(title string) *meter {
	m := &meter{app: a, title: title}
	if console.IsTerminal(a.stderr) {
		m.to = a.stderr
	}
	a.working.Lock()
	defer a.working.Unlock()
	a.shown = m
	return m
}

// set tells that done of total is done; a total of 0 is not known.
func (m *meter) set(done, total int) {
	if m.to == nil {
		return
	}
	m.app.working.Lock()
	defer m.app.working.Unlock()
	if total == 0 {
		total = -1
	}
	if m.bar == nil {
		m.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(m.to), progressbar.OptionSetDescription(m.title),
			progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
	if m.bar.GetMax() != total {
		m.bar.ChangeMax(total)
	}
	_ = m.bar.Set(done) // what the terminal does not take is not worth a word
}

// end takes the bar off the terminal.
func (m *meter) end() {
	m.app.working.Lock()
	defer m.app.working.Unlock()
	if m.bar != nil {
		_ = m.bar.Clear()
		_ = m.bar.Exit()
		m.bar = nil
	}
}

// terminal returns standard input if it is a terminal, else nil.
func (a *app) terminal() *os.File {
	f, ok := a.stdin.(*os.File)
	if !ok || !console.IsTerminal(f) {
		return nil
	}
	return f
}

// confirm asks the user before something that cannot be undone. It returns nil
// if they agree. The question may take a request to make.
func (a *app) confirm(ctx context.Context, cmd *cobra.Command, question func() (string, error)) error {
	f := a.terminal()
	if f == nil {
		return badUsage("%s asks before it goes on, but standard input is no terminal: give --yes", strings.TrimPrefix(cmd.CommandPath(), "seg "))
	}
	text, err := question()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s [y/N] ", console.Visible(text))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(f).ReadString('\n') // no answer is no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return ctx.Err()
	case text := <-answer:
		if text == "y" || text == "yes" {
			return nil
		}
		return foundError("nothing was done")
	}
}
