package lsp

import (
	"context"
	"syscall"
)

// watchParent ends the session when the process of that id is gone.
func (s *server) watchParent(ctx context.Context, pid int) {
	process, err := syscall.OpenProcess(syscall.SYNCHRONIZE, false, uint32(pid)) // the client's id of a process
	if err != nil {
		return // not for want of a process alone: the right to wait for it may be missing
	}
	defer func() { _ = syscall.CloseHandle(process) }()
	const second = 1000 // in milliseconds; a wait can't be interrupted
	for ctx.Err() == nil {
		event, err := syscall.WaitForSingleObject(process, second)
		if err != nil {
			s.log.Warn("the client's process can't be watched", "error", err)
			return
		}
		if event == syscall.WAIT_OBJECT_0 {
			s.log.Info("the client's process has ended")
			s.cancel()
			return
		}
	}
}
