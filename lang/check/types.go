package check

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

var typeRules = []*Rule{
	{
		Name: "type-mismatch", Severity: Error,
		Summary: "a column is compared with a value of another type",
		Doc: "Text is compared with strings, numbers with numbers, dates with strings such as '2026-03-30' or with date " +
			"functions, lookups with ids in quotes, choices with their numbers, and two-option columns with true or false.",
		Bad: "PROFILE(account).FILTER(revenue > '1000')", Good: "PROFILE(account).FILTER(revenue > 1000)",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil), (*ast.DateDiffExpr)(nil), (*ast.DateAddExpr)(nil)}, run: typeMismatch,
	},
	{
		Name: "operator-not-for-type", Severity: Error,
		Summary: "an operator does not go with the type of the column",
		Doc: "Text, ids and choices are compared with == and !=; CONTAINS, STARTSWITH and ENDSWITH are for text; <, <=, > and " +
			">= are for numbers and dates.",
		Bad: "PROFILE(contact).FILTER(donotemail > false)", Good: "PROFILE(contact).FILTER(donotemail == false)",
		nodes: []ast.Node{(*ast.CompareExpr)(nil)}, run: operatorNotForType,
	},
	{
		Name: "choice-label-for-value", Severity: Error,
		Summary: "a choice is compared with its label instead of its number",
		Doc:     "A choice column holds a number. Its label is what people see.",
		Bad:     "PROFILE(contact).FILTER(statecode == 'Active')", Good: "PROFILE(contact).FILTER(statecode == 0)",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil)}, run: choiceLabel,
	},
	{
		Name: "unknown-choice-value", Severity: Error,
		Summary: "a choice column has no such value",
		Doc:     "With the embedded standard tables it is a warning, since an organization may have added values.",
		Bad:     "PROFILE(contact).FILTER(statecode == 7)", Good: "PROFILE(contact).FILTER(statecode == 1)",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil)}, run: unknownChoice,
	},
	{
		Name: "invalid-date", Severity: Error,
		Summary: "a string compared with a date is none",
		Doc:     "A date is written as '2026-03-30', with a time as '2026-03-30T08:00:00Z'.",
		Bad:     "PROFILE(contact).FILTER(birthdate > '30.03.1990')", Good: "PROFILE(contact).FILTER(birthdate > '1990-03-30')",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.DateDiffExpr)(nil), (*ast.DateAddExpr)(nil)}, run: invalidDate,
	},
	{
		Name: "date-part-range", Severity: Error,
		Summary: "DATE(..) has a part out of its range, or too few or too many",
		Doc:     "DATE takes year, month and day, then hour, minute, second and millisecond if wanted: 3 to 7 numbers.",
		Bad:     "PROFILE(contact).FILTER(birthdate > DATE(1990, 13, 1))", Good: "PROFILE(contact).FILTER(birthdate > DATE(1990, 12, 1))",
		nodes: []ast.Node{(*ast.DateExpr)(nil)}, run: datePartRange,
	},
	{
		Name: "invalid-guid", Severity: Error,
		Summary: "a string compared with an id is none",
		Doc:     "An id has 32 hexadecimal digits, in groups of 8, 4, 4, 4 and 12 joined by hyphens.",
		Bad:     "PROFILE(account).FILTER(accountid == '1cc00a15')", Good: "PROFILE(account).FILTER(accountid == '1cc00a15-37ef-e911-a81d-000d3a6d200c')",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil)}, run: invalidID,
	},
	{
		Name: "null-comparison", Severity: Error,
		Summary: "a column is compared with NULL",
		Doc:     "There is no NULL to compare with; ISNULL and ISNOTNULL ask whether a column has a value.",
		Bad:     "PROFILE(contact).FILTER(emailaddress1 != NULL)", Good: "PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))",
		nodes: []ast.Node{(*ast.CompareExpr)(nil)}, run: nullComparison,
	},
	{
		Name: "number-out-of-range", Severity: Warning,
		Summary: "a column can never hold the number that it is compared with",
		Doc:     "A whole-number column of Dataverse holds -2,147,483,648 to 2,147,483,647, and no fractions.",
		Bad:     "PROFILE(account).FILTER(numberofemployees > 3000000000)", Good: "PROFILE(account).FILTER(numberofemployees > 3000)",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil)}, run: numberOutOfRange,
	},
	{
		Name: "string-longer-than-column", Severity: Warning,
		Summary: "a text is longer than the column that it is compared with",
		Doc: "No value of the column can equal or contain a text that is longer than the column's maximum length. " +
			"The schema of an organization says that length; the embedded standard tables do not.",
		Bad:   "PROFILE(contact).FILTER(firstname == 'a first name that has more than the fifty characters of its column')",
		Good:  "PROFILE(contact).FILTER(firstname == 'Ada')",
		nodes: []ast.Node{(*ast.CompareExpr)(nil), (*ast.InExpr)(nil)}, run: stringTooLong,
	},
}

