package parser

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"segql/lang/token"
)

// The types of tokens. Those from tComment on are no part of the grammar: the
// productions see only what stands before.
const (
	tEOF = lexer.EOF

	tIdent lexer.TokenType = iota
	tString
	tNumber
	tLparen
	tRparen
	tLbrack
	tRbrack
	tComma
	tDot
	tSemicolon
	tEqual
	tNotEqual
	tGreater
	tGreaterEqual
	tLess
	tLessEqual
	tAnd
	tOr
	tPlus
	tMinus
	tStar
	tSlash

	// Mistakes that stand for a token of the grammar.
	tAssign      // = where it begins no definition is meant as ==
	tBang        // ! meant as NOT
	tWrongOp     // another language's operator, see wrongOps
	tWrongQuote  // "..", typographic or back quotes
	tOpenString  // a string without its closing quote
	tBareID      // an id without quotes
	tWrongNumber // .5, 1e3, 12abc
	tWrongName   // a name with letters that are not ASCII
	tTooDeep     // what is nested too deeply, up to its closing parenthesis
	tComment     // a comment
	tOpenComment // a comment without its end
	tStray       // a character of no use
	tBadUTF8     // bytes that are not UTF-8
	tNUL         // zero bytes
)

// symbols names the token types for participle.
var symbols = map[string]lexer.TokenType{
	"EOF": tEOF, "Ident": tIdent, "String": tString, "Number": tNumber,
	"(": tLparen, ")": tRparen, "[": tLbrack, "]": tRbrack, ",": tComma, ".": tDot, ";": tSemicolon,
	"==": tEqual, "!=": tNotEqual, ">": tGreater, ">=": tGreaterEqual, "<": tLess, "<=": tLessEqual,
	"&&": tAnd, "||": tOr, "+": tPlus, "-": tMinus, "*": tStar, "/": tSlash, "=": tAssign, "!": tBang,
	"WrongOp": tWrongOp, "WrongQuote": tWrongQuote, "OpenString": tOpenString, "BareID": tBareID,
	"WrongNumber": tWrongNumber, "WrongName": tWrongName, "TooDeep": tTooDeep, "Comment": tComment, "OpenComment": tOpenComment,
	"Stray": tStray, "BadUTF8": tBadUTF8, "NUL": tNUL,
}

// wrongOps are operators of other languages, and typographic ones, with what
// they are meant as.
var wrongOps = map[string]struct {
	typ  lexer.TokenType
	text string
}{
	"<>": {tNotEqual, "!="}, "===": {tEqual, "=="}, "!==": {tNotEqual, "!="}, "=>": {tGreaterEqual, ">="},
	"=<": {tLessEqual, "<="}, "&&&": {tAnd, "&&"}, "|||": {tOr, "||"}, "&": {tAnd, "&&"}, "|": {tOr, "||"},
	"≠": {tNotEqual, "!="}, "≥": {tGreaterEqual, ">="}, "≤": {tLessEqual, "<="},
	"–": {tMinus, "-"}, "—": {tMinus, "-"}, "−": {tMinus, "-"},
}

// lexerDefinition is the lexer.Definition of the language.
type lexerDefinition struct{}

// Symbols returns the token types by name.
func (lexerDefinition) Symbols() map[string]lexer.TokenType { return symbols }

// Lex reads all of r. It serves participle alone; the package cuts a text
// into definitions itself.
func (d lexerDefinition) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return d.LexString(filename, string(text))
}

// LexString returns a lexer for the first definition in text.
func (lexerDefinition) LexString(_, text string) (lexer.Lexer, error) {
	return &scanner{text: text, maxDepth: DefaultMaxDepth}, nil
}

// scanner is the lexer.Lexer of one definition at a time. Its tokens end with
// EOF where the next definition starts, so that whatever is broken in one
// stays there. Offsets of tokens count from base, the definition's start.
type scanner struct {
	text     string
	maxDepth int
	// midLine tells that the text follows something else on the same line.
	midLine bool

	base     int // where the definition starts in text
	pos      int // the next byte to read
	reach    int // one more than the last byte that was looked at
	line     int // line breaks since base
	tokens   int // tokens of the grammar since base
	depth    int // open parentheses and brackets since base
	lineHead bool
	ended    bool // the definition's ";" was read
}

// begin makes the next token the first one of a definition at offset base.
func (s *scanner) begin(base int) {
	*s = scanner{
		text: s.text, maxDepth: s.maxDepth, midLine: s.midLine,
		base: base, pos: base, reach: base, lineHead: s.startsLine(base),
	}
}

