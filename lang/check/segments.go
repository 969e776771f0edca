package check

import (
	"fmt"
	"strings"

	"segql/lang/ast"
	"segql/lang/format"
	"segql/lang/schema"
	"segql/lang/token"
)

var segmentRules = []*Rule{
	{
		Name: "undefined-segment", Severity: Hint,
		Summary: "no definition of the project has the name of a segment",
		Doc: "The segment may exist in the organization, so this is a hint. Where the name is nearly that of a definition it is " +
			"a warning.",
		Bad:   "Openers = PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))\nAll = SEGMENT(Opners)",
		Good:  "Openers = PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))\nAll = SEGMENT(Openers)",
		nodes: []ast.Node{(*ast.Segment)(nil)}, run: undefinedSegment,
	},
	{
		Name: "segment-cycle", Severity: Error,
		Summary: "a segment leads back to itself",
		Doc:     "A SEGMENT may not refer to the definition that it stands in, through any number of definitions and files.",
		Bad:     "A = SEGMENT(B)\nB = SEGMENT(A)", Good: "A = PROFILE(contact)\nB = SEGMENT(A)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: segmentCycle,
	},
	{
		Name: "duplicate-definition", Severity: Error,
		Summary: "two definitions have the same name",
		Doc:     "Within a file it is an error; in different files of a project a warning, since a name then means the one in its own file.",
		Bad:     "A = PROFILE(contact)\nA = PROFILE(lead)", Good: "A = PROFILE(contact)\nB = SEGMENT(A)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: duplicateDefinition,
	},
	{
		Name: "unused-definition", Severity: Hint,
		Summary: "a definition is followed by others but none refers to it",
		Doc: "The last definition of a file is its result. One before it that nothing refers to, in a file whose other " +
			"definitions build on each other, was perhaps forgotten.",
		Bad:   "A = PROFILE(contact)\nB = PROFILE(contact).FILTER(ISNULL(emailaddress1))\nC = SEGMENT(A)",
		Good:  "A = PROFILE(contact)\nB = PROFILE(contact).FILTER(ISNULL(emailaddress1))\nC = SEGMENT(A) EXCEPT SEGMENT(B)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: unusedDefinition,
	},
	{
		Name: "segment-name-form", Severity: Error,
		Summary: "the technical name of a segment has the wrong form, or a segment is the other dialect's",
		Doc: "The name that the product gives a segment is SEGMENT_CRM_ID_ (outbound) or SEGMENT_CJO_ID_ (realtime) and the " +
			"32 hexadecimal digits of its id, without hyphens. The segments of one dialect don't see those of the other; where " +
			"the name is that of a definition in the other dialect it is a warning, since the organization may have such a segment, too.",
		Bad: "SEGMENT(SEGMENT_CRM_ID_e1fa7fdc)", Good: "SEGMENT(SEGMENT_CRM_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc)",
		nodes: []ast.Node{(*ast.Segment)(nil)}, run: segmentNameForm,
	},
	{
		Name: "target-table", Severity: Error,
		Summary: "the query ends at a table that can't be a segment's",
		Doc: "An outbound segment holds contacts; walk to them with TRAVERSE. A realtime segment holds contacts, leads or rows of " +
			"a custom table. A definition that others refer to may end anywhere that they can use.",
		Bad: "// seg:dialect outbound\nPROFILE(account)", Good: "// seg:dialect outbound\nPROFILE(account).TRAVERSE(contact_account_parentcustomerid)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: targetTable,
	},
	{
		Name: "set-operand-tables", Severity: Error,
		Summary: "the operands of a set operator have rows of different tables",
		Doc:     "UNION, EXCEPT and INTERSECT compare rows of one table.",
		Bad:     "PROFILE(contact) UNION PROFILE(lead)", Good: "PROFILE(contact) UNION PROFILE(contact).FILTER(statecode == 0)",
		nodes: []ast.Node{(*ast.Query)(nil)}, run: setOperandTables,
	},
	{
		Name: "mixed-set-operators", Severity: Warning,
		Summary: "different set operators stand side by side without parentheses",
		Doc: "The vendor never said which set operator binds tighter. This toolkit reads them from left to right; parentheses " +
			"say what is meant to everyone.",
		Bad: "SEGMENT(A) UNION SEGMENT(B) EXCEPT SEGMENT(C)", Good: "(SEGMENT(A) UNION SEGMENT(B)) EXCEPT SEGMENT(C)",
		nodes: []ast.Node{(*ast.Query)(nil)}, run: mixedSetOperators,
	},
	{
		Name: "query-too-long", Severity: Error, Dialect: Outbound,
		Summary: "an outbound query has more than 4,000 characters",
		Doc:     "The column that holds it takes 4,000 characters of the wire form, one line without comments. Split the segment and join the parts with SEGMENT(..).",
		Bad:     "", Good: "// seg:dialect outbound\nPROFILE(contact)",
		nodes: []ast.Node{(*ast.Definition)(nil)}, run: queryTooLong,
	},
}

