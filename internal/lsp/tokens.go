package lsp

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/token"
)

// tokenType is a type of semantic tokens, as an index of tokenTypes.
type tokenType uint8

// What stands in a text, by what the grammar makes of it: neither the schema
// nor other texts count, so the tokens of a definition change only with it.
const (
	keywordToken   tokenType = iota // PROFILE, SEGMENT, INTERACTION, set operators and operators that are words
	methodToken                     // steps
	functionToken                   // functions, aggregates, windows
	classToken                      // tables
	namespaceToken                  // segments
	interfaceToken                  // relationships
	variableToken                   // aliases
	propertyToken                   // columns
	eventToken                      // interactions
	enumToken                       // date parts, true and false
	stringToken
	numberToken
	operatorToken
	commentToken
)

// tokenTypes are the names of the types, and for a client that does not have
// one, of the nearest that it may have.
var tokenTypes = [...]struct {
	name   protocol.SemanticTokenTypes
	second protocol.SemanticTokenTypes
}{
	keywordToken:   {protocol.SemanticTokenTypesKeyword, ""},
	methodToken:    {protocol.SemanticTokenTypesMethod, protocol.SemanticTokenTypesFunction},
	functionToken:  {protocol.SemanticTokenTypesFunction, protocol.SemanticTokenTypesMethod},
	classToken:     {protocol.SemanticTokenTypesClass, protocol.SemanticTokenTypesType},
	namespaceToken: {protocol.SemanticTokenTypesNamespace, protocol.SemanticTokenTypesType},
	interfaceToken: {protocol.SemanticTokenTypesInterface, protocol.SemanticTokenTypesType},
	variableToken:  {protocol.SemanticTokenTypesVariable, ""},
	propertyToken:  {protocol.SemanticTokenTypesProperty, protocol.SemanticTokenTypesVariable},
	eventToken:     {protocol.SemanticTokenTypesEvent, protocol.SemanticTokenTypesClass},
	enumToken:      {protocol.SemanticTokenTypesEnumMember, protocol.SemanticTokenTypesKeyword},
	stringToken:    {protocol.SemanticTokenTypesString, ""},
	numberToken:    {protocol.SemanticTokenTypesNumber, ""},
	operatorToken:  {protocol.SemanticTokenTypesOperator, ""},
	commentToken:   {protocol.SemanticTokenTypesComment, ""},
}

// tokenLegend is what is agreed on with the client. The zero value is that of
// one that takes no tokens.
type tokenLegend struct {
	types []string
	// index holds what the client calls a tokenType, -1 where it has no name.
	index [len(tokenTypes)]int
	// declaration and library are the bits of the modifiers, 0 where the client
	// does not have one.
	modifiers            []string
	declaration, library uint32
	full, delta, ranges  bool
}

func legendOf(c *protocol.SemanticTokensClientCapabilities) tokenLegend {
	var l tokenLegend
	if len(c.Formats) > 0 && !slices.Contains(c.Formats, protocol.TokenFormatRelative) {
		return l
	}
	switch full := c.Requests.Full.(type) {
	case protocol.Boolean:
		l.full = bool(full)
	case *protocol.ClientSemanticTokensRequestFullDelta:
		l.full, l.delta = true, is(full.Delta)
	}
	switch ranges := c.Requests.Range.(type) {
	case protocol.Boolean:
		l.ranges = bool(ranges)
	case *protocol.SemanticTokensOptionsRange:
		l.ranges = true
	}
	for t, names := range tokenTypes {
		l.index[t] = -1
		for _, name := range []string{string(names.name), string(names.second)} {
			if slices.Contains(c.TokenTypes, name) {
				if l.index[t] = slices.Index(l.types, name); l.index[t] < 0 {
					l.index[t] = len(l.types)
					l.types = append(l.types, name)
				}
				break
			}
		}
	}
	modifier := func(m protocol.SemanticTokenModifiers) uint32 {
		if !slices.Contains(c.TokenModifiers, string(m)) {
			return 0
		}
		l.modifiers = append(l.modifiers, string(m))
		return 1 << (len(l.modifiers) - 1)
	}
	l.declaration = modifier(protocol.SemanticTokenModifiersDeclaration)
	l.library = modifier(protocol.SemanticTokenModifiersDefaultLibrary)
	return l
}

