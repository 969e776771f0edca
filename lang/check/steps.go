package check

import (
	"fmt"
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

var stepRules = []*Rule{
	{
		Name: "having-count-limit", Severity: Error, Dialect: Outbound,
		Summary: "HAVING(COUNT() ..) has an operator and number that the outbound service refuses",
		Doc: "With COUNT() are forbidden: >= and != with a positive whole number, any operator with a negative or a fractional " +
			"number, and == 0. SUM, AVG, MIN and MAX have no such limits.",
		Bad:   "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() >= 2)",
		Good:  "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 1)",
		nodes: []ast.Node{(*ast.Having)(nil)}, run: havingCountLimit,
	},
	{
		Name: "interaction-filter-function", Severity: Error, Dialect: Outbound,
		Summary: "the FILTER of an outbound interaction uses a function that it can't",
		Doc:     "There are no DATE, DATEDIFF, DATEADD, DATETIMEUTCNOW, CONTAINS, STARTSWITH and ENDSWITH in it; a window in HAVING limits the time.",
		Bad:     "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(Timestamp > DATETIMEUTCNOW()).HAVING(COUNT() > 0)",
		Good:    "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, UTCDAYS(7))",
		nodes:   []ast.Node{(*ast.Interaction)(nil)}, run: interactionFilter,
	},
	{
		Name: "interaction-steps", Severity: Error,
		Summary: "an interaction has a step that it can't have, or one twice",
		Doc: "INTERACTION takes at most one FILTER, then at most one HAVING, and no other step. HAVING stands nowhere else. In the " +
			"outbound dialect an interaction is the only operand of its segment.",
		Bad:   "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0).HAVING(COUNT() > 1)",
		Good:  "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 1)",
		nodes: []ast.Node{(*ast.Operand)(nil)}, run: interactionSteps,
	},
	{
		Name: "having-required", Severity: Error, Dialect: Outbound,
		Summary: "an outbound interaction lacks its HAVING",
		Doc:     "The outbound dialect counts events: without HAVING an interaction is not complete.",
		Bad:     "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink)",
		Good:    "// seg:dialect outbound\nINTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0)",
		nodes:   []ast.Node{(*ast.Operand)(nil)}, run: havingRequired,
	},
	{
		Name: "filter-missing-after-relate", Severity: Error, Dialect: Realtime,
		Summary: "RELATE is not followed by FILTER",
		Doc:     "RELATE makes the related row visible to the FILTER after it; without that it does nothing.",
		Bad:     "// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, account_1)",
		Good:    "// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, account_1).FILTER(account_1.statecode == 0)",
		nodes:   []ast.Node{(*ast.Operand)(nil)}, run: filterMissing,
	},
	{
		Name: "logical-name-missing", Severity: Error, Dialect: Realtime,
		Summary: "the FILTER of a realtime interaction does not say whose id its second argument is",
		Doc:     "The id column can hold a contact or a lead, so the FILTER fixes which: <idcolumn>_LogicalName == 'contact', or 'lead'.",
		Bad:     "// seg:dialect realtime\nINTERACTION(msdynmkt_emailopened, msdynmkt_entityid).HAVING(COUNT() >= 1)",
		Good:    "// seg:dialect realtime\nINTERACTION(msdynmkt_emailopened, msdynmkt_entityid).FILTER(msdynmkt_entityid_LogicalName == 'contact').HAVING(COUNT() >= 1)",
		nodes:   []ast.Node{(*ast.Operand)(nil)}, run: logicalNameMissing,
	},
	{
		Name: "step-not-for-dialect", Severity: Error,
		Summary: "a step or operator belongs to the other dialect",
		Doc: "TRAVERSE, ORDERBY, SKIP, TAKE and SELECT are outbound; RELATE, RELATEOPTIONAL, IN and the windows UTCMINUTES, UTCHOURS and UTCWEEKS are realtime. A TRAVERSE that " +
			"is the last but for its FILTER can't simply become RELATE, since RELATE keeps the row that it starts from.",
		Bad: "// seg:dialect realtime\nPROFILE(contact).TRAVERSE(contact_customer_accounts, a).FILTER(a.statecode == 0)", Good: "// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, a).FILTER(a.statecode == 0)",
		nodes: []ast.Node{(*ast.Traverse)(nil), (*ast.Relate)(nil), (*ast.OrderBy)(nil), (*ast.Skip)(nil), (*ast.Take)(nil), (*ast.Select)(nil), (*ast.InExpr)(nil), (*ast.Window)(nil)}, run: stepNotForDialect,
	},
	{
		Name: "page-steps-outside-fetch", Severity: Error,
		Summary: "ORDERBY, SKIP, TAKE or SELECT stands where no member fetch is",
		Doc:     "The page steps are the last steps of a whole query that fetches members. A segment that others refer to, or an operand of a set operator, can't have them.",
		Bad:     "PROFILE(contact).TAKE(5).FILTER(statecode == 0)",
		Good:    "PROFILE(contact).FILTER(statecode == 0).ORDERBY(fullname ASC).SKIP(0).TAKE(5).SELECT(contactid)",
		nodes:   []ast.Node{(*ast.OrderBy)(nil), (*ast.Skip)(nil), (*ast.Take)(nil), (*ast.Select)(nil)}, run: pageSteps,
	},
	{
		Name: "page-number", Severity: Error,
		Summary: "SKIP or TAKE has a number that counts no rows",
		Doc:     "SKIP leaves out so many rows, TAKE fetches so many, so both take a whole number that is not negative.",
		Bad:     "PROFILE(contact).ORDERBY(fullname ASC).SKIP(-1).TAKE(10)",
		Good:    "PROFILE(contact).ORDERBY(fullname ASC).SKIP(0).TAKE(10)",
		nodes:   []ast.Node{(*ast.Skip)(nil), (*ast.Take)(nil)}, run: pageNumber,
	},
	{
		Name: "consent-record", Severity: Error,
		Summary: "a consent condition's string is not of the right form",
		Doc: "It holds pairs of key and value, joined by semicolons: cp (compliance profile), p (purpose), t (topic), ch " +
			"(channel), ea (column of the address) and v, which is OptedIn, OptedOut or NotSet.",
		Bad:   "PROFILE(contact).FILTER(compliance_profile_1f0c6c1ab9e04d0c8a527f6f6e3c2d10 == 'v:Yes')",
		Good:  "PROFILE(contact).FILTER(compliance_profile_1f0c6c1ab9e04d0c8a527f6f6e3c2d10 == 'cp:1f0c6c1a-b9e0-4d0c-8a52-7f6f6e3c2d10;p:8b7de2c4-52f1-4a6e-9d3b-60a1c7f4e925;ch:Email;ea:emailaddress1;v:OptedIn')",
		nodes: []ast.Node{(*ast.CompareExpr)(nil)}, run: consentRecord,
	},
	{
		Name: "utc-window", Severity: Hint,
		Summary: "a window of at most a day counts in UTC",
		Doc:     "Windows and DATETIMEUTCNOW() count in UTC, whatever the time zone of the segment. For a day or less that is not the day of the members.",
		Bad:     "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, UTCDAYS(1))",
		Good:    "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, UTCDAYS(7))",
		nodes:   []ast.Node{(*ast.Window)(nil)}, run: utcWindow,
	},
	{
		Name: "having-before-filter", Severity: Error,
		Summary: "HAVING stands before FILTER",
		Doc:     "The events of an interaction are filtered, then counted. The parser reports it; the fix swaps the two.",
		Bad:     "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0).FILTER(EmailId == '1')",
		Good:    "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(EmailId == '1').HAVING(COUNT() > 0)",
	},
	{
		Name: "method-set-operator", Severity: Error,
		Summary: "a set operator is written as a step",
		Doc:     "UNION, EXCEPT and INTERSECT stand between two operands. The parser reports it.",
		Bad:     "SEGMENT(A).UNION(B)", Good: "SEGMENT(A) UNION SEGMENT(B)",
	},
	{
		Name: "minus-for-except", Severity: Error,
		Summary: "MINUS stands for EXCEPT",
		Doc:     "Two notes of the withdrawn reference name MINUS; its grammar has EXCEPT. The parser reports it.",
		Bad:     "SEGMENT(A) MINUS SEGMENT(B)", Good: "SEGMENT(A) EXCEPT SEGMENT(B)",
	},
	{
		Name: "bare-segment-name", Severity: Error,
		Summary: "a bare name stands as an operand",
		Doc:     "A segment is referred to by SEGMENT(name). The parser reports it.",
		Bad:     "A EXCEPT SEGMENT(B)", Good: "SEGMENT(A) EXCEPT SEGMENT(B)",
	},
}

func havingCountLimit(c *pass, n ast.Node) {
	h := n.(*ast.Having)
	lit, ok := h.Value.(*ast.NumberLit)
	if !ok || h.Aggregate == nil || h.Aggregate.Word != token.COUNT {
		return
	}
	isWhole := !strings.Contains(lit.Text, ".")
	isNegative := strings.HasPrefix(lit.Text, "-")
	s := h.OpSpan.Join(lit.Extent)
	switch {
	case isNegative:
		c.report(s, "HAVING(COUNT() ..) takes no negative number")
	case !isWhole:
		c.report(s, "HAVING(COUNT() ..) takes no fraction")
	case h.Op == token.Equal && isZero(lit.Text):
		c.report(s, "HAVING(COUNT() == 0) is refused; events that did not happen are found by EXCEPT")
	case h.Op == token.GreaterEqual && !isZero(lit.Text):
		text := ""
		var value int
		if _, err := fmt.Sscan(lit.Text, &value); err == nil {
			text = fmt.Sprintf("> %d", value-1)
		}
		c.report(s, fmt.Sprintf("HAVING(COUNT() >= %s) is refused; write %s", lit.Text, text), replaceFix("Write "+text, s, text))
	case h.Op == token.NotEqual && !isZero(lit.Text):
		c.report(s, fmt.Sprintf("HAVING(COUNT() != %s) is refused", lit.Text))
	}
}

func isZero(number string) bool { return strings.Trim(number, "0.") == "" }

func interactionFilter(c *pass, n ast.Node) {
	o, ok := c.parent(1).(*ast.Operand)
	if !ok {
		return
	}
	for _, s := range o.Steps {
		f, ok := s.(*ast.Filter)
		if !ok {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.DateExpr, *ast.DateDiffExpr, *ast.DateAddExpr, *ast.NowExpr:
				call := n.(ast.Caller).AsCall()
				c.report(call.WordSpan, fmt.Sprintf("the FILTER of an interaction can't use %s; limit the time by a window in HAVING", call.Word))
				return false
			case *ast.CompareExpr:
				if n.Op.IsTextMatch() {
					c.report(n.OpSpan, fmt.Sprintf("the FILTER of an interaction can't use %s; compare with == or !=", n.Op))
				}
			}
			return true
		})
	}
}

