package parser

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"segql/lang/ast"
	"segql/lang/token"
)

// parser holds the state of the productions while they parse one definition.
// It only ever moves forward, and every production takes at least one token or
// leaves the one it can't use to its caller.
type parser struct {
	text   string        // from the definition's start to the last blank before the next
	tokens []lexer.Token // without comments and strays; the last is EOF
	i      int           // the current token

	errors    []*ast.Error
	quiet     int   // above 0, errors are not noted
	lastFail  int   // the token at which the last mistake was noted, -1 before
	lastError int   // the token at which the last one was noted that the parser got over
	strays    []int // tokens before which strays were left out, ascending

	groups  int // open parentheses around queries
	commas  int // above 0 within arguments, where a comma is no slip for &&
	lacking int // closing parentheses that are missing from here on; below 0, spare ones
	// gap is the error for closing parentheses that are missing at token gapAt.
	gap   *ast.Error
	gapAt int
	// swallowed is how many closing parentheses stand in strings without an end.
	swallowed int
	// colon is the one that was written for the = of the definition.
	colon  token.Span
	splits int // words that were split
	// nesting is how many queries and factors are being parsed within each other.
	nesting int
}

func span(t *lexer.Token) token.Span {
	start := token.Pos(t.Pos.Offset)
	return token.Span{Start: start, End: start + token.Pos(len(t.Value))}
}

// parseDefinition parses the tokens of a definition, up to EOF, whose value is
// the text from the definition's start. Where there is no token but comments
// the tree has no query.
func parseDefinition(raw []lexer.Token) *ast.Definition {
	eof := &raw[len(raw)-1]
	p := &parser{text: eof.Value, lastFail: -1, lastError: -1, colon: token.NoSpan}
	d := &ast.Definition{Assign: token.NoPos, Semicolon: token.NoPos}
	p.wrongBrackets(raw)
	p.tokens = raw[:0] // the slice is the parser's own from here on
	var gaps []gap
	end := token.Pos(0) // of the last token, strays included
	for k, t := range raw {
		switch t.Type {
		case tComment, tOpenComment:
			gaps = append(gaps, gap{comment: p.comment(&t, eof), prevEnd: end, isOpen: t.Type == tOpenComment})
			continue
		case tStray, tNUL, tBadUTF8:
			if p.isColon(raw, k) {
				p.colon, end = span(&t), span(&t).End
				continue
			}
			if n := len(p.strays); n == 0 || p.strays[n-1] != len(p.tokens) {
				p.strays = append(p.strays, len(p.tokens))
			}
			if t.Type == tStray {
				p.addStray(&t)
			}
			end = span(&t).End
			continue
		case tLparen:
			p.lacking++
		case tRparen:
			p.lacking--
		}
		p.tokens = append(p.tokens, t)
		if t.Type != tEOF {
			end = span(&t).End
		}
	}

	p.pairQuotes()
	isEmpty := len(p.tokens) == 1
	if isEmpty {
		end = token.Pos(len(p.text))
	} else {
		gaps, end = ownComments(gaps, end)
	}
	d.Text = p.text[:end]
	for _, g := range gaps {
		d.AllComments = append(d.AllComments, g.comment)
		if g.isOpen {
			start := g.comment.Span.Start
			p.add(CodeOpenComment, token.Span{Start: start, End: start + 2},
				"the comment that starts here has no end; close it with */", []string{"*/"})
		}
	}
	if !utf8.ValidString(d.Text) || strings.IndexByte(d.Text, 0) >= 0 {
		p.addBadBytes(d.Text)
	}
	if isEmpty {
		d.Extent = token.At(end)
	} else {
		p.definition(d)
	}
	attach(d, gaps)
	slices.SortStableFunc(p.errors, func(a, b *ast.Error) int { return int(a.Span.Start) - int(b.Span.Start) })
	d.Errors = p.errors
	return d
}

// comment makes a comment of a token.
func (p *parser) comment(t, eof *lexer.Token) *ast.Comment {
	c := &ast.Comment{Span: span(t), Text: t.Value, OwnLine: t.Pos.Column == firstOnLine}
	rest := strings.TrimLeft(p.text[c.Span.End:], " \t\v\f")
	if rest == "" {
		c.EndsLine = eof.Pos.Column == firstOnLine
	} else {
		c.EndsLine = rest[0] == '\n' || rest[0] == '\r'
	}
	return c
}

// ownComments leaves out the comments that belong to what follows the
// definition, whose last token ends at end. Its own are those before end and
// those behind on its last line, if that ends with them. It returns the end of
// the last.
func ownComments(gaps []gap, end token.Pos) ([]gap, token.Pos) {
	n := 0
	for n < len(gaps) && gaps[n].comment.Span.Start < end {
		n++
	}
	for k := n; k < len(gaps) && !gaps[k].comment.OwnLine; k++ {
		if c := gaps[k].comment; c.EndsLine {
			return gaps[:k+1], c.Span.End
		}
	}
	return gaps[:n], end
}

// isColon reports whether the k-th token is a colon between the name of the
// definition and its query, as in `Name: PROFILE(contact)` and `Name := ..`.
func (p *parser) isColon(raw []lexer.Token, k int) bool {
	if raw[k].Value != ":" || len(p.tokens) != 1 || len(p.strays) > 0 || !isName(p.tokens[0].Type) || p.colon.IsValid() {
		return false
	}
	next := slices.DeleteFunc(slices.Clone(raw[k+1:min(k+8, len(raw))]), func(t lexer.Token) bool { return t.Type == tComment })
	if len(next) > 0 && next[0].Type == tAssign {
		return span(&next[0]).Start == span(&raw[k]).End
	}
	return len(next) > 1 && word(&next[0]).IsSource() && next[1].Type == tLparen
}

// wrongBrackets finds pairs of brackets and braces where parentheses belong,
// behind a word that takes arguments, and braces where IN takes brackets. They
// are parsed as what was meant.
func (p *parser) wrongBrackets(raw []lexer.Token) {
	isOther := false // most definitions have parentheses alone
	for k := range raw {
		isOther = isOther || raw[k].Type == tLbrack || raw[k].Type == tStray
	}
	if !isOther {
		return
	}
	isBrace := func(t *lexer.Token) bool { return t.Type == tStray && t.Value == "{" }
	type opened struct {
		at    int
		wrong token.Word // what it stands behind, if it is wrong there
	}
	var open []opened
	before := token.NoWord // what the token before the current one spells
	for k := range raw {
		t := &raw[k]
		switch {
		case t.Type == tComment:
			continue
		case t.Type == tLparen || t.Type == tLbrack || isBrace(t):
			o := opened{at: k}
			if t.Type != tLparen && takesArguments(before) || isBrace(t) && before == token.IN {
				o.wrong = before
			}
			open = append(open, o)
		case len(open) > 0 && (t.Type == tRparen || t.Type == tRbrack || t.Type == tStray && t.Value == "}"):
			o := open[len(open)-1]
			open = open[:len(open)-1]
			if o.wrong != token.NoWord && closers[raw[o.at].Value] == t.Value {
				p.wrongPair(&raw[o.at], t, o.wrong)
			}
		}
		before = word(t)
	}
}

