package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.lsp.dev/protocol"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/refactor"
	"segql/lang/token"
)

// fixAllKind is the kind of the action that makes all sure fixes. Editors that
// run source.fixAll on save take it for that, too.
const fixAllKind = protocol.CodeActionKindSourceFixAll + ".seg"

// CodeAction implements protocol.Server: the fixes of what the rules and the
// parser found at a place, all sure ones of the file, and the ways to write
// what stands there differently. A client that takes commands alone gets none.
func (s *server) CodeAction(ctx context.Context, params *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	v, err := s.whole(ctx, params.TextDocument)
	if err != nil || !s.can.actionLiterals {
		return nil, err
	}
	asked := s.asking(v, v.span(params.Range))
	only := params.Context.Only
	wants := func(kind protocol.CodeActionKind) bool {
		if len(only) == 0 {
			return kind != fixAllKind // that is for who asks for it
		}
		return slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
			return o == "" || o == kind || strings.HasPrefix(string(kind), string(o)+".")
		})
	}
	var offers []offer
	if wants(protocol.CodeActionKindQuickFix) {
		offers = append(offers, asked.quickFixes()...)
	}
	// A menu that opens by itself at every caret would say nothing any more.
	quiet := params.Context.TriggerKind == protocol.CodeActionTriggerKindAutomatic && asked.at.Len() == 0 && len(only) == 0
	offers = append(offers, slices.DeleteFunc(asked.refactorings(ctx), func(o offer) bool {
		return !wants(o.kind) || quiet && o.isCommon
	})...)
	if wants(fixAllKind) {
		offers = append(offers, asked.fixAll()...)
	}
	// What can't be done is shown to a user who asked for it, not in a menu
	// that opens by itself.
	showRefused := s.can.disabledActions && (len(only) > 0 || params.Context.TriggerKind == protocol.CodeActionTriggerKindInvoked)
	actions := make([]protocol.CommandOrCodeAction, 0, len(offers))
	for _, o := range offers {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if a := asked.action(o, showRefused); a != nil {
			actions = append(actions, a)
		}
	}
	return actions, nil
}

// CodeActionResolve implements protocol.Server: the edit of an action that was
// offered without one.
func (s *server) CodeActionResolve(ctx context.Context, params *protocol.CodeAction) (*protocol.CodeAction, error) {
	now := s.begin(ctx)
	data, ok := parseActionData(params.Data)
	if !ok {
		return params, nil // it has its edit
	}
	f := now.file(data.URI)
	if f == nil || f.version != data.Version || data.Start < 0 || data.End < data.Start || int(data.End) > f.tree.Size {
		return nil, failed("%s has changed since this was offered; ask for its code actions again", baseName(data.URI))
	}
	asked := s.asking(view{f, now}, token.Span{Start: data.Start, End: data.End})
	for _, o := range slices.Concat(asked.refactorings(ctx), asked.quickFixes()) {
		if o.name != data.Name {
			continue
		}
		edits, err := o.edits()
		if err != nil {
			return nil, failed("%s", err)
		}
		params.Edit = s.workspaceEdit(edits)
		return params, nil
	}
	return nil, failed("what was offered here is not possible any more; ask for the code actions again")
}

// offer is an action before it is known in which form the client gets it.
type offer struct {
	// name tells it from the other offers at a place; empty if its edit is
	// ready and is sent at once.
	name     string
	kind     protocol.CodeActionKind
	title    string
	refused  string // why it can't be done; empty if it can
	findings []check.Finding
	sure     bool
	isCommon bool // it can be done nearly everywhere
	edits    func() (map[*file][]token.Edit, error)
}

// asking is a request for the actions at a place.
type asking struct {
	view
	server *server
	at     token.Span
	// found returns the findings in the file, which is checked when that is
	// asked for.
	found func() []check.Finding
}

func (s *server) asking(v view, at token.Span) *asking {
	return &asking{view: v, server: s, at: at, found: sync.OnceValue(func() []check.Finding { return v.project().Check(v.checked) })}
}

