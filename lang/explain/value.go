package explain

import (
	"strconv"
	"strings"
	"time"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// value says a value. info is the column that it is compared with, nil if it
// is not known.
func (e *explainer) value(c cond, x ast.Expr, info *schema.Column) string {
	switch x := unparen(x).(type) {
	case *ast.ColumnExpr:
		return c.column(x)
	case *ast.StringLit:
		if info == nil || info.Type == schema.TypeDateTime {
			if d, ok := dateText(x.Value); ok {
				return d
			}
		}
		if info != nil && info.Type.IsID() {
			return x.Value
		}
		return `"` + x.Value + `"`
	case *ast.NumberLit:
		if info != nil && (info.Type.IsChoice() || len(info.Choices) > 0) {
			if n, err := strconv.Atoi(x.Text); err == nil {
				if choice, ok := info.Choice(n); ok && choice.Label != "" {
					return choice.Label
				}
			}
			return x.Text
		}
		return thousands(x.Text)
	case *ast.BoolLit:
		return boolWord(x.Value, info)
	case *ast.NowExpr:
		return "now"
	case *ast.DateExpr:
		return e.date(c, x)
	case *ast.DateDiffExpr:
		part := "time"
		if x.Part != nil {
			part = "number of " + partWord(x.Part.Word, "2")
		}
		return "the " + part + " from " + e.value(c, x.From, nil) + " to " + e.value(c, x.To, nil)
	case *ast.DateAddExpr:
		return e.dateAdd(c, x)
	case *ast.ArithExpr:
		return e.arith(c, x)
	}
	return notUnderstood
}

// arithWords are the operators of values.
var arithWords = map[token.Op]string{
	token.Add: " plus ", token.Subtract: " minus ", token.Multiply: " times ", token.Divide: " divided by ",
}

func (e *explainer) arith(c cond, x *ast.ArithExpr) string {
	var b strings.Builder
	for i, o := range x.Operands {
		if i > 0 && i <= len(x.Operators) {
			b.WriteString(arithWords[x.Operators[i-1].Op])
		}
		text := e.value(c, o, nil)
		if _, ok := unparen(o).(*ast.ArithExpr); ok {
			text = "(" + text + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

func (e *explainer) dateAdd(c cond, x *ast.DateAddExpr) string {
	part := "units"
	amount := e.value(c, x.Amount, nil)
	if x.Part != nil {
		part = plainPart(x.Part.Word, strings.TrimPrefix(amount, "-"))
	}
	amount, before := strings.CutPrefix(amount, "-")
	_, now := unparen(x.Date).(*ast.NowExpr)
	switch {
	case now && before:
		return amount + " " + part + " ago"
	case now:
		return amount + " " + part + " from now"
	case before:
		return amount + " " + part + " before " + e.value(c, x.Date, nil)
	}
	return amount + " " + part + " after " + e.value(c, x.Date, nil)
}

func (e *explainer) date(c cond, x *ast.DateExpr) string {
	var parts []string
	var numbers []int
	for _, a := range x.Args {
		parts = append(parts, e.value(c, a, nil))
		if l, ok := unparen(a).(*ast.NumberLit); ok {
			if n, err := strconv.Atoi(l.Text); err == nil {
				numbers = append(numbers, n)
			}
		}
	}
	if len(numbers) < 3 || len(numbers) < len(parts) || len(numbers) > 7 {
		return "the date " + strings.Join(parts, "-")
	}
	numbers = append(numbers, 0, 0, 0, 0)
	t := time.Date(numbers[0], time.Month(numbers[1]), numbers[2], numbers[3], numbers[4], numbers[5], 0, time.UTC)
	if int(t.Month()) != numbers[1] || t.Day() != numbers[2] {
		return "the date " + strings.Join(parts, "-") // there is no such day
	}
	return timeText(t)
}

// dateText says a date that is written as text.
func dateText(text string) (string, bool) {
	for _, layout := range []string{
		"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339, "2006-01-02T15:04Z",
		"2006-01-02 15:04", "2006-01-02 15:04:05",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return timeText(t.UTC()), true
		}
	}
	return "", false
}

func timeText(t time.Time) string {
	switch {
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format("2 January 2006")
	case t.Second() == 0:
		return t.Format("2 January 2006 15:04")
	}
	return t.Format("2 January 2006 15:04:05")
}

func isLiteral(x ast.Expr) bool {
	switch x.(type) {
	case *ast.StringLit, *ast.NumberLit, *ast.BoolLit, *ast.DateExpr, *ast.NowExpr:
		return true
	}
	return false
}

// isDate reports whether a value that a column is compared with is a date.
func isDate(x ast.Expr, info *schema.Column) bool {
	switch x := x.(type) {
	case *ast.DateExpr, *ast.DateAddExpr, *ast.NowExpr:
		return true
	case *ast.StringLit:
		if info == nil {
			_, ok := dateText(x.Value)
			return ok
		}
	}
	return info != nil && info.Type == schema.TypeDateTime
}

// column says a column: its label, behind the name of its row unless that is
// the row that everything is about.
func (c cond) column(x *ast.ColumnExpr) string {
	ref := c.res.Column(x)
	name := x.Name.Name
	if ref.Column != nil {
		name = label(ref.Column)
	}
	switch {
	case ref.Row == nil && x.Qualifier != nil:
		return possessive(x.Qualifier.Name) + " " + name
	case ref.Row == nil || ref.Row == c.focus:
		return name
	}
	return possessive(c.rowName(ref.Row)) + " " + name
}

// rowName names a row by its table: Account.
func (e *explainer) rowName(r *check.Row) string {
	switch {
	case r.Info != nil && r.Info.Label != "":
		return r.Info.Label
	case r.Table != "":
		return r.Table
	case r.Alias != nil:
		return r.Alias.Name.Name
	}
	return "related row"
}

func label(c *schema.Column) string {
	if c.Label != "" {
		return c.Label
	}
	return c.Name
}

func boolWord(v bool, info *schema.Column) string {
	n, word := 0, "No"
	if v {
		n, word = 1, "Yes"
	}
	if info != nil {
		if choice, ok := info.Choice(n); ok && choice.Label != "" {
			return choice.Label
		}
	}
	return word
}
