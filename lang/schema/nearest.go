package schema

import (
	"bytes"
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sync"
)

// The costs of the ways in which a name can differ from what was written. An
// edit is one letter left out, added, changed, or two swapped.
const (
	costEdit       = 8
	costPrefix     = 6  // the first word (a publisher's prefix, or address1) is missing
	costSwap       = 10 // the first word is spare, or another one
	costCompletion = 10 // only the beginning was written; each missing letter adds one
)

// maxName is the length up to which names are compared. Names of Dataverse have
// at most 128 characters.
const maxName = 128

// Nearest returns the candidates that someone who wrote name most likely meant,
// the best first, at most limit of them. There are none if nothing is near.
//
// Case counts for nothing, as do letters left out, added, changed or swapped,
// few in a short name and more in a long one. A candidate is also near if name
// is its beginning, or if the two differ in their prefix: loyaltytier and
// cr1_loyaltytier both find new_loyaltytier.
func Nearest(name string, candidates iter.Seq[string], limit int) []string {
	n, ok := newNearer(name, limit)
	if !ok {
		return nil
	}
	for candidate := range candidates {
		n.try(candidate, shapeOf(candidate))
	}
	return n.names()
}

// NearestColumns is [Nearest] among the names of the columns of t.
func (t *Table) NearestColumns(name string, limit int) []string {
	if t == nil || t.shapes == nil {
		return Nearest(name, t.ColumnNames(), limit)
	}
	n, ok := newNearer(name, limit)
	if !ok {
		return nil
	}
	for i, shape := range t.shapes() {
		// Most are too far. To look no further spares the way to a column and to its
		// name, which are mostly not in a cache when somebody has just mistyped one.
		if !n.isFar(shape) {
			n.try(t.Columns[i].Name, shape)
		}
	}
	return n.names()
}

// shapesOf returns a function that returns the shape of each column's name. A
// table of which no column is mistyped needs none.
func shapesOf(columns []*Column) func() []shape {
	return sync.OnceValue(func() []shape {
		shapes := make([]shape, len(columns))
		for i, c := range columns {
			shapes[i] = shapeOf(c.Name)
		}
		return shapes
	})
}

// A shape is what tells most names apart at a glance.
type shape struct {
	letters uint64 // see letterSet
	length  int
}

// shapeOf returns the shape of a name in any case, as far as it is compared.
func shapeOf(name string) shape {
	s := shape{length: min(len(name), maxName)}
	for i := range s.length {
		s.letters |= letterBit(lowerByte(name[i]))
	}
	return s
}

const costNone = 1 << 20

// editsFor is the number of edits that a name of that length may be away.
func editsFor(length int) int {
	switch {
	case length <= 2:
		return 0
	case length <= 4:
		return 1
	case length <= 8:
		return 2
	default:
		return 3
	}
}

// A match is a candidate that is near.
type match struct {
	name              string
	cost, off, shared int
}

func (m match) compare(o match) int {
	return cmp.Or(
		cmp.Compare(m.cost, o.cost),
		cmp.Compare(o.shared, m.shared),
		cmp.Compare(m.off, o.off),
		cmp.Compare(m.name, o.name),
	)
}

// A nearer finds the candidates that are nearest to a name that was written.
type nearer struct {
	word            []byte // the name in lower case
	letters         uint64
	edits           int
	prefix          []byte // first word, may be empty
	prefixed        []byte // what follows it, or all
	prefixedLetters uint64

	limit int
	best  []match // the best first

	wordRoom, room [maxName]byte // for the name, and for a candidate
}

// newNearer prepares a name for comparing. It reports false if nothing can be
// near.
func newNearer(name string, limit int) (*nearer, bool) {
	n := &nearer{limit: limit}
	n.word = lowerInto(&n.wordRoom, name)
	if len(n.word) == 0 || limit <= 0 {
		return nil, false
	}
	n.letters, n.edits = letterSet(n.word), editsFor(len(n.word))
	n.prefixed, n.prefixedLetters = n.word, n.letters
	if w := firstWord(string(n.word)); w != "" {
		n.prefix, n.prefixed = n.word[:len(w)], n.word[len(w)+1:]
		n.prefixedLetters = letterSet(n.prefixed)
	}
	return n, true
}

// isFar reports whether no candidate of this shape is near.
func (n *nearer) isFar(s shape) bool {
	// Each edit can bring one letter that the candidate lacks, or one that it has
	// and the name lacks. All that compares only parts allows one edit.
	return bits.OnesCount64(n.prefixedLetters&^s.letters) > 1 &&
		(bits.OnesCount64(n.letters&^s.letters) > n.edits || bits.OnesCount64(s.letters&^n.letters) > n.edits || abs(s.length-len(n.word)) > n.edits)
}

