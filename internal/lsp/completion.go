package lsp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// offerCompletion says what starts a completion.
func (s *server) offerCompletion(c *protocol.ServerCapabilities) {
	yes := true
	c.CompletionProvider = &protocol.CompletionOptions{TriggerCharacters: []string{".", "(", ",", "[", " ", ":"}, ResolveProvider: &yes}
}

// maxItems is how many completions are sent at once.
const maxItems = 200

// Completion implements protocol.Server.
func (s *server) Completion(ctx context.Context, params *protocol.CompletionParams) (protocol.CompletionResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil {
		return nil, err
	}
	if v.tree.Unread != nil {
		return &protocol.CompletionList{Items: []protocol.CompletionItem{}}, nil
	}
	if !v.now.hasSettings {
		var ok bool
		if v, ok = s.laterSoon(ctx, v, s.configured); !ok {
			return askAgain, nil
		}
	}
	b := s.complete(ctx, v, params.Position)
	if b.hasSegments && !v.now.isWhole() {
		var ok bool
		if v, ok = s.laterSoon(ctx, v, s.settled); !ok {
			return askAgain, nil
		}
		b = s.complete(ctx, v, params.Position)
	}
	list := b.list()
	if !v.now.isWhole() {
		list.IsIncomplete = true // the client asks again at the next letter
	}
	return list, nil
}

// completionLimit is how long a completion waits for what the client or the
// workspace have not said yet: not so long that one would go on typing.
const completionLimit = 500 * time.Millisecond

// askAgain is the answer to a completion whose text changed, or which was
// cancelled, while it waited.
var askAgain = &protocol.CompletionList{IsIncomplete: true, Items: []protocol.CompletionItem{}}

// laterSoon returns v as it is when something is done, or else after
// completionLimit, unless nothing waits for the workspace any more. It reports
// false if its text is another one then, or ctx has ended.
func (s *server) laterSoon(ctx context.Context, v view, done <-chan struct{}) (view, bool) {
	limit := time.NewTimer(completionLimit)
	defer limit.Stop()
	select {
	case <-ctx.Done():
		return view{}, false
	case <-done:
	case <-s.settled:
	case <-limit.C:
	}
	later, err := s.later(v)
	return later, err == nil
}

func (s *server) complete(ctx context.Context, v view, at protocol.Position) *completer {
	b := s.completerAt(v, at)
	b.snippets = s.can.snippets && v.now.settings.on("completion.snippets")
	b.usage = s.usage.of(ctx, v)
	b.all()
	return b
}

// completerAt returns a completer for a place. In the blanks and comments
// between two definitions the first one goes on.
func (s *server) completerAt(v view, position protocol.Position) *completer {
	p := max(v.offset(position), v.tree.Start()) // a byte-order mark stands before all definitions
	d := v.tree.At(p)
	end := d.End()
	isBefore := d.Query == nil || p <= d.Offset+d.Span().Start
	if isBefore && d.Offset > v.tree.Start() && p > d.Offset {
		d = v.tree.At(d.Offset)
	}
	text := v.tree.Text()[d.Offset:end]
	return &completer{server: s, view: v, definition: d, around: text, at: p - d.Offset, caret: caretAt(text, int(p-d.Offset))}
}

// completer collects what may stand at a caret.
type completer struct {
	server *server
	view
	caret
	definition ast.Placed
	around     string    // the text of the definition, and what follows it up to the next
	at         token.Pos // of the caret, in the definition
	snippets   bool
	// hasSegments tells that segments of the workspace may stand there.
	hasSegments bool
	// isQuotedName tells that the string that the caret is in is a name.
	isQuotedName bool
	// isPartial tells that there is something else to offer, or by other letters,
	// when more is typed: then the client has to ask again.
	isPartial  bool
	usage      *unitUsage
	stand      *standing // nil until it is asked for
	taken      map[string]bool
	candidates []candidate
}

// candidate is what may stand at the caret.
type candidate struct {
	label  string
	insert string // the label if empty
	// filter is what the typed letters are compared with, the label if empty.
	filter string
	// also is what people call it, by which it is found, too.
	also string
	kind protocol.CompletionItemKind
	// detail says what kind of thing it is, description where it belongs.
	detail, description string
	snippet             bool
	// remove is what goes besides, before the caret; empty if nothing does.
	remove token.Span
	// deprecated tells that it should not be used any more.
	deprecated bool
	// rank orders candidates that match alike; of one rank those come first
	// that are used more, then those with a lower place.
	rank, uses, place int
	match             int
	byOther           bool // that it was found by what it is also called
	data              itemData
}

