package check

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

var logicRules = []*Rule{
	{
		Name: "contradiction", Severity: Error,
		Summary: "conditions that must hold together never do",
		Doc:     "Nobody is selected where two conditions joined by &&, or by two FILTERs of one row, exclude each other. It is the first thing that the vendor names for wrong member counts.",
		Bad:     "PROFILE(contact).FILTER(address1_city == 'Rome' && address1_city == 'Oslo')",
		Good:    "PROFILE(contact).FILTER(address1_city == 'Rome' || address1_city == 'Oslo')",
		nodes:   []ast.Node{(*ast.LogicalExpr)(nil), (*ast.Operand)(nil)}, run: contradiction,
	},
	{
		Name: "tautology", Severity: Warning,
		Summary: "a condition always holds",
		Doc:     "One of two conditions joined by || always holds, so both say nothing.",
		Bad:     "PROFILE(contact).FILTER(ISNULL(emailaddress1) || ISNOTNULL(emailaddress1))",
		Good:    "PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))",
		nodes:   []ast.Node{(*ast.LogicalExpr)(nil)}, run: tautology,
	},
	{
		Name: "duplicate-condition", Severity: Warning,
		Summary: "a condition stands twice",
		Doc:     "The second of two equal conditions, joined by one operator, has no effect.",
		Bad:     "PROFILE(contact).FILTER(statecode == 0 && ISNOTNULL(emailaddress1) && statecode == 0)",
		Good:    "PROFILE(contact).FILTER(statecode == 0 && ISNOTNULL(emailaddress1))",
		nodes:   []ast.Node{(*ast.LogicalExpr)(nil)}, run: duplicateCondition,
	},
	{
		Name: "mixed-logical-operators", Severity: Warning,
		Summary: "&& and || stand side by side without parentheses",
		Doc:     "&& binds tighter than ||. Parentheses say so to everyone who reads the query.",
		Bad:     "PROFILE(contact).FILTER(statecode == 0 && gendercode == 1 || gendercode == 2)",
		Good:    "PROFILE(contact).FILTER((statecode == 0 && gendercode == 1) || gendercode == 2)",
		nodes:   []ast.Node{(*ast.LogicalExpr)(nil)}, run: mixedLogical,
	},
	{
		Name: "redundant-parentheses", Severity: Hint,
		Summary: "parentheses have no effect",
		Doc:     "Parentheses around a whole FILTER, around a single condition or directly within others can go.",
		Bad:     "PROFILE(contact).FILTER((statecode == 0))", Good: "PROFILE(contact).FILTER(statecode == 0)",
		nodes: []ast.Node{(*ast.ParenExpr)(nil), (*ast.ParenQuery)(nil)}, run: redundantParens,
	},
	{
		Name: "or-chain-to-in", Severity: Hint, Dialect: Realtime,
		Summary: "a chain of || compares one column with several values",
		Doc:     "In the realtime dialect IN [..] says it shorter.",
		Bad:     "// seg:dialect realtime\nPROFILE(contact).FILTER(gendercode == 1 || gendercode == 2 || gendercode == 3)",
		Good:    "// seg:dialect realtime\nPROFILE(contact).FILTER(gendercode IN [1, 2, 3])",
		nodes:   []ast.Node{(*ast.LogicalExpr)(nil)}, run: orChain,
	},
}

// operandsOf returns the conditions that an operator joins, those of its own
// kind in parentheses among them.
func operandsOf(x *ast.LogicalExpr) []ast.Expr {
	all := make([]ast.Expr, 0, len(x.Operands))
	for _, o := range x.Operands {
		if inner, ok := unparen(o).(*ast.LogicalExpr); ok && inner.Op == x.Op {
			all = append(all, operandsOf(inner)...)
		} else {
			all = append(all, unparen(o))
		}
	}
	return all
}

// isNested reports whether the current node is part of a chain of the same
// operator that was looked at as a whole.
func (c *pass) isNested(x *ast.LogicalExpr) bool {
	for i := 1; ; i++ {
		switch p := c.parent(i).(type) {
		case *ast.ParenExpr:
			continue
		case *ast.LogicalExpr:
			return p.Op == x.Op
		}
		return false
	}
}

