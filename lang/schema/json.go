package schema

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of what a reader accepts. The largest organizations stay far below them.
const (
	maxDepth  = 64
	maxString = 1 << 20
	maxInput  = 512 << 20
	maxItems  = 2_000_000 // tables, columns, choices and relationships together
	maxIntern = 64        // longer strings rarely occur twice
)

// A jsonReader pulls values out of a JSON text without building a tree. Its
// first problem stays: from then on all methods answer at once with nothing.
//
// Each loop over [jsonReader.object] and [jsonReader.array] must take the one
// value it stands before; a value that is left is skipped.
type jsonReader struct {
	doc     document
	lenient bool // null stands for any value

	r         io.Reader
	buf       []byte
	pos, end  int
	base      int64 // offset of buf[0]
	line      int
	lineStart int64
	readErr   error

	err      error
	values   int // taken so far
	last     place
	items    int
	most     int // items
	path     []step
	scratch  []byte
	interned map[string]string
}

// A place is a position, both numbers from 1.
type place struct{ line, column int }

// A step is a key or, if the key is empty and index is not -1, an index.
type step struct {
	key   string
	index int
}

func newJSONReader(r io.Reader, doc document, lenient bool) *jsonReader {
	return &jsonReader{
		doc: doc, lenient: lenient,
		r: r, buf: make([]byte, 32<<10), line: 1,
		most: maxItems, interned: map[string]string{},
	}
}

// fail reports a problem at the current position, unless there was one before.
func (j *jsonReader) fail(problem, expected string) {
	j.failAt(j.here(), problem, expected, j.doc.advice())
}

// reject reports a string, number or word that was just taken and is
// well-formed but wrong.
func (j *jsonReader) reject(problem, expected, advice string) {
	j.failAt(j.last, problem, expected, advice)
}

func (j *jsonReader) here() place {
	return place{j.line, int(j.base+int64(j.pos)-j.lineStart) + 1}
}

func (j *jsonReader) failAt(at place, problem, expected, advice string) {
	if j.err != nil {
		return
	}
	if j.readErr != nil {
		j.err = readFailure(j.doc, j.readErr)
		return
	}
	j.err = &ReadError{
		Document: j.doc.String(), Problem: problem, Expected: expected, Advice: advice,
		Line: at.line, Column: at.column, Path: j.where(),
	}
}

// readFailure is the error for a document whose bytes could not be had.
func readFailure(doc document, err error) error {
	return fmt.Errorf("%s could not be read to its end: %w", doc, err)
}

func (j *jsonReader) where() string {
	if len(j.path) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('$')
	const most = 12
	for i, s := range j.path {
		if i == most {
			b.WriteString("…")
			break
		}
		switch {
		case s.index >= 0:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(s.index))
			b.WriteByte(']')
		case plainKey(s.key):
			b.WriteByte('.')
			b.WriteString(s.key)
		default:
			b.WriteByte('[')
			b.WriteString(quote(s.key))
			b.WriteByte(']')
		}
	}
	return b.String()
}

func plainKey(key string) bool {
	if key == "" || len(key) > 40 {
		return false
	}
	for i := range len(key) {
		c := key[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		default:
			return false
		}
	}
	return true
}

// count bounds the number of things that are kept.
func (j *jsonReader) count() {
	j.items++
	if j.items > j.most {
		j.fail("holds more than "+strconv.Itoa(j.most)+" tables, columns and choices", "")
	}
}

