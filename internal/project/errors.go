package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode"
)

// Error says in one plain sentence why a path could not be worked on.
type Error struct {
	Path     string
	Sentence string
}

func (e *Error) Error() string {
	path := e.Path
	if path == "" || strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsPrint(r) }) {
		path = strconv.Quote(path)
	}
	return path + ": " + e.Sentence
}

const notRegular = "it is not a regular file"

// explain puts an error of the operating system into words. doing is what was
// tried: "read" or "write".
func explain(path string, err error, doing string) *Error {
	return &Error{path, Sentence(err, doing)}
}

// Sentence puts an error of the operating system into words, without the path
// and the system call that Go puts before it. doing is what was tried: "read"
// or "write".
func Sentence(err error, doing string) string {
	switch {
	case isMissing(err):
		return "there is no such file or folder"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "no permission to " + doing + " it"
	case errors.Is(err, syscall.EISDIR):
		return "it is a folder, not a file"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "there is no space left on the disk"
	case errors.Is(err, syscall.ENAMETOOLONG):
		return "the name is too long"
	case errors.Is(err, syscall.ELOOP):
		return "the links lead round in a circle"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many files are open at once"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, syscall.ETIMEDOUT):
		return "the disk did not answer in time"
	}
	return fmt.Sprintf("could not %s it: %v", doing, innermost(err))
}

// isMissing reports whether err says that there is no such file. A path with
// a file where a folder would have to be is as missing.
func isMissing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
