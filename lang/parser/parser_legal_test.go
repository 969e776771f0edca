package parser_test

import (
	"testing"

	"segql/lang/parser"
)

// legalTexts use the words of the language as names, and blanks and comments
// wherever they may stand: no word is reserved.
var legalTexts = []string{
	"PROFILE(date, count).FILTER(in == 1 && count.name CONTAINS 'x' && and == 2 && not == 3 && filter.contains IN [1, 'a', true])",
	"PROFILE(a).FILTER(year IN [2] && contains CONTAINS 'x' && or != or && like == 1 && between > 2 && is == 5 && null == 1)",
	"profile(segment).filter(date(2020,1,1) < date && datediff(DAY, Month, datetimeutcnow()) > 3 && isnull(isnull))",
	"PROFILE(a).FILTER(union == except && a.union == 3 && not(not == 1 and or == 2))",
	"PROFILE(a).FILTER(union CONTAINS 'x' && except IN [1] && intersect STARTSWITH 'y')",
	"interaction(interaction, having).filter(sum == 1).having(sum(sum) > 1, utcdays(3))",
	"(profile(union) union segment(except)) except profile(intersect).orderby(asc asc, desc desc).skip(1).take(2).select(select, skip)",
	"PROFILE(a).ORDERBY(and desc, or ASC, union desc).SELECT(and, or, not)",
	"AND = SEGMENT(OR)\nOR = PROFILE(x).DISTINCT()\nUNION = SEGMENT(UNION) UNION SEGMENT(UNION)",
	"PROFILE('a b', c . d).RELATE('x', account.account_1, RELATEOPTIONAL(y, z)).FILTER(account_1.a + 1 * (2 - -3) / 4 >= - 5 && (a) == (b) && ((a == 1)))",
	"A = PROFILE(Contact)B = INTERACTION(E, L).HAVING(COUNT() > 0)",
	"PROFILE (contact) . FILTER (a == 1) . DISTINCT ( )",
	"PROFILE(a).FILTER(a == 'it\\'s' && b == 'it''s' && c == '\\\\')",
	"PROFILE(a).FILTER(a == 'x'&&b=='y'||c=='z'AND d=='w')",
	"PROFILE(a); PROFILE(b);",
	"PROFILE(a).FILTER(true IN [1] && ISNULL(true) && false CONTAINS 'x').SELECT(true)",
	"PROFILE(a).FILTER(a == or OR b == 1 && or == or or or == or && a == and and b == 1 && not / false == AND Or b == 1)",
	"",
	"// nothing but a comment",
}

func TestLegal(t *testing.T) {
	for _, text := range legalTexts {
		file := parser.Parse(text)
		checkFile(t, file)
		for _, e := range file.Errors() {
			t.Errorf("%q: %v %s: %s", text, e.Span, e.Code, e.Message)
		}
	}
}
