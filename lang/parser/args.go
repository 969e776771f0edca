package parser

import (
	"fmt"
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

// open parses the word of a call, which is the current token, and its "(". It
// reports whether arguments may follow.
func (p *parser) open(c *ast.Call, w token.Word) bool {
	c.Word, c.Lparen, c.Rparen = w, token.NoPos, token.NoPos
	c.WordSpan = p.take()
	if p.typ() == tLparen {
		c.Lparen = p.take().Start
		return true
	}
	argsFollow := p.startsValue()
	var fixes []token.Fix
	if argsFollow && p.lacking < 0 {
		fixes = append(fixes, fix("Insert (", insert(p.end(), "(")))
	}
	if p.fail(CodeMissingParen, p.here(), fmt.Sprintf("( is missing behind %s", w), []string{"("}, fixes...) {
		p.lacking++
	}
	return argsFollow
}

// openEmpty parses the word of a call that takes no arguments, its "(", and
// arguments that should not be there.
func (p *parser) openEmpty(c *ast.Call, w token.Word) {
	if p.peek(1).Type != tLparen {
		c.Word, c.Lparen, c.Rparen = w, token.NoPos, token.NoPos
		c.WordSpan = p.take()
		p.fail(CodeMissingParen, p.here(), fmt.Sprintf("() is missing behind %s", w), []string{"()"}, fix("Insert ()", insert(p.end(), "()")))
		return
	}
	p.open(c, w)
	if p.typ() == tRparen || p.atEdge() || p.isComparison() {
		return
	}
	end := p.closing()
	if end < 0 {
		return
	}
	s := token.Span{Start: p.start(), End: span(&p.tokens[end-1]).End}
	p.fail(CodeTooManyArgs, s, fmt.Sprintf("%s takes no argument, but %s stands there", w, quote(s.Text(p.text))), []string{")"},
		fix("Remove the argument", replace(s, "")))
	p.i = end
}

// close parses the ")" of a call that started at start, and ends the node.
func (p *parser) close(c *ast.Call, start token.Pos) {
	p.closeParen(c)
	c.Extent = p.extent(start)
}

func (p *parser) closeParen(c *ast.Call) {
	switch {
	case p.typ() == tRparen:
		if c.Lparen.IsValid() || p.lastFail >= 0 && p.lacking <= 0 && !p.closesGroup() {
			c.Rparen = p.take().Start
		}
		return
	case !c.Lparen.IsValid():
		return
	case p.typ() == tRbrack:
		s := span(p.cur())
		p.fail(CodeWrongBracket, s, fmt.Sprintf("%s( is closed by ), not by ]", c.Word), []string{")"}, fix("Replace ] with )", replace(s, ")")))
		p.lacking--
		p.advance()
		return
	}
	if !p.failed() && !p.atEdge() && (p.lacking <= 0 || p.typ() == tComma) {
		if end := p.closing(); end >= 0 {
			s := token.Span{Start: p.start(), End: span(&p.tokens[end-1]).End}
			if p.typ() == tComma {
				p.tooManyArgs(c, s)
			} else {
				p.fail(CodeUnexpected, s, fmt.Sprintf("%s has no place within %s(..); expected )", quote(s.Text(p.text)), c.Word), []string{")"})
			}
			p.i = end
			c.Rparen = p.take().Start
			return
		}
	}
	if p.failed() && p.gapAt != p.i {
		// What was wrong here already may have hidden the ) a little further on.
		if end := p.closing(); end >= 0 && p.lacking <= 0 {
			p.i = end
			c.Rparen = p.take().Start
			return
		}
	}
	p.missingClose(c.Word.String()+"(", c.Lparen)
}

// closesGroup reports whether the ")" here is needed by a group around the query.
func (p *parser) closesGroup() bool { return p.groups > 0 && p.lacking > 0 }

func (p *parser) tooManyArgs(c *ast.Call, s token.Span) {
	n := len(c.Commas) + 1
	if p.peek(1).Type == tRparen {
		p.fail(CodeSpareComma, s, fmt.Sprintf("the comma before the ) of %s is one too many; remove it", c.Word), nil, fix("Remove the comma", replace(s, "")))
		return
	}
	p.fail(CodeTooManyArgs, s, fmt.Sprintf("%s takes %s, but %s follows", c.Word, argCount(c.Word, n), quote(strings.TrimLeft(s.Text(p.text), ", "))), []string{")"})
}

func argCount(w token.Word, n int) string {
	count := plural(n, "one argument", "%d arguments")
	switch w {
	case token.PROFILE, token.TRAVERSE, token.RELATE, token.RELATEOPTIONAL, token.HAVING:
		return "at most " + count
	}
	return count
}

// closing returns the token that is the ")" of the call that the current token
// stands in, or -1 if the call ends before it.
func (p *parser) closing() int {
	at := p.i
	defer func() { p.i = at }()
	depth := 0
	for {
		switch p.typ() {
		case tLparen:
			depth++
		case tRparen:
			if depth == 0 {
				return p.i
			}
			depth--
		case tEOF, tSemicolon:
			return -1
		default:
			if depth == 0 && p.i > at && p.atEdge() {
				return -1
			}
		}
		p.advance()
	}
}

// missingClose reports that the ")" is missing that closes what opened at
// offset lparen. Several that are missing at one place are one mistake.
func (p *parser) missingClose(opened string, lparen token.Pos) {
	p.lacking--
	if p.typ() == tEOF && p.lastError >= 0 && p.i-p.lastError <= 2 {
		return // the text is cut off at a mistake that was reported
	}
	if p.swallowed > 0 {
		p.swallowed--
		return
	}
	if p.gap != nil && p.gapAt == p.i {
		e := &p.gap.Fixes[0].Edits[0]
		e.New += ")"
		p.gap.Message = fmt.Sprintf("%d closing parentheses are missing here", len(e.New))
		p.gap.Fixes[0].Title = "Insert " + e.New
		return
	}
	where := ""
	if lparen == 0 || lparen.IsValid() {
		where = fmt.Sprintf("; it closes %s", quote(opened))
	}
	if p.fail(CodeMissingParen, p.here(), "a closing parenthesis is missing here"+where, []string{")"},
		fix("Insert )", insert(p.end(), ")"))) {
		p.gap, p.gapAt = p.errors[len(p.errors)-1], p.i
	}
}

// comma parses the comma before a further argument. It reports whether an
// argument follows, also where the comma is missing.
func (p *parser) comma(c *ast.Call) bool {
	switch {
	case p.typ() == tComma:
		if p.peek(1).Type == tRparen {
			return false // the caller's close reports the comma
		}
		c.Commas = append(c.Commas, p.take().Start)
		for p.typ() == tComma {
			s := span(p.cur())
			p.add(CodeSpareComma, s, "this comma is one too many; remove it", nil, fix("Remove the comma", replace(s, "")))
			p.advance()
		}
		if p.typ() == tEOF || p.atEdge() {
			p.fail(CodeMissingArgument, p.here(), fmt.Sprintf("an argument of %s is missing behind the comma", c.Word), []string{"an argument"})
			return false
		}
		return true
	case p.typ() == tSemicolon && p.peek(1).Type != tEOF:
		s := span(p.cur())
		p.add(CodeWrongSeparator, s, "arguments are separated by a comma, not by a semicolon", []string{","}, fix("Replace ; with ,", replace(s, ",")))
		c.Commas = append(c.Commas, p.take().Start)
		return true
	case p.typ() == tIdent && strings.EqualFold(p.cur().Value, "as") && isName(p.peek(1).Type) && takesAlias(c.Word):
		s := span(p.cur())
		p.add(CodeUnexpected, s, fmt.Sprintf("the alias stands behind a comma, without %s", p.cur().Value), []string{","},
			fix("Replace it with a comma", replace(token.Span{Start: p.end(), End: s.End}, ",")))
		p.advance()
		return true
	case p.startsValue() && c.Lparen.IsValid():
		return p.fail(CodeMissingComma, p.here(), fmt.Sprintf("a comma is missing before %s", p.found()), []string{","}, fix("Insert a comma", insert(p.end(), ",")))
	}
	return false
}

// takesAlias reports whether an alias is an argument of the call of w.
func takesAlias(w token.Word) bool {
	return w == token.PROFILE || w == token.TRAVERSE || w == token.RELATE || w == token.RELATEOPTIONAL
}

// nextArg is comma for an argument that must be there.
func (p *parser) nextArg(c *ast.Call, what string) bool {
	if p.comma(c) {
		return true
	}
	p.missingArg(c, what)
	return false
}

func (p *parser) missingArg(c *ast.Call, what string) {
	at := p.here()
	if p.failed() {
		return
	}
	if p.typ() == tComma && p.peek(1).Type == tRparen {
		// A comma with nothing behind it is part of this mistake.
		at = token.At(span(p.cur()).End)
		if p.fail(CodeMissingArgument, at, fmt.Sprintf("%s lacks %s", c.Word, what), []string{what}) {
			c.Commas = append(c.Commas, p.take().Start)
			p.lastFail = p.i
		}
		return
	}
	p.fail(CodeMissingArgument, at, fmt.Sprintf("%s lacks %s", c.Word, what), []string{what})
}

// ident parses a name that is no string. The current token must be one.
func (p *parser) ident() *ast.Ident {
	i := p.identValue()
	return &i
}

func (p *parser) identValue() ast.Ident {
	t := p.cur()
	s := span(t)
	if t.Type == tWrongName {
		p.addWrongName(t)
	}
	p.advance()
	return ast.Ident{Extent: s, Name: t.Value}
}

// name parses a name that may be written as a string. It returns nil if there
// is none.
func (p *parser) name(c *ast.Call, what string) *ast.Ident {
	t := p.cur()
	switch {
	case isName(t.Type):
		if p.peek(1).Type == tLparen && (p.startsSource(0) || word(t).IsStep()) {
			break
		}
		return p.ident()
	case isString(t.Type):
		lit := p.stringLit()
		return &ast.Ident{Extent: lit.Extent, Name: lit.Value, Quoted: true}
	case t.Type == tNumber || t.Type == tWrongNumber:
		p.fail(CodeNotAName, span(t), fmt.Sprintf("%s is no name; %s takes %s", quote(t.Value), c.Word, what), []string{what})
		p.advance()
		return nil
	}
	p.missingArg(c, what)
	return nil
}

// alias parses an alias, which may be qualified.
func (p *parser) alias(c *ast.Call) *ast.Alias {
	t := p.cur()
	if isString(t.Type) {
		s := span(t)
		lit := p.stringLit()
		if t.Type == tString {
			var fixes []token.Fix
			if isIdent(lit.Value) {
				fixes = append(fixes, fix("Remove the quotes", replace(s, lit.Value)))
			}
			p.add(CodeNotAName, s, "an alias is written without quotes", []string{"an alias"}, fixes...)
		}
		return &ast.Alias{Base: ast.Base{Extent: s}, Dot: token.NoPos, Name: ast.Ident{Extent: s, Name: lit.Value, Quoted: true}}
	}
	if !isName(t.Type) || p.isCall() {
		p.missingArg(c, "an alias, such as account_1")
		return nil
	}
	start := p.start()
	n := &ast.Alias{Dot: token.NoPos, Name: p.identValue()}
	if p.typ() == tDot && p.isMember() {
		q := n.Name
		n.Qualifier, n.Dot = &q, p.take().Start
		n.Name = p.member(q.Name, "an alias")
	}
	n.Extent = p.extent(start)
	return n
}

// isIdent reports whether text has the form of an identifier.
func isIdent(text string) bool {
	if text == "" || classes[text[0]] != cLetter {
		return false
	}
	for i := range len(text) {
		if !isWordByte(text[i]) {
			return false
		}
	}
	return true
}

// number parses a number.
func (p *parser) number(c *ast.Call, what string) ast.Expr {
	if t := p.typ(); t == tRparen || t == tComma || t == tEOF || p.atEdge() {
		p.missingArg(c, what)
		return &ast.BadExpr{Base: ast.Base{Extent: p.here()}}
	}
	p.commas++
	x := p.value()
	p.commas--
	switch n := x.(type) {
	case *ast.NumberLit, *ast.BadExpr, *ast.BadCall:
	case *ast.StringLit:
		var fixes []token.Fix
		if d := digits(n.Value); d > 0 && d == len(n.Value) {
			fixes = append(fixes, fix("Remove the quotes", replace(n.Extent, n.Value)))
		}
		p.add(CodeNotANumber, n.Extent, fmt.Sprintf("%s takes a number, %s, not a string", c.Word, what), []string{what}, fixes...)
	default:
		s := x.Span()
		p.add(CodeNotANumber, s, fmt.Sprintf("%s takes a number, %s, but %s stands there", c.Word, what, quote(s.Text(p.text))), []string{what})
	}
	return x
}

// column parses a column.
func (p *parser) column(c *ast.Call) ast.Expr {
	t := p.cur()
	if isPage := c.Word == token.ORDERBY || c.Word == token.SELECT; isPage && isName(t.Type) && !p.isCall() {
		return p.columnRef()
	}
	if p.startsValue() && (t.Type != tLparen || c.Word != token.ORDERBY && c.Word != token.SELECT) {
		x := asColumn(p.value(), p.text)
		p.wantColumn(x, c.Word.String()+" takes")
		return x
	}
	p.missingArg(c, "a column")
	return &ast.BadExpr{Base: ast.Base{Extent: p.here()}}
}

// asColumn makes a column of true or false where only a column can stand: no
// word is reserved.
func asColumn(x ast.Expr, text string) ast.Expr {
	b, ok := x.(*ast.BoolLit)
	if !ok {
		return x
	}
	return &ast.ColumnExpr{Base: b.Base, Dot: token.NoPos, Name: ast.Ident{Extent: b.Extent, Name: b.Extent.Text(text)}}
}

// wantColumn reports a value that is no column where only a column may stand.
func (p *parser) wantColumn(x ast.Expr, where string) {
	switch n := x.(type) {
	case *ast.ColumnExpr, *ast.BadExpr, *ast.BadCall:
	case *ast.StringLit:
		var fixes []token.Fix
		if isIdent(n.Value) {
			fixes = append(fixes, fix("Remove the quotes", replace(n.Extent, n.Value)))
		}
		p.add(CodeNotAColumn, n.Extent, where+" a column, which is written without quotes", []string{"a column"}, fixes...)
	default:
		s := x.Span()
		p.add(CodeNotAColumn, s, fmt.Sprintf("%s a column, but %s stands there", where, quote(s.Text(p.text))), []string{"a column"})
	}
}

// anyArgs parses the parentheses of a call that the language does not have,
// and what can be understood within, without a word about mistakes in it.
func (p *parser) anyArgs() []ast.Expr {
	p.quiet++
	defer func() { p.quiet-- }()
	p.advance()
	var args []ast.Expr
	end := p.closing()
	if end < 0 {
		p.lacking--
		return nil
	}
	for p.i < end {
		at := p.i
		args = append(args, p.logical())
		if p.i == at || p.typ() == tComma {
			p.advance()
		}
	}
	if p.i == end {
		p.advance()
	}
	return args
}
