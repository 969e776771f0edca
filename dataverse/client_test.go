package dataverse_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
)

// TestRepeats holds which requests are sent again after which fault.
func TestRepeats(t *testing.T) {
	ctx := t.Context()
	create := func(c *dataverse.Client) error {
		_, err := c.CreateSegment(ctx, dataverse.Segment{Name: "A", Type: dataverse.Static})
		return err
	}
	validate := func(c *dataverse.Client) error { return validateSecret(ctx, c) }
	remove := func(c *dataverse.Client) error { return c.DeleteSegment(ctx, "00000000-0000-4000-8000-000000000001") }
	removeNone := func(c *dataverse.Client) error { return c.DeleteSegment(ctx, segmentID) }
	byQuery := func(c *dataverse.Client) error { return c.AddMembersByQuery(ctx, segmentID, "PROFILE(contact)") }
	for _, c := range []struct {
		name string
		call func(*dataverse.Client) error
		kind dataversetest.Kind
		want int // requests
		ok   bool
	}{
		{"create", create, dataversetest.TooMany, 2, true},
		{"create", create, dataversetest.Unavailable, 1, false},
		{"create", create, dataversetest.Reset, 1, false},
		{"create", create, dataversetest.ResetAfter, 1, false},
		{"by query", byQuery, dataversetest.Unavailable, 1, false},
		{"validate", validate, dataversetest.TooMany, 2, true},
		{"validate", validate, dataversetest.Unavailable, 2, true},
		{"validate", validate, dataversetest.ResetAfter, 2, true},
		{"validate", validate, dataversetest.CutOff, 2, true},
		{"validate", validate, dataversetest.Expired, 2, true},
		{"validate", validate, dataversetest.Forbidden, 1, false},
		{"validate", validate, dataversetest.HTML, 2, true},
		{"validate", validate, dataversetest.WrongType, 1, false},
		// Gone already, by the first of the two.
		{"delete", remove, dataversetest.ResetAfter, 2, true},
		{"delete", remove, dataversetest.Unavailable, 2, true},
		// What was surely not done has not deleted what was never there.
		{"delete none", removeNone, dataversetest.None, 1, false},
		{"delete none", removeNone, dataversetest.TooMany, 2, false},
		{"delete none", removeNone, dataversetest.Expired, 2, false},
	} {
		t.Run(fmt.Sprint(c.name, c.kind), func(t *testing.T) {
			wrong := false
			s := newStage(t, dataversetest.Options{Fault: func(call *dataversetest.Call) dataversetest.Fault {
				if wrong {
					wrong = false
					return dataversetest.Fault{Kind: c.kind}
				}
				return dataversetest.Fault{}
			}})
			if c.name == "delete" {
				if err := create(s.client); err != nil {
					t.Fatal(err)
				}
			}
			before := len(s.double.Log())
			wrong = true
			err := c.call(s.client)
			if (err == nil) != c.ok {
				t.Errorf("got %v", err)
			}
			if n := len(s.double.Log()) - before; n != c.want {
				t.Errorf("%d requests, want %d", n, c.want)
			}
		})
	}
}