func interactionSteps(c *pass, n ast.Node) {
	o := n.(*ast.Operand)
	i, isInteraction := o.Source.(*ast.Interaction)
	if isInteraction && c.dialect == Outbound && c.isJoined() {
		c.report(i.WordSpan, "an outbound interaction stands alone in its segment; give it a definition and refer to it by SEGMENT(..)")
	}
	seen := map[token.Word]bool{}
	for _, s := range o.Steps {
		call, ok := s.(ast.Caller)
		if !ok {
			continue
		}
		w, at := call.AsCall().Word, call.AsCall().WordSpan
		switch {
		case w == token.HAVING && !isInteraction:
			c.report(at, "HAVING counts events; it stands behind INTERACTION(..) alone")
		case !isInteraction || w.IsSetOperator():
		case w != token.FILTER && w != token.HAVING:
			if w < token.ORDERBY && w != token.DISTINCT {
				c.report(at, fmt.Sprintf("%s can't stand behind INTERACTION(..), which takes FILTER and HAVING", w))
			}
		case seen[w]:
			c.report(at, fmt.Sprintf("INTERACTION(..) takes one %s; join the conditions", w))
		}
		seen[w] = true
	}
}

// isJoined reports whether the current operand is one of several of its query,
// or of one around it in parentheses.
func (c *pass) isJoined() bool {
	for i := 1; ; i += 3 { // a query, its parentheses, the operand that they are
		q, ok := c.parent(i).(*ast.Query)
		if !ok {
			return false
		}
		if len(q.Operands) > 1 {
			return true
		}
		if _, ok := c.parent(i + 1).(*ast.ParenQuery); !ok {
			return false
		}
	}
}

