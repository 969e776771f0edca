package lsp_test

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"segql/lang/token"
)

// corpus returns the texts of the examples and of the rules' tests, by names.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("../../examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".seg" {
			return err
		}
		text, err := os.ReadFile(path)
		texts[strings.ReplaceAll(strings.TrimPrefix(path, "../../"), "/", "-")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	archives, _ := filepath.Glob("../../lang/check/testdata/rules/*.txtar")
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range archive.Files {
			if strings.HasSuffix(f.Name, ".seg") {
				texts[fmt.Sprintf("%s-%d.seg", filepath.Base(path), i)] = string(f.Data)
			}
		}
	}
	if len(texts) < 60 {
		t.Fatalf("only %d texts", len(texts))
	}
	return texts
}

// encodings are those that a client may ask for.
var encodings = map[protocol.PositionEncodingKind]token.Encoding{
	protocol.PositionEncodingKindUTF8: token.Bytes, protocol.PositionEncodingKindUTF16: token.UTF16, protocol.PositionEncodingKindUTF32: token.Runes,
}

func withEncoding(kind protocol.PositionEncodingKind) option {
	return func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.General = &protocol.GeneralClientCapabilities{PositionEncodings: []protocol.PositionEncodingKind{kind}}
	}
}

// checkTokens fails the test if tokens are not in order, overlap or lie outside
// of their line.
func checkTokens(t *testing.T, text string, enc token.Encoding, tokens []semanticToken) {
	t.Helper()
	lines := token.NewLines(text)
	end := protocol.Position{}
	for _, k := range tokens {
		if k.length == 0 || k.start.Line < end.Line || k.start.Line == end.Line && k.start.Character < end.Character {
			t.Fatalf("the token at %v follows one that ends at %v in\n%q", k, end, text)
		}
		end = protocol.Position{Line: k.start.Line, Character: k.start.Character + k.length}
		at := lines.Offset(token.Position{Line: int(end.Line), Column: int(end.Character)}, enc)
		if got := lines.Position(at, enc); got.Line != int(end.Line) || got.Column != int(end.Character) {
			t.Fatalf("the token at %v ends outside of its line in\n%q", k, text)
		}
	}
}

// TestTokens edits texts, and compares what the changes make of the tokens
// before with those that a server has that sees the text for the first time.
func TestTokens(t *testing.T) {
	for kind, enc := range encodings {
		t.Run(string(kind), func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			c := start(t, nil, withEncoding(kind))
			fresh := start(t, nil, withEncoding(kind))
			texts := corpus(t)
			for n, name := range slices.Sorted(maps.Keys(texts)) {
				text := texts[name]
				switch n % 4 {
				case 1:
					text = strings.ReplaceAll(text, "\n", "\r\n")
				case 2:
					text = "\uFEFF" + text
				}
				u := at(name)
				c.open(u, 1, text)
				full, err := c.SemanticTokensFull(t.Context(), &protocol.SemanticTokensParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
				if err != nil {
					t.Fatal(err)
				}
				data, id := full.Data, *full.ResultID
				checkTokens(t, text, enc, decodeTokens(data))
				for version := int32(2); version < 12; version++ {
					text = randomEdit(random, text)
					c.change(u, version, &protocol.TextDocumentContentChangeWholeDocument{Text: text})
					data, id = c.nextTokens(u, data, id)
					checkTokens(t, text, enc, decodeTokens(data))
					fresh.open(u, version, text)
					want, err := fresh.SemanticTokensFull(t.Context(), &protocol.SemanticTokensParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
					if err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(data, want.Data) {
						t.Fatalf("the changes lead to other tokens than\n%v\n%v\nof\n%q", want.Data, data, text)
					}
					fresh.checkTokenRange(u, text, want.Data, enc, random)
					_ = fresh.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
				}
			}
		})
	}
}

// randomEdit cuts something out of a text, or its end off, or puts something in.
func randomEdit(random *rand.Rand, text string) string {
	from := random.IntN(len(text) + 1)
	for from < len(text) && !utf8.RuneStart(text[from]) {
		from++
	}
	if random.IntN(8) == 0 {
		return text[:from]
	}
	to := from
	if random.IntN(2) == 0 {
		to = min(len(text), from+random.IntN(30))
		for to < len(text) && !utf8.RuneStart(text[to]) {
			to++
		}
	}
	return text[:from] + pieces[random.IntN(len(pieces))] + text[to:]
}

// nextTokens asks for the changes since a result, and makes them.
func (c *client) nextTokens(u uri.URI, data []uint32, id string) (next []uint32, nextID string) {
	c.t.Helper()
	answer, err := c.SemanticTokensFullDelta(c.t.Context(), &protocol.SemanticTokensDeltaParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, PreviousResultID: id})
	if err != nil {
		c.t.Fatal(err)
	}
	delta, ok := answer.(*protocol.SemanticTokensDelta)
	if !ok {
		c.t.Fatalf("%T instead of the changes", answer)
	}
	next = slices.Clone(data)
	for _, e := range delta.Edits {
		next = slices.Replace(next, int(e.Start), int(e.Start+e.DeleteCount), e.Data...)
	}
	return next, *delta.ResultID
}

