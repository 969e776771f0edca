//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// polled returns a pipe or socket as a file that the runtime waits for in its
// poller. Waiting in a read would hold a thread, and what the read before
// brought about would have to be taken over by another one, which on a busy
// computer takes milliseconds. A terminal stays as it is: it is shared with
// the shell.
func polled(f *os.File) *os.File {
	info, err := f.Stat()
	if err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return f
	}
	fd := f.Fd()
	if syscall.SetNonblock(int(fd), true) != nil {
		return f
	}
	return os.NewFile(fd, f.Name())
}
