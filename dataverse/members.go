package dataverse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// MembersPerCall is how many ids the service takes at once.
const MembersPerCall = 20_000

// BusinessUnitWarning is what a user should read before adding members.
const BusinessUnitWarning = "a contact that the segment's owner cannot see through the business unit makes the segment hang"

// A Progress is called after each step with how much of the whole is done. A
// total of 0 is not known.
type Progress func(done, total int)

type membersUpdate struct {
	ID        string `json:"msdyncrm_segmentid"`
	Operation string `json:"msdyncrm_operation"`
	Members   string `json:"msdyncrm_memberids,omitempty"`
	Query     string `json:"msdyncrm_query,omitempty"`
}

// AddMembers adds contacts to a static segment by their ids, [MembersPerCall] at
// a time and in their order. It returns how many the service has taken, so that
// the rest can be sent later. The service works them in afterwards, see
// [Client.MembersState]; ids that do not exist it passes over.
func (c *Client) AddMembers(ctx context.Context, segment string, ids []string, progress Progress) (done int, err error) {
	return c.updateByIDs(ctx, "add members", segment, "addByIds", ids, progress)
}

// RemoveMembers removes contacts from a static segment, as AddMembers adds them.
func (c *Client) RemoveMembers(ctx context.Context, segment string, ids []string, progress Progress) (done int, err error) {
	return c.updateByIDs(ctx, "remove members", segment, "removeByIds", ids, progress)
}

// AddMembersByQuery adds the contacts that a query, in wire form, selects now.
func (c *Client) AddMembersByQuery(ctx context.Context, segment, query string) error {
	return c.updateByQuery(ctx, "add members by a query", segment, "addByQuery", query)
}

// RemoveMembersByQuery removes the contacts that a query, in wire form, selects now.
func (c *Client) RemoveMembersByQuery(ctx context.Context, segment, query string) error {
	return c.updateByQuery(ctx, "remove members by a query", segment, "removeByQuery", query)
}

func (c *Client) updateByIDs(ctx context.Context, what, segment, operation string, ids []string, progress Progress) (done int, err error) {
	// All are looked at before the first is sent.
	if ids, err = ContactIDs(ids); err != nil {
		return 0, err
	}
	for done < len(ids) {
		batch := ids[done:min(done+MembersPerCall, len(ids))]
		r, err := c.membersRequest(what, segment, membersUpdate{Operation: operation, Members: encode(batch)})
		if err != nil {
			return done, err
		}
		// A member that is added twice is there once.
		r.idempotent = true
		if err := c.call(ctx, r, nil); err != nil {
			return done, err
		}
		done += len(batch)
		if progress != nil {
			progress(done, len(ids))
		}
	}
	return done, nil
}

func (c *Client) updateByQuery(ctx context.Context, what, segment, operation, query string) error {
	if strings.TrimSpace(query) == "" {
		return errors.New("there is no query: give one that selects contacts")
	}
	r, err := c.membersRequest(what, segment, membersUpdate{Operation: operation, Query: query})
	if err != nil {
		return err
	}
	// What the query selects may be another thing a moment later.
	r.idempotent = false
	r.secrets = []string{query}
	return c.call(ctx, r, nil)
}

// MembersState returns what the service says about the last change of members,
// in its own words.
func (c *Client) MembersState(ctx context.Context, segment string) (string, error) {
	r, err := c.membersRequest("ask for the state of the members", segment, membersUpdate{Operation: "getState"})
	if err != nil {
		return "", err
	}
	r.changes, r.idempotent = false, true
	state := ""
	err = c.call(ctx, r, func(a answer) error {
		var got map[string]json.RawMessage
		if err := into(&got)(a); err != nil {
			return err
		}
		state, err = stateOf(got)
		return err
	})
	return state, err
}

