//go:build unix

package lsp

import (
	"context"
	"syscall"
	"time"
)

// watchParent ends the session when the process of that id is gone.
func (s *server) watchParent(ctx context.Context, pid int) {
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			s.log.Info("the client's process has ended")
			s.cancel()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
