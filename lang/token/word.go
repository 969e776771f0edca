package token

// Word is a word of the language. No word is reserved: where it stands decides
// whether it is one or the name of a table or column.
type Word uint8

// The words of the language. Source: the outbound reference, but for RELATE,
// RELATEOPTIONAL, IN and the windows UTCMINUTES, UTCHOURS and UTCWEEKS, which
// were observed in realtime definitions.
const (
	NoWord Word = iota

	PROFILE
	SEGMENT
	INTERACTION

	FILTER
	TRAVERSE
	RELATE
	RELATEOPTIONAL
	HAVING
	DISTINCT
	ORDERBY
	SKIP
	TAKE
	SELECT

	UNION
	EXCEPT
	INTERSECT

	AND
	OR
	CONTAINS
	STARTSWITH
	ENDSWITH
	IN

	NOT
	ISNULL
	ISNOTNULL
	DATEDIFF
	DATEADD
	DATE
	DATETIMEUTCNOW

	COUNT
	SUM
	AVG
	MIN
	MAX

	UTCMINUTES
	UTCHOURS
	UTCDAYS
	UTCWEEKS
	UTCMONTHS
	UTCYEARS

	YEAR
	MONTH
	DAY
	HOUR
	MINUTE
	SECOND
	MILLISECOND

	ASC
	DESC

	TRUE
	FALSE

	lastWord = FALSE
)

var wordTexts = [...]string{
	NoWord:  "",
	PROFILE: "PROFILE", SEGMENT: "SEGMENT", INTERACTION: "INTERACTION",
	FILTER: "FILTER", TRAVERSE: "TRAVERSE", RELATE: "RELATE", RELATEOPTIONAL: "RELATEOPTIONAL",
	HAVING: "HAVING", DISTINCT: "DISTINCT", ORDERBY: "ORDERBY", SKIP: "SKIP", TAKE: "TAKE", SELECT: "SELECT",
	UNION: "UNION", EXCEPT: "EXCEPT", INTERSECT: "INTERSECT",
	AND: "AND", OR: "OR", CONTAINS: "CONTAINS", STARTSWITH: "STARTSWITH", ENDSWITH: "ENDSWITH", IN: "IN",
	NOT: "NOT", ISNULL: "ISNULL", ISNOTNULL: "ISNOTNULL",
	DATEDIFF: "DATEDIFF", DATEADD: "DATEADD", DATE: "DATE", DATETIMEUTCNOW: "DATETIMEUTCNOW",
	COUNT: "COUNT", SUM: "SUM", AVG: "AVG", MIN: "MIN", MAX: "MAX",
	UTCMINUTES: "UTCMINUTES", UTCHOURS: "UTCHOURS", UTCDAYS: "UTCDAYS", UTCWEEKS: "UTCWEEKS",
	UTCMONTHS: "UTCMONTHS", UTCYEARS: "UTCYEARS",
	YEAR: "YEAR", MONTH: "MONTH", DAY: "DAY", HOUR: "HOUR", MINUTE: "MINUTE", SECOND: "SECOND",
	MILLISECOND: "MILLISECOND",
	ASC:         "ASC", DESC: "DESC",
	TRUE: "true", FALSE: "false",
}

// vendorTexts are the spellings that the vendor's own designer and examples
// write besides the canonical one. Whether the service takes every word in any
// case is not known, so a formatter leaves these as they are.
var vendorTexts = [...]string{
	INTERACTION: "Interaction", HAVING: "Having", COUNT: "Count", DATE: "Date", TRUE: "True", FALSE: "False",
	YEAR: "year", MONTH: "month", DAY: "day", HOUR: "hour", MINUTE: "minute", SECOND: "second",
	MILLISECOND: "millisecond",
}

// String returns the canonical spelling of w: upper case, but for true and false.
func (w Word) String() string { return wordTexts[w] }

// Spelling returns the form in which a word that was written as text is to be
// printed: unchanged where it is a form that the vendor writes, else canonical.
func (w Word) Spelling(text string) string {
	if int(w) < len(vendorTexts) && text == vendorTexts[w] {
		return text
	}
	return wordTexts[w]
}

// IsDatePart reports whether w is a date part, the first argument of DATEDIFF and DATEADD.
func (w Word) IsDatePart() bool { return w >= YEAR && w <= MILLISECOND }

// IsWindow reports whether w names a window, the last argument of HAVING.
func (w Word) IsWindow() bool { return w >= UTCMINUTES && w <= UTCYEARS }

// IsAggregate reports whether w is an aggregate, the first argument of HAVING.
func (w Word) IsAggregate() bool { return w >= COUNT && w <= MAX }

// IsSource reports whether an operand of a query can start with w.
func (w Word) IsSource() bool { return w >= PROFILE && w <= INTERACTION }

// IsStep reports whether w names a step of an operand.
func (w Word) IsStep() bool { return w >= FILTER && w <= SELECT }

// IsSetOperator reports whether w joins operands of a query.
func (w Word) IsSetOperator() bool { return w >= UNION && w <= INTERSECT }

// IsFunction reports whether w is a function of conditions and values.
func (w Word) IsFunction() bool { return w >= NOT && w <= DATETIMEUTCNOW }

const maxWordLen = len("RELATEOPTIONAL")

// words finds a word by its upper-case spelling.
var words = func() map[string]Word {
	m := make(map[string]Word, lastWord)
	for w := NoWord + 1; w <= lastWord; w++ {
		m[wordTexts[w]] = w
	}
	delete(m, "true")
	delete(m, "false")
	m["TRUE"], m["FALSE"] = TRUE, FALSE
	return m
}()

// Lookup returns the word that text spells in any case, or NoWord.
func Lookup(text string) Word {
	if len(text) < 2 || len(text) > maxWordLen {
		return NoWord
	}
	var upper [maxWordLen]byte
	for i := range len(text) {
		c := text[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		} else if c < 'A' || c > 'Z' {
			return NoWord
		}
		upper[i] = c
	}
	return words[string(upper[:len(text)])]
}

// Words returns all words of the language.
func Words() []Word {
	all := make([]Word, 0, lastWord)
	for w := NoWord + 1; w <= lastWord; w++ {
		all = append(all, w)
	}
	return all
}

// Op is an operator of conditions and values.
type Op uint8

// The operators. NoOp stands where one is missing.
const (
	NoOp Op = iota

	Or  // ||
	And // &&

	Equal        // ==
	NotEqual     // !=
	Greater      // >
	GreaterEqual // >=
	Less         // <
	LessEqual    // <=
	Contains     // CONTAINS
	StartsWith   // STARTSWITH
	EndsWith     // ENDSWITH

	Add      // +
	Subtract // -
	Multiply // *
	Divide   // /
)

var opTexts = [...]string{
	Or: "||", And: "&&",
	Equal: "==", NotEqual: "!=", Greater: ">", GreaterEqual: ">=", Less: "<", LessEqual: "<=",
	Contains: "CONTAINS", StartsWith: "STARTSWITH", EndsWith: "ENDSWITH",
	Add: "+", Subtract: "-", Multiply: "*", Divide: "/",
}

// String returns the canonical spelling of op; AND and OR are && and ||.
func (op Op) String() string { return opTexts[op] }

// IsComparison reports whether op compares two values: == and the like.
func (op Op) IsComparison() bool { return op >= Equal && op <= LessEqual }

// IsTextMatch reports whether op is CONTAINS, STARTSWITH or ENDSWITH.
func (op Op) IsTextMatch() bool { return op >= Contains && op <= EndsWith }