// stateOf finds the state in an answer whose form the vendor does not document:
// it is the one property that is not about the answer itself.
func stateOf(got map[string]json.RawMessage) (string, error) {
	names := properties(got)
	if len(names) == 0 {
		return "", errForm
	}
	var parts []string
	for _, name := range names {
		var text string
		if json.Unmarshal(got[name], &text) != nil {
			text = string(got[name])
		}
		if len(names) > 1 {
			text = name + ": " + text
		}
		parts = append(parts, text)
	}
	return plain(strings.Join(parts, ", "), 500), nil
}

// properties returns the names of what an answer holds, without what it says
// about itself.
func properties(got map[string]json.RawMessage) []string {
	names := slices.DeleteFunc(slices.Collect(maps.Keys(got)), func(name string) bool { return strings.HasPrefix(name, "@") })
	slices.Sort(names)
	return names
}

func (c *Client) membersRequest(what, segment string, u membersUpdate) (*Request, error) {
	id, err := segmentKey(segment)
	if err != nil {
		return nil, err
	}
	u.ID = id
	r := c.post(what, "msdyncrm_SegmentMembersUpdate", &u)
	r.changes = true
	return r, nil
}

// A MemberQuery says which contacts to fetch and how. Its zero value needs a
// Query and has good defaults for the rest.
type MemberQuery struct {
	// Query selects contacts, in wire form and without page steps, such as
	// SEGMENT(SEGMENT_CRM_ID_..).
	Query string
	// Columns of contact to fetch beside the id; by default the full name and
	// the mail address.
	Columns []string
	// Order is what ORDERBY holds; by default "fullname ASC, contactid ASC", so
	// that pages neither overlap nor leave gaps.
	Order string
	// PageSize is how many to ask for at once; 5,000 if 0.
	PageSize int
	// Skip is how many to leave out at the start.
	Skip int
	// BusinessUnit is the id of the one that owns the segment; may be empty.
	BusinessUnit string
	// TimeZone is the number of the time zone that dates in the query are in, as
	// the service counts them. What 0 stands for the vendor does not say.
	TimeZone int
}

func (q *MemberQuery) pageSize() int { return cmp.Or(q.PageSize, 5000) }

// order matches what ORDERBY may hold.
var order = regexp.MustCompile(`(?i)^[a-z_][a-z0-9_.]*( +(asc|desc))?( *, *[a-z_][a-z0-9_.]*( +(asc|desc))?)*$`)

// refuse says what makes no sense to ask for.
func (q *MemberQuery) refuse() error {
	_, isID := recordID(q.BusinessUnit)
	switch {
	case strings.TrimSpace(q.Query) == "":
		return errors.New("there is no query: give one that selects contacts")
	case q.Skip < 0, q.PageSize < 0, q.TimeZone < 0:
		return errors.New("a number is negative: how many to leave out or to ask for, and the time zone, are 0 or more")
	case q.Order != "" && !order.MatchString(q.Order):
		return fmt.Errorf("%q is no order: expected columns such as fullname ASC, contactid ASC", plain(q.Order, 60))
	case q.BusinessUnit != "" && !isID:
		return fmt.Errorf("%q is not the id of a business unit: expected 32 hexadecimal digits with hyphens", plain(q.BusinessUnit, 60))
	}
	return nil
}

type fetchContacts struct {
	Query        string `json:"Query"`
	FetchXML     string `json:"FetchXml"`
	BusinessUnit string `json:"OwningBusinessUnit,omitempty"`
	Scope        string `json:"Scope"`
	TimeZone     int    `json:"TimeZone"`
}

// A Member is a contact: its columns by name.
type Member map[string]any

// ID returns the contact's id.
func (m Member) ID() string {
	id, _ := m["contactid"].(string)
	return id
}

// A PageError says where fetching members ended.
type PageError struct {
	Skip int // what [MemberQuery] has to leave out to go on
	Err  error
}

// Error returns what went wrong.
func (e *PageError) Error() string { return e.Err.Error() }

