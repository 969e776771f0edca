package lsp

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// all adds what may stand at the caret.
func (b *completer) all() {
	f := b.top()
	switch {
	case b.comment != "":
		b.inComment()
	case b.quoted != "":
		b.inString(f)
	case b.signed:
	case f.isQuery:
		b.query(f)
	case b.dotted && b.qualifier == "" && f.expects != wantOperand:
		b.allSteps() // the parenthesis before the dot is missing
	case f.isList:
		b.listed(f)
	default:
		b.arguments(f)
	}
}

// inComment adds the names that comments take. Rules that have something to
// say about the file come first.
func (b *completer) inComment() {
	text := strings.TrimLeft(b.comment, "/* \t")
	const sign = "seg:"
	b.isPartial = len(text) < len(sign) && text == sign[:len(text)]
	if strings.HasPrefix(text, sign) && !strings.ContainsAny(text, " \t") {
		b.comment, b.prefix = "", text
		b.spanPrefix("")
		b.commentWord("seg:ignore", "silence rules here")
		if b.isBeforeQueries() {
			b.commentWord("seg:dialect", "of the whole file")
		}
		return
	}
	if names, ok := strings.CutPrefix(text, "seg:ignore "); ok && !strings.Contains(names, "--") {
		words := strings.FieldsFunc(names, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' })
		b.comment = ""
		if len(words) > 0 && strings.HasSuffix(names, words[len(words)-1]) {
			b.prefix, words = words[len(words)-1], words[:len(words)-1]
		}
		b.spanPrefix("-")
		if slices.Contains(words, "until") {
			return
		}
		found := map[string]int{}
		for _, f := range b.project().Check(b.checked) {
			found[f.Rule]++
		}
		for _, r := range check.Rules() {
			if check.CanIgnore(r.Name) && !slices.Contains(words, r.Name) {
				b.add(candidate{
					label: r.Name, kind: protocol.CompletionItemKindValue, description: r.Summary, uses: found[r.Name],
					data: itemData{Kind: itemRule, Name: r.Name},
				})
			}
		}
		return
	}
	if name, ok := strings.CutPrefix(text, "seg:dialect "); ok && !strings.Contains(strings.TrimLeft(name, " "), " ") {
		b.comment, b.prefix = "", strings.TrimLeft(name, " ")
		b.spanPrefix("")
		for _, d := range []check.Dialect{check.Realtime, check.Outbound} {
			b.add(candidate{label: d.String(), kind: protocol.CompletionItemKindEnumMember})
		}
	}
}

// commentWord adds what a comment starts with that says something to the checker.
func (b *completer) commentWord(word, detail string) {
	b.add(candidate{label: word, insert: b.spaced(word), kind: protocol.CompletionItemKindKeyword, detail: detail})
}

// isBeforeQueries reports whether the caret is before the first query of the file.
func (b *completer) isBeforeQueries() bool {
	d := b.definition
	return d.Offset <= b.tree.Start() && (d.Query == nil || b.at <= d.Span().Start)
}

// spanPrefix finds out where the word ends that the caret is in, of letters,
// digits and other characters, and where it starts, by the prefix.
func (b *completer) spanPrefix(others string) {
	at := int(b.at)
	b.start, b.end = at-len(b.prefix), at
	for b.end < len(b.around) && (wordLetter(b.around[b.end:]) > 0 || strings.IndexByte(others, b.around[b.end]) >= 0) {
		b.end++
	}
}

// inString adds what may take the place of a string.
func (b *completer) inString(f *frame) {
	switch w := f.word; {
	case f.expects != wantOperand || !w.IsSource() && w != token.TRAVERSE && w != token.RELATE && w != token.RELATEOPTIONAL:
	case f.argument == 0, f.argument == 1 && w == token.INTERACTION:
		b.isQuotedName = true
		b.names(f)
		return
	}
	if f.expects != wantOperand || !f.compared && !f.isList {
		return
	}
	b.choices(f)
	b.profileTables(f)
}

// mayBe reports whether the file may be in a dialect.
func (b *completer) mayBe(d check.Dialect) bool {
	is := b.dialect()
	return is == d || is == check.Undetermined
}

// query adds what stands outside of calls.
func (b *completer) query(f *frame) {
	switch {
	case b.dotted:
		b.steps(f)
	case f.state == wantSource && b.follows == '=' && !f.begun:
		// the name of a definition
	case f.state == wantSource:
		b.words(0, token.PROFILE, token.SEGMENT, token.INTERACTION)
		switch {
		case !f.begun, b.follows == '(':
		case b.prefix == "":
			b.isPartial = true
		default:
			b.segments("SEGMENT(", ")")
		}
	case f.state == behindOperand:
		if f.source == token.INTERACTION && b.dialect() == check.Outbound {
			return // it stands alone
		}
		for _, w := range []token.Word{token.UNION, token.EXCEPT, token.INTERSECT} {
			b.operator(w.String(), 0, "set operator")
		}
	}
}

// steps adds the steps that the operand may go on with.
func (b *completer) steps(f *frame) {
	if f.source == token.INTERACTION {
		if !f.has(token.FILTER) && !f.has(token.HAVING) {
			b.words(0, token.FILTER)
		}
		if !f.has(token.HAVING) {
			b.words(1, token.HAVING)
		}
		return
	}
	if !f.has(token.ORDERBY) && !f.has(token.SKIP) && !f.has(token.TAKE) && !f.has(token.SELECT) {
		b.allSteps()
	}
	if len(b.frames) > 1 || !b.mayBe(check.Outbound) {
		return
	}
	for _, w := range []token.Word{token.ORDERBY, token.SKIP, token.TAKE, token.SELECT} {
		if !f.has(w) {
			b.words(3, w)
		}
	}
}

func (b *completer) allSteps() {
	b.words(0, token.FILTER)
	if b.mayBe(check.Outbound) {
		b.words(1, token.TRAVERSE)
		b.words(2, token.DISTINCT)
	}
	if b.mayBe(check.Realtime) {
		b.words(1, token.RELATE, token.RELATEOPTIONAL)
	}
}

// arguments adds what may stand as an argument of the innermost call.
func (b *completer) arguments(f *frame) {
	switch w := f.word; w {
	case token.PROFILE, token.SEGMENT, token.INTERACTION, token.TRAVERSE, token.RELATE, token.RELATEOPTIONAL:
		if f.expects == wantOperand {
			b.names(f)
		} else if b.dotted && f.argument == 1 {
			b.aliasOf(f)
		}
	case token.DATEDIFF, token.DATEADD:
		switch {
		case f.argument == 0 && f.expects == wantOperand && !b.dotted:
			b.parts()
		case f.argument == 2 || f.argument == 1 && w == token.DATEDIFF:
			b.operand(f, dateClass)
		}
	case token.HAVING:
		b.having(f)
	case token.SUM, token.AVG, token.MIN, token.MAX:
		if f.expects == wantOperand || b.dotted {
			b.columns(numberClass)
		}
	case token.ISNULL, token.ISNOTNULL, token.SELECT:
		if f.expects == wantOperand || b.dotted {
			b.columns(anyClass)
		}
	case token.ORDERBY:
		switch {
		case f.expects == wantOperand || b.dotted:
			b.columns(anyClass)
		case f.expects == behindValue:
			b.operator(token.ASC.String(), 0, "upward")
			b.operator(token.DESC.String(), 0, "downward")
		}
	case token.SKIP, token.TAKE, token.DATETIMEUTCNOW, token.COUNT, token.DATE, token.DISTINCT:
	default:
		if !w.IsWindow() {
			b.condition(f)
		}
	}
}

// parts adds the date parts.
func (b *completer) parts() {
	places := []token.Word{token.DAY, token.MONTH, token.YEAR, token.HOUR, token.MINUTE, token.SECOND, token.MILLISECOND}
	for _, w := range places {
		b.add(candidate{label: w.String(), kind: protocol.CompletionItemKindEnumMember, detail: "date part", data: wordData(w)})
	}
}

// having adds what stands in HAVING.
func (b *completer) having(f *frame) {
	switch {
	case f.argument == 0 && f.expects == wantOperand && !f.compared:
		b.words(0, token.COUNT, token.SUM, token.AVG, token.MIN, token.MAX)
	case f.argument == 0 && f.expects == behindValue && !f.compared:
		ops := []string{">", ">=", "==", "<", "<=", "!="}
		if f.last.word == token.COUNT && b.dialect() == check.Outbound {
			ops = []string{">", "==", "<", "<="} // the service refuses the others
		}
		for _, op := range ops {
			b.operator(op, 0, "")
		}
	case f.argument == 1 && f.expects == wantOperand:
		for _, w := range []token.Word{token.UTCDAYS, token.UTCMONTHS, token.UTCYEARS, token.UTCWEEKS, token.UTCHOURS, token.UTCMINUTES} {
			if r, _ := wordDocOf(w); r.dialect == check.Undetermined || b.mayBe(r.dialect) {
				b.words(0, w)
			}
		}
	}
}

// names adds the names that sources and walks take.
func (b *completer) names(f *frame) {
	switch {
	case f.argument == 0 && b.dotted:
	case f.word == token.PROFILE && f.argument == 0:
		b.tables()
	case f.word == token.SEGMENT && f.argument == 0:
		b.segments("", "")
	case f.word == token.INTERACTION && f.argument == 0:
		b.events()
	case f.word == token.INTERACTION && f.argument == 1:
		b.links(f.first)
	case f.word == token.SEGMENT, f.word == token.INTERACTION:
	case f.argument == 0:
		b.relationships(f)
	case f.argument == 1:
		b.aliasOf(f)
		if f.word == token.TRAVERSE && !b.dotted {
			b.words(1, token.FILTER)
		}
	case f.argument == 2 && f.word == token.TRAVERSE:
		b.words(0, token.FILTER)
	case f.argument == 2 && f.word != token.PROFILE:
		b.words(0, token.RELATE, token.RELATEOPTIONAL)
	}
}

// tables adds all tables.
func (b *completer) tables() {
	for _, t := range b.checked.Schema.Tables() {
		if t.Virtual && b.dialect() == check.Realtime {
			continue
		}
		b.add(candidate{
			label: t.Name, also: t.Label, kind: protocol.CompletionItemKindClass, description: t.Label,
			uses: b.used(t.Name), place: placeOf(knownTables, t.Name), data: b.data(itemTable, t.Name, ""),
		})
	}
	b.others(groupOf(tableName, ""), protocol.CompletionItemKindClass, func(name string) bool { return b.checked.Schema.Table(name) != nil })
}

// others adds names that queries of the workspace use and that the schema does not
// have, as those of an organization of which it has the standard tables alone.
func (b *completer) others(g nameGroup, kind protocol.CompletionItemKind, isKnown func(string) bool) {
	used := b.usage.namesOf(g)
	typed := strings.Trim(b.around[b.start:b.end], `'"`)
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if isName(name) && !strings.EqualFold(name, typed) && !isKnown(name) {
			b.add(candidate{label: name, kind: kind, description: "used in the workspace", rank: 5, uses: used[name]})
		}
	}
}

