package dataversetest

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// parseFilter reads a $filter of comparisons with eq, joined by or by and, where
// and binds tighter. An empty one picks everything.
func parseFilter(text string) (func(map[string]any) bool, error) {
	if text == "" {
		return func(map[string]any) bool { return true }, nil
	}
	type comparison struct {
		property string
		value    any
	}
	words, err := splitFilter(text)
	if err != nil {
		return nil, err
	}
	alternatives := [][]comparison{nil}
	for i := 0; ; i += 4 {
		if i+3 > len(words) || words[i+1] != "eq" {
			return nil, errors.New("the filter has another form than property eq value, joined by and and or")
		}
		c := comparison{property: words[i]}
		if inner, ok := strings.CutPrefix(words[i+2], "'"); ok {
			c.value = strings.ReplaceAll(strings.TrimSuffix(inner, "'"), "''", "'")
		} else if c.value, err = strconv.ParseFloat(words[i+2], 64); err != nil {
			return nil, fmt.Errorf("the filter cannot be read at %q", words[i+2])
		}
		last := len(alternatives) - 1
		alternatives[last] = append(alternatives[last], c)
		if i+3 == len(words) {
			break
		}
		switch words[i+3] {
		case "and":
		case "or":
			alternatives = append(alternatives, nil)
		default:
			return nil, fmt.Errorf("the filter cannot be read at %q", words[i+3])
		}
	}
	return func(row map[string]any) bool {
		for _, all := range alternatives {
			ok := true
			for _, c := range all {
				ok = ok && row[c.property] == c.value
			}
			if ok {
				return true
			}
		}
		return false
	}, nil
}

// splitFilter cuts a filter at blanks outside strings.
func splitFilter(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quoted := false
	for _, r := range text {
		if r == '\'' {
			quoted = !quoted
		}
		if r == ' ' && !quoted {
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			continue
		}
		word.WriteRune(r)
	}
	if quoted {
		return nil, errors.New("the filter has a string that does not end")
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
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
