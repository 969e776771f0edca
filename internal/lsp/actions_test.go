package lsp_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/lang/token"
)

// asked is a request for code actions in a test.
type asked struct {
	from, to int // columns of the first line
	only     []protocol.CodeActionKind
	trigger  protocol.CodeActionTriggerKind
}

func (c *client) actions(u uri.URI, a asked) []*protocol.CodeAction {
	c.t.Helper()
	return c.actionsIn(u, protocol.Range{Start: protocol.Position{Character: uint32(a.from)}, End: protocol.Position{Character: uint32(a.to)}}, a)
}

// actionsIn asks as actions does, but in a range.
func (c *client) actionsIn(u uri.URI, within protocol.Range, a asked) []*protocol.CodeAction {
	c.t.Helper()
	answer, err := c.CodeAction(c.t.Context(), &protocol.CodeActionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: u},
		Range:        within,
		Context:      protocol.CodeActionContext{Diagnostics: []protocol.Diagnostic{}, Only: a.only, TriggerKind: a.trigger},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	var all []*protocol.CodeAction
	for _, one := range answer {
		all = append(all, one.(*protocol.CodeAction))
	}
	return all
}

// titles shows actions, with what is special about them.
func titles(all []*protocol.CodeAction) []string {
	var out []string
	for _, a := range all {
		text := string(*a.Kind) + ": " + a.Title
		if a.IsPreferred != nil && *a.IsPreferred {
			text += " (preferred)"
		}
		if a.Disabled.Reason != "" {
			text += " (" + a.Disabled.Reason + ")"
		}
		if (a.Edit == nil) != (len(a.Data) > 0 || a.Disabled.Reason != "") {
			text += " (has an edit and data, or neither)"
		}
		out = append(out, text)
	}
	return out
}

// with changes what the client says it can do with code actions.
func with(change func(*protocol.CodeActionClientCapabilities)) option {
	return func(_ *client, p *protocol.InitializeParams) { change(p.Capabilities.TextDocument.CodeAction) }
}

