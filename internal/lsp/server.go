package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"segql/lang/token"
)

// The phases of a session.
const (
	phaseNew int32 = iota
	phaseInitialized
	phaseShutdown
)

// server serves one client.
type server struct {
	protocol.UnimplementedServer

	options Options
	log     *slog.Logger
	conn    jsonrpc2.Conn
	client  protocol.Client

	ctx     context.Context // ends with the session
	cancel  context.CancelFunc
	work    context.Context // of what goes on between requests; ends with shutdown, too
	endWork context.CancelFunc
	// presence ends when the client is gone, or wants nothing more: what may wait for
	// long for something else than it waits no longer.
	presence   context.Context
	leave      context.CancelFunc
	background sync.WaitGroup
	phase      atomic.Int32
	exited     atomic.Bool
	trace      atomic.Value // protocol.TraceValue

	// What the client can do, set once by initialize.
	can      capabilities
	encoding token.Encoding

	mu    sync.Mutex // held while the next state is made
	state atomic.Pointer[snapshot]
	// stale are the files whose diagnostics are to be made anew.
	stale map[fileURI]bool
	// reportIDs are those of the diagnostics that files have in the state, as far
	// as a client asked for them.
	reportIDs map[fileURI]string
	wake      chan struct{}
	shown     chan struct{} // has something in it when what the client shows in an open text may be out of date
	quiet     *time.Timer   // calls options.Quiet
	calls     atomic.Int32  // the requests that answers are being made to
	// isEdited tells that an edit left diagnostics to be made by idle.
	isEdited atomic.Bool
	// publishing is held while the client is told diagnostics; published is what it
	// was told last of each file.
	publishing sync.Mutex
	published  map[fileURI]published
	// pullsWorkspace tells that the client asks for the diagnostics of the workspace.
	pullsWorkspace atomic.Bool
	// settled is closed when the workspace was read for the first time.
	settled     chan struct{}
	settledOnce sync.Once
	configured  chan struct{} // is closed when the client said what its settings are
	started     sync.Once

	// reading reads the files and settings that the state changes by: of two
	// messages about one of them the later holds.
	reading queue
	// registering asks the client to register and unregister.
	registering queue
	// The settings of initialize, which never change, and those that the client
	// gave last. watched is what it is asked to watch, and schemaProblem what the
	// user was told of the schema of the settings. isSilent tells that the client let
	// the time for its settings pass, and endAsking ends the wait for an answer that
	// may still come. All but the first are for what stands in reading alone.
	initialSettings, lastSettings protocol.LSPAny
	watched                       []watched
	schemaProblem                 string
	isSilent                      bool
	endAsking                     context.CancelFunc
	works                         progressTokens
	tokens                        tokenCache
	usage                         usage
	// What organizations may be asked.
	distrusted bool // set once by initialize
	consent    consent
	saves      saves
}

func newServer(ctx context.Context, cancel context.CancelFunc, rwc io.ReadWriteCloser, options Options) *server {
	s := &server{
		options: options, log: options.Log, ctx: ctx, cancel: cancel,
		encoding: token.UTF16, stale: map[fileURI]bool{}, reportIDs: map[fileURI]string{}, published: map[fileURI]published{},
		wake: make(chan struct{}, 1), shown: make(chan struct{}, 1), settled: make(chan struct{}), configured: make(chan struct{}),
		consent: newConsent(), endAsking: func() {},
	}
	s.quiet = time.AfterFunc(math.MaxInt64, s.callQuiet) // idle sets the time
	s.work, s.endWork = context.WithCancel(ctx)
	s.presence, s.leave = context.WithCancel(s.work)
	s.trace.Store(protocol.TraceValueOff)
	s.state.Store(newSnapshot(options.Today()))
	s.conn = jsonrpc2.NewConn(newFrames(rwc, s.idle, s.leave, s.log), jsonrpc2.WithCodec(newCodec()))
	s.client = protocol.ClientDispatcher(s.conn)
	return s
}