func undefinedSegment(c *pass, n ast.Node) {
	name := n.(*ast.Segment).Name
	if name == nil || name.Name == "" || isTechnicalName(name.Name) || c.ask(askDefined, name.Name).ok {
		return
	}
	nearest := c.ask(askNearest, name.Name)
	if !nearest.ok {
		return // a query alone, without a project
	}
	message := fmt.Sprintf("no definition here is named %s; the segment must exist in the organization", name.Name)
	var fixes []token.Fix
	severity := c.rule.Severity
	if near := nearest.text; near != "" {
		severity = Warning
		message = fmt.Sprintf("no definition here is named %s; did you mean %s?", name.Name, near)
		fixes = append(fixes, replaceFix("Replace with "+near, name.Extent, near))
	}
	c.reportAs(severity, name.Extent, message, fixes...).Sure = false
}

func segmentCycle(c *pass, n ast.Node) {
	d := n.(*ast.Definition)
	if d.Name == nil {
		return
	}
	cycle := c.ask(askCycle, "").cycle
	if cycle == nil {
		return
	}
	var names []string
	for _, m := range cycle.listed {
		names = append(names, m.tree.Name.Name)
	}
	if more := cycle.total - len(cycle.listed); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	f := c.report(d.Name.Extent, fmt.Sprintf("the segment %s leads back to itself: %s", d.Name.Name, strings.Join(append(names, names[0]), " -> ")))
	f.late = func(all *findings, f *Finding) bool {
		for _, m := range cycle.listed {
			if m.tree != d {
				all.relate(f, m, "through this definition")
			}
		}
		return true
	}
}

func duplicateDefinition(c *pass, n ast.Node) {
	d := n.(*ast.Definition)
	if d.Name == nil {
		return
	}
	others := c.ask(askNamesakes, "")
	if !others.ok {
		return
	}
	severity := Warning
	if others.text == sameFile {
		severity = Error
	}
	f := c.reportAs(severity, d.Name.Extent, fmt.Sprintf("there is another definition of %s; give one of them another name", d.Name.Name))
	f.late = func(all *findings, f *Finding) bool {
		for _, other := range all.project.names.get(all.def.key).defs {
			if len(f.Related) == maxListed {
				break // thousands of them are not all listed for each
			}
			if other != all.def {
				all.relate(f, other, "the other definition")
			}
		}
		return true
	}
}

func unusedDefinition(c *pass, n ast.Node) {
	d := n.(*ast.Definition)
	// Where the last definition builds on earlier ones, those that nothing
	// builds on stand out; but not one that itself builds on others, which is
	// another result.
	if d.Name == nil || len(c.at.refs) > 0 || c.isUsed() {
		return
	}
	f := c.report(d.Name.Extent, fmt.Sprintf("nothing refers to %s", d.Name.Name))
	f.Unnecessary = true
	f.late = func(all *findings, _ *Finding) bool { return !all.isLast && all.lastBuilds() }
}

func segmentNameForm(c *pass, n ast.Node) {
	name := n.(*ast.Segment).Name
	if name == nil {
		return
	}
	if of := c.ask(askDialect, name.Name); of.ok && c.dialect != Undetermined && of.text != c.dialect.String() {
		c.reportAs(Warning, name.Extent, fmt.Sprintf("%s is defined in the %s dialect; this query is %s", name.Name, of.text, c.dialect))
	}
	for prefix, dialect := range map[string]Dialect{"SEGMENT_CRM_ID_": Outbound, "SEGMENT_CJO_ID_": Realtime} {
		if !hasPrefix(name.Name, prefix) {
			continue
		}
		if !isHex(name.Name[len(prefix):], 32) {
			c.report(name.Extent, fmt.Sprintf("%s is followed by the 32 hexadecimal digits of the segment's id, without hyphens", prefix))
		} else if c.dialect != Undetermined && c.dialect != dialect {
			c.report(name.Extent, fmt.Sprintf("%s names a segment of the %s dialect; this query is %s", prefix, dialect, c.dialect))
		}
	}
}

