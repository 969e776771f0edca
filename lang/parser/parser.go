// Package parser turns the text of a segment query file into its tree and
// finds all syntax errors in it.
//
// It stands on the participle framework: a hand-written scanner is its
// lexer.Definition, and the root of the grammar that participle builds is the
// definition, the one thing that repeats: a participle Parseable whose
// productions descend by hand, so that each mistake is mended where it is made.
// A text is cut into definitions first; what is broken in one stays there.
//
// There is always a tree. Parsing takes time linear in the text, and memory
// for nesting is bounded. The package imports lang/token, lang/ast, participle
// and the Unicode names of golang.org/x/text. It does no input or output and
// knows nothing of dialects, tables or columns: both dialects are one grammar
// here, and telling them apart is the checker's.
package parser

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"segql/lang/ast"
	"segql/lang/token"
)

const (
	// DefaultMaxDepth is how many parentheses and brackets may be open at once.
	DefaultMaxDepth = 1000
	// MaxSize is the size in bytes of the largest text that is parsed.
	MaxSize = 64 << 20
)

const bom = "\uFEFF"

// Config holds the limits of a parser. The zero value has the defaults.
type Config struct {
	// MaxDepth is how many parentheses and brackets may be open at once.
	// Zero means DefaultMaxDepth.
	MaxDepth int
}

// Parse parses text with the default limits. It always returns a tree, whose
// Errors are all mistakes in the text.
func Parse(text string) *ast.File { return Config{}.Parse(text) }

// Reparse parses the text that edit makes of prev's, with the default limits.
func Reparse(prev *ast.File, edit token.Edit) (*ast.File, error) {
	return Config{}.Reparse(prev, edit)
}

// definition is the production of one definition, and the root of the grammar. A
// struct around it would have participle go through reflection for each.
type definition struct {
	tree *ast.Definition
}

// Parse implements participle.Parseable. It takes all tokens that are left:
// the scanner ends them where the next definition starts.
func (d *definition) Parse(lex *lexer.PeekingLexer) error {
	start := lex.RawCursor()
	for !lex.Next().EOF() {
	}
	d.tree = parseDefinition(lex.Range(start, lex.RawCursor()+1))
	return nil
}

var grammar = participle.MustBuild[definition](participle.Lexer(lexerDefinition{}))

// Parse parses text. It always returns a tree, whose Errors are all mistakes
// in the text.
func (c Config) Parse(text string) *ast.File {
	file := ast.NewFile(strings.HasPrefix(text, bom), len(text), func() string { return text })
	if file.Unread = unread(text); file.Unread != nil {
		file.Tail.Definition = &ast.Definition{Text: text[file.Start():], Assign: token.NoPos, Semicolon: token.NoPos}
		file.Tail.Offset = file.Start()
		return file
	}
	r := c.reader(text)
	defer r.done()
	line := int32(0)
	for next := int(file.Start()); ; {
		d := r.next(next)
		d.Line = line
		if d.Query == nil {
			file.Tail = d
			return file
		}
		file.Definitions = append(file.Definitions, d)
		next = int(d.End())
		line += breaks(d)
	}
}

// breaks returns the number of line ends in a definition's text. None starts in
// one definition and ends in the next: where a definition starts, a token does,
// but for the first one.
func breaks(d ast.Placed) int32 { return int32(token.CountBreaks(d.Text)) } // texts have at most 64 MB

// unread returns why a text can't be parsed at all, or nil.
func unread(text string) *ast.Error {
	switch {
	case len(text) > MaxSize:
		return &ast.Error{
			Code:    CodeTooLarge,
			Message: fmt.Sprintf("the text has %d bytes; at most %d can be read, so split it", len(text), MaxSize),
		}
	case isUTF16(text):
		return &ast.Error{Code: CodeNUL, Message: "every other byte of the text is NUL, so it is in UTF-16; save it as UTF-8"}
	}
	return nil
}

// utf16Head is how many bytes of a text tell whether it is in UTF-16.
const utf16Head = 16

