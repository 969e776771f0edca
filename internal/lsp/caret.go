package lsp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"segql/lang/token"
)

// caret is what the text of a definition before a caret says of it. It is
// found in the text alone, since a text that is being written has a tree that
// is good for what is there, not for what comes next. One pass over the text
// finds it; offsets count from the text's start.
type caret struct {
	// comment is what stands in an open comment before the caret, and quoted
	// what stands in an open string. At most one is not empty: both start with
	// their marks.
	comment, quoted string
	prefix          string // the part of a word or number before the caret
	start           int    // of prefix, or of quoted
	end             int    // of the word, number, string or operator that the caret is in, behind or directly before
	follows         byte   // what stands behind that, blanks aside; 0 at the end of the text
	// dotted tells that a dot stands before prefix, and qualifier which name
	// stands before the dot; empty if none does.
	dotted    bool
	qualifier string
	// signed tells that a minus stands there that belongs to a number.
	signed bool
	// frames are the parentheses and brackets that are open, the innermost
	// last. The first is the definition itself.
	frames []frame
}

// top returns the innermost frame.
func (c *caret) top() *frame { return &c.frames[len(c.frames)-1] }

// frame is what is open: a call, a parenthesis, or a bracket.
type frame struct {
	word     token.Word // what is called, NoWord for parentheses and brackets
	start    int        // of what is called, or of the parenthesis
	isQuery  bool       // operands and set operators stand within
	isList   bool       // a bracket
	argument int        // which one the caret is in, from 0
	first    string     // the name that stands as argument 0
	inCall   token.Word // what the current argument calls, when a name was expected

	// Of a query: what comes next, and behind which operand.
	state  queryState
	begun  bool // it can't be the name of a definition
	source token.Word
	steps  uint64 // those it has, a bit each

	// Of conditions and values: what comes next, and behind what.
	expects   expectation
	compared  bool    // an operator of comparison stands in the condition
	isSum     bool    // an operator of arithmetic stands in the value
	op        string  // that one
	left      operand // of it
	last      operand // the operand before the caret
	lastAt    int     // where that starts
	lastStart int     // where the comparison starts
	listed    []string
}

// has reports whether the operand has a step.
func (f *frame) has(w token.Word) bool { return f.steps&(1<<w) != 0 }

type queryState uint8

const (
	wantSource    queryState = iota
	behindName               // of a definition, or of a segment where SEGMENT is missing
	behindOperand            // a set operator or step may follow
)

type expectation uint8

const (
	wantOperand     expectation = iota
	behindValue                 // an operator may follow
	behindCondition             // what stands is a whole condition
	wantText                    // behind CONTAINS and the like
	wantBracket                 // behind IN
)

// operand is a column, a literal or a function of a condition.
type operand struct {
	qualifier, name string     // of a column
	word            token.Word // of a function
	literal         string     // as it is written
	isSum           bool       // something is calculated
}

// maxFrames is how many parentheses are told apart, as many as the parser
// takes; what is open within those is passed over.
const maxFrames = 1000

// caretAt reads the text of a definition up to a caret.
func caretAt(text string, at int) caret {
	r := caretReader{caret: caret{frames: []frame{{isQuery: true}}}}
	r.read(text, at)
	return r.caret
}

// caretReader goes through the tokens before a caret.
type caretReader struct {
	caret
	word     string // the last token, if it is a word
	wordAt   int
	callable bool // a parenthesis behind it makes it a call
	dot      bool // the last token is a dot
	before   string
	skipped  int // parentheses beyond maxFrames that are open
}

