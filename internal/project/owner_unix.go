//go:build unix

package project

import (
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner and group of like, where that is allowed: root
// may, so that a formatter in a container does not take the files over.
func keepOwner(f *os.File, like fs.FileInfo) {
	if stat, ok := like.Sys().(*syscall.Stat_t); ok {
		_ = f.Chown(int(stat.Uid), int(stat.Gid)) // the text matters more than its owner
	}
}
