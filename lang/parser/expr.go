package parser

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"segql/lang/ast"
	"segql/lang/token"
)

// condition parses the condition within the parentheses of where.
func (p *parser) condition(where string) ast.Expr {
	if p.typ() == tRparen || p.typ() == tEOF || p.atEdge() {
		at := p.here()
		p.fail(CodeMissingArgument, at, where+" lacks its condition, such as ISNOTNULL(emailaddress1)", []string{"a condition"})
		return &ast.BadExpr{Base: ast.Base{Extent: at}}
	}
	x := p.logical()
	p.wantCondition(x)
	return x
}

// wantCondition reports a value that stands where a condition must.
func (p *parser) wantCondition(x ast.Expr) {
	if is, unknown := ast.IsCondition(x); is || unknown {
		return
	}
	s := x.Span()
	at := token.At(s.End)
	message := fmt.Sprintf("%s is not compared with anything; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN behind it", quote(s.Text(p.text)))
	if p.end() == s.End {
		p.fail(CodeMissingComparison, at, message, comparisons)
	} else {
		p.add(CodeMissingComparison, at, message, comparisons)
	}
}

// wantValue reports a condition that stands where a value must.
func (p *parser) wantValue(x ast.Expr) {
	if is, _ := ast.IsCondition(x); is {
		s := x.Span()
		p.add(CodeConditionAsValue, s, fmt.Sprintf("%s is a condition; a value must stand here", quote(s.Text(p.text))), nil)
	}
}

// logicalOp returns the operator && or || that stands here, also where it is
// written in another way.
func (p *parser) logicalOp() token.Op {
	t := p.cur()
	switch t.Type {
	case tAnd:
		return token.And
	case tOr:
		return token.Or
	case tWrongOp:
		switch wrongOps[t.Value].typ {
		case tAnd:
			return token.And
		case tOr:
			return token.Or
		}
	case tComma:
		if p.peek(1).Type != tRparen && p.commas == 0 {
			return token.And
		}
	case tIdent:
		switch token.Lookup(t.Value) {
		case token.AND:
			return token.And
		case token.OR:
			return token.Or
		}
		// A word where only an operator can stand is a missing && or a slip
		// for one.
		if p.startsValue() && !p.failed() {
			return missingOp
		}
	case tOpenString:
		// A quote that opens a string where only an operator can stand is
		// all that is wrong.
		if !p.failed() {
			p.stringLit()
			return p.logicalOp()
		}
	case tString, tWrongQuote, tBareID, tNumber, tWrongNumber, tWrongName, tLparen, tTooDeep, tBang:
		if !p.failed() {
			return missingOp
		}
	}
	return token.NoOp
}

// missingOp stands for an && or || that is missing. It binds as && does.
const missingOp = ^token.Op(0)

// takeLogical parses the operator that logicalOp found.
func (p *parser) takeLogical(op token.Op) ast.Operator {
	t := p.cur()
	s := span(t)
	switch t.Type {
	case tWrongOp:
		p.wrongOp(t)
		if p.peek(1).Type == tEOF {
			p.lastFail = p.i + 1 // an unfinished operator is mistake enough
		}
	case tComma:
		if p.failed() {
			p.advance()
			return ast.Operator{Span: s} // the comma is part of a mistake that was reported
		}
		p.add(CodeWrongSeparator, s, "conditions are joined by && or ||, not by a comma", []string{"&&", "||"}, fix("Replace the comma with &&", replace(s, " &&")))
	}
	if op != missingOp {
		p.advance()
		return ast.Operator{Op: op, Span: s}
	}
	s = p.here()
	p.fail(CodeMissingLogical, s, fmt.Sprintf("&& or || is missing before %s", p.found()), []string{"&&", "||"})
	return ast.Operator{Span: s}
}

// logical parses conditions joined by || and, closer, &&.
func (p *parser) logical() ast.Expr {
	first := p.conjunction()
	if p.logicalOp() != token.Or {
		return first
	}
	n := &ast.LogicalExpr{Op: token.Or, Operands: []ast.Expr{first}}
	p.wantCondition(first)
	for p.logicalOp() == token.Or {
		n.Operators = append(n.Operators, p.takeLogical(token.Or))
		x := p.conjunction()
		p.wantCondition(x)
		n.Operands = append(n.Operands, x)
	}
	n.Extent = p.extent(first.Span().Start)
	return n
}

// conjunction parses conditions joined by &&.
func (p *parser) conjunction() ast.Expr {
	first := p.comparison()
	op := p.logicalOp()
	if op == token.NoOp || op == token.Or {
		return first
	}
	n := &ast.LogicalExpr{Op: token.And, Operands: []ast.Expr{first}}
	p.wantCondition(first)
	for op != token.NoOp && op != token.Or {
		operator := p.takeLogical(op)
		at := p.i
		x := p.comparison()
		if is, unknown := ast.IsCondition(x); operator.Op != token.NoOp || is || unknown {
			p.wantCondition(x)
		} else {
			// Whatever it is, the missing operator is mistake enough.
			x = &ast.BadExpr{Base: ast.Base{Extent: x.Span()}, Parts: []ast.Expr{x}}
		}
		n.Operators = append(n.Operators, operator)
		n.Operands = append(n.Operands, x)
		if op == missingOp && p.i == at {
			break
		}
		op = p.logicalOp()
	}
	n.Extent = p.extent(first.Span().Start)
	return n
}

// comparisonOp parses a comparison operator. It returns NoOp, with nothing
// taken, if there is none.
func (p *parser) comparisonOp() (token.Op, token.Span) {
	t := p.cur()
	var op token.Op
	typ := t.Type
	if typ == tWrongOp {
		typ = wrongOps[t.Value].typ
	}
	switch typ {
	case tEqual, tAssign:
		op = token.Equal
	case tNotEqual:
		op = token.NotEqual
	case tGreater:
		op = token.Greater
	case tGreaterEqual:
		op = token.GreaterEqual
	case tLess:
		op = token.Less
	case tLessEqual:
		op = token.LessEqual
	default:
		return token.NoOp, token.NoSpan
	}
	s := span(t)
	switch t.Type {
	case tAssign:
		p.add(CodeSingleEquals, s, "a comparison is written with ==, not with =", []string{"=="}, fix("Replace = with ==", replace(s, "==")))
	case tWrongOp:
		p.wrongOp(t)
	}
	p.advance()
	return op, s
}