// handler answers whatever the client sends.
func (s *server) handler() jsonrpc2.Handler {
	dispatch := s.cancellable(s.inPhase(s.spelling(protocol.ServerHandler(s, jsonrpc2.MethodNotFoundHandler))))
	return func(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
		// A released request's method and kind may be read no more once it is
		// answered, and the method's text is overwritten by the next message. It
		// goes into answers, which are UTF-8.
		method, isCall := strings.ToValidUTF8(strings.Clone(req.Method()), "\ufffd"), req.IsCall()
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("internal error", "method", method, "error", p, "stack", string(debug.Stack()))
				result, err = nil, jsonrpc2.Errorf(jsonrpc2.InternalError, "segls could not answer %s: an internal error, which its log describes; please report it", method)
			}
			if !isCall {
				// A notification has no answer, and jsonrpc2 takes its error for the
				// end of the connection.
				switch {
				case errors.Is(err, jsonrpc2.ErrMethodNotFound): // of a newer protocol, or another server's
					s.log.Debug("notification unknown", "method", method)
				case err != nil && !errors.Is(err, context.Canceled):
					s.log.Warn("notification not understood", "method", method, "error", err)
				}
				result, err = nil, nil
			}
		}()
		answered := s.traceMessage(method, req)
		result, err = dispatch(ctx, req)
		if isCall && err != nil {
			err = s.wireError(method, err)
		}
		answered(err)
		return result, err
	}
}

// requestKey is the key of the context that jsonrpc2 made for a request.
type requestKey struct{}

// cancellable gives each request a context of its own, which $/cancelRequest
// ends. That of jsonrpc2 is used again for later requests, so nothing may be
// derived from it that could outlive the handler.
func (s *server) cancellable(next jsonrpc2.Handler) jsonrpc2.Handler {
	var mu sync.Mutex
	running := map[jsonrpc2.ID]context.CancelFunc{}
	return func(request context.Context, req *jsonrpc2.Request) (any, error) {
		if req.Method() == protocol.MethodCancelRequest {
			id, err := cancelledID(req.Params())
			mu.Lock()
			cancel := running[id]
			mu.Unlock()
			if cancel != nil {
				cancel()
			}
			return nil, err
		}
		ctx := s.ctx
		if req.IsCall() {
			id := req.ID()
			withCancel, cancel := context.WithCancel(context.WithValue(ctx, requestKey{}, request))
			ctx = withCancel
			mu.Lock()
			running[id] = cancel
			mu.Unlock()
			end := s.beginCall()
			defer func() {
				end()
				cancel()
				mu.Lock()
				delete(running, id)
				mu.Unlock()
			}()
		}
		result, err := next(ctx, req)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return result, err
	}
}

// cancelledID returns the id that a $/cancelRequest names.
func cancelledID(params []byte) (jsonrpc2.ID, error) {
	var p protocol.CancelParams
	if err := protocol.Unmarshal(params, &p); err != nil {
		return jsonrpc2.ID{}, err
	}
	switch id := p.ID.(type) {
	case protocol.Integer:
		return jsonrpc2.NewNumberID(int64(id)), nil
	case protocol.String:
		return jsonrpc2.NewStringID(string(id)), nil
	}
	return jsonrpc2.ID{}, errors.New("it names no request")
}

// release lets the server read the next message while a request goes on.
func release(ctx context.Context) {
	if request, ok := ctx.Value(requestKey{}).(context.Context); ok {
		jsonrpc2.Async(request)
	}
}

// wireError puts an error into the form the client gets.
func (s *server) wireError(method string, err error) error {
	var wire *jsonrpc2.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return jsonrpc2.Errorf(protocol.CodeRequestCancelled, "the request was cancelled")
	case errors.Is(err, jsonrpc2.ErrMethodNotFound):
		return jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "segls does not know the method %s", method)
	case errors.Is(err, jsonrpc2.ErrParse):
		s.log.Warn("parameters not understood", "method", method, "error", err)
		return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the parameters of %s do not have the form that the protocol gives them", method)
	case errors.As(err, &wire):
		return err
	}
	return jsonrpc2.Errorf(protocolRequestFailed, "%s", err)
}