func havingRequired(c *pass, n ast.Node) {
	o := n.(*ast.Operand)
	i, ok := o.Source.(*ast.Interaction)
	if !ok {
		return
	}
	for _, s := range o.Steps {
		if _, ok := s.(*ast.Having); ok {
			return
		}
	}
	c.report(i.WordSpan, "an outbound interaction needs a HAVING, such as .HAVING(COUNT() > 0)",
		token.Fix{Title: "Add .HAVING(COUNT() > 0)", Edits: []token.Edit{{Span: token.At(o.Extent.End), New: ".HAVING(COUNT() > 0)"}}})
}

func filterMissing(c *pass, n ast.Node) {
	o := n.(*ast.Operand)
	for i, s := range o.Steps {
		relate, ok := s.(*ast.Relate)
		if !ok {
			continue
		}
		followed := false
		for _, next := range o.Steps[i+1:] {
			switch next.(type) {
			case *ast.Filter:
				followed = true
			case *ast.Relate:
				continue
			}
			break
		}
		if !followed {
			c.report(relate.WordSpan, fmt.Sprintf("%s needs a FILTER behind it, which says what the related row must be like", relate.Word))
		}
	}
}

func logicalNameMissing(c *pass, n ast.Node) {
	o := n.(*ast.Operand)
	i, ok := o.Source.(*ast.Interaction)
	if !ok || i.Link == nil {
		return
	}
	name := i.Link.Name + "_LogicalName"
	table, ok := logicalName(o, i.Link.Name)
	switch {
	case ok && (table == "contact" || table == "lead"):
	case ok:
		c.report(i.Link.Extent, fmt.Sprintf("%s must be 'contact' or 'lead', not '%s'", name, table))
	default:
		cond := name + " == 'contact'"
		edit := token.Edit{Span: token.At(i.Extent.End), New: ".FILTER(" + cond + ")"}
		for _, s := range o.Steps {
			if f, ok := s.(*ast.Filter); ok && f.Cond != nil {
				edit = token.Edit{Span: token.At(f.Cond.Span().Start), New: cond + " && "}
				if l, ok := f.Cond.(*ast.LogicalExpr); ok && l.Op == token.Or {
					return // parentheses would be needed; the message alone is clear
				}
				break
			}
		}
		c.report(i.Link.Extent, fmt.Sprintf("the FILTER must say whose id this is: %s, or 'lead'", cond),
			token.Fix{Title: "Add " + cond, Edits: []token.Edit{edit}}).Sure = false
	}
}

