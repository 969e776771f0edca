package lsp

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/protocol"
)

// progress shows the user how far a long work is, and may let them stop it. It
// shows nothing where the client can't.
type progress struct {
	server *server
	token  protocol.ProgressToken // nil if nothing is shown
	ctx    context.Context        // ends when the user stops the work
	cancel context.CancelFunc
	shown  atomic.Int64 // percent

	mu      sync.Mutex // of two reports the later is shown last
	isBegun bool       // the client has a place for it
	isEnded bool
	message *string // what was told last
}

// progressTokens are the works that are shown, by their tokens.
type progressTokens struct {
	mu   sync.Mutex
	last int
	all  map[string]*progress
}

// confirmLimit is how long a client has to confirm the place of a work that has
// ended. It may show the place from then on, so it is told of the end, too.
const confirmLimit = 5 * time.Second

// beginProgress shows a work as soon as the client has a place for it, which
// the work does not wait for.
func (s *server) beginProgress(ctx context.Context, title string, cancellable bool) *progress {
	p := &progress{server: s}
	p.ctx, p.cancel = context.WithCancel(ctx)
	if !s.can.progress {
		return p
	}
	s.works.mu.Lock()
	s.works.last++
	name := fmt.Sprintf("segls-%d", s.works.last)
	p.token = protocol.String(name)
	if s.works.all == nil {
		s.works.all = map[string]*progress{}
	}
	s.works.all[name] = p
	s.works.mu.Unlock()
	s.goBackground("progress", func(ctx context.Context) {
		ctx, giveUp := context.WithCancel(ctx)
		defer giveUp()
		defer context.AfterFunc(p.ctx, func() { time.AfterFunc(confirmLimit, giveUp) })()
		if s.client.WorkDoneProgressCreate(ctx, &protocol.WorkDoneProgressCreateParams{Token: p.token}) == nil {
			p.begin(title, cancellable)
		}
	})
	return p
}

// begin brings the work into the user's sight, though it may have ended.
func (p *progress) begin(title string, cancellable bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isBegun = true
	share := uint32(p.shown.Load()) // from 0 to 100
	p.send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Cancellable: &cancellable, Message: p.message, Percentage: &share})
	if p.isEnded {
		p.send(&protocol.WorkDoneProgressEnd{Kind: "end"})
	}
}

func (p *progress) send(value any) {
	if raw, err := protocol.Marshal(value); err == nil {
		_ = p.server.client.Progress(p.server.ctx, &protocol.ProgressParams{Token: p.token, Value: raw})
	}
}

// report tells that done of all is done.
func (p *progress) report(done, all int) {
	if p.token == nil || all <= 0 {
		return
	}
	percent := int64(100 * min(max(done, 0), all) / all)
	if p.shown.Load() >= percent {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown.Load() >= percent {
		return
	}
	p.shown.Store(percent)
	p.tell(fmt.Sprintf("%d of %d", done, all))
}

// say tells what the work waits for, until there is progress again.
func (p *progress) say(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell(message)
}

// tell shows a message beside the share that is done. The caller holds mu.
func (p *progress) tell(message string) {
	p.message = &message
	if !p.isBegun || p.isEnded {
		return
	}
	share := uint32(p.shown.Load()) // from 0 to 100
	p.send(&protocol.WorkDoneProgressReport{Kind: "report", Message: &message, Percentage: &share})
}

// end takes the work from the user's sight.
func (p *progress) end() {
	p.cancel()
	if p.token == nil {
		return
	}
	p.mu.Lock()
	p.isEnded = true
	if p.isBegun {
		p.send(&protocol.WorkDoneProgressEnd{Kind: "end"})
	}
	p.mu.Unlock()
	p.server.works.mu.Lock()
	delete(p.server.works.all, string(p.token.(protocol.String)))
	p.server.works.mu.Unlock()
}

// WorkDoneProgressCancel implements protocol.Server.
func (s *server) WorkDoneProgressCancel(_ context.Context, params *protocol.WorkDoneProgressCancelParams) error {
	name, _ := params.Token.(protocol.String)
	s.works.mu.Lock()
	p := s.works.all[string(name)]
	s.works.mu.Unlock()
	if p != nil {
		p.cancel()
	}
	return nil
}
