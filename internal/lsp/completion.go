package lsp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// offerCompletion says what starts a completion.
func (s *server) offerCompletion(c *protocol.ServerCapabilities) {
	c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: []string{".", "(", ",", " "}}
}

// maxItems is how many completions are sent at once.
const maxItems = 200

// Completion implements protocol.Server.
func (s *server) Completion(ctx context.Context, params *protocol.CompletionParams) (protocol.CompletionResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	p := v.offset(params.Position)
	d := v.tree.At(p)
	c := caretAt(d.Text[:p-d.Offset])
	list := &protocol.CompletionList{Items: []protocol.CompletionItem{}}
	if c.inText {
		return list, nil
	}
	b := completer{server: s, view: v, caret: c, definition: d, edit: v.rangeOf(token.Span{Start: p - token.Pos(len(c.prefix)), End: p})} //nolint:gosec // shorter than the text
	b.scope = b.scopeAt(p)
	b.all()
	slices.SortStableFunc(b.items, func(x, y candidate) int {
		if x.rank != y.rank {
			return x.rank - y.rank
		}
		return strings.Compare(strings.ToLower(x.item.Label), strings.ToLower(y.item.Label))
	})
	if len(b.items) > maxItems {
		b.items, list.IsIncomplete = b.items[:maxItems], true
	}
	for i, x := range b.items {
		x.item.SortText = protocol.NewOptional(fmt.Sprintf("%04d", i))
		list.Items = append(list.Items, x.item)
	}
	return list, nil
}

// completer collects what may stand at a caret.
type completer struct {
	server *server
	view
	caret
	definition ast.Placed
	scope      *check.Scope
	edit       protocol.Range
	items      []candidate
}

type candidate struct {
	item protocol.CompletionItem
	rank int
}

// scopeAt returns what conditions at a place can refer to: the scope of the
// innermost step there, or of the last one before it.
func (b *completer) scopeAt(p token.Pos) *check.Scope {
	if b.definition.Query == nil {
		return nil
	}
	res := b.resolve(b.definition.Definition)
	var found *check.Scope
	at := p - b.definition.Offset
	ast.Inspect(b.definition.Definition, func(n ast.Node) bool {
		if n == nil || n.Span().Start > at {
			return false
		}
		switch n.(type) {
		case ast.Expr:
			return false
		case ast.Step:
			if s := res.Scope(n); s != nil {
				found = s
			}
		}
		return true
	})
	return found
}

// add adds something to insert, if what stands before the caret leads to it.
// Of those that match, the ones of a lower rank come first.
func (b *completer) add(rank int, kind protocol.CompletionItemKind, label, insert, detail string) {
	score, ok := matches(b.prefix, label)
	if !ok && insert != label {
		score, ok = matches(b.prefix, insert)
	}
	if !ok {
		return
	}
	item := protocol.CompletionItem{Label: label, Kind: kind, FilterText: protocol.NewOptional(insert)}
	if detail != "" {
		item.Detail = protocol.NewOptional(detail)
	}
	if strings.Contains(insert, "$") {
		item.InsertTextFormat = protocol.InsertTextFormatSnippet
		item.FilterText = protocol.NewOptional(label)
	}
	item.TextEdit = &protocol.TextEdit{Range: b.edit, NewText: insert}
	b.items = append(b.items, candidate{item, 10*rank + score})
}

// matches reports whether prefix leads to name: as its beginning (0), as part
// of it (1), or letter by letter (2).
func matches(prefix, name string) (score int, ok bool) {
	p, n := strings.ToLower(prefix), strings.ToLower(name)
	switch i := strings.Index(n, p); {
	case i == 0:
		return 0, true
	case i > 0:
		return 1, true
	}
	for i := range len(p) {
		at := strings.IndexByte(n, p[i])
		if at < 0 {
			return 0, false
		}
		n = n[at+1:]
	}
	return 2, true
}

// call adds a word of the language that is followed by parentheses, with the
// place of the caret between them.
func (b *completer) call(rank int, words ...token.Word) {
	for _, w := range words {
		text := w.String()
		insert := text + "("
		switch {
		case w == token.DISTINCT || w == token.DATETIMEUTCNOW || w == token.COUNT:
			insert = text + "()"
		case b.server.can.snippets && b.now.settings.on("completion.snippets"):
			insert = text + "($0)"
		}
		b.add(rank, protocol.CompletionItemKindFunction, text, insert, "")
	}
}