// offerTokens says what tokens there are.
func (s *server) offerTokens(c *protocol.ServerCapabilities) {
	l := s.can.tokens
	if len(l.types) == 0 || !l.full && !l.ranges {
		return
	}
	options := &protocol.SemanticTokensOptions{
		Legend: protocol.SemanticTokensLegend{TokenTypes: l.types, TokenModifiers: append([]string{}, l.modifiers...)},
		Range:  protocol.Boolean(l.ranges),
	}
	if options.Full = protocol.Boolean(l.full); l.delta {
		options.Full = &protocol.SemanticTokensFullDelta{Delta: &l.delta}
	}
	c.SemanticTokensProvider = options
}

// textToken is a token at a span of its definition.
type textToken struct {
	span      token.Span
	typ       tokenType
	modifiers uint32
}

// collect returns the tokens of a definition that touch a span of it, in the
// order of the text. They do not overlap, whatever the tree is.
func (l *tokenLegend) collect(d *ast.Definition, within token.Span) []textToken {
	var tokens []textToken
	touches := func(s token.Span) bool { return s.Start <= within.End && s.End >= within.Start }
	add := func(typ tokenType, s token.Span, modifiers uint32) {
		if s.IsValid() && s.Len() > 0 && touches(s) && l.index[typ] >= 0 {
			tokens = append(tokens, textToken{s, typ, modifiers})
		}
	}
	at := func(p token.Pos) token.Span {
		if !p.IsValid() {
			return token.NoSpan
		}
		return token.Span{Start: p, End: p + 1}
	}
	name := func(typ tokenType, n *ast.Ident) {
		if n != nil {
			add(typ, n.Extent, 0)
		}
	}
	operator := func(s token.Span) {
		typ := operatorToken
		if s.Len() > 0 && isWordByte(s.Text(d.Text)[0]) {
			typ = keywordToken
		}
		add(typ, s, 0)
	}
	operators := func(all []ast.Operator) {
		for _, o := range all {
			operator(o.Span)
		}
	}
	aliases := map[string]bool{} // those of the operand so far
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		// Other nodes are gone through wherever they are, since an alias outside
		// of the span tells what a name within it is.
		if _, isExpr := n.(ast.Expr); isExpr && !touches(n.Span()) {
			return
		}
		if call, ok := n.(ast.Caller); ok {
			c := call.AsCall()
			typ := functionToken
			switch {
			case c.Word.IsSource(), c.Word == token.NOT:
				typ = keywordToken
			case c.Word.IsStep():
				typ = methodToken
			}
			add(typ, c.WordSpan, l.library)
		}
		switch n := n.(type) {
		case *ast.Definition:
			if n.Name != nil {
				add(namespaceToken, n.Name.Extent, l.declaration)
			}
			add(operatorToken, at(n.Assign), 0)
		case *ast.Query:
			for _, o := range n.Operators {
				add(keywordToken, o.Span, 0)
			}
		case *ast.Profile:
			name(classToken, n.Table)
		case *ast.Segment:
			name(namespaceToken, n.Name)
		case *ast.NameRef:
			name(namespaceToken, n.Name)
		case *ast.Interaction:
			name(eventToken, n.Event)
			name(propertyToken, n.Link)
		case *ast.Traverse:
			name(interfaceToken, n.Relationship)
		case *ast.Relate:
			name(interfaceToken, n.Relationship)
		case *ast.Operand:
			outer := aliases
			aliases = map[string]bool{}
			ast.Children(n, visit)
			aliases = outer
			return
		case *ast.Alias:
			aliases[strings.ToLower(n.Name.Name)] = true
			name(classToken, n.Qualifier)
			add(variableToken, n.Name.Extent, l.declaration)
		case *ast.Having:
			add(operatorToken, n.OpSpan, 0)
		case *ast.OrderItem:
			add(keywordToken, n.DirectionSpan, 0)
		case *ast.DatePart:
			add(enumToken, n.Extent, l.library)
		case *ast.LogicalExpr:
			operators(n.Operators)
		case *ast.ArithExpr:
			operators(n.Operators)
		case *ast.CompareExpr:
			operator(n.OpSpan)
		case *ast.InExpr:
			add(keywordToken, n.In, 0)
		case *ast.ColumnExpr:
			if n.Qualifier != nil && aliases[strings.ToLower(n.Qualifier.Name)] {
				name(variableToken, n.Qualifier)
			} else {
				name(classToken, n.Qualifier)
			}
			name(propertyToken, &n.Name)
		case *ast.StringLit:
			add(stringToken, n.Extent, 0)
		case *ast.NumberLit:
			add(numberToken, n.Extent, 0)
		case *ast.BoolLit:
			add(enumToken, n.Extent, l.library)
		}
		ast.Children(n, visit)
	}
	if d.Query != nil {
		visit(d)
	}
	for _, c := range d.AllComments {
		add(commentToken, c.Span, 0)
	}
	slices.SortStableFunc(tokens, func(a, b textToken) int { return int(a.span.Start - b.span.Start) })
	// In a broken text a name may hold what is a token, too. No client has to
	// take tokens that overlap.
	for i := range max(len(tokens)-1, 0) {
		tokens[i].span.End = min(tokens[i].span.End, tokens[i+1].span.Start)
	}
	return tokens
}