// protocolRequestFailed is LSP's RequestFailed: the request was well-formed
// but can't be done; its message is for the user.
const protocolRequestFailed jsonrpc2.Code = -32803

// failed returns an error whose sentence the editor shows to the user.
func failed(format string, args ...any) error {
	return jsonrpc2.NewError(protocolRequestFailed, fmt.Sprintf(format, args...))
}

// inPhase refuses what may not be asked yet, or no more.
func (s *server) inPhase(next jsonrpc2.Handler) jsonrpc2.Handler {
	return func(ctx context.Context, req *jsonrpc2.Request) (any, error) {
		method := req.Method()
		switch phase := s.phase.Load(); {
		case method == protocol.MethodExit:
		case phase == phaseNew && method != protocol.MethodInitialize:
			return nil, jsonrpc2.Errorf(jsonrpc2.ServerNotInitialized, "the first request must be initialize, not %s", method)
		case phase == phaseInitialized && method == protocol.MethodInitialize:
			return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "the server is initialized already")
		case phase == phaseShutdown:
			return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "the server was shut down; only exit may follow")
		}
		return next(ctx, req)
	}
}

// goBackground runs work that goes on between requests. The server lives on
// if it panics; work in a loop guards each turn, so that the next one comes.
func (s *server) goBackground(name string, work func(context.Context)) {
	s.background.Go(func() { s.guard(name, func() { work(s.work) }) })
}

// guard logs a panic of work.
func (s *server) guard(name string, work func()) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("internal error", "in", name, "error", p, "stack", string(debug.Stack()))
		}
	}()
	work()
}

// quietTime is how long the client must have said nothing for Options.Quiet.
const quietTime = 10 * time.Millisecond

func (s *server) callQuiet() {
	if s.calls.Load() == 0 { // else the last of them begins the wait anew
		s.guard("quiet", s.options.Quiet)
	}
}

// beginCall notes that an answer is being made, and with the function that it
// returns that it is made.
func (s *server) beginCall() (end func()) {
	s.calls.Add(1)
	return func() {
		s.calls.Add(-1)
		s.awaitQuiet()
	}
}

// awaitQuiet begins the wait for a pause.
func (s *server) awaitQuiet() {
	if s.options.Quiet != nil && s.isSettled() {
		s.quiet.Reset(quietTime)
	}
}

// SetTrace implements protocol.Server.
func (s *server) SetTrace(_ context.Context, params *protocol.SetTraceParams) error {
	s.trace.Store(params.Value)
	return nil
}

// traceMessage tells a client that asked for it what arrives, and with the
// function that it returns when that is done.
func (s *server) traceMessage(method string, req *jsonrpc2.Request) (done func(error)) {
	level := s.trace.Load()
	if level == protocol.TraceValueOff || method == protocol.MethodSetTrace {
		return func(error) {}
	}
	start := time.Now()
	kind := "notification"
	if req.IsCall() {
		kind = "request"
	}
	tell := func(message, verbose string) {
		params := &protocol.LogTraceParams{Message: message}
		if level == protocol.TraceValueVerbose {
			params.Verbose = &verbose
		}
		_ = s.client.LogTrace(s.ctx, params)
	}
	params := string(req.Params()[:min(len(req.Params()), maxTraced)])
	if len(req.Params()) > maxTraced {
		params += fmt.Sprintf(" ... (%d bytes)", len(req.Params()))
	}
	tell("received "+kind+" "+method, strings.ToValidUTF8(params, "\ufffd"))
	return func(err error) {
		outcome := "done"
		if err != nil {
			outcome = err.Error()
		}
		tell(fmt.Sprintf("handled %s %s in %s", kind, method, time.Since(start).Round(time.Microsecond)), outcome)
	}
}

// maxTraced is how much of the parameters of a message is traced, in bytes.
const maxTraced = 2000

// showMessage shows the user a sentence, unless the session comes to its end.
func (s *server) showMessage(kind protocol.MessageType, format string, args ...any) {
	if s.work.Err() != nil {
		return
	}
	_ = s.client.ShowMessage(s.ctx, &protocol.ShowMessageParams{Type: kind, Message: fmt.Sprintf(format, args...)})
}
