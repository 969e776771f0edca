package lsp

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/explain"
	"segql/lang/format"
	"segql/lang/schema"
	"segql/lang/token"
)

// prose is what a hover or a completion's documentation says, in Markdown or,
// for clients that lack it, in plain text. Blank lines stand between its parts.
type prose struct {
	markdown bool
	text     strings.Builder
}

// content returns what was written in the form of the protocol.
func (p *prose) content() *protocol.MarkupContent {
	kind := protocol.MarkupKindPlainText
	if p.markdown {
		kind = protocol.MarkupKindMarkdown
	}
	return &protocol.MarkupContent{Kind: kind, Value: p.text.String()}
}

func (p *prose) isEmpty() bool { return p.text.Len() == 0 }

// part begins a part.
func (p *prose) part() {
	if p.text.Len() > 0 {
		p.text.WriteString("\n\n")
	}
}

// code adds a block of the query language, or of what looks like it.
func (p *prose) code(text string) {
	p.part()
	if p.markdown {
		fence := "```"
		for strings.Contains(text, fence) {
			fence += "`" // what stands in the text must not close the block
		}
		text = fence + languageID + "\n" + text + "\n" + fence
	}
	p.text.WriteString(text)
}

// languageID is what editors call the language.
const languageID = "segment-query"

// say adds a part of plain text.
func (p *prose) say(sentence string, args ...any) {
	p.part()
	p.text.WriteString(p.escape(fmt.Sprintf(sentence, args...)))
}

// list adds a list of plain texts.
func (p *prose) list(items []string) {
	for i, item := range items {
		if i == 0 {
			p.part()
		} else {
			p.text.WriteString("\n")
		}
		p.text.WriteString("- " + p.escape(item))
	}
}

// lines adds plain text of several lines, of which some are items of lists
// that are indented and start with "- ".
func (p *prose) lines(text string) {
	if text == "" {
		return
	}
	p.part()
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			p.text.WriteString("\n")
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		rest, isItem := strings.CutPrefix(line[len(indent):], "- ")
		if isItem {
			indent += "- "
		}
		p.text.WriteString(indent + p.escape(rest))
	}
}

// table adds a table; in plain text its cells stand behind one another.
func (p *prose) table(head []string, rows [][]string) {
	if !p.markdown {
		p.part()
		for i, row := range rows {
			if i > 0 {
				p.text.WriteString("\n")
			}
			p.text.WriteString(strings.Join(row, "  "))
		}
		return
	}
	p.part()
	p.text.WriteString("| " + strings.Join(head, " | ") + " |\n|" + strings.Repeat(" --- |", len(head)))
	for _, row := range rows {
		p.text.WriteString("\n|")
		for _, cell := range row {
			p.text.WriteString(" " + strings.ReplaceAll(cell, "\n", " ") + " |")
		}
	}
}

// bold returns text that is already escaped with weight.
func (p *prose) bold(text string) string {
	if p.markdown {
		return "**" + text + "**"
	}
	return text
}

