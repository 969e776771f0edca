//go:build unix

package lsp

import (
	"context"
	"os"
	"syscall"
	"time"
)

// watchParent ends the session when the process of that id is gone.
func (s *server) watchParent(ctx context.Context, pid int) {
	// A child sees at once that its parent is gone; another process may stay as
	// a zombie, or its id be given to a new one.
	isParent := os.Getppid() == pid
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if isParent && os.Getppid() != pid || syscall.Kill(pid, 0) == syscall.ESRCH {
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
