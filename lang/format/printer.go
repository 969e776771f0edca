package format

import (
	"strings"
	"unicode/utf8"

	"segql/lang/ast"
	"segql/lang/token"
)

// The layout is computed in two passes over a flat list of items, never by
// printing a subtree to see how wide it is: the first writes the items of a
// definition and notes, in passing, the width of each group; the second prints
// them, breaking the lines of those groups that do not fit.

type kind uint8

const (
	kText    kind = iota // text, printed as it is
	kSpace               // a blank before what follows on the same line
	kBlank               // a blank, or a line break in a broken group
	kCut                 // nothing, or a line break in a broken group
	kFill                // a blank, or a line break where what follows up to the next fill does not fit
	kOpen                // the start of a group
	kClose               // its end
	kIndent              // one level deeper from here on
	kDedent              // one level back
	kNewline             // a line break, whatever the group; breaks all groups around it
	kComment             // a comment at the end of its line; it counts for no group
)

type item struct {
	kind kind
	// text is what kText and kComment print.
	text string
	// width is, for kText, its characters; for kOpen, those of the whole group
	// on one line and of what follows up to the next possible break; for
	// kFill, those up to the next fill.
	width int
}

// wide is the width of what can't stand on one line.
const wide = 1 << 30

// list is an open list.
type list struct {
	fill   int // the last fill in it whose width is not known yet, or -1
	groups int // how many groups were open where it started
}

// builder writes the items of one definition.
type builder struct {
	items []item
	// col is the width of all items so far, on one line. A newline adds wide.
	col int

	groups []int // open groups: indexes of items
	closed []int // groups that are closed but whose next break is not known yet
	lists  []list

	src      string         // the definition's text
	comments []*ast.Comment // those that are not written yet, in the order of the text
	// glued tells that a blank before the next text would be one too many: at
	// the start of a line and behind an opening parenthesis or a blank.
	glued bool
	// spaced tells that a blank must stand before the next text, since it
	// follows a comment.
	spaced bool
	// opened tells that an opening parenthesis was written last.
	opened bool
	wire   bool
}

func (b *builder) reset(src string, comments []*ast.Comment) {
	*b = builder{
		items: b.items[:0], groups: b.groups[:0], closed: b.closed[:0], lists: b.lists[:0],
		src: src, comments: comments, glued: true, wire: b.wire,
	}
}

func width(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return utf8.RuneCountInString(s)
		}
	}
	return len(s)
}

// put writes text.
func (b *builder) put(s string) {
	if b.spaced {
		b.spaced = false
		if strings.IndexByte("),];", s[0]) < 0 {
			b.space()
		}
	}
	w := width(s)
	b.items = append(b.items, item{kText, s, w})
	b.col += w
	b.glued, b.opened = false, false
}

// opener writes an opening parenthesis or bracket at offset pos.
func (b *builder) opener(pos token.Pos, s string) {
	b.tok(pos, s)
	b.glued, b.opened = true, true
}

// tok writes the token s at offset pos behind the comments that stand before it.
func (b *builder) tok(pos token.Pos, s string) {
	if len(b.comments) > 0 {
		b.flush(pos)
	}
	b.put(s)
}

// behind writes an operator or comma at offset pos, which stays on the line of
// what is before it: comments that end that line, or follow on lines of their
// own, come behind it. Where a comment ends the operator's own line too, all
// stay in their places. The next token starts at next.
func (b *builder) behind(pos token.Pos, s string, next token.Pos) {
	n := 0 // comments before pos that stay there
	for n < len(b.comments) && b.comments[n].Span.Start < pos && !b.comments[n].OwnLine && !b.comments[n].EndsLine {
		n++
	}
	moves := n < len(b.comments) && b.comments[n].Span.Start < pos
	if moves && !b.comments[n].OwnLine {
		n = 0 // those on the line of one that moves go with it
	}
	if moves {
		for _, c := range b.comments[n:] {
			if c.Span.Start >= next {
				break
			}
			if c.Span.Start > pos && !c.OwnLine && c.EndsLine {
				b.tok(pos, s)
				return
			}
		}
	}
	for range n {
		b.comment()
	}
	b.put(s)
}

// flush writes the comments before offset pos.
func (b *builder) flush(pos token.Pos) {
	for len(b.comments) > 0 && b.comments[0].Span.Start < pos {
		b.comment()
	}
}

// flushLine writes the comments before offset pos that stand on the line of
// what was written last. With ending it does so only up to one that ends that
// line, and leaves those that stand directly before what follows.
func (b *builder) flushLine(pos token.Pos, ending bool) {
	n := 0
	for i, c := range b.comments {
		if c.Span.Start >= pos || c.OwnLine {
			break
		}
		if c.EndsLine || !ending {
			n = i + 1
		}
	}
	for range n {
		b.comment()
	}
}

// comment writes the next comment.
func (b *builder) comment() {
	c := b.comments[0]
	b.comments = b.comments[1:]
	if b.wire {
		return
	}
	b.ended() // a comment is no part of what stands before it
	if c.OwnLine {
		if b.col > 0 {
			b.newline()
		}
	} else {
		b.glued = b.glued && (!b.opened || !c.EndsLine)
		b.space()
	}
	b.spaced = false
	if !c.EndsLine && !strings.ContainsAny(c.Text, "\r\n") {
		b.put(c.Text)
		b.spaced = true
		return
	}
	b.items = append(b.items, item{kind: kComment, text: c.Text})
	if c.EndsLine {
		b.newline()
	} else {
		b.col += wide
		b.glued, b.spaced = false, true
	}
}