// all adds what may stand at the caret.
func (b *completer) all() {
	switch {
	case b.dotted && b.beforeDot == ")":
		b.steps()
		return
	case b.dotted:
		b.columnsOf(b.beforeDot)
		return
	}
	switch b.call0() {
	case token.NoWord:
		if b.depth == 0 {
			b.outside()
			return
		}
		b.condition()
	case token.PROFILE:
		if b.argument == 0 {
			b.tables()
		} else {
			b.alias(b.arguments[0])
		}
	case token.SEGMENT:
		b.segments()
	case token.INTERACTION:
		b.interaction()
	case token.TRAVERSE, token.RELATE, token.RELATEOPTIONAL:
		b.walk()
	case token.DATEDIFF, token.DATEADD:
		if b.argument > 0 {
			b.condition()
			return
		}
		for _, w := range token.Words() {
			if w.IsDatePart() {
				b.add(0, protocol.CompletionItemKindEnumMember, w.String(), w.String(), "date part")
			}
		}
	case token.HAVING:
		if b.argument == 0 && b.last == "(" {
			b.call(0, token.COUNT, token.SUM, token.AVG, token.MIN, token.MAX)
		} else if b.argument == 1 {
			for _, w := range token.Words() {
				if w.IsWindow() {
					b.call(0, w)
				}
			}
		}
	case token.SKIP, token.TAKE, token.DATETIMEUTCNOW, token.COUNT, token.DATE:
	default:
		b.condition()
	}
}

// call0 returns the word of the innermost open call.
func (b *completer) call0() token.Word { return token.Lookup(b.open) }

// outside adds what stands outside of all parentheses.
func (b *completer) outside() {
	switch {
	case b.last == "" || b.last == "=" || b.last == ";" || token.Lookup(b.last).IsSetOperator():
		b.call(0, token.PROFILE, token.SEGMENT, token.INTERACTION)
	case b.last == ")":
		for _, w := range []token.Word{token.UNION, token.EXCEPT, token.INTERSECT} {
			b.add(0, protocol.CompletionItemKindKeyword, w.String(), w.String()+" ", "set operator")
		}
	}
}

func (b *completer) steps() {
	if b.scope != nil && b.scope.Current != nil && b.scope.Current.IsEvent || b.isInteraction {
		b.call(0, token.FILTER, token.HAVING)
		return
	}
	b.call(0, token.FILTER)
	if b.dialect() != check.Realtime {
		b.call(1, token.TRAVERSE)
	}
	if b.dialect() != check.Outbound {
		b.call(1, token.RELATE, token.RELATEOPTIONAL)
	}
	b.call(2, token.DISTINCT, token.ORDERBY, token.SKIP, token.TAKE)
}

func (b *completer) tables() {
	for _, t := range b.checked.Schema.Tables() {
		rank := 1
		if t.Name == "contact" || t.Name == "lead" || t.Name == "account" {
			rank = 0
		}
		b.add(rank, protocol.CompletionItemKindClass, t.Name, t.Name, t.Label)
	}
}

// alias proposes an alias that the definition does not have yet.
func (b *completer) alias(table string) {
	for i := 1; ; i++ {
		name := fmt.Sprintf("%s_%d", table, i)
		if !strings.Contains(b.definition.Text, name) {
			b.add(0, protocol.CompletionItemKindVariable, name, name, "alias")
			return
		}
	}
}

func (b *completer) segments() {
	seen := map[string]bool{}
	for d := range b.project().Definitions() {
		if d.Placed.Definition != b.definition.Definition && !seen[d.Name.Name] {
			seen[d.Name.Name] = true
			b.add(0, protocol.CompletionItemKindReference, d.Name.Name, d.Name.Name, baseName(fileURI(d.File.Path)))
		}
	}
}

func (b *completer) interaction() {
	sch := b.checked.Schema
	if b.argument > 0 {
		i := sch.Interaction(b.arguments[0])
		if i == nil {
			return
		}
		links := i.Links
		if b.dialect() == check.Realtime {
			links = i.RealtimeLinks
		}
		for _, l := range links {
			b.add(0, protocol.CompletionItemKindField, l.Name, l.Name, l.Table)
		}
		return
	}
	for _, i := range sch.Interactions() {
		if i.Name != "" && b.dialect() != check.Realtime {
			b.add(0, protocol.CompletionItemKindEvent, i.Name, i.Name, i.Label)
		}
		if i.RealtimeName != "" && b.dialect() != check.Outbound {
			b.add(0, protocol.CompletionItemKindEvent, i.RealtimeName, i.RealtimeName, i.Label)
		}
	}
}

