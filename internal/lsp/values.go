package lsp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// class is what a value can be compared as. A literal may be of several.
type class uint8

const (
	textClass class = 1 << iota
	numberClass
	boolClass
	dateClass
	idClass
	choiceClass

	anyClass class = 0 // it is not known
)

func classOf(c *schema.Column) class {
	switch t := c.Type; {
	case t.IsText():
		return textClass
	case t.IsNumber():
		return numberClass
	case t == schema.TypeBoolean:
		return boolClass
	case t == schema.TypeDateTime:
		return dateClass
	case t.IsID():
		return idClass
	case t.IsChoice():
		return choiceClass
	}
	return anyClass
}

// row returns the row that an operand is a column of, nil if it is not known.
func (b *completer) row(x operand) *check.Row {
	switch {
	case x.name == "":
		return nil
	case x.qualifier != "":
		return b.scope().Find(x.qualifier)
	}
	return b.scope().Current
}

// column returns the column that an operand is, nil if it is none that is
// known.
func (b *completer) column(x operand) *schema.Column {
	if row := b.row(x); row != nil {
		return row.Column(x.name, b.dialect())
	}
	return nil
}

// class returns what an operand can be compared as.
func (b *completer) class(x operand) class {
	switch w := x.word; {
	case x.isSum:
		return numberClass
	case x.literal != "":
		return literalClass(x.literal)
	case w == token.DATEDIFF, w.IsAggregate():
		return numberClass
	case w == token.DATEADD, w == token.DATE, w == token.DATETIMEUTCNOW:
		return dateClass
	}
	if c := b.column(x); c != nil {
		return classOf(c)
	}
	return anyClass
}

// literalClass returns what a literal can be compared as.
func literalClass(text string) class {
	switch {
	case isDigit(text[0]):
		return numberClass | choiceClass
	case isLetter(text[0]): // true or false
		return boolClass
	}
	of := textClass
	value := strings.Trim(text, `'"`)
	if _, err := time.Parse(time.DateOnly, value[:min(len(value), len(time.DateOnly))]); err == nil {
		of |= dateClass
	}
	if len(value) == len("00000000-0000-0000-0000-000000000000") && strings.Trim(value, "0123456789abcdefABCDEF-") == "" {
		of |= idClass
	}
	return of
}

// condition adds what stands in conditions.
func (b *completer) condition(f *frame) {
	switch {
	case b.dotted && b.qualifier != "":
		want := anyClass
		switch {
		case f.isSum:
			want = numberClass
		case f.compared:
			want = b.class(f.left)
		}
		b.columns(want)
	case f.expects == wantOperand && f.compared:
		b.values(f)
	case f.expects == wantOperand && f.isSum:
		b.numbers()
	case f.expects == wantOperand:
		b.columns(anyClass)
		b.words(2, token.ISNULL, token.ISNOTNULL, token.NOT)
		if !b.inEvent() {
			b.words(2, token.DATEDIFF, token.DATEADD, token.DATETIMEUTCNOW)
		}
	case f.expects == behindValue && !f.compared && b.isCalled(f.last):
		c := candidate{label: "(", kind: protocol.CompletionItemKindOperator}
		if b.snippets {
			c.insert, c.snippet = "($0)", true
		}
		b.add(c)
	case f.expects == behindValue && !f.compared:
		b.comparisons(f)
	case f.expects == behindValue && b.phrase(f, func() { b.values(f) }):
	case f.expects == behindValue, f.expects == behindCondition:
		b.joints()
		if f.expects == behindValue && b.class(f.value()) == numberClass {
			b.arithmetic()
		}
	case f.expects == wantBracket:
		b.add(candidate{label: "[", kind: protocol.CompletionItemKindOperator})
	}
}

// isCalled reports whether an operand is a word that takes a condition or column
// in parentheses, which are missing.
func (b *completer) isCalled(x operand) bool {
	w := token.Lookup(x.name)
	return (w == token.NOT || w == token.ISNULL || w == token.ISNOTNULL) && x.qualifier == "" && b.column(x) == nil
}

// phrase adds those of the candidates that add adds which start with all that
// stands there from the start of the value on: labels have blanks in them. It
// reports whether there are any.
func (b *completer) phrase(f *frame, add func()) bool {
	text := b.around[f.lastAt:b.at]
	for i := 0; i < len(text); {
		n := wordLetter(text[i:])
		if text[i] == ' ' {
			n = 1
		}
		if n == 0 {
			return false
		}
		i += n
	}
	start, prefix := b.start, b.prefix
	b.start, b.prefix = f.lastAt, text
	add()
	b.candidates = slices.DeleteFunc(b.candidates, func(c candidate) bool { return c.match != matchStart })
	if len(b.candidates) == 0 {
		b.start, b.prefix = start, prefix
	}
	return len(b.candidates) > 0
}