func TestGivesUp(t *testing.T) {
	for text, want := range map[string]int{"": 5, "3": 10} {
		told := 0
		s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Unavailable, Text: text})},
			func(c *dataverse.Config) { c.Repeats = func(*dataverse.Error) { told++ } })
		err := validateSecret(t.Context(), s.client)
		var failure *dataverse.Error
		if !errors.As(err, &failure) || failure.Status != 503 || !failure.Temporary || len(s.double.Log()) != want || told != want-1 {
			t.Errorf("got %v after %d requests, %d of them told", err, len(s.double.Log()), told)
		}
		if waited := s.clock.Now().Sub(start); waited > time.Minute {
			t.Errorf("it waited for %v", waited)
		}
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		options dataversetest.Options
		call    func(*dataverse.Client) error
		want    string
	}{
		"privilege": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Forbidden})}, nil,
			`could not validate a query: the service answered "Principal user is missing prvReadmsdyncrm_segment privilege" (status 403, code 0x80040220, request 00000000-0000-4000-8000-00000000f00d); you lack the privilege prvReadmsdyncrm_segment: ask an administrator of the organization for it`,
		},
		"token": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Expired})}, nil,
			"could not validate a query: the service refused the access token (status 401, request 00000000-0000-4000-8000-00000000f00d); sign in again",
		},
		"no module": {
			dataversetest.Options{NoOutbound: true}, nil,
			"could not validate a query: the service does not know this request (status 404, request 00000000-0000-4000-8000-00000000f00d); the outbound marketing module is not installed in this organization",
		},
		"no record": {
			dataversetest.Options{}, func(c *dataverse.Client) error {
				_, err := c.Segment(t.Context(), segmentID)
				return err
			},
			`could not read the segment: the service answered "Entity 'msdyncrm_segment' With Id = ` + segmentID + ` Does Not Exist" (status 404, code 0x80040217, request 00000000-0000-4000-8000-00000000f00d); check the id: there is no such record, or you may not see it`,
		},
		"proxy": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.HTML})}, nil,
			"could not validate a query: the service answered bad gateway with something that is not JSON, such as a proxy sends (status 502); try again later",
		},
		"wrong type": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.WrongType})}, nil,
			"could not validate a query: the answer is not JSON, such as a proxy or a sign-in page sends (status 200); check the address of the organization, and for a proxy between",
		},
		"cut off": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.CutOff})}, nil,
			"could not validate a query: the answer was cut off (status 200); try again later",
		},
		"reset": {
			dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Reset})}, nil,
			"could not validate a query: the connection broke off; try again later",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, c.options)
			if c.call == nil {
				c.call = func(c *dataverse.Client) error { return validateSecret(t.Context(), c) }
			}
			err := c.call(s.client)
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(c.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNobodyListens holds that what cannot get better is not tried again, and that
// the user is told where.
func TestNobodyListens(t *testing.T) {
	server := httptest.NewServer(nil)
	address := server.URL
	server.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for at, want := range map[string]string{
		address: strings.TrimPrefix(address, "http://") + " does not take connections; check the port, and that something listens there",
		strings.Replace(plain.URL, "http:", "https:", 1): strings.TrimPrefix(plain.URL, "http://") + " does not speak https; check the address: one of this computer may be http://",
	} {
		clock := dataversetest.NewFakeClock(start)
		c, err := dataverse.New(dataverse.Config{URL: at, Credential: &credential{}, Clock: clock})
		if err != nil {
			t.Fatal(err)
		}
		err = validateSecret(t.Context(), c)
		if err == nil || err.Error() != "could not validate a query: the organization's host "+want {
			t.Errorf("got %v", err)
		}
		if waited := clock.Now().Sub(start); waited != 0 {
			t.Errorf("%s: it waited for %v", at, waited)
		}
		c.Close()
	}
}

// TestTokens holds that a token is asked for once, and again before it lapses or
// when the service refuses it.
func TestTokens(t *testing.T) {
	cred := &credential{}
	s := newStage(t, dataversetest.Options{}, func(c *dataverse.Config) { c.Credential = cred })
	cred.token = func(int) azcore.AccessToken {
		return azcore.AccessToken{Token: theToken, ExpiresOn: s.clock.Now().Add(time.Hour)}
	}
	list := func(want int) {
		t.Helper()
		if _, err := s.client.Segments(t.Context(), dataverse.Filter{}); err != nil {
			t.Error(err)
		}
		if cred.asked != want {
			t.Errorf("asked for %d tokens, want %d", cred.asked, want)
		}
	}
	list(1)
	list(1)
	s.clock.SleepUntil(t.Context(), start.Add(54*time.Minute))
	list(1)
	s.clock.SleepUntil(t.Context(), start.Add(56*time.Minute))
	list(2)
	list(2)
}

func TestBadToken(t *testing.T) {
	for _, bad := range []string{"", "two words", "line\nbreak", "ü"} {
		for want, from := range map[string]azcore.TokenCredential{
			"SEG_TOKEN":     dataverse.FixedToken(bad),
			"sign in again": dataverse.TokenFunc(func(context.Context) (string, error) { return bad, nil }),
		} {
			s := newStage(t, dataversetest.Options{}, func(c *dataverse.Config) { c.Credential = from })
			err := validateSecret(t.Context(), s.client)
			if err == nil || !strings.Contains(err.Error(), want) || len(s.double.Log()) != 0 {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
}

func TestSegments(t *testing.T) {
	ctx := t.Context()
	s := newStage(t, dataversetest.Options{PageSize: 3, Settle: time.Minute})
	var all []string
	for i := range 8 {
		id, err := s.client.CreateSegment(ctx, dataverse.Segment{
			Name: fmt.Sprint("Segment ", i), Type: dataverse.Dynamic, Query: "PROFILE(contact)", Description: "d",
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	listed, err := s.client.Segments(ctx, dataverse.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, len(listed))
	for i := range listed {
		got[i] = listed[i].ID
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Error(diff)
	}
	if some, err := s.client.Segments(ctx, dataverse.Filter{Name: "Segment 5", Status: dataverse.Draft}); err != nil || len(some) != 1 || some[0].ID != all[5] {
		t.Errorf("got %v, %v", some, err)
	}
	if some, err := s.client.Segments(ctx, dataverse.Filter{Top: 2}); err != nil || len(some) != 2 {
		t.Errorf("got %v, %v", some, err)
	}

	status := func(want dataverse.Status) {
		t.Helper()
		one, err := s.client.Segment(ctx, all[0])
		if err != nil || one.Status != want || one.Query != "PROFILE(contact)" || one.Description != "d" || !strings.HasPrefix(one.QueryName, "SEGMENT_CRM_ID_") {
			t.Errorf("got %+v, %v, want %s", one, err, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	status(dataverse.Draft)
	must(s.client.GoLive(ctx, all[0]))
	status(dataverse.GoingLive)
	s.clock.SleepUntil(ctx, s.clock.Now().Add(time.Minute))
	status(dataverse.Live)
	must(s.client.Stop(ctx, all[0]))
	status(dataverse.Stopping)
	s.clock.SleepUntil(ctx, s.clock.Now().Add(time.Minute))
	status(dataverse.Stopped)
	name := "Renamed"
	must(s.client.UpdateSegment(ctx, all[1], dataverse.Change{Name: &name}))
	must(s.client.DeleteSegment(ctx, all[0]))
	if err := s.client.DeleteSegment(ctx, all[0]); err == nil {
		t.Error("deleted twice")
	}
	if err := s.client.GoLive(ctx, all[0]); err == nil {
		t.Error("a deleted segment went live")
	}
	if one, err := s.client.Segment(ctx, all[1]); err != nil || one.Name != name {
		t.Errorf("got %+v, %v", one, err)
	}
	bad, err := s.client.CreateSegment(ctx, dataverse.Segment{Name: "Bad", Type: dataverse.Dynamic, Query: "PROFILE(nothing)"})
	must(err)
	if err := s.client.GoLive(ctx, bad); err == nil || !strings.Contains(err.Error(), "SegmentInvalid") {
		t.Errorf("got %v", err)
	}
}

// TestOlderSegment holds that the query of an older payload is read.
func TestOlderSegment(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
		fmt.Fprintf(w, `{"msdyncrm_segmentid":%q,"msdyncrm_segmentname":"A","msdyncrm_segmenttype":192350002,
			"statuscode":192350001,"msdyncrm_query":"SEGMENT(a)","msdyncrm_segmentquery":null,"other":{"x":[1]}}`, segmentID)
	}))
	defer server.Close()
	c, err := dataverse.New(dataverse.Config{URL: server.URL, Credential: &credential{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got, err := c.Segment(t.Context(), segmentID)
	want := dataverse.Segment{ID: segmentID, Name: "A", Type: dataverse.Compound, Status: dataverse.Live, Query: "SEGMENT(a)"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestRefusals holds that nothing is sent of what the service forbids.
func TestRefusals(t *testing.T) {
	ctx := t.Context()
	s := newStage(t, dataversetest.Options{})
	empty, long := "", strings.Repeat("é", 101)
	create := func(segment dataverse.Segment) error {
		_, err := s.client.CreateSegment(ctx, segment)
		return err
	}
	add := func(ids ...string) error {
		_, err := s.client.AddMembers(ctx, segmentID, ids, nil)
		return err
	}
	for want, err := range map[string]error{
		"cannot be set live":             s.client.UpdateSegment(ctx, segmentID, dataverse.Change{Status: dataverse.Live}),
		"cannot be set stopped":          s.client.UpdateSegment(ctx, segmentID, dataverse.Change{Status: dataverse.Stopped}),
		"cannot be set to draft":         s.client.UpdateSegment(ctx, segmentID, dataverse.Change{Status: dataverse.Draft}),
		"nothing to change":              s.client.UpdateSegment(ctx, segmentID, dataverse.Change{}),
		"has no name":                    s.client.UpdateSegment(ctx, segmentID, dataverse.Change{Name: &empty}),
		"has 101 characters":             s.client.UpdateSegment(ctx, segmentID, dataverse.Change{Name: &long}),
		"not the id of a segment":        s.client.DeleteSegment(ctx, "x)/../contacts(1"),
		"cannot be set to stopping":      create(dataverse.Segment{Name: "A", Type: dataverse.Dynamic, Query: "q", Status: dataverse.Stopping}),
		"has no type":                    create(dataverse.Segment{Name: "A", Query: "q"}),
		"has no query":                   create(dataverse.Segment{Name: "A", Type: dataverse.Compound}),
		"is static and has a query":      create(dataverse.Segment{Name: "A", Type: dataverse.Static, Query: "q"}),
		"only a static segment does":     create(dataverse.Segment{Name: "A", Type: dataverse.Dynamic, Query: "q", Members: ids(1)}),
		"member 2, \"x\", is not the id": add(ids(1)[0], "x"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if n := len(s.double.Log()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestMembers(t *testing.T) {
	ctx := t.Context()
	var contacts []dataversetest.Contact
	for i, id := range ids(25) {
		contacts = append(contacts, dataversetest.Contact{ID: id, Name: fmt.Sprint("Name ", i%3), Mail: "m"})
	}
	s := newStage(t, dataversetest.Options{Contacts: contacts})
	id, err := s.client.CreateSegment(ctx, dataverse.Segment{Name: "M", Type: dataverse.Static, Members: ids(2)})
	if err != nil {
		t.Fatal(err)
	}
	// Ids that are no contacts are passed over.
	if _, err := s.client.AddMembers(ctx, id, ids(40), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.RemoveMembers(ctx, id, ids(3), nil); err != nil {
		t.Fatal(err)
	}
	if state, err := s.client.MembersState(ctx, id); err != nil || state != "Completed" {
		t.Errorf("got %q, %v", state, err)
	}
	one, err := s.client.Segment(ctx, id)
	if err != nil || !slices.Equal(one.Members, ids(25)[3:]) {
		t.Errorf("got %+v, %v", one, err)
	}
	var got []string
	before := len(s.double.Log())
	for m, err := range s.client.Members(ctx, dataverse.MemberQuery{Query: "SEGMENT(" + one.QueryName + ")", PageSize: 10}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.ID())
	}
	slices.Sort(got)
	if !slices.Equal(got, ids(25)[3:]) {
		t.Errorf("got %v", got)
	}
	if n := len(s.double.Log()) - before; n != 4 {
		t.Errorf("%d pages, want 4", n)
	}
	for m, err := range s.client.Members(ctx, dataverse.MemberQuery{Query: "PROFILE(contact)", Columns: []string{`x"/><y`}}) {
		if m != nil || err == nil || !strings.Contains(err.Error(), "not the name of a column") {
			t.Errorf("got %v, %v", m, err)
		}
	}
}

// answering is a client of a server that answers as it likes.
func answering(t *testing.T, answer http.HandlerFunc, changes ...func(*dataverse.Config)) *dataverse.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	config := dataverse.Config{URL: server.URL, Credential: &credential{}, Clock: dataversetest.NewFakeClock(start)}
	for _, change := range changes {
		change(&config)
	}
	c, err := dataverse.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return c
}

// TestNotFound holds that the advice on a 404 fits what is missing.
func TestNotFound(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, want string }{
		"record": {"application/json", `{"error":{"code":"0x80040217","message":"It Does Not Exist"}}`, "check the id"},
		"module": {"application/json", `{"error":{"code":"","message":"Resource not found for the segment 'x'."}}`, "module is not installed"},
		"page":   {"text/html", "<html>parked", "check the address"},
	} {
		client := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, c.body)
		})
		_, err := client.AddMembers(t.Context(), segmentID, ids(1), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// slowSignIn gives one token at once, and others when it may.
type slowSignIn struct {
	n     atomic.Int32
	asked chan struct{}
}

func (s *slowSignIn) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	if s.n.Add(1) > 1 {
		s.asked <- struct{}{}
		<-ctx.Done()
		return azcore.AccessToken{}, ctx.Err()
	}
	return azcore.AccessToken{Token: theToken, ExpiresOn: start.Add(time.Hour)}, nil
}

// TestRefusedWhileSigningIn holds that a request whose token is refused while
// another signs in ends with its own context.
func TestRefusedWhileSigningIn(t *testing.T) {
	signIn := &slowSignIn{asked: make(chan struct{}, 10)}
	var n atomic.Int32
	arrived, refuse := make(chan struct{}), make(chan struct{})
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			close(arrived)
			<-refuse
		}
		w.WriteHeader(http.StatusUnauthorized)
	}, func(c *dataverse.Config) { c.Credential = signIn })
	list := func(ctx context.Context, to chan<- error) {
		_, err := c.Segments(ctx, dataverse.Filter{})
		to <- err
	}
	first, second := make(chan error, 1), make(chan error, 1)
	firstCtx, cancelFirst := context.WithCancel(t.Context())
	secondCtx, cancelSecond := context.WithCancel(t.Context())
	go list(firstCtx, first)
	<-arrived
	go list(secondCtx, second)
	<-signIn.asked
	close(refuse)
	cancelFirst()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	cancelSecond()
	<-second
}

// heldClock is a clock that stands until its gate opens.
type heldClock struct {
	*dataversetest.FakeClock
	gate   chan struct{}
	sleeps func(until time.Time) // may be nil
}

func (c heldClock) SleepUntil(ctx context.Context, t time.Time) error {
	if c.sleeps != nil {
		c.sleeps(t)
	}
	select {
	case <-c.gate:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.FakeClock.SleepUntil(ctx, t)
}

// TestPausedOnce holds that requests that are refused together are one piece of news.
func TestPausedOnce(t *testing.T) {
	var arrived, told atomic.Int32
	all := make(chan struct{})
	clock := heldClock{dataversetest.NewFakeClock(start), make(chan struct{}), nil}
	pauses := &pauseLog{Handler: slog.DiscardHandler}
	c := newStage(t, dataversetest.Options{Fault: func(*dataversetest.Call) dataversetest.Fault {
		i := arrived.Add(1)
		if i == 8 {
			close(all)
		}
		if i > 8 {
			return dataversetest.Fault{}
		}
		<-all
		return dataversetest.Fault{Kind: dataversetest.TooMany, Text: "5"}
	}}, func(c *dataverse.Config) {
		c.Clock, c.Log = clock, slog.New(pauses)
		c.Paused = func(time.Time) { told.Add(1) }
	})
	pauses.double = c.double
	pauses.every = func(n int) {
		if n == 8 {
			close(clock.gate)
		}
	}
	queries := make([]dataverse.Query, 8)
	for i := range queries {
		queries[i] = dataverse.Query{Name: "q", Wire: fmt.Sprintf("PROFILE(contact).TAKE(%d)", i)}
	}
	if _, err := c.client.Validate(t.Context(), queries, nil); err != nil {
		t.Fatal(err)
	}
	if told.Load() != 1 {
		t.Errorf("told %d times of one pause", told.Load())
	}
}

// TestLongPause holds that a pause that is too long to wait for keeps the whole
// client from sending, and is not announced.
func TestLongPause(t *testing.T) {
	told := 0
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.TooMany, Text: "1000"})},
		func(c *dataverse.Config) { c.Paused = func(time.Time) { told++ } })
	for _, want := range []string{"limits on requests are used up", "takes no more requests of this user until"} {
		err := validateSecret(t.Context(), s.client)
		var failure *dataverse.Error
		if !errors.As(err, &failure) || !failure.Temporary || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if n := len(s.double.Log()); n != 1 || told != 0 {
		t.Errorf("%d requests, told %d times", n, told)
	}
	if err := s.clock.SleepUntil(t.Context(), start.Add(101*time.Second)); err != nil {
		t.Error(err)
	}
	if err := validateSecret(t.Context(), s.client); err == nil || len(s.double.Log()) != 2 {
		t.Errorf("got %v after %d requests", err, len(s.double.Log()))
	}
}

// TestLastPause holds that no pause is announced for a request that is given up.
func TestLastPause(t *testing.T) {
	told := 0
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.TooMany, Text: "5"})},
		func(c *dataverse.Config) { c.Paused = func(time.Time) { told++ } })
	if err := validateSecret(t.Context(), s.client); err == nil || told != 9 || len(s.double.Log()) != 10 {
		t.Errorf("got %v, told %d times in %d requests", err, told, len(s.double.Log()))
	}
}

// TestRetryAfter holds how long the client waits for what the service says, on
// its own clock.
func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		status int
		text   string
		want   time.Duration
	}{
		{429, start.Add(30 * time.Second).Format(http.TimeFormat), 30 * time.Second},
		{429, start.Add(-time.Hour).Format(http.TimeFormat), 2 * time.Second}, // as if it said nothing
		{429, "2.5", 2500 * time.Millisecond},
		{429, "NaN", 2 * time.Second},
		{503, start.Add(30 * time.Second).Format(http.TimeFormat), 30 * time.Second},
		{503, "1000", 0}, // too long: given up
	} {
		clock := dataversetest.NewFakeClock(start)
		n := 0
		client := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			n++
			if n == 1 {
				w.Header().Set("Retry-After", c.text)
				w.WriteHeader(c.status)
			}
			fmt.Fprint(w, `{"value":[]}`)
		}, func(config *dataverse.Config) { config.Clock = clock })
		_, err := client.Segments(t.Context(), dataverse.Filter{})
		if (err == nil) != (c.want > 0) || clock.Now().Sub(start) != c.want {
			t.Errorf("%d %s: %v after %s", c.status, c.text, err, clock.Now().Sub(start))
		}
	}
}