// isUTF16 reports whether a text starts with ASCII characters in UTF-16.
func isUTF16(text string) bool {
	if len(text) < utf16Head {
		return false
	}
	var nul [2]int
	for i := range utf16Head {
		if text[i] == 0 {
			nul[i%2]++
		}
	}
	return max(nul[0], nul[1]) == utf16Head/2 && min(nul[0], nul[1]) == 0
}

// reader parses the definitions of a text one after the other.
type reader struct {
	scanner
	*room
}

// room is where a reader puts the tokens of a definition.
type room struct {
	lex *lexer.PeekingLexer
	// buffer is lex's own, which its Range hands out. Participle would append
	// those of each definition to a slice of its own from nothing, which took
	// a third of all the time. Were Range to copy, no definition would parse,
	// and every test fail.
	buffer []lexer.Token
	used   int // how many of its first tokens hold something
}

// rooms are those that no reader uses: to make one takes as long as to parse a
// definition, which is all that there is to do after most edits.
var rooms = sync.Pool{New: func() any { return new(room) }}

func (c Config) reader(text string) *reader {
	if c.MaxDepth <= 0 {
		c.MaxDepth = DefaultMaxDepth
	}
	return &reader{scanner{text: text, maxDepth: c.MaxDepth}, rooms.Get().(*room)}
}

// done gives the reader's room back. The tokens in it would keep the text in
// memory.
func (r *reader) done() {
	if len(r.buffer) > maxKept {
		return
	}
	clear(r.buffer[:r.used])
	r.used = 0
	rooms.Put(r.room)
}

// maxKept is how many tokens a room has at most that is kept for other texts.
const maxKept = 512

// next parses the definition that starts at offset base.
func (r *reader) next(base int) ast.Placed {
	r.begin(base)
	lex := r.lex
	for n := 0; ; n++ {
		if n == len(r.buffer) {
			if n >= maxReused {
				r.begin(base)
				lex, _ = lexer.Upgrade(&r.scanner)
				break
			}
			lex = r.grow()
		}
		r.buffer[n], _ = r.Next() // the scanner has a token for everything
		r.used = max(r.used, n+1)
		if r.buffer[n].EOF() {
			break
		}
	}
	lex.LoadCheckpoint(lexer.Checkpoint{})
	d, _ := grammar.ParseFromLexer(lex) // the production takes whatever there is
	return ast.Placed{Definition: d.tree, Offset: token.Pos(base), Reach: token.Pos(r.reach)}
}

// maxReused is how many tokens a reader keeps room for. A definition with more
// is left to participle, which then takes the room for it just once.
const maxReused = 4096

// grow makes room for twice as many tokens, at least 64.
func (r *reader) grow() *lexer.PeekingLexer {
	old := r.buffer
	size := max(64, 2*len(old))
	blank := blanksLexer(size)
	r.lex, _ = lexer.Upgrade(&blank)
	r.buffer = r.lex.Range(0, lexer.RawCursor(size))
	copy(r.buffer, old)
	return r.lex
}

// blanksLexer is a lexer.Lexer of so many tokens that hold nothing yet.
type blanksLexer int

// Next implements lexer.Lexer.
func (b *blanksLexer) Next() (lexer.Token, error) {
	*b--
	if *b <= 0 {
		return lexer.EOFToken(lexer.Position{}), nil
	}
	return lexer.Token{}, nil
}

// Reparse parses the text that edit makes of prev's. Only the definitions
// that the edit touches, or whose ends it may move, are parsed again; the
// others are those of prev. The result equals that of Parse. An edit outside
// the text is refused.
func (c Config) Reparse(prev *ast.File, edit token.Edit) (*ast.File, error) {
	if !edit.Span.IsValid() || int(edit.Span.End) > prev.Size {
		return nil, fmt.Errorf("the edit %v lies outside the text of %d bytes", edit.Span, prev.Size)
	}
	size := prev.Size + len(edit.New) - edit.Span.Len()
	if prev.Unread == nil && size <= MaxSize && edit.Span.Start >= prev.Start() && !becomesUTF16(prev, edit) {
		if file := c.reparse(prev, edit, size); file != nil {
			return file, nil
		}
	}
	text, err := token.Apply(prev.Text(), edit)
	if err != nil {
		return nil, err
	}
	return c.Parse(text), nil
}

