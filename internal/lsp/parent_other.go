//go:build !unix

package lsp

import (
	"context"
	"os"
)

// watchParent ends the session when the process of that id is gone.
func (s *server) watchParent(ctx context.Context, pid int) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return // not for want of a process alone: some systems have none
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = p.Wait()
	}()
	select {
	case <-ctx.Done():
	case <-done:
		s.cancel()
	}
}
