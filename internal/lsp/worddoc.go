package lsp

import (
	"strings"

	"segql/lang/check"
	"segql/lang/token"
)

// wordDoc is what the server has to say about a word or operator of the
// language.
type wordDoc struct {
	// kind says in a word or two what it is: step, function, date part.
	kind string
	// syntax is how it is written: TRAVERSE(relationship[, alias]). The names
	// of parameters stand in it in their order.
	syntax     string
	doc        string
	parameters []parameter
	// example is a query that uses it and has no mistakes.
	example string
	limits  []string
	// dialect is that of the only dialect that has it.
	dialect check.Dialect
}

// parameter is one argument that a step or function takes.
type parameter struct {
	name string
	doc  string
	// repeats tells that the arguments behind it are of its kind, too.
	repeats bool
}

// wordDocOf returns what is known of a word.
func wordDocOf(w token.Word) (wordDoc, bool) {
	r, ok := wordDocs[w]
	if !ok && w.IsDatePart() {
		r, ok = datePart(w), true
	}
	if !ok && w.IsWindow() {
		r, ok = window(w), true
	}
	return r, ok
}

const utc = "Counts in UTC, whatever the time zone of the segment."

var wordDocs = map[token.Word]wordDoc{
	token.PROFILE: {
		kind: "source", syntax: "PROFILE(table[, alias])",
		doc: "Starts with all rows of a table. The steps behind it narrow them down or lead on to other tables.",
		parameters: []parameter{
			{name: "table", doc: "The table whose rows are taken, such as contact."},
			{name: "alias", doc: "A name for the row, by which conditions refer to its columns, here and behind a TRAVERSE."},
		},
		example: "PROFILE(contact, contact_1).FILTER(contact_1.statecode == 0)",
		limits:  []string{"An outbound query must end at contact; a realtime one at contact, lead or a custom table."},
	},
	token.SEGMENT: {
		kind: "source", syntax: "SEGMENT(name)",
		doc: "Takes the members of another segment: of a definition in this workspace, or of one in the organization.",
		parameters: []parameter{
			{name: "name", doc: "The name of a definition, or SEGMENT_CRM_ID_ (outbound) or SEGMENT_CJO_ID_ (realtime) and the 32 digits of the segment's id."},
		},
		example: "Active = PROFILE(contact).FILTER(statecode == 0)\nReachable = SEGMENT(Active) EXCEPT PROFILE(contact).FILTER(donotemail == true)",
		limits:  []string{"A segment must not lead back to itself.", "The name has at most 100 characters."},
	},
	token.INTERACTION: {
		kind: "source", syntax: "INTERACTION(event, link)",
		doc: "Takes the profiles for which events of a kind are on record. FILTER chooses among the events, HAVING says how many there must be.",
		parameters: []parameter{
			{name: "event", doc: "The kind of event: EmailOpened in the outbound dialect, msdynmkt_emailopened in realtime."},
			{name: "link", doc: "What leads from the event to the profile: a link such as EmailOpened_ContactLink in the outbound dialect, an id column such as msdynmkt_profileid in realtime."},
		},
		example: "Openers = INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 2, UTCMONTHS(3))",
		limits: []string{
			"Takes at most one FILTER, then at most one HAVING, and no other step.",
			"Outbound: HAVING is required, and the interaction stands alone in its segment.",
			"Realtime: FILTER must fix <link>_LogicalName as 'contact' or 'lead'.",
		},
	},

	token.FILTER: {
		kind: "step", syntax: "FILTER(condition)",
		doc:        "Keeps the rows that meet a condition.",
		parameters: []parameter{{name: "condition", doc: "Comparisons of columns with values, joined by && and ||. && binds tighter."}},
		example:    "PROFILE(contact).FILTER(ISNOTNULL(emailaddress1) && donotemail == false)",
		limits:     []string{"Outbound: behind INTERACTION it has no date functions and no CONTAINS, STARTSWITH or ENDSWITH."},
	},
	token.TRAVERSE: {
		kind: "step", syntax: "TRAVERSE(relationship[, alias][, FILTER(condition)])", dialect: check.Outbound,
		doc: "Walks along a relationship, from either end, and goes on with the rows at the other end.",
		parameters: []parameter{
			{name: "relationship", doc: "A relationship of the current table: its schema name, or referencing table, referenced table and column, as in contact_account_parentcustomerid."},
			{name: "alias", doc: "A name for the row that is reached; seen from the next step on."},
			{name: "FILTER(condition)", doc: "Keeps the rows at the other end that meet a condition."},
		},
		example: "PROFILE(account, account_1)\n  .FILTER(account_1.revenue > 1000000)\n  .TRAVERSE(contact_account_parentcustomerid, contact_1)\n  .FILTER(ISNOTNULL(contact_1.emailaddress1))",
		limits:  []string{"INTERACTION takes no TRAVERSE."},
	},
	token.RELATE: {
		kind: "step", syntax: "RELATE(relationship, alias[, RELATE(relationship, alias)])", dialect: check.Realtime,
		doc: "Lets the FILTER behind it see a related row under an alias. The rows of the result stay the same; those without a related row are left out. " +
			"Conditions in one FILTER are about the same related row. To ask for two different ones, join two operands with INTERSECT.",
		parameters: []parameter{
			{name: "relationship", doc: "The schema name of a relationship of the current table."},
			{name: "alias", doc: "A name for the related row; may be qualified with its table, as in account.account_1."},
			{name: "RELATE(relationship, alias)", doc: "Goes on from the related row: RELATE or RELATEOPTIONAL."},
		},
		example: "PROFILE(contact)\n  .RELATE(contact_customer_accounts, account_1)\n  .FILTER(account_1.industrycode IN [16, 20])",
		limits:  []string{"Must be followed by FILTER.", "The related table must track changes and must not be virtual."},
	},
	token.RELATEOPTIONAL: {
		kind: "step", syntax: "RELATEOPTIONAL(relationship, alias[, RELATE(relationship, alias)])", dialect: check.Realtime,
		doc: "Lets the FILTER behind it see a related row under an alias, like RELATE, but keeps the rows that have none.",
		parameters: []parameter{
			{name: "relationship", doc: "The schema name of a relationship of the current table."},
			{name: "alias", doc: "A name for the related row; may be qualified with its table, as in account.account_1."},
			{name: "RELATE(relationship, alias)", doc: "Goes on from the related row: RELATE or RELATEOPTIONAL."},
		},
		example: "PROFILE(contact)\n  .RELATEOPTIONAL(contact_customer_accounts, account_1)\n  .FILTER(address1_country == 'Norway' || account_1.address1_country == 'Norway')",
		limits:  []string{"Must be followed by FILTER.", "The related table must track changes and must not be virtual."},
	},
	token.HAVING: {
		kind: "step", syntax: "HAVING(aggregate op number[, window])",
		doc: "Keeps the profiles whose events, taken together, meet a condition: how many there are, or the sum of a column.",
		parameters: []parameter{
			{name: "aggregate op number", doc: "COUNT(), or SUM, AVG, MIN or MAX of a column, compared with a number."},
			{name: "window", doc: "How far back events count, such as UTCDAYS(30)."},
		},
		example: "INTERACTION(EmailClicked, EmailClicked_ContactLink).HAVING(COUNT() > 0, UTCDAYS(30))",
		limits: []string{
			"Stands only behind INTERACTION and its FILTER.",
			"Outbound, with COUNT(): no >= or != with a positive number, no == 0, nothing negative and no fraction. Write > 1 for >= 2.",
		},
	},
	token.DISTINCT: {
		kind: "step", syntax: "DISTINCT()", dialect: check.Outbound,
		doc:     "Keeps one of rows that are the same, such as a contact that several orders lead to.",
		example: "PROFILE(salesorder).TRAVERSE(salesorder_contact_customerid).DISTINCT()",
	},
	token.ORDERBY: {
		kind: "step", syntax: "ORDERBY(column[ ASC| DESC], ..)", dialect: check.Outbound,
		doc:        "Sorts the members that a fetch returns.",
		parameters: []parameter{{name: "column[ ASC| DESC]", doc: "A column to sort by, upward unless DESC stands behind it.", repeats: true}},
		example:    "PROFILE(contact).ORDERBY(lastname ASC, createdon DESC)",
		limits:     []string{pageLimit},
	},
	token.SKIP: {
		kind: "step", syntax: "SKIP(number)", dialect: check.Outbound,
		doc:        "Leaves out the first members that a fetch would return.",
		parameters: []parameter{{name: "number", doc: "How many to leave out."}},
		example:    "PROFILE(contact).ORDERBY(lastname ASC).SKIP(100).TAKE(50)",
		limits:     []string{pageLimit},
	},
	token.TAKE: {
		kind: "step", syntax: "TAKE(number)", dialect: check.Outbound,
		doc:        "Limits how many members a fetch returns.",
		parameters: []parameter{{name: "number", doc: "The most to return."}},
		example:    "PROFILE(contact).ORDERBY(lastname ASC).SKIP(100).TAKE(50)",
		limits:     []string{pageLimit},
	},
	token.SELECT: {
		kind: "step", syntax: "SELECT(column, ..)", dialect: check.Outbound,
		doc:        "Says which columns a fetch of members returns.",
		parameters: []parameter{{name: "column", doc: "A column to return.", repeats: true}},
		example:    "PROFILE(contact).ORDERBY(lastname ASC).TAKE(50).SELECT(contactid, fullname)",
		limits:     []string{pageLimit},
	},

	token.UNION: {
		kind: "set operator", syntax: "operand UNION operand",
		doc:     "The members of either operand.",
		example: "PROFILE(contact).FILTER(gendercode == 1) UNION PROFILE(contact).FILTER(gendercode == 2)",
		limits:  setLimits,
	},
	token.EXCEPT: {
		kind: "set operator", syntax: "operand EXCEPT operand",
		doc:     "The members of the left operand that are not in the right one.",
		example: "PROFILE(contact) EXCEPT PROFILE(contact).FILTER(donotemail == true)",
		limits:  setLimits,
	},
	token.INTERSECT: {
		kind: "set operator", syntax: "operand INTERSECT operand",
		doc:     "The members of the left operand that are in the right one, too.",
		example: "PROFILE(contact).FILTER(statecode == 0) INTERSECT PROFILE(contact).FILTER(donotemail == false)",
		limits:  setLimits,
	},

	token.AND: {
		kind: "operator", syntax: "condition AND condition",
		doc:     "Both conditions hold. The same as &&, which is the canonical form; the service may refuse the word.",
		example: "PROFILE(contact).FILTER(statecode == 0 && donotemail == false)",
	},
	token.OR: {
		kind: "operator", syntax: "condition OR condition",
		doc:     "At least one of the conditions holds. The same as ||, which is the canonical form; the service may refuse the word.",
		example: "PROFILE(contact).FILTER(gendercode == 1 || gendercode == 2)",
	},
	token.CONTAINS: {
		kind: "operator", syntax: "column CONTAINS 'text'",
		doc:     "The text stands somewhere in the column.",
		example: "PROFILE(contact).FILTER(emailaddress1 CONTAINS '@contoso.com')",
		limits:  textLimits,
	},
	token.STARTSWITH: {
		kind: "operator", syntax: "column STARTSWITH 'text'",
		doc:     "The column starts with the text.",
		example: "PROFILE(contact).FILTER(lastname STARTSWITH 'Mac')",
		limits:  textLimits,
	},
	token.ENDSWITH: {
		kind: "operator", syntax: "column ENDSWITH 'text'",
		doc:     "The column ends with the text.",
		example: "PROFILE(contact).FILTER(emailaddress1 ENDSWITH '.org')",
		limits:  textLimits,
	},
	token.IN: {
		kind: "operator", syntax: "column IN [value, ..]", dialect: check.Realtime,
		doc:     "The column has one of the values.",
		example: "PROFILE(lead).FILTER(leadsourcecode IN [7, 8])",
	},

	token.NOT: {
		kind: "function", syntax: "NOT(condition)",
		doc:        "The condition does not hold.",
		parameters: []parameter{{name: "condition", doc: "What must not hold."}},
		example:    "PROFILE(contact).FILTER(NOT(lastname CONTAINS 'test' || ISNULL(emailaddress1)))",
	},
	token.ISNULL: {
		kind: "function", syntax: "ISNULL(column)",
		doc:        "The column has no value.",
		parameters: []parameter{{name: "column", doc: "The column to look at."}},
		example:    "PROFILE(contact).FILTER(ISNULL(mobilephone))",
	},
	token.ISNOTNULL: {
		kind: "function", syntax: "ISNOTNULL(column)",
		doc:        "The column has a value.",
		parameters: []parameter{{name: "column", doc: "The column to look at."}},
		example:    "PROFILE(contact).FILTER(ISNOTNULL(emailaddress1))",
	},
	token.DATEDIFF: {
		kind: "function", syntax: "DATEDIFF(part, from, to)",
		doc: "How many boundaries of the part lie between two dates: from 31 December to 1 January is one year.",
		parameters: []parameter{
			{name: "part", doc: partDoc},
			{name: "from", doc: "The earlier date."},
			{name: "to", doc: "The later date; negative numbers come out if it is the earlier one."},
		},
		example: "PROFILE(contact).FILTER(DATEDIFF(YEAR, birthdate, DATETIMEUTCNOW()) == 50)",
		limits:  dateLimits,
	},
	token.DATEADD: {
		kind: "function", syntax: "DATEADD(part, number, date)",
		doc: "A date that lies a while before or behind another.",
		parameters: []parameter{
			{name: "part", doc: partDoc},
			{name: "number", doc: "How many of it are added; negative to go back."},
			{name: "date", doc: "The date to start from, such as DATETIMEUTCNOW()."},
		},
		example: "PROFILE(contact).FILTER(createdon > DATEADD(DAY, -30, DATETIMEUTCNOW()))",
		limits:  dateLimits,
	},
	token.DATE: {
		kind: "function", syntax: "DATE(year, month, day[, hour, minute, second, millisecond])",
		doc: "A certain date, with a time if wanted. The string '2026-01-31' does the same.",
		parameters: []parameter{
			{name: "year", doc: "Such as 2026."},
			{name: "month", doc: "1 to 12."},
			{name: "day", doc: "1 to 31."},
			{name: "hour", doc: "0 to 23."},
			{name: "minute", doc: "0 to 59."},
			{name: "second", doc: "0 to 59."},
			{name: "millisecond", doc: "0 to 999."},
		},
		example: "PROFILE(contact).FILTER(createdon >= DATE(2026, 1, 31))",
		limits:  append([]string{"Takes 3 to 7 numbers."}, dateLimits...),
	},
	token.DATETIMEUTCNOW: {
		kind: "function", syntax: "DATETIMEUTCNOW()",
		doc:     "The date and time at which the segment is evaluated, exact to the minute. " + utc,
		example: "PROFILE(contact).FILTER(createdon > DATEADD(MONTH, -1, DATETIMEUTCNOW()))",
		limits:  dateLimits,
	},

	token.COUNT: {
		kind: "aggregate", syntax: "COUNT()",
		doc:     "How many events there are.",
		example: "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 2)",
		limits:  []string{"Outbound: no >= or != with a positive number, no == 0, nothing negative and no fraction."},
	},
	token.SUM: {
		kind: "aggregate", syntax: "SUM(column)",
		doc:        "The sum of a column over the events.",
		parameters: []parameter{{name: "column", doc: "A column of the event that holds a number."}},
		example:    "INTERACTION(EmailDelivered, EmailDelivered_ContactLink).HAVING(SUM(DeliveredCount) > 1)",
	},
	token.AVG: {
		kind: "aggregate", syntax: "AVG(column)",
		doc:        "The average of a column over the events.",
		parameters: []parameter{{name: "column", doc: "A column of the event that holds a number."}},
		example:    "INTERACTION(EmailDelivered, EmailDelivered_ContactLink).HAVING(AVG(DeliveredCount) > 1)",
	},
	token.MIN: {
		kind: "aggregate", syntax: "MIN(column)",
		doc:        "The lowest value of a column among the events.",
		parameters: []parameter{{name: "column", doc: "A column of the event that holds a number."}},
		example:    "INTERACTION(EmailDelivered, EmailDelivered_ContactLink).HAVING(MIN(DeliveredCount) > 1)",
	},
	token.MAX: {
		kind: "aggregate", syntax: "MAX(column)",
		doc:        "The highest value of a column among the events.",
		parameters: []parameter{{name: "column", doc: "A column of the event that holds a number."}},
		example:    "INTERACTION(EmailDelivered, EmailDelivered_ContactLink).HAVING(MAX(DeliveredCount) > 1)",
	},

	token.ASC: {
		kind: "direction", syntax: "column ASC", dialect: check.Outbound,
		doc:     "Sorts upward, from the lowest to the highest value.",
		example: "PROFILE(contact).ORDERBY(lastname ASC)",
	},
	token.DESC: {
		kind: "direction", syntax: "column DESC", dialect: check.Outbound,
		doc:     "Sorts downward, from the highest to the lowest value.",
		example: "PROFILE(contact).ORDERBY(createdon DESC)",
	},
	token.TRUE: {
		kind: "value", syntax: "true",
		doc:     "Yes, in a column of two options.",
		example: "PROFILE(contact).FILTER(donotemail == true)",
	},
	token.FALSE: {
		kind: "value", syntax: "false",
		doc:     "No, in a column of two options.",
		example: "PROFILE(contact).FILTER(donotemail == false)",
	},
}