func stepNotForDialect(c *pass, n ast.Node) {
	if c.dialect == Undetermined {
		return
	}
	if in, ok := n.(*ast.InExpr); ok {
		if c.dialect == Outbound {
			c.report(in.In, "IN [..] is realtime; in the outbound dialect write == and ||")
		}
		return
	}
	call := n.(ast.Caller).AsCall()
	if call.Word.IsWindow() {
		if c.dialect == Outbound && (call.Word == token.UTCMINUTES || call.Word == token.UTCHOURS || call.Word == token.UTCWEEKS) {
			c.report(call.WordSpan, fmt.Sprintf("%s is realtime; the outbound windows are UTCDAYS, UTCMONTHS and UTCYEARS", call.Word))
		}
		return
	}
	of := Outbound
	if call.Word == token.RELATE || call.Word == token.RELATEOPTIONAL {
		of = Realtime
	}
	if of == c.dialect {
		return
	}
	message := fmt.Sprintf("%s is %s; this query is %s", call.Word, of, c.dialect)
	var fixes []token.Fix
	if t, ok := n.(*ast.Traverse); ok {
		message += ", where RELATE(..) makes a related row visible"
		if c.isRelate(t) {
			fix := replaceFix("Replace with RELATE", call.WordSpan, "RELATE")
			if name := c.schemaName(t); name != "" {
				fix.Edits = append(fix.Edits, replaceName(t.Relationship, name))
			}
			fixes = append(fixes, fix)
		}
	}
	// RELATE keeps the rows that TRAVERSE leaves, so other rows are selected.
	c.report(call.WordSpan, message, fixes...).Sure = false
}

// isRelate reports whether a TRAVERSE is likely to mean a RELATE: it has an alias
// and no filter of its own, and the columns behind it are all qualified. Its
// table is none that a realtime segment can have, so that its row was not
// meant to be the result.
func (c *pass) isRelate(t *ast.Traverse) bool {
	o, ok := c.parent(1).(*ast.Operand)
	to := c.res.Walk(t).To.Table
	if !ok || t.Alias == nil || t.Filter != nil || to == "" || to == "contact" || to == "lead" {
		return false
	}
	sure, behind := true, false
	for _, s := range o.Steps {
		if s == ast.Step(t) {
			behind = true
			continue
		}
		if !behind {
			continue
		}
		if _, ok := s.(*ast.Filter); !ok {
			return false
		}
		ast.Inspect(s, func(n ast.Node) bool {
			if column, ok := n.(*ast.ColumnExpr); ok && column.Qualifier == nil {
				sure = false
			}
			return sure
		})
	}
	return sure
}

func isPageStep(s ast.Step) bool {
	switch s.(type) {
	case *ast.OrderBy, *ast.Skip, *ast.Take, *ast.Select:
		return true
	}
	return false
}