// read takes in all tokens that end before the caret.
func (r *caretReader) read(text string, at int) {
	for i := 0; i < at; {
		from := i
		b := text[i]
		switch {
		case b == '/' && strings.HasPrefix(text[i:], "//"):
			n := strings.IndexAny(text[i:], "\r\n")
			if n < 0 || i+n >= at {
				r.start, r.end, r.comment = at, at, text[from:at]
				return
			}
			i += n
			continue
		case b == '/' && strings.HasPrefix(text[i:], "/*"):
			n := strings.Index(text[i+2:], "*/")
			if n < 0 || i+n+4 > at {
				r.start, r.end, r.comment = at, at, text[from:at]
				return
			}
			i += n + 4
			continue
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			i++
			continue
		case b == '\'' || b == '"':
			end, isClosed := stringEnd(text, from)
			if i = end; i > at || i == at && !isClosed {
				if !isClosed {
					i = at // what follows on the line need not be part of it
				}
				r.start, r.end, r.quoted = from, i, text[from:at]
				r.follows = following(text[i:])
				return
			}
			r.literal(text[from:i], from)
			continue
		case wordLetter(text[i:]) > 0:
			i = wordEnd(text, from)
			if i >= at {
				r.start, r.end, r.prefix = from, i, text[from:at]
				r.dotted, r.qualifier = r.dot, r.before
				r.follows = following(text[i:])
				return
			}
			if isDigit(b) {
				r.literal(text[from:i], from)
			} else {
				r.takeWord(text[from:i], from)
			}
			continue
		}
		i++
		if i < len(text) && isPair(text[from:i+1]) {
			i++
		}
		if i >= at && r.isBegun(text[from:at]) {
			r.start, r.end, r.prefix = from, i, text[from:at]
			r.follows = following(text[i:])
			return
		}
		r.symbol(text[from:min(i, at)], from)
	}
	r.start, r.end = at, at+r.nextLen(text[at:])
	r.follows = following(text[r.end:])
	r.dotted, r.qualifier = r.dot, r.before
}

// isBegun reports whether text is what an operator starts with that may stand
// there, and none by itself.
func (r *caretReader) isBegun(text string) bool {
	f := r.top()
	switch text {
	case "=", "!":
		return !f.isQuery && f.expects == behindValue && !f.compared
	case "&", "|":
		return !f.isQuery && (f.expects == behindCondition || f.expects == behindValue && f.compared)
	}
	return false
}

// nextLen returns the length of what starts at the caret and would run into
// what is put in front of it, or stand there twice: a word or literal where an
// operand is wanted, else an operator of the kind that is wanted.
func (r *caretReader) nextLen(text string) int {
	if text == "" {
		return 0
	}
	f := r.top()
	isOperator := f.expects != wantOperand
	if f.isQuery {
		isOperator = f.state != wantSource
	}
	switch b := text[0]; {
	case isOperator && !r.dot:
		return f.operatorLen(text)
	case wordLetter(text) > 0:
		return wordEnd(text, 0)
	case b == '-' && len(text) > 1 && isDigit(text[1]):
		return wordEnd(text, 1)
	case b == '\'' || b == '"':
		if end, isClosed := stringEnd(text, 0); isClosed {
			return end
		}
	}
	return 0
}

// operatorLen returns the length of the operator that text starts with, 0 if it
// starts with none of those that may stand there.
func (f *frame) operatorLen(text string) int {
	joins := f.expects == behindCondition || f.compared
	if wordLetter(text) > 0 {
		end, fits := wordEnd(text, 0), false
		switch w := token.Lookup(text[:end]); {
		case f.isQuery:
			fits = w.IsSetOperator()
		case w == token.AND || w == token.OR:
			fits = joins
		case w == token.IN || w == token.CONTAINS || w == token.STARTSWITH || w == token.ENDSWITH || w == token.ASC || w == token.DESC:
			fits = !joins
		}
		if fits {
			return end
		}
		return 0
	}
	pair := text[:min(2, len(text))]
	switch {
	case f.isQuery || pair == "//" || pair == "/*":
	case f.expects == wantBracket:
		if text[0] == '[' {
			return 1
		}
	case pair == "&&" || pair == "||":
		if joins {
			return 2
		}
	case strings.IndexByte("+-*/", text[0]) >= 0:
		return 1
	case joins:
	case isPair(pair):
		return 2
	case strings.IndexByte("<>=", text[0]) >= 0:
		return 1
	}
	return 0
}