const (
	pageLimit = "One of the last steps of a query that fetches members, or of a static segment."
	partDoc   = "YEAR, MONTH, DAY, HOUR, MINUTE, SECOND or MILLISECOND."
)

var (
	setLimits = []string{
		"The operands must have the same table.",
		"Set operators have one precedence and go from left to right; parentheses change that.",
	}
	textLimits = []string{"For columns of text alone.", "Outbound: not in the FILTER of an INTERACTION."}
	dateLimits = []string{"Outbound: not in the FILTER of an INTERACTION.", "Not seen in the realtime dialect, which may refuse it."}
)

// datePart returns what is known of a date part.
func datePart(w token.Word) wordDoc {
	return wordDoc{
		kind: "date part", syntax: w.String(),
		doc:     "The " + strings.ToLower(w.String()) + "s of a date, for DATEDIFF and DATEADD.",
		example: "PROFILE(contact).FILTER(createdon > DATEADD(" + w.String() + ", -10, DATETIMEUTCNOW()))",
	}
}

// window returns what is known of a window of HAVING.
func window(w token.Word) wordDoc {
	unit := strings.ToLower(strings.TrimPrefix(w.String(), "UTC"))
	r := wordDoc{
		kind: "window", syntax: w.String() + "(number)",
		doc:        "Only events of the last " + unit + " count. " + utc,
		parameters: []parameter{{name: "number", doc: "How many " + unit + " back."}},
		example:    "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, " + w.String() + "(90))",
	}
	switch w {
	case token.UTCMINUTES, token.UTCHOURS, token.UTCWEEKS:
		r.dialect = check.Realtime
		r.example = "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid)\n  .FILTER(msdynmkt_profileid_LogicalName == 'contact')\n  .HAVING(COUNT() >= 1, " + w.String() + "(90))"
	}
	return r
}

