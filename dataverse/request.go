package dataverse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Request is what is sent to the service, but for the access token.
type Request struct {
	Method string
	// URL is the whole address.
	URL string
	// Header holds the headers that differ from those of every request.
	Header map[string]string
	// Body is the JSON that is sent; empty if there is none.
	Body string

	what       string // what is asked, as the object of "could not .."
	changes    bool   // whether it changes the organization
	idempotent bool   // whether doing it twice is as good as doing it once
	keyed      bool   // whether the address names one record
	secrets    []string
	unsure     bool // whether an attempt that failed may have been carried out
}

// String returns the request as it would be written down, without the access
// token and the headers that every request has.
func (r Request) String() string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.URL + "\n")
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + ": " + r.Header[name] + "\n")
	}
	if r.Body != "" {
		var indented bytes.Buffer
		if json.Indent(&indented, []byte(r.Body), "", "  ") != nil {
			indented.WriteString(r.Body)
		}
		b.WriteString("Content-Type: application/json; charset=utf-8\n\n" + indented.String() + "\n")
	}
	return b.String()
}

// get asks for something and changes nothing.
func (c *Client) get(what, path string, query url.Values) *Request {
	return &Request{Method: http.MethodGet, URL: c.address(path, query), what: what, idempotent: true}
}

// post calls an action or creates a record.
func (c *Client) post(what, path string, body any) *Request {
	return &Request{Method: http.MethodPost, URL: c.address(path, nil), Body: encode(body), what: what}
}

func (c *Client) address(path string, query url.Values) string {
	u := *c.base
	u.Path = apiPath + path
	u.RawPath = u.Path // parentheses stand as they are documented
	// The service reads + as a plus sign in some places; %20 is a blank in all.
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return u.String()
}

// encode returns the JSON of a body made of strings, numbers and structs.
func encode(body any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // && stays readable in a preview
	if err := e.Encode(body); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *Request) toHTTP(ctx context.Context) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	h := request.Header
	h.Set("Accept", "application/json")
	h.Set("OData-Version", "4.0")
	h.Set("OData-MaxVersion", "4.0")
	h.Set("If-None-Match", "null")
	h.Set("User-Agent", "segql")
	if r.Body != "" {
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	for name, value := range r.Header {
		h.Set(name, value)
	}
	return request, nil
}

// Faults of an answer.
var (
	errNotJSON  = errors.New("not JSON")
	errTooLarge = errors.New("too large")
)

// limited is a reader that fails, instead of ending, behind its last byte.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// An answer is what is read of an answer of the service.
type answer struct {
	status int
	header http.Header
	body   io.Reader
	token  string // with which it was asked for, to be kept out of what is shown
}

// json returns the answer's body, cut off with an error behind most bytes, and
// refuses what is not JSON.
func (a answer) json(most int64) (io.Reader, error) {
	if !isJSON(a.header) {
		return nil, errNotJSON
	}
	return &limited{a.body, most}, nil
}

func isJSON(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return kind == "application/json"
}

// into reads a JSON answer into a value.
func into(value any) func(answer) error {
	return func(a answer) error {
		r, err := a.json(maxAnswer)
		if err != nil {
			return err
		}
		return json.NewDecoder(r).Decode(value)
	}
}