func takesArguments(w token.Word) bool {
	return w.IsSource() || w.IsStep() || w.IsFunction() || w.IsAggregate() || w.IsWindow()
}

// closers are the signs that close others.
var closers = map[string]string{"[": "]", "{": "}"}

// wrongPair reports two brackets behind word w, and makes what was meant of them.
func (p *parser) wrongPair(opener, closer *lexer.Token, w token.Word) {
	edits := []token.Edit{replace(span(opener), "("), replace(span(closer), ")")}
	message := fmt.Sprintf("the arguments of %s stand in parentheses, as in %s(..)", w, w)
	opener.Type, closer.Type = tLparen, tRparen
	if w == token.IN {
		edits[0].New, edits[1].New = "[", "]"
		message = "the list behind IN stands in brackets, as in IN [1, 2]"
		opener.Type, closer.Type = tLbrack, tRbrack
	}
	p.add(CodeWrongBracket, span(opener), message, []string{edits[0].New},
		fix(fmt.Sprintf("Replace %s%s with %s%s", opener.Value, closer.Value, edits[0].New, edits[1].New), edits...))
	p.lastError = -1
}

// maxNesting bounds the recursion where no parenthesis does, as in a row of
// signs and negations.
const maxNesting = 10 * DefaultMaxDepth

// tooNested counts one more level of recursion. At the limit it reports the
// mistake, leaves out the rest of the definition and returns true.
func (p *parser) tooNested() bool {
	if p.nesting < maxNesting {
		p.nesting++
		return false
	}
	p.fail(CodeTooDeep, span(p.cur()), "the text is nested too deeply here; split the query into named definitions", nil)
	p.i = len(p.tokens) - 1
	p.lastFail = p.i
	return true
}

// cur returns the current token.
func (p *parser) cur() *lexer.Token { return &p.tokens[p.i] }

func (p *parser) typ() lexer.TokenType { return p.tokens[p.i].Type }

// peek returns the n-th token behind the current one, EOF behind the last.
func (p *parser) peek(n int) *lexer.Token {
	return &p.tokens[min(p.i+n, len(p.tokens)-1)]
}

// isInLine reports whether no comment and no line end stands before the n-th
// token behind the current one, so that a text may go on with it.
func (p *parser) isInLine(n int) bool {
	at := p.i + n
	gap := p.text[span(&p.tokens[at-1]).End:span(&p.tokens[at]).Start]
	return !strings.ContainsAny(gap, "/\r\n") // a slash that is no token starts a comment
}

func (p *parser) advance() {
	if p.i < len(p.tokens)-1 {
		p.i++
	}
}

// take returns the span of the current token and moves behind it.
func (p *parser) take() token.Span {
	s := span(p.cur())
	p.advance()
	return s
}

// start returns the offset of the current token.
func (p *parser) start() token.Pos { return token.Pos(p.cur().Pos.Offset) }

// end returns where the token before the current one ends.
func (p *parser) end() token.Pos {
	if p.i == 0 {
		return p.start()
	}
	return span(&p.tokens[p.i-1]).End
}

// extent returns the span from start to the last token taken, empty if none was.
func (p *parser) extent(start token.Pos) token.Span {
	return token.Span{Start: start, End: max(start, p.end())}
}

// here is where something is missing: behind the last token.
func (p *parser) here() token.Span { return token.At(p.end()) }

// maxSplits is how many glued words a definition has at most that are told
// apart: each costs a copy of the tokens.
const maxSplits = 8

// split makes two tokens of the current one, a word that keep accepts and what
// is glued to it, where the parenthesis between the two was forgotten: one
// that closes is too many. It reports whether it did.
func (p *parser) split(keep func(token.Word) bool) bool {
	t := p.cur()
	if t.Type != tIdent || p.lacking >= 0 || p.splits == maxSplits {
		return false
	}
	found := 0
	for _, w := range token.Words() {
		if n := len(w.String()); keep(w) && n > found && len(t.Value) > n && strings.EqualFold(t.Value[:n], w.String()) {
			found = n
		}
	}
	switch {
	case found == 0:
		return false
	case p.peek(1).Type == tLparen && token.Lookup(t.Value[found:]) == token.NoWord:
		return false // a name that begins like a word
	case strings.EqualFold(t.Value[:found], token.DATE.String()) && classes[t.Value[found]] != cDigit:
		return false
	}
	rest := *t
	rest.Value = t.Value[found:]
	rest.Pos.Offset += found
	rest.Pos.Column = 0
	if classes[rest.Value[0]] == cDigit {
		rest.Type = tNumber
	}
	t.Value = t.Value[:found]
	p.splits++
	// The slice is copied: behind its end lie tokens of the lexer's own.
	p.tokens = slices.Concat(p.tokens[:p.i+1], []lexer.Token{rest}, p.tokens[p.i+1:])
	for k := range p.strays {
		if p.strays[k] > p.i {
			p.strays[k]++
		}
	}
	return true
}

// cutOff keeps quiet about what is missing behind the current word, which was
// reported already, if it is the last of an unfinished text.
func (p *parser) cutOff() {
	if p.failed() && p.peek(1).Type == tEOF {
		p.lastFail = p.i + 1
	}
}

// pairQuotes finds lines whose quotes do not pair up, so that what is outside
// of strings is inside and the other way round, and makes one open string of
// all from the first token that shows it to the line's end.
func (p *parser) pairQuotes() {
	isOpen := func(t lexer.Token) bool { return t.Type == tOpenString && t.Value[0] == '\'' }
	if !slices.ContainsFunc(p.tokens, isOpen) {
		return
	}
	paired := make([]lexer.Token, 0, len(p.tokens))
	moved := make([]int, len(p.tokens)) // where each token is in paired
	start := 0                          // the first token of the line in paired
	for k, t := range p.tokens {
		if n := len(paired); n > 0 && paired[n-1].Pos.Line != t.Pos.Line {
			start = n
		}
		if isOpen(t) {
			first := start + unpaired(paired[start:], t)
			for _, old := range paired[first:] {
				switch old.Type {
				case tLparen:
					p.lacking--
				case tRparen:
					p.lacking++
				}
			}
			if first < len(paired) {
				s := span(&paired[first]).Join(span(&t))
				end := t.Type
				t = paired[first]
				t.Type, t.Value = end, s.Text(p.text)
				paired = paired[:first]
			}
		}
		moved[k] = len(paired)
		paired = append(paired, t)
	}
	for k, at := range p.strays {
		p.strays[k] = moved[at]
	}
	p.tokens = paired
}