// isUsed reports whether anything refers to the definition.
func (c *pass) isUsed() bool { return c.def.Name != nil && c.ask(askUsed, "").ok }

func targetTable(c *pass, n ast.Node) {
	d := n.(*ast.Definition)
	table := c.res.Table
	if table == "" || c.file.Schema.Table(table) == nil || c.isUsed() {
		return
	}
	o := d.Query.Operands[0]
	s := o.Source.Span()
	if _, isEvent := o.Source.(*ast.Interaction); isEvent {
		return // logical-name-missing speaks of what it is linked to
	}
	for _, step := range o.Steps {
		if _, ok := step.(*ast.Traverse); ok && c.dialect == Realtime {
			return // step-not-for-dialect speaks of it
		}
	}
	if len(o.Steps) > 0 {
		for _, step := range o.Steps {
			if t, ok := step.(*ast.Traverse); ok {
				s = t.WordSpan.Join(t.Extent)
			}
		}
	}
	switch {
	case c.dialect == Realtime && table != "contact" && table != "lead" && !schema.HasPublisherPrefix(table):
		c.report(s, fmt.Sprintf("the query ends at %s; a realtime segment holds contacts, leads or rows of a custom table", table))
	case c.dialect == Outbound && table != "contact":
		c.report(s, fmt.Sprintf("the query ends at %s; an outbound segment holds contacts, so walk to them with TRAVERSE", table))
	case c.dialect == Undetermined && table != "contact" && table != "lead" && !schema.HasPublisherPrefix(table):
		c.reportAs(Warning, s, fmt.Sprintf("the query ends at %s; a segment holds contacts, or leads in the realtime dialect", table))
	}
}

func setOperandTables(c *pass, n ast.Node) {
	q := n.(*ast.Query)
	var first *ast.Operand
	for _, o := range q.Operands {
		table := c.res.Operand(o)
		if table == "" || c.file.Schema == nil || c.res.operands[o].isGuessed {
			continue
		}
		if first == nil {
			first = o
			continue
		}
		if want := c.res.Operand(first); !strings.EqualFold(table, want) {
			severity := Error
			if isUnsure(o) || isUnsure(first) {
				severity = Warning
			}
			f := c.reportAs(severity, o.Source.Span(), fmt.Sprintf("this operand has rows of %s, the one before it rows of %s; a set operator needs one table", table, want))
			f.Related = append(f.Related, Related{Span: first.Source.Span(), Message: "rows of " + want})
		}
	}
}

// isUnsure reports whether the table of an operand is a guess.
func isUnsure(o *ast.Operand) bool {
	_, isProfile := o.Source.(*ast.Profile)
	return !isProfile
}

func mixedSetOperators(c *pass, n ast.Node) {
	q := n.(*ast.Query)
	for i := 1; i < len(q.Operators); i++ {
		first, op := q.Operators[0], q.Operators[i]
		if op.Word == first.Word || op.Word == token.NoWord || first.Word == token.NoWord {
			continue
		}
		// Everything before the operator is its left side.
		start, end := q.Operands[0].Extent.Start, q.Operands[i].Extent.End
		f := token.Fix{Title: "Put parentheses around the left side", Edits: []token.Edit{
			{Span: token.At(start), New: "("}, {Span: token.At(end), New: ")"},
		}}
		c.report(op.Span, fmt.Sprintf("%s and %s stand side by side; put parentheses around what belongs together", first.Word, op.Word), f)
		return
	}
}

// maxOutbound is how many characters an outbound query may have.
const maxOutbound = 4000

func queryTooLong(c *pass, n ast.Node) {
	d := n.(*ast.Definition)
	if len(d.Text) <= maxOutbound/2 {
		return // blanks around operators at most double a query
	}
	wire, ok := format.WireQuery(d)
	if !ok {
		return
	}
	if size := len([]rune(wire)); size > maxOutbound {
		c.report(d.Query.Operands[0].Source.Span(), fmt.Sprintf("the query has %d characters on one line; an outbound segment takes %d, so split it and join the parts with SEGMENT(..)", size, maxOutbound))
	}
}
