package lsp_test

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden parts of testdata/marker anew")

// TestMarkers runs the archives in testdata/marker: each is a workspace, whose
// files hold comments such as //@hover("contact", contact). The first argument
// is text of the same line, `|` in it is the caret; the second names the golden
// part of the archive, @contact, which has what the server answers. A comment
// //@diag("statecode", single-equals) expects a diagnostic at that text; there
// may be no other. A line may have several markers.
//
// Everything runs in the three position encodings, and once more with
// characters outside of the basic plane before everything on the line. In the
// text of a @diag, <..> stands around the place that is meant.
func TestMarkers(t *testing.T) {
	archives, err := filepath.Glob("testdata/marker/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		variants := []variant{
			{"utf-16", protocol.PositionEncodingKindUTF16, ""},
			{"utf-8", protocol.PositionEncodingKindUTF8, ""},
			{"utf-32", protocol.PositionEncodingKindUTF32, ""},
			{"astral utf-16", protocol.PositionEncodingKindUTF16, "/*𝒮😀*/ "},
			{"astral utf-8", protocol.PositionEncodingKindUTF8, "/*𝒮😀*/ "},
			{"astral utf-32", protocol.PositionEncodingKindUTF32, "/*𝒮😀*/ "},
		}
		for _, v := range variants {
			t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar")+"/"+v.name, func(t *testing.T) { runMarkers(t, name, v) })
		}
	}
}

// variant is one way to run an archive.
type variant struct {
	name     string
	encoding protocol.PositionEncodingKind
	// prefix stands before each line that has a marker.
	prefix string
}

// markerRun is one run of an archive.
type markerRun struct {
	*client
	variant
	texts  map[uri.URI]string
	golden map[string]string
	found  map[string]string // golden parts as they are now
	// expected are the diagnostics that markers speak of.
	expected map[uri.URI][]string
}

var markerForm = regexp.MustCompile(`//@(\w+)\((.*)\)\s*$`)

func runMarkers(t *testing.T, name string, v variant) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := &markerRun{variant: v, texts: map[uri.URI]string{}, golden: map[string]string{}, found: map[string]string{}, expected: map[uri.URI][]string{}}
	files := map[string]string{}
	for _, f := range archive.Files {
		text := string(f.Data)
		if strings.HasPrefix(f.Name, "@") {
			r.golden[f.Name[1:]] = text
			continue
		}
		if strings.HasSuffix(f.Name, ".seg") {
			text = r.prefixed(text)
			r.texts[at(f.Name)] = text
		}
		files[f.Name] = text
	}
	settings := "null"
	if text, ok := files["settings.json"]; ok {
		settings = text
	}
	r.client = start(t, files, func(c *client, p *protocol.InitializeParams) {
		c.settings = settings
		p.Capabilities.General = &protocol.GeneralClientCapabilities{PositionEncodings: []protocol.PositionEncodingKind{v.encoding}}
		withView(c, p)
	})
	if got := r.result.Capabilities.PositionEncoding; got != v.encoding {
		t.Fatalf("the server chose %s", got)
	}
	for _, u := range slices.Sorted(maps.Keys(r.texts)) {
		r.open(u, 1, r.texts[u])
	}
	for _, u := range slices.Sorted(maps.Keys(r.texts)) {
		r.diagnostics(u, 1) // so that everything is read
	}
	for _, u := range slices.Sorted(maps.Keys(r.texts)) {
		start := 0
		for line := range strings.Lines(r.texts[u]) {
			query, markers, _ := strings.Cut(line, "//@")
			for marker := range strings.SplitSeq(markers, "//@") {
				if m := markerForm.FindStringSubmatch("//@" + strings.TrimRight(marker, "\r\n")); m != nil {
					r.marker(u, start, query, m[1], m[2])
				}
			}
			start += len(line)
		}
	}
	r.checkDiagnostics()
	if *update && v.prefix == "" && v.encoding == protocol.PositionEncodingKindUTF16 {
		r.write(name, archive)
	}
}

func (r *markerRun) prefixed(text string) string {
	if r.prefix == "" {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if markerForm.MatchString(strings.TrimRight(line, "\r\n")) {
			b.WriteString(r.prefix)
		}
		b.WriteString(line)
	}
	return b.String()
}

func (r *markerRun) write(name string, archive *txtar.Archive) {
	files := slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "@") })
	for _, part := range slices.Sorted(maps.Keys(r.found)) {
		files = append(files, txtar.File{Name: "@" + part, Data: []byte(r.found[part])})
	}
	archive.Files = files
	if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// marker runs one marker, of a line that starts at offset start of its file.
func (r *markerRun) marker(u uri.URI, start int, line, kind, arguments string) {
	args := splitArguments(arguments)
	if len(args) < 2 {
		r.t.Fatalf("@%s needs a text and a name: %s", kind, arguments)
	}
	text := strings.Trim(args[0], `"`)
	if open, shut := strings.Index(text, "<"), strings.Index(text, ">"); kind == "diag" && open >= 0 && shut > open {
		i := strings.Index(line, text[:open]+text[open+1:shut]+text[shut+1:])
		if i < 0 {
			r.t.Fatalf("@diag: the line has no %q", text)
		}
		span := protocol.Range{Start: r.position(u, start+i+open), End: r.position(u, start+i+shut-1)}
		r.expected[u] = append(r.expected[u], fmt.Sprintf("%s %s", r.show(u, span), args[1]))
		return
	}
	caret := strings.IndexByte(text, '|')
	text = strings.Replace(text, "|", "", 1)
	i := strings.Index(line, text)
	if i < 0 {
		r.t.Fatalf("@%s: the line has no %q", kind, text)
	}
	if caret < 0 {
		caret = len(text) / 2
	}
	span := protocol.Range{Start: r.position(u, start+i), End: r.position(u, start+i+len(text))}
	if kind == "diag" {
		r.expected[u] = append(r.expected[u], fmt.Sprintf("%s %s", r.show(u, span), args[1]))
		return
	}
	got := r.strip(r.ask(u, r.position(u, start+i+caret), span, kind, args[2:]))
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	r.found[args[1]] = got
	if *update {
		return
	}
	if diff := gocmp.Diff(r.golden[args[1]], got); diff != "" {
		r.t.Errorf("@%s(%s) (-want +got):\n%s", kind, arguments, diff)
	}
}