// unpaired returns the first token of a line that belongs to the string that
// open, the line's last token, was meant to be part of: len(line) if there is
// none before open.
func unpaired(line []lexer.Token, open lexer.Token) int {
	isWord := func(t *lexer.Token) bool { return isName(t.Type) || t.Type == tNumber || t.Type == tBareID }
	first := len(line)
	next := &open
	for k := len(line) - 1; k >= 0; k-- {
		t := &line[k]
		if touch := span(t).End == span(next).Start; touch && (t.Type == tString && isWord(next) || isWord(t) && isString(next.Type)) {
			first = k
		}
		next = t
	}
	if first == len(line) || line[first].Type == tString {
		return first
	}
	// The words before a quote that lacks its partner are part of the text.
	for first > 0 {
		prev := &line[first-1]
		if prev.Type != tIdent && prev.Type != tNumber || wordOperators[strings.ToUpper(prev.Value)] || word(prev) != token.NoWord {
			break
		}
		first--
	}
	return first
}

// word returns the word of the language that t spells, if any.
func word(t *lexer.Token) token.Word {
	if t.Type != tIdent {
		return token.NoWord
	}
	return token.Lookup(t.Value)
}

// isCall reports whether the current token is a name before a parenthesis.
func (p *parser) isCall() bool { return p.typ() == tIdent && p.peek(1).Type == tLparen }

// callWord returns the word of the language that is called here, if any.
func (p *parser) callWord() token.Word {
	if !p.isCall() {
		return token.NoWord
	}
	return token.Lookup(p.cur().Value)
}

func isString(t lexer.TokenType) bool {
	return t == tString || t == tOpenString || t == tWrongQuote || t == tBareID
}

func isName(t lexer.TokenType) bool { return t == tIdent || t == tWrongName }

// startsOperand reports whether an operand of a set operator starts n tokens on.
func (p *parser) startsOperand(n int) bool {
	switch t := p.peek(n); t.Type {
	case tLparen, tWrongName:
		return true
	case tIdent:
		return true
	}
	return false
}

// startsSource reports whether PROFILE(, SEGMENT( or INTERACTION( stands n tokens on.
func (p *parser) startsSource(n int) bool {
	return p.peek(n+1).Type == tLparen && word(p.peek(n)).IsSource()
}

// isSetOperator reports whether a set operator with an operand behind it
// stands n tokens on.
func (p *parser) isSetOperator(n int) bool {
	t := p.peek(n)
	if t.Type != tIdent {
		return false
	}
	w := token.Lookup(t.Value)
	return w.IsSetOperator() && p.startsGroup(n+1)
}

// startsGroup reports whether a source stands n tokens on, in parentheses or not.
func (p *parser) startsGroup(n int) bool {
	return p.startsSource(n) || p.peek(n).Type == tLparen && (p.startsSource(n+1) || p.peek(n+1).Type == tLparen)
}

// isStep reports whether a "." with the call of a step behind it stands here.
func (p *parser) isStep() bool {
	if p.typ() != tDot || p.peek(1).Type != tIdent || p.peek(2).Type != tLparen {
		return false
	}
	return true
}

// atEdge reports whether what stands here can't be within parentheses: the end,
// the next step, the next operand.
func (p *parser) atEdge() bool {
	switch p.typ() {
	case tEOF, tSemicolon:
		return true
	case tDot:
		return p.isStep()
	case tIdent:
		return p.isSetOperator(0) || p.startsSource(0)
	}
	return false
}

// startsValue reports whether a condition or value starts here.
func (p *parser) startsValue() bool {
	switch t := p.typ(); t {
	case tString, tOpenString, tWrongQuote, tBareID, tNumber, tWrongNumber, tWrongName, tLparen, tTooDeep, tBang:
		return true
	case tIdent:
		return !p.atEdge()
	}
	return false
}

// definition parses a definition.
func (p *parser) definition(d *ast.Definition) {
	start := p.start()
	if isName(p.typ()) && (p.peek(1).Type == tAssign || p.peek(1).Type == tEqual && p.startsSource(2)) {
		d.Name = p.ident()
		if p.typ() == tEqual {
			p.add(CodeWrongOperator, span(p.cur()), "a definition is written with one =, as in `Name = PROFILE(contact)`",
				[]string{"="}, fix("Replace == with =", replace(span(p.cur()), "=")))
		}
		d.Assign = p.take().Start
		if p.colon.IsValid() {
			p.add(CodeWrongOperator, p.colon, "a definition is written with =, as in `Name = PROFILE(contact)`", []string{"="}, fix("Remove the colon", replace(p.colon, "")))
		}
	}
	switch {
	case d.Name != nil:
	case p.colon.IsValid():
		d.Name = p.ident()
		p.add(CodeWrongOperator, p.colon, "a definition is written with =, as in `Name = PROFILE(contact)`", []string{"="},
			fix("Replace : with =", replace(token.Span{Start: p.end(), End: p.colon.End}, " =")))
	case p.typ() == tAssign:
		s := span(p.cur())
		p.add(CodeMissingName, token.At(s.Start), "the name of the definition is missing before =", []string{"a name"})
		d.Assign = p.take().Start
	case isName(p.typ()) && word(p.cur()) == token.NoWord && p.startsSource(1):
		d.Name = p.ident()
		p.add(CodeMissingEquals, p.here(), fmt.Sprintf("= is missing behind the name %s of the definition", d.Name.Name), []string{"="},
			fix("Insert =", insert(p.end(), " =")))
	}
	d.Query = p.query()
	if p.typ() == tSemicolon {
		d.Semicolon = p.take().Start
	}
	if p.typ() != tEOF {
		from := p.start()
		for p.typ() != tEOF {
			p.advance()
		}
		s := p.extent(from)
		p.fail(CodeUnexpected, s, fmt.Sprintf("%s has no place behind the end of a query", quote(s.Text(p.text))), nil)
	}
	d.Extent = p.extent(start)
}

