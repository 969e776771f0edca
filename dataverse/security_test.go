package dataverse_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
)

const secretQuery = "PROFILE(contact).FILTER(emailaddress1 == 'secret.person@contoso.example')"

func always(f dataversetest.Fault) func(*dataversetest.Call) dataversetest.Fault {
	return func(*dataversetest.Call) dataversetest.Fault { return f }
}

func validateSecret(ctx context.Context, c *dataverse.Client) error {
	_, err := c.Validate(ctx, []dataverse.Query{{Name: "q", Wire: secretQuery, Type: dataverse.Dynamic}}, nil)
	return err
}

// leaks reports what must not be seen.
func leaks(t *testing.T, where, text string) {
	t.Helper()
	for _, secret := range []string{theToken, theToken[:20], secretQuery, "secret.person@contoso", "secret.person"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %q:\n%s", where, secret, text)
		}
	}
}

func TestNothingLeaks(t *testing.T) {
	for _, kind := range []dataversetest.Kind{
		dataversetest.None, dataversetest.Echo, dataversetest.Forbidden, dataversetest.Expired, dataversetest.HTML,
		dataversetest.WrongType, dataversetest.CutOff, dataversetest.Reset, dataversetest.TooMany, dataversetest.Unavailable,
	} {
		s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: kind})})
		err := validateSecret(t.Context(), s.client)
		if (err == nil) != (kind == dataversetest.None) {
			t.Errorf("kind %d: %v", kind, err)
		}
		if err != nil {
			leaks(t, "an error", err.Error())
		}
		if s.log.Len() == 0 {
			t.Errorf("kind %d: nothing was logged", kind)
		}
		leaks(t, "the log", s.log.String())
	}
}

// TestHiddenPieces holds that what a terminal does not show hides no secret, nor
// does a part of one or another place.
func TestHiddenPieces(t *testing.T) {
	apart := func(secret string) string {
		var b strings.Builder
		for i := range len(secret) {
			b.WriteString(secret[i:i+1] + "\\u200b")
		}
		return b.String()
	}
	for _, message := range []string{apart(theToken), theToken[:25], theToken[8:], apart(secretQuery), strings.Repeat("x", 490) + theToken} {
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Ms-Service-Request-Id", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":{"code":"","message":"bad %s"}}`, message)
		})
		err := validateSecret(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "…") {
			t.Errorf("%s: got %v", message, err)
			continue
		}
		leaks(t, "an error", err.Error())
	}
}

func TestPreview(t *testing.T) {
	var shown []dataverse.Request
	s := newStage(t, dataversetest.Options{}, func(c *dataverse.Config) {
		c.Preview = func(r dataverse.Request) { shown = append(shown, r) }
	})
	ctx := t.Context()
	if _, err := s.client.CreateSegment(ctx, dataverse.Segment{Name: "A", Type: dataverse.Dynamic, Query: "PROFILE(contact).FILTER(a == 1 && b == 2)"}); err != nil {
		t.Error(err)
	}
	if err := s.client.GoLive(ctx, segmentID); err != nil {
		t.Error(err)
	}
	if err := s.client.DeleteSegment(ctx, segmentID); err != nil {
		t.Error(err)
	}
	if done, err := s.client.AddMembers(ctx, segmentID, ids(20_001), nil); err != nil || done != 20_001 {
		t.Error(done, err)
	}
	if err := s.client.AddMembersByQuery(ctx, segmentID, "PROFILE(contact)"); err != nil {
		t.Error(err)
	}
	if n := len(s.double.Log()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	if len(shown) != 6 {
		t.Fatalf("%d requests were shown, want 6", len(shown))
	}
	for _, r := range shown {
		leaks(t, "a preview", r.String())
	}
	want := "POST " + s.server.URL + "/api/data/v9.2/msdyncrm_segments\n" +
		"Content-Type: application/json; charset=utf-8\n\n{\n" +
		"  \"msdyncrm_segmentname\": \"A\",\n  \"msdyncrm_segmenttype\": 192350000,\n" +
		"  \"msdyncrm_segmentquery\": \"PROFILE(contact).FILTER(a == 1 && b == 2)\"\n}\n"
	if got := shown[0].String(); got != want {
		t.Errorf("shown:\n%s\nwant:\n%s", got, want)
	}
	if got := shown[1].String(); !strings.Contains(got, "If-Match: *") {
		t.Errorf("no If-Match in:\n%s", got)
	}
	// What changes nothing is asked all the same.
	if err := validateSecret(ctx, s.client); err != nil || len(s.double.Log()) != 1 {
		t.Error("a validation was not sent:", err)
	}
}

func TestRedirects(t *testing.T) {
	var mu sync.Mutex
	var got []http.Header
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header)
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"ValidationResult":"","value":[]}`))
	}))
	defer elsewhere.Close()
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Redirect, Text: elsewhere.URL + "/x"})})
	_, listErr := s.client.Segments(t.Context(), dataverse.Filter{})
	for _, err := range []error{validateSecret(t.Context(), s.client), listErr} {
		if err == nil || !strings.Contains(err.Error(), "the service redirects ") {
			t.Errorf("got %v", err)
		}
		if err != nil {
			leaks(t, "an error", err.Error())
		}
	}
	if len(got) != 0 {
		t.Errorf("the other origin was asked: %v", got)
	}
	if n := len(s.double.Log()); n != 2 {
		t.Errorf("%d requests, want 2: a redirect is not repeated", n)
	}
}

