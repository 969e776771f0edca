package parser

import (
	"strings"

	"segql/lang/token"
)

// nearestWord returns the word of the language, of those that keep accepts,
// that name is surely a slip for, or NoWord.
func nearestWord(name string, keep func(token.Word) bool) token.Word {
	name = strings.ToUpper(name)
	if w := begun(name, keep); w != token.NoWord {
		return w
	}
	best, bestDist, tie := token.NoWord, 3, false
	for _, w := range token.Words() {
		if !keep(w) {
			continue
		}
		text := w.String()
		limit := 2
		if len(text) < 6 {
			limit = 1
		}
		d := distance(name, text, limit)
		switch {
		case d > limit || d > bestDist:
		case d == bestDist:
			tie = true
		default:
			best, bestDist, tie = w, d, false
		}
	}
	if tie {
		return token.NoWord
	}
	return best
}

// begun returns the one word that name is the beginning of, at least three
// letters long, or NoWord.
func begun(name string, keep func(token.Word) bool) token.Word {
	found := token.NoWord
	if len(name) < 3 {
		return found
	}
	for _, w := range token.Words() {
		if keep(w) && strings.HasPrefix(w.String(), name) {
			if found != token.NoWord {
				return token.NoWord
			}
			found = w
		}
	}
	return found
}

// distance returns how many letters must be put in, left out, replaced or
// swapped with their neighbour to make b of a; anything above limit counts as
// limit+1.
func distance(a, b string, limit int) int {
	if abs(len(a)-len(b)) > limit {
		return limit + 1
	}
	prev2, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev, row = prev, row, prev2
	}
	return min(prev[len(b)], limit+1)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
