// Package format prints segment queries: a file in its canonical layout, or
// the wire form that is sent to the service, one line without comments.
//
// The layout is the same whatever the text looked like before, but for its
// comments, which stay on their side of what they stand at, and single blank
// lines between definitions. A query that fits on a line stays on one.
// Otherwise each step stands on a line, and a FILTER that does not fit opens
// into one condition a line.
//
// No token changes, but for these: words of the language are written in upper
// case, unless they stand as the vendor writes them (Interaction, Having,
// month ..); AND and OR become && and ||; a quote behind a backslash in a string
// becomes two quotes where the string has no other backslash.
//
// The package imports lang/token and lang/ast; format.go alone joins it with
// lang/parser. It does no input or output. It never prints a tree that has
// errors: such a text is given back as it is.
package format

import (
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

// The defaults of Options.
const (
	DefaultWidth  = 100
	DefaultIndent = "  "
	DefaultTab    = 4
)

// Options are the choices that the layout leaves. The zero value has the
// defaults.
type Options struct {
	// Width is how many characters a line holds; DefaultWidth if it is 0. What
	// can't be broken, and comments at the end of a line, may exceed it.
	Width int
	// Indent is one level of indentation, of blanks or tabs; DefaultIndent if
	// it is empty.
	Indent string
	// TabWidth is how many characters a tab in Indent counts for; DefaultTab
	// if it is 0.
	TabWidth int
}

func (o Options) withDefaults() Options {
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	if o.Indent == "" {
		o.Indent = DefaultIndent
	}
	if o.TabWidth <= 0 {
		o.TabWidth = DefaultTab
	}
	return o
}

// File returns the canonical text of a file, its text as it is if it has
// errors. Line ends are CRLF where the first one in the file is.
func File(f *ast.File, opts Options) string {
	if f.HasErrors() {
		return f.Text()
	}
	p := newPrinter(opts, token.LineEnd(f.Text()))
	p.out = make([]byte, 0, f.Size+f.Size/4)
	var b builder
	for _, d := range f.Definitions {
		p.definition(&b, d.Definition)
	}
	p.dangling(f.Tail.Definition)
	if len(p.out) > 0 {
		p.out = append(p.out, p.lineEnd...)
	}
	if f.BOM {
		return bom + string(p.out)
	}
	return string(p.out)
}

const bom = "\uFEFF"

// Definition returns the canonical text of one definition with the comments
// that belong to it, without a line end behind it. A definition with errors is
// returned as it is.
func Definition(d *ast.Definition, opts Options) string {
	if len(d.Errors) > 0 || d.Query == nil {
		return d.Text
	}
	p := newPrinter(opts, token.LineEnd(d.Text))
	p.definition(&builder{}, d)
	return string(p.out)
}

// Wire returns the wire form of a file, one definition a line: names are kept,
// comments are not. The text of a file with errors is returned as it is.
func Wire(f *ast.File) string {
	if f.HasErrors() {
		return f.Text()
	}
	p := newPrinter(Options{Width: wide}, "\n")
	b := builder{wire: true}
	for _, d := range f.Definitions {
		b.reset(d.Text, d.AllComments)
		b.definition(d.Definition)
		p.print(b.items)
		p.out = append(p.out, '\n')
	}
	return string(p.out)
}

// WireQuery returns the wire form of a query of definition d, as it is sent to
// the service: one line without name and comments. A definition with errors
// has none.
func WireQuery(d *ast.Definition) (text string, ok bool) {
	if len(d.Errors) > 0 || d.Query == nil {
		return "", false
	}
	p := newPrinter(Options{Width: wide}, "\n")
	b := builder{wire: true}
	b.reset(d.Text, d.AllComments)
	b.open(d.Query.Extent.Start)
	b.query(d.Query)
	b.close()
	b.ended()
	p.print(b.items)
	return string(p.out), true
}

func newPrinter(opts Options, lineEnd string) *printer {
	opts = opts.withDefaults()
	return &printer{
		width: opts.Width, step: opts.Indent, lineEnd: lineEnd,
		stepW: width(strings.ReplaceAll(opts.Indent, "\t", strings.Repeat(" ", opts.TabWidth))),
	}
}

// definition prints a definition on lines of its own.
func (p *printer) definition(b *builder, d *ast.Definition) {
	comments := p.leading(d.Text, d.AllComments, d.Extent.Start)
	b.reset(d.Text, comments)
	b.definition(d)
	trailing := b.comments
	p.print(b.items)
	for _, c := range trailing {
		p.text(" ", 1)
		p.comment(c.Text)
	}
}

// dangling prints the comments behind the last definition.
func (p *printer) dangling(tail *ast.Definition) {
	p.leading(tail.Text, tail.AllComments, token.Pos(len(tail.Text)))
}

// leading prints the comments that stand on lines of their own before offset
// start, and moves to the start of the next line. A blank line stays between
// two things that have one between them. It returns the other comments, which
// stand on the line of what starts there.
func (p *printer) leading(text string, comments []*ast.Comment, start token.Pos) []*ast.Comment {
	n := 0
	for i, c := range comments {
		if c.Span.Start < start && c.EndsLine {
			n = i + 1
		}
	}
	end := token.Pos(0)
	for i, c := range comments[:n] {
		if i == 0 || comments[i-1].EndsLine {
			p.nextLine(text[end:c.Span.Start])
		} else {
			p.text(" ", 1)
		}
		p.comment(c.Text)
		end = c.Span.End
	}
	if n < len(comments) {
		start = min(start, comments[n].Span.Start)
	}
	if int(start) < len(text) {
		p.nextLine(text[end:start])
	}
	return comments[n:]
}

// nextLine ends the line before a next thing, from which gap separates it.
func (p *printer) nextLine(gap string) {
	if len(p.out) == 0 {
		return
	}
	p.out = append(p.out, p.lineEnd...)
	p.col, p.atStart = 0, false
	if lines := strings.Count(gap, "\n") + strings.Count(gap, "\r") - strings.Count(gap, "\r\n"); lines > 1 {
		p.out = append(p.out, p.lineEnd...)
	}
}