// claim is what conditions joined by && say about a column.
type claim struct {
	column string // as it was written first
	first  ast.Expr
	// addFirst adds what first says. It is called when there is another condition,
	// and nil then: most columns have one condition.
	addFirst func(*claim) string
	equal    ast.Expr // the value in ==
	equalKey string
	unequal  map[string]bool
	oneOf    []tested // the values of IN, or of a chain of ||
	values   map[string]bool
	isNull   bool
	hasValue bool
	low, up  bound
}

type bound struct {
	set    bool
	value  float64
	strict bool
}

// key returns a value that can be compared with others for equality. Dataverse
// compares text without regard to case.
func key(x ast.Expr) (string, bool) {
	switch x := x.(type) {
	case *ast.StringLit:
		return "'" + strings.ToLower(x.Value), true
	case *ast.NumberLit:
		if v, err := strconv.ParseFloat(x.Text, 64); err == nil {
			return strconv.FormatFloat(v, 'g', -1, 64), true
		}
	case *ast.BoolLit:
		if x.Value {
			return "1", true // two-option columns are compared with 1 and 0, too
		}
		return "0", true
	}
	return "", false
}

func contradiction(c *pass, n ast.Node) {
	switch n := n.(type) {
	case *ast.LogicalExpr:
		if n.Op != token.And || c.isNested(n) || c.isFilter() {
			return
		}
		c.claims(operandsOf(n), map[subject]*claim{})
	case *ast.Operand:
		claims := map[subject]*claim{}
		for _, step := range n.Steps {
			switch step := step.(type) {
			case *ast.Filter:
				if step.Cond != nil && !c.claims(conditions(step.Cond), claims) {
					return
				}
			case *ast.SetStep:
				clear(claims) // it adds rows that the conditions before do not speak of
			}
		}
	}
}

// conditions returns the conditions that x joins with &&, x if it joins none.
func conditions(x ast.Expr) []ast.Expr {
	x = unparen(x)
	if and, ok := x.(*ast.LogicalExpr); ok && and.Op == token.And {
		return operandsOf(and)
	}
	return []ast.Expr{x}
}

// isFilter reports whether the current node is all that a FILTER step of an
// operand asks for, which is looked at with the operand's other FILTERs.
func (c *pass) isFilter() bool {
	for i := 1; ; i++ {
		switch c.parent(i).(type) {
		case *ast.ParenExpr:
			continue
		case *ast.Filter:
			_, ok := c.parent(i + 1).(*ast.Operand)
			return ok
		}
		return false
	}
}

// subject is a column of one row.
type subject struct {
	row    *Row
	column string // in lower case
}

func (c *pass) subject(x *ast.ColumnExpr) subject {
	return subject{c.res.Column(x).Row, strings.ToLower(x.Name.Name)}
}

// claims adds what conditions say to claims, and reports whether they all can
// hold.
func (c *pass) claims(conditions []ast.Expr, claims map[subject]*claim) bool {
	for _, o := range conditions {
		column, add := c.claimOf(o)
		if column == nil || isConsentColumn(column.Name.Name) {
			continue // a consent column may hold several records
		}
		ref := c.res.Column(column)
		if ref.Row == nil || ref.Column != nil && ref.Column.Type == schema.TypeMultiSelectPicklist {
			continue // it may hold several values
		}
		s := c.subject(column)
		cl := claims[s]
		if cl == nil {
			claims[s] = &claim{column: c.text(column.Extent), first: o, addFirst: add}
			continue
		}
		if cl.addFirst != nil {
			cl.unequal = map[string]bool{}
			cl.addFirst(cl)
			cl.addFirst = nil
		}
		if why := add(cl); why != "" {
			severity, what := c.rule.Severity, "nobody is selected"
			if !c.decides() {
				severity, what = Warning, "this part never holds"
			}
			f := c.reportAs(severity, o.Span(), what+": "+why)
			f.Related = append(f.Related, Related{Span: cl.first.Span(), Message: "the other condition"})
			return false
		}
	}
	return true
}