// class is what a value can be compared as.
type class uint8

const (
	unknownClass class = iota
	textClass
	numberClass
	boolClass
	dateClass
	idClass
	choiceClass
)

var classNames = [...]string{"a value", "text", "a number", "true or false", "a date", "an id", "a choice's number"}

func classOf(t schema.Type) class {
	switch {
	case t == schema.TypeBoolean:
		return boolClass
	case t == schema.TypeDateTime:
		return dateClass
	case t.IsChoice():
		return choiceClass
	case t.IsNumber():
		return numberClass
	case t.IsID():
		return idClass
	case t.IsText():
		return textClass
	}
	return unknownClass
}

// tested is a comparison of a column with a value.
type tested struct {
	column *ast.ColumnExpr
	info   *schema.Column
	class  class
	op     token.Op // as with the column on the left
	value  ast.Expr
}

var flipped = map[token.Op]token.Op{
	token.Less: token.Greater, token.LessEqual: token.GreaterEqual, token.Greater: token.Less, token.GreaterEqual: token.LessEqual,
}

// tests calls f for each value that the condition n compares a column with.
func (c *pass) tests(n ast.Node, f func(tested)) {
	switch n := n.(type) {
	case *ast.CompareExpr:
		if t, ok := c.test(n); ok {
			f(t)
		}
	case *ast.InExpr:
		column, ok := n.Left.(*ast.ColumnExpr)
		if !ok {
			return
		}
		for _, v := range n.Values {
			f(c.equals(column, v))
		}
	}
}

// equals returns what a value in a list says of a column.
func (c *pass) equals(column *ast.ColumnExpr, value ast.Expr) tested {
	t := tested{column: column, info: c.res.Column(column).Column, op: token.Equal, value: value}
	if t.info != nil {
		t.class = classOf(t.info.Type)
	}
	return t
}