// startsLine reports whether a definition at offset base starts a line. Only
// the first one does; the others start behind the last token before them.
func (s *scanner) startsLine(base int) bool {
	return !s.midLine && (base == 0 || base == len(bom) && strings.HasPrefix(s.text, bom))
}

// class sorts bytes by what they start.
type class uint8

const (
	cOther class = iota
	cBlank
	cNewline
	cLetter
	cDigit
	cSingle // a token of one byte, see singles
)

var classes, singles = func() (c [256]class, single [256]lexer.TokenType) {
	for b := range 256 {
		switch {
		case 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '_':
			c[b] = cLetter
		case '0' <= b && b <= '9':
			c[b] = cDigit
		}
	}
	c[' '], c['\t'], c['\v'], c['\f'] = cBlank, cBlank, cBlank, cBlank
	c['\n'], c['\r'] = cNewline, cNewline
	for _, text := range []string{",", "+", "-", "*"} {
		c[text[0]], single[text[0]] = cSingle, symbols[text]
	}
	return c, single
}()

func isWordByte(b byte) bool { return classes[b] == cLetter || classes[b] == cDigit }

// Next returns the next token of the definition. It never fails: what is no
// token of the language has a type of its own.
func (s *scanner) Next() (lexer.Token, error) {
	text := s.text
	i := s.pos
	for i < len(text) {
		c := classes[text[i]]
		if c == cNewline {
			if text[i] == '\n' || i+1 == len(text) || text[i+1] != '\n' {
				s.line++
			}
			s.lineHead = true
		} else if c != cBlank {
			break
		}
		i++
	}
	s.pos = i
	if i == len(text) {
		s.reach = len(text) + 1
		return s.eof(), nil
	}
	b := text[i]
	if b == '/' && i+1 < len(text) && (text[i+1] == '/' || text[i+1] == '*') {
		return s.comment(), nil
	}
	if s.ended {
		s.look(i + 1)
		return s.eof(), nil
	}
	if (b == '#' || b == '-') && s.otherComment() {
		return s.token(tStray, s.lineLength()), nil
	}
	switch classes[b] {
	case cLetter:
		end := i + 1
		for end < len(text) && isWordByte(text[end]) {
			end++
		}
		if s.tokens > 0 && s.startsDefinition(i, end) {
			return s.eof(), nil
		}
		if n := bareID(text[i:]); n > 0 {
			return s.take(tBareID, n), nil
		}
		if end < len(text) && text[end] >= utf8.RuneSelf {
			if n := letters(text[end:]); n > 0 {
				return s.take(tWrongName, end+n-i), nil
			}
		}
		return s.take(tIdent, end-i), nil
	case cDigit:
		return s.number(), nil
	case cSingle:
		return s.take(singles[b], 1), nil
	}
	switch b {
	case '(', '[':
		if s.depth >= s.maxDepth {
			return s.take(tTooDeep, s.tooDeep()-i), nil
		}
		s.depth++
		if b == '[' {
			return s.take(tLbrack, 1), nil
		}
		return s.take(tLparen, 1), nil
	case ')', ']':
		s.depth = max(s.depth-1, 0)
		if b == ']' {
			return s.take(tRbrack, 1), nil
		}
		return s.take(tRparen, 1), nil
	case '.':
		if i+1 < len(text) && classes[text[i+1]] == cDigit {
			return s.number(), nil
		}
		return s.take(tDot, 1), nil
	case '\'':
		return s.str(), nil
	case ';':
		return s.semicolon(), nil
	case '/':
		return s.take(tSlash, 1), nil
	}
	if t, n := operator(text[i:]); n > 0 {
		return s.take(t, n), nil
	}
	return s.other(), nil
}

// look notes that the bytes before end were looked at.
func (s *scanner) look(end int) { s.reach = max(s.reach, end) }

// token returns a token of n bytes at the scanner's place and moves behind it.
// In place of the column, which nobody asks for, it holds whether the token is
// the first on its line.
func (s *scanner) token(typ lexer.TokenType, n int) lexer.Token {
	t := lexer.Token{
		Type:  typ,
		Value: s.text[s.pos : s.pos+n],
		Pos:   lexer.Position{Offset: s.pos - s.base, Line: s.line},
	}
	if s.lineHead {
		t.Pos.Column = firstOnLine
		s.lineHead = false
	}
	s.pos += n
	s.look(s.pos + 1)
	return t
}