// decides reports whether the current condition must hold for a row to be
// selected: no || and no NOT stands around it.
func (c *pass) decides() bool {
	for i := 1; ; i++ {
		switch p := c.parent(i).(type) {
		case *ast.ParenExpr:
		case *ast.LogicalExpr:
			if p.Op == token.Or {
				return false
			}
		case *ast.NotExpr:
			return false
		default:
			return true
		}
	}
}

// claimOf returns the column that a condition speaks of and a function that
// adds what it says to a claim, and returns why the two can't both hold.
func (c *pass) claimOf(o ast.Expr) (*ast.ColumnExpr, func(*claim) string) {
	switch o := o.(type) {
	case *ast.NullExpr:
		column, ok := o.Column.(*ast.ColumnExpr)
		if !ok {
			return nil, nil
		}
		return column, func(cl *claim) string {
			if o.Word == token.ISNULL {
				cl.isNull = true
			} else {
				cl.hasValue = true
			}
			return cl.nullClash()
		}
	case *ast.CompareExpr:
		t, ok := c.test(o)
		if !ok {
			return nil, nil
		}
		return t.column, func(cl *claim) string { return cl.add(t, c) }
	case *ast.InExpr, *ast.LogicalExpr:
		if values := c.alternatives(o); len(values) > 0 {
			return values[0].column, func(cl *claim) string { return cl.addOneOf(values, c) }
		}
	}
	return nil, nil
}

// alternatives returns what IN or a chain of || says that one column may be;
// none if x says another thing.
func (c *pass) alternatives(x ast.Expr) []tested {
	var all []tested
	chain, ok := x.(*ast.LogicalExpr)
	if !ok {
		c.tests(x, func(t tested) { all = append(all, t) })
		return all
	}
	if chain.Op != token.Or {
		return nil
	}
	for _, o := range operandsOf(chain) {
		compare, ok := o.(*ast.CompareExpr)
		if !ok || compare.Op != token.Equal {
			return nil
		}
		t, ok := c.test(compare)
		if !ok || len(all) > 0 && c.subject(t.column) != c.subject(all[0].column) {
			return nil
		}
		all = append(all, t)
	}
	return all
}

func (cl *claim) nullClash() string {
	if cl.isNull && cl.hasValue {
		return cl.column + " can't both lack a value and have one"
	}
	return ""
}

// add adds a comparison to the claim.
func (cl *claim) add(t tested, c *pass) string {
	if t.op != token.NotEqual {
		cl.hasValue = true
		if why := cl.nullClash(); why != "" {
			return why
		}
	}
	k, isLiteral := key(t.value)
	if have := c.valueClass(t.value); !isLiteral || t.class != unknownClass && !literalFits(t.class, have) {
		return "" // another rule speaks of a value of another type
	}
	k = meant(k, t)
	switch t.op {
	case token.Equal:
		if cl.equal != nil && cl.equalKey != k {
			return fmt.Sprintf("%s can't be both %s and %s", cl.column, c.text(cl.equal.Span()), c.text(t.value.Span()))
		}
		cl.equal, cl.equalKey = t.value, k
	case token.NotEqual:
		cl.unequal[k] = true
	}
	if cl.equal != nil && cl.unequal[cl.equalKey] {
		return fmt.Sprintf("%s can't be %s and not be it", cl.column, c.text(cl.equal.Span()))
	}
	if cl.equal != nil && cl.oneOf != nil && !cl.values[cl.equalKey] {
		return fmt.Sprintf("%s can't be %s where it must be %s", cl.column, c.text(cl.equal.Span()), c.listed(cl.oneOf))
	}
	v, ok := c.ordinal(t)
	if !ok {
		return ""
	}
	if t.info != nil && (t.info.Type == schema.TypeInteger || t.info.Type == schema.TypeBigInt) {
		// Between two neighbouring whole numbers there is none.
		switch t.op {
		case token.Greater:
			v, t.op = math.Floor(v)+1, token.GreaterEqual
		case token.Less:
			v, t.op = math.Ceil(v)-1, token.LessEqual
		}
	}
	switch t.op {
	case token.Greater, token.GreaterEqual:
		if b := (bound{true, v, t.op == token.Greater}); !cl.low.set || v > cl.low.value || v == cl.low.value && b.strict {
			cl.low = b
		}
	case token.Less, token.LessEqual:
		if b := (bound{true, v, t.op == token.Less}); !cl.up.set || v < cl.up.value || v == cl.up.value && b.strict {
			cl.up = b
		}
	case token.Equal:
		if cl.low.set && (v < cl.low.value || v == cl.low.value && cl.low.strict) || cl.up.set && (v > cl.up.value || v == cl.up.value && cl.up.strict) {
			return fmt.Sprintf("%s lies outside the range that the other condition sets for %s", c.text(t.value.Span()), cl.column)
		}
		cl.low, cl.up = bound{true, v, false}, bound{true, v, false}
	}
	if cl.low.set && cl.up.set && (cl.low.value > cl.up.value || cl.low.value == cl.up.value && (cl.low.strict || cl.up.strict)) {
		return fmt.Sprintf("no value of %s lies between the two bounds", cl.column)
	}
	return ""
}