// TestPauseStays holds that a shorter pause does not end a longer one.
func TestPauseStays(t *testing.T) {
	var n atomic.Int32
	both := make(chan struct{})
	clock := heldClock{dataversetest.NewFakeClock(start), make(chan struct{}), func(until time.Time) {
		if got := until.Sub(start); got != time.Minute {
			t.Errorf("a request waits for %s", got)
		}
	}}
	pauses := &pauseLog{Handler: slog.DiscardHandler, every: func(n int) {
		if n == 2 {
			close(clock.gate)
		}
	}}
	refused := make(chan struct{})
	s := newStage(t, dataversetest.Options{Fault: func(*dataversetest.Call) dataversetest.Fault {
		switch n.Add(1) {
		case 1:
			<-both
			return dataversetest.Fault{Kind: dataversetest.TooMany, Text: "60"}
		case 2:
			close(both)
			<-refused
			return dataversetest.Fault{Kind: dataversetest.TooMany, Text: "5"}
		}
		return dataversetest.Fault{}
	}}, func(c *dataverse.Config) {
		c.Clock, c.Log = clock, slog.New(pauses)
		c.Paused = func(time.Time) { close(refused) } // the first alone is news
	})
	pauses.double = s.double
	queries := []dataverse.Query{{Name: "a", Wire: "PROFILE(contact)"}, {Name: "b", Wire: "PROFILE(contact).TAKE(2)"}}
	if _, err := s.client.Validate(t.Context(), queries, nil); err != nil {
		t.Fatal(err)
	}
	if got := clock.Now().Sub(start); got != time.Minute {
		t.Errorf("the client went on after %s", got)
	}
}