// more makes sure that there is a byte at pos.
func (j *jsonReader) more() bool {
	if j.pos < j.end {
		return true
	}
	if j.readErr != nil || j.err != nil {
		return false
	}
	j.base += int64(j.end)
	j.pos, j.end = 0, 0
	if j.base > maxInput {
		j.fail("is larger than "+strconv.Itoa(maxInput>>20)+" MB", "")
		return false
	}
	for range 100 {
		n, err := j.r.Read(j.buf)
		j.end = n
		if err != nil && !errors.Is(err, io.EOF) {
			j.readErr = err
		}
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	j.readErr = io.ErrNoProgress
	return false
}

// peek returns the first byte of the next token, or 0 at the end.
func (j *jsonReader) peek() byte {
	if j.err != nil {
		return 0
	}
	for j.more() {
		switch c := j.buf[j.pos]; c {
		case ' ', '\t', '\r':
			j.pos++
		case '\n':
			j.pos++
			j.line++
			j.lineStart = j.base + int64(j.pos)
		default:
			return c
		}
	}
	return 0
}

// wrong reports that something else than expected comes next.
func (j *jsonReader) wrong(expected string) {
	switch c := j.peek(); {
	case j.err != nil:
	case c == 0 && !j.more():
		j.fail("is cut off", expected)
	default:
		j.fail("has "+describe(c)+" in the wrong place", expected)
	}
}

func describe(c byte) string {
	switch {
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '"':
		return "a string"
	case c == '-' || '0' <= c && c <= '9':
		return "a number"
	case c == 't' || c == 'f':
		return "a true or false"
	case c == 'n':
		return "a null"
	case c > ' ' && c < 0x7f:
		return "the character " + strconv.QuoteRune(rune(c))
	default:
		return "a byte 0x" + strconv.FormatUint(uint64(c), 16)
	}
}

func (j *jsonReader) push(s step) {
	j.path = append(j.path, s)
	if len(j.path) > maxDepth {
		j.fail("is nested more than "+strconv.Itoa(maxDepth)+" levels deep", "")
		j.path = j.path[:0] // it would be a long path
	}
}

func (j *jsonReader) pop() {
	if len(j.path) > 0 {
		j.path = j.path[:len(j.path)-1]
	}
}

// object takes an object and yields its keys.
func (j *jsonReader) object(what string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !j.open('{', what) {
			return
		}
		for first := true; ; first = false {
			if j.peek() == '}' && first {
				j.pos++
				return
			}
			if j.peek() != '"' {
				j.wrong("a key or \"}\"")
				return
			}
			key := j.text()
			if j.peek() != ':' {
				j.wrong("\":\" after a key")
				return
			}
			j.pos++
			j.push(step{key: key, index: -1})
			if !j.one(func() bool { return yield(key) }) {
				return
			}
			j.pop()
			if !j.next('}') {
				return
			}
		}
	}
}

// array takes an array and yields the indexes of its values.
func (j *jsonReader) array(what string) iter.Seq[int] {
	return func(yield func(int) bool) {
		if !j.open('[', what) {
			return
		}
		for i := 0; ; i++ {
			if j.peek() == ']' && i == 0 {
				j.pos++
				return
			}
			j.push(step{index: i})
			if !j.one(func() bool { return yield(i) }) {
				return
			}
			j.pop()
			if !j.next(']') {
				return
			}
		}
	}
}

// open takes the opening bracket. It answers false if there is nothing to loop over.
func (j *jsonReader) open(bracket byte, what string) bool {
	j.values++
	switch c := j.peek(); {
	case j.err != nil:
		return false
	case c == bracket:
		j.pos++
		return true
	case c == 'n' && j.lenient:
		j.word("null")
		return false
	default:
		j.wrong(what)
		return false
	}
}

// one runs the body of a loop and makes sure that it took one value.
func (j *jsonReader) one(body func() bool) bool {
	if j.err != nil {
		return false
	}
	before := j.values
	goOn := body()
	if j.values == before && j.err == nil {
		j.skip()
	}
	return goOn && j.err == nil
}

// next takes what stands after a value: a comma, or the closing bracket, which ends the loop.
func (j *jsonReader) next(bracket byte) bool {
	switch c := j.peek(); {
	case j.err != nil:
		return false
	case c == ',':
		j.pos++
		return true
	case c == bracket:
		j.pos++
		return false
	default:
		j.wrong("\",\" or \"" + string(rune(bracket)) + "\"")
		return false
	}
}

