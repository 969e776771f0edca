package parser

import (
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"segql/lang/ast"
	"segql/lang/token"
)

// call parses a function, whose name is the current token. It returns nil, with
// nothing taken, where the name is that of a source, step or operator.
func (p *parser) call(t *lexer.Token, s token.Span) ast.Expr {
	if p.atEdge() {
		return nil
	}
	return p.callAs(token.Lookup(t.Value), t, s)
}

// callAs is call for the name of a function that is meant as w.
func (p *parser) callAs(w token.Word, t *lexer.Token, s token.Span) ast.Expr {
	switch w {
	case token.AND, token.OR:
		return nil
	case token.NOT:
		n := &ast.NotExpr{}
		p.open(&n.Call, w)
		commas := p.commas
		p.commas = 0
		n.Cond = p.condition("NOT")
		p.commas = commas
		p.close(&n.Call, s.Start)
		return n
	case token.ISNULL, token.ISNOTNULL:
		n := &ast.NullExpr{}
		p.open(&n.Call, w)
		n.Column = p.column(&n.Call)
		p.close(&n.Call, s.Start)
		return n
	case token.CONTAINS, token.STARTSWITH, token.ENDSWITH:
		return p.matchCall(w, s)
	}
	p.commas++
	defer func() { p.commas-- }()
	switch w {
	case token.DATETIMEUTCNOW:
		n := &ast.NowExpr{}
		p.openEmpty(&n.Call, w)
		p.close(&n.Call, s.Start)
		return n
	case token.DATEDIFF:
		n := &ast.DateDiffExpr{}
		p.open(&n.Call, w)
		n.Part = p.datePart(&n.Call)
		n.From, n.To = p.missing(), nil
		if p.nextArg(&n.Call, "its second argument, the date to count from") {
			n.From = p.arg(&n.Call, "its second argument, the date to count from")
			if p.nextArg(&n.Call, "its third argument, the date to count to") {
				n.To = p.arg(&n.Call, "its third argument, the date to count to")
			}
		}
		if n.To == nil {
			n.To = p.missing()
		}
		p.close(&n.Call, s.Start)
		return n
	case token.DATEADD:
		n := &ast.DateAddExpr{}
		p.open(&n.Call, w)
		n.Part = p.datePart(&n.Call)
		n.Amount, n.Date = p.missing(), nil
		if p.nextArg(&n.Call, "its second argument, the number to add") {
			n.Amount = p.number(&n.Call, "how many to add")
			if p.nextArg(&n.Call, "its third argument, the date to add to") {
				n.Date = p.arg(&n.Call, "its third argument, the date to add to")
			}
		}
		if n.Date == nil {
			n.Date = p.missing()
		}
		p.close(&n.Call, s.Start)
		return n
	case token.DATE:
		n := &ast.DateExpr{}
		p.open(&n.Call, w)
		for {
			n.Args = append(n.Args, p.number(&n.Call, "the parts of a date: year, month, day"))
			if !p.comma(&n.Call) {
				break
			}
		}
		p.close(&n.Call, s.Start)
		return n
	}
	return p.unknownCall(t, s, w)
}

func (p *parser) missing() ast.Expr { return &ast.BadExpr{Base: ast.Base{Extent: p.here()}} }

// arg parses an argument that is a value.
func (p *parser) arg(c *ast.Call, what string) ast.Expr {
	if t := p.typ(); t == tRparen || t == tComma || t == tEOF {
		p.missingArg(c, what)
		return p.missing()
	}
	x := p.value()
	p.wantValue(x)
	return x
}

// otherParts are abbreviations of date parts, as T-SQL has them.
var otherParts = map[string]token.Word{
	"YY": token.YEAR, "YYYY": token.YEAR, "MM": token.MONTH, "M": token.MONTH, "DD": token.DAY, "D": token.DAY,
	"HH": token.HOUR, "MI": token.MINUTE, "N": token.MINUTE, "SS": token.SECOND, "S": token.SECOND, "MS": token.MILLISECOND,
}

var dateParts = []string{"year", "month", "day", "hour", "minute", "second", "millisecond"}

// datePart parses the first argument of DATEDIFF and DATEADD.
func (p *parser) datePart(c *ast.Call) *ast.DatePart {
	t := p.cur()
	s := span(t)
	what := fmt.Sprintf("the first argument of %s is year, month, day, hour, minute, second or millisecond", c.Word)
	name := t.Value
	switch {
	case t.Type == tIdent && p.peek(1).Type != tLparen:
	case t.Type == tString && len(name) > 2:
		name = name[1 : len(name)-1]
	case t.Type == tRparen || t.Type == tComma || t.Type == tEOF:
		p.missingArg(c, "its first argument: year, month, day, hour, minute, second or millisecond")
		return nil
	default:
		p.fail(CodeUnknownFunction, s, what+", but "+p.found()+" stands there", dateParts)
		p.value()
		return nil
	}
	w := token.Lookup(name)
	if !w.IsDatePart() || t.Type == tString {
		if !w.IsDatePart() {
			if o, ok := otherParts[strings.ToUpper(name)]; ok {
				w = o
			} else if o := token.Lookup(strings.TrimSuffix(strings.ToUpper(name), "S")); o.IsDatePart() {
				w = o
			} else {
				w = nearestWord(name, token.Word.IsDatePart)
			}
		}
		var fixes []token.Fix
		if w != token.NoWord {
			fixes = append(fixes, fix("Replace with "+strings.ToLower(w.String()), replace(s, strings.ToLower(w.String()))))
		}
		p.fail(CodeUnknownFunction, s, what+", but "+p.found()+" stands there", dateParts, fixes...)
		p.cutOff()
		if w == token.NoWord {
			if p.peek(1).Type == tDot {
				p.value()
			} else {
				p.advance()
			}
			return nil
		}
	}
	p.advance()
	return &ast.DatePart{Base: ast.Base{Extent: s}, Word: w}
}

