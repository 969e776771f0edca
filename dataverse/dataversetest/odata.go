package dataversetest

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// parseFilter reads a $filter of comparisons with eq, joined by or by and, where
// and binds tighter, and parentheses. An empty one picks everything.
func parseFilter(text string) (func(map[string]any) bool, error) {
	if text == "" {
		return func(map[string]any) bool { return true }, nil
	}
	words, err := splitFilter(text)
	if err != nil {
		return nil, err
	}
	f := filterParser{words: words}
	picks, err := f.alternatives()
	if err == nil && len(f.words) > 0 {
		err = f.problem()
	}
	return picks, err
}

// filterParser reads a filter from its words; those that are read are gone.
type filterParser struct {
	words []string
	depth int // of parentheses
}

func (f *filterParser) problem() error {
	if len(f.words) == 0 {
		return errors.New("the filter ends too early")
	}
	return fmt.Errorf("the filter cannot be read at %q", f.words[0])
}

// next reads a word, if it is the next one.
func (f *filterParser) next(word string) bool {
	if len(f.words) == 0 || f.words[0] != word {
		return false
	}
	f.words = f.words[1:]
	return true
}

func (f *filterParser) alternatives() (func(map[string]any) bool, error) {
	left, err := f.all()
	for err == nil && f.next("or") {
		var right func(map[string]any) bool
		before := left
		right, err = f.all()
		left = func(row map[string]any) bool { return before(row) || right(row) }
	}
	return left, err
}

func (f *filterParser) all() (func(map[string]any) bool, error) {
	left, err := f.one()
	for err == nil && f.next("and") {
		var right func(map[string]any) bool
		before := left
		right, err = f.one()
		left = func(row map[string]any) bool { return before(row) && right(row) }
	}
	return left, err
}

func (f *filterParser) one() (func(map[string]any) bool, error) {
	if f.next("(") {
		f.depth++
		if f.depth > 100 {
			return nil, errors.New("the filter is nested too deep")
		}
		inner, err := f.alternatives()
		if err == nil && !f.next(")") {
			err = f.problem()
		}
		f.depth--
		return inner, err
	}
	if len(f.words) < 3 || f.words[1] != "eq" {
		return nil, errors.New("the filter has another form than property eq value, joined by and and or")
	}
	property, text := f.words[0], f.words[2]
	var value any
	if inner, ok := strings.CutPrefix(text, "'"); ok {
		value = strings.ReplaceAll(strings.TrimSuffix(inner, "'"), "''", "'")
	} else if number, err := strconv.ParseFloat(text, 64); err == nil {
		value = number
	} else {
		f.words = f.words[2:]
		return nil, f.problem()
	}
	f.words = f.words[3:]
	return func(row map[string]any) bool { return row[property] == value }, nil
}

// splitFilter cuts a filter at space and parentheses outside strings. Parentheses
// are words.
func splitFilter(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	quoted := false
	for _, r := range text {
		switch {
		case r == '\'':
			quoted = !quoted
			word.WriteRune(r)
		case quoted:
			word.WriteRune(r)
		case r == '(' || r == ')':
			end()
			words = append(words, string(r))
		case unicode.IsSpace(r):
			end()
		default:
			word.WriteRune(r)
		}
	}
	if quoted {
		return nil, errors.New("the filter has a string that does not end")
	}
	end()
	return words, nil
}

// nextQuery returns the query of the next page's address.
func nextQuery(a *asked, skip int) string {
	q := url.Values{}
	for name, value := range a.parameters {
		q.Set(name, value)
	}
	q.Set("$skiptoken", itoa(skip))
	return q.Encode()
}