// query parses operands joined by set operators, up to a ")" that closes a
// group around them, a ";" or the end.
func (p *parser) query() *ast.Query {
	q := &ast.Query{}
	if p.tooNested() {
		at := p.here()
		q.Operands = []*ast.Operand{{Base: ast.Base{Extent: at}, Source: &ast.BadSource{Base: ast.Base{Extent: at}}}}
		q.Extent = at
		return q
	}
	defer func() { p.nesting-- }()
	q.Operands = append(q.Operands, p.operand(true))
	for {
		op, ok := p.setOperator(q)
		if !ok {
			break
		}
		q.Operators = append(q.Operators, op)
		q.Operands = append(q.Operands, p.operand(false))
	}
	q.Extent = p.extent(q.Operands[0].Extent.Start)
	return q
}

// setOperator parses what stands between two operands.
func (p *parser) setOperator(q *ast.Query) (ast.SetOperator, bool) {
	for {
		t := p.cur()
		s := span(t)
		switch t.Type {
		case tEOF, tSemicolon, tRparen:
			return ast.SetOperator{}, false
		case tIdent:
			if w := token.Lookup(t.Value); w.IsSetOperator() {
				p.advance()
				if w == token.UNION && strings.EqualFold(p.cur().Value, "all") && p.startsGroup(1) {
					all := span(p.cur())
					p.add(CodeUnexpected, all, "there is no UNION ALL; a member is in a segment once", nil, fix("Remove ALL", replace(token.Span{Start: s.End, End: all.End}, "")))
					p.advance()
				}
				return ast.SetOperator{Word: w, Span: s}, true
			}
			if p.startsOperand(1) && !p.isCall() {
				if op, ok := p.wrongSetOperator(t, s); ok {
					return op, true
				}
			}
		case tAnd, tOr, tComma, tPlus, tMinus, tWrongOp:
			if p.startsGroup(1) {
				p.add(CodeMissingSetOp, s, fmt.Sprintf("segments are joined by UNION, EXCEPT or INTERSECT, not by %s", quote(t.Value)), setOperators)
				p.advance()
				return ast.SetOperator{Word: joins(t), Span: s}, true
			}
		}
		if p.startsSource(0) || t.Type == tLparen {
			p.missingSetOperator()
			return ast.SetOperator{Span: p.here()}, true
		}
		if p.typ() == tIdent && !p.isCall() && p.lastFail != p.i {
			// A name at the end of a query, or before another: an operator is
			// missing, or the name is a slip. Either way it is an operand.
			p.missingSetOperator()
			return ast.SetOperator{Span: p.here()}, true
		}
		p.junk(q)
	}
}

func (p *parser) missingSetOperator() {
	p.fail(CodeMissingSetOp, p.here(), fmt.Sprintf(
		"UNION, EXCEPT or INTERSECT is missing before %s; separate queries need names, as in `Name = PROFILE(contact)`", p.found()), setOperators)
}

// joins returns the set operator that the token of an operator is meant as.
func joins(t *lexer.Token) token.Word {
	switch t.Type {
	case tAnd:
		return token.INTERSECT
	case tMinus:
		return token.EXCEPT
	case tOr, tPlus:
		return token.UNION
	}
	return token.NoWord
}

// wrongSetOperator parses a word between two operands that is no set operator.
func (p *parser) wrongSetOperator(t *lexer.Token, s token.Span) (ast.SetOperator, bool) {
	name := strings.ToUpper(t.Value)
	if name == "MINUS" || name == "NOT" && p.startsSource(1) {
		p.add(CodeMinusForExcept, s, fmt.Sprintf("the operator for a difference is EXCEPT, not %s", quote(t.Value)),
			[]string{"EXCEPT"}, fix("Replace with EXCEPT", replace(s, "EXCEPT")))
		p.advance()
		return ast.SetOperator{Word: token.EXCEPT, Span: s}, true
	}
	var w token.Word
	switch name {
	case "AND":
		w = token.INTERSECT
	case "OR":
		w = token.UNION
	default:
		w = nearestWord(t.Value, token.Word.IsSetOperator)
	}
	if w == token.NoWord {
		return ast.SetOperator{}, false
	}
	p.add(CodeMissingSetOp, s, fmt.Sprintf("segments are joined by UNION, EXCEPT or INTERSECT, not by %s", quote(t.Value)), setOperators,
		fix("Replace with "+w.String(), replace(s, w.String())))
	p.advance()
	return ast.SetOperator{Word: w, Span: s}, true
}

// junk takes what has no place behind an operand, up to something that has.
func (p *parser) junk(q *ast.Query) {
	from, first := p.start(), p.cur()
	at := p.i
	depth := 0
	for {
		switch p.typ() {
		case tLparen:
			depth++
		case tRparen:
			depth--
		}
		p.advance()
		if p.typ() == tEOF || p.typ() == tSemicolon || p.isStep() || depth <= 0 && (p.atEdge() || p.typ() == tRparen && p.groups > 0) {
			break
		}
	}
	last := p.i
	p.i = at
	s := token.Span{Start: from, End: span(&p.tokens[last-1]).End}
	message := fmt.Sprintf("%s has no place behind an operand; expected UNION, EXCEPT, INTERSECT or a step such as .FILTER(..)", quote(s.Text(p.text)))
	if len(q.Operands) == 1 && len(q.Operands[0].Steps) == 0 {
		if _, bad := q.Operands[0].Source.(*ast.BadSource); bad {
			message = fmt.Sprintf("%s is no query; a query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", quote(s.Text(p.text)))
		}
	}
	if first.Type == tDot {
		message = fmt.Sprintf("the name of a step is missing behind the dot, as in .FILTER(..), but %s stands there", quote(s.Text(p.text)))
	}
	p.fail(CodeUnexpected, s, message, nil)
	p.i = last
}

// operand parses a source and its steps. isFirst tells that it is the first of
// its query.
func (p *parser) operand(isFirst bool) *ast.Operand {
	o := &ast.Operand{}
	start := p.start()
	o.Source = p.source()
	if s := o.Source.Span(); s.Len() == 0 {
		start = s.Start
	}
	for {
		switch {
		case p.typ() == tDot:
			if s := p.step(); s != nil {
				o.Steps = append(o.Steps, s)
				continue
			}
		case p.typ() == tRparen && p.groups == 0:
			p.spareParens()
			continue
		case p.callWord().IsStep():
			w := p.callWord()
			p.fail(CodeMissingDot, p.here(), fmt.Sprintf("a dot is missing before %s", w), []string{"." + w.String() + "(..)"},
				fix("Insert a dot", insert(p.end(), ".")))
			o.Steps = append(o.Steps, p.stepCall(token.NoPos, w))
			continue
		}
		break
	}
	o.Extent = p.extent(start)
	p.havingBeforeFilter(o)
	p.methodSetOperators(o, isFirst)
	return o
}