const firstOnLine = 1

// eof returns the token that ends the definition. Its value is the text from
// the definition's start, blanks and comments behind it included. At the end
// of the whole text it counts as the first on its line.
func (s *scanner) eof() lexer.Token {
	t := s.token(tEOF, 0)
	t.Value = s.text[s.base:s.pos]
	t.Pos.Column = 0
	if s.pos == len(s.text) {
		t.Pos.Column = firstOnLine
	}
	return t
}

// take is token for what is part of the grammar.
func (s *scanner) take(typ lexer.TokenType, n int) lexer.Token {
	s.tokens++
	return s.token(typ, n)
}

// operator returns the operator that text starts with and its length.
func operator(text string) (lexer.TokenType, int) {
	n := 0
	for n < len(text) && n < 3 && strings.IndexByte("=!<>&|", text[n]) >= 0 {
		n++
	}
	// `a ==!b` holds two operators, `<>` and `===` are one.
	for ; n > 0; n-- {
		switch text[:n] {
		case "==":
			return tEqual, n
		case "!=":
			return tNotEqual, n
		case ">":
			return tGreater, n
		case ">=":
			return tGreaterEqual, n
		case "<":
			return tLess, n
		case "<=":
			return tLessEqual, n
		case "&&":
			return tAnd, n
		case "||":
			return tOr, n
		case "=":
			return tAssign, n
		case "!":
			return tBang, n
		}
		if _, ok := wrongOps[text[:n]]; ok {
			return tWrongOp, n
		}
	}
	return 0, 0
}

// comment scans a comment.
func (s *scanner) comment() lexer.Token {
	rest := s.text[s.pos:]
	if rest[1] == '/' {
		return s.token(tComment, s.lineLength())
	}
	n := strings.Index(rest[2:], "*/")
	if n < 0 {
		s.reach = len(s.text) + 1
		return s.token(tOpenComment, len(rest))
	}
	t := s.token(tComment, n+4)
	s.line += token.CountBreaks(t.Value)
	return t
}

// lineLength returns how many bytes of the line are left, without blanks at
// its end.
func (s *scanner) lineLength() int {
	rest := s.text[s.pos:]
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		rest = rest[:n]
	}
	return len(strings.TrimRight(rest, " \t\v\f"))
}

// otherComment reports whether a comment of another language starts here: # at
// the start of a line, or -- there or outside parentheses.
func (s *scanner) otherComment() bool {
	rest := s.text[s.pos:]
	s.look(s.pos + 3)
	if rest[0] == '#' {
		return s.lineHead && len(rest) > 1 && rest[1] != '#'
	}
	return (s.lineHead || s.depth == 0) && strings.HasPrefix(rest, "-- ")
}

// skip returns the offset of the first byte at or behind i that is neither
// blank nor in a comment.
func (s *scanner) skip(i int) int {
	text := s.text
	for i < len(text) {
		switch c := classes[text[i]]; {
		case c == cBlank || c == cNewline:
			i++
		case strings.HasPrefix(text[i:], "//"):
			n := strings.IndexAny(text[i:], "\r\n")
			if n < 0 {
				n = len(text) - i
			}
			i += n
		case strings.HasPrefix(text[i:], "/*"):
			n := strings.Index(text[i+2:], "*/")
			if n < 0 {
				i = len(text)
			} else {
				i += n + 4
			}
		default:
			s.look(i + 1)
			return i
		}
	}
	s.look(len(text) + 1)
	return i
}

// word returns the end of the word at i, i itself if there is none.
func (s *scanner) word(i int) int {
	if i < len(s.text) && classes[s.text[i]] == cLetter {
		for i++; i < len(s.text) && isWordByte(s.text[i]); {
			i++
		}
	}
	s.look(i + 1)
	return i
}

