package parser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/parser"
	"segql/lang/token"
)

// An errorCase is a text with one mistake, whose place stands between « and »,
// and what is said about it.
type errorCase struct {
	text    string
	code    string
	message string
	fixed   string // what the fix makes of the text; empty if there is none, ? if it is unfinished still
}

// filter returns a case for a condition within FILTER(..).
func filter(cond, code, message, fixed string) errorCase {
	if fixed != "" {
		fixed = "PROFILE(contact).FILTER(" + fixed + ")"
	}
	text := "PROFILE(contact).FILTER(" + cond + ")"
	if rest, ok := strings.CutSuffix(cond, "»"); ok && code == parser.CodeOpenString {
		text = "PROFILE(contact).FILTER(" + rest + ")»" // the string swallows the parenthesis
	}
	return errorCase{text, code, message, fixed}
}

var errorCases = []errorCase{
	// What the vendor's own examples get wrong.
	{"INTERACTION(E, L).FILTER(Name == 'Campaign 1')«)».HAVING(COUNT()>0)", parser.CodeSpareParen,
		"this ) closes nothing; remove it", "INTERACTION(E, L).FILTER(Name == 'Campaign 1').HAVING(COUNT()>0)"},
	{"PROFILE(a).FILTER(x == 1)«)))».DISTINCT()", parser.CodeSpareParen,
		"these 3 ) close nothing; remove them", "PROFILE(a).FILTER(x == 1).DISTINCT()"},
	filter("DATEDIFF(day, a, «DateTimeNowUtc»()) < 30", parser.CodeUnknownFunction,
		"there is no function `DateTimeNowUtc`; the current time is DATETIMEUTCNOW()", "DATEDIFF(day, a, DATETIMEUTCNOW()) < 30"),
	filter("DATEDIFF(month, a, DATETIMEUTCNOW())«» 1", parser.CodeMissingComparison,
		"a comparison is missing before `1`; expected ==, !=, >, >=, < or <=", ""),
	{"PROFILE(Customer).FILTER(DATEDIFF(month,Birthday,DATETIMEUTCNOW())«»", parser.CodeMissingComparison,
		"`DATEDIFF(month,Birthday,DATETIMEUTCNOW()...` is not compared with anything; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN behind it", ""},
	{"INTERACTION(E, L).HAVING(COUNT()>0, UTCDAYS(7))«.FILTER(EmailId=='12345')»", parser.CodeHavingBeforeFilter,
		"FILTER must stand before HAVING, since the events are filtered, then counted; swap the two", "INTERACTION(E, L).FILTER(EmailId=='12345').HAVING(COUNT()>0, UTCDAYS(7))"},
	{"SEGMENT(A).«UNION»(B)", parser.CodeMethodSetOp,
		"UNION is no step; it stands between two operands, as in `SEGMENT(A) UNION SEGMENT(B)`", "SEGMENT(A) UNION SEGMENT(B)"},
	{"SEGMENT(A).«except»(SEGMENT(B).FILTER(x == 1))", parser.CodeMethodSetOp,
		"EXCEPT is no step; it stands between two operands, as in `SEGMENT(A) EXCEPT SEGMENT(B)`", "SEGMENT(A) EXCEPT SEGMENT(B).FILTER(x == 1)"},
	{"SEGMENT(A).«INTERSECT»(B UNION SEGMENT(C))", parser.CodeMethodSetOp,
		"INTERSECT is no step; it stands between two operands, as in `SEGMENT(A) INTERSECT SEGMENT(B)`", "SEGMENT(A) INTERSECT (SEGMENT(B) UNION SEGMENT(C))"},
	{"SEGMENT(A) EXCEPT SEGMENT(B).«UNION»(C)", parser.CodeMethodSetOp, // as an operator it would bind otherwise
		"UNION is no step; it stands between two operands, as in `SEGMENT(A) UNION SEGMENT(B)`", ""},
	{"SEGMENT(A) «MINUS» SEGMENT(B)", parser.CodeMinusForExcept,
		"the operator for a difference is EXCEPT, not `MINUS`", "SEGMENT(A) EXCEPT SEGMENT(B)"},
	{"«A» EXCEPT SEGMENT(B)", parser.CodeBareSegmentName,
		"`A` is a bare name; a segment is referred to by SEGMENT(A)", "SEGMENT(A) EXCEPT SEGMENT(B)"},

	// Other languages' operators and quotes.
	filter("a «=» 1", parser.CodeSingleEquals, "a comparison is written with ==, not with =", "a == 1"),
	filter("a «===» 1", parser.CodeWrongOperator, "the operator is written ==, not ===", "a == 1"),
	filter("a «<>» 1", parser.CodeWrongOperator, "the operator is written !=, not <>", "a != 1"),
	filter("a «=>» 1", parser.CodeWrongOperator, "the operator is written >=, not =>", "a >= 1"),
	filter("a «≥» 1", parser.CodeWrongOperator, "the operator is written >=, not ≥", "a >= 1"),
	filter("a == 1 «&» b == 2", parser.CodeWrongOperator, "the operator is written &&, not &", "a == 1 && b == 2"),
	filter("a == 1 «|» b == 2", parser.CodeWrongOperator, "the operator is written ||, not |", "a == 1 || b == 2"),
	filter("a «eq» 1", parser.CodeUnknownOperator, "there is no operator `eq`; write ==", "a == 1"),
	filter("a «CONTAIN» 'x'", parser.CodeUnknownOperator, "there is no operator `CONTAIN`; did you mean CONTAINS?", "a CONTAINS 'x'"),
	filter("a «resembles» 'x'", parser.CodeUnknownOperator, "there is no operator `resembles`; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN", ""),
	filter("a == «\"x\"»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'x'"),
	filter("a == «\"it's\"»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'it''s'"),
	filter("a == «‘New York’»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'New York'"),
	filter("a == «“it’s”»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'it’s'"),
	filter("a == «'x’»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'x'"),
	filter("a == «`x`»", parser.CodeWrongQuotes, "a string is written in single quotes, as in 'text'", "a == 'x'"),
	filter("a == «1cc00a15-37ef-e911-a81d-000d3a6d200c»", parser.CodeUnquotedID, "an id is written in quotes", "a == '1cc00a15-37ef-e911-a81d-000d3a6d200c'"),
	filter("city == «New York»", parser.CodeUnquotedText, "`New York` looks like text, which is written in quotes", "city == 'New York'"),
	filter("a == «.5»", parser.CodeWrongNumber, "a number starts with a digit; write 0.5", "a == 0.5"),
	filter("a == «1e3»", parser.CodeWrongNumber, "`1e3` is no number; it has digits and at most one point with digits on both sides, and a string is written in quotes", ""),
	filter("a == «+»5", parser.CodeSign, "a number has no +; remove it", "a == 5"),

	// and, or, not.
	filter("«NOT» a == 1", parser.CodeNotNeedsParens, "NOT needs parentheses around its condition, as in NOT(a == 1)", "NOT(a == 1)"),
	filter("a == 1 AND «NOT» b CONTAINS 'x'", parser.CodeNotNeedsParens, "NOT needs parentheses around its condition, as in NOT(a == 1)", "a == 1 AND NOT(b CONTAINS 'x')"),
	filter("«not» ISNULL(a)", parser.CodeNotNeedsParens, "NOT needs parentheses around its condition, as in NOT(a == 1)", "NOT(ISNULL(a))"),
	filter("«!»(a == 1)", parser.CodeWrongOperator, "a negation is written NOT(..), not with !", "NOT(a == 1)"),
	filter("«!»ISNULL(a)", parser.CodeWrongOperator, "a negation is written NOT(..), not with !", "NOT(ISNULL(a))"),
	filter("«NOT» NOT NOT a == 1", parser.CodeNotNeedsParens, "NOT needs parentheses around its condition, as in NOT(a == 1)", ""),
	filter("a «NOT» IN [1]", parser.CodeInfixNot, "NOT stands before a condition in parentheses, as in NOT(a IN ..)", "NOT(a IN [1])"),
	filter("a «NOT» CONTAINS 'x'", parser.CodeInfixNot, "NOT stands before a condition in parentheses, as in NOT(a CONTAINS ..)", "NOT(a CONTAINS 'x')"),

	// SQL.
	filter("a «IS NULL» && b == 1", parser.CodeSQLNull, "write ISNULL(a) instead of `IS NULL`", "ISNULL(a) && b == 1"),
	filter("c.a «is not null»", parser.CodeSQLNull, "write ISNOTNULL(c.a) instead of `is not null`", "ISNOTNULL(c.a)"),
	filter("a «LIKE» '%x%'", parser.CodeSQLLike, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", "a CONTAINS 'x'"),
	filter("a «LIKE» 'x%'", parser.CodeSQLLike, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", "a STARTSWITH 'x'"),
	filter("a «like» '%x'", parser.CodeSQLLike, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", "a ENDSWITH 'x'"),
	filter("a «LIKE» 'x%y'", parser.CodeSQLLike, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", ""),
	filter("a «NOT LIKE» 'x%'", parser.CodeSQLLike, "there is no LIKE; write CONTAINS 'text', STARTSWITH 'text' or ENDSWITH 'text', without %", "NOT(a STARTSWITH 'x')"),
	filter("a IN «(»1, 2)", parser.CodeSQLIn, "the list behind IN stands in brackets, as in IN [1, 2]", "a IN [1, 2]"),
	filter("a «BETWEEN» 1 AND 5", parser.CodeSQLBetween, "there is no BETWEEN; write `a >= 1 && a <= 5`", "a >= 1 && a <= 5"),
	filter("1 < a «<» 5", parser.CodeChainedCompare, "a comparison has two sides; join two comparisons with &&, as in `1 < a && a < 5`", "1 < a && a < 5"),

	// Functions.
	filter("«CONTAINS»(fullname, 'x')", parser.CodeMatchCall, "CONTAINS stands between the column and the text, as in `fullname CONTAINS 'text'`", "fullname CONTAINS 'x'"),
	filter("a == 1 && «startswith»(c.fullname, 'x')", parser.CodeMatchCall, "STARTSWITH stands between the column and the text, as in `fullname STARTSWITH 'text'`", "a == 1 && c.fullname STARTSWITH 'x'"),
	filter("«ISNOTNUL»(a)", parser.CodeUnknownFunction, "there is no function `ISNOTNUL`; did you mean ISNOTNULL?", "ISNOTNULL(a)"),
	filter("a > «GETDATE»()", parser.CodeUnknownFunction, "there is no function `GETDATE`; the current time is DATETIMEUTCNOW()", "a > DATETIMEUTCNOW()"),
	filter("«LENGTH»(a, 'b', (c)) > 5", parser.CodeUnknownFunction, "there is no function `LENGTH`; the functions are NOT, ISNULL, ISNOTNULL, DATEDIFF, DATEADD, DATE and DATETIMEUTCNOW", ""),
	filter("«COUNT»() > 5", parser.CodeMisplaced, "COUNT has no place in a condition; it stands within HAVING(..)", ""),
	filter("ISNULL(«'a'»)", parser.CodeNotAColumn, "ISNULL takes a column, which is written without quotes", "ISNULL(a)"),
	filter("ISNULL(«a + 1»)", parser.CodeNotAColumn, "ISNULL takes a column, but `a + 1` stands there", ""),
	filter("ISNULL(a «== 1»)", parser.CodeUnexpected, "`== 1` has no place within ISNULL(..); expected )", ""),
	filter("ISNULL(«»)", parser.CodeMissingArgument, "ISNULL lacks a column", ""),
	filter("a > DATETIMEUTCNOW(«1»)", parser.CodeTooManyArgs, "DATETIMEUTCNOW takes no argument, but `1` stands there", "a > DATETIMEUTCNOW()"),
	filter("DATEDIFF(«'month'», a, b) > 1", parser.CodeUnknownFunction, "the first argument of DATEDIFF is year, month, day, hour, minute, second or millisecond, but `'month'` stands there", "DATEDIFF(month, a, b) > 1"),
	filter("DATEDIFF(«months», a, b) > 1", parser.CodeUnknownFunction, "the first argument of DATEDIFF is year, month, day, hour, minute, second or millisecond, but `months` stands there", "DATEDIFF(month, a, b) > 1"),
	filter("DATEDIFF(«dd», a, b) > 1", parser.CodeUnknownFunction, "the first argument of DATEDIFF is year, month, day, hour, minute, second or millisecond, but `dd` stands there", "DATEDIFF(day, a, b) > 1"),
	filter("DATEDIFF(month, a«») > 1", parser.CodeMissingArgument, "DATEDIFF lacks its third argument, the date to count to", ""),
	filter("DATEDIFF(month, a,«») > 1", parser.CodeMissingArgument, "DATEDIFF lacks its third argument, the date to count to", ""),
	filter("DATEDIFF(month, a«» b) > 1", parser.CodeMissingComma, "a comma is missing before `b`", "DATEDIFF(month, a, b) > 1"),
	filter("DATEDIFF(month«» a, b) > 1", parser.CodeMissingComma, "a comma is missing before `a`", "DATEDIFF(month, a, b) > 1"),
	filter("DATEDIFF(month, a, b«, c, d») > 1", parser.CodeTooManyArgs, "DATEDIFF takes 3 arguments, but `c, d` follows", ""),
	filter("DATEADD(day, «'7'», a) > b", parser.CodeNotANumber, "DATEADD takes a number, how many to add, not a string", "DATEADD(day, 7, a) > b"),
	filter("a > DATE(2017«;» 3, 30)", parser.CodeWrongSeparator, "arguments are separated by a comma, not by a semicolon", "a > DATE(2017, 3, 30)"),

	// Something is missing.
	{"PROFILE(contact«».FILTER(a == 1)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `PROFILE(`", "PROFILE(contact).FILTER(a == 1)"},
	{"PROFILE(contact, c«».FILTER(a == 1)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `PROFILE(`", "PROFILE(contact, c).FILTER(a == 1)"},
	{"PROFILE(contact).FILTER(a == 1«».TRAVERSE(r)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `FILTER(`", "PROFILE(contact).FILTER(a == 1).TRAVERSE(r)"},
	{"PROFILE(contact).FILTER((a == 1 || b == 2«».TRAVERSE(r)", parser.CodeMissingParen, "2 closing parentheses are missing here", "PROFILE(contact).FILTER((a == 1 || b == 2)).TRAVERSE(r)"},
	{"PROFILE(contact).FILTER(DATEDIFF(day, a, DATETIMEUTCNOW()«» > 1)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `DATEDIFF(`", "PROFILE(contact).FILTER(DATEDIFF(day, a, DATETIMEUTCNOW()) > 1)"},
	{"PROFILE(contact).FILTER(ISNULL(a«» && b == 1)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `ISNULL(`", "PROFILE(contact).FILTER(ISNULL(a) && b == 1)"},
	{"A = PROFILE(contact).FILTER(a == 1«»\nB = SEGMENT(A)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `FILTER(`", "A = PROFILE(contact).FILTER(a == 1)\nB = SEGMENT(A)"},
	{"A = PROFILE(contact).FILTER(a == 1«»; B = SEGMENT(A)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `FILTER(`", "A = PROFILE(contact).FILTER(a == 1); B = SEGMENT(A)"},
	{"(SEGMENT(A) UNION SEGMENT(B)«»", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `(`", "(SEGMENT(A) UNION SEGMENT(B))"},
	{"PROFILE(contact).FILTER«» a == 1)", parser.CodeMissingParen, "( is missing behind FILTER", "PROFILE(contact).FILTER( a == 1)"},
	{"PROFILE«» contact)", parser.CodeMissingParen, "( is missing behind PROFILE", "PROFILE( contact)"},
	{"PROFILE(contact).DISTINCT«»", parser.CodeMissingParen, "() is missing behind DISTINCT", "PROFILE(contact).DISTINCT()"},
	{"INTERACTION(a, b).HAVING(COUNT«» > 1)", parser.CodeMissingParen, "() is missing behind COUNT", "INTERACTION(a, b).HAVING(COUNT() > 1)"},
	{"PROFILE(contact«» c)", parser.CodeMissingComma, "a comma is missing before `c`", "PROFILE(contact, c)"},
	{"PROFILE(«»)", parser.CodeMissingArgument, "PROFILE lacks the logical name of a table, such as contact", ""},
	{"INTERACTION(EmailOpened«»)", parser.CodeMissingArgument, "INTERACTION lacks its second argument, the link of the event to its contact or lead, such as EmailOpened_ContactLink", ""},
	{"PROFILE(a).RELATE(r«»)", parser.CodeMissingArgument, "RELATE lacks its second argument, the alias of the related row, such as account_1", ""},
	{"PROFILE(a, b«, c»)", parser.CodeTooManyArgs, "PROFILE takes at most 2 arguments, but `c` follows", ""},
	{"PROFILE(a«,»)", parser.CodeSpareComma, "the comma before the ) of PROFILE is one too many; remove it", "PROFILE(a)"},
	{"PROFILE(contact)«»FILTER(a == 1)", parser.CodeMissingDot, "a dot is missing before FILTER", "PROFILE(contact).FILTER(a == 1)"},
	{"PROFILE(contact).«.»FILTER(a == 1)", parser.CodeSpareDot, "this dot is one too many; remove it", "PROFILE(contact).FILTER(a == 1)"},
	{"PROFILE(contact).«»", parser.CodeMissingStep, "the name of a step is missing behind the dot, as in .FILTER(..), but the end of the query stands there", ""},
	{"PROFILE(contact).«» UNION PROFILE(lead)", parser.CodeMissingStep, "the name of a step is missing behind the dot, as in .FILTER(..), but `UNION` stands there", ""},
	{"SEGMENT(A)«» SEGMENT(B)", parser.CodeMissingSetOp, "UNION, EXCEPT or INTERSECT is missing before `SEGMENT`; separate queries need names, as in `Name = PROFILE(contact)`", ""},
	{"SEGMENT(A) UNION«»", parser.CodeMissingQuery, "a query is missing behind `UNION`; it starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"SEGMENT(A) UNION«» EXCEPT SEGMENT(B)", parser.CodeMissingQuery, "a query is missing behind `UNION` before `EXCEPT`; it starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"«»UNION SEGMENT(B)", parser.CodeMissingQuery, "a query is missing before `UNION`; it starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"A =«»\nB = PROFILE(contact)", parser.CodeMissingQuery, "a query is missing behind `=`; it starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"SEGMENT(A) «UNOIN» SEGMENT(B)", parser.CodeMissingSetOp, "segments are joined by UNION, EXCEPT or INTERSECT, not by `UNOIN`", "SEGMENT(A) UNION SEGMENT(B)"},
	{"SEGMENT(A) «AND» SEGMENT(B)", parser.CodeMissingSetOp, "segments are joined by UNION, EXCEPT or INTERSECT, not by `AND`", "SEGMENT(A) INTERSECT SEGMENT(B)"},
	{"SEGMENT(A) «&&» SEGMENT(B)", parser.CodeMissingSetOp, "segments are joined by UNION, EXCEPT or INTERSECT, not by `&&`", ""},
	{"«»FILTER(a == 1)", parser.CodeMissingQuery, "FILTER is a step; it stands behind PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"«a == 1 && b == 2»", parser.CodeMissingQuery, "`a == 1 && b == 2` is no query; a query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	{"«SELECT * FROM contact»", parser.CodeMissingQuery, "`SELECT * FROM contact` is no query; a query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..)", ""},
	filter("«»", parser.CodeMissingArgument, "FILTER lacks its condition, such as ISNOTNULL(emailaddress1)", ""),
	filter("a«»", parser.CodeMissingComparison, "`a` is not compared with anything; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN behind it", ""),
	filter("a == 1 && b«»", parser.CodeMissingComparison, "`b` is not compared with anything; expected ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN behind it", ""),
	filter("a ==«»", parser.CodeMissingOperand, "a value is missing behind `==` before `)`", ""),
	filter("a ==«» && b == 1", parser.CodeMissingOperand, "a value is missing behind `==` before `&&`", ""),
	filter("«»&& b == 1", parser.CodeMissingOperand, "a condition is missing behind `(` before `&&`", ""),
	filter("a == 1 &&«»", parser.CodeMissingOperand, "a condition is missing behind `&&` before `)`", ""),
	filter("a == 1 &&«» && b == 2", parser.CodeMissingOperand, "a condition is missing behind `&&` before `&&`", ""),
	filter("«»== 1", parser.CodeMissingOperand, "a condition is missing behind `(` before `==`", ""),
	filter("a +«» > 1", parser.CodeMissingOperand, "a value is missing behind `+` before `>`", ""),
	filter("a == 1«» b == 2", parser.CodeMissingLogical, "&& or || is missing before `b`", ""),
	filter("a == 1«» (b == 2 || c == 3)", parser.CodeMissingLogical, "&& or || is missing before `(`", ""),
	filter("a == 1«,» b == 2", parser.CodeWrongSeparator, "conditions are joined by && or ||, not by a comma", "a == 1 && b == 2"),
	filter("a IN«» 1", parser.CodeMissingBracket, "the list behind IN stands in brackets, as in IN [1, 2]", "a IN [1]"),
	filter("a IN [1«» && b == 2", parser.CodeMissingBracket, "] is missing here; it closes the list behind IN", "a IN [1] && b == 2"),
	filter("a IN [«»]", parser.CodeMissingArgument, "the list behind IN is empty; it takes at least one value", ""),
	filter("a IN [1«» 2]", parser.CodeMissingComma, "a comma is missing before `2`", "a IN [1, 2]"),
	filter("a IN [1, 2«,»]", parser.CodeSpareComma, "this comma is one too many; remove it", "a IN [1, 2]"),
	filter("a IN [1,«»,2]", parser.CodeMissingOperand, "a value is missing before `,`", ""),
	filter("a IN [«x»]", parser.CodeNotALiteral, "the list behind IN holds numbers and strings; a string is written in quotes", "a IN ['x']"),
	filter("(«»)", parser.CodeMissingOperand, "the parentheses are empty; expected a condition or a value", ""),
	filter("«(a == 1)» == true", parser.CodeConditionAsValue, "`(a == 1)` is a condition; a value must stand here", ""),
	filter("a == 1 + 2 «==» 3", parser.CodeChainedCompare, "a comparison has two sides; join two comparisons with &&, as in `1 < a && a < 5`", "a == 1 + 2 && 1 + 2 == 3"),
	filter("a CONTAINS «x»", parser.CodeNotAText, "CONTAINS looks for a text, which is written in quotes", "a CONTAINS 'x'"),
	filter("a.b«.c» == 1", parser.CodeThreePartColumn, "a column has at most one name before it, that of its row, but `.c` follows", ""),

	// Steps.
	{"PROFILE(a).«FILTRE»(b == 1)", parser.CodeUnknownStep, "there is no step `FILTRE`; did you mean FILTER?", "PROFILE(a).FILTER(b == 1)"},
	{"PROFILE(a).«WHERE»(b == 1)", parser.CodeUnknownStep, "there is no step `WHERE`; did you mean FILTER?", "PROFILE(a).FILTER(b == 1)"},
	{"PROFILE(a).«FROBNICATE»(b, (c), 'd').FILTER(e == 1)", parser.CodeUnknownStep, "there is no step `FROBNICATE`; the steps are FILTER, TRAVERSE, RELATE, RELATEOPTIONAL, HAVING, DISTINCT, ORDERBY, SKIP, TAKE and SELECT", ""},
	{"«PROFIL»(a)", parser.CodeUnknownSource, "no query starts with `PROFIL`; did you mean PROFILE?", "PROFILE(a)"},
	{"INTERACTION(a, b).HAVING(COUNT(«*») > 1)", parser.CodeTooManyArgs, "COUNT takes no argument, but `*` stands there", "INTERACTION(a, b).HAVING(COUNT() > 1)"},
	{"INTERACTION(a, b).HAVING(COUNT()«»)", parser.CodeMissingComparison, "a comparison is missing before `)`; HAVING compares, as in HAVING(COUNT() > 0)", ""},
	{"INTERACTION(a, b).HAVING(COUNT() > «'1'»)", parser.CodeNotANumber, "HAVING takes a number, the number to compare with, not a string", "INTERACTION(a, b).HAVING(COUNT() > 1)"},
	{"INTERACTION(a, b).HAVING(COUNT() > 1, «DAYS»(7))", parser.CodeUnknownFunction, "the last argument of HAVING is a window such as UTCDAYS(7), but `DAYS` stands there; did you mean UTCDAYS?", "INTERACTION(a, b).HAVING(COUNT() > 1, UTCDAYS(7))"},
	{"INTERACTION(a, b).HAVING(«AVERAGE»(c) > 1)", parser.CodeUnknownFunction, "HAVING has no aggregate `AVERAGE`; it takes COUNT(), SUM(..), AVG(..), MIN(..) or MAX(..); did you mean AVG?", "INTERACTION(a, b).HAVING(AVG(c) > 1)"},
	{"PROFILE(a).TAKE(«'5'»)", parser.CodeNotANumber, "TAKE takes a number, the number of rows to take, not a string", "PROFILE(a).TAKE(5)"},
	{"PROFILE(a).ORDERBY(b «descending»)", parser.CodeUnknownOperator, "the direction is written DESC", "PROFILE(a).ORDERBY(b DESC)"},
	{"PROFILE(a).SELECT(b«,»)", parser.CodeSpareComma, "the comma before the ) of SELECT is one too many; remove it", "PROFILE(a).SELECT(b)"},
	{"PROFILE(a, «'b'»)", parser.CodeNotAName, "an alias is written without quotes", "PROFILE(a, b)"},

	// Halfway through typing, and what users were seen to write.
	filter("(o.x == 3 || o.«» == 4) && o.y > 1", parser.CodeMissingColumn, "the name of a column is missing behind `o.`", ""),
	filter("a == 1 || o.«»", parser.CodeMissingColumn, "the name of a column is missing behind `o.`", ""),
	{"PROFILE(contact).FILTER(o.«»", parser.CodeMissingColumn, "the name of a column is missing behind `o.`", ""},
	{"PROFILE(contact).«FILT»", parser.CodeUnknownStep, "there is no step `FILT`; did you mean FILTER?", "?"},
	{"PROFILE(contact).FILTER(a ==«»", parser.CodeMissingOperand, "a value is missing behind `==`", ""},
	{"PROFILE(contact).FILTER(a «=»", parser.CodeSingleEquals, "a comparison is written with ==, not with =", "?"},
	{"PROFILE(contact).FILTER(DATEDIFF(month, b,«» ", parser.CodeMissingArgument, "an argument of DATEDIFF is missing behind the comma", ""},
	{"PROFILE(contact).FILTER(a > DATE(2026,«»", parser.CodeMissingArgument, "an argument of DATE is missing behind the comma", ""},
	{"INTERACTION(a, b).HAVING(«COU»", parser.CodeUnknownFunction, "", "?"},
	{"INTERACTION(a, b).HAVING(COUNT() > 1, «UTCD»", parser.CodeUnknownFunction, "", "?"},
	filter("DATEDIFF«» month, a, b) > 1", parser.CodeMissingParen, "( is missing behind DATEDIFF", "DATEDIFF( month, a, b) > 1"),
	filter("ISNULL«» a) && b == 1", parser.CodeMissingParen, "( is missing behind ISNULL", "ISNULL( a) && b == 1"),
	filter("DATEDIFF(year,«,» b, c) > 1", parser.CodeSpareComma, "this comma is one too many; remove it", "DATEDIFF(year, b, c) > 1"),
	filter("DATEDIFF(month, a, b)«)» > 3", parser.CodeSpareParen, "this ) closes nothing; remove it", "DATEDIFF(month, a, b) > 3"),
	filter("a == «'O'Brien'»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""),
	filter("a == «'x && b == 'y'»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""),
	filter("a IN [«'x, 'y', 'z']»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""),
	filter("a IN [«x', 'y', 'z']»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""),
	filter("a == «Book a demo' && b == 'x'»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""),
	{"A«» PROFILE(c)", parser.CodeMissingEquals, "= is missing behind the name A of the definition", "A = PROFILE(c)"},
	{"A = PROFILE(c)\nB«» PROFILE(d)", parser.CodeMissingEquals, "= is missing behind the name B of the definition", "A = PROFILE(c)\nB = PROFILE(d)"},
	{"«»= PROFILE(c)", parser.CodeMissingName, "the name of the definition is missing before =", ""},
	filter("a«» b > 5", parser.CodeMissingComparison, "a comparison is missing before `b`; expected ==, !=, >, >=, < or <=", ""),
	filter("a «> =» 5", parser.CodeWrongOperator, "`> =` is no operator; expected ==, !=, >, >=, < or <=", "a >= 5"),
	filter("a «== ==» 5", parser.CodeWrongOperator, "`== ==` is no operator; expected ==, !=, >, >=, < or <=", ""),
	filter("a == 1 «&&&» b == 2", parser.CodeWrongOperator, "the operator is written &&, not &&&", "a == 1 && b == 2"),
	filter("«», a == 1", parser.CodeMissingOperand, "", ""),
	filter("a ==«», 2", parser.CodeMissingOperand, "a value is missing behind `==` before `,`", ""),
	filter("a «is» true", parser.CodeUnknownOperator, "there is no operator `is`; write ==", "a == true"),
	{"SEGMENT(A) UNION «ALL» SEGMENT(B)", parser.CodeUnexpected, "there is no UNION ALL; a member is in a segment once", "SEGMENT(A) UNION SEGMENT(B)"},
	{"PROFILE(c).FILTER(a == 1) «&& b == 2)»", parser.CodeUnexpected, "", ""},

	{"(SEGMENT«» A) UNION SEGMENT(B)) EXCEPT SEGMENT(C)", parser.CodeMissingParen, "( is missing behind SEGMENT", "(SEGMENT( A) UNION SEGMENT(B)) EXCEPT SEGMENT(C)"},
	{"PROFILE«»contact)", parser.CodeMissingParen, "( is missing behind PROFILE", "PROFILE(contact)"},
	{"PROFILE(c).FILTER«»statecode == 0)", parser.CodeMissingParen, "( is missing behind FILTER", "PROFILE(c).FILTER(statecode == 0)"},
	{"INTERACTION(a, b).HAVING(COUNT() > 0, UTCDAYS«»60))", parser.CodeMissingParen, "( is missing behind UTCDAYS", "INTERACTION(a, b).HAVING(COUNT() > 0, UTCDAYS(60))"},
	{"INTERACTION(a, b).HAVING(COUNT(«» > 0)", parser.CodeMissingParen, "a closing parenthesis is missing here; it closes `COUNT(`", "INTERACTION(a, b).HAVING(COUNT() > 0)"},
	filter("a IN«» 3, 4]", parser.CodeMissingBracket, "the list behind IN stands in brackets, as in IN [1, 2]", "a IN [3, 4]"),
	{"PROFILE(c).FILTER(a == 1 && (b == «'x || c == 'y')»\n  )\n  .DISTINCT()", parser.CodeOpenString, "", ""},
	{"PROFILE(c)«»\n\nName", parser.CodeMissingSetOp, "", ""},

	// The text itself.
	{"PROFILE(a).FILTER(b == «'x)»\n.TRAVERSE(r)", parser.CodeOpenString, "the string that starts here has no closing quote on its line", "PROFILE(a).FILTER(b == 'x')\n.TRAVERSE(r)"},
	{"PROFILE(a).FILTER(b == «x')»", parser.CodeOpenString, "the quotes do not pair up on this line; a string is written 'text', and a quote within it as two", ""},
	{"A = PROFILE(a).FILTER(b == «'x).HAVING(COUNT() > 1)»\nB = SEGMENT(A)", parser.CodeOpenString, "the string that starts here has no closing quote on its line", ""},
	{"PROFILE(a) «/*» never closed", parser.CodeOpenComment, "the comment that starts here has no end; close it with */", ""},
	{"PROFILE(a)«\u00a0».FILTER(b == 1)", parser.CodeStray, "the character NO-BREAK SPACE (U+00A0) has no meaning in a query; remove it or put it into a string", "PROFILE(a) .FILTER(b == 1)"},
	filter("a «#» == 1", parser.CodeStray, "the character `#` has no meaning in a query; remove it or put it into a string", ""),
	filter("a == «@»x", parser.CodeStray, "the character `@` has no meaning in a query; remove it or put it into a string", ""),
	filter("«Größe» == 1", parser.CodeWrongName, "the name `Größe` has a letter that names can't have, LATIN SMALL LETTER O WITH DIAERESIS (U+00F6); a name has the letters A to Z, digits and _", ""),
	filter("a == 1 «\x00\x00»&& b == 2", parser.CodeNUL, "the text holds 2 NUL bytes, so it may be no text file or one saved as UTF-16; save it as UTF-8", ""),
	filter("a == 'x«\xff»'", parser.CodeBadUTF8, "a byte that is not valid UTF-8 stands here, as a file has that was saved in another encoding; save it as UTF-8", ""),
	{"PROFILE(a) // «\xe9»\n", parser.CodeBadUTF8, "a byte that is not valid UTF-8 stands here, as a file has that was saved in another encoding; save it as UTF-8", ""},
	filter(strings.Repeat("(", 999)+"«(»((a == 1)))"+strings.Repeat(")", 999), parser.CodeTooDeep, "more than 1000 parentheses are open here; split the query into named definitions", ""),
}

// unmark returns a text without the marks around the place of its mistake, and
// that place.
func unmark(text string) (string, token.Span) {
	before, rest, _ := strings.Cut(text, "«")
	inner, after, _ := strings.Cut(rest, "»")
	start := token.Pos(len(before))
	return before + inner + after, token.Span{Start: start, End: start + token.Pos(len(inner))}
}

func TestErrors(t *testing.T) {
	for _, c := range slices.Concat(errorCases, moreErrorCases) {
		text, span := unmark(c.text)
		name := text
		if len(name) > 60 {
			name = name[:60]
		}
		t.Run(name, func(t *testing.T) {
			file := parser.Parse(text)
			checkFile(t, file)
			errs := file.Errors()
			if len(errs) != 1 {
				for _, e := range errs {
					t.Logf("%v %s: %s", e.Span, e.Code, e.Message)
				}
				t.Fatalf("%q has %d errors, want one", text, len(errs))
			}
			e := errs[0]
			if e.Code != c.code || e.Span != span {
				t.Errorf("%q has the error %s at %v %q, want %s at %v %q", text, e.Code, e.Span, e.Span.Text(text), c.code, span, span.Text(text))
			}
			if c.message != "" && c.message != e.Message {
				t.Errorf("the message is\n%s\nwant\n%s", e.Message, c.message)
			}
			fixed := ""
			if len(e.Fixes) > 0 {
				var err error
				if fixed, err = token.Apply(text, e.Fixes[0].Edits...); err != nil {
					t.Fatal(err)
				}
				if c.fixed == "?" {
					return // the text goes on being unfinished
				}
				if errs := parser.Parse(fixed).Errors(); len(errs) > 0 {
					t.Errorf("the fix makes %q, which has an error: %s", fixed, errs[0].Message)
				}
			}
			if diff := cmp.Diff(c.fixed, fixed); diff != "" {
				t.Errorf("the fix makes another text (-want +got):\n%s", diff)
			}
		})
	}
}

// A } taken for the ) of an inner parenthesis leaves the } of the outer one spare: it is named as it stands.
func TestSpareSign(t *testing.T) {
	text := "PROFILE(c).FILTER{(a == 1 && b == 2]}"
	file := parser.Parse(text)
	checkFile(t, file)
	var got []string
	for _, e := range file.Errors() {
		if e.Code == parser.CodeSpareParen {
			got = append(got, e.Message, e.Fixes[0].Title)
		}
	}
	if diff := cmp.Diff([]string{"this } closes nothing; remove it", "Remove the }"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
