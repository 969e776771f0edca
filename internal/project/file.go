package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/natefinch/atomic"
)

// MaxSize is how large a text may be, in bytes.
const MaxSize = 64 << 20

// TooLarge is the sentence of the error for a file above MaxSize.
const TooLarge = "it is larger than 64 MB"

// ReadFile reads a file of at most MaxSize bytes. Its errors are *Error.
func ReadFile(path string) (string, error) {
	info, err := os.Stat(path) // before opening: to open a pipe would wait for its writer
	switch {
	case err != nil:
		return "", explain(path, err, "read")
	case info.IsDir():
		return "", &Error{path, "it is a folder, not a file"}
	case !info.Mode().IsRegular():
		return "", &Error{path, notRegular}
	case info.Size() > MaxSize:
		return "", &Error{path, TooLarge}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", explain(path, err, "read")
	}
	defer func() { _ = f.Close() }()
	return read(f, path, int(info.Size()))
}

// Read reads a text of at most MaxSize bytes. Its errors are *Error, with name
// as the path.
func Read(r io.Reader, name string) (string, error) { return read(r, name, 0) }

// copyBuffers are for reading: a new one for each of many small files would
// cost more than the files.
var copyBuffers = sync.Pool{New: func() any { return new([copyBuffer]byte) }}

const copyBuffer = 32 << 10

func read(r io.Reader, name string, size int) (string, error) {
	var text strings.Builder // unlike bytes, which would be copied to become a string
	text.Grow(size)
	buffer := copyBuffers.Get().(*[copyBuffer]byte)
	defer copyBuffers.Put(buffer)
	if _, err := io.CopyBuffer(&text, io.LimitReader(r, MaxSize+1), buffer[:]); err != nil {
		return "", explain(name, err, "read")
	}
	s := text.String()
	switch {
	case len(s) > MaxSize:
		return "", &Error{name, TooLarge}
	case strings.HasPrefix(s, "\xff\xfe"), strings.HasPrefix(s, "\xfe\xff"):
		return "", &Error{name, "it is in UTF-16; save it as UTF-8"}
	}
	return s, nil
}

// Replace gives a file that was read as before the new text after. It either
// replaces the whole file or leaves it as it was: a file that no longer holds
// before is not touched. The mode stays and, as far as the system lets it, the
// owner; a link stays a link to the file. Its errors are *Error.
func Replace(path, before, after string) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return explain(path, err, "write")
	}
	// The rename below would ask only for permission to change the folder.
	f, err := os.OpenFile(target, os.O_RDWR, 0)
	if err != nil {
		return explain(path, err, "write")
	}
	info, err := f.Stat()
	_ = f.Close() // nothing was written
	if err != nil {
		return explain(path, err, "write")
	}

	temporary, err := writeTemporary(filepath.Dir(target), info, after)
	if err == nil {
		if !holds(target, before) {
			err = errChanged
		} else {
			err = atomic.ReplaceFile(temporary, target)
		}
		if err != nil {
			_ = os.Remove(temporary) // the first error is the one to tell
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errChanged):
		return &Error{path, err.Error()}
	case errors.Is(err, fs.ErrPermission):
		return &Error{path, "no permission to write into its folder"}
	}
	return explain(path, err, "write")
}

// Create writes a file that is not there yet: either the whole of it or nothing.
// Its errors are *Error.
func Create(path, text string) error {
	temporary := filepath.Join(filepath.Dir(path), fmt.Sprintf(".seg-%d.tmp", rand.Uint64()))
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return explain(path, err, "write")
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = atomic.ReplaceFile(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary) // the first error is the one to tell
		return explain(path, err, "write")
	}
	return nil
}

var errChanged = errors.New("another program has changed it meanwhile, so it was not written")

// writeTemporary writes text to a new file in folder, safely on the disk,
// with the mode and owner of like. It leaves nothing behind when it fails.
func writeTemporary(folder string, like fs.FileInfo, text string) (path string, err error) {
	f, err := os.CreateTemp(folder, ".seg-*.tmp")
	if err != nil {
		return "", err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			_ = os.Remove(f.Name()) // the first error is the one to tell
		}
	}()
	if _, err := f.WriteString(text); err != nil {
		return "", err
	}
	keepOwner(f, like) // before the mode: a new owner takes the set-user-ID bit away
	if err := f.Chmod(like.Mode()); err != nil {
		return "", err
	}
	return f.Name(), f.Sync()
}

// holds reports whether the file holds exactly text.
func holds(path, text string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := f.Read(buffer)
		if n > len(text) || !bytes.Equal(buffer[:n], []byte(text[:n])) {
			return false
		}
		text = text[n:]
		if err != nil {
			return errors.Is(err, io.EOF) && text == ""
		}
	}
}
