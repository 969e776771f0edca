package lsp

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/uri"

	"segql/internal/project"
	"segql/lang/schema"
)

// What the server asks a client that offers files.
const (
	// methodReadFile has fileParams, and answers {"text": "..."}, or null where
	// there is no such file.
	methodReadFile = "segql/readFile"
	// methodFindFiles has fileParams with a folder, and answers the URIs of the
	// source files in and below it.
	methodFindFiles = "segql/findFiles"
)

type fileParams struct {
	URI uri.URI `json:"uri"`
}

// filesOf returns own, and where it does not have a kind of URI, the client's.
func filesOf(own Files, conn jsonrpc2.Conn, offered bool) Files {
	switch {
	case !offered && own == nil:
		return noFiles{}
	case !offered:
		return own
	case own == nil:
		return clientFiles{noFiles{}, conn}
	}
	return clientFiles{own, conn}
}

// clientFiles are files of which the client reads those that own does not
// have: all of them in a browser, and elsewhere those of a repository that is
// not on this computer.
type clientFiles struct {
	own  Files
	conn jsonrpc2.Conn
}

var _ Files = clientFiles{}

// Has implements Files. What was never saved is not in any file.
func (c clientFiles) Has(u uri.URI) bool {
	return c.own.Has(u) || u.Scheme() != "untitled" && strings.HasPrefix(u.Path(), "/")
}

// Find implements Files.
func (c clientFiles) Find(ctx context.Context, folder uri.URI) ([]uri.URI, error) {
	if c.own.Has(folder) {
		return c.own.Find(ctx, folder)
	}
	var found []uri.URI
	if _, err := c.conn.Call(ctx, methodFindFiles, fileParams{folder}, &found); err != nil {
		return nil, clientSaid(err)
	}
	return slices.DeleteFunc(found, func(u uri.URI) bool { return !isFoundIn(u, folder) }), nil
}

// Text implements Files.
func (c clientFiles) Text(ctx context.Context, u uri.URI) (string, error) {
	if c.own.Has(u) {
		return c.own.Text(ctx, u)
	}
	return c.read(ctx, u)
}

func (c clientFiles) read(ctx context.Context, u uri.URI) (string, error) {
	var answer *struct {
		Text string `json:"text"`
	}
	_, err := c.conn.Call(ctx, methodReadFile, fileParams{u}, &answer)
	switch {
	case err != nil:
		return "", clientSaid(err)
	case answer == nil:
		return "", fs.ErrNotExist
	}
	return project.Read(strings.NewReader(answer.Text), u.Path())
}

// clientSaid puts the answer of a client that could not do it into a sentence.
func clientSaid(err error) error {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return errors.New(wire.Message)
	}
	return err
}

// Schema implements Files.
func (c clientFiles) Schema(ctx context.Context, u uri.URI) (*schema.Schema, error) {
	if c.own.Has(u) {
		return c.own.Schema(ctx, u)
	}
	text, err := c.read(ctx, u)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &project.Error{Path: u.Path(), Sentence: project.Sentence(err, "read")}
	} else if err != nil {
		return nil, err
	}
	return project.ReadSchema(strings.NewReader(text), u.Path())
}

// Style implements Files.
func (c clientFiles) Style(ctx context.Context, u uri.URI) (project.Style, error) {
	switch {
	case c.own.Has(u):
		return c.own.Style(ctx, u)
	case !c.Has(u):
		return project.Style{FinalNewline: true}, nil
	}
	styles := project.Styles{Read: func(path string) (string, error) {
		p := filepath.ToSlash(strings.TrimPrefix(path, filepath.VolumeName(path)))
		at, err := u.With(uri.Change{Path: &p})
		if err != nil {
			return "", fs.ErrNotExist
		}
		return c.read(ctx, at)
	}}
	return styles.For(u.Path())
}

// noFiles has no file at all.
type noFiles struct{}

var _ Files = noFiles{}

func (noFiles) Has(uri.URI) bool                                        { return false }
func (noFiles) Find(context.Context, uri.URI) ([]uri.URI, error)        { return nil, nil }
func (noFiles) Text(context.Context, uri.URI) (string, error)           { return "", fs.ErrNotExist }
func (noFiles) Schema(context.Context, uri.URI) (*schema.Schema, error) { return nil, fs.ErrNotExist }
func (noFiles) Style(context.Context, uri.URI) (project.Style, error) {
	return project.Style{FinalNewline: true}, nil
}