// operators are the operators that are no words.
var operators = map[string]wordDoc{
	"&&": {kind: "operator", syntax: "condition && condition", doc: "Both conditions hold. Binds tighter than ||."},
	"||": {kind: "operator", syntax: "condition || condition", doc: "At least one of the conditions holds. && binds tighter."},
	"==": {kind: "operator", syntax: "value == value", doc: "Both values are the same."},
	"!=": {kind: "operator", syntax: "value != value", doc: "The values differ."},
	">":  {kind: "operator", syntax: "value > value", doc: "The left value is the greater or later one.", limits: orderLimits},
	">=": {kind: "operator", syntax: "value >= value", doc: "The left value is greater or later, or the same.", limits: orderLimits},
	"<":  {kind: "operator", syntax: "value < value", doc: "The left value is the smaller or earlier one.", limits: orderLimits},
	"<=": {kind: "operator", syntax: "value <= value", doc: "The left value is smaller or earlier, or the same.", limits: orderLimits},
	"+":  {kind: "operator", syntax: "value + value", doc: "The sum of two numbers."},
	"-":  {kind: "operator", syntax: "value - value", doc: "The difference of two numbers."},
	"*":  {kind: "operator", syntax: "value * value", doc: "The product of two numbers. Binds tighter than + and -."},
	"/":  {kind: "operator", syntax: "value / value", doc: "The quotient of two numbers. Binds tighter than + and -."},
}

var orderLimits = []string{"For numbers and dates alone."}