// strip takes the prefix of the variant out of what the server says.
func (r *markerRun) strip(text string) string {
	if r.prefix == "" {
		return text
	}
	return strings.NewReplacer(r.prefix, "", strings.TrimSpace(r.prefix), "").Replace(text)
}

func splitArguments(text string) []string {
	var args []string
	quoted, from := false, 0
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ',' && !quoted:
			args = append(args, strings.TrimSpace(text[from:i]))
			from = i + 1
		}
	}
	return append(args, strings.TrimSpace(text[from:]))
}

// position is what the server's mapper does, written down independently of it.
func (r *markerRun) position(u uri.URI, offset int) protocol.Position {
	before := r.texts[u][:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	column := len(line)
	switch r.encoding {
	case protocol.PositionEncodingKindUTF16:
		column = len(utf16.Encode([]rune(line)))
	case protocol.PositionEncodingKindUTF32:
		column = utf8.RuneCountInString(line)
	}
	return protocol.Position{Line: uint32(strings.Count(before, "\n")), Character: uint32(column)}
}

// offset is the reverse of position.
func (r *markerRun) offset(u uri.URI, p protocol.Position) int {
	offset := 0
	for range p.Line {
		offset += strings.IndexByte(r.texts[u][offset:], '\n') + 1
	}
	end := len(r.texts[u])
	for ; offset < end; offset++ {
		if at := r.position(u, offset); at.Line > p.Line || at.Character >= p.Character && utf8.RuneStart(r.texts[u][offset]) {
			break
		}
	}
	return offset
}

// show returns a place as line:column-line:column in characters from 1, as if
// no line had a prefix.
func (r *markerRun) show(u uri.URI, span protocol.Range) string {
	one := func(p protocol.Position) string {
		before := r.texts[u][:r.offset(u, p)]
		line := before[strings.LastIndexByte(before, '\n')+1:]
		if r.prefix != "" {
			line = strings.TrimPrefix(line, r.prefix)
		}
		return fmt.Sprintf("%d:%d", p.Line+1, utf8.RuneCountInString(line)+1)
	}
	return one(span.Start) + "-" + one(span.End)
}

func (r *markerRun) place(l protocol.Location) string {
	shown := path.Base(string(l.URI)) + ":"
	if _, ok := r.texts[l.URI]; ok {
		return shown + r.show(l.URI, l.Range)
	}
	// A file that no prefix was put into, and that is all ASCII.
	line := strings.Split(r.files.texts[l.URI], "\n")[l.Range.Start.Line]
	return fmt.Sprintf("%s%d:%s", shown, l.Range.Start.Line+1, line[l.Range.Start.Character:l.Range.End.Character])
}

func (r *markerRun) checkDiagnostics() {
	for u := range r.texts {
		var got []string
		for _, d := range r.diagnostics(u, 1) {
			got = append(got, fmt.Sprintf("%s %s", r.show(u, d.Range), d.Code))
		}
		slices.Sort(got)
		slices.Sort(r.expected[u])
		if diff := gocmp.Diff(r.expected[u], got); diff != "" {
			r.t.Errorf("diagnostics of %s (-marked +got):\n%s", u, diff)
		}
	}
}

// edited applies edits to a text of the client.
func (r *markerRun) edited(u uri.URI, edits []protocol.TextEdit) string {
	text := r.texts[u]
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b protocol.TextEdit) int {
		return cmp.Or(cmp.Compare(b.Range.Start.Line, a.Range.Start.Line), cmp.Compare(b.Range.Start.Character, a.Range.Start.Character))
	})
	for _, e := range sorted {
		text = text[:r.offset(u, e.Range.Start)] + e.NewText + text[r.offset(u, e.Range.End):]
	}
	return text
}

func (r *markerRun) showEdit(edit *protocol.WorkspaceEdit) string {
	if edit == nil {
		return ""
	}
	all := map[uri.URI][]protocol.TextEdit{}
	maps.Copy(all, edit.Changes)
	for _, d := range edit.DocumentChanges {
		if d, ok := d.(*protocol.TextDocumentEdit); ok {
			for _, e := range d.Edits {
				if e, ok := e.(*protocol.TextEdit); ok {
					all[d.TextDocument.URI] = append(all[d.TextDocument.URI], *e)
				}
			}
		}
	}
	var b strings.Builder
	for _, u := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s\n", path.Base(string(u)))
		for line := range strings.Lines(r.edited(u, all[u])) {
			line, _, _ = strings.Cut(line, "//@")
			b.WriteString("  " + strings.TrimRight(line, " \r\n") + "\n")
		}
	}
	return b.String()
}

// asJSON shows an answer whose form is its own best description.
func asJSON(v any) string {
	raw, err := protocol.Marshal(v)
	if err != nil {
		return err.Error()
	}
	var anything any
	if err := json.Unmarshal(raw, &anything); err != nil {
		return err.Error()
	}
	pretty, _ := json.MarshalIndent(anything, "", " ")
	return string(pretty)
}
