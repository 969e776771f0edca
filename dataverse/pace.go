package dataverse

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// A Clock tells the time and waits. The real one is the default of [Config].
type Clock interface {
	Now() time.Time
	// SleepUntil returns when it is t, or with the context's error when that
	// ends.
	SleepUntil(ctx context.Context, t time.Time) error
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) SleepUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pace holds the requests of a client to a few at once, and all of them while
// the service asks for patience.
type pace struct {
	clock  Clock
	places chan struct{}

	mu    sync.Mutex
	until time.Time // nobody starts before
	told  time.Time // the until that was news last
}

func newPace(clock Clock) *pace {
	return &pace{clock: clock, places: make(chan struct{}, atOnce)}
}

// longPause says that the client must not send anything for longer than one waits.
type longPause struct{ until time.Time }

func (longPause) Error() string { return "a long pause" }

// enter takes a place, once there is one and no pause. With an error there is
// nothing to leave.
func (p *pace) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		p.mu.Lock()
		until := p.until
		p.mu.Unlock()
		switch now := p.clock.Now(); {
		case !now.Before(until):
			return nil
		case !p.fits(until.Sub(now)):
			p.leave()
			return longPause{until}
		}
		if err := p.clock.SleepUntil(ctx, until); err != nil {
			p.leave()
			return err
		}
	}
}

func (p *pace) leave() { <-p.places }

// pause holds the whole client for as long as the service asked, or 2^attempt
// seconds if it did not say. It returns until when, and whether that is news: of
// requests that are refused together only the first one is.
func (p *pace) pause(asked time.Duration, attempt int) (until time.Time, news bool) {
	if asked == 0 {
		asked = doubling(attempt)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if until = p.clock.Now().Add(asked); until.After(p.until) {
		p.until = until
	}
	if news = p.until.Sub(p.told) >= time.Second; news {
		p.told = p.until
	}
	return p.until, news
}

// backOff holds one request, without a place.
func (p *pace) backOff(ctx context.Context, wait time.Duration) error {
	return p.clock.SleepUntil(ctx, p.clock.Now().Add(wait))
}

// spread makes a wait up to half as long again, so that requests that failed
// together do not come back together.
func spread(wait time.Duration) time.Duration { return wait + rand.N(wait/2) }

func (p *pace) fits(asked time.Duration) bool { return asked <= maxPause }

// doubling is 2, 4, 8 .. seconds, at most 64.
func doubling(attempt int) time.Duration {
	return time.Second << min(attempt, 6)
}