// Names that most segments are about, offered first where no use of them says
// more.
var (
	knownTables  = []string{"contact", "account", "lead", "opportunity", "list", "salesorder"}
	knownColumns = []string{
		"statecode", "emailaddress1", "fullname", "firstname", "lastname", "name", "createdon", "modifiedon", "birthdate",
		"mobilephone", "donotemail", "donotbulkemail", "address1_city", "address1_country", "statuscode",
	}
)

func placeOf(known []string, name string) int {
	if i := slices.Index(known, name); i >= 0 {
		return i
	}
	return len(known)
}

func (b *completer) data(kind, name, owner string) itemData {
	return itemData{File: b.uri, Kind: kind, Name: name, Owner: owner}
}

func wordData(w token.Word) itemData { return itemData{Kind: itemWord, Name: w.String()} }

// aliasOf proposes an alias for the row that a call makes.
func (b *completer) aliasOf(f *frame) {
	table := f.first
	if f.word != token.PROFILE {
		from := b.where().from
		if from == nil {
			return
		}
		r := b.checked.Schema.Relationship(f.first)
		if r == nil {
			return
		}
		end, ok := r.Other(from.Table)
		if !ok {
			return
		}
		table = end.Table
	}
	if name := b.newAlias(table); name != "" {
		b.add(candidate{label: name, kind: protocol.CompletionItemKindVariable, detail: "alias", description: table})
	}
}

