package lsp

import (
	"slices"
	"strings"
)

// caret is what the text of a definition before a caret says of it. It is
// found in the text alone, since a text that is being written has a tree that
// is good for what is there, not for what comes next.
type caret struct {
	inText        bool   // within a string or comment
	prefix        string // the part of a word before the caret
	last          string // the token before that; empty at the start
	lastQualifier string // what stands before last, with a dot between
	compared      bool   // last is the right side of a comparison
	dotted        bool   // a dot stands before prefix
	beforeDot     string // the token before it
	depth         int    // how many parentheses and brackets are open
	open          string // the name before the innermost open parenthesis
	argument      int    // its argument that the caret is in, from 0
	arguments     []string
	isInteraction bool // the operand is an INTERACTION
	// left is the name left of the operator before the caret.
	left, leftQualifier string
}

// opened is a parenthesis that is open.
type opened struct {
	name      string
	arguments []string
}

// caretAt reads text, which ends at the caret.
func caretAt(text string) caret {
	tokens, rest := words(text)
	c := caret{}
	if rest != "" {
		c.inText = true
		return c
	}
	if n := len(tokens); n > 0 && isWord(tokens[n-1]) && strings.HasSuffix(text, tokens[n-1]) {
		c.prefix, tokens = tokens[n-1], tokens[:n-1]
	}
	token := func(back int) string {
		if back >= len(tokens) {
			return ""
		}
		return tokens[len(tokens)-1-back]
	}
	var stack []opened
	for i, t := range tokens {
		switch t {
		case "(", "[":
			name := ""
			if i > 0 && isWord(tokens[i-1]) && t == "(" {
				name = tokens[i-1]
			}
			if t == "[" && len(stack) > 0 {
				name = "["
			}
			stack = append(stack, opened{name: name, arguments: []string{""}})
			if strings.EqualFold(name, "INTERACTION") {
				c.isInteraction = true
			} else if len(stack) == 1 && (strings.EqualFold(name, "PROFILE") || strings.EqualFold(name, "SEGMENT")) {
				c.isInteraction = false
			}
		case ")", "]":
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
		case ",":
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.arguments = append(top.arguments, "")
			}
		default:
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.arguments[len(top.arguments)-1] += t
			}
		}
	}
	c.depth = len(stack)
	if c.depth > 0 {
		top := stack[len(stack)-1]
		c.open, c.arguments, c.argument = top.name, top.arguments, len(top.arguments)-1
	}
	c.last = token(0)
	switch {
	case c.last == ".":
		c.dotted, c.beforeDot = true, token(1)
	case isWord(c.last):
		before := 1
		if token(1) == "." {
			c.lastQualifier, before = token(2), 3
		}
		c.compared = isComparison(token(before))
	case isComparison(c.last), c.last == "[":
		back := 1
		if c.last == "[" {
			back = 2 // behind IN
		}
		c.left = token(back)
		if token(back+1) == "." {
			c.leftQualifier = token(back + 2)
		}
	case c.last == "," && c.open == "[":
		for i := len(tokens) - 1; i > 1; i-- {
			if tokens[i] == "[" {
				c.last, c.left = "[", tokens[i-2]
				if i > 3 && tokens[i-3] == "." {
					c.leftQualifier = tokens[i-4]
				}
				break
			}
		}
	}
	return c
}

func isComparison(t string) bool {
	switch t {
	case "==", "!=", ">", ">=", "<", "<=":
		return true
	}
	return false
}

func isWord(t string) bool { return t != "" && isWordByte(t[0]) }

func isWordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// pairs are the operators of two characters.
var pairs = []string{"==", "!=", ">=", "<=", "&&", "||"}

// words returns the tokens of text; rest is the string or comment that is open
// at its end.
func words(text string) (tokens []string, rest string) {
	for i := 0; i < len(text); {
		from := i
		switch b := text[i]; {
		case strings.HasPrefix(text[i:], "//"):
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				return tokens, text[i:]
			}
			i += end
			continue
		case strings.HasPrefix(text[i:], "/*"):
			end := strings.Index(text[i+2:], "*/")
			if end < 0 {
				return tokens, text[i:]
			}
			i += end + 4
			continue
		case b == '\'' || b == '"':
			end := strings.IndexByte(text[i+1:], b)
			if end < 0 {
				return tokens, text[i:]
			}
			i += end + 2
		case isWordByte(b):
			for i < len(text) && isWordByte(text[i]) {
				i++
			}
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
			i++
			continue
		default:
			i++
			if i < len(text) && slices.Contains(pairs, text[from:i+1]) {
				i++
			}
		}
		tokens = append(tokens, text[from:i])
	}
	return tokens, ""
}
