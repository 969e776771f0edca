package dataversetest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"segql/lang/schema"
)

// A Clock tells the double the time. Its method is one of the client's clock, so
// that both can have the same.
type Clock interface{ Now() time.Time }

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

// Options are the choices about a double. The zero value has good defaults.
type Options struct {
	// Token is the access token that is accepted; "test" if empty.
	Token string
	// Clock is the real one if nil.
	Clock Clock
	// Schema holds the organization's tables; the standard ones, and no others, if nil.
	Schema *schema.Schema
	// Contacts are the contacts there are. If nil, every id is a contact.
	Contacts []Contact
	// PageSize is how many records an answer holds; 5,000 if 0.
	PageSize int
	// Settle is how long a segment is going live or stopping.
	Settle time.Duration
	// NoOutbound leaves the outbound module out.
	NoOutbound bool
	// NoChanges leaves RetrieveMetadataChanges out.
	NoChanges bool
	// Fault says how to misbehave, and may be nil. It is called for each
	// request, by several goroutines.
	Fault func(*Call) Fault
}

// A Contact is a row of the table contact.
type Contact struct {
	ID   string `json:"contactid"`
	Name string `json:"fullname"`
	Mail string `json:"emailaddress1"`
}

// A Call is one request in the log of the double.
type Call struct {
	// Arrived and Answered number the events of the log, from 1: a request
	// arrives, then it is answered, with others between.
	Arrived, Answered int
	Time              time.Time // of arrival
	Method            string
	Path              string // behind /api/data/v9.N/
	Query             string // decoded
	Header            http.Header
	Body              string
	Status            int // 0 if there was no answer
	Fault             Fault
}

// A Server is a double. It is an http.Handler.
type Server struct {
	options Options

	mu       sync.Mutex
	events   int
	log      []*Call
	segments map[string]*record
	order    []string // ids of segments
	nextID   int
	schema   *schema.Schema
	version  int            // of the metadata
	changed  map[string]int // versions of tables, by name
	deleted  int            // version of the last deletion
	oldest   int            // the oldest version that a stamp may have
}

// New returns a double.
func New(options Options) *Server {
	if options.Token == "" {
		options.Token = "test"
	}
	if options.Clock == nil {
		options.Clock = realClock{}
	}
	if options.Schema == nil {
		options.Schema = organization()
	}
	if options.PageSize == 0 {
		options.PageSize = 5000
	}
	return &Server{
		options: options, segments: map[string]*record{},
		schema: options.Schema, version: 1, changed: map[string]int{},
	}
}

// organization returns the standard tables as those of an organization: what they
// lack does not exist there.
func organization() *schema.Schema {
	standard := schema.Standard()
	var tables []*schema.Table
	for _, t := range standard.Tables() {
		whole := *t
		whole.Partial = false
		if whole.ChangeTracking == schema.Unknown {
			whole.ChangeTracking = schema.Yes
		}
		if len(t.Columns) == 0 { // no table is without a key
			whole.PrimaryID = t.Name + "id"
			whole.Columns = []*schema.Column{{Name: whole.PrimaryID, Type: schema.TypeUniqueidentifier}}
		}
		tables = append(tables, &whole)
	}
	s, err := schema.New(schema.Content{
		Info:          schema.Info{Origin: schema.OriginOrganization, Source: "double"},
		Tables:        tables,
		Relationships: standard.Relationships(),
		Interactions:  standard.Interactions(),
	})
	if err != nil {
		return standard // its parts fit together, since they did before
	}
	return s
}

// Start serves the double on a free port of this machine. The caller closes it.
func (s *Server) Start() *httptest.Server { return httptest.NewServer(s) }

// Log returns the requests that arrived, in order.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.log))
	for i, c := range s.log {
		calls[i] = *c
	}
	return calls
}

// Mark notes that something happened outside and returns its number among the
// events of the log.
func (s *Server) Mark() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events++
	return s.events
}

var root = regexp.MustCompile(`^/api/data/v9\.\d/`)

const maxBody = 64 << 20

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		fail(w, http.StatusRequestEntityTooLarge, "", "Request body too large.")
		return
	}
	query := map[string]string{}
	for name, values := range r.URL.Query() {
		query[name] = strings.Join(values, ",")
	}
	c := s.arrive(r, string(body))
	if s.options.Fault != nil {
		fault := s.options.Fault(c)
		s.mu.Lock()
		c.Fault = fault
		s.mu.Unlock()
	}
	answer := &recorder{header: http.Header{}}
	if c.Fault.Kind == Echo {
		fail(answer, http.StatusBadRequest, "0x0", "Rejected "+r.Header.Get("Authorization")+" with "+c.Body)
		s.finish(w, r, c, answer)
		return
	}
	if c.Fault.before(answer) {
		s.finish(w, r, c, answer)
		return
	}
	if prefix := root.FindString(r.URL.Path); prefix == "" {
		fail(answer, http.StatusNotFound, "", "Resource not found.")
	} else if s.mayEnter(answer, r) {
		s.route(answer, &asked{Call: c, parameters: query, host: "http://" + r.Host, prefix: prefix})
	}
	s.finish(w, r, c, answer)
}