// try takes a candidate, whose shape is given, if it is among the nearest.
func (n *nearer) try(candidate string, s shape) {
	worst := costNone
	if len(n.best) == n.limit {
		worst = n.best[n.limit-1].cost
	}
	m := match{name: candidate, cost: n.cost(candidate, s, worst)}
	if m.cost >= costNone || m.cost > worst {
		return
	}
	m.off = abs(len(candidate) - len(n.word))
	m.shared = sharedPrefix(candidate, n.word)
	at, _ := slices.BinarySearchFunc(n.best, m, match.compare)
	if at == n.limit {
		return
	}
	if len(n.best) == n.limit {
		n.best = n.best[:n.limit-1]
	}
	n.best = slices.Insert(n.best, at, m)
}

// names returns the nearest candidates, nil if there are none.
func (n *nearer) names() []string {
	if len(n.best) == 0 {
		return nil
	}
	names := make([]string, len(n.best))
	for i, m := range n.best {
		names[i] = m.name
	}
	return names
}

// cost says how far the candidate is; any number above most if it is farther than that.
func (n *nearer) cost(candidate string, s shape, most int) int {
	if n.isFar(s) {
		return costNone
	}
	c, letters := lowerInto(&n.room, candidate), s.letters
	best := n.compare(n.word, n.letters, c, letters, n.edits)
	if w := wordLength(c); w > 0 {
		rest := c[w+1:]
		if len(n.prefix) == 0 || !bytes.Equal(n.prefix, c[:w]) {
			// The prefix was left out, or it was another one.
			restLetters := letterSet(rest)
			best = min(best, costPrefix+n.compare(n.word, n.letters, rest, restLetters, 1))
			if len(n.prefix) > 0 {
				best = min(best, costSwap+n.compare(n.prefixed, n.prefixedLetters, rest, restLetters, 1))
			}
		}
	} else if len(n.prefix) > 0 {
		best = min(best, costSwap+n.compare(n.prefixed, n.prefixedLetters, c, letters, 1))
	}
	if best > most {
		return costNone
	}
	return best
}

// compare compares a written word with a candidate, neither with a prefix to care for.
func (n *nearer) compare(word []byte, wordLetters uint64, c []byte, letters uint64, edits int) int {
	edits = min(edits, editsFor(len(word)))
	// Each edit can bring one letter that the candidate lacks.
	if bits.OnesCount64(wordLetters&^letters) > edits {
		return costNone
	}
	best := costNone
	if abs(len(word)-len(c)) <= edits && bits.OnesCount64(letters&^wordLetters) <= edits {
		if d := distanceBytes(word, c, edits); d <= edits {
			best = d * costEdit
		}
	}
	if missing := len(c) - len(word); missing > 0 && len(word) >= 3 {
		atMost := 0
		if len(word) >= 6 {
			atMost = 1
		}
		if d := distanceBytes(word, c[:len(word)], atMost); d <= atMost {
			best = min(best, costCompletion+missing+d*costEdit)
		}
	}
	return best
}

// distance is the number of edits between two names in lower case, or any
// number above most if there are more.
func distance(a, b string, most int) int { return distanceBytes([]byte(a), []byte(b), most) }

// distanceBytes computes the optimal string alignment distance in a band of
// the width that most allows.
func distanceBytes(a, b []byte, most int) int {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 || len(b) == 0 || most == 0 {
		return max(len(a), len(b))
	}
	far := most + 1
	if abs(len(a)-len(b)) > most {
		return far
	}
	var rows [3][maxName + 1]int16
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = int16(min(j, far)) // at most 128
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-most), min(len(b), i+most)
		row[from-1] = int16(far) // at most 128
		if from == 1 {
			row[0] = int16(min(i, far)) // at most 128
		}
		least := row[from-1]
		for j := from; j <= to; j++ {
			cost := int16(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := last[j-1] + cost
			if j < i+most || i == 1 { // the cell above is inside the band
				d = min(d, last[j]+1)
			}
			d = min(d, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
			least = min(least, d)
		}
		if int(least) > most {
			return far
		}
		before, last, row = last, row, before
	}
	return int(last[len(b)])
}

func lowerInto(room *[maxName]byte, name string) []byte {
	b := room[:min(len(name), maxName)]
	for i := range b {
		b[i] = lowerByte(name[i])
	}
	return b
}

// letterSet has a bit for each letter and digit of the name.
func letterSet(name []byte) uint64 {
	var set uint64
	for _, c := range name {
		set |= letterBit(c)
	}
	return set
}

func letterBit(c byte) uint64 { return 1 << (c & 63) }

// wordLength is the length of the first word in front of an underscore, if it
// is short enough for a prefix, else 0.
func wordLength(name []byte) int {
	for i := range min(len(name)-1, 9) {
		if name[i] == '_' {
			return i
		}
	}
	return 0
}

func sharedPrefix(candidate string, word []byte) int {
	n := 0
	for n < len(word) && n < len(candidate) && lowerByte(candidate[n]) == word[n] {
		n++
	}
	return n
}

func abs(n int) int { return max(n, -n) }