// spareParens takes closing parentheses that close nothing.
func (p *parser) spareParens() {
	from, at := p.start(), p.i
	sign := p.cur().Value // a ] or } where brackets of another kind were taken for parentheses
	n := 0
	for p.typ() == tRparen {
		p.advance()
		n++
	}
	s := p.extent(from)
	next := p.i
	p.i = at
	p.fail(CodeSpareParen, s, plural(n, "this "+sign+" closes nothing; remove it", "these %d ) close nothing; remove them"), nil,
		fix(plural(n, "Remove the "+sign, "Remove the %d )"), replace(s, "")))
	p.i = next
	p.lacking += n
}

// havingBeforeFilter reports a HAVING that stands before the FILTER of an
// interaction.
func (p *parser) havingBeforeFilter(o *ast.Operand) {
	if _, ok := o.Source.(*ast.Interaction); !ok {
		return
	}
	var having *ast.Having
	for _, s := range o.Steps {
		switch s := s.(type) {
		case *ast.Having:
			having = s
		case *ast.Filter:
			if having == nil {
				continue
			}
			p.add(CodeHavingBeforeFilter, s.Extent, "FILTER must stand before HAVING, since the events are filtered, then counted; swap the two",
				nil, fix("Swap HAVING and FILTER",
					replace(having.Extent, s.Extent.Text(p.text)), replace(s.Extent, having.Extent.Text(p.text))))
			return
		}
	}
}

// methodSetOperators reports set operators written as steps. As operators
// they bind less, so there is a fix only where nothing stands on their left
// or behind them that would be bound otherwise.
func (p *parser) methodSetOperators(o *ast.Operand, isFirst bool) {
	last := len(o.Steps) // from here on there are no others
	for last > 0 {
		if _, ok := o.Steps[last-1].(*ast.SetStep); !ok {
			break
		}
		last--
	}
	var edits []token.Edit
	ok := isFirst
	for _, s := range o.Steps[last:] {
		e, hasFix := p.infix(s.(*ast.SetStep))
		edits = append(edits, e...)
		ok = ok && hasFix
	}
	for k, s := range o.Steps {
		step, isSet := s.(*ast.SetStep)
		if !isSet || k > last {
			continue // a row of them is one mistake
		}
		var fixes []token.Fix
		if ok && k == last {
			fixes = append(fixes, fix("Write it as an operator", edits...))
		}
		p.add(CodeMethodSetOp, step.WordSpan, fmt.Sprintf("%s is no step; it stands between two operands, as in `SEGMENT(A) %s SEGMENT(B)`", step.Word, step.Word), nil, fixes...)
	}
}

// infix returns the edits that make an operator of a step.
func (p *parser) infix(s *ast.SetStep) ([]token.Edit, bool) {
	if s.Query == nil || !s.Dot.IsValid() || !s.Rparen.IsValid() {
		return nil, false
	}
	open := replace(token.Span{Start: s.Dot, End: s.Lparen + 1}, fmt.Sprintf(" %s ", s.Word))
	closing := replace(token.Span{Start: s.Rparen, End: s.Rparen + 1}, "")
	if len(s.Query.Operands) > 1 {
		open.New, closing.New = open.New+"(", ")"
	}
	edits := []token.Edit{open}
	for _, o := range s.Query.Operands {
		switch source := o.Source.(type) {
		case *ast.NameRef:
			edits = append(edits, insert(source.Extent.Start, "SEGMENT("), insert(source.Extent.End, ")"))
		case *ast.BadSource:
			return nil, false
		}
	}
	return append(edits, closing), true
}

// source parses what an operand starts with.
func (p *parser) source() ast.Source {
	t := p.cur()
	s := span(t)
	switch t.Type {
	case tLparen:
		return p.parenQuery()
	case tTooDeep:
		p.tooDeep()
		return &ast.BadSource{Base: ast.Base{Extent: s}}
	case tIdent, tWrongName:
		if p.isCall() {
			return p.sourceCall(t, s)
		}
		if p.peek(1).Type == tTooDeep {
			p.advance()
			p.tooDeep()
			return &ast.BadSource{Base: ast.Base{Extent: p.extent(s.Start)}}
		}
		if p.peek(1).Type != tDot && p.split(token.Word.IsSource) {
			t = p.cur()
			s = span(t)
		}
		if w := word(t); w.IsSource() && (isName(p.peek(1).Type) && !p.isSetOperator(1) || isString(p.peek(1).Type)) {
			return p.sourceCall(t, s) // the ( is missing
		} else if w.IsSource() {
			p.fail(CodeMissingParen, s, fmt.Sprintf("%s lacks its parentheses, as in %s", w, quote(sourceForm(w))), []string{sourceForm(w)})
			p.advance()
			return &ast.BadSource{Base: ast.Base{Extent: s}}
		}
		if p.isSetOperator(0) {
			break
		}
		if word(t) == token.SELECT && isName(p.peek(1).Type) { // SQL
			p.junkSource()
			return &ast.BadSource{Base: ast.Base{Extent: p.extent(s.Start)}}
		}
		if word(t) == token.NOT && p.startsSource(1) {
			p.fail(CodeMissingQuery, s, "NOT stands before a condition; rows are left out by EXCEPT, as in PROFILE(contact) EXCEPT SEGMENT(name)", sources)
			p.advance()
			return p.source()
		}
		if next := p.peek(1).Type; next == tEOF || next == tSemicolon || next == tRparen || next == tDot || isName(next) || next == tLparen || next == tComma {
			return p.nameRef()
		}
		p.junkSource()
		return &ast.BadSource{Base: ast.Base{Extent: p.extent(s.Start)}}
	case tDot, tEOF, tSemicolon, tRparen:
	default:
		p.junkSource()
		return &ast.BadSource{Base: ast.Base{Extent: p.extent(s.Start)}}
	}
	p.missingSource()
	at := p.here()
	if p.i == 0 {
		at = token.At(p.start())
	}
	return &ast.BadSource{Base: ast.Base{Extent: at}}
}

func sourceForm(w token.Word) string {
	switch w {
	case token.PROFILE:
		return "PROFILE(contact)"
	case token.SEGMENT:
		return "SEGMENT(name)"
	}
	return "INTERACTION(event, link)"
}

func (p *parser) missingSource() {
	at := p.here()
	message := "a query is missing"
	if p.i > 0 {
		message += " behind " + quote(p.tokens[p.i-1].Value)
	}
	if p.typ() != tEOF {
		message += " before " + p.found()
	}
	p.fail(CodeMissingQuery, at, message+"; it starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", sources)
}