// startsDefinition reports whether the word from i to end, which is not the
// first token, is the name of a next definition. Outside parentheses that is
// any `name =` but for one that is compared with a literal. Within, where a
// parenthesis was forgotten or = was written for ==, it takes more: a query
// behind the =, or a name that stands at the start of a line.
func (s *scanner) startsDefinition(i, end int) bool {
	eq := end
	if eq < len(s.text) && s.text[eq] != '=' {
		switch s.text[eq] {
		case '.', ',', '(', ')': // the usual ones
			return false
		}
		eq = s.skip(eq)
	}
	if eq+1 < len(s.text) && s.text[eq] == ':' {
		s.look(eq + 2)
		if s.text[eq+1] != '=' { // Name: PROFILE(..)
			return s.depth == 0 && s.lineHead && s.lacksEquals(i, end, s.skip(eq+1))
		}
		eq++ // Name := PROFILE(..)
	}
	if eq >= len(s.text) || s.text[eq] != '=' {
		return s.depth == 0 && s.lineHead && s.lacksEquals(i, end, eq)
	}
	s.look(eq + 2)
	if eq+1 < len(s.text) && strings.IndexByte("=<>", s.text[eq+1]) >= 0 {
		return false
	}
	atColumn0 := i == 0 || s.text[i-1] == '\n' || s.text[i-1] == '\r'
	value := s.skip(eq + 1)
	if value == len(s.text) {
		return s.depth == 0 || atColumn0
	}
	first := s.text[value]
	isName := classes[first] == cLetter || first == '('
	if s.depth == 0 {
		return isName || s.lineHead
	}
	if isName && atColumn0 {
		return true
	}
	// The parentheses are bounded so that ((((.. is not read again for each name.
	for n := 0; value < len(s.text) && s.text[value] == '(' && n < 8; n++ {
		value = s.skip(value + 1)
	}
	wordEnd := s.word(value)
	if !token.Lookup(s.text[value:wordEnd]).IsSource() {
		return false
	}
	paren := s.skip(wordEnd)
	return paren < len(s.text) && s.text[paren] == '('
}

// lacksEquals reports whether the word from i to end, at the start of a line,
// is the name of a definition whose = was forgotten: a query starts at next.
func (s *scanner) lacksEquals(i, end, next int) bool {
	if token.Lookup(s.text[i:end]) != token.NoWord || strings.ContainsAny(s.text[end:next], "\r\n") {
		return false
	}
	wordEnd := s.word(next)
	if !token.Lookup(s.text[next:wordEnd]).IsSource() {
		return false
	}
	paren := s.skip(wordEnd)
	return paren < len(s.text) && s.text[paren] == '('
}

// semicolon scans a ";", which ends the definition. Within parentheses it
// does so only at the end of a line or before a definition; elsewhere it is
// a slip for another character.
func (s *scanner) semicolon() lexer.Token {
	if s.depth > 0 {
		i := s.pos + 1
		for i < len(s.text) && classes[s.text[i]] == cBlank {
			i++
		}
		s.look(i + 1)
		if i < len(s.text) && classes[s.text[i]] != cNewline {
			i = s.skip(i)
			end := s.word(i)
			if i < len(s.text) && (end == i || !s.startsDefinition(i, end)) {
				return s.take(tSemicolon, 1)
			}
		}
	}
	s.ended = true
	return s.take(tSemicolon, 1)
}

// tooDeep returns the end of the nested text at the scanner's place: behind
// the parenthesis that closes it, or before the next line that looks like a
// definition, or the end of the text.
func (s *scanner) tooDeep() int {
	sub := scanner{text: s.text, maxDepth: int(^uint(0) >> 1), base: s.base, pos: s.pos, reach: s.reach, tokens: 1, depth: s.depth}
	for {
		t, _ := sub.Next()
		s.look(sub.reach)
		if t.EOF() || sub.ended {
			return s.base + t.Pos.Offset
		}
		if sub.depth <= s.depth {
			return sub.pos
		}
	}
}

// number scans a number, or what was meant as one.
func (s *scanner) number() lexer.Token {
	text := s.text[s.pos:]
	if n := bareID(text); n > 0 {
		return s.take(tBareID, n)
	}
	n := digits(text)
	typ := tNumber
	if n == 0 { // .5
		typ = tWrongNumber
	}
	if n+1 < len(text) && text[n] == '.' && classes[text[n+1]] == cDigit {
		n += 1 + digits(text[n+1:])
	}
	for n+1 < len(text) && text[n] == '.' && classes[text[n+1]] == cDigit { // 1.000.000
		typ = tWrongNumber
		n += 1 + digits(text[n+1:])
	}
	for n < len(text) && isWordByte(text[n]) {
		typ = tWrongNumber
		n++
	}
	if typ == tNumber && n < len(text) && text[n] == '.' && n == digits(text) && s.endsNumber(n+1) {
		typ = tWrongNumber
		n++
	}
	return s.take(typ, n)
}

