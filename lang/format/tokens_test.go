package format_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The scanner here is the tests' own and as simple as can be, so that a
// mistake in that of the parser does not hide one in the printer.

type pieceKind uint8

const (
	name pieceKind = iota
	number
	str
	comment
	symbol
)

type piece struct {
	kind pieceKind
	text string
}

// scan returns the tokens of a text without mistakes.
func scan(t testing.TB, text string) []piece {
	t.Helper()
	text = strings.TrimPrefix(text, "\uFEFF")
	isWord := func(b byte) bool {
		return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
	}
	var all []piece
	for text != "" {
		n, kind := 1, symbol
		switch b := text[0]; {
		case strings.IndexByte(" \t\v\f\r\n", b) >= 0:
			text = text[1:]
			continue
		case strings.HasPrefix(text, "//"):
			kind = comment
			if n = strings.IndexAny(text, "\r\n"); n < 0 {
				n = len(text)
			}
		case strings.HasPrefix(text, "/*"):
			kind, n = comment, strings.Index(text, "*/")+2
		case '0' <= b && b <= '9':
			kind = number
			for n < len(text) && (isWord(text[n]) || text[n] == '.') {
				n++
			}
		case isWord(b):
			kind = name
			for n < len(text) && isWord(text[n]) {
				n++
			}
		case b == '\'':
			kind = str
			for text[n] != '\'' || strings.HasPrefix(text[n:], "''") {
				if text[n] == '\'' || text[n] == '\\' && (text[n+1] == '\'' || text[n+1] == '\\') {
					n++
				}
				n++
			}
			n++
		default:
			for _, op := range []string{"==", "!=", ">=", "<=", "&&", "||"} {
				if strings.HasPrefix(text, op) {
					n = len(op)
				}
			}
		}
		p := piece{kind, text[:n]}
		if kind == comment {
			p.text = strings.TrimRight(p.text, " \t\v\f")
		}
		all = append(all, p)
		text = text[n:]
	}
	return all
}

// words are the words of the language in their canonical form.
var words = func() map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(`PROFILE SEGMENT INTERACTION FILTER TRAVERSE RELATE RELATEOPTIONAL HAVING DISTINCT ORDERBY SKIP TAKE SELECT
		UNION EXCEPT INTERSECT CONTAINS STARTSWITH ENDSWITH IN NOT ISNULL ISNOTNULL DATEDIFF DATEADD DATE DATETIMEUTCNOW
		COUNT SUM AVG MIN MAX UTCMINUTES UTCHOURS UTCDAYS UTCWEEKS UTCMONTHS UTCYEARS
		YEAR MONTH DAY HOUR MINUTE SECOND MILLISECOND ASC DESC true false`) {
		m[w] = true
	}
	return m
}()

// vendors are the forms that the vendor writes, which are kept.
var vendors = map[string]bool{
	"Interaction": true, "Having": true, "Count": true, "Date": true, "True": true, "False": true,
	"year": true, "month": true, "day": true, "hour": true, "minute": true, "second": true, "millisecond": true,
}

// mayBecome reports whether a token may be printed as another. That a name of
// a column which is spelled as a word does not change is for the comparison of
// trees to find.
func mayBecome(before, after piece) bool {
	if before == after {
		return true
	}
	switch before.kind {
	case name:
		switch strings.ToUpper(before.text) {
		case "AND":
			return after == piece{symbol, "&&"}
		case "OR":
			return after == piece{symbol, "||"}
		}
		return after.kind == name && words[after.text] && strings.EqualFold(before.text, after.text) && !vendors[before.text]
	case str:
		// Each backslash stands before a quote.
		inner := before.text[1 : len(before.text)-1]
		return strings.Count(inner, `\`) == strings.Count(inner, `\'`) && after.kind == str &&
			after.text == "'"+strings.ReplaceAll(inner, `\'`, `''`)+"'"
	case comment:
		return after.kind == comment && lineEnds.Replace(before.text) == lineEnds.Replace(after.text)
	}
	return false
}

// sameTokens holds that a printed text has the tokens of the text, but for the
// changes that printing may make, and all its comments.
func sameTokens(t testing.TB, text, printed string) {
	t.Helper()
	split := func(all []piece) (tokens, comments []piece) {
		for _, p := range all {
			if p.kind == comment {
				comments = append(comments, p)
			} else {
				tokens = append(tokens, p)
			}
		}
		return tokens, comments
	}
	// A comment may change its place with an operator or comma, so there are two comparisons.
	before, beforeComments := split(scan(t, text))
	after, afterComments := split(scan(t, printed))
	compareTokens(t, text, before, after)
	compareTokens(t, text, beforeComments, afterComments)
}

func compareTokens(t testing.TB, text string, before, after []piece) {
	t.Helper()
	for i := range min(len(before), len(after)) {
		if !mayBecome(before[i], after[i]) {
			t.Errorf("token %d of %s, %q, became %q", i, short(text), before[i].text, after[i].text)
			return
		}
	}
	if len(before) != len(after) {
		t.Errorf("%s has %d tokens, %d once it is printed", short(text), len(before), len(after))
	}
}

// TestScan holds that the tests' own scanner does what it is for.
func TestScan(t *testing.T) {
	const text = "A='it''s \\' \\\\' // c \n&&b.c>=-1.5/* d */IN[x]\r\n"
	want := []piece{
		{name, "A"}, {symbol, "="}, {str, `'it''s \' \\'`}, {comment, "// c"}, {symbol, "&&"}, {name, "b"}, {symbol, "."}, {name, "c"},
		{symbol, ">="}, {symbol, "-"}, {number, "1.5"}, {comment, "/* d */"}, {name, "IN"}, {symbol, "["}, {name, "x"}, {symbol, "]"},
	}
	if diff := cmp.Diff(want, scan(t, text), cmp.AllowUnexported(piece{})); diff != "" {
		t.Errorf("the tokens differ (-want +got):\n%s", diff)
	}
}

func TestMayBecome(t *testing.T) {
	for _, c := range []struct {
		before, after piece
		want          bool
	}{
		{piece{name, "filter"}, piece{name, "FILTER"}, true},
		{piece{name, "FILTER"}, piece{name, "filter"}, false},
		{piece{name, "Count"}, piece{name, "COUNT"}, false},
		{piece{name, "count"}, piece{name, "COUNT"}, true},
		{piece{name, "TRUE"}, piece{name, "true"}, true},
		{piece{name, "contact"}, piece{name, "CONTACT"}, false},
		{piece{name, "and"}, piece{symbol, "&&"}, true},
		{piece{name, "and"}, piece{symbol, "||"}, false},
		{piece{str, `'a\'b'`}, piece{str, `'a''b'`}, true},
		{piece{str, `'a\'b\n'`}, piece{str, `'a''b\n'`}, false},
		{piece{str, `'a'`}, piece{str, `'b'`}, false},
		{piece{number, "1"}, piece{number, "1.0"}, false},
		{piece{comment, "/* a\r\nb */"}, piece{comment, "/* a\nb */"}, true},
	} {
		if got := mayBecome(c.before, c.after); got != c.want {
			t.Errorf("%q may become %q: %v, want %v", c.before.text, c.after.text, got, c.want)
		}
	}
}