// junkSource takes text where a source must stand, up to something that can
// follow it.
func (p *parser) junkSource() {
	from, at := p.start(), p.i
	depth := 0
	for p.typ() != tEOF && p.typ() != tSemicolon {
		if depth <= 0 && p.i > at && (p.atEdge() || p.typ() == tRparen) || p.i > at && p.isStep() {
			break
		}
		switch p.typ() {
		case tLparen:
			depth++
		case tRparen:
			depth--
		}
		p.advance()
	}
	last := p.i
	s := p.extent(from)
	p.i = at
	p.fail(CodeMissingQuery, s, fmt.Sprintf("%s is no query; a query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", quote(s.Text(p.text))), sources)
	p.i = last
}

// nameRef parses a bare name as an operand.
func (p *parser) nameRef() ast.Source {
	isKnown := p.failed() // an operator is missing before it, and more
	n := p.ident()
	s := n.Extent
	if isKnown {
		return &ast.NameRef{Base: ast.Base{Extent: s}, Name: n}
	}
	message := fmt.Sprintf("%s is a bare name; a segment is referred to by SEGMENT(%s)", quote(n.Name), n.Name)
	if w := nearestWord(n.Name, token.Word.IsSource); w != token.NoWord {
		message = fmt.Sprintf("%s is a bare name; did you mean %s? A segment is referred to by SEGMENT(%s)", quote(n.Name), sourceForm(w), n.Name)
	}
	at := p.lastError
	p.add(CodeBareSegmentName, s, message, sources, fix(fmt.Sprintf("Write SEGMENT(%s)", n.Name), replace(s, "SEGMENT("+n.Name+")")))
	p.lastError = at // the text goes on as if it were right
	return &ast.NameRef{Base: ast.Base{Extent: s}, Name: n}
}

// parenQuery parses a query in parentheses.
func (p *parser) parenQuery() ast.Source {
	q := &ast.ParenQuery{Lparen: p.start(), Rparen: token.NoPos}
	p.advance()
	p.groups++
	q.Query = p.query()
	p.groups--
	if p.typ() == tRparen {
		q.Rparen = p.take().Start
	} else {
		p.missingClose("(", q.Lparen)
	}
	q.Extent = p.extent(q.Lparen)
	return q
}

// sourceCall parses PROFILE(..), SEGMENT(..) or INTERACTION(..).
func (p *parser) sourceCall(t *lexer.Token, s token.Span) ast.Source {
	w := word(t)
	if !w.IsSource() {
		if w.IsStep() {
			// The step is parsed as one that lacks its dot.
			p.fail(CodeMissingQuery, token.At(s.Start), fmt.Sprintf("%s is a step; it stands behind PROFILE(..), SEGMENT(..) or INTERACTION(..)", w), sources)
			return &ast.BadSource{Base: ast.Base{Extent: token.At(s.Start)}}
		}
		w = nearestWord(t.Value, token.Word.IsSource)
		if w == token.NoWord {
			p.junkSource()
			return &ast.BadSource{Base: ast.Base{Extent: p.extent(s.Start)}}
		}
		p.add(CodeUnknownSource, s, fmt.Sprintf("no query starts with %s; did you mean %s?", quote(t.Value), w), sources,
			fix("Replace with "+w.String(), replace(s, w.String())))
	}
	switch w {
	case token.PROFILE:
		n := &ast.Profile{}
		if p.open(&n.Call, w) {
			n.Table = p.name(&n.Call, "the logical name of a table, such as contact")
			if p.comma(&n.Call) {
				n.Alias = p.alias(&n.Call)
			}
		}
		p.close(&n.Call, s.Start)
		return n
	case token.SEGMENT:
		n := &ast.Segment{}
		if p.open(&n.Call, w) {
			n.Name = p.name(&n.Call, "the name of a segment")
			p.nameWithBlanks(n.Name)
		}
		p.close(&n.Call, s.Start)
		return n
	default:
		n := &ast.Interaction{}
		if p.open(&n.Call, w) {
			n.Event = p.name(&n.Call, "the name of an event, such as EmailOpened")
			if p.nextArg(&n.Call, "its second argument, the link of the event to its contact or lead, such as EmailOpened_ContactLink") {
				n.Link = p.name(&n.Call, "the link of the event to its contact or lead")
			}
		}
		p.close(&n.Call, s.Start)
		return n
	}
}

// nameWithBlanks takes the rest of a name of several words that lacks its
// quotes.
func (p *parser) nameWithBlanks(name *ast.Ident) {
	const maxWords = 20
	if name == nil || name.Quoted || p.failed() {
		return
	}
	k := 0
	for k < maxWords && (p.peek(k).Type == tIdent || p.peek(k).Type == tNumber) && p.isInLine(k) {
		k++
	}
	if k == 0 || p.peek(k).Type != tRparen {
		return
	}
	for range k {
		p.advance()
	}
	name.Extent = p.extent(name.Extent.Start)
	name.Name = name.Extent.Text(p.text)
	p.add(CodeUnquotedText, name.Extent, fmt.Sprintf("a name with blanks is written in quotes, as in SEGMENT('%s')", name.Name), []string{"a string"},
		fix("Put it in quotes", replace(name.Extent, quoted(name.Name))))
}

// step parses a step behind its dot. It returns nil, with nothing taken, if
// what follows the dot is no step at all.
func (p *parser) step() ast.Step {
	dot := p.start()
	for p.peek(1).Type == tDot {
		p.advance()
		p.fail(CodeSpareDot, span(p.cur()), "this dot is one too many; remove it", nil, fix("Remove the dot", replace(span(p.cur()), "")))
	}
	name := p.peek(1)
	isOperator := word(name).IsSetOperator() && p.peek(2).Type != tLparen
	if name.Type != tIdent && name.Type != tWrongName || isOperator {
		// The text behind the dot is left to what can make sense of it.
		p.advance()
		p.fail(CodeMissingStep, token.At(dot+1), fmt.Sprintf("the name of a step is missing behind the dot, as in .FILTER(..), but %s stands there", p.found()),
			[]string{"FILTER(..)", "TRAVERSE(..)", "RELATE(..)", "HAVING(..)"})
		return &ast.BadStep{Base: ast.Base{Extent: token.Span{Start: dot, End: dot + 1}}, Dot: dot}
	}
	p.advance()
	w := word(p.cur())
	if w.IsSetOperator() {
		return p.setStep(dot, w)
	}
	if !w.IsStep() {
		return p.unknownStep(dot)
	}
	return p.stepCall(dot, w)
}