// becomesUTF16 reports whether an edit of prev's text makes it one in UTF-16.
func becomesUTF16(prev *ast.File, edit token.Edit) bool {
	if edit.Span.Start >= utf16Head {
		return false
	}
	text := prev.Text()
	rest := text[edit.Span.End:]
	return isUTF16(text[:edit.Span.Start] + edit.New[:min(len(edit.New), utf16Head)] + rest[:min(len(rest), utf16Head)])
}

// reparse does the work of Reparse. It returns nil where the whole text must
// be parsed again.
func (c Config) reparse(prev *ast.File, edit token.Edit, size int) *ast.File {
	e := &reparser{config: c, prev: prev, edit: edit, delta: token.Pos(len(edit.New) - edit.Span.Len())}
	e.first = slices.IndexFunc(prev.Definitions, func(d ast.Placed) bool { return d.Reach >= edit.Span.Start })
	if e.first < 0 {
		e.first = len(prev.Definitions)
	}
	last := e.first
	for last < len(prev.Definitions) && prev.Definitions[last].End() < edit.Span.End {
		last++
	}
	for more := 2; ; more *= 4 {
		switch defs, tail, ok := e.try(min(last+more, len(prev.Definitions)+1)); {
		case ok && tail.Definition == nil:
			return nil
		case ok:
			file := ast.NewFile(prev.BOM, size, nil)
			file.Definitions, file.Tail = defs, tail
			return file
		}
	}
}

// reparser parses again what an edit touches.
type reparser struct {
	config Config
	prev   *ast.File
	edit   token.Edit
	delta  token.Pos // how far what follows the edit is moved
	first  int       // the first definition that may change, or the tail
}

// at returns the n-th definition of the previous file, the tail behind the last.
func (e *reparser) at(n int) ast.Placed {
	if n == len(e.prev.Definitions) {
		return e.prev.Tail
	}
	return e.prev.Definitions[n]
}

// try parses the text of the definitions from the first to the one before end
// again. It reports false if what follows must be known to tell where they
// end. Without a tail the whole file must be parsed again.
func (e *reparser) try(end int) (defs []ast.Placed, tail ast.Placed, ok bool) {
	start := e.at(e.first).Offset
	var old strings.Builder
	for n := e.first; n < end; n++ {
		old.WriteString(e.at(n).Text)
	}
	text, err := token.Apply(old.String(), e.edit.Shift(-start))
	isAll := end == len(e.prev.Definitions)+1
	if err != nil || start == 0 && strings.HasPrefix(text, bom) {
		return nil, tail, true
	}
	r := e.config.reader(text)
	defer r.done()
	r.midLine = start != e.prev.Start()
	defs = make([]ast.Placed, e.first, len(e.prev.Definitions)+1)
	copy(defs, e.prev.Definitions)
	met := e.first // the first definition of before that may be met again
	line := e.at(e.first).Line
	for next := token.Pos(0); ; {
		// What stood here before the edit, if it is behind it.
		was := start + next - e.delta
		for met < len(e.prev.Definitions) && e.at(met).Offset < was {
			met++
		}
		// Only the first definition of a file starts on a line of its own.
		isFirst, wasFirst := start+next == e.prev.Start(), was == e.prev.Start()
		if was >= e.edit.Span.End && e.at(met).Offset == was && isFirst == wasFirst {
			lines := line - e.at(met).Line
			for _, d := range e.prev.Definitions[met:] {
				defs = append(defs, e.moved(d, lines))
			}
			return defs, e.moved(e.prev.Tail, lines), true
		}
		d := r.next(int(next))
		if !isAll && r.reach > len(text) {
			return nil, tail, false
		}
		next = d.End()
		d.Offset += start
		d.Reach += start
		d.Line = line
		line += breaks(d)
		if d.Query == nil {
			return defs, d, true
		}
		defs = append(defs, d)
	}
}

// moved returns a definition behind the edit, which moves it by some lines.
func (e *reparser) moved(d ast.Placed, lines int32) ast.Placed {
	d.Offset += e.delta
	d.Reach += e.delta
	d.Line += lines
	return d
}
