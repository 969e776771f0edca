package dataversetest

import (
	"net"
	"net/http"
	"strings"
	"time"
)

// Kind is a kind of misbehaviour.
type Kind int

// The kinds of misbehaviour.
const (
	None        Kind = iota
	TooMany          // 429
	Unavailable      // 503
	Forbidden        // 403 that names a privilege
	Expired          // 401
	Reset            // the connection is reset before anything is done
	ResetAfter       // it is done, then the connection is reset
	Slow             // the answer comes after Fault.Delay
	CutOff           // half of the answer comes
	HTML             // a proxy's page with status 502
	WrongType        // the answer with the content type of text
	Endless          // an answer without end
	HugeHeader       // a header of a megabyte, if it is taken
	Deep             // JSON nested a hundred thousand deep
	Redirect         // to Fault.Text
	Nothing          // an empty list
	Echo             // 400 whose message repeats the request's token and body
)

// A Fault is one misbehaviour.
type Fault struct {
	Kind Kind
	// Text is the Retry-After of TooMany and Unavailable, none if empty, and
	// the target of Redirect.
	Text string
	// Delay is that of Slow.
	Delay time.Duration
}

// silent reports whether no answer reaches the client.
func (f Fault) silent() bool { return f.Kind == Reset || f.Kind == ResetAfter }

// before answers in place of the double; it returns whether it has.
func (f Fault) before(w *recorder) bool {
	if f.Text != "" && f.Kind != Redirect {
		w.header.Set("Retry-After", f.Text)
	}
	switch f.Kind {
	case TooMany:
		fail(w, http.StatusTooManyRequests, "0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds.")
	case Unavailable:
		fail(w, http.StatusServiceUnavailable, "", "The service is unavailable.")
	case Forbidden:
		fail(w, http.StatusForbidden, "0x80040220", "Principal user is missing prvReadmsdyncrm_segment privilege.")
	case Expired:
		fail(w, http.StatusUnauthorized, "", "")
	case HTML:
		w.header.Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		w.body = []byte("<html><body><h1>Bad gateway</h1></body></html>")
	case Deep:
		w.header.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		w.body = []byte(`{"ValidationResult":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}")
	case Nothing:
		reply(w, http.StatusOK, map[string]any{"value": []any{}})
	case Redirect:
		w.header.Set("Location", f.Text)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case Reset, Endless, HugeHeader:
		w.WriteHeader(http.StatusOK)
	default:
		return false
	}
	return true
}

// send sends the answer in the way of the fault.
func (f Fault) send(w http.ResponseWriter, r *http.Request, answer *recorder) {
	switch f.Kind {
	case Reset, ResetAfter:
		reset(w)
		return
	case Slow:
		select {
		case <-time.After(f.Delay):
		case <-r.Context().Done():
			return
		}
	case Endless:
		endless(w, r)
		return
	case HugeHeader:
		hugeHeader(w)
		return
	case WrongType:
		answer.header.Set("Content-Type", "text/plain")
	default:
	}
	for name, values := range answer.header {
		w.Header()[name] = values
	}
	if f.Kind == CutOff {
		// The length that is announced never comes: the server closes the connection.
		w.Header().Set("Content-Length", itoa(len(answer.body)+1))
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body[:len(answer.body)/2]) // the client sees the rest missing
		return
	}
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body) // a client that has gone needs no answer
}

func reset(w http.ResponseWriter) {
	c := hijack(w)
	if c == nil {
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the close becomes a reset
	}
	_ = c.Close() // that is the point
}

func hijack(w http.ResponseWriter) net.Conn {
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil
	}
	c, _, err := h.Hijack()
	if err != nil {
		return nil
	}
	return c
}

func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	piece := []byte(`{"ValidationResult":"` + strings.Repeat("x", 64<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(piece); err != nil {
			return
		}
		piece = piece[len(piece)-64<<10:]
	}
}

func hugeHeader(w http.ResponseWriter) {
	c := hijack(w)
	if c == nil {
		return
	}
	defer func() { _ = c.Close() }() // the client has long gone
	if _, err := c.Write([]byte("HTTP/1.1 200 OK\r\nX-Long: ")); err != nil {
		return
	}
	piece := []byte(strings.Repeat("x", 64<<10))
	for range 1 << 4 {
		if _, err := c.Write(piece); err != nil {
			return
		}
	}
}
