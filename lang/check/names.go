package check

import (
	"fmt"
	"slices"
	"strings"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

var nameRules = []*Rule{
	{
		Name: "unknown-table", Severity: Error,
		Summary: "PROFILE names a table that the schema does not have",
		Doc: "The table of PROFILE must exist in the organization. With the embedded standard tables it is a warning, since " +
			"an organization has tables of its own; import its schema to be sure.",
		Bad: "PROFILE(contct)", Good: "PROFILE(contact)",
		nodes: []ast.Node{(*ast.Profile)(nil)}, run: unknownTable,
	},
	{
		Name: "unknown-column", Severity: Error,
		Summary: "a column does not exist in its table",
		Doc: "A column must exist in the table of the row that it is read from: after TRAVERSE that is the new table. With the " +
			"embedded standard tables it is a warning, since an organization has columns of its own.",
		Bad: "PROFILE(contact).FILTER(ISNULL(emailadress1))", Good: "PROFILE(contact).FILTER(ISNULL(emailaddress1))",
		nodes: []ast.Node{(*ast.ColumnExpr)(nil)}, run: unknownColumn,
	},
	{
		Name: "unknown-relationship", Severity: Error,
		Summary: "a relationship does not exist",
		Doc: "A relationship is named by its schema name or, in the outbound dialect, by the name that is made of the " +
			"referencing table, the referenced table and the lookup column. With the embedded standard tables it is a warning.",
		Bad:   "PROFILE(account).TRAVERSE(contact_account_parentcustomer, contact_1).FILTER(ISNOTNULL(contact_1.emailaddress1))",
		Good:  "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, contact_1).FILTER(ISNOTNULL(contact_1.emailaddress1))",
		nodes: []ast.Node{(*ast.Traverse)(nil), (*ast.Relate)(nil)}, run: unknownRelationship,
	},
	{
		Name: "relationship-not-from-here", Severity: Error,
		Summary: "a relationship does not start at the current table",
		Doc:     "A relationship can be walked from either of its ends, but only from there. The message lists some that do lead on.",
		Bad:     "PROFILE(lead).TRAVERSE(contact_customer_accounts)",
		Good:    "PROFILE(account).TRAVERSE(contact_customer_accounts)",
		nodes:   []ast.Node{(*ast.Traverse)(nil), (*ast.Relate)(nil)}, run: relationshipNotFromHere,
	},
	{
		Name: "relationship-name-form", Severity: Error, Dialect: Realtime,
		Summary: "a relationship has the name that it has in the outbound dialect alone",
		Doc: "The outbound data store names a relationship by the referencing table, the referenced table and the lookup column. " +
			"Elsewhere a relationship has its schema name and no other.",
		Bad:   "// seg:dialect realtime\nPROFILE(contact).RELATE(contact_account_parentcustomerid, a).FILTER(a.statecode == 0)",
		Good:  "// seg:dialect realtime\nPROFILE(contact).RELATE(contact_customer_accounts, a).FILTER(a.statecode == 0)",
		nodes: []ast.Node{(*ast.Relate)(nil)}, run: relationshipNameForm,
	},
	{
		Name: "unknown-interaction", Severity: Warning,
		Summary: "an interaction has nearly the name of a known one",
		Doc:     "An organization may have events of its own, so only a name that is nearly that of an event of the product is reported.",
		Bad:     "INTERACTION(EmailOpend, EmailOpened_ContactLink).HAVING(COUNT() > 0)", Good: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0)",
		nodes: []ast.Node{(*ast.Interaction)(nil)}, run: unknownInteraction,
	},
	{
		Name: "wrong-alias", Severity: Error,
		Summary: "a qualifier is no alias that can be seen here",
		Doc: "What stands before the dot of a column is an alias that an earlier step of the same operand made, or the name of " +
			"the current table. An alias can be seen from the step after its own.",
		Bad: "PROFILE(contact, contact_1).FILTER(ISNULL(contact_2.fullname))", Good: "PROFILE(contact, contact_1).FILTER(ISNULL(contact_1.fullname))",
		nodes: []ast.Node{(*ast.ColumnExpr)(nil)}, run: wrongAlias,
	},
	{
		Name: "ambiguous-alias", Severity: Warning,
		Summary: "a table's name as qualifier fits more than one row",
		Doc:     "A table's own name may stand before a column, but not when two rows of that table can be seen: write the alias.",
		Bad:     "PROFILE(account, a).TRAVERSE(account_parent_account, b).TRAVERSE(contact_customer_accounts, c).FILTER(ISNULL(account.name) && ISNULL(a.name) && ISNULL(b.name) && ISNULL(c.fullname))",
		Good:    "PROFILE(account, a).TRAVERSE(account_parent_account, b).TRAVERSE(contact_customer_accounts, c).FILTER(ISNULL(a.name) && ISNULL(b.name) && ISNULL(c.fullname))",
		nodes:   []ast.Node{(*ast.ColumnExpr)(nil)}, run: ambiguousAlias,
	},
	{
		Name: "duplicate-alias", Severity: Error,
		Summary: "two rows of an operand have the same alias",
		Doc:     "Aliases are unique within an operand.",
		Bad:     "PROFILE(account, a).TRAVERSE(contact_customer_accounts, a).FILTER(ISNULL(a.fullname))",
		Good:    "PROFILE(account, a).FILTER(ISNULL(a.name)).TRAVERSE(contact_customer_accounts, c).FILTER(ISNULL(c.fullname))",
		nodes:   []ast.Node{(*ast.Alias)(nil)}, run: duplicateAlias,
	},
	{
		Name: "unused-alias", Severity: Hint,
		Summary: "an alias is never used",
		Doc:     "An alias of PROFILE or TRAVERSE that no column is qualified with can go. RELATE must have one.",
		Bad:     "PROFILE(contact, contact_1).FILTER(fullname == 'x')", Good: "PROFILE(contact, contact_1).FILTER(contact_1.fullname == 'x')",
		nodes: []ast.Node{(*ast.Profile)(nil), (*ast.Traverse)(nil)}, run: unusedAlias,
	},
	{
		Name: "case-of-name", Severity: Hint,
		Summary: "a name is written in another case than in the schema",
		Doc:     "Logical names are written in lower case; whether the service takes them in another case is not known.",
		Bad:     "PROFILE(Contact)", Good: "PROFILE(contact)",
		nodes: []ast.Node{(*ast.Profile)(nil), (*ast.ColumnExpr)(nil), (*ast.Traverse)(nil), (*ast.Relate)(nil)}, run: caseOfName,
	},
	{
		Name: "unsupported-column", Severity: Error, Dialect: Realtime,
		Summary: "a calculated, formula or virtual column can't be used in a realtime segment",
		Doc: "Realtime segments read stored columns alone. Calculated, formula and virtual columns, and virtual tables, can't be used; a related table must track changes. " +
			"The schema of an organization says which those are; the embedded standard tables do not.",
		Bad:   "// seg:dialect realtime\nPROFILE(contact).FILTER(ISNOTNULL(entityimage_url))",
		Good:  "// seg:dialect realtime\nPROFILE(contact).FILTER(ISNOTNULL(emailaddress1))",
		nodes: []ast.Node{(*ast.ColumnExpr)(nil), (*ast.Relate)(nil), (*ast.Profile)(nil)}, run: unsupportedColumn,
	},
}

