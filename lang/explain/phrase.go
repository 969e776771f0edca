package explain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is how many characters a sentence may have to stay on one line.
const width = 100

// phrase is a piece of a sentence that can be said on one line or as a list:
// a text, and what is said about it.
type phrase struct {
	text  string
	items []phrase
	// joiner stands between two items: and, or.
	joiner string
	// pair stands before items on one line that lie within others, either or
	// both; head before them in a list.
	pair, head string
	// set tells that items are operands of a query, each of whose texts but the
	// first starts with its operator.
	set bool
}

// inline returns the phrase on one line.
func (p phrase) inline() string {
	var b strings.Builder
	p.write(&b)
	return b.String()
}

func (p phrase) write(b *strings.Builder) {
	say := func(text string) {
		if text != "" {
			if s := b.String(); s != "" && !strings.HasSuffix(s, "(") && text[0] != ',' {
				b.WriteByte(' ')
			}
			b.WriteString(text)
		}
	}
	if p.set {
		for i, item := range p.items {
			if i > 0 && !isWho(item.text) {
				b.WriteByte(',')
			}
			if !item.set {
				item.write(b)
				continue
			}
			say(item.text)
			say("(")
			item.write(b)
			b.WriteByte(')')
		}
		return
	}
	say(p.text)
	if len(p.items) > 1 {
		say(p.pair)
	}
	for i, item := range p.items {
		switch {
		case i == 0:
		case i == len(p.items)-1 || p.pair != "":
			say(p.joiner)
		default:
			b.WriteByte(',')
		}
		if len(p.items) == 1 && item.text == "" && item.pair == "either" {
			item.pair = "" // there is nothing that it could be mixed up with
		}
		item.write(b)
	}
}

// isWho reports whether an operand goes on with the sentence.
func isWho(text string) bool {
	return strings.HasPrefix(text, "who are also") || strings.HasPrefix(text, "that are also")
}

// size returns about how many characters the phrase has on one line, or
// something above limit as soon as it is more.
func (p phrase) size(limit int) int {
	n := utf8.RuneCountInString(p.text)
	if len(p.items) > 1 && p.pair != "" {
		n += len(p.pair) + 1
	}
	for i, item := range p.items {
		if n > limit {
			break
		}
		if i > 0 {
			n += max(1, len(p.joiner))
		}
		n += 1 + item.size(limit-n)
	}
	return n
}

// lines returns the phrase as lines, a list where one would be too long.
func (p phrase) lines(room int) []string {
	switch {
	case len(p.items) == 0 || p.size(room) <= room:
		return []string{p.inline()}
	case p.set:
		return p.setLines(room)
	case len(p.items) == 1 && p.items[0].text == "" && !p.items[0].set:
		// A list in a list of one is but one list.
		only := p.items[0]
		only.text = strings.TrimSpace(p.text + " " + only.head)
		only.pair, only.head = "", ""
		return only.lines(room)
	case len(p.items) == 1:
		rest := p.items[0].lines(max(room-utf8.RuneCountInString(p.text)-1, room/2))
		rest[0] = strings.TrimSpace(p.text + " " + rest[0])
		return rest
	}
	all := []string{strings.TrimSpace(p.text + " " + p.head)}
	for i, item := range p.items {
		lines := item.lines(room - 4)
		if i < len(p.items)-1 {
			lines[len(lines)-1] += " " + p.joiner
		}
		for j, line := range lines {
			mark := "    "
			if j == 0 {
				mark = "  - "
			}
			all = append(all, mark+line)
		}
	}
	return all
}

func (p phrase) setLines(room int) []string {
	var all []string
	for i, item := range p.items {
		if i > 0 && !isWho(item.text) {
			all[len(all)-1] += ","
		}
		switch {
		case !item.set:
			all = append(all, item.lines(room)...)
		case item.size(room-2) <= room-2:
			all = append(all, phrase{set: true, items: []phrase{item}}.inline())
		default:
			all = append(all, strings.TrimSpace(item.text+" "+following(item.text)))
			for _, line := range item.setLines(room - 4) {
				all = append(all, "    "+line)
			}
		}
	}
	return all
}

// following leads to a list behind a set operator.
func following(operator string) string {
	switch {
	case strings.HasPrefix(operator, "but not"):
		return "any of the following:"
	case isWho(operator), strings.HasSuffix(operator, "also") && operator != "and also":
		return "among the following:"
	}
	return "the following:"
}

// sentence returns the phrase as a sentence.
func (p phrase) sentence() string {
	text := strings.Join(p.lines(width), "\n")
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:] + "."
}