// escape returns a text that Markdown shows as it is.
func (p *prose) escape(text string) string {
	if !p.markdown {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:]) // 1 where text is not UTF-8
		next := text[i+size:]
		switch r {
		case '\\', '`', '*', '[', ']', '<', '|', '~':
			b.WriteByte('\\')
		case '_': // within a word it means nothing
			if i == 0 || next == "" || wordLetter(text[i-1:]) == 0 || wordLetter(next) == 0 {
				b.WriteByte('\\')
			}
		case '&': // &lt; and the like
			if next != "" && (next[0] == '#' || wordLetter(next) > 0) {
				b.WriteByte('\\')
			}
		case '#', '>', '-', '+', '=': // at the start of a line
			if i == 0 {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

// wordDoc says what a word or operator of the language does.
func (p *prose) wordDoc(r wordDoc) {
	p.code(r.syntax)
	p.say("%s", r.doc)
	var notes []string
	if r.dialect != check.Undetermined {
		notes = append(notes, fmt.Sprintf("In the %s dialect alone.", r.dialect))
	}
	notes = append(notes, r.limits...)
	p.list(notes)
	if r.example != "" {
		p.say("Example:")
		p.code(r.example)
	}
}

// shownChoices is how many choices are listed.
const shownChoices = 20

// column says what a column of a table or event is. The choices that it is
// compared with come first.
func (p *prose) column(c *schema.Column, table string, compared []int) {
	name := c.Name
	if table != "" {
		name = table + "." + name
	}
	p.code(name + ": " + typeText(c))
	var facts []string
	if c.Label != "" {
		facts = append(facts, c.Label)
	}
	if c.Type.IsText() && c.MaxLength > 0 {
		facts = append(facts, fmt.Sprintf("at most %d characters", c.MaxLength))
	}
	if c.Computed != schema.Simple {
		facts = append(facts, c.Computed.String())
	}
	if c.Virtual {
		facts = append(facts, "virtual")
	}
	if len(facts) > 0 {
		p.say("%s", strings.Join(facts, ", "))
	}
	if len(c.Choices) == 0 {
		return
	}
	choices := slices.Clone(c.Choices)
	slices.SortStableFunc(choices, func(a, b schema.Choice) int {
		x, y := slices.Contains(compared, a.Value), slices.Contains(compared, b.Value)
		switch {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	var rows [][]string
	for i, choice := range choices {
		if i == shownChoices {
			rows = append(rows, []string{"..", fmt.Sprintf("%d more", len(choices)-i)})
			break
		}
		label := p.escape(choice.Label)
		if slices.Contains(compared, choice.Value) {
			label = p.bold(label)
		}
		rows = append(rows, []string{fmt.Sprint(choice.Value), label})
	}
	p.table([]string{"value", "label"}, rows)
}

// consent says what a column of consent conditions is, which no schema lists.
func (p *prose) consent(name string) {
	p.code(name + ": consent")
	p.say("Whether the person agreed to be written to, for the %s whose id stands in the column's name. It is compared with a record in a string:", consentBy(name))
	p.code(name + " == 'cp:<id>;p:<id>;ch:Email;ea:emailaddress1;v:OptedIn'")
	p.list([]string{
		"cp: the id of the compliance profile", "p: the id of the purpose", "t: the id of the topic, where it is about one",
		"ch: the channel, Email or Text", "ea: the column of the address", "v: OptedIn, OptedOut or NotSet",
	})
}

// typeText says in a few words what a column holds.
func typeText(c *schema.Column) string {
	text := c.Type.Plain()
	if c.Type.IsLookup() && len(c.Targets) > 0 {
		targets := c.Targets
		more := ""
		if len(targets) > 3 {
			targets, more = targets[:3], fmt.Sprintf(" and %d more", len(targets)-3)
		}
		text += " to " + strings.Join(targets, ", ") + more
	}
	return text
}

// tableDoc says what a table is.
func (p *prose) tableDoc(t *schema.Table, s *schema.Schema, d check.Dialect) {
	p.code("table " + t.Name)
	if t.Label != "" {
		p.say("%s", t.Label)
	}
	var facts []string
	if t.PrimaryName != "" {
		facts = append(facts, "name: "+t.PrimaryName)
	}
	if t.PrimaryID != "" {
		facts = append(facts, "id: "+t.PrimaryID)
	}
	columns := fmt.Sprintf("%s known", count(len(t.Columns), "column"))
	if t.Partial {
		columns += ", there may be more"
	}
	facts = append(facts, columns, count(len(s.RelationshipsFrom(t.Name)), "relationship"))
	if t.Virtual {
		facts = append(facts, "virtual: realtime segments can't use it")
	}
	if d != check.Outbound && t.ChangeTracking == schema.No {
		facts = append(facts, "does not track changes: no related table in realtime segments")
	}
	p.list(facts)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// relationship says which way a relationship, under one of its names, leads
// from a table; from may be empty.
func (p *prose) relationship(r *schema.Relationship, name, from string) {
	p.code("relationship " + name)
	if ends := r.Walk(from); len(ends) > 0 {
		for _, end := range ends {
			p.say("From %s to %s, %s.", from, end.Table, manyText(from, end))
		}
	}
	var facts []string
	if r.Kind == schema.ManyToMany {
		facts = append(facts, fmt.Sprintf("many-to-many, between %s and %s", endText(r.Ends[0]), endText(r.Ends[1])))
		if r.Intersect != "" {
			facts = append(facts, "the pairs are kept in "+r.Intersect)
		}
	} else {
		facts = append(facts, fmt.Sprintf("%s refers to %s", endText(r.Referencing()), endText(r.Referenced())))
	}
	if r.Name != "" && !strings.EqualFold(r.Name, name) {
		facts = append(facts, "schema name: "+r.Name)
	}
	if out := r.OutboundName(); out != "" && !strings.EqualFold(out, name) {
		facts = append(facts, "in the outbound dialect also: "+out)
	}
	p.list(facts)
}

func manyText(from string, end schema.End) string {
	if end.Many {
		return fmt.Sprintf("of which each %s may have several", from)
	}
	return fmt.Sprintf("of which each %s has at most one", from)
}

func endText(e schema.End) string {
	if e.Column == "" {
		return e.Table
	}
	return e.Table + "." + e.Column
}

// interaction says what an event is called and linked with in both dialects.
func (p *prose) interaction(i *schema.Interaction, d check.Dialect) {
	name := i.Name
	if d == check.Realtime && i.RealtimeName != "" || name == "" {
		name = i.RealtimeName
	}
	p.code("event " + name)
	if i.Label != "" {
		p.say("%s", i.Label)
	}
	var facts []string
	add := func(dialect, name string, columns []*schema.Column, links []schema.Link) {
		if name == "" {
			return
		}
		text := fmt.Sprintf("%s: %s", dialect, name)
		if len(links) > 0 {
			text += ", linked by " + linkNames(links)
		}
		if len(columns) > 0 {
			text += ", " + count(len(columns), "column") + " known"
		}
		facts = append(facts, text)
	}
	add("outbound", i.Name, i.Columns, i.Links)
	add("realtime", i.RealtimeName, i.RealtimeColumns, realtimeLinks(i))
	p.list(facts)
}

func linkNames(links []schema.Link) string {
	var names []string
	for _, l := range links {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}

// links says what the second argument of an INTERACTION leads to.
func (p *prose) links(i *schema.Interaction, name, event string) {
	l, ok := i.Link(name)
	if !ok && i.RealtimeColumn(name) == nil {
		return
	}
	p.code("link " + name)
	if l.Table == "" {
		p.say("Leads from %s to the profile that the FILTER fixes: %s_LogicalName == 'contact' or 'lead'.", event, name)
		return
	}
	p.say("Leads from %s to a %s.", event, l.Table)
}

// shownLines is how many lines of a segment's definition are shown.
const shownLines = 20

// segment says what a named segment selects, and where it is defined.
func (p *prose) segment(v view, d check.Definition) {
	lines := strings.Split(strings.TrimSpace(format.Definition(withoutFileComments(d.Definition), format.Options{})), "\n")
	if len(d.Errors) > 0 {
		lines = strings.Split(d.Span().Text(d.Text), "\n")
	}
	if len(lines) > shownLines {
		lines = append(lines[:shownLines-1], fmt.Sprintf("// %d more lines", len(lines)-shownLines+1))
	}
	p.code(strings.Join(lines, "\n"))
	p.lines(explain.Definition(d.Definition, d.File, v.project()))
	p.say("Defined in %s.", baseName(fileURI(d.File.Path)))
}

// withoutFileComments returns a definition without the comments before it that
// speak of its file.
func withoutFileComments(d *ast.Definition) *ast.Definition {
	from := 0
	for i, c := range d.AllComments {
		if c.Span.Start > d.Extent.Start {
			break
		}
		if check.NamesDialect(c) {
			from = i + 1
		}
	}
	own := *d
	own.AllComments = d.AllComments[from:]
	return &own
}

// choice says which choice of a column a number is.
func (p *prose) choice(choice schema.Choice, c *schema.Column, table string) {
	name := c.Name
	if table != "" {
		name = table + "." + name
	}
	p.code(fmt.Sprintf("%s == %d", name, choice.Value))
	label := c.Label
	if label == "" {
		label = c.Name
	}
	p.part()
	p.text.WriteString(p.bold(p.escape(choice.Label)) + p.escape(", a choice of "+label+"."))
}

// word says what a word of the language does; nothing if it is none.
func (p *prose) word(text string) {
	if r, ok := wordDocOf(token.Lookup(text)); ok {
		p.wordDoc(r)
	} else if r, ok := operators[text]; ok {
		p.wordDoc(r)
	}
}