// matchCall parses CONTAINS(column, 'text'), which others write so.
func (p *parser) matchCall(w token.Word, s token.Span) ast.Expr {
	c := &ast.Call{}
	p.open(c, w)
	n := &ast.CompareExpr{Op: textOps[w], OpSpan: s}
	p.commas++
	n.Left, n.Right = p.arg(c, "its column"), nil
	if p.nextArg(c, "the text to look for") {
		n.Right = p.arg(c, "the text to look for")
	}
	p.commas--
	if n.Right == nil {
		n.Right = p.missing()
	}
	p.close(c, s.Start)
	n.Extent = c.Extent
	var fixes []token.Fix
	if n.Left.Span().Len() > 0 && n.Right.Span().Len() > 0 && c.Rparen.IsValid() {
		fixes = append(fixes, fix("Write it between the two", replace(n.Extent,
			fmt.Sprintf("%s %s %s", n.Left.Span().Text(p.text), w, n.Right.Span().Text(p.text)))))
	}
	p.add(CodeMatchCall, s, fmt.Sprintf("%s stands between the column and the text, as in `fullname %s 'text'`", w, w), nil, fixes...)
	return n
}

// otherNows are names of the current time that the vendor's own examples and
// other languages have.
var otherNows = map[string]bool{
	"DATETIMENOWUTC": true, "NOW": true, "UTCNOW": true, "GETDATE": true, "GETUTCDATE": true, "TODAY": true, "DATETIMENOW": true,
	"SYSDATETIME": true, "CURRENTDATE": true, "CURRENT_TIMESTAMP": true,
}

var otherFunctions = map[string]token.Word{
	"ISNOTEMPTY": token.ISNOTNULL, "NOTNULL": token.ISNOTNULL, "ISEMPTY": token.ISNULL, "NULL": token.ISNULL, "ISBLANK": token.ISNULL,
	"STARTS_WITH": token.STARTSWITH, "ENDS_WITH": token.ENDSWITH, "BEGINSWITH": token.STARTSWITH, "INCLUDES": token.CONTAINS,
	"DATE_DIFF": token.DATEDIFF, "DATE_ADD": token.DATEADD,
}

// unknownCall parses the call of a function that the language does not have,
// or not here.
func (p *parser) unknownCall(t *lexer.Token, s token.Span, w token.Word) ast.Expr {
	name := strings.ToUpper(t.Value)
	if w == token.NoWord {
		near := otherFunctions[name]
		if otherNows[name] {
			near = token.DATETIMEUTCNOW
		}
		if near == token.NoWord {
			near = nearestWord(t.Value, func(w token.Word) bool {
				return w.IsFunction() || w == token.CONTAINS || w == token.STARTSWITH || w == token.ENDSWITH
			})
		}
		if near != token.NoWord {
			message := fmt.Sprintf("there is no function %s; did you mean %s?", quote(t.Value), near)
			if near == token.DATETIMEUTCNOW {
				message = fmt.Sprintf("there is no function %s; the current time is DATETIMEUTCNOW()", quote(t.Value))
			}
			if textOps[near] != token.NoOp {
				// It is reported once, as the call of the right function.
				return p.matchCall(near, s)
			}
			p.add(CodeUnknownFunction, s, message, []string{near.String() + "(..)"}, fix("Replace with "+near.String(), replace(s, near.String())))
			return p.callAs(near, t, s)
		}
		p.fail(CodeUnknownFunction, s, fmt.Sprintf("there is no function %s; the functions are NOT, ISNULL, ISNOTNULL, DATEDIFF, DATEADD, DATE and DATETIMEUTCNOW", quote(t.Value)),
			[]string{"DATEDIFF(..)", "DATEADD(..)", "DATE(..)", "DATETIMEUTCNOW()"})
	} else {
		p.fail(CodeMisplaced, s, fmt.Sprintf("%s has no place in a condition%s", w, placeOf(w)), nil)
	}
	n := &ast.BadCall{Name: p.identValue()}
	n.Args = p.anyArgs()
	n.Extent = p.extent(s.Start)
	return n
}

func placeOf(w token.Word) string {
	switch {
	case w.IsAggregate() || w.IsWindow():
		return "; it stands within HAVING(..)"
	case w.IsStep():
		return "; it is a step, as in `PROFILE(contact)." + w.String() + "(..)`"
	}
	return ""
}
