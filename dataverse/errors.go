package dataverse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"segql/dataverse/orgurl"
	"segql/lang/schema"
)

// An Error says that the service did not do what it was asked.
type Error struct {
	// Asked is what was asked, as in "could not ..".
	Asked string
	// Status is the HTTP status; 0 if there was no answer.
	Status int
	// Code is the service's own, such as 0x80072322; may be empty.
	Code string
	// Message says what went wrong, without the token or the query.
	Message string
	// RequestID is what the vendor's support asks for; may be empty.
	RequestID string
	// Temporary tells that the same may work later.
	Temporary bool
	// Advice is what to do, one sentence without a full stop; may be empty.
	Advice string

	retryAfter time.Duration
	// unsent tells that the service has surely not carried the request out.
	unsent bool
}

// Error returns one sentence.
func (e *Error) Error() string {
	text := "could not " + e.Asked + ": " + e.Problem()
	if e.Advice != "" {
		text += "; " + e.Advice
	}
	return text
}

// Problem returns the part of the sentence that says what went wrong.
func (e *Error) Problem() string {
	var details []string
	if e.Status != 0 {
		details = append(details, "status "+strconv.Itoa(e.Status))
	}
	if e.Code != "" {
		details = append(details, "code "+e.Code)
	}
	if e.RequestID != "" {
		details = append(details, "request "+e.RequestID)
	}
	text := strings.TrimRight(e.Message, ". ")
	if details != nil {
		text += " (" + strings.Join(details, ", ") + ")"
	}
	return text
}

// repeatable reports whether the request may be sent again after this error.
func (e *Error) repeatable(r *Request) bool {
	return e.Temporary && (r.idempotent || e.unsent)
}

// codeNoRecord is the service's code of a record that does not exist.
const codeNoRecord = "0x80040217"

var privilege = regexp.MustCompile(`\bprv[A-Za-z][A-Za-z0-9_]{0,127}`)

// answerError makes an error of an answer that is not a success.
func answerError(r *Request, token string, response *http.Response, now time.Time) *Error {
	e := &Error{
		Asked: r.what, Status: response.StatusCode,
		RequestID: r.clean(requestID(response.Header), token, 64),
	}
	text := ""
	if isJSON(response.Header) {
		var got struct {
			Error struct{ Code, Message string }
		}
		err := json.NewDecoder(io.LimitReader(response.Body, maxErrorBody)).Decode(&got)
		if err == nil {
			e.Code = r.clean(got.Error.Code, token, 40)
			text = r.clean(got.Error.Message, token, 500)
		}
	}
	e.Message = "the service answered " + strings.ToLower(http.StatusText(e.Status))
	switch {
	case text != "":
		e.Message = "the service answered \"" + strings.TrimRight(text, ". ") + "\""
	case http.StatusText(e.Status) == "":
		e.Message = "the service gave an answer that has no meaning"
	case !isJSON(response.Header) && response.ContentLength != 0:
		e.Message += " with something that is not JSON, such as a proxy sends"
	}
	e.retryAfter = retryAfter(response.Header, now)
	e.advise(r, text, response)
	return e
}

func (e *Error) advise(r *Request, text string, response *http.Response) {
	switch status := e.Status; {
	case status == http.StatusUnauthorized:
		e.Message = "the service refused the access token"
		e.Advice = "sign in again"
	case status == http.StatusForbidden:
		if name := privilege.FindString(text); name != "" {
			e.Advice = "you lack the privilege " + name + ": ask an administrator of the organization for it"
		} else {
			e.Advice = "you lack a privilege for it: ask an administrator of the organization"
		}
	case status == http.StatusNotFound && e.Code == codeNoRecord:
		e.Advice = "check the id: there is no such record, or you may not see it"
	case status == http.StatusNotFound && isJSON(response.Header) && strings.Contains(r.URL, "msdyncrm_") && (strings.Contains(text, "for the segment") || !r.keyed):
		e.Message = "the service does not know this request"
		e.Advice = "the outbound marketing module is not installed in this organization"
	case status == http.StatusNotFound && isJSON(response.Header) && r.keyed:
		e.Advice = "check the id: there is no such record, or you may not see it"
	case status == http.StatusNotFound:
		e.Advice = "check the address of the organization"
	case status == http.StatusPreconditionFailed:
		e.Advice = "the record is gone or was changed by someone else: read it again"
	case status == http.StatusRequestEntityTooLarge:
		e.Advice = "send less at once"
	case status == http.StatusTooManyRequests:
		e.Temporary, e.unsent = true, true
		e.Advice = "the limits on requests are used up: try again later"
	case status == http.StatusServiceUnavailable, status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		e.Temporary = true
		e.Advice = laterAdvice(r)
	case status >= 300 && status < 400:
		e.Message = "the service redirects, but not to an address"
		e.Advice = "check the address of the organization"
	case status >= 500 && e.RequestID != "":
		e.Advice = "try again later; if it stays so, give the request's id to the vendor's support"
	case status >= 500:
		e.Advice = "try again later"
	}
}

func laterAdvice(r *Request) string {
	if r.idempotent {
		return "try again later"
	}
	return "it may have been done all the same: look before you try again"
}

