package lsp

import "context"

// begin returns the state that a request is about, the one at the time it was
// sent, and lets the server go on to the next message. Every request calls it
// once and first.
func (s *server) begin(ctx context.Context) *snapshot {
	now := s.state.Load()
	release(ctx)
	return now
}
