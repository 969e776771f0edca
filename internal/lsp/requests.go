package lsp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/dataverse/orgurl"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
)

// What a client may ask beyond the protocol.
const (
	// methodStatus has fileParams, and answers a fileStatus.
	methodStatus = "segql/status"
	// methodSegments has an empty object, and answers the segmentFiles of the
	// workspace.
	methodSegments = "segql/segments"
	// methodReadSchema has fileParams with the metadata of an organization in any
	// form that lang/schema knows, and answers a schemaSnapshot.
	methodReadSchema = "segql/readSchema"
	// methodPullSchema has pullParams, and answers a schemaSnapshot.
	methodPullSchema = "segql/pullSchema"
)

// A Pull reads the tables of the organization with that origin. Token asks the
// client for an access token, which is kept there. An error is a sentence for
// the user.
type Pull func(ctx context.Context, organization string, token func(context.Context) (string, error)) (*schema.Schema, error)

type pullParams struct {
	// Organization is the address, which the user gave.
	Organization string `json:"organization"`
}

// Request implements protocol.Server: it answers what is not in the protocol.
func (s *server) Request(ctx context.Context, method string, params any) (any, error) {
	raw, _ := params.(protocol.LSPAny)
	switch method {
	case methodStatus:
		return answer(raw, func(p fileParams) (*fileStatus, error) { return s.status(ctx, p.URI) })
	case methodSegments:
		return s.segments(ctx)
	case methodReadSchema:
		return answer(raw, func(p fileParams) (*schemaSnapshot, error) { return s.readSchema(ctx, p.URI) })
	case methodPullSchema:
		return answer(raw, func(p pullParams) (*schemaSnapshot, error) { return s.pullSchema(ctx, p.Organization) })
	}
	return nil, jsonrpc2.ErrMethodNotFound
}

// answer reads the parameters of a request, and answers it.
func answer[P, R any](raw protocol.LSPAny, do func(P) (R, error)) (any, error) {
	var p P
	if err := protocol.Unmarshal(raw, &p); err != nil {
		return nil, jsonrpc2.ErrParse
	}
	return do(p)
}

// fileStatus is what the text of a file is taken for.
type fileStatus struct {
	// Dialect is outbound or realtime; empty if nothing says it.
	Dialect string `json:"dialect"`
	// Schema is the file that names are checked against, "standard" for the
	// standard tables, or "none".
	Schema string `json:"schema"`
	// Organization is the origin of the organization's address; empty if there is
	// none, or if it is none of an organization.
	Organization string `json:"organization"`
	// Config is the URI of the seg.toml that the file belongs to; empty if there
	// is none.
	Config uri.URI `json:"config"`
}

func (s *server) status(ctx context.Context, u uri.URI) (*fileStatus, error) {
	s.begin(ctx)
	// Before, it is not known which seg.toml there are.
	if err := s.waitSettled(ctx); err != nil {
		return nil, err
	}
	now := s.state.Load()
	f := now.file(u)
	if f == nil {
		return nil, unknownFile(u)
	}
	v := view{f, now}
	status := &fileStatus{Schema: now.schemaOf(f)}
	if d := v.dialect(); d != check.Undetermined {
		status.Dialect = d.String()
	}
	if org, ok := s.organizationOf(now, f); ok {
		status.Organization = org.origin
	}
	if c := now.unitOf(f).config; c != nil {
		status.Config = c.uri
	}
	return status, nil
}

// schemaOf says what the names of a file are checked against. A schema.json that
// can't be read leaves the standard tables to the settings, and none to a seg.toml.
func (s *snapshot) schemaOf(f *file) string {
	switch c := s.unitOf(f).config; {
	case s.unitOf(f).schema == nil:
		return "none"
	case c != nil && c.said.Schema != "":
		return c.said.Schema
	case s.settings.standard:
		return "standard"
	}
	return s.settings.schemaFile
}

// segmentFile is a source file and the segments that it defines.
type segmentFile struct {
	URI      uri.URI   `json:"uri"`
	Segments []segment `json:"segments"`
}

// segment is one definition.
type segment struct {
	// Name is empty for a bare query.
	Name string `json:"name"`
	// Source is the table or the interaction that the query starts from; empty
	// if it starts from another segment.
	Source string `json:"source"`
	// Range is that of the definition, NameRange the part to show.
	Range     protocol.Range `json:"range"`
	NameRange protocol.Range `json:"nameRange"`
	// Uses are the segments that it refers to, each once, in the order of the text.
	Uses []segmentUse `json:"uses"`
}