// itemData is what a client gives back for more about an item.
type itemData struct {
	Kind  string `json:"k,omitempty"` // empty if there is nothing more to say
	Owner string `json:"o,omitempty"`
	// Name is empty where it is the item's label, so that most items of a list
	// have the same data.
	Name string  `json:"n,omitempty"`
	File fileURI `json:"f,omitempty"`
}

// encode returns d as JSON. There may be many of them in an answer, so no time
// is spent on finding out what d is made of.
func (d itemData) encode() protocol.LSPAny {
	if d.Kind == "" {
		return protocol.LSPAny("{}")
	}
	b := make([]byte, 0, 128)
	for _, member := range [...]struct{ name, value string }{{`{"k":`, d.Kind}, {`,"o":`, d.Owner}, {`,"n":`, d.Name}, {`,"f":`, string(d.File)}} {
		if member.value != "" {
			b = append(b, member.name...)
			b, _ = jsontext.AppendQuote(b, member.value) // an error tells of bytes that are not UTF-8, which are replaced
		}
	}
	return append(b, '}')
}

// Kinds of items that there is more to say about.
const (
	itemWord         = "word"
	itemColumn       = "column"
	itemTable        = "table"
	itemRelationship = "relationship"
	itemEvent        = "event"
	itemLink         = "link"
	itemSegment      = "segment"
	itemRule         = "rule"
)

// add adds a candidate, if what stands before the caret leads to it.
func (b *completer) add(c candidate) {
	text := c.filter
	if text == "" {
		text = c.label
	}
	typed := b.typed()
	c.match, _ = matches(typed, text)
	// A name is worth a little more than what people call it.
	if other, _ := matches(typed, c.also); typed != "" && other <= matchPart && other+1 < c.match {
		c.match, c.byOther = other+1, true
	}
	if b.isQuotedName { // what is there for the client to compare starts with the quote
		c.filter, c.also = b.quoted[:1]+text, b.quoted[:1]+c.also
		c.insert = cmp.Or(c.insert, b.inQuotes(c.label))
	}
	if c.match < noMatch {
		b.candidates = append(b.candidates, c)
	}
}

// typed returns what stands before the caret of what an item takes the place of.
func (b *completer) typed() string {
	switch {
	case b.isQuotedName:
		return b.quoted[1:]
	case b.quoted != "":
		return b.quoted
	}
	return b.prefix
}

// inQuotes returns a name as it is written where the caret is: in quotes, if it
// is in some.
func (b *completer) inQuotes(name string) string {
	if b.isQuotedName {
		return "'" + name + "'"
	}
	return name
}

// used returns how often a name is used in the workspace.
func (b *completer) used(name string) int { return b.usage.of(name) }

// list returns the best candidates as the client gets them.
func (b *completer) list() *protocol.CompletionList {
	best := noMatch
	for i := range b.candidates {
		best = min(best, b.candidates[i].match)
	}
	order := make([]int, 0, len(b.candidates))
	for i := range b.candidates {
		// Where names start with what was typed, those that merely have its
		// letters were not meant.
		if best > matchStart || b.candidates[i].match < matchLetters {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, k int) int {
		x, y := &b.candidates[i], &b.candidates[k]
		return cmp.Or(x.match-y.match, x.rank-y.rank, y.uses-x.uses, x.place-y.place, i-k)
	})
	list := &protocol.CompletionList{IsIncomplete: b.isPartial || len(order) < len(b.candidates)}
	if len(order) > maxItems {
		order, list.IsIncomplete = order[:maxItems], true
	}
	list.Items = make([]protocol.CompletionItem, len(order))
	if len(order) == 0 {
		return list
	}
	shared := b.defaults(&b.candidates[order[len(order)/2]])
	list.ItemDefaults = shared.list
	for n, i := range order {
		b.fill(&list.Items[n], &b.candidates[i], n, shared)
	}
	return list
}

// itemDefaults is what the items of a list have in common.
type itemDefaults struct {
	insert, replace protocol.Range // of the text that an item takes the place of
	data            itemData       // of an item whose data is left out
	// list is what the client takes from the list for all items, nil if that is
	// nothing.
	list *protocol.CompletionItemDefaults
}

