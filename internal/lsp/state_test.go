package lsp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/parser"
)

// sink is a connection that notes what is written and never gets anything.
type sink struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (s *sink) Read([]byte) (int, error) { return 0, io.EOF }
func (s *sink) Close() error             { return nil }
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// newTestServer returns a server that talks to w and reads nothing.
func newTestServer(t *testing.T, w io.ReadWriteCloser) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return newServer(ctx, cancel, w, Options{Files: Disk{}, Log: slog.New(slog.DiscardHandler), Today: time.Now})
}

// TestCloseDuringRebuild closes a document while a new seg.toml moves it: nothing
// of it stays in any unit.
func TestCloseDuringRebuild(t *testing.T) {
	s := newTestServer(t, &sink{})
	u := fileURI("file:///w/a.seg")
	s.change(func(n *next) { n.setOpen(newFile(u, 1, true, parser.Parse("A = PROFILE(contact)"), s.encoding)) })
	closed := make(chan error)
	s.change(func(n *next) {
		go func() {
			closed <- s.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
		}()
		for range 1000 {
			runtime.Gosched() // so that it has begun
		}
		n.learn(map[fileURI]*config{"file:///w": {uri: "file:///w/seg.toml", said: &project.Config{}}})
		n.rebuild()
	})
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	for home, unit := range s.state.Load().units {
		if files := unit.project.Files(); len(files) > 0 {
			t.Errorf("the unit %q still has %d files", home, len(files))
		}
	}
}

// TestPanicInDiagnostics holds that one file of which the diagnostics can't be
// made does not keep others from having theirs.
func TestPanicInDiagnostics(t *testing.T) {
	w := &sink{}
	s := newTestServer(t, w)
	bad, good := fileURI("file:///w/a.seg"), fileURI("file:///w/b.seg")
	s.change(func(n *next) {
		n.setOpen(newFile(bad, 1, true, parser.Parse("A = PROFILE(contact)"), s.encoding))
		n.setOpen(newFile(good, 1, true, parser.Parse("B = PROFILE(contact)"), s.encoding))
		n.open[bad].checked = nil // as no file of a state should be
	})
	for s.publishNext(t.Context()) {
	}
	if !strings.Contains(w.String(), string(good)) {
		t.Errorf("the other file has no diagnostics; sent was %q", w.String())
	}
}

// TestVerdictsGoWithTheFile holds that what an organization said is kept as long
// as the file is open or stored.
func TestVerdictsGoWithTheFile(t *testing.T) {
	s := newTestServer(t, &sink{})
	text := parser.Parse("A = PROFILE(contact)")
	one, two := fileURI("file:///w/a.seg"), fileURI("file:///w/b.seg")
	s.change(func(n *next) {
		n.setStored([]*file{newFile(one, 0, false, text, s.encoding)}, nil)
		n.setOpen(newFile(one, 1, true, text, s.encoding))
		n.setOpen(newFile(two, 1, true, text, s.encoding))
		n.setVerdicts(one, verdicts{})
		n.setVerdicts(two, verdicts{})
	})
	s.change(func(n *next) { n.close(one); n.close(two) })
	if now := s.state.Load(); now.verdicts[one] == nil || now.verdicts[two] != nil {
		t.Errorf("after the documents are closed the verdicts are %v", now.verdicts)
	}
	s.change(func(n *next) { n.setStored(nil, []fileURI{one}) })
	if now := s.state.Load(); len(now.verdicts) > 0 {
		t.Errorf("after the file is gone the verdicts are %v", now.verdicts)
	}
}

// TestMistakesOfAQuery holds that the mistakes of a query are its own, also where
// the next one follows with nothing between.
func TestMistakesOfAQuery(t *testing.T) {
	for _, test := range []struct {
		text string
		want []int // for each definition
	}{
		{"A = PROFILE(contact)B = PROFILE(contact)B = PROFILE(contact)", []int{0, 1, 1}},
		{"A = PROFILE(contact", []int{1}},
		{"A = PROFILE(contact).FILTER(fax == 'x' B = PROFILE(contact)", []int{1, 0}},
	} {
		s := newTestServer(t, &sink{})
		u := fileURI("file:///w/a.seg")
		s.change(func(n *next) { n.setOpen(newFile(u, 1, true, parser.Parse(test.text), s.encoding)) })
		now := s.state.Load()
		v := view{now.file(u), now}
		for i, d := range v.tree.Definitions {
			if _, got := s.remoteQueries(v, []ast.Placed{d}); got != test.want[i] {
				t.Errorf("%q: definition %d has %d mistakes, want %d", test.text, i, got, test.want[i])
			}
		}
	}
}

