package explain

import (
	"strings"

	"segql/lang/token"
)

// plural names the rows of a table: contacts.
func (e *explainer) plural(table string) string {
	if table == "" {
		return "rows"
	}
	t := e.file.Schema.Table(table)
	if t == nil || t.Label == "" {
		switch strings.ToLower(table) {
		case "contact", "lead", "account":
			return strings.ToLower(table) + "s"
		}
		return "rows of " + table
	}
	words := strings.Fields(t.Label)
	for i, w := range words {
		if w != strings.ToUpper(w) { // SMS stays
			words[i] = strings.ToLower(w)
		}
	}
	last := len(words) - 1
	words[last] = pluralWord(words[last])
	return strings.Join(words, " ")
}

func pluralWord(w string) string {
	switch {
	case len(w) > 1 && strings.HasSuffix(w, "y") && !strings.ContainsAny(w[len(w)-2:len(w)-1], "aeiou"):
		return w[:len(w)-1] + "ies"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "sh"):
		return w + "es"
	}
	return w + "s"
}

// isPeople reports whether the rows of a table are people.
func (*explainer) isPeople(table string) bool {
	switch strings.ToLower(table) {
	case "contact", "lead", "systemuser":
		return true
	}
	return false
}

func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeiouAEIO", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

func possessive(noun string) string {
	if strings.HasSuffix(noun, "s") {
		return noun + "'"
	}
	return noun + "'s"
}

// segmentName names a segment; one that only an id is known of by that.
func segmentName(name string) string {
	for _, prefix := range []string{"SEGMENT_CRM_ID_", "SEGMENT_CJO_ID_"} {
		if len(name) == len(prefix)+32 && strings.EqualFold(name[:len(prefix)], prefix) {
			id := name[len(prefix):]
			return "the segment " + id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
		}
	}
	return name
}

// list joins words: a, b and c.
func list(words []string, joiner string) string {
	switch len(words) {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + joiner + " " + words[last]
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// thousands sets commas in a long number.
func thousands(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	whole, fraction, dotted := strings.Cut(number, ".")
	if len(whole) >= 5 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if dotted {
		whole += "." + fraction
	}
	return sign + whole
}

// plainPart names a part of a date, for so many of them.
func plainPart(w token.Word, n string) string {
	word := strings.ToLower(w.String())
	if n == "1" {
		return word
	}
	return word + "s"
}

// partWord is plainPart for what DATEDIFF counts: the boundaries that are
// crossed, which for long parts is not the time that has passed.
func partWord(w token.Word, n string) string {
	switch w {
	case token.YEAR, token.MONTH, token.DAY:
		return "calendar " + plainPart(w, n)
	}
	return plainPart(w, n)
}

// windowWords are the units of windows.
var windowWords = map[token.Word]string{
	token.UTCMINUTES: "minute", token.UTCHOURS: "hour", token.UTCDAYS: "day",
	token.UTCWEEKS: "week", token.UTCMONTHS: "month", token.UTCYEARS: "year",
}