// distance counts lines and columns behind a place. Where there is no line
// between, columns count from there, else from the start of the line.
type distance struct {
	lines, columns uint32
}

// plus returns the distance to what is further away by d.
func (a distance) plus(d distance) distance {
	if d.lines > 0 {
		return distance{a.lines + d.lines, d.columns}
	}
	return distance{a.lines, a.columns + d.columns}
}

// across returns the distance from the start of text to its end.
func across(text string, encoding token.Encoding) distance {
	return distance{uint32(token.CountBreaks(text)), units(text[token.LastLine(text):], encoding)} // texts have at most 64 MB
}

// units returns the length of text in units of the encoding.
func units(text string, encoding token.Encoding) uint32 { return uint32(token.Width(text, encoding)) }

// encoded is tokens as the protocol has them, five numbers each, of which the
// first two lead there from the token before.
type encoded struct {
	definition *ast.Definition
	data       []uint32 // the first token counts from the start of the text
	// rest leads from the last token to the end of the text, from its start
	// where there is no token.
	rest distance
}

// behind returns the distance from the last token to the end of e, if it is
// that far from the last one before e to its start.
func (e encoded) behind(before distance) distance {
	if len(e.data) > 0 {
		return e.rest
	}
	return before.plus(e.rest)
}

// encode encodes tokens of a text.
func (l *tokenLegend) encode(text string, tokens []textToken, encoding token.Encoding) encoded {
	e := encoded{data: make([]uint32, 0, 5*len(tokens))}
	last := token.Pos(0)
	for _, t := range tokens {
		// One that goes over lines is sent line by line, which all clients take.
		for s := t.span; s.Len() > 0; {
			start, line := s.Start, s.Text(text)
			if i := strings.IndexAny(line, "\r\n"); i >= 0 {
				line = line[:i+1]
			}
			s.Start += token.Pos(len(line)) // texts have at most 64 MB
			if line = strings.TrimRight(line, "\r\n"); line == "" {
				continue
			}
			d := across(text[last:start], encoding)
			last = start
			// an index of a list of few
			e.data = append(e.data, d.lines, d.columns, units(line, encoding), uint32(l.index[t.typ]), t.modifiers)
		}
	}
	e.rest = across(text[last:], encoding)
	return e
}

