package dataverse

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

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
	var b strings.Builder
	b.WriteString("could not " + e.Asked + ": " + strings.TrimRight(e.Message, ". "))
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
	if details != nil {
		b.WriteString(" (" + strings.Join(details, ", ") + ")")
	}
	if e.Advice != "" {
		b.WriteString("; " + e.Advice)
	}
	return b.String()
}

// repeatable reports whether the request may be sent again after this error.
func (e *Error) repeatable(r *Request) bool {
	return e.Temporary && (r.idempotent || e.unsent)
}

// Codes of the service that mean something to the client.
const (
	codeNoRecord = "0x80040217"
)

var privilege = regexp.MustCompile(`\bprv[A-Za-z][A-Za-z0-9_]{0,127}`)

// answerError makes an error of an answer that is not a success.
func answerError(r *Request, token string, response *http.Response) *Error {
	e := &Error{
		Asked: r.what, Status: response.StatusCode,
		RequestID: plain(firstHeader(response.Header, "x-ms-service-request-id", "REQ_ID", "x-ms-request-id"), 64),
	}
	text := ""
	if isJSON(response.Header) {
		var got struct {
			Error struct{ Code, Message string }
		}
		err := json.NewDecoder(io.LimitReader(response.Body, maxErrorBody)).Decode(&got)
		if err == nil {
			e.Code = plain(redact(got.Error.Code, token, r.secrets), 40)
			text = plain(redact(got.Error.Message, token, r.secrets), 500)
			if resembles(text, append(r.secrets, token)) {
				text = ""
			}
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
	case status == http.StatusNotFound && strings.Contains(r.URL, "msdyncrm_") && (strings.Contains(text, "for the segment") || !r.keyed):
		e.Message = "the service does not know this request"
		e.Advice = "the outbound marketing module is not installed in this organization"
	case status == http.StatusNotFound && (r.keyed || e.Code == codeNoRecord):
		e.Advice = "check the id: there is no such record, or you may not see it"
	case status == http.StatusNotFound:
		e.Advice = "check the address of the organization"
	case status == http.StatusPreconditionFailed:
		e.Advice = "the record is gone or was changed by someone else: read it again"
	case status == http.StatusRequestEntityTooLarge:
		e.Advice = "send less at once"
	case status == http.StatusTooManyRequests:
		e.Temporary, e.unsent = true, true
		e.retryAfter = retryAfter(response.Header)
		e.Advice = "the limits on requests are used up: try again later"
	case status == http.StatusServiceUnavailable, status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		e.Temporary = true
		e.retryAfter = retryAfter(response.Header)
		e.Advice = laterAdvice(r)
	case status >= 300 && status < 400:
		e.Message = "the service redirects to another address, where the access token must not go"
		e.Advice = "check the address of the organization"
	case status >= 500:
		e.Advice = "try again later; if it stays so, give the request's id to the vendor's support"
	}
}

func laterAdvice(r *Request) string {
	if r.idempotent {
		return "try again later"
	}
	return "it may have been done all the same: look before you try again"
}

func firstHeader(h http.Header, names ...string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// retryAfter reads the pause that the service asks for: seconds, sometimes with
// a fraction; 0 if it does not say.
func retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, 1e9) * float64(time.Second))
}

// transportError makes an error of a request that got no answer.
func transportError(r *Request, err error) *Error {
	e := &Error{Asked: r.what, Temporary: true, Advice: laterAdvice(r)}
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.Is(err, errRedirect):
		e.Message, e.Temporary = "the service redirects to another address, where the access token must not go", false
		e.Advice = "check the address of the organization"
	case errors.As(err, &dns):
		e.Message, e.Temporary, e.unsent = "the organization's host cannot be found", dns.IsTemporary || dns.IsTimeout, true
		e.Advice = "check the address of the organization and your connection"
	case errors.As(err, &authority), errors.As(err, &host), errors.As(err, &invalid):
		e.Message, e.Temporary = "the certificate of the organization's host cannot be trusted", false
		e.Advice = "check the address of the organization, and the certificates of a proxy between"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		e.Message = "the service did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Message, e.unsent = "the organization's host does not take connections", true
	case strings.Contains(err.Error(), "response headers exceeded"):
		e.Message, e.Temporary = "the answer's headers are larger than any that the service sends", false
		e.Advice = "check the address of the organization, and for a proxy between"
	default:
		e.Message = "the connection broke off"
	}
	return e
}

// readError makes an error of an answer that could not be read.
func readError(r *Request, response *http.Response, err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	e := &Error{
		Asked: r.what, Status: response.StatusCode,
		RequestID: plain(firstHeader(response.Header, "x-ms-service-request-id", "REQ_ID"), 64),
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
		e.Message = "the answer cannot be used: " + plain(metadata.Problem, 200)
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

// shortest is the length in bytes of the shortest piece of a query that is
// taken out of what the service says. Names of tables and columns are mostly
// shorter, and help.
const shortest = 16

// redact takes the token, and whatever was copied from the queries of the
// request, out of a text of the service.
func redact(text, token string, secrets []string) string {
	if len(text) > maxErrorBody {
		text = text[:maxErrorBody]
	}
	if token != "" {
		text = strings.ReplaceAll(text, token, "…")
	}
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		size := min(shortest, len(secret))
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
		text = b.String()
	}
	return text
}

// plain makes a text of the service one line of at most n bytes that a terminal
// can show.
func plain(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > n {
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n] + "…"
	}
	return text
}
