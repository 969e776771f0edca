package explain

import (
	"strings"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// cond says conditions about a row.
type cond struct {
	*explainer
	scope  *check.Scope
	focus  *check.Row // the row that needs no name
	people bool       // the row is a person
	// plain tells that conditions are said as statements (Status is Active)
	// instead of clauses (whose Status is Active).
	plain bool
}

// all returns the conditions that must hold together.
func (c cond) all(x ast.Expr) []phrase {
	if l, ok := unparen(x).(*ast.LogicalExpr); ok && l.Op == token.And {
		var all []phrase
		for _, o := range l.Operands {
			all = append(all, c.all(o)...)
		}
		return all
	}
	return []phrase{c.say(x)}
}

// any returns the conditions of which one must hold. Comparisons of one column
// with several values become one.
func (c cond) any(l *ast.LogicalExpr) []phrase {
	var flat []ast.Expr
	var flatten func(x ast.Expr)
	flatten = func(x ast.Expr) {
		if inner, ok := unparen(x).(*ast.LogicalExpr); ok && inner.Op == token.Or {
			for _, o := range inner.Operands {
				flatten(o)
			}
			return
		}
		flat = append(flat, x)
	}
	flatten(l)
	var all []phrase
	for i := 0; i < len(flat); {
		column, value := equality(flat[i])
		values := []ast.Expr{value}
		j := i + 1
		for ; column != nil && j < len(flat); j++ {
			next, value := equality(flat[j])
			if next == nil || !sameColumn(column, next) {
				break
			}
			values = append(values, value)
		}
		if len(values) > 1 {
			all = append(all, c.oneOf(column, values))
		} else {
			all = append(all, c.say(flat[i]))
		}
		i = j
	}
	return all
}

// equality returns the sides of a comparison of a column with a literal.
func equality(x ast.Expr) (*ast.ColumnExpr, ast.Expr) {
	e, ok := unparen(x).(*ast.CompareExpr)
	if !ok || e.Op != token.Equal {
		return nil, nil
	}
	column, ok := e.Left.(*ast.ColumnExpr)
	if !ok {
		return nil, nil
	}
	switch e.Right.(type) {
	case *ast.StringLit, *ast.NumberLit:
		if !isConsent(column.Name.Name) {
			return column, e.Right
		}
	}
	return nil, nil
}

func sameColumn(a, b *ast.ColumnExpr) bool {
	qualifier := func(c *ast.ColumnExpr) string {
		if c.Qualifier == nil {
			return ""
		}
		return c.Qualifier.Name
	}
	return strings.EqualFold(a.Name.Name, b.Name.Name) && strings.EqualFold(qualifier(a), qualifier(b))
}

func unparen(x ast.Expr) ast.Expr {
	for {
		p, ok := x.(*ast.ParenExpr)
		if !ok {
			return x
		}
		x = p.X
	}
}

// head leads to a list of clauses or of statements.
func (c cond) head(clauses, statements string) string {
	switch {
	case c.plain:
		return statements + ":"
	case c.people:
		return "to whom " + clauses + ":"
	}
	return "to which " + clauses + ":"
}

// forWhom leads from a row to a statement about it.
func (c cond) forWhom() string {
	if c.people {
		return "for whom "
	}
	return "for which "
}

// say returns one condition.
func (c cond) say(x ast.Expr) phrase {
	switch x := unparen(x).(type) {
	case *ast.LogicalExpr:
		if x.Op == token.And {
			return phrase{items: c.all(x), joiner: "and", pair: "both", head: c.head("all of these apply", "all of these are true")}
		}
		items := c.any(x)
		if len(items) == 1 {
			return items[0]
		}
		return phrase{items: items, joiner: "or", pair: "either", head: c.head("any of these applies", "any of these is true")}
	case *ast.NotExpr:
		inner := c
		inner.plain = true
		p := inner.say(x.Cond)
		p.text = strings.TrimSpace("it is not true that " + p.text)
		return c.statement(p)
	case *ast.NullExpr:
		if x.Word == token.ISNULL {
			return c.about(x.Column, "is empty")
		}
		return c.about(x.Column, "is not empty")
	case *ast.InExpr:
		if column, ok := unparen(x.Left).(*ast.ColumnExpr); ok {
			return c.oneOf(column, x.Values)
		}
	case *ast.CompareExpr:
		return c.compare(x)
	}
	return c.statement(phrase{text: notUnderstood + " holds"})
}

// statement turns a statement into a clause, if clauses are to be said.
func (c cond) statement(p phrase) phrase {
	if !c.plain {
		p.text = c.forWhom() + p.text
	}
	return p
}

// about says something of a value.
func (c cond) about(x ast.Expr, predicate string) phrase {
	x = unparen(x)
	text := c.value(c, x, nil) + " " + predicate
	if _, ok := x.(*ast.ColumnExpr); ok && !c.plain {
		return phrase{text: "whose " + text}
	}
	return c.statement(phrase{text: text})
}

func (c cond) oneOf(column *ast.ColumnExpr, values []ast.Expr) phrase {
	info := c.res.Column(column).Column
	var all []string
	for _, v := range values {
		all = append(all, c.value(c, v, info))
	}
	return c.about(column, "is "+list(all, "or"))
}

// flipped are the operators with their sides exchanged.
var flipped = map[token.Op]token.Op{
	token.Greater: token.Less, token.Less: token.Greater,
	token.GreaterEqual: token.LessEqual, token.LessEqual: token.GreaterEqual,
}

func (c cond) compare(x *ast.CompareExpr) phrase {
	left, op, right := unparen(x.Left), x.Op, unparen(x.Right)
	if isLiteral(left) && !isLiteral(right) {
		left, right = right, left
		if f, ok := flipped[op]; ok {
			op = f
		}
	}
	column, _ := left.(*ast.ColumnExpr)
	var info *schema.Column
	if column != nil {
		info = c.res.Column(column).Column
		if text, ok := right.(*ast.StringLit); ok && isConsent(column.Name.Name) && (op == token.Equal || op == token.NotEqual) {
			return c.consent(text.Value, op == token.NotEqual)
		}
	}
	if p, ok := c.distance(left, op, right); ok {
		return p
	}
	if d, ok := right.(*ast.DateAddExpr); ok {
		if p, ok := c.fromNow(left, op, d); ok {
			return p
		}
	}
	if _, ok := right.(*ast.NowExpr); ok && momentWords[op] != "" {
		return c.about(left, momentWords[op])
	}
	words := compareWords
	if isDate(right, info) {
		words = dateWords
	}
	word := words[op]
	if word == "" {
		word = notUnderstood
	}
	if other, ok := right.(*ast.ColumnExpr); ok && column != nil {
		info = c.res.Column(other).Column
	}
	return c.about(left, word+" "+c.value(c, right, info))
}

// compareWords, dateWords and momentWords say what comparisons mean: with a
// value, with a date, and with this moment.
var (
	compareWords = map[token.Op]string{
		token.Equal: "is", token.NotEqual: "is not", token.Greater: "is more than", token.GreaterEqual: "is at least",
		token.Less: "is less than", token.LessEqual: "is at most", token.Contains: "contains",
		token.StartsWith: "starts with", token.EndsWith: "ends with",
	}
	dateWords = map[token.Op]string{
		token.Equal: "is", token.NotEqual: "is not", token.Greater: "is after", token.GreaterEqual: "is on or after",
		token.Less: "is before", token.LessEqual: "is on or before", token.Contains: "contains",
		token.StartsWith: "starts with", token.EndsWith: "ends with",
	}
	momentWords = map[token.Op]string{
		token.Greater: "is in the future", token.GreaterEqual: "is now or in the future",
		token.Less: "is in the past", token.LessEqual: "is now or in the past",
	}
	// distanceWords say how far a date lies in the past or future.
	distanceWords = map[token.Op]string{
		token.Equal: "is", token.NotEqual: "is not", token.Greater: "is more than", token.GreaterEqual: "is at least",
		token.Less: "is less than", token.LessEqual: "is at most",
	}
)

// distance says how far a date lies from now, as DATEDIFF counts.
func (c cond) distance(left ast.Expr, op token.Op, right ast.Expr) (phrase, bool) {
	d, ok := left.(*ast.DateDiffExpr)
	number, isNumber := right.(*ast.NumberLit)
	if !ok || !isNumber || d.Part == nil || distanceWords[op] == "" || strings.HasPrefix(number.Text, "-") {
		return phrase{}, false
	}
	where, date := " ago", d.From
	if _, ok := unparen(d.To).(*ast.NowExpr); !ok {
		if _, ok := unparen(d.From).(*ast.NowExpr); !ok {
			return phrase{}, false
		}
		where, date = " from now", d.To
	}
	if _, ok := unparen(date).(*ast.ColumnExpr); !ok {
		return phrase{}, false
	}
	return c.about(date, distanceWords[op]+" "+number.Text+" "+partWord(d.Part.Word, number.Text)+where), true
}

// fromNow compares a date with one that is so far from now.
func (c cond) fromNow(left ast.Expr, op token.Op, d *ast.DateAddExpr) (phrase, bool) {
	number, ok := unparen(d.Amount).(*ast.NumberLit)
	if _, now := unparen(d.Date).(*ast.NowExpr); !ok || !now || d.Part == nil || distanceWords[op] == "" {
		return phrase{}, false
	}
	amount, past := strings.CutPrefix(number.Text, "-")
	where := " from now"
	if past {
		where = " ago"
		if f, ok := flipped[op]; ok { // later is less long ago
			op = f
		}
	}
	return c.about(left, distanceWords[op]+" "+amount+" "+plainPart(d.Part.Word, amount)+where), true
}

// consent says what the record of a consent condition asks for.
func (c cond) consent(record string, not bool) phrase {
	keys := make(map[string]string)
	for _, pair := range strings.Split(record, ";") {
		key, value, _ := strings.Cut(pair, ":")
		keys[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	channel := keys["ch"]
	if low, ok := channelWords[strings.ToLower(channel)]; ok {
		channel = low
	}
	if channel == "" {
		channel = "messages"
	}
	if ea := keys["ea"]; ea != "" {
		at := ea
		if c.focus != nil {
			if column := c.focus.Column(ea, c.dialect); column != nil {
				at = label(column)
			}
		}
		channel += " at " + at
	}
	var text string
	switch strings.ToLower(keys["v"]) {
	case "optedin":
		text = "opted in to " + channel
	case "optedout":
		text = "opted out of " + channel
	case "notset":
		text = "did not choose whether to get " + channel
	default:
		text = "have the consent " + keys["v"] + " for " + channel
	}
	var about []string
	for _, k := range []struct{ key, word string }{{"p", "purpose"}, {"t", "topic"}, {"cp", "compliance profile"}} {
		if v := keys[k.key]; v != "" {
			about = append(about, k.word+" "+v)
		}
	}
	if len(about) > 0 {
		text += " (" + strings.Join(about, ", ") + ")"
	}
	switch {
	case not:
		return c.statement(phrase{text: "it is not true that they " + text})
	case c.plain:
		return phrase{text: "they " + text}
	}
	return phrase{text: "who " + text}
}

var channelWords = map[string]string{"email": "email", "text": "text messages", "sms": "text messages", "push": "push notifications"}

func isConsent(column string) bool {
	lower := strings.ToLower(column)
	for _, prefix := range []string{"compliance_profile_", "consent_topic_", "consent_purpose_"} {
		if rest, ok := strings.CutPrefix(lower, prefix); ok && len(rest) == 32 {
			return true
		}
	}
	return false
}