// walk adds what TRAVERSE and RELATE take.
func (b *completer) walk() {
	if b.scope == nil || b.scope.Current == nil {
		return
	}
	from := b.scope.Current.Table
	switch b.argument {
	case 0:
		for _, r := range b.checked.Schema.RelationshipsFrom(from) {
			name := r.Name
			if out := r.OutboundName(); b.dialect() != check.Realtime && out != "" {
				name = out
			}
			for i, end := range r.Walk(from) {
				if i > 0 && end.Table == from {
					continue // a table's relationship to itself leads there either way
				}
				b.add(0, protocol.CompletionItemKindInterface, name, name, from+" -> "+end.Table)
			}
		}
	case 1:
		if r := b.checked.Schema.Relationship(b.arguments[0]); r != nil {
			if end, ok := r.Other(from); ok {
				b.alias(end.Table)
			}
		}
	default:
		b.call(0, token.FILTER)
	}
}

// columnsOf adds the columns of the row that a qualifier names.
func (b *completer) columnsOf(qualifier string) {
	if b.scope != nil {
		if row := b.scope.Find(qualifier); row != nil {
			b.columns(row)
		}
	}
}

func (b *completer) columns(row *check.Row) {
	for _, c := range row.Columns(b.dialect()) {
		rank := 3
		if strings.Contains(b.definition.Text, c.Name) {
			rank = 2
		}
		detail := c.Type.String()
		if c.Label != "" {
			detail += " · " + c.Label
		}
		b.add(rank, protocol.CompletionItemKindField, c.Name, c.Name, detail)
	}
}

// condition adds what stands in conditions.
func (b *completer) condition() {
	switch b.last {
	case "==", "!=", "[", ">", ">=", "<", "<=":
		b.values()
	case "(", "&&", "||", "!", ",", "+", "-", "*", "/":
		b.operand()
	default:
		if w := token.Lookup(b.last); w == token.AND || w == token.OR {
			b.operand()
			return
		}
		b.operators()
	}
}

func (b *completer) operand() {
	if b.scope != nil && b.scope.Current != nil {
		for _, row := range b.scope.Named {
			if row.Alias != nil {
				b.add(0, protocol.CompletionItemKindVariable, row.Alias.Name.Name, row.Alias.Name.Name, "row of "+row.Table)
			}
		}
		b.columns(b.scope.Current)
	}
	b.call(5, token.ISNULL, token.ISNOTNULL, token.NOT, token.DATEDIFF, token.DATEADD)
}

// column returns the column left of the operator before the caret.
func (b *completer) column() *schema.Column {
	if b.scope == nil || b.left == "" {
		return nil
	}
	row := b.scope.Current
	if b.leftQualifier != "" {
		row = b.scope.Find(b.leftQualifier)
	}
	if row == nil {
		return nil
	}
	return row.Column(b.left, b.dialect())
}

func (b *completer) values() {
	c := b.column()
	switch {
	case c == nil:
	case len(c.Choices) > 0:
		for _, choice := range c.Choices {
			value := fmt.Sprint(choice.Value)
			b.add(0, protocol.CompletionItemKindEnumMember, fmt.Sprintf("%s (%s)", choice.Label, value), value, c.Name)
		}
		return
	case c.Type == schema.TypeBoolean:
		b.add(0, protocol.CompletionItemKindEnumMember, "true", "true", "")
		b.add(0, protocol.CompletionItemKindEnumMember, "false", "false", "")
		return
	}
	if c == nil || c.Type == schema.TypeDateTime {
		b.call(0, token.DATETIMEUTCNOW, token.DATEADD, token.DATE)
		if b.server.can.snippets && b.now.settings.on("completion.snippets") {
			b.add(1, protocol.CompletionItemKindSnippet, "30 days ago", "DATEADD(DAY, -${1:30}, DATETIMEUTCNOW())", "a date relative to today")
		}
	}
}

// operators adds what may follow a value.
func (b *completer) operators() {
	ops := []string{"==", "!=", ">", ">=", "<", "<="}
	if c := b.lastColumn(); c != nil {
		switch {
		case c.Type.IsText():
			ops = []string{"==", "!=", "CONTAINS", "STARTSWITH", "ENDSWITH"}
		case c.Type.IsChoice(), c.Type.IsID(), c.Type == schema.TypeBoolean:
			ops = []string{"==", "!="}
		}
		if b.dialect() == check.Realtime {
			ops = append(ops, "IN")
		}
	} else {
		ops = []string{"&&", "||"}
	}
	for i, op := range ops {
		b.add(i, protocol.CompletionItemKindOperator, op, op+" ", "")
	}
}

// lastColumn returns the column directly before the caret.
func (b *completer) lastColumn() *schema.Column {
	if b.scope == nil {
		return nil
	}
	row := b.scope.Current
	if b.lastQualifier != "" {
		row = b.scope.Find(b.lastQualifier)
	}
	if row == nil || b.compared {
		return nil
	}
	return row.Column(b.last, b.dialect())
}