// defaults returns what the items of a list have in common, most of which are
// like the given one. It halves the answer, which the editor has to read before
// it can show anything.
func (b *completer) defaults(typical *candidate) *itemDefaults {
	d := &itemDefaults{
		insert:  b.rangeOf(b.definition.Abs(span(b.start, int(b.at)))),
		replace: b.rangeOf(b.definition.Abs(span(b.start, b.end))),
	}
	can := &b.server.can
	// What is inserted takes the place of the whole string, and of what starts
	// at the caret, into which it would run. A client that knows but one range
	// gets the one that leaves no rest of a word.
	if b.quoted != "" || b.start == int(b.at) || !can.insertReplace {
		d.insert = d.replace
	}
	if !can.defaultRange && !can.defaultData {
		return d
	}
	d.list = &protocol.CompletionItemDefaults{}
	if can.defaultRange {
		d.list.EditRange = &d.insert
		if can.insertReplace && d.insert != d.replace {
			d.list.EditRange = &protocol.EditRangeWithInsertReplace{Insert: d.insert, Replace: d.replace}
		}
	}
	if can.defaultData {
		d.data = b.dataOf(typical)
		d.list.Data = d.data.encode()
	}
	return d
}

// dataOf returns what the client gives back for more about a candidate.
func (b *completer) dataOf(c *candidate) itemData {
	d := c.data
	if d.Name == c.label {
		d.Name = ""
	}
	return d
}

func span(start, end int) token.Span {
	return token.Span{Start: token.Pos(start), End: token.Pos(end)} // texts have at most 64 MB
}

// fill makes the n-th item of a list of a candidate.
func (b *completer) fill(item *protocol.CompletionItem, c *candidate, n int, shared *itemDefaults) {
	can := &b.server.can
	item.Label, item.Kind, item.SortText = c.label, c.kind, protocol.NewOptional(sortText(n))
	switch filter := cmp.Or(c.filter, c.label); {
	case c.byOther:
		item.FilterText = protocol.NewOptional(c.also + " " + filter)
	case c.also != "" && !strings.EqualFold(c.also, filter):
		item.FilterText = protocol.NewOptional(filter + " " + c.also)
	case c.filter != "":
		item.FilterText = protocol.NewOptional(filter)
	}
	if c.deprecated && can.deprecatedItems {
		item.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
	}
	if can.labelDetails {
		if c.detail != "" || c.description != "" {
			item.LabelDetails = &protocol.CompletionItemLabelDetails{}
		}
		if c.detail != "" {
			detail := " " + c.detail
			item.LabelDetails.Detail = &detail
		}
		if c.description != "" {
			item.LabelDetails.Description = &c.description
		}
	} else if detail := strings.Trim(c.detail+" · "+c.description, " ·"); detail != "" {
		item.Detail = protocol.NewOptional(detail)
	}
	if c.snippet {
		item.InsertTextFormat = protocol.InsertTextFormatSnippet
	}
	text := cmp.Or(c.insert, c.label)
	switch {
	case can.defaultRange && text == c.label: // what a client takes that is told nothing else
	case can.defaultRange:
		item.TextEditText = protocol.NewOptional(text)
	case can.insertReplace && shared.insert != shared.replace:
		item.TextEdit = &protocol.InsertReplaceEdit{NewText: text, Insert: shared.insert, Replace: shared.replace}
	default:
		item.TextEdit = &protocol.TextEdit{Range: shared.insert, NewText: text}
	}
	if c.remove.Len() > 0 {
		item.AdditionalTextEdits = []protocol.TextEdit{{Range: b.rangeOf(b.definition.Abs(c.remove))}}
	}
	if data := b.dataOf(c); data != shared.data {
		item.Data = data.encode()
	}
}

// sortText returns what brings the n-th item to its place where a client sorts
// them, below 1,000.
func sortText(n int) string { return digits[3*n : 3*n+3] }

// digits holds the numbers that sortText returns, one behind the other.
var digits = func() string {
	var b strings.Builder
	for n := range maxItems {
		fmt.Fprintf(&b, "%03d", n)
	}
	return b.String()
}()

// How well a name matches what was typed, the best first.
const (
	matchStart    = iota // it starts with it
	matchPart            // one of its parts does
	matchInitials        // the letters are the beginnings of its parts
	matchLetters         // the letters stand in it, the first at the start of a part
	noMatch
)