// TestTokenRefused holds when another token is asked for after a 401.
func TestTokenRefused(t *testing.T) {
	refusing := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer second" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"value":[]}`)
	}
	for _, test := range []struct {
		name       string
		credential azcore.TokenCredential
		requests   int
		ok         bool
	}{
		{"fixed", dataverse.FixedToken("first"), 1, false},
		{"other", &credential{token: func(n int) azcore.AccessToken {
			return azcore.AccessToken{Token: []string{"first", "second"}[n-1], ExpiresOn: start.Add(time.Hour)}
		}}, 2, true},
		{"same", &credential{token: func(int) azcore.AccessToken {
			return azcore.AccessToken{Token: "first", ExpiresOn: start.Add(time.Hour)}
		}}, 2, false},
	} {
		n := 0
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			refusing(w, r)
		}, func(c *dataverse.Config) { c.Credential = test.credential })
		_, err := c.Segments(t.Context(), dataverse.Filter{})
		if (err == nil) != test.ok || n != test.requests {
			t.Errorf("%s: %v after %d requests", test.name, err, n)
		}
	}
}

// TestTokenRefusedLate holds that a 401 for an older token does not drop the one
// that came since.
func TestTokenRefusedLate(t *testing.T) {
	cred := &credential{token: func(n int) azcore.AccessToken {
		return azcore.AccessToken{Token: fmt.Sprint("token", n), ExpiresOn: start.Add(time.Hour)}
	}}
	var n atomic.Int32
	both, renewed := make(chan struct{}), make(chan struct{})
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token1" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"value":[]}`)
			return
		}
		if n.Add(1) == 2 {
			close(both)
		}
		<-both
		if r.URL.Query().Get("$top") == "2" {
			<-renewed
		}
		w.WriteHeader(http.StatusUnauthorized)
	}, func(c *dataverse.Config) { c.Credential = cred })
	late := make(chan error, 1)
	go func() {
		_, err := c.Segments(t.Context(), dataverse.Filter{Top: 2})
		late <- err
	}()
	if _, err := c.Segments(t.Context(), dataverse.Filter{}); err != nil {
		t.Error(err)
	}
	close(renewed)
	if err := <-late; err != nil {
		t.Error(err)
	}
	if cred.asked != 2 {
		t.Errorf("asked for %d tokens, want 2", cred.asked)
	}
}