func pageSteps(c *pass, n ast.Node) {
	call := n.(ast.Caller).AsCall()
	o, isOperand := c.parent(1).(*ast.Operand)
	q, isQuery := c.parent(2).(*ast.Query)
	if !isOperand || !isQuery {
		return
	}
	d := c.def
	switch {
	case q != d.Query || len(q.Operands) > 1:
		c.report(call.WordSpan, fmt.Sprintf("%s stands at the end of a whole query that fetches members, not in an operand", call.Word))
	case c.isUsed():
		c.report(call.WordSpan, fmt.Sprintf("%s belongs to a query that fetches members, but %s is used as a segment", call.Word, d.Name.Name))
	default:
		for i, s := range o.Steps {
			if s.(ast.Node) == n && i+1 < len(o.Steps) && !isPageStep(o.Steps[i+1]) {
				c.report(call.WordSpan, fmt.Sprintf("%s is followed by a step that selects; the page steps come last", call.Word))
			}
		}
	}
}

func pageNumber(c *pass, n ast.Node) {
	var count ast.Expr
	switch n := n.(type) {
	case *ast.Skip:
		count = n.Count
	case *ast.Take:
		count = n.Count
	}
	number, ok := count.(*ast.NumberLit)
	if !ok {
		return
	}
	_, fraction, _ := strings.Cut(number.Text, ".")
	if isNegative := strings.HasPrefix(number.Text, "-"); isNegative && !isZero(number.Text[1:]) || strings.Trim(fraction, "0") != "" {
		c.report(number.Extent, fmt.Sprintf("%s takes a whole number of rows that is not negative, but %s stands there", n.(ast.Caller).AsCall().Word, number.Text))
	}
}

var consentKeys = map[string]string{
	"cp": "the id of the compliance profile", "p": "the id of the purpose", "t": "the id of the topic",
	"ch": "the channel", "ea": "the column of the address", "v": "OptedIn, OptedOut or NotSet",
}

func consentRecord(c *pass, n ast.Node) {
	x := n.(*ast.CompareExpr)
	t, ok := c.test(x)
	if !ok || !isConsentColumn(t.column.Name.Name) || t.op != token.Equal && t.op != token.NotEqual {
		return
	}
	if c.dialect == Outbound {
		c.report(t.column.Extent, "consent conditions are realtime; this query is outbound")
		return
	}
	lit, ok := t.value.(*ast.StringLit)
	if !ok {
		c.report(t.value.Span(), "a consent condition is compared with a string such as 'cp:..;p:..;ch:Email;ea:emailaddress1;v:OptedIn'")
		return
	}
	seen := map[string]string{}
	for _, pair := range strings.Split(lit.Value, ";") {
		key, value, ok := strings.Cut(pair, ":")
		what, known := consentKeys[key]
		switch {
		case !ok || !known:
			c.report(lit.Extent, fmt.Sprintf("%q is no pair of a consent record; its keys are cp, p, t, ch, ea and v, each followed by a colon", pair))
			return
		case value == "":
			c.report(lit.Extent, fmt.Sprintf("the key %s lacks its value, %s", key, what))
			return
		case (key == "cp" || key == "p" || key == "t") && !isID(value):
			c.report(lit.Extent, fmt.Sprintf("the key %s is followed by %s, but %s is no id", key, what, value))
			return
		case key == "ch" && value != "Email" && value != "Text" && value != "Custom":
			c.reportAs(Warning, lit.Extent, fmt.Sprintf("the channel %s is not known; Email and Text are", value))
		case key == "v" && value != "OptedIn" && value != "OptedOut" && value != "NotSet":
			c.report(lit.Extent, fmt.Sprintf("the key v is followed by OptedIn, OptedOut or NotSet, not by %s", value))
			return
		case seen[key] != "":
			c.report(lit.Extent, fmt.Sprintf("the key %s stands twice", key))
			return
		}
		seen[key] = value
	}
	for _, key := range []string{"cp", "p", "ch", "ea", "v"} {
		if seen[key] == "" {
			c.report(lit.Extent, fmt.Sprintf("the key %s is missing, %s", key, consentKeys[key]))
			return
		}
	}
}

func utcWindow(c *pass, n ast.Node) {
	w := n.(*ast.Window)
	lit, ok := w.Count.(*ast.NumberLit)
	if !ok {
		return
	}
	var count int
	if _, err := fmt.Sscan(lit.Text, &count); err != nil {
		return
	}
	if w.Word == token.UTCDAYS && count <= 1 || w.Word == token.UTCHOURS && count <= 24 {
		c.report(w.Extent, "the window counts in UTC, whatever the time zone of the segment")
	}
}

// isConsentColumn reports whether a column holds a consent condition of the
// realtime dialect.
func isConsentColumn(name string) bool {
	for _, prefix := range []string{"compliance_profile_", "consent_topic_", "consent_purpose_"} {
		if hasPrefix(name, prefix) {
			return isHex(name[len(prefix):], 32)
		}
	}
	return false
}

func isHex(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}