// TestCheckEnds holds that an edit ends the check of an older state, and that the
// end of a request ends its check.
func TestCheckEnds(t *testing.T) {
	s := newTestServer(t, &sink{})
	u := fileURI("file:///w/a.seg")
	open := func(version int32, text string) *snapshot {
		s.change(func(n *next) { n.setOpen(newFile(u, version, true, parser.Parse(text), s.encoding)) })
		_, _ = s.takeStale()
		return s.state.Load()
	}
	old, now := open(1, "A = PROFILE(contct)"), open(2, "A = PROFILE(contact)")
	s.publishGuarded(t.Context(), old, u, s.isOver(t.Context(), old))
	if _, stale := s.takeStale(); len(stale) != 1 || s.published[u].version != 0 {
		t.Errorf("of an older state: %v is to be done again, and %v was told", stale, s.published)
	}
	s.publishGuarded(t.Context(), now, u, s.isOver(t.Context(), now))
	if s.published[u].version != 2 {
		t.Errorf("of the state: %v was told", s.published)
	}
	now = open(3, "A = PROFILE(account)")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if items, _, err := s.report(ctx, now, u); err == nil {
		t.Errorf("of a cancelled request: %v", items)
	}
}

// TestShown holds that the client is to ask again for what it shows where an edit
// changed what another open text shows, and nowhere else.
func TestShown(t *testing.T) {
	for _, test := range []struct {
		edit    string // of b.seg
		isShown bool
	}{
		{"B = SEGMENT(A).FILTER(statecode == 0)\n\nY = PROFILE(contact)", false},
		{"B = SEGMENT(A)\n\nY = PROFILE(lead)", false}, // to which nothing refers
		{"B = SEGMENT(A)\n\nX = PROFILE(contact)", true},
		{"B = SEGMENT(A)\n\nY = SEGMENT(A)", true},
		{"B = SEGMENT(A) UNION SEGMENT(A)\n\nY = PROFILE(contact)", true},
	} {
		s := newTestServer(t, &sink{})
		open := func(u fileURI, text string) {
			s.change(func(n *next) { n.setOpen(newFile(u, 1, true, s.parse(u, text), s.encoding)) })
		}
		open("file:///w/a.seg", "A = PROFILE(contact)\n\nC = SEGMENT(X)")
		open("file:///w/b.seg", "B = SEGMENT(A)\n\nY = PROFILE(contact)")
		for len(s.shown) > 0 {
			<-s.shown
		}
		open("file:///w/b.seg", "B = SEGMENT(A)\n\nY = PROFILE(contact)\n")
		open("file:///w/b.seg", test.edit)
		if got := len(s.shown) > 0; got != test.isShown {
			t.Errorf("%q: to be shown anew is %v", test.edit, got)
		}
	}
}

// TestSlowEdit holds that the check of an edit does not keep the next message
// waiting: what takes long is left to diagnose.
func TestSlowEdit(t *testing.T) {
	s := newTestServer(t, &sink{})
	close(s.settled)
	u := fileURI("file:///w/a.seg")
	var text strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&text, "A%d = PROFILE(contact)\n", i)
	}
	s.change(func(n *next) {
		n.setOpen(newFile("file:///w/names.seg", 1, true, parser.Parse(text.String()), s.encoding))
	})
	_, _ = s.takeStale()
	text.Reset()
	for i := range 2000 {
		fmt.Fprintf(&text, "B%d = SEGMENT(Nosuchsegment%d)\n", i, i)
	}
	s.change(func(n *next) { n.setOpen(newFile(u, 1, true, parser.Parse(text.String()), s.encoding)) })
	for len(s.wake) > 0 {
		<-s.wake
	}
	s.isEdited.Store(true)
	start := time.Now()
	s.idle()
	took := time.Since(start)
	if len(s.wake) != 1 || s.published[u].version != 0 {
		t.Errorf("after %s nothing was left to diagnose", took)
	}
	for s.publishNext(t.Context()) {
	}
	if s.published[u].version != 1 {
		t.Error("its diagnostics were not told in the end")
	}
}

// TestProgressNeverConfirmed holds that nothing waits on for a client that never
// confirms a place for progress, once the work has ended.
func TestProgressNeverConfirmed(t *testing.T) {
	t.Parallel() // it waits for the limit
	s := newTestServer(t, &sink{})
	s.can.progress = true
	for range 10 {
		s.beginProgress(s.work, "Work", false).end()
	}
	ended := make(chan struct{})
	go func() {
		s.background.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(10 * confirmLimit):
		t.Error("the places are still waited for")
	}
}