// action returns an offer as the client gets it, nil if it gets none.
func (a *asking) action(o offer, showRefused bool) *protocol.CodeAction {
	action := &protocol.CodeAction{Title: o.title, Kind: &o.kind}
	if o.sure {
		action.IsPreferred = &o.sure
	}
	for _, f := range o.findings[:min(len(o.findings), maxSingle)] {
		action.Diagnostics = append(action.Diagnostics, a.server.diagnostic(a.now, a.file, f))
	}
	// An edit of a text that has no version is sent at once: nothing would tell
	// that the text changed meanwhile.
	isLater := o.name != "" && a.server.can.resolveActions && a.isOpen
	if isLater && o.kind == protocol.CodeActionKindQuickFix {
		action.Data = a.data(o)
		return action
	}
	if o.refused == "" {
		edits, err := o.edits()
		switch {
		case err != nil:
			o.refused = err.Error()
		case isLater: // it was tried, so that it is not offered in vain
			action.Data = a.data(o)
			return action
		default:
			action.Edit = a.server.workspaceEdit(edits)
			return action
		}
	}
	if !showRefused {
		return nil
	}
	action.Disabled = protocol.CodeActionDisabled{Reason: o.refused}
	return action
}

// here returns edits of the file that is asked about.
func (a *asking) here(edits ...token.Edit) func() (map[*file][]token.Edit, error) {
	return func() (map[*file][]token.Edit, error) { return map[*file][]token.Edit{a.file: edits}, nil }
}

// mending makes fixes of texts.
var mending = check.Reparse(parser.Reparse)

// maxSingle is how many fixes of single findings a menu has at most, those of
// the first ones in a selection, and how many findings an action names.
const maxSingle = 30