// str takes a string; what it is for goes into the error.
func (j *jsonReader) str(what string) string {
	j.values++
	switch c := j.peek(); {
	case j.err != nil:
		return ""
	case c == '"':
		return j.text()
	case c == 'n' && j.lenient:
		j.word("null")
		return ""
	default:
		j.wrong(what)
		return ""
	}
}

// int takes an integer.
func (j *jsonReader) int(what string) int {
	j.values++
	c := j.peek()
	switch {
	case j.err != nil:
		return 0
	case c == 'n' && j.lenient:
		j.word("null")
		return 0
	case c != '-' && (c < '0' || c > '9'):
		j.wrong(what)
		return 0
	}
	literal := j.number()
	if j.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(literal), 10, 32)
	if err != nil {
		j.reject("has the number "+quote(string(literal)), what+", a whole number of at most 32 bits", j.doc.advice())
		return 0
	}
	return int(n)
}

// bool takes true or false.
func (j *jsonReader) bool() bool {
	j.values++
	switch c := j.peek(); {
	case j.err != nil:
	case c == 't':
		j.word("true")
		return true
	case c == 'f':
		j.word("false")
	case c == 'n' && j.lenient:
		j.word("null")
	default:
		j.wrong("true or false")
	}
	return false
}

// isNull takes a null, if it is next.
func (j *jsonReader) isNull() bool {
	if j.peek() != 'n' {
		return false
	}
	j.values++
	j.word("null")
	return true
}

// skip takes any value.
func (j *jsonReader) skip() {
	j.values++
	switch c := j.peek(); {
	case j.err != nil:
	case c == '{':
		for range j.object("") {
			j.skip()
		}
	case c == '[':
		for range j.array("") {
			j.skip()
		}
	case c == '"':
		j.bytes()
	case c == '-' || '0' <= c && c <= '9':
		j.number()
	case c == 't':
		j.word("true")
	case c == 'f':
		j.word("false")
	case c == 'n':
		j.word("null")
	default:
		j.wrong("a value")
	}
}

// finish makes sure that nothing follows.
func (j *jsonReader) finish() {
	if c := j.peek(); j.err == nil && (c != 0 || j.more()) {
		j.fail("goes on after its end with "+describe(c), "nothing more")
	}
	if j.err == nil && j.readErr != nil {
		j.err = readFailure(j.doc, j.readErr)
	}
}

func (j *jsonReader) word(w string) {
	j.last = j.here()
	for i := range len(w) {
		if !j.more() {
			j.wrong(w)
			return
		}
		if j.buf[j.pos] != w[i] {
			j.fail("has an unknown word", w)
			return
		}
		j.pos++
	}
}

// number takes a number and returns its text, which is valid until the next call.
func (j *jsonReader) number() []byte {
	j.last = j.here()
	j.scratch = j.scratch[:0]
	digits := func() {
		before := len(j.scratch)
		for j.more() && '0' <= j.buf[j.pos] && j.buf[j.pos] <= '9' {
			j.scratch = append(j.scratch, j.buf[j.pos])
			j.pos++
			if len(j.scratch) > 400 {
				j.fail("has a number of more than 400 digits", "")
				return
			}
		}
		if len(j.scratch) == before {
			j.wrong("a digit")
		}
	}
	accept := func(chars string) bool {
		if j.err == nil && j.more() && strings.IndexByte(chars, j.buf[j.pos]) >= 0 {
			j.scratch = append(j.scratch, j.buf[j.pos])
			j.pos++
			return true
		}
		return false
	}
	accept("-")
	if !accept("0") {
		digits()
	}
	if accept(".") {
		digits()
	}
	if accept("eE") {
		accept("+-")
		digits()
	}
	return j.scratch
}

// text takes a string.
func (j *jsonReader) text() string {
	b := j.bytes()
	if len(b) > maxIntern {
		return string(b)
	}
	if s, ok := j.interned[string(b)]; ok {
		return s
	}
	s := string(b)
	j.interned[s] = s
	return s
}