func (s *Server) arrive(r *http.Request, body string) *Call {
	header := r.Header.Clone()
	header.Del("Authorization") // no log holds a token
	c := &Call{
		Time: s.options.Clock.Now(), Method: r.Method, Path: root.ReplaceAllString(r.URL.Path, ""),
		Header: header, Body: body,
	}
	c.Query = strings.ReplaceAll(r.URL.RawQuery, "%20", " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events++
	c.Arrived = s.events
	s.log = append(s.log, c)
	return c
}

// finish sends the answer, spoilt by the fault if there is one.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, c *Call, answer *recorder) {
	s.mu.Lock()
	s.events++
	c.Answered = s.events
	if !c.Fault.silent() {
		c.Status = answer.status
	}
	s.mu.Unlock()
	c.Fault.send(w, r, answer)
}

func (s *Server) mayEnter(w http.ResponseWriter, r *http.Request) bool {
	want := "Bearer " + s.options.Token
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(want)) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		fail(w, http.StatusUnauthorized, "", "")
		return false
	}
	kind := r.Header.Get("Content-Type")
	if r.ContentLength != 0 && !strings.HasPrefix(kind, "application/json") {
		fail(w, http.StatusUnsupportedMediaType, "", "The content type is not supported.")
		return false
	}
	return true
}

// asked is a request on its way to its answer.
type asked struct {
	*Call
	parameters   map[string]string // of the address
	host, prefix string
}

// decode reads the body.
func (a *asked) decode(w http.ResponseWriter, into any) bool {
	d := json.NewDecoder(strings.NewReader(a.Body))
	if err := d.Decode(into); err != nil {
		fail(w, http.StatusBadRequest, "0x80048d19", "Error identified in Payload provided by the user.")
		return false
	}
	return true
}

var (
	oneSegment  = regexp.MustCompile(`^msdyncrm_segments\(([0-9a-f-]{36})\)$`)
	oneTable    = regexp.MustCompile(`^EntityDefinitions\(LogicalName='([A-Za-z0-9_]+)'\)/Attributes/Microsoft\.Dynamics\.CRM\.([A-Za-z]+)AttributeMetadata$`)
	oneRelation = regexp.MustCompile(`^RelationshipDefinitions/Microsoft\.Dynamics\.CRM\.(OneToMany|ManyToMany)RelationshipMetadata$`)
)

func (s *Server) route(w http.ResponseWriter, a *asked) {
	outbound := strings.HasPrefix(a.Path, "msdyncrm_") && !s.options.NoOutbound
	segment := oneSegment.FindStringSubmatch(a.Path)
	table := oneTable.FindStringSubmatch(a.Path)
	relation := oneRelation.FindStringSubmatch(a.Path)
	get, post := a.Method == http.MethodGet, a.Method == http.MethodPost
	switch {
	case outbound && a.Path == "msdyncrm_segments" && get:
		s.list(w, a)
	case outbound && a.Path == "msdyncrm_segments" && post:
		s.create(w, a)
	case outbound && segment != nil:
		s.one(w, a, segment[1])
	case outbound && a.Path == "msdyncrm_ValidateSegment" && post:
		s.validate(w, a)
	case outbound && a.Path == "msdyncrm_SegmentMembersUpdate" && post:
		s.members(w, a)
	case outbound && a.Path == "msdyncrm_FetchContactsByQuery" && post:
		s.fetch(w, a)
	case a.Path == "EntityDefinitions" && get:
		s.tables(w, a)
	case table != nil && get:
		s.attributes(w, a, table[1], table[2])
	case relation != nil && get:
		s.relationships(w, a, relation[1])
	case strings.HasPrefix(a.Path, "RetrieveMetadataChanges(") && get && !s.options.NoChanges:
		s.changes(w, a)
	default:
		name, _, _ := strings.Cut(a.Path, "(")
		fail(w, http.StatusNotFound, "", "Resource not found for the segment '"+name+"'.")
	}
}

// reply answers with JSON.
func reply(w http.ResponseWriter, status int, value any) {
	h := w.Header()
	h.Set("Content-Type", "application/json; odata.metadata=minimal")
	h.Set("OData-Version", "4.0")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // to memory
}

func fail(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("REQ_ID", "00000000-0000-4000-8000-00000000f00d")
	reply(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// recorder keeps an answer until it is known how to send it.
type recorder struct {
	header http.Header
	status int
	body   []byte
}

func (r *recorder) Header() http.Header    { return r.header }
func (r *recorder) WriteHeader(status int) { r.status = status }
func (r *recorder) Write(p []byte) (int, error) {
	r.body = append(r.body, p...)
	return len(p), nil
}

// A FakeClock is a clock that jumps to the time that is waited for. The client
// and the double can share one.
type FakeClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewFakeClock returns a clock that stands at a time.
func NewFakeClock(now time.Time) *FakeClock { return &FakeClock{now: now} }

// Now returns the time.
func (c *FakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// SleepUntil jumps to t, unless it is past or the context has ended.
func (c *FakeClock) SleepUntil(ctx context.Context, t time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.now) {
		c.now = t
	}
	return nil
}