// setStep parses a set operator in the form of a step; operand reports it.
func (p *parser) setStep(dot token.Pos, w token.Word) ast.Step {
	n := &ast.SetStep{}
	n.Dot = dot
	if p.open(&n.Call, w) {
		if p.typ() == tRparen {
			p.fail(CodeMissingArgument, p.here(), fmt.Sprintf("%s lacks a segment", w), sources)
		} else {
			p.groups++
			from := len(p.errors)
			n.Query = p.query()
			// The step as a whole is the mistake, not the bare name in it.
			kept := slices.DeleteFunc(p.errors[from:], func(e *ast.Error) bool { return e.Code == CodeBareSegmentName })
			p.errors = p.errors[:from+len(kept)]
			p.groups--
		}
	}
	p.close(&n.Call, dot)
	return n
}

// otherSteps are names that users of other languages look for.
var otherSteps = map[string]token.Word{
	"WHERE": token.FILTER, "CONDITION": token.FILTER,
	"JOIN": token.TRAVERSE, "EXPAND": token.TRAVERSE, "LINK": token.TRAVERSE,
	"LEFTJOIN": token.RELATEOPTIONAL,
	"ORDER":    token.ORDERBY, "SORT": token.ORDERBY, "SORTBY": token.ORDERBY, "ORDER_BY": token.ORDERBY,
	"OFFSET": token.SKIP, "LIMIT": token.TAKE, "TOP": token.TAKE, "FIRST": token.TAKE, "COLUMNS": token.SELECT,
}

// unknownStep parses a step that the language does not have.
func (p *parser) unknownStep(dot token.Pos) ast.Step {
	if p.split(token.Word.IsStep) {
		return p.stepCall(dot, word(p.cur()))
	}
	t := p.cur()
	s := span(t)
	if next := p.peek(1); strings.EqualFold(t.Value, "order") && strings.EqualFold(next.Value, "by") && next.Type == tIdent {
		return p.orderBy(dot)
	}
	w, isOther := otherSteps[strings.ToUpper(t.Value)]
	if !isOther {
		w = nearestWord(t.Value, token.Word.IsStep)
	}
	if w != token.NoWord {
		if p.peek(1).Type == tLparen || !isOther {
			p.fail(CodeUnknownStep, s, fmt.Sprintf("there is no step %s; did you mean %s?", quote(t.Value), w),
				[]string{w.String() + "(..)"}, fix("Replace with "+w.String(), replace(s, w.String())))
			p.cutOff()
			return p.stepCall(dot, w)
		}
	}
	p.fail(CodeUnknownStep, s, fmt.Sprintf("there is no step %s; the steps are FILTER, TRAVERSE, RELATE, RELATEOPTIONAL, HAVING, DISTINCT, ORDERBY, SKIP, TAKE and SELECT", quote(t.Value)),
		[]string{"FILTER(..)", "TRAVERSE(..)", "RELATE(..)", "HAVING(..)"})
	n := &ast.BadStep{Dot: dot, Name: p.ident()}
	if p.typ() == tLparen {
		n.Args = p.anyArgs()
	}
	n.Extent = p.extent(dot)
	return n
}

// orderBy parses ORDER BY, which SQL writes in two words and without
// parentheses.
func (p *parser) orderBy(dot token.Pos) ast.Step {
	s := p.take().Join(span(p.cur()))
	edits := []token.Edit{replace(s, token.ORDERBY.String())}
	from := len(p.errors)
	noted := p.add(CodeUnknownStep, s, "the step is written in one word, as in .ORDERBY(fullname)", []string{"ORDERBY(..)"})
	lacksParens := p.peek(1).Type != tLparen
	if lacksParens {
		p.lastFail = p.i + 1 // they are part of this mistake
	}
	x := p.stepCall(dot, token.ORDERBY)
	if lacksParens {
		edits[0] = replace(token.Span{Start: s.Start, End: min(s.End+1, p.end())}, token.ORDERBY.String()+"(")
		edits = append(edits, insert(p.end(), ")"))
	}
	if noted && len(p.errors) == from+1 && p.end() > s.End {
		p.errors[from].Fixes = []token.Fix{fix("Write ORDERBY(..)", edits...)}
	}
	return x
}

// stepCall parses the step w, whose name is the current token.
func (p *parser) stepCall(dot token.Pos, w token.Word) ast.Step {
	start := dot
	if !dot.IsValid() {
		start = p.start()
	}
	switch w {
	case token.FILTER:
		return p.filter(dot)
	case token.TRAVERSE:
		n := &ast.Traverse{}
		n.Dot = dot
		if p.open(&n.Call, w) {
			n.Relationship = p.name(&n.Call, "the name of a relationship")
			if p.comma(&n.Call) {
				if p.callWord() != token.FILTER {
					n.Alias = p.alias(&n.Call)
				}
				if n.Alias == nil || p.comma(&n.Call) {
					switch {
					case p.callWord() == token.FILTER:
						n.Filter = p.filter(token.NoPos)
					case n.Alias != nil:
						p.fail(CodeUnexpected, span(p.cur()), fmt.Sprintf("the last argument of TRAVERSE is FILTER(..), but %s stands there", p.found()), []string{"FILTER(..)"})
					}
				}
			}
		}
		p.close(&n.Call, start)
		return n
	case token.RELATE, token.RELATEOPTIONAL:
		return p.relate(dot, w)
	case token.HAVING:
		return p.having(dot)
	case token.DISTINCT:
		n := &ast.Distinct{}
		n.Dot = dot
		p.openEmpty(&n.Call, w)
		p.close(&n.Call, start)
		return n
	case token.ORDERBY:
		n := &ast.OrderBy{}
		n.Dot = dot
		if p.open(&n.Call, w) {
			for {
				n.Items = append(n.Items, p.orderItem(&n.Call))
				if !p.comma(&n.Call) {
					break
				}
			}
		}
		p.close(&n.Call, start)
		return n
	case token.SELECT:
		n := &ast.Select{}
		n.Dot = dot
		if p.open(&n.Call, w) {
			for {
				n.Columns = append(n.Columns, p.column(&n.Call))
				if !p.comma(&n.Call) {
					break
				}
			}
		}
		p.close(&n.Call, start)
		return n
	case token.SKIP:
		n := &ast.Skip{}
		n.Dot = dot
		if p.open(&n.Call, w) {
			n.Count = p.number(&n.Call, "the number of rows to leave out")
		}
		p.close(&n.Call, start)
		return n
	default:
		n := &ast.Take{}
		n.Dot = dot
		if p.open(&n.Call, w) {
			n.Count = p.number(&n.Call, "the number of rows to take")
		}
		p.close(&n.Call, start)
		return n
	}
}

// filter parses FILTER(condition).
func (p *parser) filter(dot token.Pos) *ast.Filter {
	n := &ast.Filter{}
	n.Dot = dot
	start := dot
	if !dot.IsValid() {
		start = p.start()
	}
	if p.open(&n.Call, token.FILTER) {
		n.Cond = p.condition("FILTER")
	}
	p.close(&n.Call, start)
	return n
}

