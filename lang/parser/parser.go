// Package parser turns the text of a segment query file into its tree and
// finds all syntax errors in it.
//
// It stands on the participle framework: a hand-written scanner is its
// lexer.Definition, the root of the grammar is built by participle, and the
// definition, the one thing that repeats, is a participle Parseable whose
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

// document is the root of the grammar, as participle builds it.
type document struct {
	Definition *definition `parser:"@@"`
}

// definition is the production of one definition.
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

var grammar = participle.MustBuild[document](participle.Lexer(lexerDefinition{}))

// Parse parses text. It always returns a tree, whose Errors are all mistakes
// in the text.
func (c Config) Parse(text string) *ast.File {
	file := newFile(text)
	if file.TooLarge != nil {
		return file
	}
	s := c.scanner(text)
	for next := contentStart(file); ; {
		d := parseNext(s, next)
		if d.Query == nil {
			file.Tail = d
			return file
		}
		file.Definitions = append(file.Definitions, d)
		next = int(d.End())
	}
}

func (c Config) scanner(text string) *scanner {
	if c.MaxDepth <= 0 {
		c.MaxDepth = DefaultMaxDepth
	}
	return &scanner{text: text, maxDepth: c.MaxDepth}
}

func newFile(text string) *ast.File {
	file := &ast.File{Text: text, BOM: strings.HasPrefix(text, bom)}
	if len(text) > MaxSize {
		file.TooLarge = &ast.Error{
			Code:    CodeTooLarge,
			Message: fmt.Sprintf("the text has %d bytes; at most %d can be read, so split it", len(text), MaxSize),
		}
		file.Tail.Definition = &ast.Definition{Text: text, Assign: token.NoPos, Semicolon: token.NoPos}
	}
	return file
}

// contentStart returns where the text behind a byte-order mark starts.
func contentStart(file *ast.File) int {
	if file.BOM {
		return len(bom)
	}
	return 0
}

// parseNext parses the definition that starts at offset base.
func parseNext(s *scanner, base int) ast.Placed {
	s.begin(base)
	// Neither call can fail: the scanner has a token for everything, and the
	// production takes all tokens.
	lex, err := lexer.Upgrade(s)
	if err != nil {
		panic(err)
	}
	doc, err := grammar.ParseFromLexer(lex)
	if err != nil {
		panic(err)
	}
	return ast.Placed{Definition: doc.Definition.tree, Offset: token.Pos(base), Reach: token.Pos(s.reach)}
}

// Reparse parses the text that edit makes of prev's. Only the definitions
// that the edit touches, or whose ends it may move, are parsed again; the
// others are those of prev. The result equals that of Parse. An edit outside
// the text is refused.
func (c Config) Reparse(prev *ast.File, edit token.Edit) (*ast.File, error) {
	text, err := token.Apply(prev.Text, edit)
	if err != nil {
		return nil, err
	}
	file := newFile(text)
	if file.TooLarge != nil {
		return file, nil
	}
	if prev.TooLarge != nil || prev.BOM != file.BOM || file.BOM && edit.Span.Start < token.Pos(len(bom)) {
		return c.Parse(text), nil
	}

	first := slices.IndexFunc(prev.Definitions, func(d ast.Placed) bool { return d.Reach >= edit.Span.Start })
	next := int(prev.Tail.Offset)
	if first < 0 {
		first = len(prev.Definitions)
	} else {
		next = int(prev.Definitions[first].Offset)
	}
	delta := token.Pos(len(text) - len(prev.Text))
	editEnd := int(edit.Span.End + delta)
	file.Definitions = make([]ast.Placed, first, len(prev.Definitions)+1)
	copy(file.Definitions, prev.Definitions)

	s := c.scanner(text)
	old := first // the first definition of prev that may be met again
	for {
		if next >= editEnd {
			was := token.Pos(next) - delta
			for old < len(prev.Definitions) && prev.Definitions[old].Offset < was {
				old++
			}
			// The first definition of a file starts on a line of its own, the
			// others behind the one before.
			isFirst := next == contentStart(file)
			if was >= edit.Span.End && isFirst == (int(was) == contentStart(prev)) {
				if old < len(prev.Definitions) && prev.Definitions[old].Offset == was {
					for _, d := range prev.Definitions[old:] {
						file.Definitions = append(file.Definitions, moved(d, delta))
					}
					file.Tail = moved(prev.Tail, delta)
					return file, nil
				}
				if prev.Tail.Offset == was {
					file.Tail = moved(prev.Tail, delta)
					return file, nil
				}
			}
		}
		d := parseNext(s, next)
		// The tree is to hold its own text alone, not the whole file's, of
		// which there would be one for each edit.
		d.Definition = c.parseOwn(strings.Clone(d.Text), s.startsLine(next))
		if d.Query == nil {
			file.Tail = d
			return file, nil
		}
		file.Definitions = append(file.Definitions, d)
		next = int(d.End())
	}
}

func moved(d ast.Placed, delta token.Pos) ast.Placed {
	d.Offset += delta
	d.Reach += delta
	return d
}

// parseOwn parses the text of one definition.
func (c Config) parseOwn(text string, startsLine bool) *ast.Definition {
	s := c.scanner(text)
	s.single = true
	s.midLine = !startsLine
	return parseNext(s, 0).Definition
}