// space writes a blank that is no place for a break.
func (b *builder) space() {
	if !b.glued {
		b.items = append(b.items, item{kind: kSpace})
		b.col++
		b.glued = true
	}
}

// ended notes a possible break: groups that were closed before it end here.
func (b *builder) ended() {
	for _, g := range b.closed {
		b.items[g].width = b.col - b.items[g].width
	}
	b.closed = b.closed[:0]
}

// blank writes a blank that is a line break in a broken group.
func (b *builder) blank() {
	b.ended()
	b.items = append(b.items, item{kind: kBlank})
	b.col++
	b.glued, b.spaced = true, false
}

// cut writes nothing, or in a broken group a line break.
func (b *builder) cut() {
	if b.spaced {
		b.blank()
		return
	}
	b.ended()
	b.items = append(b.items, item{kind: kCut})
}

// cutBefore is cut before a closing parenthesis, which no blank precedes.
func (b *builder) cutBefore() {
	b.spaced = false
	b.cut()
}

// newline breaks the line and all groups around it.
func (b *builder) newline() {
	b.ended()
	if n := len(b.lists); n > 0 && b.lists[n-1].groups == len(b.groups) {
		b.filled() // the line ends directly behind the element
	}
	b.items = append(b.items, item{kind: kNewline})
	b.col += wide
	b.glued, b.spaced = true, false
}

// open opens a group whose first token stands at offset pos. The comments
// before it are no part of it.
func (b *builder) open(pos token.Pos) {
	if len(b.comments) > 0 {
		b.flush(pos)
		if b.spaced {
			b.spaced = false
			b.space()
		}
	}
	b.groups = append(b.groups, len(b.items))
	b.items = append(b.items, item{kind: kOpen, width: b.col})
}

func (b *builder) close() {
	last := len(b.groups) - 1
	b.closed = append(b.closed, b.groups[last])
	b.groups = b.groups[:last]
	b.items = append(b.items, item{kind: kClose})
}

func (b *builder) indent() { b.items = append(b.items, item{kind: kIndent}) }
func (b *builder) dedent() { b.items = append(b.items, item{kind: kDedent}) }

// openList starts the elements of a list that is filled line by line.
func (b *builder) openList() { b.lists = append(b.lists, list{-1, len(b.groups)}) }

// fill writes the place between two elements.
func (b *builder) fill() {
	b.ended()
	b.filled()
	b.lists[len(b.lists)-1].fill = len(b.items)
	b.items = append(b.items, item{kind: kFill, width: b.col})
	b.col++
	b.glued, b.spaced = true, false
}

// filled notes that the element behind the last fill ends here.
func (b *builder) filled() {
	l := &b.lists[len(b.lists)-1]
	if l.fill >= 0 {
		b.items[l.fill].width = b.col - b.items[l.fill].width
		l.fill = -1
	}
}

func (b *builder) closeList() {
	b.filled()
	b.lists = b.lists[:len(b.lists)-1]
}

// printer prints items.
type printer struct {
	out     []byte
	width   int
	step    string // one level of indentation
	stepW   int    // and its width
	lineEnd string
	level   int
	col     int
	atStart bool // the next text starts a line; the line end is still to be written
}

// text writes s, which is w characters wide.
func (p *printer) text(s string, w int) {
	if p.atStart {
		p.out = append(p.out, p.lineEnd...)
		for range p.level {
			p.out = append(p.out, p.step...)
		}
		p.col = p.level * p.stepW
		p.atStart = false
	}
	p.out = append(p.out, s...)
	p.col += w
}

// print prints the items of a definition.
func (p *printer) print(items []item) {
	// How many groups around the place are on one line. Where it is 0 all
	// groups around are broken: what is within a group on one line is, too.
	flat := 0
	// A blank is written when text follows on the same line.
	blank := false
	for i := range items {
		it := &items[i]
		switch it.kind {
		case kText:
			if blank {
				p.text(" ", 1)
				blank = false
			}
			p.text(it.text, it.width)
		case kComment:
			if blank {
				p.text(" ", 1)
				blank = false
			}
			p.comment(it.text)
		case kSpace:
			blank = !p.atStart
		case kNewline:
			p.atStart, blank = true, false
		case kOpen:
			if flat > 0 {
				flat++
				continue
			}
			at := p.col
			switch {
			case p.atStart:
				at = p.level * p.stepW
			case blank:
				at++
			}
			if at+it.width <= p.width {
				flat = 1
			}
		case kClose:
			flat = max(flat-1, 0)
		case kBlank, kCut:
			if flat == 0 {
				p.atStart, blank = true, false
			} else {
				blank = blank || it.kind == kBlank && !p.atStart
			}
		case kFill:
			if flat == 0 && !p.atStart && p.col+it.width > p.width {
				p.atStart, blank = true, false
			} else {
				blank = !p.atStart
			}
		case kIndent:
			p.level++
		case kDedent:
			p.level--
		}
	}
}

// comment writes a comment, whose own line ends become those of the file.
func (p *printer) comment(s string) {
	for {
		n := strings.IndexAny(s, "\r\n")
		if n < 0 {
			p.text(s, width(s))
			return
		}
		p.text(s[:n], 0)
		p.out = append(p.out, p.lineEnd...)
		p.col = 0
		if strings.HasPrefix(s[n:], "\r\n") {
			n++
		}
		s = s[n+1:]
	}
}