// segmentUse is a reference to a segment, and where that is defined; Defined
// is nil if it is not in the workspace.
type segmentUse struct {
	Name    string             `json:"name"`
	Defined *protocol.Location `json:"defined"`
}

func (s *server) segments(ctx context.Context) ([]segmentFile, error) {
	s.begin(ctx)
	if err := s.waitSettled(ctx); err != nil {
		return nil, err
	}
	now := s.state.Load()
	files := make([]*file, 0, len(now.disk)+len(now.open))
	for u, f := range now.disk {
		if now.open[u] == nil {
			files = append(files, f)
		}
	}
	for _, f := range now.open {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *file) int { return cmp.Compare(a.uri, b.uri) })
	out := make([]segmentFile, 0, len(files))
	for _, f := range files {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !f.isLarge() && !f.isApart {
			out = append(out, view{f, now}.segments())
		}
	}
	return out, nil
}

func (v view) segments() segmentFile {
	listed := segmentFile{URI: v.uri, Segments: make([]segment, 0, len(v.tree.Definitions))}
	for _, d := range v.tree.Definitions {
		own := d.Query.Span()
		one := segment{Uses: []segmentUse{}}
		if d.Name != nil {
			one.Name, own = d.Name.Name, d.Name.Extent
		}
		one.Range, one.NameRange = v.rangeOf(d.Abs(d.Span())), v.rangeOf(d.Abs(own))
		one.Source = sourceName(d.Query)
		seen := map[string]bool{}
		ast.Inspect(d.Query, func(n ast.Node) bool {
			if name := referredTo(n); name != nil && !seen[strings.ToLower(name.Name)] {
				seen[strings.ToLower(name.Name)] = true
				one.Uses = append(one.Uses, v.use(name.Name))
			}
			_, isCondition := n.(ast.Expr)
			return !isCondition
		})
		listed.Segments = append(listed.Segments, one)
	}
	return listed
}

// referredTo returns the name of the segment that a node refers to, or nil.
func referredTo(n ast.Node) *ast.Ident {
	switch n := n.(type) {
	case *ast.Segment:
		return n.Name
	case *ast.NameRef:
		return n.Name
	}
	return nil
}

func (v view) use(name string) segmentUse {
	use := segmentUse{Name: name}
	for _, d := range v.project().Lookup(v.checked, name) {
		at := v.other(d.File).location(d.Abs(d.Name.Extent))
		use.Defined = &at
		break
	}
	return use
}

// sourceName returns the table or interaction of the first operand of a query.
func sourceName(q *ast.Query) string {
	var name *ast.Ident
	switch source := q.Operands[0].Source.(type) {
	case *ast.Profile:
		name = source.Table
	case *ast.Interaction:
		name = source.Event
	case *ast.ParenQuery:
		return sourceName(source.Query)
	}
	if name == nil {
		return ""
	}
	return name.Name
}

// schemaSnapshot is the text of a schema.json.
type schemaSnapshot struct {
	Text   string `json:"text"`
	Tables int    `json:"tables"`
}

func (s *server) readSchema(ctx context.Context, u uri.URI) (*schemaSnapshot, error) {
	s.begin(ctx)
	if u == "" {
		return nil, unknownFile(u)
	}
	read, err := s.options.Files.Schema(ctx, u)
	if err != nil {
		return nil, failed("%s has no schema that can be read: %s", baseName(u), sentence(err))
	}
	return snapshotOf(read)
}

func snapshotOf(tables *schema.Schema) (*schemaSnapshot, error) {
	var text strings.Builder
	if err := schema.WriteSnapshot(&text, tables); err != nil {
		return nil, err
	}
	return &schemaSnapshot{text.String(), len(tables.Tables())}, nil
}

func (s *server) pullSchema(ctx context.Context, address string) (*schemaSnapshot, error) {
	s.begin(ctx)
	origin, err := orgurl.Origin(address)
	switch {
	case s.distrusted:
		return nil, failed("this workspace is not trusted, so no organization is asked; trust it first")
	case s.options.Pull == nil, !s.can.accessTokens:
		return nil, failed("this editor can't sign in to an organization; make the schema with seg schema pull")
	case err != nil:
		return nil, failed("%s", err)
	}
	organization := origin.String()
	pulled, err := s.options.Pull(ctx, organization, func(ctx context.Context) (string, error) { return s.tokenOf(ctx, organization) })
	if err != nil {
		return nil, err
	}
	return snapshotOf(pulled)
}