// addOneOf adds to the claim that the column has one of some values.
func (cl *claim) addOneOf(oneOf []tested, c *pass) string {
	cl.hasValue = true
	if why := cl.nullClash(); why != "" {
		return why
	}
	values := map[string]bool{}
	for _, t := range oneOf {
		k, isLiteral := key(t.value)
		if !isLiteral || t.class != unknownClass && !literalFits(t.class, c.valueClass(t.value)) {
			return "" // they are not all known
		}
		values[meant(k, t)] = true
	}
	if cl.equal != nil && !values[cl.equalKey] {
		return fmt.Sprintf("%s can't be %s where it must be %s", cl.column, c.text(cl.equal.Span()), c.listed(oneOf))
	}
	if cl.oneOf != nil {
		common := map[string]bool{}
		for v := range values {
			if cl.values[v] {
				common[v] = true
			}
		}
		if len(common) == 0 {
			return fmt.Sprintf("%s can't be both %s and %s", cl.column, c.listed(cl.oneOf), c.listed(oneOf))
		}
		values = common
	}
	cl.oneOf, cl.values = oneOf, values
	return ""
}

// listed returns what a column may be, short enough for a message.
func (c *pass) listed(oneOf []tested) string {
	texts := make([]string, len(oneOf))
	for i, t := range oneOf {
		texts[i] = c.text(t.value.Span())
	}
	if text := strings.Join(texts, ", "); len(text) <= 60 {
		return "one of [" + text + "]"
	}
	return fmt.Sprintf("one of %d values", len(oneOf))
}

// literalFits reports whether values of a class have literals of class have.
func literalFits(class, have class) bool {
	switch class {
	case dateClass, idClass:
		return have == textClass
	case choiceClass, boolClass:
		return have == numberClass || have == boolClass
	}
	return class == have
}

// meant returns the key of a value without what makes no difference to it.
func meant(k string, t tested) string {
	text, isText := strings.CutPrefix(k, "'")
	if !isText {
		return k
	}
	switch t.class {
	case idClass:
		return strings.ReplaceAll(strings.Trim(text, "{}"), "-", "")
	case dateClass:
		if day, ok := dateOrdinal(strings.ToUpper(text)); ok {
			return strconv.FormatFloat(day, 'g', -1, 64)
		}
	}
	return "'" + strings.TrimRight(text, " ")
}

// ordinal returns a literal as a point on a line: a number, or a date.
func (c *pass) ordinal(t tested) (float64, bool) {
	switch x := t.value.(type) {
	case *ast.NumberLit:
		v, err := strconv.ParseFloat(x.Text, 64)
		return v, err == nil
	case *ast.StringLit:
		if t.class == dateClass || t.class == unknownClass {
			return dateOrdinal(x.Value)
		}
	}
	return 0, false
}

