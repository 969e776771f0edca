package dataverse

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SegmentType is the type of an outbound segment.
type SegmentType int

// The types of segments.
const (
	Dynamic  SegmentType = 192350000
	Static   SegmentType = 192350001
	Compound SegmentType = 192350002
)

// SegmentTypes are all types.
func SegmentTypes() []SegmentType { return []SegmentType{Dynamic, Static, Compound} }

var typeNames = map[SegmentType]string{Dynamic: "dynamic", Static: "static", Compound: "compound"}

func (t SegmentType) String() string { return cmp.Or(typeNames[t], fmt.Sprintf("type %d", int(t))) }

// ParseSegmentType returns the type of that name.
func ParseSegmentType(name string) (SegmentType, bool) {
	for t, n := range typeNames {
		if strings.EqualFold(n, name) {
			return t, true
		}
	}
	return 0, false
}

// Status is the status of an outbound segment.
type Status int

// The statuses of segments. Nobody sets Live or Stopped: the service does, some
// time after GoingLive and Stopping.
const (
	Draft     Status = 192350000
	Live      Status = 192350001
	Stopped   Status = 192350002
	GoingLive Status = 192350006
	Stopping  Status = 192350007
)

// Statuses are all statuses; not all of them can be set.
func Statuses() []Status { return []Status{Draft, GoingLive, Live, Stopping, Stopped} }

var statusNames = map[Status]string{Draft: "draft", Live: "live", Stopped: "stopped", GoingLive: "going live", Stopping: "stopping"}

func (s Status) String() string { return cmp.Or(statusNames[s], fmt.Sprintf("status %d", int(s))) }

// A Segment is an outbound segment.
type Segment struct {
	ID          string // 36 characters, with hyphens
	Name        string
	Type        SegmentType
	Status      Status
	Query       string // wire form; empty if static
	QueryName   string // by which SEGMENT(..) refers to it
	Description string
	// Members are the ids of the contacts that a static segment is created
	// with. The service gives them only with a single segment.
	Members []string
}

const (
	segmentSet    = "msdyncrm_segments"
	segmentSelect = "msdyncrm_segmentid,msdyncrm_segmentname,msdyncrm_segmenttype,statuscode,msdyncrm_segmentqueryname,msdyncrm_description"
	nameColumn    = "msdyncrm_segmentname"
	memberPrefix  = "crm" // before a contact's id in msdyncrm_segmentmemberids
)