// endsNumber reports whether a dot n-1 bytes on, directly behind digits, is the
// number's: nothing follows that it could stand before.
func (s *scanner) endsNumber(n int) bool {
	i := s.skip(s.pos + n)
	return i == len(s.text) || classes[s.text[i]] != cLetter && s.text[i] != '.'
}

func digits(text string) int {
	n := 0
	for n < len(text) && classes[text[n]] == cDigit {
		n++
	}
	return n
}

// bareID returns the length of the id that text starts with, eight, four,
// four, four and twelve hexadecimal digits, or 0.
func bareID(text string) int {
	const length = 36
	if len(text) < length || text[8] != '-' || len(text) > length && isWordByte(text[length]) {
		return 0
	}
	for i := range length {
		switch c := text[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return 0
			}
		case !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'):
			return 0
		}
	}
	return length
}

// str scans a string in single quotes. It ends at the line end where its
// closing quote is missing.
func (s *scanner) str() lexer.Token {
	text := s.text
	i := s.pos + 1
	for i < len(text) {
		switch c := text[i]; {
		case c == '\'':
			if i+1 < len(text) && text[i+1] == '\'' {
				i++
				break
			}
			return s.take(tString, i+1-s.pos)
		case c == '\\' && i+1 < len(text) && (text[i+1] == '\'' || text[i+1] == '\\'):
			i++
		case c == '\n' || c == '\r':
			return s.openString(i)
		}
		i++
	}
	return s.openString(i)
}

// openString returns the string without a closing quote that ends before
// offset end. One that a typographic quote was meant to close ends there.
func (s *scanner) openString(end int) lexer.Token {
	line := strings.TrimRight(s.text[s.pos:end], " \t")
	// Where another quote follows on the line all of it is taken, so that the
	// line is not read again for each quote.
	if strings.IndexByte(line[1:], '\'') >= 0 {
		return s.take(tOpenString, len(line))
	}
	if n := strings.IndexAny(line, "‘’′´`"); n > 0 {
		_, size := utf8.DecodeRuneInString(line[n:])
		return s.take(tWrongQuote, n+size)
	}
	return s.take(tOpenString, len(line))
}

// quotes are the characters that are meant as quotes, each with those that
// may close what it opens.
var quotes = map[rune]string{
	'"': "\"“”„‟", '“': "”“\"", '”': "”\"", '„': "“”\"", '‟': "”\"", '«': "»", '»': "«",
	'‘': "’‘'", '’': "’'", '‚': "‘’'", '‛': "’'", '′': "′", '´': "´`'", '`': "`´'",
}

// other scans what no token starts with.
func (s *scanner) other() lexer.Token {
	text := s.text[s.pos:]
	r, size := utf8.DecodeRuneInString(text)
	switch {
	case r == 0:
		n := 1
		for n < len(text) && text[n] == 0 {
			n++
		}
		return s.token(tNUL, n)
	case r == utf8.RuneError && size == 1:
		for size < len(text) {
			if r, n := utf8.DecodeRuneInString(text[size:]); r != utf8.RuneError || n != 1 {
				break
			}
			size++
		}
		return s.token(tBadUTF8, size)
	}
	if closing, ok := quotes[r]; ok {
		n := size
		for n < len(text) && text[n] != '\n' && text[n] != '\r' {
			c, w := utf8.DecodeRuneInString(text[n:])
			if strings.ContainsRune(closing, c) && !isApostrophe(text, n, w) {
				return s.take(tWrongQuote, n+w)
			}
			n += w
		}
		return s.take(tOpenString, len(strings.TrimRight(text[:n], " \t")))
	}
	if _, ok := wrongOps[text[:size]]; ok {
		return s.take(tWrongOp, size)
	}
	if n := letters(text); n > 0 {
		return s.take(tWrongName, n)
	}
	return s.token(tStray, size)
}

// letters returns the length of the letters, of any script, digits and _ that
// text starts with, 0 if the first is no letter.
func letters(text string) int {
	n := 0
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if !unicode.IsLetter(r) && (n == 0 || !unicode.IsMark(r) && !unicode.IsDigit(r) && r != '_') {
			break
		}
		n += size
	}
	return n
}

// isApostrophe reports whether the quote at n stands within a word, as in it’s.
func isApostrophe(line string, n, width int) bool {
	if line[n] == '"' {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(line[:n])
	after, _ := utf8.DecodeRuneInString(line[n+width:])
	return unicode.IsLetter(before) && unicode.IsLetter(after)
}