// TestTokenRenewal holds that a token is renewed when its issuer says so, and that
// while there is no other one the old one serves.
func TestTokenRenewal(t *testing.T) {
	fails := false
	cred := signIn(func() (azcore.AccessToken, error) {
		if fails {
			return azcore.AccessToken{}, errors.New("no sign-in")
		}
		return azcore.AccessToken{Token: theToken, ExpiresOn: start.Add(time.Hour), RefreshOn: start.Add(30 * time.Minute)}, nil
	})
	s := newStage(t, dataversetest.Options{}, func(c *dataverse.Config) { c.Credential = &cred })
	for _, step := range []struct {
		at    time.Duration
		fails bool
		asked int
		ok    bool
	}{
		{0, false, 1, true},
		{29 * time.Minute, false, 1, true},
		{31 * time.Minute, true, 2, true},
		{58 * time.Minute, true, 3, true},
		{61 * time.Minute, true, 4, false},
	} {
		fails = step.fails
		if err := s.clock.SleepUntil(t.Context(), start.Add(step.at)); err != nil {
			t.Fatal(err)
		}
		_, err := s.client.Segments(t.Context(), dataverse.Filter{})
		if (err == nil) != step.ok || cred.asked != step.asked {
			t.Errorf("after %s: %v, asked %d times, want %d", step.at, err, cred.asked, step.asked)
		}
	}
}