// wrongOp reports the current token, an operator of another language.
func (p *parser) wrongOp(t *lexer.Token) {
	right := wrongOps[t.Value].text
	p.add(CodeWrongOperator, span(t), fmt.Sprintf("the operator is written %s, not %s", right, t.Value), []string{right},
		fix(fmt.Sprintf("Replace %s with %s", t.Value, right), replace(span(t), right)))
}

// comparison parses a condition without && and ||, or a value alone.
func (p *parser) comparison() ast.Expr {
	left := p.value()
	if c, ok := left.(*ast.ColumnExpr); ok && p.typ() == tDot && textOps[word(p.peek(1))] != token.NoOp && p.peek(2).Type == tLparen {
		return p.methodMatch(c)
	}
	if p.typ() == tRparen && p.lacking < 0 && isValue(left) && isComparisonType(p.peek(1)) {
		s := span(p.cur())
		p.add(CodeSpareParen, s, "this ) closes nothing; remove it", nil, fix("Remove the )", replace(s, "")))
		p.lacking++
		p.advance()
	}
	op, s := p.comparisonOp()
	if op == token.NoOp {
		switch {
		case p.typ() == tIdent:
			return p.wordOperator(left)
		case p.startsValue() && !p.failed() && isValue(left):
			return p.missingComparison(left)
		}
		return left
	}
	p.doubleOperator(s)
	n := p.compare(left, op, s)
	if p.isComparison() {
		return p.chain(n)
	}
	return n
}

// doubleOperator takes comparison operators behind the one at s.
func (p *parser) doubleOperator(s token.Span) {
	if !p.isComparison() {
		if p.typ() == tEOF && p.lastError == p.i-1 {
			p.lastFail = p.i // a wrong operator at the end of an unfinished text is mistake enough
		}
		return
	}
	both := s.Join(span(p.cur()))
	known := p.lastError == p.i-1
	text := s.Text(p.text) + p.cur().Value
	var fixes []token.Fix
	if _, n := operator(text); n == len(text) && text != "==" && wrongOps[text].text == "" {
		fixes = append(fixes, fix("Write "+text, replace(both, text)))
	}
	if !known {
		p.add(CodeWrongOperator, both, fmt.Sprintf("%s is no operator; expected ==, !=, >, >=, < or <=", quote(both.Text(p.text))), comparisons[:6], fixes...)
	}
	for p.isComparison() {
		p.advance()
	}
}

func isValue(x ast.Expr) bool {
	is, unknown := ast.IsCondition(x)
	return !is && !unknown
}

func (p *parser) isComparison() bool { return isComparisonType(p.cur()) }

func isComparisonType(t *lexer.Token) bool {
	switch t.Type {
	case tEqual, tNotEqual, tGreater, tGreaterEqual, tLess, tLessEqual, tAssign:
		return true
	case tWrongOp:
		typ := wrongOps[t.Value].typ
		return typ != tAnd && typ != tOr && typ != tMinus
	}
	return false
}

// compare parses what stands behind a comparison operator.
func (p *parser) compare(left ast.Expr, op token.Op, opSpan token.Span) ast.Expr {
	p.wantValue(left)
	n := &ast.CompareExpr{Left: left, Op: op, OpSpan: opSpan}
	n.Right = p.value()
	p.wantValue(n.Right)
	p.unquotedText(n)
	n.Extent = p.extent(left.Span().Start)
	return n
}

// unquotedText reports a text of several words that lacks its quotes, as in
// `city == New York`.
func (p *parser) unquotedText(n *ast.CompareExpr) {
	c, ok := n.Right.(*ast.ColumnExpr)
	if !ok || c.Qualifier != nil || p.typ() != tIdent || p.failed() || p.atEdge() || wordOperators[strings.ToUpper(p.cur().Value)] {
		return
	}
	const maxWords = 8
	k := 0
	for t := p.peek(k); k < maxWords && (t.Type == tIdent || t.Type == tNumber) && p.isInLine(k); t = p.peek(k) {
		if w := word(t); w == token.AND || w == token.OR || w == token.NOT {
			break
		}
		k++
	}
	switch p.peek(k).Type {
	case tRparen, tAnd, tOr, tIdent, tEOF:
	default:
		return
	}
	if k == 0 {
		return
	}
	for range k {
		p.advance()
	}
	s := p.extent(c.Extent.Start)
	p.add(CodeUnquotedText, s, fmt.Sprintf("%s looks like text, which is written in quotes", quote(s.Text(p.text))), []string{"a string"},
		fix("Put it in quotes", replace(s, quoted(s.Text(p.text)))))
	n.Right = &ast.BadExpr{Base: ast.Base{Extent: s}}
}