// TestRedirectsWithin holds which redirects that stay with the organization are followed.
func TestRedirectsWithin(t *testing.T) {
	n, status, target := 0, 0, ""
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		if r.URL.Path != "/moved" || target == "/moved" {
			w.Header().Set("Location", strings.ReplaceAll(target, "HOST", r.Host))
			w.WriteHeader(status)
			return
		}
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			t.Error("the token is not sent along")
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"ValidationResult":"","value":[]}`)
	})
	list := func() error {
		_, err := c.Segments(t.Context(), dataverse.Filter{})
		return err
	}
	validate := func() error { return validateSecret(t.Context(), c) }
	for _, test := range []struct {
		name     string
		call     func() error
		status   int
		target   string
		requests int
		ok       bool
	}{
		{"a post that becomes a get", validate, http.StatusFound, "http://HOST/moved", 1, false},
		{"a post that stays one", validate, http.StatusTemporaryRedirect, "http://HOST/moved", 2, true},
		{"a get", list, http.StatusFound, "http://HOST/moved", 2, true},
		{"the other scheme", list, http.StatusFound, "https://HOST/moved", 1, false},
		{"a loop", list, http.StatusFound, "/moved", 4, false},
	} {
		n, status, target = 0, test.status, test.target
		if err := test.call(); (err == nil) != test.ok || err != nil && !strings.Contains(err.Error(), "the service redirects ") {
			t.Errorf("%s: got %v", test.name, err)
		}
		if n != test.requests {
			t.Errorf("%s: %d requests, want %d", test.name, n, test.requests)
		}
	}
}

// TestNextLinks holds that pages of the same origin are followed, but none with a
// user in its address, nor one that came before.
func TestNextLinks(t *testing.T) {
	for next, want := range map[string]int{"http://HOST/2": 2, "http://user@HOST/2": 1, "http://HOST/loop": 2, "https://HOST/2": 1, "/2": 1} {
		n := 0
		c := answering(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			w.Header().Set("Content-Type", "application/json")
			link := strings.ReplaceAll(next, "HOST", r.Host)
			if r.URL.Path == "/2" {
				link = ""
			}
			fmt.Fprintf(w, `{"value":[],"@odata.nextLink":%q}`, link)
		})
		_, err := c.Segments(t.Context(), dataverse.Filter{})
		if ok := next == "http://HOST/2"; (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "another place") {
			t.Errorf("%s: got %v", next, err)
		}
		if n != want {
			t.Errorf("%s: %d requests, want %d", next, n, want)
		}
	}
}

func TestNextLinkElsewhere(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"value":[],"@odata.nextLink":"` + elsewhere.URL + `/api"}`))
	}))
	defer hostile.Close()
	c, err := dataverse.New(dataverse.Config{URL: hostile.URL, Credential: &credential{}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Segments(t.Context(), dataverse.Filter{}); err == nil || !strings.Contains(err.Error(), "another place") {
		t.Errorf("got %v", err)
	}
	if asked {
		t.Error("the other origin was asked")
	}
}

func TestHostileAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		kind dataversetest.Kind
		want string
	}{
		"endless": {dataversetest.Endless, "larger than any that the service sends and was cut off"},
		"header":  {dataversetest.HugeHeader, "headers are larger than any"},
		"deep":    {dataversetest.Deep, "not JSON that can be read"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: c.kind})})
			err := validateSecret(t.Context(), s.client)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if n := len(s.double.Log()); n != 1 {
				t.Errorf("%d requests: a hostile server is not asked again", n)
			}
			_, err = s.client.Pull(t.Context(), []string{"contact"}, nil, nil)
			if err == nil {
				t.Error("the metadata of a hostile server were taken")
			} else {
				leaks(t, "an error", err.Error())
			}
		})
	}
}

func TestSlowAnswerEnds(t *testing.T) {
	var slow atomic.Int32
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.Slow, Delay: time.Hour})},
		func(c *dataverse.Config) {
			c.Limit = 20 * time.Millisecond
			c.Slow = func() { slow.Add(1) }
		})
	err := validateSecret(t.Context(), s.client)
	if slow.Load() == 0 {
		t.Error("nobody was told that the service takes its time")
	}
	var failure *dataverse.Error
	if !errors.As(err, &failure) || !strings.Contains(failure.Message, "in time") || !failure.Temporary {
		t.Errorf("got %v", err)
	}
}

// TestCancel holds that everything stops when the context ends: TestMain sees to
// the goroutines.
func TestCancel(t *testing.T) {
	arrived := make(chan struct{}, 100)
	s := newStage(t, dataversetest.Options{Fault: func(*dataversetest.Call) dataversetest.Fault {
		arrived <- struct{}{}
		return dataversetest.Fault{Kind: dataversetest.Slow, Delay: time.Hour}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	queries := make([]dataverse.Query, 50)
	for i := range queries {
		queries[i] = dataverse.Query{Name: "q", Wire: "PROFILE(contact)" + strings.Repeat(" ", i)}
	}
	go func() {
		for range 8 {
			<-arrived
		}
		cancel()
	}()
	_, err := s.client.Validate(ctx, queries, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(s.double.Log()); n != 8 {
		t.Errorf("%d requests were sent, want the 8 at once", n)
	}
}

// TestCancelPause holds that a pause ends with the context too, on the real clock.
func TestCancelPause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.TooMany, Text: "600"})},
		func(c *dataverse.Config) {
			c.Clock = nil
			c.Paused = func(time.Time) { cancel() }
		})
	if err := validateSecret(ctx, s.client); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPauseTooLong(t *testing.T) {
	s := newStage(t, dataversetest.Options{Fault: always(dataversetest.Fault{Kind: dataversetest.TooMany, Text: "1e300"})})
	err := validateSecret(t.Context(), s.client)
	if err == nil || len(s.double.Log()) != 1 || !s.clock.Now().Equal(start) {
		t.Errorf("got %v after %d requests and %v", err, len(s.double.Log()), s.clock.Now().Sub(start))
	}
}