func (c *pass) test(n *ast.CompareExpr) (tested, bool) {
	t := tested{op: n.Op, value: n.Right}
	column, ok := unparen(n.Left).(*ast.ColumnExpr)
	if !ok {
		column, ok = unparen(n.Right).(*ast.ColumnExpr)
		if !ok || n.Op == token.NoOp {
			return t, false
		}
		t.value = n.Left
		if op, ok := flipped[n.Op]; ok {
			t.op = op
		}
	}
	t.value = unparen(t.value)
	t.column = column
	if t.info = c.res.Column(column).Column; t.info != nil {
		t.class = classOf(t.info.Type)
	}
	return t, n.Op != token.NoOp
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

// valueClass returns what a value is, unknownClass if that is not clear.
func (c *pass) valueClass(x ast.Expr) class {
	switch x := unparen(x).(type) {
	case *ast.StringLit:
		return textClass
	case *ast.NumberLit, *ast.DateDiffExpr:
		return numberClass
	case *ast.BoolLit:
		return boolClass
	case *ast.DateExpr, *ast.DateAddExpr, *ast.NowExpr:
		return dateClass
	case *ast.ColumnExpr:
		if info := c.res.Column(x).Column; info != nil {
			return classOf(info.Type)
		}
	case *ast.ArithExpr:
		for _, o := range x.Operands {
			if _, ok := o.(*ast.NumberLit); !ok {
				return unknownClass
			}
		}
		return numberClass
	}
	return unknownClass
}

func typeMismatch(c *pass, n ast.Node) {
	switch n := n.(type) {
	case *ast.DateDiffExpr:
		c.wantDate(n.From)
		c.wantDate(n.To)
		return
	case *ast.DateAddExpr:
		c.wantDate(n.Date)
		return
	}
	c.tests(n, func(t tested) {
		have := c.valueClass(t.value)
		if t.class == unknownClass || have == unknownClass || t.class == have {
			return
		}
		if !fits(t.op, t.class) {
			return // operator-not-for-type speaks of it, and of what to write instead
		}
		number, isNumber := t.value.(*ast.NumberLit)
		var fixes []token.Fix
		switch {
		case t.class == numberClass && have == choiceClass, t.class == choiceClass && have == numberClass:
			return
		case have == textClass && (t.class == dateClass || t.class == idClass):
			if _, isLit := t.value.(*ast.StringLit); isLit {
				return // invalid-date and invalid-guid look into it
			}
		case t.class == choiceClass && have == textClass:
			lit, isLit := t.value.(*ast.StringLit)
			if _, isLabel := t.info.ChoiceLabelled(litValue(lit)); isLit && isLabel {
				return // choice-label-for-value speaks of it
			}
			if isLit && isInteger(lit.Value) {
				fixes = append(fixes, replaceFix("Remove the quotes", lit.Extent, lit.Value))
			}
		case t.class == boolClass && isNumber && (number.Text == "0" || number.Text == "1"):
			return
		case t.class == numberClass && have == textClass:
			if lit, ok := t.value.(*ast.StringLit); ok && isInteger(lit.Value) {
				fixes = append(fixes, replaceFix("Remove the quotes", lit.Extent, lit.Value))
			}
		case t.class == dateClass && have == numberClass:
			if s := t.value.Span(); isDate(c.text(s)) {
				fixes = append(fixes, replaceFix("Put it in quotes", s, "'"+c.text(s)+"'"))
			}
		case t.class == textClass && isNumber:
			fixes = append(fixes, replaceFix("Put it in quotes", number.Extent, "'"+number.Text+"'"))
		case t.class == boolClass && have == textClass:
			if lit, ok := t.value.(*ast.StringLit); ok && (strings.EqualFold(lit.Value, "true") || strings.EqualFold(lit.Value, "false")) {
				fixes = append(fixes, replaceFix("Remove the quotes", lit.Extent, strings.ToLower(lit.Value)))
			}
		}
		c.report(t.value.Span(), fmt.Sprintf("%s is compared with %s, but this is %s", c.nameOf(t), classNames[t.class], classNames[have]), fixes...)
	})
}

// wantDate reports a column that holds no date where a date must stand.
func (c *pass) wantDate(x ast.Expr) {
	column, ok := unparen(x).(*ast.ColumnExpr)
	if !ok {
		return
	}
	if class := c.valueClass(column); class != unknownClass && class != dateClass {
		c.report(column.Extent, fmt.Sprintf("a date must stand here, but %s holds %s", c.text(column.Extent), classNames[class]))
	}
}

func litValue(lit *ast.StringLit) string {
	if lit == nil {
		return ""
	}
	return lit.Value
}

func isInteger(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// nameOf names a column with its label.
func (c *pass) nameOf(t tested) string {
	name := c.text(t.column.Extent)
	if t.info != nil && t.info.Label != "" && !strings.EqualFold(t.info.Label, name) {
		name += " (" + t.info.Label + ")"
	}
	return name
}

// fits reports whether columns of a class can be compared by an operator. That
// choices have an order of no meaning does not make it wrong.
func fits(op token.Op, of class) bool {
	switch {
	case op == token.Equal || op == token.NotEqual:
		return true
	case op.IsTextMatch():
		return of == textClass
	}
	return of == numberClass || of == dateClass || of == choiceClass
}

func operatorNotForType(c *pass, n ast.Node) {
	x := n.(*ast.CompareExpr)
	t, ok := c.test(x)
	if !ok || t.class == unknownClass {
		return
	}
	switch isFit := fits(t.op, t.class); {
	case !isFit && t.op.IsTextMatch():
		c.report(x.OpSpan, fmt.Sprintf("%s is for text, but %s holds %s", t.op, c.nameOf(t), classNames[t.class]))
	case isFit && t.class == choiceClass && t.op != token.Equal && t.op != token.NotEqual:
		c.reportAs(Warning, x.OpSpan, fmt.Sprintf("%s holds a choice's number, which has no order of meaning; compare it with == or !=", c.nameOf(t)))
	case !isFit:
		c.report(x.OpSpan, fmt.Sprintf("%s is for numbers and dates, but %s holds %s; compare it with == or !=", t.op, c.nameOf(t), classNames[t.class]))
	}
}

func choiceLabel(c *pass, n ast.Node) {
	c.tests(n, func(t tested) {
		choice, ok := c.labelled(t)
		if !ok {
			return
		}
		lit := &ast.Base{Extent: t.value.Span()}
		text := strconv.Itoa(choice.Value)
		if t.class == boolClass {
			text = strconv.FormatBool(choice.Value != 0)
		}
		c.report(lit.Extent, fmt.Sprintf("%s holds numbers; %s is %s", c.nameOf(t), choice.Label, text), replaceFix(fmt.Sprintf("Replace with %s (%s)", text, choice.Label), lit.Extent, text))
	})
}

// labelled returns the choice whose label stands in place of its number.
func (c *pass) labelled(t tested) (schema.Choice, bool) {
	if t.info == nil || t.class != choiceClass && t.class != boolClass {
		return schema.Choice{}, false
	}
	label := ""
	switch v := t.value.(type) {
	case *ast.StringLit:
		label = v.Value
	case *ast.ColumnExpr: // without its quotes it looks like a column
		if v.Qualifier == nil && c.res.Column(v).Column == nil {
			label = v.Name.Name
		}
	}
	choice, ok := t.info.ChoiceLabelled(label)
	return choice, ok && label != ""
}

// isLabel reports whether what looks like a column, the current node, is the
// label of a choice.
func (c *pass) isLabel(column *ast.ColumnExpr) bool {
	for i := 1; ; i++ {
		var t tested
		switch n := c.parent(i).(type) {
		case *ast.ParenExpr:
			continue
		case *ast.CompareExpr:
			t, _ = c.test(n)
		case *ast.InExpr: // which may have many values, and all of them be columns
			if left, ok := n.Left.(*ast.ColumnExpr); ok && left != column {
				t = c.equals(left, column)
			}
		}
		if t.value != column {
			return false
		}
		_, found := c.labelled(t)
		return found
	}
}

// maxListed is how many choices a message lists.
const maxListed = 8

func unknownChoice(c *pass, n ast.Node) {
	c.tests(n, func(t tested) {
		lit, ok := t.value.(*ast.NumberLit)
		if !ok || t.class != choiceClass || len(t.info.Choices) == 0 || t.op != token.Equal && t.op != token.NotEqual {
			return
		}
		value, err := strconv.Atoi(lit.Text)
		if _, known := t.info.Choice(value); err == nil && known {
			return
		}
		var choices []string
		for i, choice := range t.info.Choices {
			if i == maxListed {
				choices = append(choices, fmt.Sprintf("and %d more", len(t.info.Choices)-maxListed))
				break
			}
			choices = append(choices, fmt.Sprintf("%d (%s)", choice.Value, choice.Label))
		}
		severity := c.rule.Severity
		if c.file.Schema.IsStandard() {
			severity = Warning
		}
		c.reportAs(severity, lit.Extent, fmt.Sprintf("%s has no value %s; it has %s", c.nameOf(t), lit.Text, strings.Join(choices, ", ")))
	})
}

var dateLayouts = []string{
	"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999999",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05.999999999Z07:00",
}

func isDate(s string) bool {
	s = strings.Replace(s, " ", "T", 1)
	for _, layout := range dateLayouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

// otherDates are forms of dates whose parts are certain.
var otherDates = []string{"2006/01/02", "2006.01.02", "20060102", "02.01.2006", "2.1.2006", "January 2, 2006", "Jan 2, 2006", "2 January 2006"}

func (c *pass) checkDate(x ast.Expr) {
	lit, ok := unparen(x).(*ast.StringLit)
	if !ok || isDate(lit.Value) {
		return
	}
	var fixes []token.Fix
	for _, layout := range otherDates {
		if t, err := time.Parse(layout, lit.Value); err == nil {
			text := "'" + t.Format("2006-01-02") + "'"
			fixes = append(fixes, replaceFix("Replace with "+text, lit.Extent, text))
			break
		}
	}
	c.report(lit.Extent, fmt.Sprintf("%s is no date; a date is written as '2026-03-30', with a time as '2026-03-30T08:00:00Z'", c.text(lit.Extent)), fixes...)
}

func invalidDate(c *pass, n ast.Node) {
	switch n := n.(type) {
	case *ast.CompareExpr:
		if t, ok := c.test(n); ok && t.class == dateClass && !t.op.IsTextMatch() {
			c.checkDate(t.value)
		}
	case *ast.DateDiffExpr:
		c.checkDate(n.From)
		c.checkDate(n.To)
	case *ast.DateAddExpr:
		c.checkDate(n.Date)
	}
}

var datePartLimits = []struct {
	name     string
	min, max int
}{{"year", 1753, 9999}, {"month", 1, 12}, {"day", 1, 31}, {"hour", 0, 23}, {"minute", 0, 59}, {"second", 0, 59}, {"millisecond", 0, 999}}

func datePartRange(c *pass, n ast.Node) {
	d := n.(*ast.DateExpr)
	if len(d.Args) < 3 || len(d.Args) > len(datePartLimits) {
		c.report(d.WordSpan, fmt.Sprintf("DATE takes 3 to 7 numbers, year, month, day and so on, but there are %d", len(d.Args)))
		return
	}
	var values []int
	for i, x := range d.Args {
		lit, ok := x.(*ast.NumberLit)
		if !ok {
			return
		}
		limit := datePartLimits[i]
		v, err := strconv.Atoi(lit.Text)
		if err != nil || v < limit.min || v > limit.max {
			c.report(lit.Extent, fmt.Sprintf("the %s of a date is a whole number from %d to %d, not %s", limit.name, limit.min, limit.max, lit.Text))
			return
		}
		values = append(values, v)
	}
	if day := time.Date(values[0], time.Month(values[1]), values[2], 0, 0, 0, 0, time.UTC); day.Day() != values[2] {
		c.report(d.Args[2].Span(), fmt.Sprintf("%s %d has no day %d", time.Month(values[1]), values[0], values[2]))
	}
}

func isID(s string) bool {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	parts := strings.Split(s, "-")
	if len(parts) == 1 {
		return isHex(s, 32)
	}
	return len(parts) == 5 && isHex(parts[0], 8) && isHex(parts[1], 4) && isHex(parts[2], 4) && isHex(parts[3], 4) && isHex(parts[4], 12)
}

func invalidID(c *pass, n ast.Node) {
	c.tests(n, func(t tested) {
		lit, ok := t.value.(*ast.StringLit)
		if ok && t.class == idClass && !t.op.IsTextMatch() && !isID(lit.Value) {
			c.report(lit.Extent, fmt.Sprintf("%s holds ids, but %s is none; an id is written as '00000000-0000-0000-0000-000000000000'", c.nameOf(t), c.text(lit.Extent)))
		}
	})
}

func nullComparison(c *pass, n ast.Node) {
	x := n.(*ast.CompareExpr)
	isNull := func(x ast.Expr) bool {
		column, ok := x.(*ast.ColumnExpr)
		return ok && column.Qualifier == nil && strings.EqualFold(column.Name.Name, "null") && c.res.Column(column).Column == nil
	}
	column := x.Left
	switch {
	case isNull(x.Right):
	case isNull(x.Left):
		column = x.Right
	default:
		return
	}
	word := ""
	switch x.Op {
	case token.Equal:
		word = "ISNULL"
	case token.NotEqual:
		word = "ISNOTNULL"
	}
	var fixes []token.Fix
	if _, ok := column.(*ast.ColumnExpr); ok && word != "" {
		fixes = append(fixes, replaceFix("Write "+word+"(..)", x.Extent, word+"("+c.text(column.Span())+")"))
	}
	c.report(x.Extent, "there is no NULL to compare with; write ISNULL(..) or ISNOTNULL(..)", fixes...)
}

func numberOutOfRange(c *pass, n ast.Node) {
	c.tests(n, func(t tested) {
		lit, ok := t.value.(*ast.NumberLit)
		if !ok || t.info == nil || t.info.Type != schema.TypeInteger {
			return
		}
		v, err := strconv.ParseFloat(lit.Text, 64)
		switch {
		case err != nil || v < math.MinInt32 || v > math.MaxInt32:
			c.report(lit.Extent, fmt.Sprintf("%s holds whole numbers from -2147483648 to 2147483647, never %s", c.nameOf(t), lit.Text))
		case v != math.Trunc(v) && (t.op == token.Equal || t.op == token.NotEqual):
			c.report(lit.Extent, fmt.Sprintf("%s holds whole numbers, never %s", c.nameOf(t), lit.Text))
		}
	})
}

func stringTooLong(c *pass, n ast.Node) {
	c.tests(n, func(t tested) {
		lit, ok := t.value.(*ast.StringLit)
		if !ok || t.info == nil || t.class != textClass || t.info.MaxLength <= 0 {
			return
		}
		if size := utf8.RuneCountInString(lit.Value); size > t.info.MaxLength {
			c.report(lit.Extent, fmt.Sprintf("the text has %d characters, %s at most %d", size, c.nameOf(t), t.info.MaxLength))
		}
	})
}