// inEvent reports whether the condition is one of an outbound interaction,
// which has no functions of dates and texts.
func (b *completer) inEvent() bool {
	row := b.scope().Current
	return row != nil && row.IsEvent && b.dialect() == check.Outbound
}

// joints adds what joins conditions. They are found by their words, too.
func (b *completer) joints() {
	b.isPartial = b.isPartial || b.prefix == ""
	for i, op := range []string{"&&", "||"} {
		word := []token.Word{token.AND, token.OR}[i]
		c := candidate{label: op, insert: b.spaced(op), kind: protocol.CompletionItemKindOperator, rank: i, data: itemData{Kind: itemWord, Name: op}}
		c.detail = strings.ToLower(word.String())
		if b.prefix != "" && wordLetter(b.prefix) > 0 {
			c.filter = word.String()
		}
		b.add(c)
	}
}

// comparisons adds the operators that go with what stands before the caret.
func (b *completer) comparisons(f *frame) {
	isColumn := f.value().name != ""
	of := b.class(f.value())
	both := []string{"==", "!="}
	ordered := []string{"==", "!=", ">", ">=", "<", "<="}
	ops := ordered
	switch of {
	case textClass, boolClass, idClass, choiceClass:
		ops = both
	}
	rank := 0
	for _, op := range ops {
		b.operator(op, rank, "")
		rank++
	}
	if isColumn && of != boolClass && of != dateClass && b.mayBe(check.Realtime) {
		c := candidate{label: "IN", insert: "IN [", kind: protocol.CompletionItemKindKeyword, rank: rank, data: wordData(token.IN)}
		if b.snippets {
			c.insert, c.snippet = "IN [$0]", true
		}
		if b.follows == '[' {
			c.insert, c.snippet = b.spaced("IN"), false
		}
		b.add(c)
	}
	if isColumn && (of == textClass || of == anyClass) && !b.inEvent() {
		for _, w := range []token.Word{token.CONTAINS, token.STARTSWITH, token.ENDSWITH} {
			rank++
			c := candidate{label: w.String(), insert: b.spaced(w.String()), kind: protocol.CompletionItemKindKeyword, rank: rank, data: wordData(w)}
			if b.snippets && b.follows != '\'' {
				c.insert, c.snippet = w.String()+" '$0'", true
			}
			b.add(c)
		}
	}
	if of&numberClass != 0 {
		b.arithmetic()
	}
}

// arithmetic adds the operators of numbers, behind all others.
func (b *completer) arithmetic() {
	for _, op := range []string{"+", "-", "*", "/"} {
		b.operator(op, 9, "")
	}
}

// operand adds what can stand as a value of a class, besides literals.
func (b *completer) operand(f *frame, want class) {
	switch {
	case f.expects != wantOperand && !b.dotted:
		return
	case b.dotted:
		b.columns(want)
		return
	}
	if want == dateClass {
		rank := 0
		if f.word == token.DATEDIFF && f.argument == 1 {
			rank = 6 // behind the columns: from a date of the row on it is counted
		}
		b.dates(rank)
	}
	b.columns(want)
}

// values adds what may stand right of a comparison.
func (b *completer) values(f *frame) {
	b.null(f)
	if b.profileTables(f) {
		return
	}
	isColumn := f.left.name != ""
	switch want := b.class(f.left); {
	case f.isSum, want == numberClass:
		b.numbers()
	case want == dateClass:
		b.dates(0)
		b.columns(want)
	case !isColumn: // a literal, or nothing that is known
		b.columns(want)
	case want == anyClass:
		b.consent(f.left.name)
	default:
		if want == choiceClass {
			b.choices(f)
		} else if want == boolClass {
			b.booleans()
		}
		// Mostly it is a literal that they are compared with, so columns come
		// where one begins to write a name that is none of those.
		if b.prefix != "" && len(b.candidates) == 0 {
			b.columns(want)
		}
	}
}

// numbers adds what can be calculated with.
func (b *completer) numbers() {
	b.columns(numberClass)
	if !b.inEvent() {
		b.words(2, token.DATEDIFF)
	}
}

// listed adds what may stand in the brackets of IN.
func (b *completer) listed(f *frame) {
	switch f.expects {
	case wantOperand:
		b.listedValues(f)
	case behindValue:
		b.phrase(f, func() { b.listedValues(f) })
	}
}