// Unwrap returns what went wrong.
func (e *PageError) Unwrap() error { return e.Err }

// Members fetches the contacts that a query selects, page by page, until a page
// brings no new one. Each contact comes once. The first error, a [PageError], ends it.
func (c *Client) Members(ctx context.Context, q MemberQuery) iter.Seq2[Member, error] {
	return func(yield func(Member, error) bool) {
		size := q.pageSize()
		seen := map[string]bool{}
		for skip := q.Skip; ; skip += size {
			page, err := c.memberPage(ctx, q, skip, size)
			if err != nil {
				yield(nil, &PageError{skip, err})
				return
			}
			fresh := false
			for _, m := range page {
				id := m.ID()
				if seen[id] {
					continue
				}
				seen[id], fresh = true, true
				if !yield(m, nil) {
					return
				}
			}
			// A page may be short because some rows are not for this user's
			// eyes; the end is where nothing new comes.
			if !fresh {
				return
			}
		}
	}
}

func (c *Client) memberPage(ctx context.Context, q MemberQuery, skip, size int) (page []Member, err error) {
	r, err := c.fetchRequest(q, skip, size)
	if err != nil {
		return nil, err
	}
	err = c.call(ctx, r, func(a answer) error {
		var got map[string]json.RawMessage
		if err := into(&got)(a); err != nil {
			return err
		}
		page, err = membersOf(got)
		for _, m := range page {
			if m.ID() == "" {
				return errForm
			}
		}
		return err
	})
	return page, err
}

// FetchRequest returns the request for the first page of a member query, to be
// shown.
func (c *Client) FetchRequest(q MemberQuery) (Request, error) {
	r, err := c.fetchRequest(q, q.Skip, q.pageSize())
	if err != nil {
		return Request{}, err
	}
	return *r, nil
}

func (c *Client) fetchRequest(q MemberQuery, skip, size int) (*Request, error) {
	if err := q.refuse(); err != nil {
		return nil, err
	}
	columns := q.Columns
	if columns == nil {
		columns = []string{"fullname", "emailaddress1"}
	}
	var fetch strings.Builder
	fetch.WriteString(`<fetch><entity name="contact"><attribute name="contactid"/>`)
	for _, column := range columns {
		if !isName(column) {
			return nil, fmt.Errorf("%q is not the name of a column: expected letters, digits and underscores", plain(column, 60))
		}
		if column != "contactid" {
			fetch.WriteString(`<attribute name="` + column + `"/>`)
		}
	}
	fetch.WriteString(`</entity></fetch>`)
	body := fetchContacts{
		Query: fmt.Sprintf("(%s).ORDERBY(%s).SKIP(%d).TAKE(%d).SELECT(contactid)",
			q.Query, cmp.Or(q.Order, "fullname ASC, contactid ASC"), skip, size),
		FetchXML: fetch.String(), BusinessUnit: q.BusinessUnit, Scope: "270100000", TimeZone: q.TimeZone,
	}
	r := c.post("fetch the members", "msdyncrm_FetchContactsByQuery", &body)
	r.idempotent = true
	r.secrets = []string{q.Query}
	return r, nil
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// membersOf finds the contacts in an answer whose form the vendor does not
// document: an array of objects, as it is or as text in a string, under
// whatever name.
func membersOf(got map[string]json.RawMessage) ([]Member, error) {
	names := properties(got)
	for _, name := range names {
		raw := bytes.TrimSpace(got[name])
		var text string
		if json.Unmarshal(raw, &text) == nil {
			raw = bytes.TrimSpace([]byte(text))
			if len(raw) == 0 && len(names) == 1 {
				return nil, nil // an empty string stands for nothing
			}
		}
		if !bytes.HasPrefix(raw, []byte("[")) {
			continue
		}
		var members []Member
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber() // a float64 has not all of a large one's digits
		if err := d.Decode(&members); err == nil {
			return members, nil
		}
	}
	return nil, errForm
}