// quoted returns value as a string of the language.
func quoted(value string) string {
	value = strings.ReplaceAll(value, `\`, `\\`)
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// missingComparison parses two values with nothing between.
func (p *parser) missingComparison(left ast.Expr) ast.Expr {
	s := p.here()
	p.fail(CodeMissingComparison, s, fmt.Sprintf("a comparison is missing before %s; expected ==, !=, >, >=, < or <=", p.found()), comparisons[:6])
	n := p.compare(left, token.NoOp, s)
	if p.isComparison() {
		p.quiet++ // what is missing may have been another operator
		defer func() { p.quiet-- }()
		return p.chain(n)
	}
	return n
}

// chain parses comparisons that follow a comparison, as in 1 < a < 5.
func (p *parser) chain(first ast.Expr) ast.Expr {
	bad := &ast.BadExpr{Parts: []ast.Expr{first}}
	middle, _ := first.(*ast.CompareExpr)
	at, opToken := p.end(), p.i
	var fixes []token.Fix
	if middle != nil && middle.Right.Span().Len() > 0 {
		fixes = append(fixes, fix("Repeat the value behind &&", insert(at, " && "+middle.Right.Span().Text(p.text))))
	}
	for p.isComparison() {
		p.advance()
		bad.Parts = append(bad.Parts, p.value())
	}
	if len(bad.Parts) > 2 {
		fixes = nil
	}
	p.add(CodeChainedCompare, span(&p.tokens[opToken]), "a comparison has two sides; join two comparisons with &&, as in `1 < a && a < 5`", []string{"&&"}, fixes...)
	bad.Extent = p.extent(first.Span().Start)
	return bad
}

// wordOperators are the words that may follow a value, in this language and others.
var wordOperators = map[string]bool{
	"CONTAINS": true, "STARTSWITH": true, "ENDSWITH": true, "IN": true,
	"IS": true, "LIKE": true, "NOT": true, "BETWEEN": true,
	"EQ": true, "NE": true, "GT": true, "GE": true, "LT": true, "LE": true, "EQUALS": true,
}

var odataOps = map[string]struct {
	op   token.Op
	text string
}{
	"EQ": {token.Equal, "=="}, "NE": {token.NotEqual, "!="}, "GT": {token.Greater, ">"}, "GE": {token.GreaterEqual, ">="},
	"LT": {token.Less, "<"}, "LE": {token.LessEqual, "<="}, "EQUALS": {token.Equal, "=="},
}

// wordOperator parses a condition whose operator is a word, or a value with
// something behind it that is no operator.
func (p *parser) wordOperator(left ast.Expr) ast.Expr {
	t := p.cur()
	s := span(t)
	w := token.Lookup(t.Value)
	switch {
	case w == token.CONTAINS || w == token.STARTSWITH || w == token.ENDSWITH:
		p.advance()
		return p.textMatch(left, w, s)
	case w == token.IN:
		p.advance()
		return p.in(left, s)
	case w == token.AND || w == token.OR || p.atEdge():
		return left
	}
	is, unknown := ast.IsCondition(left)
	if is || unknown || p.failed() {
		return left
	}
	name := strings.ToUpper(t.Value)
	switch name {
	case "IS":
		return p.isNull(left)
	case "NOT":
		return p.infixNot(left)
	case "LIKE":
		return p.like(left, nil)
	case "BETWEEN":
		return p.between(left)
	case "DOES", "DO":
		if word(p.peek(1)) == token.NOT && p.matchWord(2) > 0 {
			return p.doesNot(left)
		}
	}
	if n := p.matchWord(0); n > 1 {
		near, at := p.matchedWord(0), p.i
		s.End = span(p.peek(n - 1)).End
		p.add(CodeUnknownOperator, s, fmt.Sprintf("there is no operator %s; did you mean %s?", quote(s.Text(p.text)), near), comparisons,
			fix("Replace with "+near.String(), replace(s, near.String())))
		p.i = at + n
		return p.textMatch(left, near, s)
	}
	if o, ok := odataOps[name]; ok {
		p.add(CodeUnknownOperator, s, fmt.Sprintf("there is no operator %s; write %s", quote(t.Value), o.text), []string{o.text},
			fix(fmt.Sprintf("Replace %s with %s", t.Value, o.text), replace(s, o.text)))
		p.advance()
		return p.compare(left, o.op, s)
	}
	if next := p.peek(1).Type; isString(next) || next == tLbrack || next == tNumber || next == tIdent {
		isOp := func(w token.Word) bool { return w >= token.CONTAINS && w <= token.IN }
		if near := nearestWord(t.Value, isOp); near != token.NoWord {
			p.add(CodeUnknownOperator, s, fmt.Sprintf("there is no operator %s; did you mean %s?", quote(t.Value), near), comparisons,
				fix("Replace with "+near.String(), replace(s, near.String())))
			p.advance()
			if near == token.IN {
				return p.in(left, s)
			}
			return p.textMatch(left, near, s)
		}
		if isString(next) || next == tLbrack {
			p.fail(CodeUnknownOperator, s, fmt.Sprintf("there is no operator %s; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN", quote(t.Value)), comparisons)
			p.advance()
			return p.compare(left, token.NoOp, s)
		}
	}
	return p.missingComparison(left)
}

var textOps = map[token.Word]token.Op{
	token.CONTAINS: token.Contains, token.STARTSWITH: token.StartsWith, token.ENDSWITH: token.EndsWith,
}

// textMatch parses the text behind CONTAINS and the like.
func (p *parser) textMatch(left ast.Expr, w token.Word, opSpan token.Span) ast.Expr {
	left = asColumn(left, p.text)
	p.wantColumn(left, w.String()+" needs before it")
	n := &ast.CompareExpr{Left: left, Op: textOps[w], OpSpan: opSpan}
	n.Right = p.value()
	p.unquotedText(n)
	p.wantText(n.Right, w)
	n.Extent = p.extent(left.Span().Start)
	return n
}

// methodMatch parses column.CONTAINS('text'), which others write so.
func (p *parser) methodMatch(left *ast.ColumnExpr) ast.Expr {
	p.advance()
	w, s := word(p.cur()), span(p.cur())
	n := &ast.CompareExpr{Left: left, Op: textOps[w], OpSpan: s}
	c := &ast.Call{}
	p.open(c, w)
	p.commas++
	n.Right = p.arg(c, "the text to look for")
	p.commas--
	p.close(c, s.Start)
	n.Extent = p.extent(left.Extent.Start)
	var fixes []token.Fix
	if n.Right.Span().Len() > 0 && c.Rparen.IsValid() {
		fixes = append(fixes, fix("Write it between the two", replace(token.Span{Start: left.Extent.End, End: n.Extent.End},
			fmt.Sprintf(" %s %s", w, n.Right.Span().Text(p.text)))))
	}
	p.add(CodeMatchCall, s, fmt.Sprintf("%s stands between the column and the text, as in `fullname %s 'text'`", w, w), nil, fixes...)
	return n
}

func (p *parser) wantText(x ast.Expr, w token.Word) {
	s := x.Span()
	switch x.(type) {
	case *ast.StringLit, *ast.BadExpr, *ast.BadCall:
	case *ast.ColumnExpr, *ast.NumberLit, *ast.BoolLit:
		if strings.EqualFold(s.Text(p.text), "null") {
			p.add(CodeNotAText, s, fmt.Sprintf("%s looks for a text; whether there is a value is asked by ISNULL(..)", w), []string{"a string"})
			return
		}
		p.add(CodeNotAText, s, fmt.Sprintf("%s looks for a text, which is written in quotes", w), []string{"a string"},
			fix("Put it in quotes", replace(s, quoted(s.Text(p.text)))))
	default:
		p.add(CodeNotAText, s, fmt.Sprintf("%s looks for a text such as 'run', but %s stands there", w, quote(s.Text(p.text))), []string{"a string"})
	}
}

// in parses the list behind IN.
func (p *parser) in(left ast.Expr, in token.Span) ast.Expr {
	left = asColumn(left, p.text)
	p.wantColumn(left, "IN needs before it")
	n := &ast.InExpr{Left: left, In: in, Lbrack: token.NoPos, Rbrack: token.NoPos}
	p.commas++
	defer func() {
		p.commas--
		n.Extent = p.extent(left.Span().Start)
	}()
	closing := tRbrack
	switch {
	case p.typ() == tLbrack:
		n.Lbrack = p.take().Start
	case p.typ() == tLparen:
		closing = tRparen
		open := span(p.cur())
		edits := []token.Edit{replace(open, "[")}
		p.advance()
		if end := p.closing(); end >= 0 {
			edits = append(edits, replace(span(&p.tokens[end]), "]"))
		} else {
			edits = nil
		}
		var fixes []token.Fix
		if edits != nil {
			fixes = append(fixes, fix("Replace the parentheses with brackets", edits...))
		}
		p.add(CodeSQLIn, open, "the list behind IN stands in brackets, as in IN [1, 2]", []string{"["}, fixes...)
	default:
		from := p.end()
		if p.startsValue() {
			p.fail(CodeMissingBracket, token.At(from), "the list behind IN stands in brackets, as in IN [1, 2]", []string{"["})
			x := p.value()
			n.Values = append(n.Values, x)
			for p.typ() == tComma {
				n.Commas = append(n.Commas, p.take().Start)
				n.Values = append(n.Values, p.value())
			}
			edits := []token.Edit{insert(x.Span().Start, "[")}
			at := p.end()
			if p.typ() == tRbrack {
				n.Rbrack = p.take().Start
			} else {
				edits = append(edits, insert(at, "]"))
			}
			if len(p.errors) > 0 && p.errors[len(p.errors)-1].Span == token.At(from) {
				p.errors[len(p.errors)-1].Fixes = []token.Fix{fix("Put brackets around it", edits...)}
			}
		} else {
			p.fail(CodeMissingArgument, token.At(from), "the list behind IN is missing, as in IN [1, 2]", []string{"[..]"})
		}
		return n
	}
	for {
		if p.typ() == closing {
			if len(n.Values) == 0 {
				p.fail(CodeMissingArgument, p.here(), "the list behind IN is empty; it takes at least one value", []string{"a value"})
			} else {
				// The comma before it is the last token.
				s := span(&p.tokens[p.i-1])
				p.fail(CodeSpareComma, s, "this comma is one too many; remove it", nil, fix("Remove the comma", replace(s, "")))
			}
			break
		}
		if !p.startsValue() && p.typ() != tMinus {
			p.fail(CodeMissingOperand, p.here(), fmt.Sprintf("a value is missing before %s", p.found()), []string{"a value"})
			if p.typ() == tComma {
				n.Commas = append(n.Commas, p.take().Start)
				continue
			}
			break
		}
		x := p.value()
		p.wantLiteral(x)
		n.Values = append(n.Values, x)
		if p.typ() == tComma {
			n.Commas = append(n.Commas, p.take().Start)
			continue
		}
		if p.typ() == closing || !p.startsValue() ||
			!p.fail(CodeMissingComma, p.here(), fmt.Sprintf("a comma is missing before %s", p.found()), []string{","}, fix("Insert a comma", insert(p.end(), ","))) {
			break
		}
	}
	switch {
	case p.typ() == closing:
		if closing == tRbrack {
			n.Rbrack = p.take().Start
		} else {
			p.advance()
		}
	case closing == tRparen:
		p.missingClose("(", token.NoPos)
	case p.typ() == tRparen && p.lacking < 0:
		s := span(p.cur())
		p.fail(CodeWrongBracket, s, "the list behind IN is closed by ], not by )", []string{"]"}, fix("Replace ) with ]", replace(s, "]")))
		p.advance()
		p.lacking++
	default:
		p.fail(CodeMissingBracket, p.here(), "] is missing here; it closes the list behind IN", []string{"]"}, fix("Insert ]", insert(p.end(), "]")))
	}
	return n
}

func (p *parser) wantLiteral(x ast.Expr) {
	s := x.Span()
	switch x := x.(type) {
	case *ast.StringLit, *ast.NumberLit, *ast.BoolLit, *ast.BadExpr, *ast.BadCall:
	case *ast.ColumnExpr:
		var fixes []token.Fix
		if x.Qualifier == nil {
			fixes = append(fixes, fix("Put it in quotes", replace(s, quoted(s.Text(p.text)))))
		}
		p.add(CodeNotALiteral, s, "the list behind IN holds numbers and strings; a string is written in quotes", []string{"a string", "a number"}, fixes...)
	default:
		p.add(CodeNotALiteral, s, fmt.Sprintf("the list behind IN holds numbers and strings, but %s stands there", quote(s.Text(p.text))), []string{"a string", "a number"})
	}
}

// nothings are what other languages call a value that is not there.
var nothings = map[string]bool{"NULL": true, "EMPTY": true, "BLANK": true, "MISSING": true}

// isNull parses IS [NOT] NULL, which SQL has.
func (p *parser) isNull(left ast.Expr) ast.Expr {
	is := p.take()
	right, op := "ISNULL", "=="
	if p.typ() == tIdent && strings.EqualFold(p.cur().Value, "NOT") {
		right, op = "ISNOTNULL", "!="
		p.advance()
	}
	if p.startsValue() && !nothings[strings.ToUpper(p.cur().Value)] {
		s := token.Span{Start: is.Start, End: p.end()}
		p.add(CodeUnknownOperator, s, fmt.Sprintf("there is no operator %s; write %s", quote(s.Text(p.text)), op), []string{op}, fix("Replace with "+op, replace(s, op)))
		return p.compare(left, map[string]token.Op{"==": token.Equal, "!=": token.NotEqual}[op], s)
	}
	start := left.Span()
	var fixes []token.Fix
	if p.typ() == tIdent && nothings[strings.ToUpper(p.cur().Value)] {
		p.advance()
	}
	s := token.Span{Start: is.Start, End: p.end()}
	if _, ok := left.(*ast.ColumnExpr); ok {
		fixes = append(fixes, fix("Write "+right+"(..)", replace(token.Span{Start: start.Start, End: s.End}, right+"("+start.Text(p.text)+")")))
	}
	p.add(CodeSQLNull, s, fmt.Sprintf("write %s(%s) instead of %s", right, start.Text(p.text), quote(s.Text(p.text))), []string{right + "(..)"}, fixes...)
	return &ast.BadExpr{Base: ast.Base{Extent: p.extent(start.Start)}, Parts: []ast.Expr{left}}
}

// infixNot parses NOT behind a value, as in a NOT IN [1].
func (p *parser) infixNot(left ast.Expr) ast.Expr {
	not := span(p.cur())
	next := strings.ToUpper(p.peek(1).Value)
	if p.peek(1).Type != tIdent || !wordOperators[next] || next == "NOT" || next == "IS" {
		return p.missingComparison(left)
	}
	p.advance()
	var x ast.Expr
	if next == "LIKE" {
		x = p.like(left, &not)
	} else {
		from, at := len(p.errors), p.i
		if next == "BETWEEN" {
			x = p.between(left)
		} else {
			x = p.wordOperator(left)
		}
		var fixes []token.Fix
		if len(p.errors) == from && p.i > at {
			fixes = append(fixes, fix("Write NOT(..)", insert(left.Span().Start, "NOT("),
				replace(token.Span{Start: not.Start, End: span(&p.tokens[p.tokenAt(not.Start)+1]).Start}, ""), insert(p.end(), ")")))
		}
		p.add(CodeInfixNot, not, fmt.Sprintf("NOT stands before a condition in parentheses, as in NOT(%s %s ..)", left.Span().Text(p.text), next), []string{"NOT(..)"}, fixes...)
	}
	return &ast.BadExpr{Base: ast.Base{Extent: p.extent(left.Span().Start)}, Parts: []ast.Expr{x}}
}

// matchWords are what may stand for a word that looks for a text, in one word
// or before WITH.
var matchWords = map[string]token.Word{
	"CONTAIN": token.CONTAINS, "CONTAINS": token.CONTAINS, "INCLUDE": token.CONTAINS,
	"STARTWITH": token.STARTSWITH, "STARTSWITH": token.STARTSWITH, "BEGINWITH": token.STARTSWITH, "BEGINSWITH": token.STARTSWITH,
	"ENDWITH": token.ENDSWITH, "ENDSWITH": token.ENDSWITH,
}

// matchWord returns how many words n tokens on stand for one that looks for a
// text, which must follow: 0 if they do not.
func (p *parser) matchWord(n int) int {
	switch {
	case p.matchedWord(n) == token.NoWord:
		return 0
	case strings.EqualFold(p.peek(n+1).Value, "with") && isString(p.peek(n+2).Type):
		return 2
	case isString(p.peek(n + 1).Type):
		return 1
	}
	return 0
}

func (p *parser) matchedWord(n int) token.Word {
	if p.peek(n).Type != tIdent {
		return token.NoWord
	}
	name := strings.ToUpper(p.peek(n).Value)
	if strings.EqualFold(p.peek(n+1).Value, "with") {
		name += "WITH"
	}
	return matchWords[name]
}

// doesNot parses DOES NOT CONTAIN and the like.
func (p *parser) doesNot(left ast.Expr) ast.Expr {
	s := span(p.cur())
	near, n := p.matchedWord(2), p.matchWord(2)
	for range 2 + n {
		p.advance()
	}
	s.End = p.end()
	from := len(p.errors)
	x := p.textMatch(left, near, s)
	var fixes []token.Fix
	if len(p.errors) == from {
		fixes = append(fixes, fix("Write NOT(..)", insert(left.Span().Start, "NOT("), replace(s, near.String()), insert(p.end(), ")")))
	}
	p.add(CodeInfixNot, s, fmt.Sprintf("NOT stands before a condition in parentheses, as in NOT(%s %s ..)", left.Span().Text(p.text), near), []string{"NOT(..)"}, fixes...)
	return &ast.BadExpr{Base: ast.Base{Extent: p.extent(left.Span().Start)}, Parts: []ast.Expr{x}}
}

// tokenAt returns the index of the token at offset at, which was taken already.
func (p *parser) tokenAt(at token.Pos) int {
	k := p.i
	for k > 0 && token.Pos(p.tokens[k].Pos.Offset) > at {
		k--
	}
	return k
}

// like parses SQL's LIKE; not is the place of a NOT before it, if any.
func (p *parser) like(left ast.Expr, not *token.Span) ast.Expr {
	s := p.take()
	where := s
	if not != nil {
		where = token.Span{Start: not.Start, End: s.End}
	}
	n := &ast.CompareExpr{Left: left, Op: token.Contains, OpSpan: s}
	n.Right = p.value()
	n.Extent = p.extent(left.Span().Start)
	var fixes []token.Fix
	if lit, ok := n.Right.(*ast.StringLit); ok && !strings.ContainsAny(strings.Trim(lit.Value, "%"), "%_[") {
		w := "=="
		n.Op = token.Equal
		switch before, after := strings.HasPrefix(lit.Value, "%"), strings.HasSuffix(lit.Value, "%"); {
		case before && after:
			w, n.Op = "CONTAINS", token.Contains
		case before:
			w, n.Op = "ENDSWITH", token.EndsWith
		case after:
			w, n.Op = "STARTSWITH", token.StartsWith
		}
		text := left.Span().Text(p.text) + " " + w + " " + quoted(strings.Trim(lit.Value, "%"))
		if not != nil {
			text = "NOT(" + text + ")"
		}
		fixes = append(fixes, fix("Write it with "+w, replace(n.Extent, text)))
	}
	p.add(CodeSQLLike, where, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", []string{"CONTAINS", "STARTSWITH", "ENDSWITH"}, fixes...)
	return n
}

// between parses SQL's BETWEEN .. AND ...
func (p *parser) between(left ast.Expr) ast.Expr {
	s := p.take()
	bad := &ast.BadExpr{Parts: []ast.Expr{left}}
	low := p.value()
	bad.Parts = append(bad.Parts, low)
	var fixes []token.Fix
	if p.logicalOp() == token.And {
		p.advance()
		high := p.value()
		bad.Parts = append(bad.Parts, high)
		column := left.Span().Text(p.text)
		text := fmt.Sprintf("%s >= %s && %s <= %s", column, low.Span().Text(p.text), column, high.Span().Text(p.text))
		fixes = append(fixes, fix("Write it with >= and <=", replace(p.extent(left.Span().Start), text)))
	}
	bad.Extent = p.extent(left.Span().Start)
	p.add(CodeSQLBetween, s, "there is no BETWEEN; write `a >= 1 && a <= 5`", []string{">="}, fixes...)
	return bad
}

// value parses values joined by + and - and, closer, * and /.
func (p *parser) value() ast.Expr {
	first := p.term()
	if op := p.arithOp(); op != token.Add && op != token.Subtract {
		return first
	}
	n := &ast.ArithExpr{Operands: []ast.Expr{first}}
	p.wantValue(first)
	for op := p.arithOp(); op == token.Add || op == token.Subtract; op = p.arithOp() {
		n.Operators = append(n.Operators, ast.Operator{Op: op, Span: p.take()})
		x := p.term()
		p.wantValue(x)
		n.Operands = append(n.Operands, x)
	}
	n.Extent = p.extent(first.Span().Start)
	return n
}

// term parses values joined by * and /.
func (p *parser) term() ast.Expr {
	first := p.factor()
	if op := p.arithOp(); op != token.Multiply && op != token.Divide {
		return first
	}
	n := &ast.ArithExpr{Operands: []ast.Expr{first}}
	p.wantValue(first)
	for op := p.arithOp(); op == token.Multiply || op == token.Divide; op = p.arithOp() {
		n.Operators = append(n.Operators, ast.Operator{Op: op, Span: p.take()})
		x := p.factor()
		p.wantValue(x)
		n.Operands = append(n.Operands, x)
	}
	n.Extent = p.extent(first.Span().Start)
	return n
}

func (p *parser) arithOp() token.Op {
	switch p.typ() {
	case tPlus:
		return token.Add
	case tMinus:
		return token.Subtract
	case tStar:
		return token.Multiply
	case tSlash:
		return token.Divide
	case tWrongOp:
		if t := p.cur(); wrongOps[t.Value].typ == tMinus {
			p.wrongOp(t)
			t.Type = tMinus
			return token.Subtract
		}
	}
	return token.NoOp
}

// factor parses a literal, a column, a call, or something in parentheses.
func (p *parser) factor() ast.Expr {
	if p.tooNested() {
		return p.missing()
	}
	defer func() { p.nesting-- }()
	t := p.cur()
	s := span(t)
	switch t.Type {
	case tString, tOpenString, tWrongQuote, tBareID:
		return p.stringLit()
	case tNumber, tWrongNumber:
		return p.numberLit(s.Start, "")
	case tPlus, tMinus:
		return p.signed()
	case tLparen:
		n := &ast.ParenExpr{Lparen: p.take().Start, Rparen: token.NoPos}
		if p.typ() == tRparen {
			p.fail(CodeMissingOperand, p.here(), "the parentheses are empty; expected a condition or a value", []string{"a condition", "a value"})
			n.X = &ast.BadExpr{Base: ast.Base{Extent: p.here()}}
		} else {
			commas := p.commas
			p.commas = 0
			n.X = p.logical()
			p.commas = commas
		}
		p.closeGroup(n)
		n.Extent = p.extent(s.Start)
		return n
	case tTooDeep:
		p.tooDeep()
		return &ast.BadExpr{Base: ast.Base{Extent: s}}
	case tBang:
		return p.not(s, "! is written NOT")
	case tWrongName:
		return p.columnRef()
	case tIdent:
		if p.peek(1).Type == tLparen {
			if x := p.call(t, s); x != nil {
				return x
			}
			break
		}
		if p.peek(1).Type == tTooDeep {
			p.advance()
			p.tooDeep()
			return &ast.BadExpr{Base: ast.Base{Extent: p.extent(s.Start)}}
		}
		if next := p.peek(1).Type; (next == tRparen || next == tComma || next == tDot) && p.split(isGluable) {
			t = p.cur()
			s = span(t)
		}
		switch w := token.Lookup(t.Value); w {
		case token.ISNULL, token.ISNOTNULL, token.DATEDIFF, token.DATEADD, token.DATE:
			// With an argument directly behind it, it lacks its parenthesis.
			if next := p.peek(1); isName(next.Type) && !wordOperators[strings.ToUpper(next.Value)] && !token.Lookup(next.Value).IsSetOperator() &&
				token.Lookup(next.Value) != token.AND && token.Lookup(next.Value) != token.OR || next.Type == tNumber {
				return p.callAs(w, t, s)
			}
		case token.TRUE, token.FALSE:
			if p.peek(1).Type != tDot {
				p.advance()
				return &ast.BoolLit{Base: ast.Base{Extent: s}, Value: w == token.TRUE}
			}
		case token.NOT:
			if p.startsNotOperand() {
				return p.not(s, "NOT")
			}
		case token.AND, token.OR:
			// Before an operator it is a column of that name.
			if next := p.peek(1); isName(next.Type) && !wordOperators[strings.ToUpper(next.Value)] && word(next) != token.AND && word(next) != token.OR || isString(next.Type) || next.Type == tNumber {
				return p.missingOperand()
			}
		}
		return p.columnRef()
	}
	return p.missingOperand()
}

// isGluable reports whether a function's word is no beginning of usual names.
func isGluable(w token.Word) bool {
	return w == token.ISNULL || w == token.ISNOTNULL || w == token.DATEDIFF || w == token.DATEADD || w == token.DATE
}

// missingOperand reports that a condition or value is missing here.
func (p *parser) missingOperand() ast.Expr {
	at := p.here()
	message := "a value is missing"
	if p.i > 0 {
		switch prev := &p.tokens[p.i-1]; prev.Type {
		case tAnd, tOr, tLparen:
			message = "a condition is missing"
			fallthrough
		default:
			message += " behind " + quote(prev.Value)
		}
	}
	if p.typ() != tEOF {
		message += " before " + p.found()
	}
	p.fail(CodeMissingOperand, at, message, []string{"a column", "a string", "a number", "a function"})
	x := &ast.BadExpr{Base: ast.Base{Extent: at}}
	switch p.typ() {
	case tLbrack:
		// A list stands nowhere but behind IN; it is taken as a whole.
		start := p.start()
		for depth := 0; p.typ() != tEOF && p.typ() != tSemicolon; {
			switch p.typ() {
			case tLbrack:
				depth++
			case tRbrack:
				depth--
			}
			p.advance()
			if depth == 0 {
				break
			}
		}
		x.Extent = p.extent(start)
	case tRbrack:
		x.Extent = p.take()
	}
	return x
}

// closeGroup parses the ")" of a group.
func (p *parser) closeGroup(n *ast.ParenExpr) {
	if p.typ() == tRparen {
		n.Rparen = p.take().Start
		return
	}
	if !p.failed() && !p.atEdge() && p.lacking <= 0 {
		if end := p.closing(); end >= 0 {
			s := token.Span{Start: p.start(), End: span(&p.tokens[end-1]).End}
			p.fail(CodeUnexpected, s, fmt.Sprintf("%s has no place here; expected )", quote(s.Text(p.text))), []string{")"})
			p.i = end
			n.Rparen = p.take().Start
			return
		}
	}
	p.missingClose("(", n.Lparen)
}

func (p *parser) tooDeep() {
	depth := 0
	for k := range p.i {
		switch p.tokens[k].Type {
		case tLparen, tLbrack:
			depth++
		case tRparen, tRbrack:
			depth--
		}
	}
	s := p.take()
	p.add(CodeTooDeep, token.Span{Start: s.Start, End: s.Start + 1}, fmt.Sprintf("more than %d parentheses are open here; split the query into named definitions", depth), nil)
}

// startsNotOperand reports whether what follows the word NOT makes it the
// operator without its parentheses, rather than a column of that name.
func (p *parser) startsNotOperand() bool {
	next := p.peek(1)
	switch {
	case isString(next.Type) || next.Type == tNumber || next.Type == tBang:
		return true
	case next.Type == tIdent:
		w := token.Lookup(next.Value)
		return w == token.NoWord && !wordOperators[strings.ToUpper(next.Value)] || p.peek(2).Type == tLparen || p.peek(2).Type == tEqual || w.IsDatePart() || w == token.NOT
	}
	return false
}

// not parses a negation that lacks its parentheses or is written with "!".
func (p *parser) not(s token.Span, what string) ast.Expr {
	n := &ast.NotExpr{}
	n.Word, n.WordSpan, n.Lparen, n.Rparen = token.NOT, s, token.NoPos, token.NoPos
	p.advance()
	// A row of them is one mistake, and must not cost a level of recursion each.
	many := false
	for p.typ() == tBang || word(p.cur()) == token.NOT && p.peek(1).Type != tLparen && p.startsNotOperand() {
		p.advance()
		many = true
	}
	at := p.i
	inParens := p.typ() == tLparen
	if inParens {
		n.Cond = p.factor()
	} else {
		n.Cond = p.comparison()
	}
	var fixes []token.Fix
	if !many && p.i > at {
		x := n.Cond.Span()
		if inParens {
			fixes = append(fixes, fix("Replace with NOT", replace(s, "NOT")))
		} else {
			fixes = append(fixes, fix("Write NOT(..)", replace(token.Span{Start: s.Start, End: x.Start}, "NOT("), insert(x.End, ")")))
		}
	}
	if what == "NOT" {
		p.add(CodeNotNeedsParens, s, "NOT needs parentheses around its condition, as in NOT(a == 1)", []string{"NOT(..)"}, fixes...)
	} else {
		p.add(CodeWrongOperator, s, "a negation is written NOT(..), not with !", []string{"NOT(..)"}, fixes...)
	}
	n.Extent = p.extent(s.Start)
	return n
}

// signed parses a number with a sign.
func (p *parser) signed() ast.Expr {
	sign := p.cur()
	s := span(sign)
	for next := p.peek(1).Type; next == tPlus || next == tMinus; next = p.peek(1).Type {
		p.fail(CodeSign, s, fmt.Sprintf("the sign %s is one too many; remove it", sign.Value), nil, fix("Remove it", replace(s, "")))
		p.advance()
		sign = p.cur()
		s = span(sign)
	}
	if next := p.peek(1).Type; sign.Type == tMinus && (next == tNumber || next == tWrongNumber) {
		p.advance()
		return p.numberLit(s.Start, "-")
	}
	if sign.Type == tPlus && p.peek(1).Type == tNumber {
		p.add(CodeSign, s, "a number has no +; remove it", nil, fix("Remove the +", replace(s, "")))
		p.advance()
		return p.numberLit(span(p.cur()).Start, "")
	}
	if p.i > 0 && (p.tokens[p.i-1].Type == tPlus || p.tokens[p.i-1].Type == tMinus) {
		return p.missingOperand()
	}
	p.fail(CodeSign, s, fmt.Sprintf("the sign %s stands before a number only; write 0 %s ..", sign.Value, sign.Value), []string{"a number"})
	p.advance()
	if p.startsValue() && p.typ() != tPlus && p.typ() != tMinus {
		x := p.factor()
		return &ast.BadExpr{Base: ast.Base{Extent: p.extent(s.Start)}, Parts: []ast.Expr{x}}
	}
	return &ast.BadExpr{Base: ast.Base{Extent: s}}
}

// numberLit parses a number; its sign was taken.
func (p *parser) numberLit(start token.Pos, sign string) ast.Expr {
	t := p.cur()
	s := span(t)
	n := &ast.NumberLit{Text: t.Value}
	p.advance()
	n.Extent = token.Span{Start: start, End: s.End}
	if sign != "" {
		n.Text = sign + t.Value
		if start+1 == s.Start {
			n.Text = n.Extent.Text(p.text)
		}
	}
	if t.Type == tWrongNumber {
		var fixes []token.Fix
		message := fmt.Sprintf("%s is no number; it has digits and at most one point with digits on both sides, and a string is written in quotes", quote(t.Value))
		if t.Value[0] == '.' && digits(t.Value[1:]) == len(t.Value)-1 {
			message = fmt.Sprintf("a number starts with a digit; write 0%s", t.Value)
			fixes = append(fixes, fix("Write 0"+t.Value, insert(s.Start, "0")))
		}
		if whole, ok := strings.CutSuffix(t.Value, "."); ok {
			message = fmt.Sprintf("a number ends with a digit; write %s", whole)
			fixes = append(fixes, fix("Write "+whole, replace(s, whole)))
		}
		p.add(CodeWrongNumber, s, message, []string{"a number"}, fixes...)
	}
	p.decimalComma(n)
	return n
}

// decimalComma takes the decimals of a number that stand behind a comma, where
// no list is that the comma could belong to.
func (p *parser) decimalComma(n *ast.NumberLit) {
	comma, decimals := p.cur(), p.peek(1)
	if p.commas > 0 || comma.Type != tComma || decimals.Type != tNumber || strings.Contains(n.Text, ".") || strings.Contains(decimals.Value, ".") ||
		span(comma).Start != n.Extent.End || span(decimals).Start != span(comma).End {
		return
	}
	s := token.Span{Start: n.Extent.Start, End: span(decimals).End}
	p.add(CodeWrongNumber, s, fmt.Sprintf("the decimals of a number stand behind a point; write %s.%s", n.Text, decimals.Value), []string{"a number"},
		fix(fmt.Sprintf("Write %s.%s", n.Text, decimals.Value), replace(span(comma), ".")))
	p.advance()
	p.advance()
	n.Extent = s
	n.Text = s.Text(p.text)
}

// stringLit parses a string, in whatever quotes it stands.
func (p *parser) stringLit() *ast.StringLit {
	t := p.cur()
	s := span(t)
	n := &ast.StringLit{Base: ast.Base{Extent: s}}
	p.advance()
	switch t.Type {
	case tString:
		n.Value = unescape(t.Value[1 : len(t.Value)-1])
	case tBareID:
		n.Value = t.Value
		p.add(CodeUnquotedID, s, "an id is written in quotes", []string{"'" + t.Value + "'"}, fix("Put it in quotes", replace(s, "'"+t.Value+"'")))
	case tWrongQuote:
		_, first := utf8.DecodeRuneInString(t.Value)
		_, last := utf8.DecodeLastRuneInString(t.Value)
		inner := t.Value[first : len(t.Value)-last]
		n.Value = unescape(strings.ReplaceAll(inner, `\"`, `"`))
		p.add(CodeWrongQuotes, s, "a string is written in single quotes, as in 'text'", []string{"'..'"}, fix("Replace the quotes", replace(s, quoted(n.Value))))
	case tOpenString:
		n.Value = unescape(strings.TrimLeft(t.Value, "'\"`"))
		var fixes []token.Fix
		// Where nothing else of the line can be meant to stand outside, the
		// quote belongs at its end.
		if t.Value[0] == '\'' && !strings.ContainsAny(t.Value[1:], "()[],.&|=<>'") && len(t.Value) > 1 {
			fixes = append(fixes, fix("Insert '", insert(s.End, "'")))
		} else if rest := strings.TrimRight(t.Value, ") "); t.Value[0] == '\'' && len(rest) > 1 && rest != t.Value && !strings.ContainsAny(rest[1:], "()[],&|=<>'") {
			fixes = append(fixes, fix("Insert '", insert(s.Start+token.Pos(len(rest)), "'")))
		}
		message := "the string that starts here has no closing quote on its line"
		if t.Value[0] != '\'' && t.Value[0] < utf8.RuneSelf && t.Value[0] != '"' && t.Value[0] != '`' || strings.Count(t.Value, "'") > 1 {
			message = "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two"
		}
		p.add(CodeOpenString, s, message, []string{"'"}, fixes...)
		// It may have swallowed what is missing next.
		p.swallowed += strings.Count(t.Value, ")")
		p.lastFail = p.i
	}
	return n
}