// TestTokenFunc holds that the keeper of a token is asked again after a while, by
// the client's clock.
func TestTokenFunc(t *testing.T) {
	asked := 0
	s := newStage(t, dataversetest.Options{}, func(c *dataverse.Config) {
		c.Credential = dataverse.TokenFunc(func(context.Context) (string, error) {
			asked++
			return theToken, nil
		})
	})
	for at, want := range []int{1, 1, 1, 1, 1, 1, 2} {
		if err := s.clock.SleepUntil(t.Context(), start.Add(time.Duration(at)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.client.Segments(t.Context(), dataverse.Filter{}); err != nil || asked != want {
			t.Errorf("after %d minutes: %v, asked %d times, want %d", at, err, asked, want)
		}
	}
}

// signingIn is a credential that may fail.
type signingIn struct {
	get   func() (azcore.AccessToken, error)
	asked int
}

func signIn(get func() (azcore.AccessToken, error)) signingIn { return signingIn{get: get} }

func (s *signingIn) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	s.asked++
	return s.get()
}

// TestCreatedWithoutID holds that a segment that was created is not called an
// error of the address, or it would be created again.
func TestCreatedWithoutID(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusNoContent: "it was created, but the answer does not name it",
		http.StatusCreated:   "do not create it again",
		http.StatusOK:        "the answer has another form",
	} {
		c := answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := c.CreateSegment(t.Context(), dataverse.Segment{Name: "a", Type: dataverse.Static})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: got %v, want %q", status, err, want)
		}
	}
}