func tautology(c *pass, n ast.Node) {
	x := n.(*ast.LogicalExpr)
	if x.Op != token.Or || c.isNested(x) {
		return
	}
	type said struct{ isNull, hasValue, equal, unequal ast.Expr }
	seen := map[string]*said{}
	at := func(k string) *said {
		if seen[k] == nil {
			seen[k] = &said{}
		}
		return seen[k]
	}
	for _, o := range operandsOf(x) {
		switch o := o.(type) {
		case *ast.NullExpr:
			s := at("null " + strings.ToLower(c.text(o.Column.Span())))
			if o.Word == token.ISNULL {
				s.isNull = o
			} else {
				s.hasValue = o
			}
			if s.isNull != nil && s.hasValue != nil {
				c.report(o.Extent, fmt.Sprintf("%s either has a value or has none, so this always holds", c.text(o.Column.Span())))
				return
			}
		case *ast.CompareExpr:
			t, ok := c.test(o)
			if !ok {
				continue
			}
			if t.op != token.Equal && t.op != token.NotEqual {
				continue
			}
			k, isLiteral := key(t.value)
			if !isLiteral {
				continue
			}
			s := at(strings.ToLower(c.text(t.column.Extent)) + " " + k)
			if t.op == token.Equal {
				s.equal = o
			} else {
				s.unequal = o
			}
			if s.equal != nil && s.unequal != nil {
				c.report(o.Extent, fmt.Sprintf("%s either is %s or is not, so this always holds for rows that have a value", c.text(t.column.Extent), c.text(t.value.Span())))
				return
			}
		}
	}
}

func duplicateCondition(c *pass, n ast.Node) {
	x := n.(*ast.LogicalExpr)
	if c.isNested(x) {
		return
	}
	seen := map[string]ast.Expr{}
	var direct map[ast.Expr]int // the operands that stand directly in x, by where
	for _, o := range operandsOf(x) {
		k := normal(c.text(o.Span()))
		if first := seen[k]; first != nil {
			if direct == nil {
				direct = map[ast.Expr]int{}
				for i, o := range x.Operands {
					direct[o] = i
				}
			}
			f := c.report(o.Span(), "this condition stands here already; the second has no effect", removeOperand(x, direct[o])...)
			f.Unnecessary = true
			f.Related = append(f.Related, Related{Span: first.Span(), Message: "the first"})
			continue
		}
		seen[k] = o
	}
}

// normal returns a condition's text without blanks outside of strings.
func normal(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	inString := false
	for i := range len(text) {
		ch := text[i]
		if ch == '\'' {
			inString = !inString
		}
		if inString || ch > ' ' {
			b.WriteByte(ch)
		}
	}
	return b.String()
}

// removeOperand returns the fix that removes an operand of x, but the first.
func removeOperand(x *ast.LogicalExpr, i int) []token.Fix {
	if i == 0 {
		return nil // of another expression within x, or the first
	}
	s := token.Span{Start: x.Operands[i-1].Span().End, End: x.Operands[i].Span().End}
	return []token.Fix{replaceFix("Remove the condition", s, "")}
}

func mixedLogical(c *pass, n ast.Node) {
	x := n.(*ast.LogicalExpr)
	if x.Op != token.Or {
		return
	}
	var edits []token.Edit
	var first *ast.LogicalExpr
	for _, o := range x.Operands {
		if and, ok := o.(*ast.LogicalExpr); ok && and.Op == token.And {
			if first == nil {
				first = and
			}
			edits = append(edits, token.Edit{Span: token.At(and.Extent.Start), New: "("}, token.Edit{Span: token.At(and.Extent.End), New: ")"})
		}
	}
	if first != nil {
		c.report(first.Operators[0].Span, "&& and || stand side by side; && binds tighter, which parentheses would show",
			token.Fix{Title: "Put parentheses around &&", Edits: edits})
	}
}