// matches reports how well what was typed leads to a name. Case counts for
// nothing; parts of a name start behind _ and blanks, at a capital letter
// and at a digit.
func matches(typed, name string) (match int, ok bool) {
	if len(typed) > len(name) {
		return noMatch, false
	}
	if typed == "" || hasPrefixFold(name, typed) {
		return matchStart, true
	}
	match = noMatch
	for i := range len(name) {
		if !startsPart(name, i) || lowerByte(name[i]) != lowerByte(typed[0]) {
			continue
		}
		switch rest := name[i:]; {
		case hasPrefixFold(rest, typed):
			return matchPart, true
		case match > matchInitials && followsParts(typed, rest):
			match = matchInitials
		case match > matchLetters && followsLetters(typed, rest):
			match = matchLetters
		}
	}
	return match, match < noMatch
}

func hasPrefixFold(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

func lowerByte(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func isLetter(b byte) bool { return lowerByte(b) >= 'a' && lowerByte(b) <= 'z' }

// startsPart reports whether a part of a name starts at i.
func startsPart(name string, i int) bool {
	if i == 0 {
		return true
	}
	before, b := name[i-1], name[i]
	switch {
	case !isLetter(b) && !isDigit(b):
		return false
	case !isLetter(before) && !isDigit(before), isDigit(b) != isDigit(before):
		return true
	}
	return b <= 'Z' && before >= 'a'
}

// followsParts reports whether the typed letters are beginnings of parts of a
// name, one behind the other: eaa1 those of email_address_a1.
func followsParts(typed, name string) bool {
	k, inPart := 0, false
	for i := 0; i < len(name) && k < len(typed); i++ {
		same := lowerByte(name[i]) == lowerByte(typed[k])
		switch {
		case same && (inPart || startsPart(name, i)):
			k, inPart = k+1, true
		default:
			inPart = false
		}
	}
	return k == len(typed)
}

// followsLetters reports whether the typed letters stand in a name, one
// somewhere behind the other.
func followsLetters(typed, name string) bool {
	k := 0
	for i := 0; i < len(name) && k < len(typed); i++ {
		if lowerByte(name[i]) == lowerByte(typed[k]) {
			k++
		}
	}
	return k == len(typed)
}

// standing is where in a query the caret stands.
type standing struct {
	operand *ast.Operand // nil if there is none
	scope   *check.Scope // what conditions there can refer to, nil if nothing is known
	from    *check.Row   // the row that a relationship there leads from, nil if there is none
}

// where returns where the caret stands. Only the operand that it stands in is
// looked at, and no conditions.
func (b *completer) where() *standing {
	if b.stand != nil {
		return b.stand
	}
	b.stand = &standing{}
	if b.definition.Query == nil {
		return b.stand
	}
	o := operandAt(b.definition.Query, b.at)
	if o == nil {
		return b.stand
	}
	before := &ast.Operand{Base: o.Base, Source: o.Source}
	for _, step := range o.Steps {
		if step.Span().Start > b.at {
			break
		}
		if f, ok := step.(*ast.Filter); ok {
			step = &ast.Filter{Dotted: f.Dotted}
		}
		before.Steps = append(before.Steps, step)
	}
	b.stand.operand = o
	if len(before.Steps) == 0 {
		return b.stand
	}
	res := b.resolve(&ast.Definition{Query: &ast.Query{Operands: []*ast.Operand{before}}})
	var step ast.Node = before.Steps[len(before.Steps)-1]
	for {
		var inner ast.Node
		switch n := step.(type) {
		case *ast.Traverse:
			if n.Filter != nil {
				inner = n.Filter
			}
		case *ast.Relate:
			if n.Relate != nil {
				inner = n.Relate
			}
		}
		if inner == nil || inner.Span().Start > b.at {
			break
		}
		step = inner
	}
	b.stand.scope, b.stand.from = res.Scope(step), res.Walk(step).From
	return b.stand
}

// operandAt returns the innermost operand at a place, or the last one that
// starts before it.
func operandAt(q *ast.Query, at token.Pos) *ast.Operand {
	for {
		i, _ := slices.BinarySearchFunc(q.Operands, at+1, func(o *ast.Operand, at token.Pos) int { return cmp.Compare(o.Extent.Start, at) })
		if i == 0 {
			return nil
		}
		o := q.Operands[i-1]
		p, ok := o.Source.(*ast.ParenQuery)
		if !ok || p.Rparen.IsValid() && at > p.Rparen || at <= p.Lparen {
			return o
		}
		q = p.Query
	}
}

// scope returns what conditions at the caret can refer to, which may be
// nothing.
func (b *completer) scope() *check.Scope {
	if s := b.where().scope; s != nil {
		return s
	}
	return &check.Scope{}
}