func (b *completer) listedValues(f *frame) {
	b.profileTables(f)
	switch c := b.column(f.left); {
	case c == nil:
	case len(c.Choices) > 0:
		b.choices(f)
	case c.Type == schema.TypeBoolean:
		b.booleans()
	}
}

func (b *completer) booleans() {
	for i, w := range []token.Word{token.TRUE, token.FALSE} {
		b.add(candidate{label: w.String(), kind: protocol.CompletionItemKindEnumMember, place: i, data: wordData(w)})
	}
}

// choices adds the choices of the column left of the comparison that are not
// listed yet. Their labels are shown, their numbers inserted; in a string,
// where someone writes the label, the number takes its place.
func (b *completer) choices(f *frame) {
	c := b.column(f.left)
	if c == nil {
		return
	}
	table := b.row(f.left).Table
	taken := map[string]bool{}
	for _, text := range f.listed {
		taken[text] = true
	}
	for i, choice := range c.Choices {
		value := strconv.Itoa(choice.Value)
		if taken[value] {
			continue
		}
		x := candidate{
			label: fmt.Sprintf("%s (%s)", choice.Label, value), insert: value, kind: protocol.CompletionItemKindEnumMember,
			description: c.Name, place: i, data: b.data(itemColumn, c.Name, table),
		}
		switch {
		case b.quoted != "":
			x.filter = b.quoted[:1] + choice.Label
		case b.prefix == "":
			b.isPartial = true
		case isDigit(b.prefix[0]):
			x.filter = value
		}
		b.add(x)
	}
}

// profileTables adds the tables that the _LogicalName of a realtime
// interaction can name, and reports whether that is what stands on the left.
func (b *completer) profileTables(f *frame) bool {
	row := b.scope().Current
	if row == nil || !row.IsEvent || !strings.HasSuffix(strings.ToLower(f.left.name), "_logicalname") {
		return false
	}
	for i, table := range []string{"contact", "lead"} {
		text := "'" + table + "'"
		b.add(candidate{label: text, kind: protocol.CompletionItemKindEnumMember, place: i})
	}
	return true
}

// consent adds the record that a consent column is compared with.
func (b *completer) consent(column string) {
	if !b.snippets || consentBy(column) == "" {
		return
	}
	b.add(candidate{
		label: "consent record", kind: protocol.CompletionItemKindSnippet, snippet: true,
		insert: "'cp:${1:profile id};p:${2:purpose id};ch:${3|Email,Text|};ea:${4|emailaddress1,mobilephone|};v:${5|OptedIn,OptedOut,NotSet|}'",
		detail: "who opted in, and to what",
	})
}

// consentBy says what a column of consent conditions is about, empty if it is
// none.
func consentBy(column string) string {
	for prefix, what := range map[string]string{
		"compliance_profile_": "compliance profile", "consent_topic_": "topic", "consent_purpose_": "purpose",
	} {
		if hasPrefixFold(column, prefix) {
			return what
		}
	}
	return ""
}

// null adds ISNULL in place of a comparison with null.
func (b *completer) null(f *frame) {
	if !hasPrefixFold("null", b.prefix) || f.left.name == "" || f.lastStart < 0 {
		return
	}
	w := token.ISNULL
	switch f.op {
	case "==":
	case "!=":
		w = token.ISNOTNULL
	default:
		return
	}
	column := f.left.name
	if f.left.qualifier != "" {
		column = f.left.qualifier + "." + column
	}
	// No more than the column and the operator may stand there.
	if written := strings.Join(strings.Fields(b.around[f.lastStart:b.start]), ""); written != column+f.op {
		return
	}
	if len(b.prefix) < 2 {
		b.isPartial = true
		return
	}
	b.add(candidate{
		label: w.String() + "(" + column + ")", filter: "null", kind: protocol.CompletionItemKindFunction, rank: -1,
		remove: span(f.lastStart, b.start), data: wordData(w),
	})
}

// dates adds what a date can be.
func (b *completer) dates(rank int) {
	today := b.now.today.Format(time.DateOnly)
	literal := candidate{label: "'" + today + "'", kind: protocol.CompletionItemKindConstant, filter: "today", detail: "today's date", rank: rank + 2}
	if b.snippets {
		literal.insert, literal.snippet = "'${1:"+today+"}'", true
	}
	if b.inEvent() {
		b.add(literal)
		return
	}
	if b.dialect() == check.Realtime { // where the functions were not seen
		literal.rank, rank = rank, rank+3
	}
	b.words(rank, token.DATETIMEUTCNOW)
	if b.snippets && b.follows != '(' { // else the arguments of another call stand behind them
		for i, r := range relativeDates {
			b.add(candidate{
				label: r.label, insert: r.insert, snippet: true, kind: protocol.CompletionItemKindSnippet, rank: rank + 1,
				place: i, detail: "relative date", data: wordData(token.DATEADD),
			})
		}
	}
	b.words(rank+2, token.DATEADD, token.DATE)
	b.add(literal)
}

