package parser

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
	"golang.org/x/text/unicode/runenames"

	"segql/lang/ast"
	"segql/lang/token"
)

// The codes of errors. They never change between versions.
const (
	// Something is missing.
	CodeMissingParen      = "missing-parenthesis"
	CodeMissingBracket    = "missing-bracket"
	CodeMissingComma      = "missing-comma"
	CodeMissingDot        = "missing-dot"
	CodeMissingArgument   = "missing-argument"
	CodeMissingOperand    = "missing-operand"
	CodeMissingComparison = "missing-comparison"
	CodeMissingLogical    = "missing-logical-operator"
	CodeMissingSetOp      = "missing-set-operator"
	CodeMissingQuery      = "missing-query"
	CodeMissingStep       = "missing-step"
	CodeMissingColumn     = "missing-column"
	CodeMissingEquals     = "missing-equals"
	CodeMissingName       = "missing-name"

	// Something is there that has no place.
	CodeSpareParen       = "spare-parenthesis"
	CodeSpareComma       = "spare-comma"
	CodeSpareDot         = "spare-dot"
	CodeTooManyArgs      = "too-many-arguments"
	CodeUnexpected       = "unexpected-text"
	CodeConditionAsValue = "condition-as-value"
	CodeChainedCompare   = "chained-comparison"
	CodeThreePartColumn  = "three-part-column"

	// Something else was meant.
	CodeSingleEquals    = "single-equals"
	CodeWrongOperator   = "wrong-operator"
	CodeWrongQuotes     = "wrong-quotes"
	CodeWrongBracket    = "wrong-bracket"
	CodeWrongSeparator  = "wrong-separator"
	CodeWrongNumber     = "wrong-number"
	CodeUnquotedID      = "unquoted-id"
	CodeUnquotedText    = "unquoted-text"
	CodeNotNeedsParens  = "not-needs-parentheses"
	CodeSQLNull         = "sql-is-null"
	CodeSQLLike         = "sql-like"
	CodeSQLIn           = "sql-in"
	CodeSQLBetween      = "sql-between"
	CodeInfixNot        = "infix-not"
	CodeMatchCall       = "match-as-call"
	CodeUnknownFunction = "unknown-function"
	CodeUnknownStep     = "unknown-step"
	CodeUnknownSource   = "unknown-source"
	CodeUnknownOperator = "unknown-operator"
	CodeNotAColumn      = "not-a-column"
	CodeNotANumber      = "not-a-number"
	CodeNotALiteral     = "not-a-literal"
	CodeNotAText        = "not-a-text"
	CodeNotAName        = "not-a-name"
	CodeSign            = "sign-without-number"
	CodeMisplaced       = "misplaced-function"

	// The vendor's own examples have these.
	CodeMethodSetOp        = "method-set-operator"
	CodeMinusForExcept     = "minus-for-except"
	CodeBareSegmentName    = "bare-segment-name"
	CodeHavingBeforeFilter = "having-before-filter"

	// The text itself.
	CodeOpenString    = "unterminated-string"
	CodeOpenComment   = "unterminated-comment"
	CodeStray         = "stray-character"
	CodeWrongName     = "name-not-ascii"
	CodeNUL           = "nul-byte"
	CodeBadUTF8       = "invalid-utf8"
	CodeTooDeep       = "too-deep"
	CodeTooLarge      = "too-large"
	CodeTooManyErrors = "too-many-errors"
)

// maxErrors is how many mistakes in one definition are noted. Only what is no
// query at all has more.
const maxErrors = 1000

// add notes a mistake that the parser got over: it goes on as if it were not there.
func (p *parser) add(code string, span token.Span, message string, expected []string, fixes ...token.Fix) bool {
	p.lastError = p.i
	if p.quiet > 0 || len(p.errors) > maxErrors {
		return false
	}
	isLast := len(p.errors) == maxErrors
	if isLast {
		code, message, expected, fixes = CodeTooManyErrors, "there are too many errors in this definition; those that follow are not shown", nil, nil
	}
	p.errors = append(p.errors, &ast.Error{Span: span, Code: code, Message: printable(message), Expected: expected, Fixes: fixes})
	return !isLast
}

// fail notes a mistake at the current token, unless one was noted there
// already: until a token was understood, a second error would only follow
// from the first. It reports whether it noted it.
func (p *parser) fail(code string, span token.Span, message string, expected []string, fixes ...token.Fix) bool {
	if p.failed() {
		return false
	}
	p.lastFail = p.i
	return p.add(code, span, message, expected, fixes...)
}