// following returns the first character of text that is no blank.
func following(text string) byte {
	for i := range len(text) {
		switch text[i] {
		case ' ', '\t', '\r', '\n':
		default:
			return text[i]
		}
	}
	return 0
}

// literal takes in a string or number.
func (r *caretReader) literal(text string, at int) {
	f := r.top()
	r.word, r.callable, r.dot, r.before, r.signed = "", false, false, "", false
	if f.isList {
		f.listed = append(f.listed, text)
	}
	if f.argument == 0 && f.first == "" {
		f.first = strings.Trim(text, `'"`)
	}
	f.take(operand{literal: text}, at)
}

// take takes in an operand of a condition.
func (f *frame) take(x operand, at int) {
	if f.isQuery {
		return
	}
	if f.expects == wantOperand {
		f.lastAt = at
		if !f.compared && f.lastStart < 0 {
			f.lastStart = at
		}
	}
	f.last = x
	f.expects = behindValue
}

// takeWord takes in a word.
func (r *caretReader) takeWord(text string, at int) {
	f := r.top()
	isMember := r.dot
	qualifier := r.before
	r.word, r.wordAt, r.callable, r.dot, r.before = text, at, true, false, ""
	r.signed = false
	w := token.Lookup(text)
	switch {
	case f.isQuery && isMember:
	case f.isQuery && w.IsSetOperator() && f.state != wantSource:
		r.callable = false
		f.next()
	case f.isQuery:
		f.state = behindName
	case f.isList:
		f.listed = append(f.listed, text)
		f.take(operand{name: text}, at)
	case isMember && f.expects != wantOperand:
		f.last.qualifier, f.last.name = qualifier, text
	case f.expects == wantOperand:
		if f.argument == 0 && f.first == "" {
			f.first = text
		}
		x := operand{name: text}
		if (w == token.TRUE || w == token.FALSE) && !isMember {
			x = operand{literal: text}
		}
		f.take(x, at)
	case w == token.AND || w == token.OR:
		r.callable = false
		f.reset()
	case w == token.CONTAINS || w == token.STARTSWITH || w == token.ENDSWITH:
		r.callable = false
		f.compare(w.String())
		f.expects = wantText
	case w == token.ASC || w == token.DESC:
		f.expects = behindCondition
	case w == token.IN:
		r.callable = false
		f.compare(w.String())
		f.expects = wantBracket
	}
}

// reset begins another condition or argument.
func (f *frame) reset() {
	f.expects, f.compared, f.isSum, f.op, f.left, f.last, f.lastStart = wantOperand, false, false, "", operand{}, operand{}, -1
}

// next begins another operand.
func (f *frame) next() {
	f.state, f.begun, f.source, f.steps = wantSource, true, token.NoWord, 0
}

// value returns what the value before the caret comes to.
func (f *frame) value() operand {
	if f.isSum {
		return operand{isSum: true}
	}
	return f.last
}

// compare takes in an operator of comparison.
func (f *frame) compare(op string) {
	f.left, f.last, f.op, f.compared, f.isSum = f.value(), operand{}, op, true, false
	f.expects = wantOperand
}

// symbol takes in a token that is no word or literal.
func (r *caretReader) symbol(text string, at int) {
	f := r.top()
	word, callable := r.word, r.callable
	r.word, r.callable, r.dot, r.before = "", false, false, ""
	r.signed = text == "-" && !f.isQuery && f.expects == wantOperand
	switch text {
	case ".":
		r.dot, r.before = true, word
	case "(", "[":
		r.open(text, word, callable, at)
	case ")", "]":
		r.shut(text)
	case ",":
		if r.skipped == 0 && !f.isQuery {
			f.argument++
			f.inCall = token.NoWord
			if f.isList {
				f.expects = wantOperand
			} else {
				f.reset()
			}
		}
	case ";":
		r.frames = append(r.frames[:0], frame{isQuery: true})
	case "=":
		if f.isQuery {
			f.next()
			return
		}
		f.compare("==")
	case "==", "!=", ">", ">=", "<", "<=":
		if !f.isQuery {
			f.compare(text)
		}
	case "&&", "||":
		if !f.isQuery {
			f.reset()
		}
	case "+", "-", "*", "/":
		if !f.isQuery && f.expects == behindValue {
			f.expects, f.isSum = wantOperand, true
		}
	}
}