// redundantParens speaks once of pairs of parentheses directly within each
// other, which go together.
func redundantParens(c *pass, n ast.Node) {
	path := c.path
	if !areRedundant(path) {
		return
	}
	if around := parensAround(path); around != nil && areRedundant(around) {
		return
	}
	var edits []token.Edit
	for ; path != nil && areRedundant(path); path = parensWithin(path) {
		s := path[len(path)-1].Span()
		edits = append(edits, token.Edit{Span: token.Span{Start: s.Start, End: s.Start + 1}}, token.Edit{Span: token.Span{Start: s.End - 1, End: s.End}})
	}
	c.report(n.Span(), "these parentheses have no effect",
		token.Fix{Title: "Remove the parentheses", Edits: token.KeepApart(c.def.Text, edits)}).Unnecessary = true
}

// parensAround returns the path to the parentheses that hold nothing but those
// that a path ends with, nil if there are none.
func parensAround(path []ast.Node) []ast.Node {
	switch path[len(path)-1].(type) {
	case *ast.ParenExpr:
		if _, ok := path[len(path)-2].(*ast.ParenExpr); ok {
			return path[:len(path)-1]
		}
	case *ast.ParenQuery: // an operand of a query in parentheses
		if len(path) < 4 {
			return nil
		}
		if p, ok := path[len(path)-4].(*ast.ParenQuery); ok && len(p.Query.Operands) == 1 {
			return path[:len(path)-3]
		}
	}
	return nil
}

// parensWithin returns the path to the parentheses that are all that those at
// the end of a path hold, nil if there are none.
func parensWithin(path []ast.Node) []ast.Node {
	switch n := path[len(path)-1].(type) {
	case *ast.ParenExpr:
		if within, ok := n.X.(*ast.ParenExpr); ok {
			return slices.Concat(path, []ast.Node{within})
		}
	case *ast.ParenQuery:
		first := n.Query.Operands[0]
		if within, ok := first.Source.(*ast.ParenQuery); ok && len(n.Query.Operands) == 1 {
			return slices.Concat(path, []ast.Node{n.Query, first, within})
		}
	}
	return nil
}

// areRedundant reports whether the last node of a path, from the definition
// down, is parentheses without effect, be all others like that removed.
func areRedundant(path []ast.Node) bool {
	if len(path) < 2 {
		return false
	}
	switch n := path[len(path)-1].(type) {
	case *ast.ParenExpr:
		if !n.Rparen.IsValid() {
			return false
		}
		switch n.X.(type) {
		case *ast.LogicalExpr, *ast.ArithExpr:
			for i := len(path) - 2; i >= 0; i-- {
				switch path[i].(type) {
				case *ast.ParenExpr:
					continue
				case *ast.Filter, *ast.NotExpr:
					return true
				}
				return false
			}
			return false
		case *ast.BadExpr:
			return false
		}
		return true
	case *ast.ParenQuery:
		// The product itself writes (SEGMENT(..)).ORDERBY(..).
		o, ok := path[len(path)-2].(*ast.Operand)
		return ok && n.Rparen.IsValid() && len(n.Query.Operands) == 1 && len(o.Steps) == 0
	}
	return false
}

// minChain is how many values make a chain that IN says shorter.
const minChain = 3

func orChain(c *pass, n ast.Node) {
	x := n.(*ast.LogicalExpr)
	if x.Op != token.Or || len(x.Operands) < minChain {
		return
	}
	column := ""
	var values []string
	for _, o := range x.Operands {
		cmp, ok := o.(*ast.CompareExpr)
		if !ok || cmp.Op != token.Equal {
			return
		}
		left, ok := cmp.Left.(*ast.ColumnExpr)
		if !ok {
			return
		}
		if _, isLiteral := key(cmp.Right); !isLiteral {
			return
		}
		name := c.text(left.Extent)
		if column != "" && !strings.EqualFold(column, name) {
			return
		}
		column = name
		values = append(values, c.text(cmp.Right.Span()))
	}
	text := column + " IN [" + strings.Join(values, ", ") + "]"
	c.report(x.Extent, "IN [..] says this shorter", replaceFix("Write it with IN", x.Extent, text)).Sure = false
}
