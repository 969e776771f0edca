// Package project is what the commands share about files: which files a path
// stands for, reading and replacing them, working on many at a time, the style
// that .editorconfig asks for, and what seg.toml says of dialect, schema and
// rules. Its errors are plain sentences that a command shows as they are.
//
// It imports lang/check and lang/schema for what seg.toml speaks of, and
// mvdan.cc/editorconfig, github.com/BurntSushi/toml and
// github.com/natefinch/atomic. It never parses a query, prints, or ends the
// program.
package project

import (
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// Extension is how the names of source files end.
const Extension = ".seg"

// File is a file to work on, or the reason why a path leads to none.
type File struct {
	// Path is the path as it was given, or for a file in a folder one that
	// starts with the folder's path.
	Path string
	// Real is the absolute path without links: the same for all paths that
	// lead to the file.
	Real string
	// Size is the file's length in bytes when it was found.
	Size int64
	// Err is an *Error if there is nothing to work on.
	Err error
}

// Walk finds the files that paths stand for, in their order, each file once.
//
// A path is a file, whatever its name; a folder, which stands for the source
// files in and below it, sorted; or a folder and "/...", which means the same.
// In a folder hidden files and folders, node_modules and vendor are skipped,
// and links to folders are not followed.
func Walk(paths []string) iter.Seq[File] {
	return func(yield func(File) bool) {
		w := walker{seen: make(map[string]bool), yield: yield}
		for _, path := range paths {
			if !w.path(path) {
				return
			}
		}
	}
}

// walker holds the state of one Walk. Its methods return false to stop.
type walker struct {
	seen  map[string]bool // by real path
	yield func(File) bool
}

func (w *walker) path(path string) bool {
	root, recursive := cutDots(path)
	info, err := os.Stat(root)
	switch {
	case err != nil:
		return w.fail(path, err)
	case info.IsDir():
		return w.folder(root, realPath(root))
	case recursive:
		return w.yield(File{Path: path, Err: &Error{path, "it is not a folder"}})
	}
	return w.file(root, realPath(root), info)
}

// cutDots takes the "/..." off a path.
func cutDots(path string) (root string, found bool) {
	if path == "..." {
		return ".", true
	}
	root, found = strings.CutSuffix(filepath.ToSlash(path), "/...")
	if !found {
		return path, false
	}
	if root == "" || strings.HasSuffix(root, ":") {
		root += "/"
	}
	return filepath.FromSlash(root), true
}

func (w *walker) folder(path, realFolder string) bool {
	entries, err := os.ReadDir(path)
	if err != nil && !w.fail(path, err) {
		return false
	}
	for _, e := range entries {
		name := e.Name()
		child, realChild := filepath.Join(path, name), filepath.Join(realFolder, name)
		ok := true
		switch {
		case Skips(name, e.IsDir()):
		case e.IsDir():
			ok = w.folder(child, realChild)
		case filepath.Ext(name) == Extension:
			ok = w.entry(child, realChild, e)
		}
		if !ok {
			return false
		}
	}
	return true
}

// Skips reports whether Walk passes over a file or folder of that name, unless
// it is one of its paths.
func Skips(name string, isFolder bool) bool {
	return strings.HasPrefix(name, ".") || isFolder && (name == "node_modules" || name == "vendor")
}

// entry takes what a folder holds under the name of a source file.
func (w *walker) entry(path, realFile string, e fs.DirEntry) bool {
	info, err := e.Info()
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		info, err = os.Stat(path)
		realFile = realPath(path)
	}
	switch {
	case err != nil:
		return w.fail(path, err)
	case info.IsDir():
		return true
	}
	return w.file(path, realFile, info)
}

func (w *walker) file(path, realFile string, info fs.FileInfo) bool {
	if w.seen[realFile] {
		return true
	}
	w.seen[realFile] = true
	if !info.Mode().IsRegular() {
		return w.yield(File{Path: path, Err: &Error{path, notRegular}})
	}
	return w.yield(File{Path: path, Real: realFile, Size: info.Size()})
}

func (w *walker) fail(path string, err error) bool {
	e := explain(path, err, "read")
	if isMissing(err) {
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			e.Sentence = "it is a link to something that does not exist"
		}
	}
	return w.yield(File{Path: path, Err: e})
}

// realPath returns what is the same for all paths that lead to a file.
func realPath(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return path
}
