package lsp

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"go.lsp.dev/uri"

	"segql/internal/project"
	"segql/lang/schema"
)

// Files is where texts are that the client has not opened. An error is a plain
// sentence, or fs.ErrNotExist where there is no such file.
type Files interface {
	// Has reports whether files of that kind of URI can be read at all.
	Has(u uri.URI) bool
	// Find returns the source files in and below a folder.
	Find(ctx context.Context, folder uri.URI) ([]uri.URI, error)
	// Text returns the text of a file.
	Text(ctx context.Context, u uri.URI) (string, error)
	// Schema reads a file with a schema in it.
	Schema(ctx context.Context, u uri.URI) (*schema.Schema, error)
	// Style returns the style that is laid down for a file.
	Style(ctx context.Context, u uri.URI) (project.Style, error)
}

// Disk is the files of this computer.
type Disk struct{}

var _ Files = Disk{}

// Has implements Files: only file: URIs are on the disk.
func (Disk) Has(u uri.URI) bool { return u.IsFile() }

// Find implements Files. It finds what the commands find in that folder.
func (Disk) Find(ctx context.Context, folder uri.URI) ([]uri.URI, error) {
	var found []uri.URI
	for f := range project.Walk([]string{folder.FsPath()}) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if f.Err == nil {
			found = append(found, uri.File(f.Path))
		}
	}
	return found, nil
}

// Text implements Files.
func (d Disk) Text(_ context.Context, u uri.URI) (string, error) {
	if !d.Has(u) {
		return "", fs.ErrNotExist
	}
	path := u.FsPath()
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", fs.ErrNotExist
	}
	return project.ReadFile(path)
}

// Schema implements Files.
func (d Disk) Schema(_ context.Context, u uri.URI) (*schema.Schema, error) {
	if !d.Has(u) { // its path may be that of a file all the same
		return nil, &project.Error{Path: u.Path(), Sentence: "only files of this computer can be read, not " + u.Scheme() + ":"}
	}
	return new(project.Configs).SchemaFile(u.FsPath())
}

// Style implements Files. The files of .editorconfig are read each time, since
// they may have changed.
func (Disk) Style(_ context.Context, u uri.URI) (project.Style, error) {
	if !u.IsFile() {
		return project.Style{FinalNewline: true}, nil
	}
	return new(project.Styles).For(filepath.Clean(u.FsPath()))
}
