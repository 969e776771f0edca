package parser

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/google/go-cmp/cmp"
)

// names finds the name of a token type.
var names = func() map[lexer.TokenType]string {
	m := make(map[lexer.TokenType]string)
	for name, typ := range symbols {
		m[typ] = name
	}
	return m
}()

// scanAll returns the tokens of the first definition, each as it is written or,
// where that does not tell its type, behind the name of that.
func scanAll(t *testing.T, lex lexer.Lexer) []string {
	t.Helper()
	var all []string
	for {
		tok, err := lex.Next()
		if err != nil {
			t.Fatal(err)
		}
		if tok.EOF() {
			return all
		}
		name := names[tok.Type]
		if name != tok.Value {
			name += " " + tok.Value
		}
		all = append(all, name)
	}
}

func TestScanner(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", " \t\v\f\r\n", ""},
		{"a query", "PROFILE(a.b).FILTER(c == 1)", "Ident PROFILE|(|Ident a|.|Ident b|)|.|Ident FILTER|(|Ident c|==|Number 1|)"},
		{"operators", "== != > >= < <= && || + - * /", "==|!=|>|>=|<|<=|&&||||+|-|*|/"},
		{"operators with nothing between", "a==-1&&b!=c", "Ident a|==|-|Number 1|&&|Ident b|!=|Ident c"},
		{"a comparison and a negation", "a==!b", "Ident a|==|!|Ident b"},
		{"other languages' operators", "<> === !== => =< & |", "WrongOp <>|WrongOp ===|WrongOp !==|WrongOp =>|WrongOp =<|WrongOp &|WrongOp |"},
		{"typographic operators", "a ≥ b ≤ c ≠ d – e — f − g", "Ident a|WrongOp ≥|Ident b|WrongOp ≤|Ident c|WrongOp ≠|Ident d|WrongOp –|Ident e|WrongOp —|Ident f|WrongOp −|Ident g"},
		{"a single =", "a = 1", "Ident a|=|Number 1"},
		{"brackets", "IN[1,2]", "Ident IN|[|Number 1|,|Number 2|]"},
		{"names", "_a A1 a_b1", "Ident _a|Ident A1|Ident a_b1"},
		{"names that are not ASCII", "Größe Ünder naïve1_x", "WrongName Größe|WrongName Ünder|WrongName naïve1_x"},
		{"numbers", "0 007 1.50 10", "Number 0|Number 007|Number 1.50|Number 10"},
		{"a number before a dot", "1.FILTER", "Number 1|.|Ident FILTER"},
		{"wrong numbers", ".5 1e3 12abc 1_000 0x1F", "WrongNumber .5|WrongNumber 1e3|WrongNumber 12abc|WrongNumber 1_000|WrongNumber 0x1F"},
		{"two points", "1.2.3", "WrongNumber 1.2.3"},
		{"ids", "1cc00a15-37ef-e911-a81d-000d3a6d200c CC00A15A-37EF-E911-A81D-000D3A6D200C", "BareID 1cc00a15-37ef-e911-a81d-000d3a6d200c|BareID CC00A15A-37EF-E911-A81D-000D3A6D200C"},
		{"no ids", "cc00a15a-37ef-e911-a81d-000d3a6d200g", "Ident cc00a15a|-|WrongNumber 37ef|-|Ident e911|-|Ident a81d|-|WrongNumber 000d3a6d200g"},
		{"an id that goes on", "cc00a15a-37ef-e911-a81d-000d3a6d200cc", "Ident cc00a15a|-|WrongNumber 37ef|-|Ident e911|-|Ident a81d|-|WrongNumber 000d3a6d200cc"},
		{"an id with its dashes elsewhere", "cc00a15a-37efe-911-a81d-000d3a6d200c", "Ident cc00a15a|-|WrongNumber 37efe|-|Number 911|-|Ident a81d|-|WrongNumber 000d3a6d200c"},
		{"strings", `'' 'a' 'it''s' 'it\'s' '\\' '''' 'a\b'`, `String ''|String 'a'|String 'it''s'|String 'it\'s'|String '\\'|String ''''|String 'a\b'`},
		{"a comment in a string", "'a // b' '/*'", "String 'a // b'|String '/*'"},
		{"a string without an end", "'a  \nb", "OpenString 'a|Ident b"},
		{"a string that ends with a backslash", `'a\`, `OpenString 'a\`},
		{"a string that a quote behind a backslash ends", `'a\'`, `OpenString 'a\'`},
		{"a string before CR", "'a\rb", "OpenString 'a|Ident b"},
		{"other quotes", "\"a\" “b” „c“ ‘d’ `e` ´f´", "WrongQuote \"a\"|WrongQuote “b”|WrongQuote „c“|WrongQuote ‘d’|WrongQuote `e`|WrongQuote ´f´"},
		{"an apostrophe in other quotes", "‘it’s’", "WrongQuote ‘it’s’"},
		{"other quotes without an end", "\"a \nb", "OpenString \"a|Ident b"},
		{"a string closed by another quote", "'a’", "WrongQuote 'a’"},
		{"comments", "a // b \n/* c\nd */e/**/", "Ident a|Comment // b|Comment /* c\nd */|Ident e|Comment /**/"},
		{"a comment before CR", "// a\rb", "Comment // a|Ident b"},
		{"a comment without an end", "a /* b", "Ident a|OpenComment /* b"},
		{"a comment without an end behind a name", "a B /* c", "Ident a|Ident B|OpenComment /* c"},
		{"a comment of three characters", "/*/", "OpenComment /*/"},
		{"a division", "a / b", "Ident a|/|Ident b"},
		{"strays", "a # @ 😀 \u00A0", "Ident a|Stray #|Stray @|Stray 😀|Stray \u00A0"},
		{"zero bytes", "a\x00\x00b", "Ident a|NUL \x00\x00|Ident b"},
		{"bytes that are not UTF-8", "a\xff\xfeb \xe4", "Ident a|BadUTF8 \xff\xfe|Ident b|BadUTF8 \xe4"},
		{"the replacement character", "\uFFFD", "Stray \uFFFD"},

		// Where the next definition starts.
		{"a name and =", "A = PROFILE(a) B = x", "Ident A|=|Ident PROFILE|(|Ident a|)"},
		{"with nothing between", "PROFILE(a)B=PROFILE(b)", "Ident PROFILE|(|Ident a|)"},
		{"with comments", "PROFILE(a) B /* x */ // y\n = /* z */ PROFILE(b)", "Ident PROFILE|(|Ident a|)"},
		{"a comparison", "a == b", "Ident a|==|Ident b"},
		{"a comparison with one =", "x(a = 1)", "Ident x|(|Ident a|=|Number 1|)"},
		{"in open parentheses", "x(a B = PROFILE(b)", "Ident x|(|Ident a"},
		{"in open parentheses, behind a parenthesis", "x(a B = ((PROFILE(b)))", "Ident x|(|Ident a"},
		{"in open parentheses, a name that starts a line", "x(a\nB = c", "Ident x|(|Ident a"},
		{"in open parentheses, a name that does not", "x(a B = c", "Ident x|(|Ident a|Ident B|=|Ident c"},
		{"in open parentheses, a value", "x(a\nB = 1", "Ident x|(|Ident a|Ident B|=|Number 1"},
		{"at the end", "x(a\nB =", "Ident x|(|Ident a"},
		{"a semicolon", "a; b", "Ident a|;"},
		{"comments behind a semicolon", "a; /* b */ // c\nd", "Ident a|;|Comment /* b */|Comment // c"},
		{"a semicolon in parentheses", "(a; b)", "(|Ident a|;|Ident b|)"},
		{"a semicolon in open parentheses at a line end", "(a;\nb", "(|Ident a|;"},
		{"a semicolon in open parentheses before a definition", "(a; B = PROFILE(b)", "(|Ident a|;"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lex, err := lexerDefinition{}.LexString("", c.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, strings.Join(scanAll(t, lex), "|")); diff != "" {
				t.Errorf("the tokens of %q differ (-want +got):\n%s", c.text, diff)
			}
			lex, err = lexerDefinition{}.Lex("", iotest.OneByteReader(strings.NewReader(c.text)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, strings.Join(scanAll(t, lex), "|")); diff != "" {
				t.Errorf("the tokens of a reader of %q differ (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestLexOfBrokenReader(t *testing.T) {
	broken := errors.New("broken")
	if _, err := (lexerDefinition{}).Lex("", io.MultiReader(strings.NewReader("A = "), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("the error is %v, want %v", err, broken)
	}
}

// TestSymbols holds that each token type has a name of its own.
func TestSymbols(t *testing.T) {
	var types []lexer.TokenType
	for _, typ := range (lexerDefinition{}).Symbols() {
		types = append(types, typ)
	}
	slices.Sort(types)
	want := []lexer.TokenType{tEOF}
	for typ := tIdent; typ <= tNUL; typ++ {
		want = append(want, typ)
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Errorf("the types with a name differ (-all +named):\n%s", diff)
	}
}

// TestTokenPlaces holds where each token says that it stands, and which start
// a line.
func TestTokenPlaces(t *testing.T) {
	const text = "\r\n A\t= // b\r\r/* c\rd\r\n*/ PROFILE(\n'e' )\n "
	s := &scanner{text: text, maxDepth: DefaultMaxDepth}
	s.begin(0)
	type place struct {
		Text       string
		Line       int
		StartsLine bool
	}
	var got []place
	for {
		tok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if tok.EOF() {
			break
		}
		if text[tok.Pos.Offset:tok.Pos.Offset+len(tok.Value)] != tok.Value {
			t.Errorf("%q does not stand at %d", tok.Value, tok.Pos.Offset)
		}
		got = append(got, place{tok.Value, tok.Pos.Line, tok.Pos.Column == firstOnLine})
	}
	want := []place{
		{"A", 1, true}, {"=", 1, false}, {"// b", 1, false}, {"/* c\rd\r\n*/", 3, true}, {"PROFILE", 5, false}, {"(", 5, false}, {"'e'", 6, true}, {")", 6, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the places differ (-want +got):\n%s", diff)
	}
}

// TestTooDeepToken holds what one token takes of text that is nested too deeply.
func TestTooDeepToken(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"up to its parenthesis", "a((b(c) ')' /* ) */)d)e", "Ident a|(|TooDeep (b(c) ')' /* ) */)|Ident d|)|Ident e"},
		{"up to the end", "a((b", "Ident a|(|TooDeep (b"},
		{"up to the next definition", "a((b\nC = PROFILE(d)", "Ident a|(|TooDeep (b\n"},
		{"up to a semicolon", "a((b;\nc", "Ident a|(|TooDeep (b|;"},
		{"brackets", "a([b])", "Ident a|(|TooDeep [b]|)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &scanner{text: c.text, maxDepth: 1}
			s.begin(0)
			if diff := cmp.Diff(c.want, strings.Join(scanAll(t, s), "|")); diff != "" {
				t.Errorf("the tokens of %q differ (-want +got):\n%s", c.text, diff)
			}
		})
	}
}