// quickFixes returns the fixes of the findings at the place but for those that
// would add a mistake to the syntax, and for each rule that has some there,
// what else can be done about it.
func (a *asking) quickFixes() []offer {
	var offers []offer
	var fixes []token.Fix // those of the offers
	var rules []string
	here := slices.DeleteFunc(slices.Clone(a.found()), func(f check.Finding) bool { return f.Span.Start > a.at.End || f.Span.End < a.at.Start })
	for _, f := range here {
		for i, fix := range f.Fixes {
			// One fix may mend several findings.
			same := slices.IndexFunc(fixes, func(x token.Fix) bool { return x.Title == fix.Title && slices.Equal(x.Edits, fix.Edits) })
			if same >= 0 {
				offers[same].findings = append(offers[same].findings, f)
				continue
			}
			if len(offers) == maxSingle || mending.Make(a.tree, fix.Edits) == nil {
				continue
			}
			fixes = append(fixes, fix)
			offers = append(offers, offer{
				kind: protocol.CodeActionKindQuickFix, title: fix.Title, findings: []check.Finding{f},
				sure: f.Sure && i == 0, edits: a.here(fix.Edits...),
			})
		}
		if !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	offers = append(offers, a.dialects(here)...)
	for _, rule := range rules {
		offers = append(offers, a.aboutRule(rule, here)...)
	}
	return offers
}

// aboutRule returns what can be done about all findings of a rule, which is
// among those of the findings at the place.
func (a *asking) aboutRule(rule string, here []check.Finding) []offer {
	ofRule := func(findings []check.Finding) []check.Finding {
		return slices.DeleteFunc(slices.Clone(findings), func(f check.Finding) bool { return f.Rule != rule })
	}
	all, here := ofRule(a.found()), ofRule(here)
	sure := 0
	for _, f := range all {
		if f.Sure && len(f.Fixes) > 0 {
			sure++
		}
	}
	var offers []offer
	add := func(name, title string, about []check.Finding, edits func() (map[*file][]token.Edit, error)) {
		offers = append(offers, offer{name: name, kind: protocol.CodeActionKindQuickFix, title: title, findings: about, edits: edits})
	}
	if sure > 1 {
		if _, _, after := mending.Mend(a.tree, all); after != nil {
			add("fix-all "+rule, fmt.Sprintf("Fix all %s in this file", rule), here, func() (map[*file][]token.Edit, error) { return a.here(a.mended(ofRule)...)() })
		}
	}
	if !check.CanIgnore(rule) {
		return offers
	}
	edit, ok := refactor.IgnoreLine(a.tree, rule, here[0].Span)
	if ok {
		add("", fmt.Sprintf("Ignore %s %s", rule, refactor.IgnoreScope(a.tree, edit)), here[:1], a.here(edit))
	}
	spans := make([]token.Span, len(all))
	for i, f := range all {
		spans[i] = f.Span
	}
	edits := refactor.IgnoreFile(a.tree, rule, spans)
	if len(all) > 1 && !(ok && len(edits) == 1 && edits[0] == edit) {
		add("ignore "+rule, fmt.Sprintf("Ignore %s in this file", rule), here, a.here(edits...))
	}
	return offers
}

// dialects returns the offers to name the dialect of a file that does not,
// where findings are of rules that hold in one dialect alone.
func (a *asking) dialects(here []check.Finding) []offer {
	if check.DeclaredDialect(a.checked) != check.Undetermined {
		return nil
	}
	bound := map[string]bool{"step-not-for-dialect": true}
	for _, r := range check.Rules() {
		bound[r.Name] = bound[r.Name] || r.Dialect != check.Undetermined
	}
	about := slices.DeleteFunc(slices.Clone(here), func(f check.Finding) bool { return !bound[f.Rule] })
	if len(about) == 0 {
		return nil
	}
	var offers []offer
	for _, d := range []check.Dialect{check.Outbound, check.Realtime} {
		offers = append(offers, offer{
			kind: protocol.CodeActionKindQuickFix, title: fmt.Sprintf("Declare the file to be %s", d),
			findings: about, edits: a.here(refactor.DeclareDialect(a.tree, d)),
		})
	}
	return offers
}

// fixAll returns the offer to make all fixes of the file that are sure.
func (a *asking) fixAll() []offer {
	edits := a.mended(func(findings []check.Finding) []check.Finding { return findings })
	if len(edits) == 0 {
		return nil
	}
	return []offer{{kind: fixAllKind, title: "Make all sure fixes in this file", edits: a.here(edits...)}}
}

// mended returns the edits that make all sure fixes of those findings of the
// file that are chosen, also of those that other fixes make way for.
func (a *asking) mended(choose func([]check.Finding) []check.Finding) []token.Edit {
	v, findings, project := a.view, a.found(), a.project()
	var edits []token.Edit
	for round := range check.MaxRounds {
		fixes, _, tree := mending.Mend(v.tree, choose(findings))
		if tree == nil {
			break
		}
		if edits = fixes; round > 0 {
			edits = []token.Edit{token.Difference(a.text(), tree.Text())}
		}
		next := *a.checked
		next.Tree = tree
		v.file = newFile(a.uri, a.version, a.isOpen, tree, a.encoding)
		project = project.Update([]*check.File{&next}, nil)
		findings = project.Check(&next)
	}
	if v.text() == a.text() {
		return nil
	}
	return edits
}

// workspaceEdit returns edits of files in the form that the client takes.
func (s *server) workspaceEdit(edits map[*file][]token.Edit) *protocol.WorkspaceEdit {
	out := &protocol.WorkspaceEdit{}
	files := make([]*file, 0, len(edits))
	for f := range edits {
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b *file) int { return strings.Compare(string(a.uri), string(b.uri)) })
	for _, f := range files {
		text := f.textEdits(edits[f])
		if !s.can.documentChanges {
			if out.Changes == nil {
				out.Changes = map[fileURI][]protocol.TextEdit{}
			}
			out.Changes[f.written] = text
			continue
		}
		change := &protocol.TextDocumentEdit{TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: f.written}}}
		if f.isOpen {
			change.TextDocument.Version = &f.version
		}
		for i := range text {
			change.Edits = append(change.Edits, &text[i])
		}
		out.DocumentChanges = append(out.DocumentChanges, change)
	}
	return out
}