func TestActionKinds(t *testing.T) {
	yes := true
	c := start(t, nil, with(func(a *protocol.CodeActionClientCapabilities) { a.DisabledSupport = &yes }))
	const text = "A = PROFILE(contact).FILTER(statecode = 0 || statecode == 1).FILTER(gendercode == 1)"
	c.open(at("a.seg"), 1, text)
	caret := strings.Index(text, "= 0")
	fix := "quickfix: Replace = with == (preferred)"
	refused := "refactor.rewrite: Write the || chain with IN [..] (IN [..] is realtime; declare the dialect with // seg:dialect realtime first)"
	for _, test := range []struct {
		name  string
		asked asked
		want  []string
	}{
		{"all, by itself at a caret", asked{trigger: protocol.CodeActionTriggerKindAutomatic, from: caret, to: caret}, []string{fix}},
		{"all, asked for", asked{trigger: protocol.CodeActionTriggerKindInvoked, from: len(text) - 3, to: len(text) - 3}, []string{"refactor.rewrite: Wrap in NOT(..)"}},
		{"quick fixes", asked{only: []protocol.CodeActionKind{"quickfix"}, from: caret, to: caret}, []string{fix}},
		{"a kind below none", asked{only: []protocol.CodeActionKind{"quickfixes", "refactor.extractor"}, from: caret, to: caret}, nil},
		{"every kind", asked{only: []protocol.CodeActionKind{""}, from: caret, to: caret}, []string{fix, "source.fixAll.seg: Make all sure fixes in this file"}},
		{"on save", asked{only: []protocol.CodeActionKind{"source.fixAll"}}, []string{"source.fixAll.seg: Make all sure fixes in this file"}},
		{"on save, ours", asked{only: []protocol.CodeActionKind{"source.fixAll.seg"}}, []string{"source.fixAll.seg: Make all sure fixes in this file"}},
		{"on save, another's", asked{only: []protocol.CodeActionKind{"source.fixAll.other", "source.organizeImports"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := gocmp.Diff(test.want, titles(c.actions(at("a.seg"), test.asked))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: strings.Replace(text, "= 0", "== 0", 1)})
	for _, test := range []struct {
		name  string
		asked asked
		want  bool
	}{
		{"by itself", asked{trigger: protocol.CodeActionTriggerKindAutomatic, from: caret, to: caret}, false},
		{"asked for", asked{trigger: protocol.CodeActionTriggerKindInvoked, from: caret, to: caret}, true},
		{"of a kind", asked{only: []protocol.CodeActionKind{"refactor"}, from: caret, to: caret}, true},
	} {
		if got := titles(c.actions(at("a.seg"), test.asked)); slices.Contains(got, refused) != test.want {
			t.Errorf("%s: what can't be done: %q", test.name, got)
		}
	}
}

// TestActionsOfOldClients holds that a client that can't resolve gets all
// edits at once, and one that knows no refused actions gets none.
func TestActionsOfOldClients(t *testing.T) {
	c := start(t, nil, with(func(a *protocol.CodeActionClientCapabilities) { a.DataSupport = nil }))
	c.open(at("a.seg"), 1, "A = PROFILE(contact).FILTER(statecode == 0 || statecode == 1)")
	got := c.actions(at("a.seg"), asked{only: []protocol.CodeActionKind{"refactor"}, from: 45, to: 45})
	if len(got) == 0 {
		t.Fatal("no actions")
	}
	for _, a := range got {
		if a.Edit == nil || len(a.Data) > 0 || a.Disabled.Reason != "" {
			t.Errorf("%s: edit %v, data %s, refused for %q", a.Title, a.Edit, a.Data, a.Disabled.Reason)
		}
	}
}

// TestActionsAsCommands holds that a client that takes commands alone is offered
// no code actions, in whatever way it says so.
func TestActionsAsCommands(t *testing.T) {
	for name, says := range map[string]option{
		"no kinds": with(func(a *protocol.CodeActionClientCapabilities) {
			a.CodeActionLiteralSupport = protocol.ClientCodeActionLiteralOptions{}
		}),
		"no code actions":   func(_ *client, p *protocol.InitializeParams) { p.Capabilities.TextDocument.CodeAction = nil },
		"nothing of a text": func(_ *client, p *protocol.InitializeParams) { p.Capabilities.TextDocument = nil },
	} {
		c := start(t, nil, says)
		c.open(at("a.seg"), 1, "A = PROFILE(contact).FILTER((statecode = 0))")
		for _, kind := range []protocol.CodeActionKind{"", "quickfix", "refactor", "source.fixAll"} {
			if got := c.actions(at("a.seg"), asked{only: []protocol.CodeActionKind{kind}, from: 30, to: 30}); len(got) > 0 {
				t.Errorf("%s: of the kind %q there are %q", name, kind, titles(got))
			}
		}
		if c.result.Capabilities.CodeActionProvider != nil {
			t.Errorf("%s: %v", name, c.result.Capabilities.CodeActionProvider)
		}
	}
}

func TestResolveAction(t *testing.T) {
	c := start(t, nil)
	const text = "A = PROFILE(contact).FILTER(statecode == 0)"
	c.open(at("a.seg"), 1, text)
	all := c.actions(at("a.seg"), asked{from: 4, to: len(text)})
	i := slices.IndexFunc(all, func(a *protocol.CodeAction) bool { return *a.Kind == protocol.CodeActionKindRefactorExtract })
	if i < 0 || all[i].Edit != nil {
		t.Fatalf("no action without an edit: %v", titles(all))
	}
	resolved, err := c.CodeActionResolve(t.Context(), all[i])
	if err != nil || resolved.Edit == nil {
		t.Fatalf("edit %v, error %v", resolved, err)
	}
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: "B = " + text})
	all[i].Edit = nil
	_, err = c.CodeActionResolve(t.Context(), all[i])
	if err == nil || !strings.Contains(err.Error(), "a.seg has changed since this was offered") {
		t.Errorf("a stale action: %v", err)
	}
	for _, data := range []string{`{"uri":"file:///w/a.seg","version":2,"start":0,"end":99999,"name":"extract"}`, `{"uri":"file:///w/a.seg","version":2,"start":0,"end":2,"name":"nothing"}`} {
		if _, err := c.CodeActionResolve(t.Context(), &protocol.CodeAction{Title: "x", Data: protocol.LSPAny(data)}); err == nil {
			t.Errorf("%s is resolved", data)
		}
	}
	c.alive()
}

// brokenList is a text whose one fix, a ] before SEGMENT, adds a mistake.
const brokenList = "PROFILE(contact).FILTER(fullname IN ['a', 'b'SEGMENT(A)])\n"

// TestHarmfulFixes holds that no fix is offered that adds a mistake, and nothing
// that has no edit.
func TestHarmfulFixes(t *testing.T) {
	c := start(t, nil)
	u := at("h.seg")
	quick := func(text, behind string) []string {
		c.open(u, 1, text)
		caret := strings.Index(text, behind) + len(behind)
		all := titles(c.actions(u, asked{only: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix}, from: caret, to: caret}))
		if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	const mixed = "PROFILE(contact).FILTER(gendercode == 1 OR (statecode == 2) AND PROFILE(contact)'x' == fullname)\n"
	for _, test := range []struct {
		text, behind string
		want         []string
	}{
		{brokenList, "'b'", nil},
		{"A = " + brokenList + "\nB = " + brokenList, "'b'", nil},
		{mixed, ") AN", []string{"quickfix: Ignore mixed-logical-operators on this line"}},
		{"PROFILE(contact).FILTER(ISNUL < 3 ailadress1))\n", "3 ai", []string{
			"quickfix: Replace with emailaddress1", "quickfix: Ignore unknown-column on this line", // which is all of the file
		}},
		{"PROFILE(contact) // seg:ignore unknown-tabl MINUS A e\n", "MINUS", []string{"quickfix: Remove the comment"}},
		{"A = ((((PROFILE(contact)))))\n", "(((", []string{
			"quickfix: Remove the parentheses (preferred)", "quickfix: Ignore redundant-parentheses on this line",
		}},
		{"A = PROFILE(contact).FILTER((statecode == 0))\n\nB = PROFILE(contact).FILTER((statecode == 0))\n", "((", []string{
			"quickfix: Remove the parentheses (preferred)", "quickfix: Fix all redundant-parentheses in this file",
			"quickfix: Ignore redundant-parentheses on this line", "quickfix: Ignore redundant-parentheses in this file",
		}},
	} {
		if diff := gocmp.Diff(test.want, quick(test.text, test.behind)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", test.text, diff)
		}
	}
}

// TestManyActions asks for the actions of a selection with more findings than a
// menu can show.
func TestManyActions(t *testing.T) {
	c := start(t, nil)
	const lines = 2000
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "S%d = PROFILE(contact).FILTER((statecode == 0))\n\n", i)
	}
	c.open(at("a.seg"), 1, b.String())
	all := c.actionsIn(at("a.seg"), protocol.Range{End: protocol.Position{Line: 2 * lines}}, asked{})
	raw, err := protocol.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > 50 || len(raw) > 100_000 {
		t.Errorf("%d actions, %d bytes", len(all), len(raw))
	}
	if got := titles(all); !slices.Contains(got, "quickfix: Fix all redundant-parentheses in this file") || !slices.Contains(got, "quickfix: Ignore redundant-parentheses in this file") {
		t.Errorf("what is for all is not offered: %q", got)
	}
	if first := all[0].Edit.DocumentChanges[0].(*protocol.TextDocumentEdit).Edits[0].(*protocol.TextEdit); first.Range.Start.Line != 0 {
		t.Errorf("the first fix is at %v", first.Range)
	}
}