// failed reports whether a mistake was noted at the current token, or
// something of no use was left out before it.
func (p *parser) failed() bool {
	if p.lastFail == p.i {
		return true
	}
	for len(p.strays) > 0 && p.strays[0] < p.i {
		p.strays = p.strays[1:]
	}
	return len(p.strays) > 0 && p.strays[0] == p.i
}

func fix(title string, edits ...token.Edit) token.Fix { return token.Fix{Title: title, Edits: edits} }

func insert(at token.Pos, text string) token.Edit { return token.Edit{Span: token.At(at), New: text} }

func replace(s token.Span, text string) token.Edit { return token.Edit{Span: s, New: text} }

// comparisons are what can stand behind a value to make a condition of it.
var comparisons = []string{"==", "!=", ">", ">=", "<", "<=", "CONTAINS", "STARTSWITH", "ENDSWITH", "IN [..]"}

var sources = []string{"PROFILE(..)", "SEGMENT(..)", "INTERACTION(..)", "("}

var setOperators = []string{"UNION", "EXCEPT", "INTERSECT"}

const maxShown = 40

// quote shows a piece of the text in a message, on one line and cut to a bearable length.
func quote(text string) string {
	if len(text) > 4*maxShown {
		text = text[:4*maxShown] // a long one is not read for each error in it
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxShown {
		n := maxShown
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n] + "..."
	}
	return "`" + text + "`"
}

// printable returns a message on one line and without bytes that a terminal
// would not show.
func printable(message string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return utf8.RuneError
	}, message)
}

// describe names a token in a message.
func describe(t *lexer.Token) string {
	switch t.Type {
	case tEOF:
		return "the end of the query"
	case tTooDeep:
		return "deeply nested text"
	}
	return quote(t.Value)
}

func (p *parser) found() string { return describe(p.cur()) }

// addStray notes characters of no use, a run of them as one mistake.
func (p *parser) addStray(t *lexer.Token) {
	r, _ := utf8.DecodeRuneInString(t.Value)
	if last := len(p.errors) - 1; last >= 0 {
		if e := p.errors[last]; e.Code == CodeStray && e.Span.End == span(t).Start && strings.HasPrefix(e.Span.Text(p.text), t.Value) {
			e.Span.End = span(t).End
			for _, f := range e.Fixes {
				f.Edits[0].Span.End = e.Span.End
			}
			return
		}
	}
	var fixes []token.Fix
	for _, mark := range []string{"#", "--"} {
		if len(t.Value) > 1 && strings.HasPrefix(t.Value, mark) {
			at := span(t)
			at.End = at.Start + token.Pos(len(mark))
			p.add(CodeStray, span(t), "a comment starts with //, not with "+mark, nil, fix("Replace "+mark+" with //", replace(at, "//")))
			return
		}
	}
	if strings.ContainsRune(blanks, r) {
		fixes = append(fixes, fix("Replace with a blank", replace(span(t), " ")))
	}
	p.add(CodeStray, span(t), fmt.Sprintf("the character %s has no meaning in a query; remove it or put it into a string", runeName(r)), nil, fixes...)
}

// runeName names a character in a message.
func runeName(r rune) string {
	if r >= utf8.RuneSelf || r < ' ' {
		return fmt.Sprintf("%s (U+%04X)", runenames.Name(r), r)
	}
	return fmt.Sprintf("`%c`", r)
}

// blanks are characters that look like blank space but are none of the language's.
const blanks = "\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u2028\u2029\u202F\u205F\u2060\u3000\uFEFF\u0085"

// addBadBytes notes the bytes in text that no text may hold.
func (p *parser) addBadBytes(text string) {
	for i := 0; i < len(text); {
		start := i
		for i < len(text) && text[i] == 0 {
			i++
		}
		if i > start {
			p.add(CodeNUL, token.Span{Start: token.Pos(start), End: token.Pos(i)},
				fmt.Sprintf("the text holds %s, so it may be no text file or one saved as UTF-16; save it as UTF-8", plural(i-start, "a NUL byte", "%d NUL bytes")), nil)
			continue
		}
		for i < len(text) {
			if r, n := utf8.DecodeRuneInString(text[i:]); r != utf8.RuneError || n > 1 {
				break
			}
			i++
		}
		if i > start {
			p.add(CodeBadUTF8, token.Span{Start: token.Pos(start), End: token.Pos(i)},
				fmt.Sprintf("%s here, as a file has that was saved in another encoding; save it as UTF-8",
					plural(i-start, "a byte that is not valid UTF-8 stands", "%d bytes that are not valid UTF-8 stand")), nil)
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
	}
}

// plural returns one, or many with n in it.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}