// TestFilters holds that a filter of the user's keeps its own meaning beside others.
func TestFilters(t *testing.T) {
	s := newStage(t, dataversetest.Options{})
	for _, kind := range []dataverse.SegmentType{dataverse.Static, dataverse.Dynamic} {
		segment := dataverse.Segment{Name: kind.String(), Type: kind}
		if kind != dataverse.Static {
			segment.Query = "PROFILE(contact)"
		}
		if _, err := s.client.CreateSegment(t.Context(), segment); err != nil {
			t.Fatal(err)
		}
	}
	for where, want := range map[string]int{
		"statuscode eq 192350001 or statuscode eq 192350000":                                             1,
		"statuscode eq 192350001\tor statuscode eq 192350000":                                            1,
		"(statuscode eq 192350001)OR(statuscode eq 1)":                                                   -1,
		"(statuscode eq 192350001 or msdyncrm_segmentname eq 'static') and (statuscode eq 192350000)":    1,
		"msdyncrm_segmentname eq 'a (or b' or msdyncrm_segmentname eq 'static'":                          1,
		"statuscode eq 192350000 and (msdyncrm_segmentname eq 'x' or msdyncrm_segmentname eq 'dynamic')": 0,
	} {
		got, err := s.client.Segments(t.Context(), dataverse.Filter{Type: dataverse.Static, Where: where})
		if (err != nil) != (want < 0) || err == nil && len(got) != want {
			t.Errorf("%s: %d segments, %v, want %d", where, len(got), err, want)
		}
	}
}

// TestConnections holds that requests share a connection, those too whose answer
// says nothing.
func TestConnections(t *testing.T) {
	var opened atomic.Int32
	double := dataversetest.New(dataversetest.Options{Token: theToken})
	server := httptest.NewUnstartedServer(double)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c, err := dataverse.New(dataverse.Config{URL: server.URL, Credential: &credential{}, Clock: dataversetest.NewFakeClock(start)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	id, err := c.CreateSegment(t.Context(), dataverse.Segment{Name: "a", Type: dataverse.Static})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := c.AddMembers(t.Context(), id, ids(1), nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := opened.Load(); n > 2 {
		t.Errorf("%d connections for 21 requests", n)
	}
}