// newAlias returns an alias for a row of a table that the operand does not
// have yet; empty if the table's name is none.
func (b *completer) newAlias(table string) string {
	if !isName(table) {
		return ""
	}
	if o := b.where().operand; o != nil && b.taken == nil {
		b.taken = map[string]bool{}
		for _, a := range aliasesOf(o) {
			if !a.Extent.Contains(b.at) {
				b.taken[strings.ToLower(a.Name.Name)] = true
			}
		}
	}
	for i := 1; ; i++ {
		if name := fmt.Sprintf("%s_%d", table, i); !b.taken[strings.ToLower(name)] {
			return name
		}
	}
}

// aliasesOf returns the aliases that an operand makes.
func aliasesOf(o *ast.Operand) []*ast.Alias {
	var all []*ast.Alias
	add := func(a *ast.Alias) {
		if a != nil {
			all = append(all, a)
		}
	}
	if p, ok := o.Source.(*ast.Profile); ok {
		add(p.Alias)
	}
	for _, step := range o.Steps {
		switch step := step.(type) {
		case *ast.Traverse:
			add(step.Alias)
		case *ast.Relate:
			for r := step; r != nil; r = r.Relate {
				add(r.Alias)
			}
		}
	}
	return all
}

// segments adds the segments of the workspace, and those of the organization
// that it refers to, between two texts.
func (b *completer) segments(before, behind string) {
	b.hasSegments = true
	filter := func(name string) string {
		if before == "" {
			return ""
		}
		return name
	}
	seen := map[string]bool{}
	// A segment may not lead back to itself.
	leading := b.project().LeadingTo(b.checked, b.definition.Definition)
	add := func(d check.Definition) {
		name := d.Name.Name
		if seen[name] {
			return
		}
		seen[name] = true
		if leading[d.Placed.Definition] {
			return
		}
		c := candidate{
			label: before + name + behind, filter: filter(name), kind: protocol.CompletionItemKindReference, description: baseName(fileURI(d.File.Path)),
			uses: b.usage.ofSegment(name), data: b.data(itemSegment, name, ""),
		}
		if d.File != b.checked {
			c.rank = 1
			if of := b.project().Dialect(d.File); !b.mayBe(of) && of != check.Undetermined {
				c.rank, c.detail = 3, of.String()
			}
		}
		b.add(c)
	}
	for _, d := range b.tree.Definitions {
		if d.Name != nil {
			add(check.Definition{File: b.checked, Placed: d})
		}
	}
	for d := range b.project().Definitions() {
		add(d)
	}
	var others []string
	for _, name := range b.usage.segmentNames() {
		if !seen[name] && isName(name) && !strings.EqualFold(name, strings.Trim(b.around[b.start:b.end], `'"`)) {
			others = append(others, name)
		}
	}
	slices.SortFunc(others, func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	others = slices.CompactFunc(others, strings.EqualFold)
	for _, name := range others {
		if len(b.project().Lookup(b.checked, name)) == 0 {
			b.add(candidate{
				label: before + name + behind, filter: filter(name), kind: protocol.CompletionItemKindReference, description: "not in the workspace",
				rank: 2, uses: b.usage.ofSegment(name),
			})
		}
	}
}

// events adds the events that an INTERACTION can be about.
func (b *completer) events() {
	add := func(name, label, link string) {
		c := candidate{
			label: name, kind: protocol.CompletionItemKindEvent, description: label, uses: b.used(name),
			data: b.data(itemEvent, name, ""),
		}
		b.withSecond(&c, link)
		b.add(c)
	}
	for _, i := range b.checked.Schema.Interactions() {
		if i.Name != "" && b.mayBe(check.Outbound) {
			add(i.Name, i.Label, firstLink(i.Links))
		}
		if i.RealtimeName != "" && b.mayBe(check.Realtime) {
			add(i.RealtimeName, i.Label, firstLink(realtimeLinks(i)))
		}
	}
	b.others(groupOf(eventName, ""), protocol.CompletionItemKindEvent, func(name string) bool { return b.checked.Schema.Interaction(name) != nil })
}

// firstLink returns the link that most queries would take.
func firstLink(links []schema.Link) string {
	for _, l := range links {
		if l.Table == "contact" {
			return l.Name
		}
	}
	if len(links) > 0 {
		return links[0].Name
	}
	return ""
}

// withSecond lets a candidate for a first argument bring the second one along
// as a place to fill in, unless it is there or the client has no such places.
func (b *completer) withSecond(c *candidate, second string) {
	if b.snippets && second != "" && b.follows != ',' {
		c.snippet, c.insert = true, fmt.Sprintf("%s, ${1:%s}", b.inQuotes(c.label), second)
	}
}

// links adds what leads from an event to profiles.
func (b *completer) links(event string) {
	links := linksOf(b.checked.Schema, event)
	for n, l := range links {
		b.add(candidate{
			label: l.Name, kind: protocol.CompletionItemKindField, detail: "link", description: l.Table,
			uses: b.used(l.Name), place: n, data: b.data(itemLink, l.Name, event),
		})
	}
	b.others(groupOf(linkName, event), protocol.CompletionItemKindField, func(name string) bool {
		return slices.ContainsFunc(links, func(l schema.Link) bool { return strings.EqualFold(l.Name, name) })
	})
}

// linksOf returns the links of an event, in the dialect that its name is of.
func linksOf(s *schema.Schema, event string) []schema.Link {
	i := s.Interaction(event)
	switch {
	case i == nil:
		return nil
	case strings.EqualFold(event, i.RealtimeName):
		return realtimeLinks(i)
	}
	return i.Links
}

// realtimeLinks returns the id columns of an event, the one that people use
// most first. The schema may list it as a column alone.
func realtimeLinks(i *schema.Interaction) []schema.Link {
	links := i.RealtimeLinks
	for _, c := range i.RealtimeColumns {
		if strings.HasSuffix(c.Name, "profileid") && !slices.ContainsFunc(links, func(l schema.Link) bool { return l.Name == c.Name }) {
			links = append([]schema.Link{{Name: c.Name}}, links...)
		}
	}
	return links
}

// relationships adds those that lead on from here.
func (b *completer) relationships(f *frame) {
	from := b.where().from
	if from == nil || from.Table == "" {
		return
	}
	aliases := map[string]string{} // by table, since many relationships lead to one
	for _, r := range b.checked.Schema.RelationshipsFrom(from.Table) {
		// It is found by either of its names, and written as the dialect has it.
		name, also := r.Name, r.OutboundName()
		if f.word == token.TRAVERSE && also != "" {
			name, also = also, name
		}
		if !hasPrefixFold(also, b.typed()) {
			also = "" // its other parts are names of tables, which many have
		}
		end, ok := r.Other(from.Table)
		if !ok || name == "" {
			continue
		}
		alias, known := aliases[end.Table]
		if !known {
			alias = b.newAlias(end.Table)
			aliases[end.Table] = alias
		}
		c := candidate{
			label: name, also: also, kind: protocol.CompletionItemKindInterface, detail: kindText(r, end),
			description: from.Table + " → " + end.Table, uses: b.used(name), place: 1 + placeOf(knownTables, end.Table),
			data: b.data(itemRelationship, name, from.Table),
		}
		switch {
		case f.word != token.TRAVERSE && b.isVirtual(end.Table):
			continue // realtime segments can't use it
		case r.Name == "contact_customer_accounts":
			c.place = 0
		case r.Self():
			c.place = 1 + len(knownTables)
		}
		b.withSecond(&c, alias)
		b.add(c)
	}
	b.others(groupOf(relationshipName, from.Table), protocol.CompletionItemKindInterface, func(name string) bool {
		return b.checked.Schema.Relationship(name) != nil
	})
}

func (b *completer) isVirtual(table string) bool {
	t := b.checked.Schema.Table(table)
	return t != nil && t.Virtual
}

// kindText says how many rows stand at the ends of a relationship, that of the
// table it leads from first.
func kindText(r *schema.Relationship, end schema.End) string {
	switch {
	case r.Kind == schema.ManyToMany:
		return "N:N"
	case end.Many:
		return "1:N"
	}
	return "N:1"
}

// operator adds an operator, which goes on with a blank.
func (b *completer) operator(text string, rank int, detail string) {
	kind := protocol.CompletionItemKindOperator
	if wordLetter(text) > 0 {
		kind = protocol.CompletionItemKindKeyword
	}
	b.add(candidate{
		label: text, insert: b.spaced(text), kind: kind, detail: detail, rank: rank, data: itemData{Kind: itemWord, Name: text},
	})
}

// spaced returns a text with a blank behind it, unless one stands there.
func (b *completer) spaced(text string) string {
	if strings.HasPrefix(b.around[b.end:], " ") {
		return text
	}
	return text + " "
}

// wordSnippets are what words of the language insert between their
// parentheses, where that is not just the caret.
var wordSnippets = map[token.Word]string{
	token.DATEDIFF: "${1:YEAR}, ${2:from}, ${3:DATETIMEUTCNOW()}",
	token.DATEADD:  "${1:DAY}, ${2:-30}, ${3:DATETIMEUTCNOW()}",
	token.DATE:     "${1:year}, ${2:month}, ${3:day}",
	token.UTCDAYS:  "${1:30}", token.UTCMONTHS: "${1:3}", token.UTCYEARS: "${1:1}",
	token.UTCWEEKS: "${1:4}", token.UTCHOURS: "${1:48}", token.UTCMINUTES: "${1:90}",
}

// words adds words of the language that are followed by parentheses, with the
// caret between them.
func (b *completer) words(rank int, words ...token.Word) {
	for _, w := range words {
		c := candidate{label: w.String(), kind: protocol.CompletionItemKindFunction, rank: rank, data: wordData(w)}
		r, _ := wordDocOf(w)
		c.detail = r.kind
		switch {
		case b.follows == '(' && (b.end > b.start || strings.HasPrefix(b.around[b.end:], "(")):
		case len(r.parameters) == 0:
			c.insert = c.label + "()"
		case b.snippets:
			inner := wordSnippets[w]
			if inner == "" {
				inner = "$0"
			}
			c.insert, c.snippet = c.label+"("+inner+")", true
		default:
			c.insert = c.label + "("
		}
		b.add(c)
	}
}
