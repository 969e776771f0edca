//go:build !js

// Command segls is the language server of segment queries. It speaks the
// Language Server Protocol on its standard input and output, or with
// --listen on a TCP port.
//
// Compiled to WebAssembly it talks to the JavaScript that loads it instead; see
// main_js.go.
//
// It imports internal/lsp, where all of the work is done. To have an organization
// validate queries when the user asks for it, it imports dataverse, with
// dataverse/signin to sign in there, and lang/check for what is found.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"go.lsp.dev/jsonrpc2"

	"segql/dataverse"
	"segql/internal/lsp"
)

const usage = `segls is the language server of segment queries. Editors start it; docs/editors.md says how.

  segls [flags]

It speaks the Language Server Protocol 3.18 on standard input and output.

  --listen HOST:PORT   wait for clients at this address instead, until it is interrupted; only at
                       127.0.0.1 or localhost, and with port 0 at a free port, which --verbose logs;
                       organizations are then asked with access tokens of the client alone
  --log FILE           append the log to a file; without it the log goes to standard error
  --verbose            log what it does, too, not only what went wrong
  --stdio              what it does anyway; many editors say so
  --version            print the version
  --help               print this

Exit code: 0 when the client has ended the session or closed the connection, 1 when it sent exit without
shutdown before, or when nobody could say where its next message starts, 2 for bad usage.
`

func main() {
	if os.Getenv("GOGC") == "" {
		keepHeapSmall()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], polled(os.Stdin), polled(os.Stdout), os.Stderr)
	stop()
	os.Exit(code)
}

type flags struct {
	listen, log            string
	verbose, version, help bool
}

func run(ctx context.Context, args []string, stdin io.ReadCloser, stdout io.WriteCloser, stderr io.Writer) int {
	var f flags
	set := pflag.NewFlagSet("segls", pflag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.listen, "listen", "", "")
	set.StringVar(&f.log, "log", "", "")
	set.BoolVar(&f.verbose, "verbose", false, "")
	set.BoolVar(&f.version, "version", false, "")
	set.BoolVarP(&f.help, "help", "h", false, "")
	// Many clients start every server with --stdio or with --clientProcessId.
	set.Bool("stdio", false, "")
	set.Int("clientProcessId", 0, "")
	fail := func(code int, format string, args ...any) int {
		fmt.Fprintf(stderr, "segls: "+format+"\n", args...)
		return code
	}
	var wrong *pflag.InvalidValueError
	switch err := set.Parse(args); {
	case errors.As(err, &wrong):
		kind := "true or false"
		if wrong.GetFlag().Value.Type() == "int" {
			kind = "a number"
		}
		return fail(2, "--%s should be %s, but is %q", wrong.GetFlag().Name, kind, wrong.GetValue())
	case err != nil:
		return fail(2, "%s; segls --help lists the flags", strings.TrimSpace(err.Error()))
	case set.NArg() > 0:
		return fail(2, "it takes no arguments, but got %q; to check files use seg check", set.Arg(0))
	case f.help:
		fmt.Fprint(stdout, usage)
		return 0
	case f.version:
		fmt.Fprintln(stdout, "segls "+version())
		return 0
	}
	logTo := stderr
	if f.log != "" {
		file, err := os.OpenFile(f.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return fail(2, "the log file %s can't be written: %s", f.log, reason(err))
		}
		defer func() { _ = file.Close() }()
		logTo = file
	}
	level := slog.LevelWarn
	if f.verbose {
		level = slog.LevelDebug
	}
	options := lsp.Options{
		Version: version(), Files: lsp.Disk{},
		Log:          slog.New(slog.NewTextHandler(logTo, &slog.HandlerOptions{Level: level})),
		Organization: os.Getenv(dataverse.OrganizationVariable),
	}
	options.Remote = newRemote(options.Log, os.Getenv(dataverse.TokenVariable), f.listen != "")
	options.Pull = newPull(options.Log)
	if f.listen != "" {
		return listen(ctx, f.listen, options, fail)
	}
	options.WatchParent, options.Quiet = true, new(collector).collect
	switch err := lsp.Serve(ctx, stdio{stdin, stdout}, options); {
	case errors.Is(err, lsp.ErrNoShutdown):
		return 1
	case errors.Is(err, jsonrpc2.ErrInvalidHeader):
		return fail(1, "what came in is no message of the Language Server Protocol; let an editor start segls, as docs/editors.md says")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fail(1, "the input ended in the middle of a message; the client must have crashed")
	case err != nil:
		return fail(1, "the connection to the client broke: %s", err)
	}
	return 0
}

// listen serves clients on a TCP address, several at a time, until ctx ends.
func listen(ctx context.Context, address string, options lsp.Options, fail func(int, string, ...any) int) int {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fail(2, "%q is no address; write a host and a port, such as 127.0.0.1:7777", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fail(2, "it listens on this computer alone, on 127.0.0.1 or localhost, not on %q: whoever can connect can read your files", host)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fail(2, "%q is no port; write a number from 0 to 65535, such as 127.0.0.1:7777", port)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fail(2, "it can't listen on %s; is another program using that port?", address)
	}
	options.Log.Info("listening", "address", l.Addr().String())
	return serveAll(ctx, l, options, fail)
}

// serveAll serves the clients that l accepts until ctx ends, or l breaks.
func serveAll(ctx context.Context, l net.Listener, options lsp.Options, fail func(int, string, ...any) int) int {
	var clients sync.WaitGroup
	defer clients.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before the wait
	context.AfterFunc(ctx, func() { _ = l.Close() })
	for {
		c, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return 0
		case isTemporary(err):
			options.Log.Warn("no client accepted", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(acceptPause):
			}
			continue
		case err != nil:
			return fail(1, "it can't accept clients any more: %s", err)
		}
		clients.Go(func() {
			if err := lsp.Serve(ctx, c, options); err != nil {
				options.Log.Warn("session ended", "error", err)
			}
		})
	}
}

// acceptPause is how long it waits after an error that may pass.
const acceptPause = 100 * time.Millisecond

// isTemporary reports whether an error may pass, as that of too many open files
// does when a client goes.
func isTemporary(err error) bool {
	var said interface{ Temporary() bool }
	return errors.As(err, &said) && said.Temporary()
}

// reason returns what the system says of a path, without the path.
func reason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// stdio is standard input and output as one connection.
type stdio struct {
	io.ReadCloser
	out io.WriteCloser
}

func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }

// WriteInstantly writes what goes without waiting, if the system tells.
func (s stdio) WriteInstantly(p []byte) (int, error) {
	if out, ok := s.out.(interface {
		WriteInstantly(p []byte) (int, error)
	}); ok {
		return out.WriteInstantly(p)
	}
	return 0, nil
}

// ReadInstantly reads what is there, if the system tells.
func (s stdio) ReadInstantly(p []byte) int {
	if in, ok := s.ReadCloser.(interface{ ReadInstantly(p []byte) int }); ok {
		return in.ReadInstantly(p)
	}
	return 0
}

func (s stdio) Close() error { return errors.Join(s.ReadCloser.Close(), s.out.Close()) }
