package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/check"
	"segql/lang/token"
)

// SignatureHelp implements protocol.Server.
func (s *server) SignatureHelp(ctx context.Context, params *protocol.SignatureHelpParams) (*protocol.SignatureHelp, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.tree.Unread != nil {
		return nil, err
	}
	b := s.completerAt(v, params.Position)
	if b.comment != "" {
		return nil, nil
	}
	for i := len(b.frames) - 1; i > 0; i-- {
		f := &b.frames[i]
		if r, ok := wordDocOf(f.word); ok && !f.isList {
			// The other words with a syntax that could stand before a
			// parenthesis, such as UNION, call nothing.
			if strings.HasPrefix(r.syntax, f.word.String()+"(") {
				return b.signature(f, r), nil
			}
		}
	}
	return nil, nil
}

// signature returns the help for a call that the caret is in.
func (b *completer) signature(f *frame, r wordDoc) *protocol.SignatureHelp {
	can := b.server.can
	doc := &prose{markdown: can.markdownSignatures}
	doc.say("%s", r.doc)
	if r.dialect != check.Undetermined && !b.mayBe(r.dialect) {
		doc.say("In the %s dialect alone.", r.dialect)
	}
	info := protocol.SignatureInformation{Label: r.syntax, Documentation: doc.content()}
	from := 0
	for i, p := range r.parameters {
		text := p.doc
		if more := b.argumentDoc(f, i); more != "" {
			text += " " + more
		}
		doc := &prose{markdown: can.markdownSignatures}
		doc.say("%s", text)
		parameter := protocol.ParameterInformation{Label: protocol.String(p.name), Documentation: doc.content()}
		at := from + strings.Index(r.syntax[from:], p.name)
		from = at + len(p.name)
		if can.labelOffsets { // of ASCII, where bytes and UTF-16 units are the same
			parameter.Label = protocol.ParameterInformationLabelTuple{uint32(at), uint32(from)} // short
		}
		info.Parameters = append(info.Parameters, parameter)
	}
	first := uint32(0)
	help := &protocol.SignatureHelp{ActiveSignature: &first}
	active := b.activeParameter(f, r)
	switch {
	case active >= 0:
		help.ActiveParameter = protocol.NewNullable(uint32(active)) // small
	case can.noActiveParameter:
		help.ActiveParameter = protocol.NullNullable[uint32]()
	default:
		// Clients without a word for none would show the first one, unless
		// it is out of range.
		help.ActiveParameter = protocol.NewNullable(uint32(len(r.parameters))) // small
	}
	info.ActiveParameter = help.ActiveParameter
	help.Signatures = []protocol.SignatureInformation{info}
	return help
}

// activeParameter returns which parameter the caret is in, -1 if it is none.
func (b *completer) activeParameter(f *frame, r wordDoc) int {
	n := len(r.parameters)
	switch {
	case f.argument < n && f.word == token.TRAVERSE && f.argument == 1 && f.inCall == token.FILTER:
		return 2 // the alias was left out
	case f.argument < n:
		return f.argument
	case n > 0 && r.parameters[n-1].repeats:
		return n - 1
	}
	return -1
}

// shownNames is how many names the help for an argument lists.
const shownNames = 5

// argumentDoc says which names an argument can be, where the names before it
// leave but a few.
func (b *completer) argumentDoc(f *frame, argument int) string {
	sch := b.checked.Schema
	var names []string
	intro := ""
	switch {
	case f.word == token.INTERACTION && argument == 1:
		for _, l := range linksOf(sch, f.first) {
			names = append(names, l.Name)
		}
		intro = "Links of " + f.first + " are"
	case argument == 0 && (f.word == token.TRAVERSE || f.word == token.RELATE || f.word == token.RELATEOPTIONAL):
		from := b.where().from
		if from == nil || from.Table == "" {
			return ""
		}
		if r := sch.Relationship(f.first); r != nil {
			if end, ok := r.Other(from.Table); ok {
				return fmt.Sprintf("This one leads from %s to %s.", from.Table, end.Table)
			}
			return ""
		}
		for _, r := range sch.RelationshipsFrom(from.Table) {
			name := r.Name
			if out := r.OutboundName(); f.word == token.TRAVERSE && out != "" {
				name = out
			}
			names = append(names, name)
		}
		intro = "From " + from.Table + " lead"
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	more := ""
	if len(names) > shownNames {
		names, more = names[:shownNames], fmt.Sprintf(" and %d more", len(names)-shownNames)
	}
	return fmt.Sprintf("%s: %s%s.", intro, strings.Join(names, ", "), more)
}