const maxNearest = 3

// unknown reports a name that the schema does not have, with the nearest ones
// as fixes. In the standard schema that is a warning.
func (c *pass) unknown(name *ast.Ident, what, where string, nearest []string) {
	severity := c.rule.Severity
	message := fmt.Sprintf("there is no %s %s%s", what, name.Name, where)
	if c.file.Schema.IsStandard() {
		severity = Warning
		message = fmt.Sprintf("the standard tables have no %s %s%s", what, name.Name, where)
		if schema.HasPublisherPrefix(name.Name) {
			message += "; import your organization's schema to check it"
		}
	}
	var fixes []token.Fix
	for _, n := range nearest {
		text := n
		if name.Quoted {
			text = "'" + n + "'"
		}
		fixes = append(fixes, replaceFix("Replace with "+n, name.Extent, text))
	}
	if len(nearest) > 0 {
		message += "; did you mean " + orList(nearest) + "?"
	}
	c.reportAs(severity, name.Extent, message, fixes...).Sure = false
}

// orList joins names with commas and "or".
func orList(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

func unknownTable(c *pass, n ast.Node) {
	p := n.(*ast.Profile)
	if p.Table == nil || c.file.Schema == nil || c.file.Schema.Table(p.Table.Name) != nil {
		return
	}
	c.unknown(p.Table, "table", "", schema.Nearest(p.Table.Name, c.file.Schema.TableNames(), maxNearest))
}

func unknownInteraction(c *pass, n ast.Node) {
	i := n.(*ast.Interaction)
	if i.Event == nil || c.file.Schema == nil || c.file.Schema.Interaction(i.Event.Name) != nil || schema.HasPublisherPrefix(i.Event.Name) {
		return
	}
	names := func(yield func(string) bool) {
		for _, known := range c.file.Schema.Interactions() {
			name := known.Name
			if c.dialect == Realtime || name == "" {
				name = known.RealtimeName
			}
			if name != "" && !yield(name) {
				return
			}
		}
	}
	near := schema.Nearest(i.Event.Name, names, maxNearest)
	// An interaction of the one dialect with the prefix of the other.
	if same := c.file.Schema.Interaction(strings.TrimPrefix(strings.ToLower(i.Event.Name), "msdynmkt_")); same != nil && c.dialect == Realtime && same.RealtimeName != "" {
		near = []string{same.RealtimeName}
	}
	if len(near) == 0 {
		return
	}
	var fixes []token.Fix
	for _, name := range near {
		fixes = append(fixes, replaceFix("Replace with "+name, i.Event.Extent, name))
	}
	c.report(i.Event.Extent, fmt.Sprintf("no interaction %s is known; did you mean %s?", i.Event.Name, orList(near)), fixes...).Sure = false
}

func unknownColumn(c *pass, n ast.Node) {
	column := n.(*ast.ColumnExpr)
	ref := c.res.Column(column)
	if c.file.Schema == nil || ref.Row == nil || ref.Column != nil || !ref.Row.knowsColumns(c.dialect) {
		return
	}
	if column.Qualifier == nil && strings.EqualFold(column.Name.Name, "null") {
		return // null-comparison speaks of it
	}
	if column.Qualifier == nil && token.Lookup(column.Name.Name) == token.DATETIMEUTCNOW {
		c.report(column.Extent, "the current time is DATETIMEUTCNOW(), with parentheses",
			token.Fix{Title: "Insert ()", Edits: []token.Edit{{Span: token.At(column.Extent.End), New: "()"}}})
		return
	}
	if c.isLabel(column) {
		return // choice-label-for-value speaks of it
	}
	if isConsentColumn(column.Name.Name) || ref.Row.IsEvent && hasSuffixFold(column.Name.Name, "_LogicalName") {
		return
	}
	what := "the table " + ref.Row.Table
	if ref.Row.IsEvent {
		what = "the interaction " + ref.Row.Table
	}
	c.unknown(&column.Name, "column", " in "+what, ref.Row.nearestColumns(column.Name.Name, c.dialect))
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// relationshipOf returns the name in a TRAVERSE or RELATE, nil if it is missing.
func relationshipOf(n ast.Node) *ast.Ident {
	switch n := n.(type) {
	case *ast.Traverse:
		return n.Relationship
	case *ast.Relate:
		return n.Relationship
	}
	return nil
}

func unknownRelationship(c *pass, n ast.Node) {
	name := relationshipOf(n)
	w := c.res.Walk(n)
	if name == nil || c.file.Schema == nil || w.Relationship != nil {
		return
	}
	from := c.relationshipsFrom(w.From.Table)
	if w.From.Table == "" || len(from) == 0 {
		from = nil
		for _, r := range c.file.Schema.Relationships() {
			from = append(from, r.Name)
		}
	}
	c.unknown(name, "relationship", "", schema.Nearest(name.Name, slices.Values(from), maxNearest))
}

// relationshipsFrom returns the names of the relationships that lead from a
// table, in the form that the dialect uses.
func (c *pass) relationshipsFrom(table string) []string {
	var names []string
	for _, r := range c.file.Schema.RelationshipsFrom(table) {
		name := r.Name
		if c.dialect == Outbound && r.OutboundName() != "" {
			name = r.OutboundName()
		}
		names = append(names, name)
	}
	return names
}

func relationshipNotFromHere(c *pass, n ast.Node) {
	w := c.res.Walk(n)
	name := relationshipOf(n)
	if name == nil || w.Fits || w.From.IsEvent {
		return
	}
	ends := w.Relationship.Ends
	message := fmt.Sprintf("the relationship %s joins %s and %s; it does not start at %s", name.Name, ends[0].Table, ends[1].Table, w.From.Table)
	var fixes []token.Fix
	between := map[string]bool{}
	for _, other := range []string{ends[0].Table, ends[1].Table} {
		for _, r := range c.file.Schema.RelationshipsBetween(w.From.Table, other) {
			if between[r.Name] || r.Name == "" {
				continue
			}
			between[r.Name] = true
			fixes = append(fixes, replaceFix("Replace with "+r.Name, name.Extent, r.Name))
		}
	}
	if names := c.relationshipsFrom(w.From.Table); len(names) > 0 {
		slices.Sort(names)
		more := ""
		if len(names) > 5 {
			names, more = names[:5], fmt.Sprintf(" and %d more", len(names)-5)
		}
		message += ", from which lead " + strings.Join(names, ", ") + more
	}
	if len(fixes) > maxNearest {
		fixes = fixes[:maxNearest]
	}
	c.report(name.Extent, message, fixes...).Sure = false
}

// shownAliases is how many aliases a message names.
const shownAliases = 10

func relationshipNameForm(c *pass, n ast.Node) {
	w := c.res.Walk(n)
	name := relationshipOf(n)
	if w.Relationship == nil || !w.Fits || strings.EqualFold(name.Name, w.Relationship.Name) {
		return
	}
	message := fmt.Sprintf("%s is the relationship's name in the outbound dialect", name.Name)
	if to := w.Relationship.Name; to != "" {
		fix := token.Fix{Title: "Replace with " + to, Edits: []token.Edit{replaceName(name, to)}}
		c.report(name.Extent, fmt.Sprintf("%s; write its schema name, %s", message, to), fix)
		return
	}
	// Only the lookup is known, so it may be that both names are the same.
	c.reportAs(Warning, name.Extent, message+"; write its schema name")
}

// schemaName returns the schema name of the relationship of a step that has
// another name there, empty if that is not known.
func (c *pass) schemaName(step ast.Node) string {
	r := c.res.Walk(step).Relationship
	if r == nil || strings.EqualFold(relationshipOf(step).Name, r.Name) {
		return ""
	}
	return r.Name
}

// replaceName returns the edit that writes another name, in quotes where the
// one before has them.
func replaceName(name *ast.Ident, text string) token.Edit {
	if name.Quoted {
		text = "'" + text + "'"
	}
	return token.Edit{Span: name.Extent, New: text}
}

func wrongAlias(c *pass, n ast.Node) {
	column := n.(*ast.ColumnExpr)
	ref, known := c.res.columns[column]
	if column.Qualifier == nil || !known || ref.Row != nil {
		return
	}
	var names []string
	named := c.scope().Named
	for _, r := range named[max(0, len(named)-shownAliases):] {
		names = append(names, r.Alias.Name.Name)
	}
	message := fmt.Sprintf("%s is no alias that can be seen here", column.Qualifier.Name)
	if c.isAlias(column.Qualifier.Name) {
		message = fmt.Sprintf("the alias %s can be seen from the step behind its own, or in its own operand", column.Qualifier.Name)
	}
	if len(names) > 0 {
		which := "the aliases are "
		if len(named) > len(names) {
			which = "the latest aliases are "
		}
		message += "; " + which + strings.Join(names, ", ")
	}
	var fixes []token.Fix
	for _, near := range schema.Nearest(column.Qualifier.Name, slices.Values(names), maxNearest) {
		fixes = append(fixes, replaceFix("Replace with "+near, column.Qualifier.Extent, near))
	}
	c.report(column.Qualifier.Extent, message, fixes...).Sure = false
}

// isAlias reports whether a name is that of any alias in the definition.
func (c *pass) isAlias(name string) bool {
	if c.aliases == nil {
		c.aliases = map[string]bool{}
		for alias := range c.res.aliases {
			c.aliases[strings.ToLower(alias.Name.Name)] = true
		}
	}
	return c.aliases[strings.ToLower(name)]
}

func ambiguousAlias(c *pass, n ast.Node) {
	column := n.(*ast.ColumnExpr)
	ref := c.res.Column(column)
	if column.Qualifier == nil || ref.Row == nil || ref.Row.Table == "" || !strings.EqualFold(column.Qualifier.Name, ref.Row.Table) {
		return
	}
	if ref.Row.Alias != nil && strings.EqualFold(ref.Row.Alias.Name.Name, column.Qualifier.Name) {
		return
	}
	var rows []string
	for _, r := range c.scope().ofTable(ref.Row.Table) {
		rows = append(rows, r.Alias.Name.Name)
	}
	if len(rows) > 1 {
		c.report(column.Qualifier.Extent, fmt.Sprintf("%s may be %s; write the alias", column.Qualifier.Name, orList(rows)))
	}
}

// scope returns what can be seen at the current node.
func (c *pass) scope() *Scope {
	for i := len(c.path) - 1; i >= 0; i-- {
		if s := c.res.Scope(c.path[i]); s != nil {
			return s
		}
	}
	return &Scope{}
}

func duplicateAlias(c *pass, n ast.Node) {
	alias := n.(*ast.Alias)
	if row := c.res.aliases[alias]; row != nil && row.clash != nil {
		f := c.report(alias.Extent, fmt.Sprintf("the alias %s is taken already in this operand; choose another", c.text(alias.Extent)))
		f.Related = append(f.Related, Related{Span: row.clash.Alias.Extent, Message: "the alias is made here"})
	}
}

func unusedAlias(c *pass, n ast.Node) {
	var alias *ast.Alias
	var call *ast.Call
	switch n := n.(type) {
	case *ast.Profile:
		alias, call = n.Alias, &n.Call
	case *ast.Traverse:
		alias, call = n.Alias, &n.Call
	}
	if alias == nil || len(call.Commas) == 0 {
		return
	}
	if row := c.res.aliases[alias]; row != nil && row.isUsed {
		return
	}
	var fixes []token.Fix
	if s := (token.Span{Start: call.Commas[0], End: alias.Extent.End}); s.Start < alias.Extent.Start { // its comma may be missing
		fixes = append(fixes, replaceFix("Remove the alias", s, ""))
	}
	f := c.report(alias.Extent, fmt.Sprintf("the alias %s is never used", c.text(alias.Extent)), fixes...)
	// It may be that a column should have been qualified with it.
	f.Unnecessary, f.Sure = true, false
}

func caseOfName(c *pass, n ast.Node) {
	var name *ast.Ident
	want := ""
	switch n := n.(type) {
	case *ast.Profile:
		if t := c.file.Schema.Table(identName(n.Table)); t != nil {
			name, want = n.Table, t.Name
		}
	case *ast.ColumnExpr:
		if col := c.res.Column(n).Column; col != nil {
			name, want = &n.Name, col.Name
		}
	default:
		if r := c.res.Walk(n).Relationship; r != nil {
			name, want = relationshipOf(n), r.Name
			if _, isRelate := n.(*ast.Relate); !isRelate && !strings.EqualFold(want, name.Name) {
				want = r.OutboundName() // relationship-name-form speaks of it in RELATE
			}
		}
	}
	if name != nil && name.Name != want && strings.EqualFold(name.Name, want) {
		text := want
		if name.Quoted {
			text = "'" + want + "'"
		}
		c.report(name.Extent, fmt.Sprintf("the schema writes this name %s", want), replaceFix("Write "+want, name.Extent, text))
	}
}

func identName(i *ast.Ident) string {
	if i == nil {
		return ""
	}
	return i.Name
}

func unsupportedColumn(c *pass, n ast.Node) {
	switch n := n.(type) {
	case *ast.ColumnExpr:
		col := c.res.Column(n).Column
		switch {
		case col == nil:
		case col.Computed == schema.Calculated || col.Computed == schema.Formula:
			c.report(n.Name.Extent, fmt.Sprintf("%s is a %s column; realtime segments read stored columns alone", col.Name, col.Computed))
		case col.Virtual || col.Type == schema.TypeVirtual:
			c.report(n.Name.Extent, fmt.Sprintf("%s is a virtual column; realtime segments read stored columns alone", col.Name))
		}
	case *ast.Profile:
		if t := c.file.Schema.Table(identName(n.Table)); t != nil && t.Virtual {
			c.report(n.Table.Extent, fmt.Sprintf("%s is a virtual table; realtime segments can't use it", t.Name))
		}
	case *ast.Relate:
		to := c.res.Walk(n).To.Info
		switch {
		case to == nil:
		case to.Virtual:
			c.report(n.Relationship.Extent, fmt.Sprintf("%s is a virtual table; realtime segments can't use it", to.Name))
		case to.ChangeTracking == schema.No:
			c.reportAs(Warning, n.Relationship.Extent, fmt.Sprintf("the table %s does not track changes, which a related table in a realtime segment must", to.Name))
		}
	}
}