func requestID(h http.Header) string {
	for _, name := range []string{"x-ms-service-request-id", "REQ_ID", "x-ms-request-id"} {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// retryAfter reads the pause that the service asks for: seconds, sometimes with
// a fraction; 0 if it does not say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, 1e9) * float64(time.Second))
}

// waitError makes an error of a request that was not sent. The end of a context
// stays what it is.
func waitError(r *Request, err error) error {
	var pause longPause
	if !errors.As(err, &pause) {
		return err
	}
	return &Error{
		Asked: r.what, Message: "the service takes no more requests of this user until " + pause.until.Local().Format(time.DateTime),
		Temporary: true, Advice: "try again then",
	}
}

// transportError makes an error of a request that got no answer.
func transportError(r *Request, err error) *Error {
	e := &Error{Asked: r.what, Temporary: true, Advice: laterAdvice(r)}
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	name := "the organization's host"
	at, _ := url.Parse(r.URL) // it was sent there
	if at != nil {
		name += " " + at.Host
	}
	switch {
	case errors.Is(err, errRedirect):
		e.Message, e.Temporary = "the service redirects to another address, where the access token must not go", false
		e.Advice = "check the address of the organization"
	case errors.Is(err, errCircle):
		e.Message, e.Temporary = "the service redirects again and again", false
		e.Advice = "check the address of the organization"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"), errors.As(err, &record):
		e.Message, e.Temporary, e.unsent = name+" does not speak https", false, true
		e.Advice = "check the address: one of this computer may be http://"
	case errors.As(err, &dns):
		e.Message, e.Temporary, e.unsent = name+" cannot be found", dns.IsTemporary || dns.IsTimeout, true
		e.Advice = "check the address of the organization and your connection"
	case errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid):
		e.Message, e.Temporary = "the certificate of "+name+" cannot be trusted", false
		e.Advice = "check the address of the organization, and the certificates of a proxy between"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		e.Message = "the service did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message, e.unsent = name+" does not take connections", true
		if at != nil && orgurl.IsLoopback(at.Hostname()) { // nobody is about to start it
			e.Temporary, e.Advice = false, "check the port, and that something listens there"
		}
	case strings.Contains(err.Error(), "response headers exceeded"):
		e.Message, e.Temporary = "the answer's headers are larger than any that the service sends", false
		e.Advice = "check the address of the organization, and for a proxy between"
	default:
		e.Message = "the connection broke off"
	}
	return e
}

// readError makes an error of an answer that could not be read.
func readError(r *Request, token string, response *http.Response, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := &Error{
		Asked: r.what, Status: response.StatusCode,
		RequestID: r.clean(requestID(response.Header), token, 64),
		Advice:    "check the address of the organization, and for a proxy between",
	}
	var (
		syntax   *json.SyntaxError
		kind     *json.UnmarshalTypeError
		metadata *schema.ReadError
	)
	switch {
	case errors.Is(err, errNotJSON):
		e.Message = "the answer is not JSON, such as a proxy or a sign-in page sends"
	case errors.Is(err, errTooLarge):
		e.Message = "the answer is larger than any that the service sends and was cut off"
	case errors.Is(err, context.DeadlineExceeded):
		e.Message, e.Temporary, e.Advice = "the answer did not end in time", true, laterAdvice(r)
	case errors.As(err, &metadata) && !strings.Contains(metadata.Problem, "end"):
		e.Message = "the answer cannot be used: " + r.clean(metadata.Problem, token, 200)
	case errors.As(err, &syntax) && !strings.Contains(syntax.Error(), "unexpected end"):
		e.Message = "the answer is not JSON that can be read"
	case errors.As(err, &kind):
		e.Message = "the answer has another form than the service's"
	case errors.Is(err, errForm):
		e.Message = "the answer has another form than the service's"
	default:
		e.Message, e.Temporary, e.Advice = "the answer was cut off", true, laterAdvice(r)
	}
	return e
}

// errForm says that an answer is good JSON of a form that is not known.
var errForm = errors.New("form")

// clean makes a text of the service one line of at most n bytes without the
// token and what was copied from the queries of the request. Nothing is left of
// one that repeats them in another form.
func (r *Request) clean(text, token string, n int) string {
	if len(text) > maxErrorBody {
		text = text[:maxErrorBody]
	}
	// First what a terminal does not show is left out, since it may stand within
	// what is to be found, and last the rest is cut off.
	text = oneLine(text)
	secrets := append([]string{token}, r.secrets...)
	text = redact(text, oneLine(token), shortestOfToken)
	for _, secret := range r.secrets {
		text = redact(text, oneLine(secret), shortest)
	}
	if resembles(text, secrets) {
		return ""
	}
	return cut(text, n)
}

// shortest is the length in bytes of the shortest piece of a query that is taken
// out of what the service says. Names of tables and columns are mostly shorter,
// and help. Nothing of a token does, so that only what may be there by chance is
// left of it.
const (
	shortest        = 16
	shortestOfToken = 8
)

// redact takes the pieces of a secret, of so many bytes or more, out of a text.
func redact(text, secret string, size int) string {
	if secret == "" {
		return text
	}
	size = min(size, len(secret))
	pieces := make(map[string]bool, len(secret))
	for i := range len(secret) - size + 1 {
		pieces[secret[i:i+size]] = true
	}
	var b strings.Builder
	hidden := 0 // text before is copied or left out
	for i := range len(text) {
		if i+size <= len(text) && pieces[text[i:i+size]] {
			if i >= hidden {
				b.WriteString("…")
			}
			hidden = i + size
		}
		if i >= hidden {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// plain makes a text of the service one line of at most n bytes that a terminal
// can show.
func plain(text string, n int) string { return cut(oneLine(text), n) }

func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.Join(strings.Fields(text), " ")
}

func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