// open takes in an opening parenthesis or bracket.
func (r *caretReader) open(text, word string, callable bool, at int) {
	if len(r.frames) >= maxFrames {
		r.skipped++
		return
	}
	f := r.top()
	next := frame{start: at, lastStart: -1}
	w := token.NoWord
	if callable {
		w = token.Lookup(word)
		next.word, next.start = w, r.wordAt
	}
	switch {
	case text == "[":
		next.isList, next.left, next.op = true, f.left, f.op
	case f.isQuery && (!callable || word == ""):
		next.isQuery, next.begun = true, true
	case f.isQuery && w.IsSource():
		f.source, f.steps = w, 0
	case f.isQuery && w.IsStep():
		f.steps |= 1 << w
	case !callable: // the parentheses go on with what stands before them
		next.left, next.op, next.compared, next.isSum = f.left, f.op, f.compared, f.isSum
	default:
		f.inCall = w
	}
	r.frames = append(r.frames, next)
}

// shut takes in a closing parenthesis or bracket.
func (r *caretReader) shut(text string) {
	if r.skipped > 0 {
		r.skipped--
		return
	}
	if text == "]" && !r.top().isList || len(r.frames) == 1 {
		return
	}
	if text == ")" && r.top().isList && len(r.frames) > 2 {
		r.frames = r.frames[:len(r.frames)-1] // its bracket is missing
	}
	inner := *r.top()
	r.frames = r.frames[:len(r.frames)-1]
	f := r.top()
	if f.isQuery {
		f.state = behindOperand
		return
	}
	switch w := inner.word; {
	case inner.isList, w == token.ISNULL, w == token.ISNOTNULL, w == token.NOT:
		f.expects = behindCondition
	case w != token.NoWord:
		f.take(operand{word: w}, inner.start)
	case inner.expects == behindCondition, inner.compared && !f.compared:
		f.expects = behindCondition
	default:
		f.take(inner.value(), inner.start)
	}
}

// stringEnd returns where the string that starts at from ends: behind its
// closing quote, or before the end of its line. A quote that is written twice
// or behind a backslash does not end it.
func stringEnd(text string, from int) (end int, isClosed bool) {
	quote := text[from]
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\r', '\n':
			return i, false
		case '\\':
			if i+1 < len(text) && (text[i+1] == quote || text[i+1] == '\\') {
				i++
			}
		case quote:
			if i+1 == len(text) || text[i+1] != quote {
				return i + 1, true
			}
			i++
		}
	}
	return len(text), false
}

// wordEnd returns where the word or number that starts at from ends.
func wordEnd(text string, from int) int {
	i, isNumber := from, isDigit(text[from])
	for i < len(text) {
		size := wordLetter(text[i:])
		if size == 0 && isNumber && text[i] == '.' && i+1 < len(text) && isDigit(text[i+1]) {
			size = 1
		}
		if size == 0 {
			break
		}
		i += size
	}
	return i
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isWordByte(b byte) bool { return b == '_' || isDigit(b) || isLetter(b) }

// wordLetter returns the length of the letter, digit or _ that text starts
// with, 0 if it starts with none. A letter that is not ASCII is no part of a
// name, but who types one means it as such.
func wordLetter(text string) int {
	switch b := text[0]; {
	case isWordByte(b):
		return 1
	case b < utf8.RuneSelf:
		return 0
	}
	r, size := utf8.DecodeRuneInString(text)
	if unicode.IsLetter(r) {
		return size
	}
	return 0
}

func isPair(text string) bool {
	switch text {
	case "==", "!=", ">=", "<=", "&&", "||":
		return true
	}
	return false
}