// TestOfferedIsPossible asks for actions everywhere in texts, also in broken
// ones: what is offered has an edit, and no two offers the same.
func TestOfferedIsPossible(t *testing.T) {
	yes := true
	c := start(t, nil, with(func(a *protocol.CodeActionClientCapabilities) { a.DisabledSupport = &yes }))
	random := rand.New(rand.NewPCG(1, 2))
	texts, resolved, refused := corpus(t), 0, 0
	texts["minus.seg"] = "A = PROFILE(contact)\nB = A MINUS A\n"
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		for _, broken := range []string{"", " MINUS A ", " < 3 ", ")", ","} {
			text := texts[name]
			if broken != "" {
				at := random.IntN(len(text))
				text = strings.ToValidUTF8(text[:at]+broken+text[at+random.IntN(min(6, len(text)-at)):], "")
			}
			u, lines := at(name), token.NewLines(text)
			c.open(u, 1, text)
			for range 4 {
				from := random.IntN(len(text))
				place := protocol.Range{Start: positionUTF8(lines, token.Pos(from)), End: positionUTF8(lines, token.Pos(from+random.IntN(min(30, len(text)-from))))}
				same := map[string]string{} // the titles by the edits
				for _, a := range c.actionsIn(u, place, asked{trigger: protocol.CodeActionTriggerKindInvoked}) {
					if a.Disabled.Reason != "" {
						refused++
						continue
					}
					if len(a.Data) > 0 {
						resolved++
						got, err := c.CodeActionResolve(t.Context(), a)
						if err != nil || got.Edit == nil {
							t.Errorf("%s at %v: %v in\n%s", a.Title, place, err, text)
							continue
						}
						a = got
					}
					edit, err := protocol.Marshal(a.Edit)
					if err != nil {
						t.Fatal(err)
					}
					if other := same[string(edit)]; other != "" {
						t.Errorf("%s does what %s does at %v in\n%s", a.Title, other, place, text)
					}
					same[string(edit)] = a.Title
				}
			}
			if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if resolved < 500 || refused < 50 {
		t.Errorf("only %d actions were resolved, and %d refused", resolved, refused)
	}
}

// TestFixAllOfRule holds that no finding of the rule is left which it can fix,
// though one pair of parentheses touches another.
func TestFixAllOfRule(t *testing.T) {
	c := start(t, nil)
	u := at("f.seg")
	const text = "A = PROFILE(contact).FILTER(((statecode == 0) && (gendercode == 1)))\n"
	c.open(u, 1, text)
	for _, a := range c.actions(u, asked{only: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix}, from: 29, to: 29}) {
		if a.Title != "Fix all redundant-parentheses in this file" {
			continue
		}
		a, err := c.CodeActionResolve(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff("A = PROFILE(contact).FILTER(statecode == 0 && gendercode == 1)\n", madeBy(a, u, text)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		return
	}
	t.Error("it is not offered")
}

// madeBy returns what an action makes of a text.
func madeBy(a *protocol.CodeAction, u uri.URI, text string) string {
	run := &markerRun{variant: variant{encoding: protocol.PositionEncodingKindUTF16}, texts: map[uri.URI]string{u: text}}
	var edits []protocol.TextEdit
	for _, d := range a.Edit.DocumentChanges {
		for _, e := range d.(*protocol.TextDocumentEdit).Edits {
			edits = append(edits, *e.(*protocol.TextEdit))
		}
	}
	return run.edited(u, edits)
}

// TestFixAll holds that fixes which make way for others are made in one go.
func TestFixAll(t *testing.T) {
	c := start(t, map[string]string{"seg.toml": ""})
	for _, test := range []struct{ text, want string }{
		{"PROFILE(contact).FILTER(statecode == 0)", ""},
		{"A = PROFILE(contact).FILTER((statecode = 0))\nB = PROFILE(contact).FILTER(\"a\" == lastname)\n", "A = PROFILE(contact).FILTER(statecode == 0)\nB = PROFILE(contact).FILTER('a' == lastname)\n"},
		{"PROFILE(contact).FILTER((((statecode = 0))))\n", "PROFILE(contact).FILTER(statecode == 0)\n"},
		{"A = (PROFILE(contact))\nB = " + brokenList, "A = PROFILE(contact)\nB = " + brokenList},
		{brokenList, ""},
	} {
		u := at("f.seg")
		c.open(u, 1, test.text)
		all := c.actions(u, asked{only: []protocol.CodeActionKind{protocol.CodeActionKindSourceFixAll}})
		got := ""
		if len(all) == 1 {
			got = madeBy(all[0], u, test.text)
		}
		if got != test.want {
			t.Errorf("%q becomes %q, want %q", test.text, got, test.want)
		}
		if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
			t.Fatal(err)
		}
	}
}
