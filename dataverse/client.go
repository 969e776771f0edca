package dataverse

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"segql/dataverse/orgurl"
)

// Limits of a client. The service allows 52 requests of a user at once.
const (
	atOnce        = 8
	maxAttempts   = 10
	maxPause      = 15 * time.Minute // a longer one is an error, not a pause
	patience      = time.Minute      // with failures of one request for which the service does not ask for patience
	requestLimit  = 150 * time.Second
	maxAnswer     = 32 << 20  // held in memory
	maxMetadata   = 256 << 20 // read as it comes in
	maxErrorBody  = 64 << 10
	maxHeaderSize = 256 << 10
)

const apiPath = "/api/data/v9.2/"

// Config says how a client reaches an organization.
type Config struct {
	// URL is the organization's address, such as
	// https://contoso.crm4.dynamics.com. Plain http is refused, but for an
	// address of this machine, where a double may listen.
	URL string
	// Credential gives the access tokens; see package signin, [FixedToken]
	// and [TokenFunc].
	Credential azcore.TokenCredential
	// Log, if not nil, gets a line for each request: its method, path and
	// status, never a token, a query or a member.
	Log *slog.Logger
	// Preview, if not nil, is given each request that would change the
	// organization, instead of the service: nothing is changed, and the call
	// goes on as if it had been.
	Preview func(Request)
	// Paused, if not nil, is told until when the client waits because the service
	// asks for patience. Several goroutines may call it.
	Paused func(until time.Time)
	// Repeats, if not nil, is told of each failure after which a request is sent
	// again, for about a minute at most. Several goroutines may call it.
	Repeats func(*Error)
	// Slow, if not nil, is told when a request has waited for a fifteenth of Limit,
	// ten seconds of the usual one. Several goroutines may call it.
	Slow func()
	// Clock is the real one if nil. Tests have their own.
	Clock Clock
	// Limit is how long one request may take; two and a half minutes if zero,
	// since the service itself allows two.
	Limit time.Duration
}

// A Client talks to one organization. Its methods may be called from several
// goroutines.
type Client struct {
	base    *url.URL
	http    *http.Client
	tokens  *tokens
	pace    *pace
	log     *slog.Logger
	preview func(Request)
	paused  func(until time.Time)
	repeats func(*Error)
	slow    func()
	limit   time.Duration
}

// New returns a client of the organization. It sends nothing yet.
func New(config Config) (*Client, error) {
	base, err := orgurl.Origin(config.URL)
	if err != nil {
		return nil, err
	}
	if config.Credential == nil {
		return nil, errors.New("the client has no sign-in: give it a credential")
	}
	clock := config.Clock
	if clock == nil {
		clock = realClock{}
	}
	log := config.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	paused := config.Paused
	if paused == nil {
		paused = func(time.Time) {}
	}
	repeats := config.Repeats
	if repeats == nil {
		repeats = func(*Error) {}
	}
	slow := config.Slow
	if slow == nil {
		slow = func() {}
	}
	limit := config.Limit
	if limit == 0 {
		limit = requestLimit
	}
	c := &Client{
		base:    base,
		http:    &http.Client{Transport: newTransport()},
		tokens:  newTokens(config.Credential, base, clock),
		pace:    newPace(clock),
		log:     log,
		preview: config.Preview,
		paused:  paused,
		repeats: repeats,
		slow:    slow,
		limit:   limit,
	}
	c.http.CheckRedirect = c.checkRedirect
	return c, nil
}

// Organization returns the origin of the organization's address.
func (c *Client) Organization() string { return c.base.String() }

// Close lets go of idle connections. The client may still be used.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}

// Redirects that are refused.
var (
	errRedirect = errors.New("redirect refused")
	errCircle   = errors.New("too many redirects")
)

// checkRedirect follows only what stays with the organization and asks for the
// same thing: a POST that becomes a GET does not.
func (c *Client) checkRedirect(next *http.Request, via []*http.Request) error {
	switch {
	case next.Method != via[0].Method || !sameOrigin(next.URL, c.base):
		return errRedirect
	case len(via) > 3:
		return errCircle
	}
	return nil
}

// call sends a request, again if need be, and gives the answer to read, which
// may be nil. Read must leave nothing behind if it fails.
func (c *Client) call(ctx context.Context, r *Request, read func(answer) error) error {
	if r.changes && c.preview != nil {
		c.preview(*r)
		return nil
	}
	fresh := false         // whether the token was renewed for this request
	failures := 0          // for which the service did not ask for patience
	var lost time.Duration // with them
	for attempt := 1; ; attempt++ {
		if err := c.pace.enter(ctx); err != nil {
			return waitError(r, err)
		}
		token, err := c.tokens.get(ctx)
		sent := time.Now()
		if err == nil {
			err = c.send(ctx, r, token, attempt, read)
		}
		failure := new(Error)
		again := errors.As(err, &failure) && failure.repeatable(r) && attempt < maxAttempts
		if failure.Status == http.StatusTooManyRequests {
			// Before the place is given away, or another request would slip through.
			until, news := c.pace.pause(failure.retryAfter, attempt)
			again = again && c.pace.fits(failure.retryAfter)
			c.log.Warn("dataverse pauses", "until", until)
			if news && again {
				c.paused(until)
			}
		}
		c.pace.leave()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case failure.Status == http.StatusUnauthorized && !fresh:
			if other, ended := c.tokens.drop(ctx, token); ended != nil {
				return ended
			} else if !other {
				return err
			}
			fresh = true
		case !again:
			return err
		case failure.Status == http.StatusTooManyRequests:
			// The pause holds everyone, this request too.
		default:
			wait := failure.retryAfter
			if wait == 0 {
				failures++
				wait = spread(doubling(failures))
				lost += time.Since(sent) + wait
			}
			if lost > patience || !c.pace.fits(wait) {
				return err
			}
			r.unsure = r.unsure || !failure.unsent
			c.repeats(failure)
			if err := c.pace.backOff(ctx, wait); err != nil {
				return err
			}
		}
	}
}

// send makes one attempt.
func (c *Client) send(ctx context.Context, r *Request, token string, attempt int, read func(answer) error) error {
	attemptCtx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	request, err := r.toHTTP(attemptCtx)
	if err != nil {
		return &Error{Asked: r.what, Message: "the request cannot be made", Advice: "check the organization's address"}
	}
	request.Header.Set("Authorization", "Bearer "+token)
	start := time.Now()
	slow := time.AfterFunc(c.limit/15, c.slow)
	defer slow.Stop()
	response, err := c.http.Do(request)
	if err != nil {
		failure := transportError(r, err)
		c.log.Warn("dataverse", "method", r.Method, "path", request.URL.Path, "attempt", attempt, "failure", failure.Message)
		return failure
	}
	defer func() { _ = response.Body.Close() }() // all that was wanted is read
	c.log.Info("dataverse", "method", r.Method, "path", request.URL.Path, "attempt", attempt,
		"status", response.StatusCode, "took", time.Since(start).Round(time.Millisecond))
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return answerError(r, token, response, c.pace.clock.Now())
	}
	if read == nil {
		// A connection is used again if its answer was read.
		_, _ = io.CopyN(io.Discard, response.Body, maxErrorBody)
		return nil
	}
	if err := read(answer{response.StatusCode, response.Header, response.Body, token}); err != nil {
		return readError(r, token, response, err)
	}
	return nil
}