// relativeDates are dates that count from the time of evaluation.
var relativeDates = []struct{ label, insert string }{
	{"30 days ago", "DATEADD(DAY, -${1:30}, DATETIMEUTCNOW())"},
	{"yesterday at this time", "DATEADD(DAY, -1, DATETIMEUTCNOW())"},
	{"6 months ago", "DATEADD(MONTH, -${1:6}, DATETIMEUTCNOW())"},
	{"1 year ago", "DATEADD(YEAR, -${1:1}, DATETIMEUTCNOW())"},
	{"in 7 days", "DATEADD(DAY, ${1:7}, DATETIMEUTCNOW())"},
}

// columns adds the aliases that can be seen, and the columns of the current
// row; behind an alias and a dot those of its row.
func (b *completer) columns(want class) {
	scope := b.scope()
	if b.dotted {
		if row := scope.Find(b.qualifier); row != nil {
			b.columnsOf(row, want)
		}
		return
	}
	for i := len(scope.Named) - 1; i >= 0; i-- {
		row := scope.Named[i]
		b.add(candidate{
			label: row.Alias.Name.Name, kind: protocol.CompletionItemKindVariable, detail: "alias", description: row.Table,
			uses: i,
		})
	}
	if scope.Current != nil {
		b.columnsOf(scope.Current, want)
	}
}

func (b *completer) columnsOf(row *check.Row, want class) {
	isRealtime := b.dialect() == check.Realtime
	add := func(c *schema.Column) {
		if want != anyClass && classOf(c)&want == 0 || !isComparable(c, isRealtime) || b.isCompared(row, c) {
			return
		}
		place := placeOf(knownColumns, c.Name)
		if row.Info != nil && c.Name == row.Info.PrimaryName {
			place = 0
		}
		x := candidate{
			label: c.Name, also: c.Label, kind: protocol.CompletionItemKindField, detail: c.Type.Plain(), description: row.Table,
			rank: 1, uses: b.used(c.Name), place: place, data: b.data(itemColumn, c.Name, row.Table),
		}
		if x.uses == 0 && place == len(knownColumns) {
			x.rank = 3 // behind the functions, so that these are in sight
		}
		if c.Label != "" {
			x.description += " · " + c.Label
		}
		if isDeprecated(c.Label) {
			x.deprecated, x.rank = true, 4
		}
		b.add(x)
	}
	columns := row.Columns(b.dialect())
	if b.prefix == "" {
		b.candidates = slices.Grow(b.candidates, len(columns))
	}
	for _, c := range columns {
		add(c)
	}
	if want == anyClass {
		b.others(groupOf(columnName, row.Table), protocol.CompletionItemKindField, func(name string) bool {
			return row.Column(name, b.dialect()) != nil || strings.HasSuffix(strings.ToLower(name), "_logicalname")
		})
	}
	if !row.IsEvent || !isRealtime {
		return
	}
	// What says whose id the link is may be in no list.
	if i, ok := b.where().operand.Source.(*ast.Interaction); ok && i.Link != nil {
		name := i.Link.Name + "_LogicalName"
		if !slices.ContainsFunc(columns, func(c *schema.Column) bool { return c.Name == name }) {
			add(&schema.Column{Name: name, Type: schema.TypeString})
		}
	}
}

// isCompared reports whether a column is the one that the value is compared
// with, which says nothing.
func (b *completer) isCompared(row *check.Row, c *schema.Column) bool {
	f := b.top()
	return f.compared && strings.EqualFold(f.left.name, c.Name) && b.row(f.left) == row
}

// isDeprecated reports whether a label says of its column that it should not be
// used any more, as those of Dataverse do.
func isDeprecated(label string) bool {
	return hasPrefixFold(label, "(deprecated)") || strings.HasSuffix(strings.ToLower(label), "(deprecated)")
}

// isComparable reports whether conditions can use a column.
func isComparable(c *schema.Column, isRealtime bool) bool {
	switch c.Type {
	case schema.TypeVirtual, schema.TypeImage, schema.TypeFile, schema.TypeCalendarRules, schema.TypeManagedProperty, schema.TypePartyList:
		return false
	}
	return !isRealtime || !c.Virtual && c.Computed != schema.Calculated && c.Computed != schema.Formula
}