// join appends the tokens of parts that follow one another to data, the first
// of them from a place that lies that far behind the token before.
func join(data []uint32, before distance, parts []encoded) []uint32 {
	for _, p := range parts {
		if len(p.data) > 0 {
			first := before.plus(distance{p.data[0], p.data[1]})
			data = append(append(data, first.lines, first.columns), p.data[2:]...)
		}
		before = p.behind(before)
	}
	return data
}

// tokenResult is the tokens of a whole file.
type tokenResult struct {
	id    string
	start distance // of the first definition
	parts []encoded
}

func (r *tokenResult) data() []uint32 {
	n := 0
	for _, p := range r.parts {
		n += len(p.data)
	}
	return join(make([]uint32, 0, n), r.start, r.parts)
}

// tokenCache holds the last tokens of each open file, from which the next ones
// and the changes are made.
type tokenCache struct {
	mu     sync.Mutex
	lastID int
	last   map[fileURI]*tokenResult
}

// maxCachedTokens is of how many files tokens are kept. An editor asks only
// for those that it shows.
const maxCachedTokens = 64

func (c *tokenCache) forget(u fileURI) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, u)
}

func (c *tokenCache) get(u fileURI) *tokenResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[u]
}

func (c *tokenCache) put(u fileURI, r *tokenResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastID++
	r.id = strconv.Itoa(c.lastID)
	if c.last == nil {
		c.last = map[fileURI]*tokenResult{}
	}
	for other := range c.last {
		if len(c.last) < maxCachedTokens {
			break
		}
		delete(c.last, other) // any one; it costs a full answer at worst
	}
	c.last[u] = r
}

// wholeTokens returns the tokens of a file, and the result that was sent before
// if there is one. Definitions that did not change keep their tokens.
func (s *server) wholeTokens(ctx context.Context, v view) (result, before *tokenResult, err error) {
	before = s.tokens.get(v.uri)
	result = &tokenResult{parts: make([]encoded, 0, len(v.tree.Definitions)+1)}
	if v.tree.BOM {
		result.start.columns = units(byteOrderMark, v.encoding)
	}
	definitions := func(yield func(int, *ast.Definition) bool) {
		for i, d := range v.tree.Definitions {
			if !yield(i, d.Definition) {
				return
			}
		}
		yield(len(v.tree.Definitions), v.tree.Tail.Definition)
	}
	var old []encoded
	if before != nil {
		old = before.parts
	}
	n := len(v.tree.Definitions) + 1
	for i, d := range definitions {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		// Those before an edit are at the same place from the start, those
		// behind it from the end.
		fromEnd := len(old) - (n - i)
		switch {
		case i < len(old) && old[i].definition == d:
			result.parts = append(result.parts, old[i])
		case fromEnd >= 0 && fromEnd < len(old) && old[fromEnd].definition == d:
			result.parts = append(result.parts, old[fromEnd])
		default:
			e := s.can.tokens.encode(d.Text, s.can.tokens.collect(d, wholeText(d)), v.encoding)
			e.definition = d
			result.parts = append(result.parts, e)
		}
	}
	s.tokens.put(v.uri, result)
	if s.state.Load().open[v.uri] == nil {
		s.tokens.forget(v.uri) // closed meanwhile, or never open
	}
	return result, before, nil
}

const byteOrderMark = "\uFEFF"

func wholeText(d *ast.Definition) token.Span {
	return token.Span{End: token.Pos(len(d.Text))} // texts have at most 64 MB
}

// SemanticTokensFull implements protocol.Server.
func (s *server) SemanticTokensFull(ctx context.Context, params *protocol.SemanticTokensParams) (*protocol.SemanticTokens, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || len(s.can.tokens.types) == 0 {
		return nil, err
	}
	if v.isLarge() {
		return &protocol.SemanticTokens{Data: []uint32{}}, nil
	}
	result, _, err := s.wholeTokens(ctx, v)
	if err != nil {
		return nil, err
	}
	return &protocol.SemanticTokens{ResultID: &result.id, Data: result.data()}, nil
}