// unescape returns the value of a string's inside: two quotes, or one behind a
// backslash, are a quote, two backslashes one.
func unescape(s string) string {
	i := strings.IndexAny(s, `'\`)
	if i < 0 {
		return s
	}
	var b strings.Builder
	for i >= 0 {
		b.WriteString(s[:i])
		if c := s[i]; i+1 < len(s) && (s[i+1] == '\'' || c == '\\' && s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
		s = s[i+1:]
		i = strings.IndexAny(s, `'\`)
	}
	b.WriteString(s)
	return b.String()
}

func (p *parser) addWrongName(t *lexer.Token) {
	for _, r := range t.Value {
		if r >= utf8.RuneSelf {
			p.add(CodeWrongName, span(t), fmt.Sprintf("the name %s has a letter that names can't have, %s; a name has the letters A to Z, digits and _", quote(t.Value), runeName(r)), nil)
			return
		}
	}
}

// columnRef parses a column.
func (p *parser) columnRef() ast.Expr {
	start := p.start()
	n := &ast.ColumnExpr{Dot: token.NoPos, Name: p.identValue()}
	if p.typ() == tDot && p.isMember() {
		q := n.Name
		n.Qualifier, n.Dot = &q, p.take().Start
		n.Name = p.member(q.Name, "a column")
		if p.typ() == tDot && p.isMember() {
			from := p.start()
			for p.typ() == tDot && p.isMember() {
				p.advance()
				p.advance()
			}
			s := p.extent(from)
			p.add(CodeThreePartColumn, s, fmt.Sprintf("a column has at most one name before it, that of its row, but %s follows", quote(s.Text(p.text))), nil)
		}
	}
	n.Extent = p.extent(start)
	return n
}

// isMember reports whether the dot here belongs to a column, also where its
// name is still missing, and not to the next step.
func (p *parser) isMember() bool {
	next := p.peek(1).Type
	return !isName(next) && next != tDot || isName(next) && p.peek(2).Type != tLparen
}

// member parses the name behind the dot of a column or alias.
func (p *parser) member(qualifier, what string) ast.Ident {
	if isName(p.typ()) {
		return p.identValue()
	}
	p.fail(CodeMissingColumn, p.here(), fmt.Sprintf("the name of %s is missing behind `%s.`", what, qualifier), []string{what})
	return ast.Ident{Extent: p.here()}
}