// checkTokenRange fails the test if the tokens of a range are not those of the
// whole text that lie there.
func (c *client) checkTokenRange(u uri.URI, text string, data []uint32, enc token.Encoding, random *rand.Rand) {
	c.t.Helper()
	lines := token.NewLines(text)
	first := random.IntN(lines.Count())
	last := first + random.IntN(lines.Count()-first)
	end := lines.Position(lines.Line(last).End, enc)
	span := protocol.Range{Start: protocol.Position{Line: uint32(first)}, End: protocol.Position{Line: uint32(last), Character: uint32(end.Column)}}
	answer, err := c.SemanticTokensRange(c.t.Context(), &protocol.SemanticTokensRangeParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, Range: span})
	if err != nil {
		c.t.Fatal(err)
	}
	inside := func(all []semanticToken) []semanticToken {
		return slices.DeleteFunc(all, func(k semanticToken) bool { return int(k.start.Line) < first || int(k.start.Line) > last })
	}
	got, want := inside(decodeTokens(answer.Data)), inside(decodeTokens(data))
	if !slices.Equal(got, want) {
		c.t.Fatalf("lines %d to %d have other tokens alone than in the whole:\n%v\n%v\nof\n%q", first, last, got, want, text)
	}
}

// TestTokensOfAnUnknownResult asks for the changes since a result that the
// server does not have.
func TestTokensOfAnUnknownResult(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "PROFILE(contact) // c\n\n// the end\n")
	answer, err := c.SemanticTokensFullDelta(t.Context(), &protocol.SemanticTokensDeltaParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}, PreviousResultID: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if full, ok := answer.(*protocol.SemanticTokens); !ok || len(full.Data) != 20 {
		t.Errorf("got %v", answer)
	}
}

// TestTokensStay makes changes that no token sees.
func TestTokensStay(t *testing.T) {
	c := start(t, nil)
	u := at("a.seg")
	before, behind := "// one\nA = PROFILE(contact); B = PROFILE(", "contact)\n// two\nC = PROFILE(lead)\n"
	c.open(u, 1, before+behind)
	full, err := c.SemanticTokensFull(t.Context(), &protocol.SemanticTokensParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{before + behind, before + strings.Replace(behind, ")", " )", 1), before + behind + "\n"} {
		c.change(u, int32(i+2), &protocol.TextDocumentContentChangeWholeDocument{Text: text})
		answer, err := c.SemanticTokensFullDelta(t.Context(), &protocol.SemanticTokensDeltaParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}, PreviousResultID: *full.ResultID})
		if err != nil {
			t.Fatal(err)
		}
		delta, ok := answer.(*protocol.SemanticTokensDelta)
		if !ok || len(delta.Edits) > 0 {
			t.Fatalf("%q: %+v", text, answer)
		}
		full.ResultID = delta.ResultID
	}
}

// TestTokensOfAPoorClient names only what the client has.
func TestTokensOfAPoorClient(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
		p.Capabilities.TextDocument.SemanticTokens = protocol.SemanticTokensClientCapabilities{
			Requests:   protocol.ClientSemanticTokensRequestOptions{Full: protocol.Boolean(true)},
			TokenTypes: []string{"type", "variable", "keyword"}, Formats: []protocol.TokenFormat{protocol.TokenFormatRelative},
		}
	})
	c.open(at("a.seg"), 1, "// c\nPROFILE(contact).FILTER(fax == 'x')")
	full, err := c.SemanticTokensFull(t.Context(), &protocol.SemanticTokensParams{TextDocument: protocol.TextDocumentIdentifier{URI: at("a.seg")}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, k := range decodeTokens(full.Data) {
		got = append(got, c.tokenName(k))
	}
	if diff := gocmp.Diff([]string{"keyword", "type", "variable"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestSelectionsGrow asks for what may be selected at every place.
func TestSelectionsGrow(t *testing.T) {
	c := start(t, nil, withEncoding(protocol.PositionEncodingKindUTF8))
	texts := corpus(t)
	random := rand.New(rand.NewPCG(5, 6))
	for name, text := range texts {
		for range 3 {
			u := at(name)
			c.open(u, 1, text)
			lines := token.NewLines(text)
			params := &protocol.SelectionRangeParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}
			for p := range token.Pos(len(text) + 1) {
				at := lines.Position(p, token.Bytes)
				params.Positions = append(params.Positions, protocol.Position{Line: uint32(at.Line), Character: uint32(at.Column)})
			}
			all, err := c.SelectionRange(t.Context(), params)
			if err != nil || len(all) != len(params.Positions) {
				t.Fatalf("%d answers for %d places, %v", len(all), len(params.Positions), err)
			}
			offset := func(p protocol.Position) token.Pos {
				return lines.Offset(token.Position{Line: int(p.Line), Column: int(p.Character)}, token.Bytes)
			}
			for i := range all {
				span := token.At(offset(params.Positions[i]))
				for s := &all[i]; s != nil; s = s.Parent {
					next := token.Span{Start: offset(s.Range.Start), End: offset(s.Range.End)}
					if !next.Encloses(span) || next == span && s != &all[i] {
						t.Fatalf("at %d of %s, %v is followed by %v", i, name, span, next)
					}
					span = next
				}
				if span.Len() != len(text) {
					t.Fatalf("at %d of %s, the last is %v, not the whole text", i, name, span)
				}
			}
			_ = c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
			text = randomEdit(random, text)
		}
	}
}
