package lsp_test

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/lang/token"
)

var words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// TestRenameKeepsTheMeaning renames each name of many texts that can be, to one
// of the same length. The findings stay the same but for the name.
func TestRenameKeepsTheMeaning(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	texts, renamed := corpus(t), 0
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		u, text := at(name), texts[name]
		document := protocol.TextDocumentIdentifier{URI: u}
		c.open(u, 1, text)
		before := c.asked(u)
		version := int32(1)
		lines := token.NewLines(text)
		seen := map[string]bool{}
		for _, word := range words.FindAllStringIndex(text, -1) {
			p := lines.Position(token.Pos(word[0]), token.Bytes)
			place := protocol.TextDocumentPositionParams{TextDocument: document, Position: protocol.Position{Line: uint32(p.Line), Character: uint32(p.Column)}}
			answer, err := c.PrepareRename(t.Context(), &protocol.PrepareRenameParams{TextDocumentPositionParams: place})
			if err != nil {
				continue
			}
			old := answer.(*protocol.PrepareRenamePlaceholder).Placeholder
			fresh := strings.Repeat("q", len(old))
			edit, err := c.Rename(t.Context(), &protocol.RenameParams{TextDocumentPositionParams: place, NewName: fresh})
			if err != nil {
				t.Fatalf("%s: %s: %v", name, old, err)
			}
			key := asJSON(edit)
			if seen[key] {
				continue
			}
			seen[key] = true
			renamed++
			version += 2
			after := applied(t, text, lines, edit)
			c.change(u, version, &protocol.TextDocumentContentChangeWholeDocument{Text: after})
			either := regexp.MustCompile(`(?i)\b(` + old + `|` + fresh + `)\b`)
			normal := func(found []string) []string {
				// A name that was taken is so no more, and another may be near.
				found = slices.DeleteFunc(slices.Clone(found), func(f string) bool {
					return strings.Contains(f, "duplicate-alias") || strings.Contains(f, "undefined-segment")
				})
				for i := range found {
					found[i] = either.ReplaceAllString(found[i], "X")
				}
				return found
			}
			if diff := gocmp.Diff(normal(before), normal(c.asked(u))); diff != "" {
				t.Errorf("%s: renaming %s changes the findings (-before +after):\n%s\n%s", name, old, diff, after)
			}
			c.change(u, version+1, &protocol.TextDocumentContentChangeWholeDocument{Text: text})
		}
		_ = c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: document})
	}
	if renamed < 100 {
		t.Errorf("only %d names were renamed", renamed)
	}
}

// TestRenameToLongName refuses a segment's name that the service would, and
// takes the longest that there may be. An alias stays in the query.
func TestRenameToLongName(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "A = PROFILE(account, one).FILTER(one.revenue > 1)\n")
	rename := func(column uint32, name string) error {
		_, err := c.Rename(t.Context(), &protocol.RenameParams{NewName: name, TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, Position: protocol.Position{Character: column},
		}})
		return err
	}
	const want = "a segment's name has at most 100 characters, but this one has 101; choose a shorter name"
	if err := rename(0, strings.Repeat("x", 101)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
	for column, length := range map[uint32]int{0: 100, 22: 101} {
		if err := rename(column, strings.Repeat("x", length)); err != nil {
			t.Errorf("at %d: %v", column, err)
		}
	}
}

// TestRenameOneOfSeveral holds that a reference which means several definitions
// keeps them: they are renamed together or not at all.
func TestRenameOneOfSeveral(t *testing.T) {
	c := start(t, map[string]string{
		"f1.seg": "A = PROFILE(contact)\n", "f2.seg": "A = PROFILE(account)\n\nC = SEGMENT(A)\n", "f3.seg": "B = SEGMENT(A)\n",
		"f4.seg": "D = PROFILE(contact)\n", "f5.seg": "D = PROFILE(lead)\n\nE = SEGMENT(D)\n",
	})
	for name := range c.files.texts {
		c.open(name, 1, c.files.texts[name])
	}
	for _, test := range []struct {
		file   string
		column uint32
		want   string // the error, or the files that change
	}{
		{"f1.seg", 0, "f3.seg refers to A, which is defined in f2.seg, too, and would keep its name there; rename it in f3.seg, which renames all that is meant"},
		{"f2.seg", 0, "f3.seg refers to A, which is defined in f1.seg, too, and would keep its name there; rename it in f3.seg, which renames all that is meant"},
		{"f3.seg", 12, "f1.seg f2.seg f3.seg"},
		{"f4.seg", 0, "f4.seg"},
		{"f5.seg", 0, "f5.seg"},
	} {
		edit, err := c.Rename(t.Context(), &protocol.RenameParams{NewName: "New", TextDocumentPositionParams: protocol.TextDocumentPositionParams{
			TextDocument: protocol.TextDocumentIdentifier{URI: at(test.file)}, Position: protocol.Position{Character: test.column},
		}})
		got := fmt.Sprint(err)
		if err == nil {
			var files []string
			for _, d := range edit.DocumentChanges {
				files = append(files, path.Base(string(d.(*protocol.TextDocumentEdit).TextDocument.URI)))
			}
			got = strings.Join(files, " ")
		}
		if !strings.HasSuffix(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.file, got, test.want)
		}
	}
}

// asked returns the diagnostics of a document as the server has them now.
func (c *client) asked(u uri.URI) []string {
	c.t.Helper()
	r, err := c.Diagnostic(c.t.Context(), &protocol.DocumentDiagnosticParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
	if err != nil {
		c.t.Fatal(err)
	}
	var found []string
	for _, d := range r.(*protocol.RelatedFullDocumentDiagnosticReport).Items {
		found = append(found, fmt.Sprint(d.Range, d.Code, d.Message))
	}
	return found
}

// applied makes the edits of the one document that edit is about.
func applied(t *testing.T, text string, lines *token.Lines, edit *protocol.WorkspaceEdit) string {
	t.Helper()
	if len(edit.DocumentChanges) != 1 {
		t.Fatalf("%d documents are edited", len(edit.DocumentChanges))
	}
	var edits []protocol.TextEdit
	for _, e := range edit.DocumentChanges[0].(*protocol.TextDocumentEdit).Edits {
		edits = append(edits, *e.(*protocol.TextEdit))
	}
	return appliedTo(t, text, lines, edits)
}

func appliedTo(t testing.TB, text string, lines *token.Lines, edits []protocol.TextEdit) string {
	t.Helper()
	offset := func(p protocol.Position) token.Pos {
		return lines.Offset(token.Position{Line: int(p.Line), Column: int(p.Character)}, token.Bytes)
	}
	all := make([]token.Edit, 0, len(edits))
	for _, e := range edits {
		all = append(all, token.Edit{Span: token.Span{Start: offset(e.Range.Start), End: offset(e.Range.End)}, New: e.NewText})
	}
	after, err := token.Apply(text, all...)
	if err != nil {
		t.Fatal(err)
	}
	return after
}
