package lsp

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/explain"
	"segql/lang/format"
	"segql/lang/token"
)

// The commands that the server runs, see docs/editors.md, beside commandValidate.
// All take the URI of a file and, if not all of its queries are meant, a position
// or a range.
const (
	commandWireForm = "seg.wireForm"
	commandExplain  = "seg.explain"
)

// commands returns the commands that the server runs in this session.
func (s *server) commands() []string {
	if s.mayAsk() {
		return []string{commandExplain, commandWireForm, commandValidate}
	}
	return []string{commandExplain, commandWireForm}
}

// wireForm is a query as it is stored and sent.
type wireForm struct {
	Name  string `json:"name"` // empty for a query without one
	Query string `json:"query"`
}

// explanation says what a query selects.
type explanation struct {
	Name     string `json:"name"` // empty for a query without one
	Markdown string `json:"markdown"`
}

// ExecuteCommand implements protocol.Server.
func (s *server) ExecuteCommand(ctx context.Context, params *protocol.ExecuteCommandParams) (protocol.LSPAny, error) {
	now := s.begin(ctx)
	var run func(context.Context, *server, view, []ast.Placed) (any, error)
	switch params.Command {
	case "": // of a lens that is text alone
		return nil, nil
	case commandWireForm:
		run = wireForms
	case commandExplain:
		run = explanations
	case commandValidate:
		run = validateCommand
	default:
		return nil, failed("segls has no command %q; those it has are %s", params.Command, strings.Join(s.commands(), ", "))
	}
	v, definitions, err := now.commandTarget(params)
	if params.Command == commandValidate && !now.isSettled() { // which organization it is says a seg.toml, which may not be read yet
		v, definitions, err = s.settledTarget(ctx, params, v, definitions)
	}
	if err != nil {
		return nil, err
	}
	answer, err := run(ctx, s, v, definitions)
	if err != nil {
		return nil, err
	}
	return protocol.Marshal(answer)
}

// settledTarget returns what a command names when the workspace was read. The
// text may have been changed meanwhile: what its arguments named before is meant.
func (s *server) settledTarget(ctx context.Context, params *protocol.ExecuteCommandParams, was view, named []ast.Placed) (view, []ast.Placed, error) {
	if err := s.waitSettled(ctx); err != nil {
		return was, nil, err
	}
	now := s.state.Load()
	if len(named) == 0 { // the file may have been read now
		return now.commandTarget(params)
	}
	v := view{now.file(was.uri), now}
	if v.file == nil {
		return v, nil, failed("%s was closed before the workspace was read", baseName(was.uri))
	}
	var there []ast.Placed
	for _, d := range v.tree.Definitions {
		if slices.ContainsFunc(named, func(n ast.Placed) bool { return n.Definition == d.Definition }) {
			there = append(there, d)
		}
	}
	if len(there) < len(named) {
		return v, nil, failed("%s was changed before the workspace was read; ask again", baseName(was.uri))
	}
	return v, there, nil
}

// commandTarget returns the file and the definitions that the arguments of a
// command name.
func (s *snapshot) commandTarget(params *protocol.ExecuteCommandParams) (view, []ast.Placed, error) {
	var document fileURI
	if len(params.Arguments) == 0 || protocol.Unmarshal(params.Arguments[0], &document) != nil {
		return view{}, nil, failed("%s needs the URI of a file as its first argument", params.Command)
	}
	f := s.file(document)
	if f == nil {
		return view{}, nil, failed("segls does not know the file %s; open it first", document)
	}
	v := view{f, s}
	if e := f.tree.Unread; e != nil {
		return v, nil, failed("%s can't be read: %s", baseName(f.uri), e.Message)
	}
	if len(params.Arguments) < 2 || string(params.Arguments[1]) == "null" {
		if f.isLarge() {
			return v, nil, failed("%s is too large for %s of all of it; put the caret into one query", baseName(f.uri), params.Command)
		}
		return v, f.tree.Definitions, nil
	}
	at, ok := v.argumentSpan(params.Arguments[1])
	if !ok {
		return v, nil, failed("%s takes a position or a range as its second argument", params.Command)
	}
	return v, f.queriesAt(at), nil
}

// queriesAt returns the definitions that a caret or a selection means: what
// lies in the selection, else the one that it is nearest to.
func (f *file) queriesAt(at token.Span) []ast.Placed {
	touched := f.definitionsIn(at)
	var selected []ast.Placed
	for _, d := range touched {
		if s := d.Abs(d.Span()); s.Start < at.End && s.End > at.Start {
			selected = append(selected, d)
		}
	}
	switch n := len(f.tree.Definitions); {
	case at.Len() > 0 && len(selected) > 0:
		return selected
	case len(touched) > 0:
		return touched[:1] // between two the first, as everywhere
	case n > 0:
		return f.tree.Definitions[n-1:] // behind all of them
	}
	return nil
}

// argumentSpan returns what a position or a range spans.
func (f *file) argumentSpan(argument protocol.LSPAny) (at token.Span, ok bool) {
	// A position has no start, and a range no line, so one form takes both.
	var form struct {
		Line      *uint32            `json:"line"`
		Character *uint32            `json:"character"`
		Start     *protocol.Position `json:"start"`
		End       *protocol.Position `json:"end"`
	}
	switch {
	case protocol.Unmarshal(argument, &form) != nil:
		return at, false
	case form.Start != nil && form.End != nil:
		return f.span(protocol.Range{Start: *form.Start, End: *form.End}), true
	case form.Line != nil && form.Character != nil:
		return token.At(f.offset(protocol.Position{Line: *form.Line, Character: *form.Character})), true
	}
	return at, false
}

// wireForms returns the queries of definitions as they are stored and sent.
func wireForms(ctx context.Context, _ *server, v view, definitions []ast.Placed) (any, error) {
	all := make([]wireForm, 0, len(definitions))
	for _, d := range definitions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		query, ok := format.WireQuery(d.Definition)
		if !ok {
			return nil, failed("%s has mistakes in its syntax, so it can't be sent; mend them first", v.title(d))
		}
		all = append(all, wireForm{nameOf(d), query})
	}
	return all, nil
}

// explanations says what the queries of definitions select.
func explanations(ctx context.Context, _ *server, v view, definitions []ast.Placed) (any, error) {
	all := make([]explanation, 0, len(definitions))
	for _, d := range definitions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text := explain.Definition(d.Definition, v.checked, v.project())
		if len(d.Errors) > 0 {
			text += "\n\n(This query has mistakes in its syntax.)"
		}
		all = append(all, explanation{nameOf(d), text})
	}
	return all, nil
}

// title names a definition in a message.
func (v view) title(d ast.Placed) string {
	if name := nameOf(d); name != "" {
		return name
	}
	return "the query in line " + strconv.Itoa(int(v.position(d.Abs(d.Span()).Start).Line)+1)
}
