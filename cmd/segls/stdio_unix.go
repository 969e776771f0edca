//go:build unix

package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// polled returns a pipe or socket as a file that the runtime waits for in its
// poller. Waiting in a read would hold a thread, and what the read before
// brought about would have to be taken over by another one, which on a busy
// computer takes milliseconds. A terminal stays as it is: it is shared with
// the shell.
func polled(f *os.File) io.ReadWriteCloser {
	info, err := f.Stat()
	if err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return f
	}
	fd := f.Fd()
	if syscall.SetNonblock(int(fd), true) != nil {
		return f
	}
	p := os.NewFile(fd, f.Name())
	raw, err := p.SyscallConn()
	if err != nil {
		return p
	}
	return pipe{p, raw}
}

// pipe is a file that does not block.
type pipe struct {
	*os.File
	raw syscall.RawConn
}

// WriteInstantly writes as many of the bytes as the pipe has room for, maybe
// none.
func (p pipe) WriteInstantly(text []byte) (n int, err error) {
	var failed error
	err = p.raw.Write(func(fd uintptr) (isDone bool) {
		n, failed = syscall.Write(int(fd), text)
		return true
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(failed, syscall.EAGAIN), errors.Is(failed, syscall.EINTR):
		return 0, nil
	case failed != nil:
		return 0, &fs.PathError{Op: "write", Path: p.Name(), Err: failed}
	}
	return n, nil
}

// ReadInstantly reads what is there, which may be nothing. What is wrong with the
// pipe the next Read finds, too.
func (p pipe) ReadInstantly(text []byte) (n int) {
	_ = p.raw.Read(func(fd uintptr) (isDone bool) {
		n, _ = syscall.Read(int(fd), text)
		return true
	})
	return max(n, 0)
}
