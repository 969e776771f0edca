package parser

// Code is a kind of mistake in the syntax.
type Code struct {
	// Name is what errors have as their code. It never changes.
	Name string
	// Summary is one line.
	Summary string
	// Doc says in a few sentences what the language wants instead.
	Doc string
	// Bad is an example that has the mistake, Good the same without it. Both
	// are empty where an example would be too long or could not be shown.
	Bad, Good string
}

// Codes returns every kind of mistake that the parser reports, sorted by name.
func Codes() []Code {
	return []Code{
		{
			Name: CodeBareSegmentName, Summary: "a bare name stands as an operand",
			Doc: "A segment is referred to by SEGMENT(name), also where UNION, EXCEPT or INTERSECT stands beside it.",
			Bad: "A EXCEPT SEGMENT(B)", Good: "SEGMENT(A) EXCEPT SEGMENT(B)",
		},
		{
			Name: CodeChainedCompare, Summary: "a comparison has more than two sides",
			Doc: "A comparison has a left and a right side. Write two of them and join them with &&.",
			Bad: "PROFILE(account).FILTER(10 < numberofemployees < 50)", Good: "PROFILE(account).FILTER(10 < numberofemployees && numberofemployees < 50)",
		},
		{
			Name: CodeConditionAsValue, Summary: "a condition stands where a value must stand",
			Doc: "A comparison compares columns, numbers, strings and dates; the outcome of another comparison is none of these.",
			Bad: "PROFILE(contact).FILTER((statecode == 0) == true)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeHavingBeforeFilter, Summary: "HAVING stands before FILTER",
			Doc: "The events of an interaction are filtered first and counted then, so FILTER comes before HAVING. The fix swaps the two.",
			Bad: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0).FILTER(EmailId == '1')", Good: "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(EmailId == '1').HAVING(COUNT() > 0)",
		},
		{
			Name: CodeInfixNot, Summary: "NOT stands in the middle of a condition",
			Doc: "NOT stands before a whole condition in parentheses, not before CONTAINS, STARTSWITH, ENDSWITH or IN.",
			Bad: "PROFILE(contact).FILTER(lastname NOT CONTAINS 'test')", Good: "PROFILE(contact).FILTER(NOT(lastname CONTAINS 'test'))",
		},
		{
			Name: CodeBadUTF8, Summary: "the text is not valid UTF-8",
			Doc: "A source file is UTF-8. One that was saved in another encoding, such as Windows-1252, has bytes that mean nothing in it; save it as UTF-8.",
		},
		{
			Name: CodeMatchCall, Summary: "CONTAINS, STARTSWITH or ENDSWITH is written as a function",
			Doc: "The three stand between the column and the text, as == does.",
			Bad: "PROFILE(contact).FILTER(CONTAINS(lastname, 'son'))", Good: "PROFILE(contact).FILTER(lastname CONTAINS 'son')",
		},
		{
			Name: CodeMethodSetOp, Summary: "a set operator is written as a step",
			Doc: "UNION, EXCEPT and INTERSECT stand between two operands, without a dot before them.",
			Bad: "SEGMENT(A).UNION(B)", Good: "SEGMENT(A) UNION SEGMENT(B)",
		},
		{
			Name: CodeMinusForExcept, Summary: "MINUS stands for EXCEPT",
			Doc: "The difference of two segments is written EXCEPT. Notes of the withdrawn reference speak of MINUS, but its grammar does not have it.",
			Bad: "SEGMENT(A) MINUS SEGMENT(B)", Good: "SEGMENT(A) EXCEPT SEGMENT(B)",
		},
		{
			Name: CodeMisplaced, Summary: "a function stands where it has no place",
			Doc: "COUNT, SUM, AVG, MIN and MAX stand in HAVING(..) only, the windows such as UTCDAYS behind them, and sources and steps never in a condition.",
			Bad: "PROFILE(contact).FILTER(COUNT() > 5)", Good: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 5)",
		},
		{
			Name: CodeMissingArgument, Summary: "an argument of a step or function is missing",
			Doc: "The message says which one and what it looks like.",
			Bad: "PROFILE(contact).FILTER()", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeMissingBracket, Summary: "a bracket around the list behind IN is missing",
			Doc: "The values behind IN stand in brackets, also a single one.",
			Bad: "PROFILE(contact).FILTER(gendercode IN 1)", Good: "PROFILE(contact).FILTER(gendercode IN [1])",
		},
		{
			Name: CodeMissingColumn, Summary: "the name of a column is missing behind the dot",
			Doc: "An alias and a dot are followed by the name of a column of that row.",
			Bad: "PROFILE(contact, c).FILTER(c. == 0)", Good: "PROFILE(contact, c).FILTER(c.statecode == 0)",
		},
		{
			Name: CodeMissingComma, Summary: "a comma between two arguments is missing",
			Doc: "Arguments, and the values in the list behind IN, are separated by commas.",
			Bad: "PROFILE(contact c)", Good: "PROFILE(contact, c)",
		},
		{
			Name: CodeMissingComparison, Summary: "a value is not compared with anything",
			Doc: "A condition compares: with ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH or IN [..]. A column of type Boolean is compared with true or false, too.",
			Bad: "PROFILE(contact).FILTER(donotemail)", Good: "PROFILE(contact).FILTER(donotemail == false)",
		},
		{
			Name: CodeMissingDot, Summary: "the dot before a step is missing",
			Doc: "Each step stands behind a dot. Blanks and line ends may stand around it.",
			Bad: "PROFILE(contact) FILTER(statecode == 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeMissingEquals, Summary: "the = behind the name of a definition is missing",
			Doc: "A definition is a name, =, and a query.",
			Bad: "Everybody PROFILE(contact)", Good: "Everybody = PROFILE(contact)",
		},
		{
			Name: CodeMissingLogical, Summary: "two conditions stand side by side with nothing between them",
			Doc: "Conditions are joined by &&, where both must hold, or by ||, where one is enough.",
			Bad: "PROFILE(contact).FILTER(statecode == 0 gendercode == 2)", Good: "PROFILE(contact).FILTER(statecode == 0 && gendercode == 2)",
		},
		{
			Name: CodeMissingName, Summary: "the name of a definition is missing before =",
			Doc: "Where a file holds several queries each has a name; a file with a single query needs neither name nor =.",
			Bad: "= PROFILE(contact)", Good: "Everybody = PROFILE(contact)",
		},
		{
			Name: CodeMissingOperand, Summary: "a value or condition is missing beside an operator",
			Doc: "An operator has something on both sides, and parentheses have something in them.",
			Bad: "PROFILE(contact).FILTER(statecode == )", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeMissingParen, Summary: "a parenthesis is missing",
			Doc: "Each ( is closed by a ), and the words of the language take their arguments in parentheses. The fix puts it where the parser expects it, which is the likeliest place, not the only one.",
			Bad: "PROFILE(contact).FILTER(statecode == 0", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeMissingQuery, Summary: "a query is missing, or something that is none stands there",
			Doc: "A query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..). One stands on each side of UNION, EXCEPT and INTERSECT.",
			Bad: "SEGMENT(A) UNION", Good: "SEGMENT(A) UNION SEGMENT(B)",
		},
		{
			Name: CodeMissingSetOp, Summary: "two operands are not joined by UNION, EXCEPT or INTERSECT",
			Doc: "Between two operands stands UNION, EXCEPT or INTERSECT; && and || join conditions only. Two queries in one file that do not belong together need names.",
			Bad: "SEGMENT(A) AND SEGMENT(B)", Good: "SEGMENT(A) INTERSECT SEGMENT(B)",
		},
		{
			Name: CodeMissingStep, Summary: "the name of a step is missing behind the dot",
			Doc: "A dot is followed by a step: FILTER, TRAVERSE, RELATE, RELATEOPTIONAL, HAVING, DISTINCT, ORDERBY, SKIP, TAKE or SELECT.",
			Bad: "PROFILE(contact).", Good: "PROFILE(contact).DISTINCT()",
		},
		{
			Name: CodeWrongName, Summary: "a name has a letter that names can't have",
			Doc: "Names have the letters A to Z, digits and _. In strings every letter may stand.",
			Bad: "Käufer = PROFILE(contact)", Good: "Kaeufer = PROFILE(contact)",
		},
		{
			Name: CodeNotAColumn, Summary: "something else stands where a column must stand",
			Doc: "ISNULL, ISNOTNULL, SUM, AVG, MIN, MAX, ORDERBY and SELECT take columns, and CONTAINS, STARTSWITH, ENDSWITH and IN stand behind one. A column is written without quotes.",
			Bad: "PROFILE(contact).FILTER(ISNULL('emailaddress1'))", Good: "PROFILE(contact).FILTER(ISNULL(emailaddress1))",
		},
		{
			Name: CodeNotALiteral, Summary: "something else than a number or string stands in the list behind IN",
			Doc: "The list holds numbers, strings, true and false: no columns, and nothing that is still to be worked out.",
			Bad: "PROFILE(contact).FILTER(address1_city IN [Oslo])", Good: "PROFILE(contact).FILTER(address1_city IN ['Oslo'])",
		},
		{
			Name: CodeNotAName, Summary: "something else stands where a name must stand",
			Doc: "Tables, relationships, segments, events and aliases are names: a letter or _, then letters, digits and _. Aliases are written without quotes.",
			Bad: "PROFILE(contact, 'c')", Good: "PROFILE(contact, c)",
		},
		{
			Name: CodeNotANumber, Summary: "something else stands where a number must stand",
			Doc: "DATEADD, DATE, HAVING, SKIP, TAKE and the windows such as UTCDAYS take numbers, which are written without quotes.",
			Bad: "PROFILE(contact).TAKE('5')", Good: "PROFILE(contact).TAKE(5)",
		},
		{
			Name: CodeNotAText, Summary: "CONTAINS, STARTSWITH or ENDSWITH has no text behind it",
			Doc: "The three look for a text, which is a string in single quotes.",
			Bad: "PROFILE(contact).FILTER(lastname STARTSWITH Mac)", Good: "PROFILE(contact).FILTER(lastname STARTSWITH 'Mac')",
		},
		{
			Name: CodeNotNeedsParens, Summary: "NOT lacks the parentheses around its condition",
			Doc: "NOT is a function: its condition stands in parentheses.",
			Bad: "PROFILE(contact).FILTER(NOT statecode == 0)", Good: "PROFILE(contact).FILTER(NOT(statecode == 0))",
		},
		{
			Name: CodeNUL, Summary: "the text holds a NUL byte",
			Doc: "A text file has none. It may be a file of another kind, or one that was saved as UTF-16; save it as UTF-8.",
		},
		{
			Name: CodeSign, Summary: "a sign stands before something that is no number",
			Doc: "A - before a number belongs to it. There is no + before a number, and no sign before a column: write 0 - column.",
			Bad: "PROFILE(account).FILTER(revenue > +5)", Good: "PROFILE(account).FILTER(revenue > 5)",
		},
		{
			Name: CodeSingleEquals, Summary: "a comparison is written with = instead of ==",
			Doc: "A single = gives a definition its name; == compares.",
			Bad: "PROFILE(contact).FILTER(statecode = 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeSpareComma, Summary: "a comma is one too many",
			Doc: "Commas stand between arguments, not before the first or behind the last.",
			Bad: "PROFILE(contact,)", Good: "PROFILE(contact)",
		},
		{
			Name: CodeSpareDot, Summary: "a dot is one too many",
			Doc: "One dot stands before each step.",
			Bad: "PROFILE(contact)..FILTER(statecode == 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeSpareParen, Summary: "a closing parenthesis closes nothing",
			Doc: "It has no opening one. The vendor's own examples have such a parenthesis behind FILTER(..).",
			Bad: "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(EmailId == '1')).HAVING(COUNT() > 0)", Good: "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(EmailId == '1').HAVING(COUNT() > 0)",
		},
		{
			Name: CodeSQLBetween, Summary: "BETWEEN is no operator",
			Doc: "Compare with the lower and the upper bound and join the two with &&.",
			Bad: "PROFILE(account).FILTER(revenue BETWEEN 1000 AND 5000)", Good: "PROFILE(account).FILTER(revenue >= 1000 && revenue <= 5000)",
		},
		{
			Name: CodeSQLIn, Summary: "the list behind IN stands in parentheses",
			Doc: "The list stands in brackets.",
			Bad: "PROFILE(contact).FILTER(gendercode IN (1, 2))", Good: "PROFILE(contact).FILTER(gendercode IN [1, 2])",
		},
		{
			Name: CodeSQLNull, Summary: "IS NULL is no operator",
			Doc: "Whether a column is empty is asked by ISNULL(column), and the opposite by ISNOTNULL(column).",
			Bad: "PROFILE(contact).FILTER(emailaddress1 IS NOT NULL)", Good: "PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))",
		},
		{
			Name: CodeSQLLike, Summary: "LIKE is no operator",
			Doc: "Write CONTAINS, STARTSWITH or ENDSWITH, and the text without %.",
			Bad: "PROFILE(contact).FILTER(lastname LIKE 'Mac%')", Good: "PROFILE(contact).FILTER(lastname STARTSWITH 'Mac')",
		},
		{
			Name: CodeStray, Summary: "a character has no meaning in a query",
			Doc: "It may stand in a string or in a comment. Some, such as the no-break space, look like blanks and come in with text that was copied from a document.",
			Bad: "PROFILE(account).FILTER(revenue > 5€)", Good: "PROFILE(account).FILTER(revenue > 5)",
		},
		{
			Name: CodeThreePartColumn, Summary: "a column has more than one name before it",
			Doc: "Before a column stands the alias of its row, or nothing. What lies behind a lookup is reached by TRAVERSE or RELATE.",
			Bad: "PROFILE(contact, c).FILTER(c.parentcustomerid.name == 'Contoso')", Good: "PROFILE(contact).RELATE(contact_customer_accounts, account_1).FILTER(account_1.name == 'Contoso')",
		},
		{
			Name: CodeTooDeep, Summary: "the text is nested too deeply",
			Doc: "More than 1,000 parentheses are open, or as many operators follow one another. Split the query into named definitions and join them with SEGMENT(..).",
		},
		{
			Name: CodeTooLarge, Summary: "the text is too large to be read",
			Doc: "Texts may have up to 64 MB. Split the file.",
		},
		{
			Name: CodeTooManyArgs, Summary: "a step or function has more arguments than it takes",
			Doc: "The message says how many it takes.",
			Bad: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT(*) > 1)", Good: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 1)",
		},
		{
			Name: CodeTooManyErrors, Summary: "a definition has so many mistakes that not all are shown",
			Doc: "After 1,000 mistakes in one definition the rest is left out. Such a text is most likely no query at all. " +
				"An editor is told of at most 1,000 findings in a file, the most severe ones, and in the last of them how many more there are.",
		},
		{
			Name: CodeUnexpected, Summary: "something stands where it has no place",
			Doc: "It follows what was complete without it. The message says what could have stood there.",
			Bad: "PROFILE(contact).FILTER(statecode == 0) && gendercode == 2", Good: "PROFILE(contact).FILTER(statecode == 0 && gendercode == 2)",
		},
		{
			Name: CodeUnknownFunction, Summary: "there is no such function",
			Doc: "In conditions there are NOT, ISNULL, ISNOTNULL, DATEDIFF, DATEADD, DATE and DATETIMEUTCNOW; in HAVING there are COUNT, SUM, AVG, MIN, MAX and the windows such as UTCDAYS.",
			Bad: "PROFILE(contact).FILTER(birthdate < GETDATE())", Good: "PROFILE(contact).FILTER(birthdate < DATETIMEUTCNOW())",
		},
		{
			Name: CodeUnknownOperator, Summary: "there is no such operator",
			Doc: "Values are compared by ==, !=, >, >=, <, <=, CONTAINS, STARTSWITH, ENDSWITH and IN, and columns in ORDERBY are followed by ASC or DESC.",
			Bad: "PROFILE(contact).FILTER(statecode eq 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeUnknownSource, Summary: "no query starts with that word",
			Doc: "A query starts with PROFILE(..), SEGMENT(..) or INTERACTION(..).",
			Bad: "PROFIL(contact)", Good: "PROFILE(contact)",
		},
		{
			Name: CodeUnknownStep, Summary: "there is no such step",
			Doc: "The steps are FILTER, TRAVERSE, RELATE, RELATEOPTIONAL, HAVING, DISTINCT, ORDERBY, SKIP, TAKE and SELECT.",
			Bad: "PROFILE(contact).WHERE(statecode == 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeUnquotedID, Summary: "an id is written without quotes",
			Doc: "An id is a string: it stands in single quotes.",
			Bad: "PROFILE(account).FILTER(accountid == 1cc00a15-37ef-e911-a81d-000d3a6d200c)", Good: "PROFILE(account).FILTER(accountid == '1cc00a15-37ef-e911-a81d-000d3a6d200c')",
		},
		{
			Name: CodeUnquotedText, Summary: "a text is written without quotes",
			Doc: "Several words in a row are no value; a text stands in single quotes.",
			Bad: "PROFILE(contact).FILTER(address1_city == New York)", Good: "PROFILE(contact).FILTER(address1_city == 'New York')",
		},
		{
			Name: CodeOpenComment, Summary: "a comment has no end",
			Doc: "A comment that starts with /* ends with */, and one that starts with // at the end of its line.",
			Bad: "PROFILE(contact) /* everybody", Good: "PROFILE(contact) /* everybody */",
		},
		{
			Name: CodeOpenString, Summary: "a string has no closing quote on its line",
			Doc: "A string starts and ends on one line. A quote within it is written twice.",
			Bad: "PROFILE(contact).FILTER(lastname == 'O'Brien')", Good: "PROFILE(contact).FILTER(lastname == 'O''Brien')",
		},
		{
			Name: CodeWrongBracket, Summary: "a bracket of the wrong kind closes something",
			Doc: "What ( opens ) closes, and ] closes the list behind IN.",
			Bad: "PROFILE(contact].FILTER(statecode == 0)", Good: "PROFILE(contact).FILTER(statecode == 0)",
		},
		{
			Name: CodeWrongNumber, Summary: "a number is not written as numbers are",
			Doc: "A number has digits and at most one point with digits on both sides: no exponent, and nothing between the thousands.",
			Bad: "PROFILE(account).FILTER(revenue > 1_000_000)", Good: "PROFILE(account).FILTER(revenue > 1000000)",
		},
		{
			Name: CodeWrongOperator, Summary: "an operator is written as in another language",
			Doc: "The operators are ==, !=, >, >=, <, <=, && and ||; a negation is NOT(..), and a definition has a single =.",
			Bad: "PROFILE(contact).FILTER(statecode <> 0)", Good: "PROFILE(contact).FILTER(statecode != 0)",
		},
		{
			Name: CodeWrongQuotes, Summary: "a string stands in quotes of the wrong kind",
			Doc: "A string stands in single, straight quotes. Word processors turn them into typographic ones.",
			Bad: `PROFILE(contact).FILTER(lastname == "Smith")`, Good: "PROFILE(contact).FILTER(lastname == 'Smith')",
		},
		{
			Name: CodeWrongSeparator, Summary: "arguments or conditions are separated by the wrong sign",
			Doc: "Arguments are separated by commas, conditions by && or ||.",
			Bad: "PROFILE(contact).FILTER(statecode == 0, gendercode == 2)", Good: "PROFILE(contact).FILTER(statecode == 0 && gendercode == 2)",
		},
	}
}