// wireSegment is a segment as the service writes it. Only what is to be sent is
// not nil.
type wireSegment struct {
	ID          string       `json:"msdyncrm_segmentid,omitempty"`
	Name        *string      `json:"msdyncrm_segmentname,omitempty"`
	Type        *SegmentType `json:"msdyncrm_segmenttype,omitempty"`
	Status      *Status      `json:"statuscode,omitempty"`
	Query       *string      `json:"msdyncrm_segmentquery,omitempty"`
	OldQuery    *string      `json:"msdyncrm_query,omitempty"` // of older payloads; read only
	Members     *string      `json:"msdyncrm_segmentmemberids,omitempty"`
	QueryName   *string      `json:"msdyncrm_segmentqueryname,omitempty"`
	Description *string      `json:"msdyncrm_description,omitempty"`
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (w *wireSegment) segment() (Segment, error) {
	s := Segment{
		ID: w.ID, Name: value(w.Name), Type: value(w.Type), Status: value(w.Status),
		Query: cmp.Or(value(w.Query), value(w.OldQuery)), QueryName: value(w.QueryName), Description: value(w.Description),
	}
	if text := value(w.Members); text != "" {
		if err := json.Unmarshal([]byte(text), &s.Members); err != nil {
			return Segment{}, errForm
		}
		for i, m := range s.Members {
			s.Members[i] = strings.TrimPrefix(m, memberPrefix)
		}
	}
	return s, nil
}

// Filter picks segments; its zero value picks all.
type Filter struct {
	Name   string // the whole name
	Type   SegmentType
	Status Status
	Where  string // an OData filter over the columns of msdyncrm_segments
	Top    int    // at most so many; 0 for no limit
}

func (f Filter) query() url.Values {
	q := url.Values{"$select": {segmentSelect}}
	var terms []string
	if f.Name != "" {
		terms = append(terms, "msdyncrm_segmentname eq "+odataString(f.Name))
	}
	if f.Type != 0 {
		terms = append(terms, fmt.Sprintf("msdyncrm_segmenttype eq %d", f.Type))
	}
	if f.Status != 0 {
		terms = append(terms, fmt.Sprintf("statuscode eq %d", f.Status))
	}
	if f.Where != "" {
		terms = append(terms, "("+f.Where+")") // an or in it binds less than and
	}
	if terms != nil {
		q.Set("$filter", strings.Join(terms, " and "))
	}
	if f.Top > 0 {
		q.Set("$top", fmt.Sprint(f.Top))
	}
	return q
}

func odataString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// Segments lists segments, without their queries and members.
func (c *Client) Segments(ctx context.Context, filter Filter) ([]Segment, error) {
	const what = "list the segments"
	var all []Segment
	secrets := []string{filter.Name, filter.Where}
	r := c.get(what, segmentSet, filter.query())
	r.secrets = secrets
	seen := map[string]bool{}
	for {
		var page struct {
			Value *[]wireSegment `json:"value"`
			Next  string         `json:"@odata.nextLink"`
		}
		err := c.call(ctx, r, func(a answer) error {
			if err := into(&page)(a); err != nil {
				return err
			}
			if page.Value == nil {
				return errForm // an answer to something else: not a word on segments
			}
			return nil
		})
		if err != nil {
			return all, err
		}
		for i := range *page.Value {
			s, err := (*page.Value)[i].segment()
			if err != nil {
				return all, &Error{Asked: what, Message: "the answer has another form than the service's"}
			}
			all = append(all, s)
		}
		if page.Next == "" || filter.Top > 0 && len(all) >= filter.Top {
			return all, nil
		}
		next, err := url.Parse(page.Next)
		if err != nil || !sameOrigin(next, c.base) || next.User != nil || seen[page.Next] {
			return all, &Error{
				Asked: what, Message: "the service sends to another place for the rest, where the access token must not go",
				Advice: "check the address of the organization, and for a proxy between",
			}
		}
		seen[page.Next] = true
		r = &Request{Method: http.MethodGet, URL: page.Next, what: what, idempotent: true, secrets: secrets}
	}
}

// Segment returns one segment, with its query and, if it is static, its members.
func (c *Client) Segment(ctx context.Context, id string) (Segment, error) {
	path, err := segmentPath(id)
	if err != nil {
		return Segment{}, err
	}
	r := c.get("read the segment", path, nil)
	r.keyed = true
	var w wireSegment
	if err := c.call(ctx, r, into(&w)); err != nil {
		return Segment{}, err
	}
	s, err := w.segment()
	if err != nil || s.ID == "" {
		return Segment{}, &Error{Asked: r.what, Message: "the answer has another form than the service's"}
	}
	return s, nil
}

// CreateSegment creates a segment as a draft and returns its id. To have it go
// live at once, set its Status to GoingLive; Live and Stopped are refused.
// Creating is never repeated by itself, unless the service has surely not done it.
func (c *Client) CreateSegment(ctx context.Context, s Segment) (id string, err error) {
	w := wireSegment{Name: &s.Name, Type: &s.Type}
	if s.Type == Static {
		if s.Query != "" {
			return "", fmt.Errorf("the segment %q is static and has a query: a static segment has members instead", s.Name)
		}
		ids, err := ContactIDs(s.Members)
		if err != nil {
			return "", err
		}
		for i := range ids {
			ids[i] = memberPrefix + ids[i]
		}
		members := encode(ids)
		w.Members = &members
	} else {
		if len(s.Members) > 0 {
			return "", fmt.Errorf("the segment %q is %s and lists members: only a static segment does", s.Name, s.Type)
		}
		w.Query = &s.Query
	}
	if s.Description != "" {
		w.Description = &s.Description
	}
	if s.Status != 0 && s.Status != Draft {
		w.Status = &s.Status
	}
	if err := w.refuse(true); err != nil {
		return "", err
	}
	r := c.post("create the segment", segmentSet, &w)
	r.changes = true
	r.secrets = []string{s.Query}
	err = c.call(ctx, r, func(a answer) error {
		id = idOf(a.header.Get("OData-EntityId"))
		switch {
		case id != "":
			return nil
		case a.status == http.StatusCreated || a.status == http.StatusNoContent:
			return &Error{
				Asked: "learn the id of the new segment", Status: a.status, Message: "it was created, but the answer does not name it",
				Advice: "look for it in the list of segments, and do not create it again",
			}
		}
		return errForm
	})
	return id, err
}

// A Change says what to change of a segment; nil leaves things as they are.
type Change struct {
	Name, Query, Description *string
	Status                   Status // 0 leaves it; GoingLive and Stopping alone can be set
}

// UpdateSegment changes a segment; one that does not exist is not created.
func (c *Client) UpdateSegment(ctx context.Context, id string, change Change) error {
	w := wireSegment{Name: change.Name, Query: change.Query, Description: change.Description}
	if change.Status != 0 {
		w.Status = &change.Status
	}
	return c.patch(ctx, "change the segment", id, w)
}

// GoLive asks the service to make a segment live. The service does it some time
// later, see Status in [Segment].
func (c *Client) GoLive(ctx context.Context, id string) error {
	status := GoingLive
	return c.patch(ctx, "make the segment live", id, wireSegment{Status: &status})
}

// Stop asks the service to stop a live segment, which it does some time later.
func (c *Client) Stop(ctx context.Context, id string) error {
	status := Stopping
	return c.patch(ctx, "stop the segment", id, wireSegment{Status: &status})
}

func (c *Client) patch(ctx context.Context, what, id string, w wireSegment) error {
	path, err := segmentPath(id)
	if err != nil {
		return err
	}
	if w == (wireSegment{}) {
		return errors.New("there is nothing to change: give a name, a query, a description or a status")
	}
	if err := w.refuse(false); err != nil {
		return err
	}
	r := &Request{
		Method: http.MethodPatch, URL: c.address(path, nil), Header: map[string]string{"If-Match": "*"}, Body: encode(&w),
		what: what, changes: true, idempotent: true, keyed: true, secrets: []string{value(w.Query)},
	}
	return c.call(ctx, r, nil)
}

// nameFits reports whether the service takes a name of that length.
func nameFits(name string) bool { return utf8.RuneCountInString(name) <= 100 }

// refuse says what the service forbids.
func (w *wireSegment) refuse(create bool) error {
	name := value(w.Name)
	switch status := value(w.Status); {
	case create && name == "", w.Name != nil && strings.TrimSpace(name) == "":
		return errors.New("the segment has no name: give it one of at most 100 characters")
	case !nameFits(name):
		return fmt.Errorf("the segment's name has %d characters: the service takes at most 100", len([]rune(name)))
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("the segment's name holds a line break or another control character: leave it out")
	case create && typeNames[*w.Type] == "":
		return errors.New("the segment has no type: expected dynamic, static or compound")
	case create && w.Members == nil && value(w.Query) == "", w.Query != nil && value(w.Query) == "":
		return errors.New("the segment has no query: a dynamic or compound segment needs one")
	case status == Live:
		return errors.New("a segment cannot be set live: set it going live, the service does the rest")
	case status == Stopped:
		return errors.New("a segment cannot be set stopped: set it stopping, the service does the rest")
	case w.Status != nil && status != GoingLive && (create || status != Stopping):
		return fmt.Errorf("a segment cannot be set to %s: expected going live or, of one that is live, stopping", status)
	}
	return nil
}

// DeleteSegment deletes a segment. One that is gone after an attempt whose answer
// got lost is taken for deleted.
func (c *Client) DeleteSegment(ctx context.Context, id string) error {
	path, err := segmentPath(id)
	if err != nil {
		return err
	}
	r := &Request{
		Method: http.MethodDelete, URL: c.address(path, nil),
		what: "delete the segment", changes: true, idempotent: true, keyed: true,
	}
	err = c.call(ctx, r, nil)
	if failure := (*Error)(nil); r.unsure && errors.As(err, &failure) && failure.Status == http.StatusNotFound {
		return nil
	}
	return err
}

func segmentPath(id string) (string, error) {
	bare, err := segmentKey(id)
	return segmentSet + "(" + bare + ")", err
}

func segmentKey(id string) (string, error) {
	bare, ok := recordID(id)
	if !ok {
		return "", fmt.Errorf("%q is not the id of a segment: expected 32 hexadecimal digits with hyphens", plain(id, 60))
	}
	return bare, nil
}

var (
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	entityID = regexp.MustCompile(`\([0-9a-fA-F-]{36}\)$`)
)

// recordID returns an id in lower case and without braces.
func recordID(id string) (string, bool) {
	id = strings.TrimSpace(id)
	if inner, ok := strings.CutPrefix(id, "{"); ok {
		id = strings.TrimSuffix(inner, "}")
	}
	return strings.ToLower(id), guid.MatchString(id)
}

// idOf returns the id at the end of a record's address.
func idOf(address string) string {
	id := strings.Trim(entityID.FindString(address), "()")
	if !guid.MatchString(id) {
		return ""
	}
	return strings.ToLower(id)
}

// ContactIDs returns the ids of contacts as the service writes them: in lower
// case, without braces and prefix. The first that is none is an error.
func ContactIDs(ids []string) ([]string, error) {
	bare := make([]string, len(ids))
	for i, id := range ids {
		var ok bool
		if bare[i], ok = recordID(strings.TrimPrefix(strings.TrimSpace(id), memberPrefix)); !ok {
			return nil, fmt.Errorf("member %d, %q, is not the id of a contact: expected 32 hexadecimal digits with hyphens", i+1, plain(id, 60))
		}
	}
	return bare, nil
}