// relate parses RELATE(..) or RELATEOPTIONAL(..).
func (p *parser) relate(dot token.Pos, w token.Word) *ast.Relate {
	n := &ast.Relate{}
	n.Dot = dot
	start := dot
	if !dot.IsValid() {
		start = p.start()
	}
	if p.open(&n.Call, w) {
		n.Relationship = p.name(&n.Call, "the name of a relationship")
		if p.nextArg(&n.Call, "its second argument, the alias of the related row, such as account_1") {
			n.Alias = p.alias(&n.Call)
			if p.comma(&n.Call) {
				if inner := p.callWord(); inner == token.RELATE || inner == token.RELATEOPTIONAL {
					n.Relate = p.relate(token.NoPos, inner)
				} else {
					p.fail(CodeUnexpected, span(p.cur()), fmt.Sprintf("the last argument of %s is RELATE(..) or RELATEOPTIONAL(..), but %s stands there", w, p.found()), []string{"RELATE(..)", "RELATEOPTIONAL(..)"})
				}
			}
		}
	}
	p.close(&n.Call, start)
	return n
}

// having parses HAVING(aggregate cmp number[, window]).
func (p *parser) having(dot token.Pos) *ast.Having {
	n := &ast.Having{}
	n.Dot, n.OpSpan = dot, token.NoSpan
	start := dot
	if !dot.IsValid() {
		start = p.start()
	}
	if p.open(&n.Call, token.HAVING) {
		n.Aggregate = p.aggregate()
		n.Op, n.OpSpan = p.comparisonOp()
		if n.Op == token.NoOp {
			n.OpSpan = p.here()
			p.fail(CodeMissingComparison, n.OpSpan, fmt.Sprintf("a comparison is missing before %s; HAVING compares, as in HAVING(COUNT() > 0)", p.found()), comparisons[:6])
		}
		n.Value = p.number(&n.Call, "the number to compare with")
		if p.comma(&n.Call) {
			n.Window = p.window()
		}
	}
	p.close(&n.Call, start)
	return n
}

// otherAggregates are names that users of other languages look for.
var otherAggregates = map[string]token.Word{
	"AVERAGE": token.AVG, "MEAN": token.AVG, "TOTAL": token.SUM, "MINIMUM": token.MIN, "MAXIMUM": token.MAX, "COUNTIF": token.COUNT,
}

// aggregate parses COUNT(), or SUM, AVG, MIN or MAX(column).
func (p *parser) aggregate() *ast.Aggregate {
	t := p.cur()
	w := word(t)
	if !w.IsAggregate() {
		if t.Type != tIdent {
			p.fail(CodeMissingArgument, p.here(), "HAVING lacks its aggregate, such as COUNT()", []string{"COUNT()", "SUM(..)", "AVG(..)", "MIN(..)", "MAX(..)"})
			return nil
		}
		var ok bool
		if w, ok = otherAggregates[strings.ToUpper(t.Value)]; !ok {
			w = nearestWord(t.Value, token.Word.IsAggregate)
		}
		message := fmt.Sprintf("HAVING has no aggregate %s; it takes COUNT(), SUM(..), AVG(..), MIN(..) or MAX(..)", quote(t.Value))
		expected := []string{"COUNT()", "SUM(..)", "AVG(..)", "MIN(..)", "MAX(..)"}
		if w == token.NoWord {
			p.fail(CodeUnknownFunction, span(t), message, expected)
			p.cutOff()
			p.advance()
			if p.typ() == tLparen {
				p.anyArgs()
			}
			return nil
		}
		p.fail(CodeUnknownFunction, span(t), message+"; did you mean "+w.String()+"?", expected, fix("Replace with "+w.String(), replace(span(t), w.String())))
	}
	p.cutOff()
	n := &ast.Aggregate{}
	start := p.start()
	if w == token.COUNT {
		p.openEmpty(&n.Call, w)
	} else if p.open(&n.Call, w) {
		n.Column = p.column(&n.Call)
	}
	p.close(&n.Call, start)
	return n
}

var windows = []string{"UTCMINUTES(..)", "UTCHOURS(..)", "UTCDAYS(..)", "UTCWEEKS(..)", "UTCMONTHS(..)", "UTCYEARS(..)"}

// window parses UTCDAYS(number) and the like.
func (p *parser) window() *ast.Window {
	p.split(token.Word.IsWindow)
	t := p.cur()
	w := word(t)
	if !w.IsWindow() {
		message := fmt.Sprintf("the last argument of HAVING is a window such as UTCDAYS(7), but %s stands there", p.found())
		if t.Type != tIdent {
			p.fail(CodeMissingArgument, p.here(), message, windows)
			return nil
		}
		w = token.Lookup("UTC" + strings.ToUpper(t.Value))
		if w == token.NoWord {
			w = token.Lookup("UTC" + strings.ToUpper(t.Value) + "S")
		}
		if w == token.NoWord {
			w = nearestWord(t.Value, token.Word.IsWindow)
		}
		if w == token.NoWord {
			p.fail(CodeUnknownFunction, span(t), message, windows)
			p.cutOff()
			p.advance()
			if p.typ() == tLparen {
				p.anyArgs()
			}
			return nil
		}
		p.fail(CodeUnknownFunction, span(t), message+"; did you mean "+w.String()+"?", windows, fix("Replace with "+w.String(), replace(span(t), w.String())))
	}
	p.cutOff()
	n := &ast.Window{}
	start := p.start()
	if p.open(&n.Call, w) {
		n.Count = p.number(&n.Call, "how many of them the window spans")
	}
	p.close(&n.Call, start)
	return n
}

// orderItem parses a column of ORDERBY and its direction.
func (p *parser) orderItem(c *ast.Call) *ast.OrderItem {
	n := &ast.OrderItem{DirectionSpan: token.NoSpan}
	start := p.start()
	n.Column = p.column(c)
	if p.typ() == tIdent {
		w := word(p.cur())
		if w != token.ASC && w != token.DESC {
			switch strings.ToUpper(p.cur().Value) {
			case "ASCENDING":
				w = token.ASC
			case "DESCENDING":
				w = token.DESC
			default:
				w = token.NoWord
			}
			if w != token.NoWord {
				s := span(p.cur())
				p.add(CodeUnknownOperator, s, fmt.Sprintf("the direction is written %s", w), []string{"ASC", "DESC"}, fix("Replace with "+w.String(), replace(s, w.String())))
			}
		}
		if w != token.NoWord {
			n.Direction, n.DirectionSpan = w, p.take()
		}
	}
	n.Extent = p.extent(min(start, n.Column.Span().Start))
	return n
}