// SemanticTokensFullDelta implements protocol.Server. It costs what the
// changed definitions cost.
func (s *server) SemanticTokensFullDelta(ctx context.Context, params *protocol.SemanticTokensDeltaParams) (protocol.SemanticTokensDeltaResult, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || len(s.can.tokens.types) == 0 {
		return nil, err
	}
	if v.isLarge() {
		return &protocol.SemanticTokens{Data: []uint32{}}, nil
	}
	result, before, err := s.wholeTokens(ctx, v)
	if err != nil {
		return nil, err
	}
	if before == nil || before.id != params.PreviousResultID {
		return &protocol.SemanticTokens{ResultID: &result.id, Data: result.data()}, nil
	}
	return &protocol.SemanticTokensDelta{ResultID: &result.id, Edits: changes(before, result)}, nil
}

// changes returns the edit that makes the numbers of after of those of before.
func changes(before, after *tokenResult) []protocol.SemanticTokensEdit {
	old, parts := before.parts, after.parts
	// How many numbers there are before what changed, and from where its first
	// token counts.
	start, was, at := 0, before.start, after.start
	if was == at {
		n := 0
		for n < len(old) && n < len(parts) && old[n].definition == parts[n].definition {
			start += len(parts[n].data)
			at = parts[n].behind(at)
			n++
		}
		was, old, parts = at, old[n:], parts[n:]
	}
	// The first token behind what changed may have moved against what is before
	// it.
	same := 0 // parts at the end
	for same < min(len(old), len(parts)) && old[len(old)-1-same].definition == parts[len(parts)-1-same].definition {
		same++
	}
	var first encoded
	for _, p := range parts[len(parts)-same:] {
		if len(p.data) > 0 {
			first.data = join(nil, first.rest, []encoded{{data: p.data[:5]}})
			break
		}
		first.rest = p.behind(first.rest)
	}
	middle := func(from distance, parts []encoded) []uint32 {
		return join(nil, from, append(slices.Clone(parts[:len(parts)-same]), first))
	}
	oldData, newData := middle(was, old), middle(at, parts)
	for len(oldData) >= 5 && len(newData) >= 5 && slices.Equal(oldData[:5], newData[:5]) {
		oldData, newData, start = oldData[5:], newData[5:], start+5
	}
	for len(oldData) >= 5 && len(newData) >= 5 && slices.Equal(oldData[len(oldData)-5:], newData[len(newData)-5:]) {
		oldData, newData = oldData[:len(oldData)-5], newData[:len(newData)-5]
	}
	if len(oldData) == 0 && len(newData) == 0 {
		return []protocol.SemanticTokensEdit{}
	}
	// texts have at most 64 MB
	return []protocol.SemanticTokensEdit{{Start: uint32(start), DeleteCount: uint32(len(oldData)), Data: newData}}
}

// SemanticTokensRange implements protocol.Server. Only the definitions that the
// range touches are looked at.
func (s *server) SemanticTokensRange(ctx context.Context, params *protocol.SemanticTokensRangeParams) (*protocol.SemanticTokens, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || len(s.can.tokens.types) == 0 {
		return nil, err
	}
	within := v.span(params.Range)
	answer := &protocol.SemanticTokens{Data: []uint32{}}
	last := distance{} // from the start of the file to the last token
	for _, d := range v.touching(within) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tokens := s.can.tokens.collect(d.Definition, within.Shift(-d.Offset))
		if len(tokens) == 0 {
			continue
		}
		start := tokens[0].span.Start
		at := v.position(d.Offset + start)
		for i := range tokens {
			tokens[i].span = tokens[i].span.Shift(-start)
		}
		e := s.can.tokens.encode(d.Text[start:], tokens, v.encoding)
		from := distance{at.Line - last.lines, at.Character}
		if from.lines == 0 {
			from.columns -= last.columns
		}
		answer.Data = join(answer.Data, from, []encoded{e})
		last = distance{at.Line, at.Character}
		for i := 0; i < len(e.data); i += 5 {
			last = last.plus(distance{e.data[i], e.data[i+1]})
		}
	}
	return answer, nil
}