// bytes takes a string and returns its text, which is valid until the next
// call. Bytes that are no UTF-8 become U+FFFD.
func (j *jsonReader) bytes() []byte {
	j.last = j.here()
	j.pos++ // the quote
	j.scratch = j.scratch[:0]
	valid := true
	for {
		if !j.more() {
			j.wrong("the end of a string")
			return nil
		}
		start := j.pos
		for j.pos < j.end {
			c := j.buf[j.pos]
			if c == '"' || c == '\\' || c < ' ' {
				break
			}
			if c >= utf8.RuneSelf {
				valid = false // maybe
			}
			j.pos++
		}
		if j.pos < j.end && j.buf[j.pos] == '"' && len(j.scratch) == 0 {
			piece := j.buf[start:j.pos]
			j.pos++
			return toValid(piece, valid)
		}
		j.scratch = append(j.scratch, j.buf[start:j.pos]...)
		if len(j.scratch) > maxString {
			j.fail("has a string of more than "+strconv.Itoa(maxString>>20)+" MB", "")
			return nil
		}
		if j.pos == j.end {
			continue
		}
		switch j.buf[j.pos] {
		case '"':
			j.pos++
			return toValid(j.scratch, valid)
		case '\\':
			j.pos++
			if !j.escape() {
				return nil
			}
			valid = false
		default:
			j.fail("has "+controlName(j.buf[j.pos])+" inside a string", "the end of the string before it")
			return nil
		}
	}
}

func controlName(c byte) string {
	switch c {
	case '\n', '\r':
		return "a line end"
	case '\t':
		return "a tab"
	default:
		return "the control character 0x" + strconv.FormatUint(uint64(c), 16)
	}
}

func toValid(b []byte, valid bool) []byte {
	if valid || utf8.Valid(b) {
		return b
	}
	return []byte(strings.ToValidUTF8(string(b), "\uFFFD"))
}

// escape takes what follows a backslash and appends what it stands for to scratch.
func (j *jsonReader) escape() bool {
	if !j.more() {
		j.wrong("the end of a string")
		return false
	}
	c := j.buf[j.pos]
	j.pos++
	switch c {
	case '"', '\\', '/':
		j.scratch = append(j.scratch, c)
	case 'b':
		j.scratch = append(j.scratch, '\b')
	case 'f':
		j.scratch = append(j.scratch, '\f')
	case 'n':
		j.scratch = append(j.scratch, '\n')
	case 'r':
		j.scratch = append(j.scratch, '\r')
	case 't':
		j.scratch = append(j.scratch, '\t')
	case 'u':
		r, ok := j.hex()
		if !ok {
			return false
		}
		for utf16.IsSurrogate(r) {
			// The second half of a pair must follow; what follows otherwise stands for itself.
			second, ok := j.secondHalf()
			if !ok {
				return j.err == nil
			}
			if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
				r = pair
				break
			}
			j.scratch = utf8.AppendRune(j.scratch, utf8.RuneError)
			r = second
		}
		j.scratch = utf8.AppendRune(j.scratch, r)
	default:
		j.pos--
		j.fail("has an unknown escape in a string", "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
		return false
	}
	return true
}

// secondHalf takes a \u escape. If something else follows, it takes nothing
// and writes the mark for the unpaired first half.
func (j *jsonReader) secondHalf() (rune, bool) {
	if j.more() && j.buf[j.pos] == '\\' {
		j.pos++
		if j.more() && j.buf[j.pos] == 'u' {
			j.pos++
			return j.hex()
		}
		j.scratch = utf8.AppendRune(j.scratch, utf8.RuneError)
		j.escape()
		return 0, false
	}
	j.scratch = utf8.AppendRune(j.scratch, utf8.RuneError)
	return 0, false
}

func (j *jsonReader) hex() (rune, bool) {
	var r rune
	for range 4 {
		if !j.more() {
			j.wrong("four hexadecimal digits")
			return 0, false
		}
		c := lowerByte(j.buf[j.pos])
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			j.fail("has a bad \\u escape in a string", "four hexadecimal digits")
			return 0, false
		}
		j.pos++
	}
	return r, true
}
