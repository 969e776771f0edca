package lsp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/lang/token"
)

// items returns the completions at a byte offset of a document of one that is
// all ASCII.
func (c *client) items(u uri.URI, text string, at int) []protocol.CompletionItem {
	c.t.Helper()
	return withDefaults(c.list(u, text, at))
}

// list is items as the server sends them.
func (c *client) list(u uri.URI, text string, at int) *protocol.CompletionList {
	c.t.Helper()
	before := text[:at]
	position := protocol.Position{
		Line:      uint32(strings.Count(before, "\n")),
		Character: uint32(len(before) - strings.LastIndexByte(before, '\n') - 1),
	}
	answer, err := c.Completion(c.t.Context(), &protocol.CompletionParams{TextDocumentPositionParams: protocol.TextDocumentPositionParams{
		TextDocument: protocol.TextDocumentIdentifier{URI: u}, Position: position,
	}})
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.(*protocol.CompletionList)
}

// withDefaults returns the items of a list, each with what the list says for
// all, as a client has them.
func withDefaults(list *protocol.CompletionList) []protocol.CompletionItem {
	d := list.ItemDefaults
	if d == nil {
		return list.Items
	}
	for i := range list.Items {
		item := &list.Items[i]
		if item.Data == nil {
			item.Data = d.Data
		}
		text, isSet := item.TextEditText.Get()
		if !isSet {
			text = item.Label
		}
		switch r := d.EditRange.(type) {
		case *protocol.Range:
			item.TextEdit = &protocol.TextEdit{Range: *r, NewText: text}
		case *protocol.EditRangeWithInsertReplace:
			item.TextEdit = &protocol.InsertReplaceEdit{Insert: r.Insert, Replace: r.Replace, NewText: text}
		}
	}
	return list.Items
}

// knowDefaults is an option of start: a client that takes what a list of
// completions says for all of its items.
func knowDefaults(_ *client, p *protocol.InitializeParams) {
	p.Capabilities.TextDocument.Completion.CompletionList = &protocol.CompletionListCapabilities{ItemDefaults: []string{"editRange", "data"}}
}

func labels(items []protocol.CompletionItem) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.Label)
	}
	return all
}

// groups are names for several labels in the table below.
var groups = map[string]string{
	"SOURCES":   "PROFILE SEGMENT INTERACTION",
	"SETS":      "UNION EXCEPT INTERSECT",
	"OUTSTEPS":  "FILTER TRAVERSE DISTINCT",
	"PAGES":     "ORDERBY SKIP TAKE SELECT",
	"RELATES":   "RELATE RELATEOPTIONAL",
	"FUNCTIONS": "ISNULL ISNOTNULL NOT",
	"JOINTS":    "&& ||",
	"ORDERED":   "== != > >= < <=",
	"TEXTOPS":   "== != CONTAINS STARTSWITH ENDSWITH",
	"PARTS":     "YEAR MONTH DAY HOUR MINUTE SECOND MILLISECOND",
	"WINDOWS":   "UTCDAYS UTCMONTHS UTCYEARS",
}

// offered lists texts with a caret, |, what must be offered there and what
// must not. A lone - tells that nothing may be offered, ! that only what is
// listed may be; ~ is a blank.
var offered = []struct {
	dialect   string
	text      string
	want, not string
}{
	// Where a query starts.
	{"both", "|", "SOURCES !", ""},
	{"both", "A = |", "SOURCES !", ""},
	{"both", "A = P|", "PROFILE", "SEGMENT"},
	{"both", "A = pro|", "PROFILE !", ""},
	{"both", "A|", "-", ""},
	{"both", "A = (|", "SOURCES !", ""},
	{"both", "A = SEGMENT(B) UNION |", "SOURCES !", ""},
	{"both", "A = SEGMENT(B) union S|", "SEGMENT", "PROFILE UNION"},
	{"both", "A = (SEGMENT(B) EXCEPT (|", "SOURCES !", ""},
	{"both", "PROFILE(contact); |", "SOURCES !", ""},
	{"both", "/* a */ |", "SOURCES !", ""},

	{"both", "P| = PROFILE(contact)", "-", ""},
	{"both", "Ba|", "-", ""},
	{"both", "A = ba|", "SEGMENT(Base) !", ""},
	{"both", "A = PROFILE(contact) EXCEPT (bas|", "SEGMENT(Base) !", ""},

	// Behind an operand.
	{"both", "PROFILE(contact) |", "SETS !", ""},
	{"both", "PROFILE(contact)|", "SETS !", ""},
	{"both", "PROFILE(contact) un|", "UNION", "EXCEPT"},
	{"both", "(PROFILE(contact) |", "SETS !", ""},
	{"both", "(PROFILE(contact)) |", "SETS !", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0) |", "SETS !", ""},
	{"both", "SEGMENT(B) EXCEPT SEGMENT(C) |", "SETS !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0) |", "-", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).HAVING(COUNT() >= 1) |", "SETS !", ""},

	// Steps.
	{"outbound", "PROFILE(contact).|", "OUTSTEPS PAGES !", ""},
	{"realtime", "PROFILE(contact).|", "FILTER RELATES !", ""},
	{"outbound", "PROFILE(contact).F|", "FILTER", "TRAVERSE"},
	{"outbound", "PROFILE(contact)\n  .|", "OUTSTEPS", "PROFILE"},
	{"outbound", "PROFILE(contact).FILTER(statecode == 0).|", "OUTSTEPS", "HAVING RELATE"},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, a_1).|", "FILTER", "TRAVERSE HAVING"},
	{"outbound", "SEGMENT(B).|", "OUTSTEPS", ""},
	{"outbound", "(SEGMENT(B)).|", "OUTSTEPS PAGES", ""},
	{"outbound", "(SEGMENT(B).|", "OUTSTEPS !", "PAGES"},
	{"outbound", "PROFILE(contact).ORDERBY(lastname).|", "SKIP TAKE SELECT !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).|", "FILTER HAVING !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(City == 'x').|", "HAVING !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0).|", "-", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).|", "FILTER HAVING !", ""},
	{"outbound", "PROFILE(contact).FILTER(ISNULL(lastname).|", "FILTER TRAVERSE", "lastname"},

	// Tables and their aliases.
	{"both", "PROFILE(|", "contact account lead", "SOURCES FUNCTIONS"},
	{"both", "PROFILE(acc|", "account", "contact"},
	{"both", "PROFILE(acc|)", "account", "contact"},
	{"both", "profile(ACC|", "account", "contact"},
	{"both", "PROFILE(contact, |", "contact_1 !", ""},
	{"both", "PROFILE(contact, con|", "contact_1 !", ""},
	{"both", "PROFILE(contact, contact_1, |", "-", ""},
	{"both", "PROFILE(contact |", "-", ""},
	{"both", "PROFILE(contact.|", "-", ""},

	// Segments.
	{"both", "SEGMENT(|", "Base !", ""},
	{"both", "SEGMENT(b|", "Base !", ""},
	{"both", "SEGMENT(Base |", "-", ""},
	{"both", "SEGMENT(Base, |", "-", ""},
	{"both", "A = SEGMENT(Base) EXCEPT SEGMENT(|", "Base !", "A"},

	{"both", "P1 = SEGMENT(|) P2 = SEGMENT(P1) P3 = SEGMENT(P2) P4 = PROFILE(contact)", "P4 Base !", ""},
	{"both", "P1 = PROFILE(contact) UNION P| P2 = SEGMENT(P1) P3 = PROFILE(contact)", "SEGMENT(P3) PROFILE !", ""},

	// Names in quotes.
	{"both", "PROFILE('con|')", "contact", "account"},
	{"both", "PROFILE('con|", "contact", "account"},
	{"both", "PROFILE('|')", "contact account", ""},
	{"both", "PROFILE(contact, '|')", "-", ""},
	{"both", "SEGMENT('b|')", "Base !", ""},
	{"outbound", "PROFILE(account).TRAVERSE('contact_acc|')", "contact_account_parentcustomerid", "FILTER"},
	{"outbound", "PROFILE(account).TRAVERSE('cust|')", "contact_account_parentcustomerid", ""},
	{"outbound", "PROFILE('account').TRAVERSE('contact_account_parentcustomerid', '|')", "-", ""},
	{"realtime", "PROFILE(contact).RELATE('contact_cust|')", "contact_customer_accounts", "FILTER"},
	{"outbound", "INTERACTION('EmailOpened', '|')", "EmailOpened_ContactLink EmailOpened_LeadLink !", ""},

	// What people call it.
	{"both", "PROFILE(contact).FILTER(Birthday|", "birthdate !", ""},
	{"both", "PROFILE(contact).FILTER(Marital|", "familystatuscode !", ""},
	{"both", "PROFILE(Campaign|", "campaign", "contact"},
	{"both", "PROFILE('Order|')", "salesorder", "contact"},

	// Interactions.
	{"outbound", "INTERACTION(|", "EmailOpened EmailClicked", "msdynmkt_emailopened PROFILE"},
	{"realtime", "INTERACTION(|", "msdynmkt_emailopened", "EmailOpened"},
	{"outbound", "INTERACTION(Emailop|", "EmailOpened", "EmailClicked"},
	{"outbound", "INTERACTION(EO|", "EmailOpened", "EmailClicked"},
	{"outbound", "INTERACTION(EmailOpened, |", "EmailOpened_ContactLink EmailOpened_LeadLink !", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, |", "msdynmkt_profileid", "FILTER"},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid, |", "-", ""},
	{"both", "INTERACTION(nosuch, |", "-", ""},

	// Relationships and their aliases.
	{"outbound", "PROFILE(account).TRAVERSE(|", "contact_account_parentcustomerid", "FILTER PROFILE contact_customer_accounts"},
	{"outbound", "PROFILE(account).TRAVERSE(contact_acc|", "contact_account_parentcustomerid", "FILTER"},
	{"outbound", "PROFILE(contact).TRAVERSE(contact_customer_acc|", "contact_account_parentcustomerid !", ""},
	{"outbound", "PROFILE(contact).TRAVERSE('contact_customer_acc|", "contact_account_parentcustomerid !", ""},
	{"realtime", "PROFILE(contact).RELATE(contact_account_par|", "contact_customer_accounts !", ""},
	{"outbound", "PROFILE(account).TRAVERSE(contact_acc|, c_1)", "contact_account_parentcustomerid", ""},
	{"outbound", "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, |", "contact_1 FILTER !", ""},
	{"outbound", "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, c_1, |", "FILTER !", ""},
	{"outbound", "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, c_1, FILTER(|", "c_1 emailaddress1 FUNCTIONS", "FILTER"},
	{"outbound", "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, FILTER(sta|", "statecode", "FILTER"},
	{"outbound", "PROFILE(account).TRAVERSE(contact_account_parentcustomerid).TRAVERSE(|", "listcontact_association", "contact_account_nosuch"},
	{"outbound", "PROFILE(contact, contact_1).TRAVERSE(contact_account_parentcustomerid, account_1).TRAVERSE(contact_account_parentcustomerid, |", "contact_2", "contact_1"},
	{"realtime", "PROFILE(contact).RELATE(|", "contact_customer_accounts", "contact_account_parentcustomerid FILTER"},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, |", "account_1 !", ""},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, account.|", "account_1 !", ""},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, account_1, |", "RELATES !", ""},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, account_1, RELATE(|", "account_primary_contact", "lead_primary_contact"},
	{"realtime", "PROFILE(contact).RELATEOPTIONAL(contact_customer_acc|", "contact_customer_accounts", "RELATE"},
	{"both", "PROFILE(nosuchtable).TRAVERSE(|", "-", ""},

	// Conditions.
	{"both", "PROFILE(contact).FILTER(|", "statecode emailaddress1 FUNCTIONS", "FILTER && == DESC YEAR"},
	{"both", "PROFILE(contact).FILTER(email|", "emailaddress1", "lastname"},
	{"both", "PROFILE(contact).FILTER(ea1|", "emailaddress1", "lastname"},
	{"both", "PROFILE(contact).FILTER(address1|", "address1_city", "lastname"},
	{"both", "PROFILE(contact).FILTER(statecode == 0 && |", "emailaddress1 FUNCTIONS", "&&"},
	{"both", "PROFILE(contact).FILTER(statecode == 0 AND |", "emailaddress1 FUNCTIONS", "&&"},
	{"both", "PROFILE(contact).FILTER((|", "emailaddress1 FUNCTIONS", "PROFILE"},
	{"both", "PROFILE(contact).FILTER(!|", "emailaddress1 FUNCTIONS", ""},
	{"both", "PROFILE(contact).FILTER(NOT(|", "emailaddress1 FUNCTIONS", ""},
	{"both", "PROFILE(contact).FILTER(NOT(statecode == 0 || |", "emailaddress1", "=="},
	{"both", "PROFILE(contact).FILTER(ISN|", "ISNULL ISNOTNULL", "NOT"},
	{"both", "PROFILE(contact).FILTER(ISNULL(|", "emailaddress1", "ISNULL NOT DATEDIFF"},
	{"both", "PROFILE(contact).FILTER(ISNULL(emailaddress1) |", "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER((statecode == 0) |", "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0 |", "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0 a|", "&& !", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0)|", "SETS !", ""},
	{"both", "PROFILE(contact, c_1).FILTER(|", "c_1 emailaddress1", ""},
	{"both", "PROFILE(contact, c_1).FILTER(c_1.|", "emailaddress1", "c_1 FUNCTIONS ISNULL"},
	{"both", "PROFILE(contact, c_1).FILTER(c_1.email|address1 == 'a')", "emailaddress1", "lastname"},
	{"both", "PROFILE(contact, c_1).FILTER(nosuch.|", "-", ""},
	{"both", "PROFILE(contact).FILTER(contact.|", "emailaddress1", "contact"},
	{"outbound", "PROFILE(account, a_1).TRAVERSE(contact_account_parentcustomerid, c_1).FILTER(a_1.|", "accountcategorycode", "gendercode"},
	{"outbound", "PROFILE(account, a_1).TRAVERSE(contact_account_parentcustomerid, c_1).FILTER(|", "a_1 c_1 gendercode", "accountcategorycode"},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, account_1).FILTER(account_1.|", "accountcategorycode", "gendercode"},
	{"realtime", "PROFILE(contact).RELATE(contact_customer_accounts, account_1).FILTER(|", "account_1 gendercode", "accountcategorycode"},
	{"realtime", "PROFILE(contact).FILTER(statecode == 0 && (account_1.|", "-", ""},

	// Operators by the type of the column.
	{"outbound", "PROFILE(contact).FILTER(lastname |", "TEXTOPS !", ""},
	{"realtime", "PROFILE(contact).FILTER(lastname |", "TEXTOPS IN !", ""},
	{"outbound", "PROFILE(contact).FILTER(lastname CON|", "CONTAINS !", ""},
	{"outbound", "PROFILE(contact).FILTER(gendercode |", "== != !", ""},
	{"realtime", "PROFILE(contact).FILTER(gendercode |", "== != IN !", ""},
	{"both", "PROFILE(contact).FILTER(donotemail |", "== != !", ""},
	{"both", "PROFILE(contact).FILTER(birthdate |", "ORDERED !", ""},
	{"outbound", "PROFILE(account).FILTER(revenue |", "ORDERED + * /", ""},
	{"outbound", "PROFILE(contact, c_1).FILTER(c_1.lastname |", "TEXTOPS !", ""},
	{"outbound", "PROFILE(account).FILTER((revenue + 1) |", "ORDERED", "&&"},
	{"outbound", "PROFILE(contact).FILTER(DATEDIFF(YEAR, birthdate, DATETIMEUTCNOW()) |", "ORDERED", "&& CONTAINS IN"},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(City |", "== != !", ""},
	{"realtime", "PROFILE(lead).FILTER(leadsourcecode IN |", "[ !", ""},

	// Values.
	{"both", "PROFILE(contact).FILTER(gendercode == |", "Male (1)\nFemale (2) !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode == F|", "Female (2) !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode == 2|", "Female (2) !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode == 'Fe|", "Female (2) !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode == 'Fe|'", "Female (2) !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode = |", "Male (1)\nFemale (2) !", ""},
	{"realtime", "PROFILE(contact).FILTER(gendercode IN [|", "Male (1)\nFemale (2) !", ""},
	{"realtime", "PROFILE(contact).FILTER(gendercode IN [1, |", "Female (2) !", ""},
	{"realtime", "PROFILE(contact).FILTER(gendercode IN [1 |", "-", ""},
	{"realtime", "PROFILE(contact).FILTER(gendercode IN [1] |", "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER(donotemail == |", "true false !", ""},
	{"both", "PROFILE(contact).FILTER(donotemail == t|", "true !", ""},
	{"both", "PROFILE(contact).FILTER(lastname == |", "-", ""},
	{"both", "PROFILE(contact).FILTER(lastname == '|", "-", ""},
	{"both", "PROFILE(contact).FILTER(lastname CONTAINS |", "-", ""},
	{"both", "PROFILE(contact).FILTER(lastname == nul|", "ISNULL(lastname) !", ""},
	{"both", "PROFILE(contact, c_1).FILTER(c_1.lastname != NULL|", "ISNOTNULL(c_1.lastname) !", ""},
	{"both", "PROFILE(account).FILTER(accountid == |", "-", ""},
	{"both", "PROFILE(contact).FILTER(birthdate > tod|", "'2026-06-01' !", ""},
	{"outbound", "PROFILE(contact).FILTER(birthdate > days|", "30 days ago\nin~7~days !", ""},
	{"outbound", "PROFILE(contact).FILTER(birthdate > |", "DATETIMEUTCNOW DATEADD DATE\n30 days ago\nanniversary '2026-06-01'", "lastname"},
	{"realtime", "PROFILE(contact).FILTER(birthdate > |", "'2026-06-01' anniversary", "lastname"},
	{"outbound", "PROFILE(account).FILTER(revenue > |", "marketcap DATEDIFF", "name DATETIMEUTCNOW"},
	{"outbound", "PROFILE(account).FILTER(revenue * |", "marketcap", ""},
	{"outbound", "PROFILE(account).FILTER(revenue * |", "numberofemployees DATEDIFF", "name statecode createdon accountid donotemail ISNULL NOT DATEADD"},
	{"outbound", "PROFILE(account, a).FILTER(revenue * a.|", "numberofemployees", "name statecode"},
	{"outbound", "PROFILE(account).FILTER(2 * (revenue + |", "numberofemployees", "name statecode"},
	{"outbound", "PROFILE(account).FILTER(revenue / 100 > |", "marketcap DATEDIFF", "name statecode createdon"},
	{"outbound", "PROFILE(account).FILTER((revenue / 100) > |", "marketcap DATEDIFF", "name statecode createdon"},
	{"outbound", "PROFILE(account).FILTER(revenue > 100 * |", "marketcap", "name statecode"},
	{"outbound", "PROFILE(account).FILTER(accountcategorycode == 1 + |", "marketcap", "name"},
	{"outbound", "PROFILE(account).FILTER(revenue / 100 |", "ORDERED + * /", "CONTAINS &&"},
	{"outbound", "PROFILE(account).FILTER(revenue > 1 && name |", "TEXTOPS !", ""},
	{"both", "PROFILE(account).FILTER(5 < |", "revenue", ""},
	{"both", "PROFILE(account).FILTER(revenue > |", "marketcap", "revenue"},
	{"both", "PROFILE(account, a).FILTER(a.revenue > |", "a marketcap", "revenue"},
	{"outbound", "PROFILE(account, a).TRAVERSE(account_parent_account, b).FILTER(a.revenue > |", "a b revenue", ""},
	{"both", "PROFILE(account, a).FILTER(a.revenue > a.|", "marketcap", "revenue"},
	{"both", "PROFILE(account, a).FILTER(a.revenue > 1 && |", "revenue", ""},
	{"both", "PROFILE(contact).FILTER(createdon > |", "modifiedon", "createdon"},
	{"both", "PROFILE(contact).FILTER(firstname == lastn|", "lastname", "firstname"},
	{"both", "PROFILE(contact).FILTER(firstname == firstn|", "-", ""},
	{"both", "PROFILE(account).FILTER(primarycontactid == own|", "ownerid", "name"},
	{"both", "PROFILE(contact).FILTER(donotemail == donotp|", "donotphone", "donotemail"},
	{"both", "PROFILE(account).FILTER(statecode == indus|", "industrycode", "name"},
	{"both", "PROFILE(contact, c).FILTER(firstname == c.|", "lastname", "createdon"},
	{"both", "PROFILE(account).FILTER(1 == |", "revenue statecode", "name createdon donotemail accountid"},
	{"both", "PROFILE(account).FILTER('x' == |", "name description", "revenue statecode createdon donotemail accountid"},
	{"both", "PROFILE(account).FILTER('2026-03-30' < |", "createdon name", "revenue accountid"},
	{"both", "PROFILE(account).FILTER('1cc00a15-37ef-e911-a81d-000d3a6d200c' == |", "accountid primarycontactid", "revenue createdon"},
	{"both", "PROFILE(contact).FILTER(true == |", "donotemail", "lastname true"},
	{"both", "PROFILE(account).FILTER(revenue > -5|", "-", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(Timestamp > |", "'2026-06-01'", "DATETIMEUTCNOW DATEADD DATE"},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(|", "City ISNULL", "DATEDIFF emailaddress1"},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).FILTER(msdynmkt_profileid_L|", "msdynmkt_profileid_LogicalName", "City"},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).FILTER(msdynmkt_profileid_LogicalName == |", "'contact' 'lead' !", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).FILTER(msdynmkt_profileid_LogicalName == 'c|", "'contact' !", ""},
	{"realtime", "PROFILE(contact).FILTER(compliance_profile_1f0c6c1ab9e04d0c8a527f6f6e3c2d10 == |", "consent~record !", ""},

	// Arguments of functions.
	{"both", "PROFILE(contact).FILTER(DATEDIFF(|", "PARTS !", ""},
	{"both", "PROFILE(contact).FILTER(DATEDIFF(mon|", "MONTH !", ""},
	{"both", "PROFILE(contact).FILTER(DATEDIFF(YEAR, |", "birthdate createdon DATETIMEUTCNOW", "lastname YEAR"},
	{"both", "PROFILE(contact, c_1).FILTER(DATEDIFF(YEAR, c_1.|", "birthdate", "lastname YEAR"},
	{"both", "PROFILE(contact).FILTER(DATEDIFF(YEAR, birthdate, |", "DATETIMEUTCNOW createdon", "YEAR"},
	{"both", "PROFILE(contact).FILTER(DATEADD(|", "PARTS !", ""},
	{"both", "PROFILE(contact).FILTER(DATEADD(DAY, |", "-", ""},
	{"both", "PROFILE(contact).FILTER(createdon > DATEADD(DAY, -30, |", "DATETIMEUTCNOW", "DAY"},
	{"both", "PROFILE(contact).FILTER(createdon > DATE(|", "-", ""},
	{"both", "PROFILE(contact).FILTER(createdon > DATETIMEUTCNOW(|", "-", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(|", "COUNT SUM AVG MIN MAX !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT(|", "-", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() |", "> == < <= !", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).HAVING(COUNT() |", "ORDERED !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > |", "-", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(SUM(|", "Version", "City"},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, |", "WINDOWS !", ""},
	{"realtime", "INTERACTION(msdynmkt_emailopened, msdynmkt_profileid).HAVING(COUNT() >= 1, |", "WINDOWS UTCWEEKS UTCHOURS UTCMINUTES !", ""},
	{"outbound", "INTERACTION(EmailOpened, EmailOpened_ContactLink).HAVING(COUNT() > 0, UTCDAYS(|", "-", ""},
	{"outbound", "PROFILE(contact).ORDERBY(|", "lastname createdon", "ASC"},
	{"outbound", "PROFILE(contact).ORDERBY(lastname |", "ASC DESC !", ""},
	{"outbound", "PROFILE(contact).ORDERBY(lastname ASC |", "-", ""},
	{"outbound", "PROFILE(contact).ORDERBY(lastname ASC, |", "firstname", "ASC"},
	{"outbound", "PROFILE(contact).SELECT(contactid, |", "lastname", "ASC"},
	{"outbound", "PROFILE(contact).SELECT(contactid |", "-", ""},
	{"outbound", "PROFILE(contact).SKIP(|", "-", ""},
	{"outbound", "PROFILE(contact).TAKE(1|", "-", ""},
	{"both", "PROFILE(contact).NOSUCH(|", "lastname", ""},

	// Labels with blanks.
	{"both", "PROFILE(contact).FILTER(accountrolecode == Decision M|", "Decision Maker (1) !", ""},
	{"both", "PROFILE(contact).FILTER(accountrolecode == decision |", "Decision Maker (1) !", ""},
	{"realtime", "PROFILE(contact).FILTER(accountrolecode IN [2, Decision M|", "Decision Maker (1) !", ""},
	{"both", "PROFILE(contact).FILTER(accountrolecode == 1 |", "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER(accountrolecode == Decision a|", "&& !", ""},
	{"outbound", "PROFILE(contact).FILTER(createdon > 6 mon|", "6 months ago !", ""},
	{"outbound", "PROFILE(contact).FILTER(createdon > 6 |", "6 months ago !", ""},

	{"outbound", "PROFILE(contact).FILTER(createdon > |DATEADD(DAY, -1, modifiedon))", "DATEADD DATETIMEUTCNOW", "yesterday~at~this~time"},

	// Functions without their parentheses.
	{"both", "PROFILE(contact).FILTER(NOT |", "( !", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0 && ISNULL |", "( !", ""},

	// Broken texts.
	{"both", "PROFILE(contact).FILTER(lastname == 'it\nB = PROFILE(|", "contact", "lastname"},
	{"both", "A = PROFILE(contact).FILTER(gendercode == |\nB = PROFILE(account)", "Male (1)\nFemale (2) !", ""},
	{"both", "A = PROFILE(contact).FILTER(|\n\nB = PROFILE(account)", "gendercode", "accountcategorycode"},
	{"outbound", "A = PROFILE(contact).|\nB = PROFILE(account)", "OUTSTEPS", ""},
	{"both", "))) PROFILE(contact).FILTER(|", "lastname", ""},
	{"both", "PROFILE(contact).FILTER(statecode == 0 && && |", "lastname", ""},
	{"both", "PROFILE(contact).FILTER(''' |", "-", ""},
	{"both", "PROFILE(contact).FILTER(lastname == 'a''b' |", "JOINTS !", ""},
	{"both", `PROFILE(contact).FILTER(lastname == 'a\'b' |`, "JOINTS !", ""},
	{"both", "PROFILE(contact).FILTER(gendercode IN [1, 2) |", "SETS !", ""},

	// A file that shows no dialect.
	{"undetermined", "PROFILE(contact).|", "OUTSTEPS RELATES PAGES !", ""},
	{"undetermined", "PROFILE(contact).FILTER(lastname |", "TEXTOPS IN !", ""},
	{"undetermined", "INTERACTION(|", "EmailOpened msdynmkt_emailopened", ""},
	{"undetermined", "INTERACTION(EmailOpened, |", "EmailOpened_ContactLink EmailOpened_LeadLink !", ""},
	{"undetermined", "INTERACTION(msdynmkt_emailopened, |", "msdynmkt_profileid", "EmailOpened_ContactLink"},
	{"undetermined", "// seg:dialect realtime\nPROFILE(contact).|", "FILTER RELATES !", ""},
	{"undetermined", "PROFILE(contact).RELATE(contact_customer_accounts, a).|", "FILTER RELATES !", ""},

	// Comments.
	{"both", "// |", "-", ""},
	{"both", "// seg:|", "seg:ignore seg:dialect !", ""},
	{"both", "/* seg:ig|", "seg:ignore !", ""},
	{"both", "A = PROFILE(contact)\n// seg:|\nB = PROFILE(contact)", "seg:ignore !", ""},
	{"both", "A = PROFILE(contact) // seg:|", "seg:ignore !", ""},
	{"both", "// seg:ignore |\nPROFILE(contact)", "unknown-column unused-alias", "PROFILE"},
	{"both", "// seg:ignore unknown-col|\nPROFILE(contact)", "unknown-column !", ""},
	{"both", "// seg:ignore unknown-column, unused|", "unused-alias", "unknown-column"},
	{"both", "PROFILE(contact) // seg:ignore unused-al|", "unused-alias !", ""},
	{"both", "PROFILE(contact) /* seg:ignore unused-al| */", "unused-alias !", ""},
	{"both", "// seg:ignore having-bef|\nPROFILE(contact)", "-", ""},
	{"both", "// seg:ignore unused-alias until |", "-", ""},
	{"both", "// seg:ignore unused-alias -- because |", "-", ""},
	{"both", "// seg:dialect |\nPROFILE(contact)", "outbound realtime !", ""},
	{"both", "// seg:dialect re|", "realtime !", ""},
	{"both", "PROFILE(contact) /* .|", "-", ""},
}

func TestCompletion(t *testing.T) {
	for _, dialect := range []string{"outbound", "realtime", "undetermined"} {
		config := fmt.Sprintf("dialect = %q\n", dialect)
		if dialect == "undetermined" {
			config = ""
		}
		c := start(t, map[string]string{"seg.toml": config, "base.seg": "Base = PROFILE(contact)\n"})
		c.open(at("base.seg"), 1, "Base = PROFILE(contact)\n")
		c.diagnostics(at("base.seg"), 1)
		for i, test := range offered {
			if test.dialect != dialect && (test.dialect != "both" || dialect == "undetermined") {
				continue
			}
			caret := strings.IndexByte(strings.ReplaceAll(test.text, "||", "??"), '|')
			text := test.text[:caret] + test.text[caret+1:]
			u := at(fmt.Sprintf("%s%d.seg", dialect, i))
			c.open(u, 1, text)
			got := labels(c.items(u, text, caret))
			want, exact := expand(test.want)
			not, _ := expand(test.not)
			for _, label := range want {
				if !slices.Contains(got, label) {
					t.Errorf("%s: %s: %q is not offered, only %q", dialect, test.text, label, first(got, 12))
				}
			}
			for _, label := range not {
				if slices.Contains(got, label) {
					t.Errorf("%s: %s: %q is offered", dialect, test.text, label)
				}
			}
			if exact && len(got) != len(want) {
				t.Errorf("%s: %s: offered are %q, not just %q", dialect, test.text, first(got, 12), want)
			}
			if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

var choiceLine = regexp.MustCompile(`\(-?\d+\)$| ago$`)

func first[T any](all []T, n int) []T { return all[:min(n, len(all))] }

// expand returns the labels of a cell of the table. Those with blanks stand on
// lines of their own.
func expand(cell string) (all []string, exact bool) {
	for line := range strings.SplitSeq(cell, "\n") {
		if rest, ok := strings.CutSuffix(line, " !"); ok {
			line, exact = rest, true
		}
		if choiceLine.MatchString(line) {
			all = append(all, line)
			continue
		}
		for _, word := range strings.Fields(line) {
			switch group, ok := groups[word]; {
			case word == "-":
				exact = true
			case ok:
				all = append(all, strings.Fields(group)...)
			default:
				all = append(all, strings.ReplaceAll(word, "~", " "))
			}
		}
	}
	return all, exact
}

// TestCompletionOfExamples holds that at each place of the examples the word
// that stands there is offered, before its first letter and behind each: in the
// whole text, and where nothing follows yet.
func TestCompletionOfExamples(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	tokens := regexp.MustCompile(`//[^\n]*|/\*(?s:.*?)\*/|'(?:[^']|'')*'|[A-Za-z_]\w*|\d[\d.]*|==|!=|>=|<=|&&|\|\||[-<>+*/\[]`)
	asked, missing := 0, map[string]int{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		c, whole := start(t, nil), start(t, nil)
		u := at(filepath.Base(name))
		c.open(u, 1, text)
		whole.open(u, 1, text)
		c.diagnostics(u, 1)
		whole.diagnostics(u, 1)
		version := int32(1)
		for _, m := range tokens.FindAllStringIndex(text, -1) {
			word := text[m[0]:m[1]]
			if !isOfferable(text, m[0], word) {
				continue
			}
			for end := m[0]; end < m[1]; end++ {
				asked++
				if !slices.ContainsFunc(whole.items(u, text, end), func(i protocol.CompletionItem) bool { return isFor(i, word) }) {
					missing[fmt.Sprintf("%s: %s in the whole text", filepath.Base(name), word)]++
				}
				version++
				before := text[:end]
				c.change(u, version, &protocol.TextDocumentContentChangeWholeDocument{Text: before})
				items := c.items(u, before, end)
				asked++
				if !slices.ContainsFunc(items, func(i protocol.CompletionItem) bool { return isFor(i, word) }) {
					missing[fmt.Sprintf("%s: %s (of %d: %q)", filepath.Base(name), word, len(items), first(labels(items), 4))]++
				}
				if !wordOnly.MatchString(word) {
					break // an operator is offered before it alone
				}
			}
		}
	}
	lost := 0
	for what, n := range missing {
		lost += n
		t.Logf("not offered at %d places: %s", n, what)
	}
	t.Logf("offered at %d of %d places", asked-lost, asked)
	if lost*100 > asked*3 {
		t.Errorf("the next word is offered at %d of %d places only", asked-lost, asked)
	}
}

var wordOnly = regexp.MustCompile(`^\w+$`)

// isOfferable reports whether a token is one that the server can know: no
// comment, free text, number, or name that is made there.
func isOfferable(text string, at int, word string) bool {
	switch {
	case strings.HasPrefix(word, "/") && len(word) > 1, strings.HasPrefix(word, "'"), word[0] >= '0' && word[0] <= '9', word == "-":
		return false
	case strings.HasPrefix(word, "compliance_profile_"), strings.HasPrefix(word, "SEGMENT_"):
		return false // ids of an organization
	}
	if definition := regexp.MustCompile(`^\w+\s*=[^=]`); definition.MatchString(text[at:]) {
		return false
	}
	// An alias where it is made can be any name.
	line := text[strings.LastIndexByte(text[:at], '\n')+1 : at]
	made := regexp.MustCompile(`(PROFILE|TRAVERSE|RELATE|RELATEOPTIONAL)\(\w+, $|^\s+\w+, $`)
	return !made.MatchString(line) || token.Lookup(word) != token.NoWord
}

// isFor reports whether an item stands for a word, which may be written in
// another case.
func isFor(item protocol.CompletionItem, word string) bool {
	return strings.EqualFold(item.Label, word) || strings.HasPrefix(item.Label, word+" ")
}

// TestCompletionEdits holds what items insert, and where.
func TestCompletionEdits(t *testing.T) {
	for _, test := range []struct {
		name, text, label string
		plain             bool // the client knows plain text alone
		want              string
	}{
		{"bare name of a segment", "Base = PROFILE(contact) A = Bas|", "SEGMENT(Base)", false, "Base = PROFILE(contact) A = SEGMENT(Base)"},
		{"word", "PROFILE(contact).FIL|", "FILTER", false, "PROFILE(contact).FILTER($0)"},
		{"word of a plain client", "PROFILE(contact).FIL|", "FILTER", true, "PROFILE(contact).FILTER("},
		{"word with its parenthesis", "PROFILE(contact).FI|LT(a == 1)", "FILTER", false, "PROFILE(contact).FILTER(a == 1)"},
		{"name in the middle", "PROFILE(contact).FILTER(last|nam == 'a')", "lastname", false, "PROFILE(contact).FILTER(lastname == 'a')"},
		{"choice", "PROFILE(contact).FILTER(gendercode == Fe|)", "Female (2)", false, "PROFILE(contact).FILTER(gendercode == 2)"},
		{"choice in quotes", "PROFILE(contact).FILTER(gendercode == 'Fe|male')", "Female (2)", false, "PROFILE(contact).FILTER(gendercode == 2)"},
		{"choice in an open string", "PROFILE(contact).FILTER(gendercode == 'Fe| || a == 1)", "Female (2)", false, "PROFILE(contact).FILTER(gendercode == 2 || a == 1)"},
		{"null", "PROFILE(contact).FILTER(lastname == nu|)", "ISNULL(lastname)", false, "PROFILE(contact).FILTER(ISNULL(lastname))"},
		{"null of an alias", "PROFILE(contact, c).FILTER(a == 1 && c.lastname != null|)", "ISNOTNULL(c.lastname)", false, "PROFILE(contact, c).FILTER(a == 1 && ISNOTNULL(c.lastname))"},
		{"relationship", "PROFILE(account).TRAVERSE(contact_acc|)", "contact_account_parentcustomerid", false, "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, ${1:contact_1})"},
		{"relationship of a plain client", "PROFILE(account).TRAVERSE(contact_acc|)", "contact_account_parentcustomerid", true, "PROFILE(account).TRAVERSE(contact_account_parentcustomerid)"},
		{"relationship with an alias", "PROFILE(account).TRAVERSE(contact_acc|, c)", "contact_account_parentcustomerid", false, "PROFILE(account).TRAVERSE(contact_account_parentcustomerid, c)"},
		{"event", "INTERACTION(EmailOp|)", "EmailOpened", false, "INTERACTION(EmailOpened, ${1:EmailOpened_ContactLink})"},
		{"relative date", "PROFILE(contact).FILTER(createdon > |)", "30 days ago", false, "PROFILE(contact).FILTER(createdon > DATEADD(DAY, -${1:30}, DATETIMEUTCNOW()))"},
		{"joint", "PROFILE(contact).FILTER(gendercode == 1 an|)", "&&", false, "PROFILE(contact).FILTER(gendercode == 1 && )"},
		{"name in quotes", "PROFILE('con|ta')", "contact", false, "PROFILE('contact')"},
		{"name in double quotes", "PROFILE(\"con|\")", "contact", false, "PROFILE('contact')"},
		{"name in an open string", "PROFILE(account).TRAVERSE('contact_acc|)", "contact_account_parentcustomerid", false, "PROFILE(account).TRAVERSE('contact_account_parentcustomerid', ${1:contact_1})"},
		{"column by its label", "PROFILE(contact).FILTER(Birthd|)", "birthdate", false, "PROFILE(contact).FILTER(birthdate)"},
		{"operator", "PROFILE(contact).FILTER(gendercode |1)", "==", false, "PROFILE(contact).FILTER(gendercode == 1)"},
		{"rule", "// seg:ignore unknown-|tabel", "unknown-table", false, "// seg:ignore unknown-table"},

		// Where what starts at the caret would run into what is inserted.
		{"choice before a number", "PROFILE(contact).FILTER(statecode == |0)", "Inactive (1)", false, "PROFILE(contact).FILTER(statecode == 1)"},
		{"choice before a negative number", "PROFILE(contact).FILTER(statecode == |-5)", "Inactive (1)", false, "PROFILE(contact).FILTER(statecode == 1)"},
		{"choice before a string", "PROFILE(contact).FILTER(statecode == |'Inactive' && a == 1)", "Inactive (1)", false, "PROFILE(contact).FILTER(statecode == 1 && a == 1)"},
		{"choice before a string without an end", "PROFILE(contact).FILTER(statecode == |'Inactive)", "Inactive (1)", false, "PROFILE(contact).FILTER(statecode == 1'Inactive)"},
		{"choice in a list", "PROFILE(contact).FILTER(statecode IN [|0, 1])", "Active (0)", false, "PROFILE(contact).FILTER(statecode IN [0, 1])"},
		{"value before a value", "PROFILE(contact).FILTER(donotemail == |true)", "false", false, "PROFILE(contact).FILTER(donotemail == false)"},
		{"word in the middle", "PROFILE(contact).FIL|TER(b == 2)", "FILTER", false, "PROFILE(contact).FILTER(b == 2)"},
		{"function in the middle", "PROFILE(contact).FILTER(DATED|IFF(YEAR, birthdate, createdon) > 1)", "DATEDIFF", false, "PROFILE(contact).FILTER(DATEDIFF(YEAR, birthdate, createdon) > 1)"},
		{"relationship in the middle", "PROFILE(contact).RELATE(contact_cust|omer_accounts, a)", "contact_customer_accounts", false, "PROFILE(contact).RELATE(contact_customer_accounts, a)"},
		{"segment before a segment", "Base = PROFILE(contact) A = SEGMENT(|A)", "Base", false, "Base = PROFILE(contact) A = SEGMENT(Base)"},
		{"segment before its parenthesis", "Base = PROFILE(contact) A = B|(A)", "SEGMENT(Base)", false, ""},
		{"step before a parenthesis", "PROFILE(contact).|(a == 1)", "FILTER", false, "PROFILE(contact).FILTER(a == 1)"},
		{"step before a step", "PROFILE(contact).|FILTER(a == 1)", "TRAVERSE", false, "PROFILE(contact).TRAVERSE(a == 1)"},
		{"function before a parenthesis", "PROFILE(contact).FILTER(|(lastname))", "ISNULL", false, "PROFILE(contact).FILTER(ISNULL(lastname))"},
		{"function before one behind a blank", "PROFILE(contact).FILTER(| (lastname == 'x'))", "NOT", false, "PROFILE(contact).FILTER(NOT($0) (lastname == 'x'))"},
		{"operator before an operator", "PROFILE(contact).FILTER(lastname |== 'x')", "!=", false, "PROFILE(contact).FILTER(lastname != 'x')"},
		{"operator before a single =", "PROFILE(contact).FILTER(lastname |= 'x')", "==", false, "PROFILE(contact).FILTER(lastname == 'x')"},
		{"operator before a word", "PROFILE(contact).FILTER(lastname |CONTAINS 'x')", "==", false, "PROFILE(contact).FILTER(lastname == 'x')"},
		{"operator before a joint", "PROFILE(contact).FILTER(lastname |&& a == 1)", "==", false, "PROFILE(contact).FILTER(lastname == && a == 1)"},
		{"word before an operator", "PROFILE(contact).FILTER(lastname |== 'x')", "CONTAINS", false, "PROFILE(contact).FILTER(lastname CONTAINS 'x')"},
		{"word before a blank", "PROFILE(contact).FILTER(lastname CON| 'x')", "CONTAINS", false, "PROFILE(contact).FILTER(lastname CONTAINS 'x')"},
		{"joint before a joint", "PROFILE(contact).FILTER(statecode == 0 |&& a == 1)", "||", false, "PROFILE(contact).FILTER(statecode == 0 || a == 1)"},
		{"joint before a word of one", "PROFILE(contact).FILTER(statecode == 0 |AND a == 1)", "||", false, "PROFILE(contact).FILTER(statecode == 0 || a == 1)"},
		{"joint before a condition", "PROFILE(contact).FILTER(statecode == 0 |a == 1)", "&&", false, "PROFILE(contact).FILTER(statecode == 0 && a == 1)"},
		{"joint before a blank", "PROFILE(contact).FILTER(statecode == 0 a| a == 1)", "&&", false, "PROFILE(contact).FILTER(statecode == 0 && a == 1)"},
		{"IN before its bracket", "PROFILE(contact).FILTER(statecode |[1])", "IN", false, "PROFILE(contact).FILTER(statecode IN [1])"},
		{"bracket before a bracket", "PROFILE(contact).FILTER(statecode IN |[1])", "[", false, "PROFILE(contact).FILTER(statecode IN [1])"},
		{"set operator before another", "A = PROFILE(contact) |UNION SEGMENT(B)", "EXCEPT", false, "A = PROFILE(contact) EXCEPT SEGMENT(B)"},
		{"set operator before a query", "A = PROFILE(contact) |SEGMENT(B)", "EXCEPT", false, "A = PROFILE(contact) EXCEPT SEGMENT(B)"},
		{"label with a blank", "PROFILE(contact).FILTER(accountrolecode == Decision M|ak)", "Decision Maker (1)", false, "PROFILE(contact).FILTER(accountrolecode == 1)"},
		{"word of a comment", "// seg:ig|", "seg:ignore", false, "// seg:ignore "},
		{"behind one =", "PROFILE(contact).FILTER(statecode =|)", "==", false, "PROFILE(contact).FILTER(statecode == )"},
		{"within ==", "PROFILE(contact).FILTER(statecode =|= 0)", "==", false, "PROFILE(contact).FILTER(statecode == 0)"},
		{"behind !", "PROFILE(contact).FILTER(statecode !| 0)", "!=", false, "PROFILE(contact).FILTER(statecode != 0)"},
		{"behind one &", "PROFILE(contact).FILTER(statecode == 0 &| a == 1)", "&&", false, "PROFILE(contact).FILTER(statecode == 0 && a == 1)"},
	} {
		for _, variant := range []struct {
			name                     string
			hasDefaults, hasOneRange bool
		}{{"", false, false}, {", with defaults", true, false}, {", with one range", false, true}, {", with defaults and one range", true, true}} {
			t.Run(test.name+variant.name, func(t *testing.T) {
				c := start(t, nil, func(c *client, p *protocol.InitializeParams) {
					yes, no := true, false
					o := p.Capabilities.TextDocument.Completion.CompletionItem
					if !variant.hasOneRange {
						o.InsertReplaceSupport = &yes
					}
					if test.plain {
						o.SnippetSupport = &no
					}
					if variant.hasDefaults {
						knowDefaults(c, p)
					}
				})
				caret := strings.IndexByte(strings.ReplaceAll(test.text, "||", "??"), '|')
				text := test.text[:caret] + test.text[caret+1:]
				c.open(at("a.seg"), 1, text)
				items := c.items(at("a.seg"), text, caret)
				i := slices.IndexFunc(items, func(i protocol.CompletionItem) bool { return i.Label == test.label })
				if test.want == "" {
					if i >= 0 {
						t.Fatalf("%q is offered", test.label)
					}
					return
				}
				if i < 0 {
					t.Fatalf("%q is not offered, only %q", test.label, first(labels(items), 12))
				}
				if diff := gocmp.Diff(test.want, withItem(text, items[i])); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestCompletionRanges holds which ranges a client gets that can put an item in
// front of what stands there, or in its place.
func TestCompletionRanges(t *testing.T) {
	for _, test := range []struct {
		text, want string // with the insert range in brackets and the replace range in braces
	}{
		{"PROFILE(contact).FIL|TER(b == 2)", "PROFILE(contact).{[FIL]TER}(b == 2)"},
		{"PROFILE(contact).|FILTER(b == 2)", "PROFILE(contact).{[FILTER]}(b == 2)"},
		{"PROFILE(contact).FIL|", "PROFILE(contact).{[FIL]}"},
		{"PROFILE('con|tact')", "PROFILE({['contact']})"},
	} {
		c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
			yes := true
			p.Capabilities.TextDocument.Completion.CompletionItem.InsertReplaceSupport = &yes
		})
		caret := strings.IndexByte(test.text, '|')
		text := test.text[:caret] + test.text[caret+1:]
		c.open(at("a.seg"), 1, text)
		var insert, replace protocol.Range
		switch e := c.items(at("a.seg"), text, caret)[0].TextEdit.(type) {
		case *protocol.TextEdit:
			insert, replace = e.Range, e.Range
		case *protocol.InsertReplaceEdit:
			insert, replace = e.Insert, e.Replace
		}
		start, middle, end := insert.Start.Character, insert.End.Character, replace.End.Character
		got := text[:start] + "{[" + text[start:middle] + "]" + text[middle:end] + "}" + text[end:]
		if diff := gocmp.Diff(test.want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// withItem returns a text of one line with an item taken, in place of what it
// would replace.
func withItem(text string, item protocol.CompletionItem) string {
	span, insert := protocol.Range{}, ""
	switch e := item.TextEdit.(type) {
	case *protocol.TextEdit:
		span, insert = e.Range, e.NewText
	case *protocol.InsertReplaceEdit:
		span, insert = e.Replace, e.NewText
	}
	text = text[:span.Start.Character] + insert + text[span.End.Character:]
	for _, e := range item.AdditionalTextEdits {
		text = text[:e.Range.Start.Character] + e.NewText + text[e.Range.End.Character:]
	}
	return text
}

// TestCompletionWithoutSnippets holds that the setting counts.
func TestCompletionWithoutSnippets(t *testing.T) {
	c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
		p.InitializationOptions = protocol.LSPAny(`{"segql":{"completion":{"snippets":false}}}`)
	})
	c.open(at("a.seg"), 1, "PROFILE(contact).")
	for _, item := range c.items(at("a.seg"), "PROFILE(contact).", 17) {
		if item.InsertTextFormat == protocol.InsertTextFormatSnippet {
			t.Errorf("%s is a snippet", item.Label)
		}
	}
}

// TestCompletionOrder holds that names that the workspace uses come first.
func TestCompletionOrder(t *testing.T) {
	c := start(t, nil)
	text := "A = PROFILE(contact).FILTER(spousesname == 'a')\nB = PROFILE(contact).FILTER(spousesname == 'b')\nC = PROFILE(contact).FILTER()"
	c.open(at("a.seg"), 1, text)
	got := first(labels(c.items(at("a.seg"), text, len(text)-1)), 3)
	if diff := gocmp.Diff([]string{"spousesname", "fullname", "statecode"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text = strings.ReplaceAll(text, "spousesname", "nickname")
	c.change(at("a.seg"), 2, &protocol.TextDocumentContentChangeWholeDocument{Text: text})
	got = first(labels(c.items(at("a.seg"), text, len(text)-1)), 3)
	if diff := gocmp.Diff([]string{"nickname", "fullname", "statecode"}, got); diff != "" {
		t.Errorf("after a change (-want +got):\n%s", diff)
	}
}

// TestCompletionOfSegments holds that segments that a query can use come first:
// those of its file, then those of its dialect.
func TestCompletionOfSegments(t *testing.T) {
	c := start(t, map[string]string{
		"a.seg": "// seg:dialect outbound\nVips = PROFILE(contact)\nB = SEGMENT(Vips) EXCEPT SEGMENT(Vips)\n",
		"b.seg": "// seg:dialect realtime\nOpeners = PROFILE(contact)\n",
		"c.seg": "Any = PROFILE(contact)\n",
	})
	text := "// seg:dialect realtime\nP1 = PROFILE(contact) UNION SEGMENT(SEGMENT_CJO_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc)\nP2 = SEGMENT(P1)\nP3 = SEGMENT()"
	c.open(at("d.seg"), 1, text)
	c.diagnostics(at("d.seg"), 1)
	names := labels(c.items(at("d.seg"), text, len(text)-1))
	want := []string{"P1", "P2", "Any", "Openers", "SEGMENT_CJO_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc", "Vips", "B"}
	slices.Sort(names[2:4]) // two other files, in the order in which they were read
	if diff := gocmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCompletionOfColumns holds what clients compare with what is typed, and
// how they show a column that is not to be used any more.
func TestCompletionOfColumns(t *testing.T) {
	for _, isTold := range []bool{true, false} {
		c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
			if isTold {
				p.Capabilities.TextDocument.Completion.CompletionItem.TagSupport.ValueSet = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
			}
		})
		for _, test := range []struct {
			typed, label, filter string
			isOld                bool
		}{
			{"birth", "birthdate", "birthdate Birthday", false},
			{"Birthday", "birthdate", "Birthday birthdate", false},
			{"stage", "stageid", "stageid (Deprecated) Process Stage", true},
		} {
			text := "PROFILE(contact).FILTER(" + test.typed
			c.open(at("a.seg"), 1, text)
			items := c.items(at("a.seg"), text, len(text))
			i := slices.IndexFunc(items, func(i protocol.CompletionItem) bool { return i.Label == test.label })
			if i < 0 {
				t.Fatalf("%s is not offered behind %s, only %q", test.label, test.typed, first(labels(items), 12))
			}
			if got, _ := items[i].FilterText.Get(); got != test.filter {
				t.Errorf("%s is compared with %q, want %q", test.label, got, test.filter)
			}
			if isOld := slices.Contains(items[i].Tags, protocol.CompletionItemTagDeprecated); isOld != (test.isOld && isTold) {
				t.Errorf("%s is said to be deprecated: %v", test.label, isOld)
			}
		}
	}
}

// TestCompletionOfFoundRules holds that a comment is offered first what there
// is to silence.
func TestCompletionOfFoundRules(t *testing.T) {
	c := start(t, nil)
	text := "// seg:ignore \nPROFILE(contact).FILTER(statecode == 7)"
	c.open(at("a.seg"), 1, text)
	if got := labels(c.items(at("a.seg"), text, len("// seg:ignore "))); got[0] != "unknown-choice-value" {
		t.Errorf("first is %q", first(got, 3))
	}
}

// TestCompletionLimit holds that long lists are cut, and say so.
func TestCompletionLimit(t *testing.T) {
	c := start(t, nil)
	const text = "PROFILE(contact).FILTER()"
	c.open(at("a.seg"), 1, text)
	list := c.list(at("a.seg"), text, len(text)-1)
	if len(list.Items) != 200 || !list.IsIncomplete {
		t.Errorf("%d items, incomplete %v", len(list.Items), list.IsIncomplete)
	}
}

// TestCompletionDefaults holds what of a list is said once for all items, and
// that it is said only to a client that knows it.
func TestCompletionDefaults(t *testing.T) {
	for _, test := range []struct {
		known []string
		want  string // of the list, and the item of a column
	}{
		{nil, `null {"label":"fullname","textEdit":{"range":{"start":{"line":0,"character":24},"end":{"line":0,"character":28}},"newText":"fullname"},"data":{"k":"column","o":"contact","f":"file:///w/a.seg"}}`},
		{[]string{"editRange"}, `{"editRange":{"start":{"line":0,"character":24},"end":{"line":0,"character":28}}} {"label":"fullname","data":{"k":"column","o":"contact","f":"file:///w/a.seg"}}`},
		{[]string{"data"}, `{"data":{"k":"column","o":"contact","f":"file:///w/a.seg"}} {"label":"fullname","textEdit":{"range":{"start":{"line":0,"character":24},"end":{"line":0,"character":28}},"newText":"fullname"}}`},
		{[]string{"editRange", "data"}, `{"editRange":{"start":{"line":0,"character":24},"end":{"line":0,"character":28}},"data":{"k":"column","o":"contact","f":"file:///w/a.seg"}} {"label":"fullname"}`},
	} {
		c := start(t, nil, func(_ *client, p *protocol.InitializeParams) {
			p.Capabilities.TextDocument.Completion.CompletionList = &protocol.CompletionListCapabilities{ItemDefaults: test.known}
		})
		const text = "PROFILE(contact).FILTER(full"
		c.open(at("a.seg"), 1, text)
		list := c.list(at("a.seg"), text, len(text))
		first := list.Items[0]
		shown, err := protocol.Marshal(&protocol.CompletionItem{Label: first.Label, TextEdit: first.TextEdit, Data: first.Data})
		if err != nil {
			t.Fatal(err)
		}
		defaults := []byte("null")
		if list.ItemDefaults != nil {
			if defaults, err = protocol.Marshal(list.ItemDefaults); err != nil {
				t.Fatal(err)
			}
		}
		if diff := gocmp.Diff(test.want, string(defaults)+" "+string(shown)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.known, diff)
		}
	}
}

// TestCompletionResolve holds that every item can be asked for more.
func TestCompletionResolve(t *testing.T) {
	t.Run("each with its own data", func(t *testing.T) { testResolve(t, start(t, nil)) })
	t.Run("with defaults", func(t *testing.T) { testResolve(t, start(t, nil, knowDefaults)) })
}

func testResolve(t *testing.T, c *client) {
	text := "Base = PROFILE(account).FILTER(name == 'a')\nA = SEGMENT(Base)"
	c.open(at("a.seg"), 1, text)
	for _, test := range []struct{ text, label, want string }{
		{"B = ", "PROFILE", "Starts with all rows of a table"},
		{"B = PROFILE(", "contact", "columns known"},
		{"B = PROFILE(contact).FILTER(", "gendercode", "Female"},
		{"B = PROFILE(contact).FILTER(gendercode ", "==", "the same"},
		{"B = PROFILE(account).TRAVERSE(", "contact_account_parentcustomerid", "From account to contact"},
		{"B = INTERACTION(", "EmailOpened", "EmailOpened_ContactLink"},
		{"B = INTERACTION(EmailOpened, ", "EmailOpened_ContactLink", "to a contact"},
		{"B = INTERACTION(EmailOpened, EmailOpened_ContactLink).FILTER(", "City", "City: text"},
		{"B = SEGMENT(", "Base", "Accounts whose"},
		{"// seg:ignore ", "unused-alias", "."},
	} {
		u := at("b.seg")
		c.open(u, 1, test.text)
		items := c.items(u, test.text, len(test.text))
		i := slices.IndexFunc(items, func(i protocol.CompletionItem) bool { return i.Label == test.label })
		if i < 0 {
			t.Errorf("%s: %s is not offered", test.text, test.label)
			continue
		}
		if items[i].Documentation != nil {
			t.Errorf("%s: the documentation of %s comes before it is asked for", test.text, test.label)
		}
		resolved, err := c.CompletionResolve(t.Context(), &items[i])
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(resolved.Documentation)
		if err != nil || !strings.Contains(string(doc), test.want) {
			t.Errorf("%s: %s is documented as %s", test.text, test.label, doc)
		}
		if err := c.DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, data := range []string{"null", "7", `{"k":"column"}`, `{"k":"table","f":"file:///nowhere.seg"}`} {
		if _, err := c.CompletionResolve(t.Context(), &protocol.CompletionItem{Label: "x", Data: protocol.LSPAny(data)}); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// TestByteOrderMark asks at the start of a text that has a byte-order mark,
// which is no part of the query.
func TestByteOrderMark(t *testing.T) {
	c := start(t, nil)
	c.open(at("a.seg"), 1, "\ufeffPROFILE(contact)")
	const first = `{"textDocument":{"uri":"file:///w/a.seg"},"position":{"line":0,"character":0}}`
	if got := c.raw("textDocument/completion", first); !strings.Contains(got, `"label":"PROFILE"`) {
		t.Errorf("the completion is %s", got)
	}
	if got := c.raw("textDocument/signatureHelp", first); got != "null" {
		t.Errorf("the help is %s", got)
	}
}

// TestCompletionOfDates holds that the date that DATEDIFF counts from is rather one
// of the row, and the one that it counts to rather the present.
func TestCompletionOfDates(t *testing.T) {
	c := start(t, nil)
	for text, want := range map[string]string{
		"PROFILE(contact).FILTER(DATEDIFF(month, ":            "createdon",
		"PROFILE(contact).FILTER(DATEDIFF(month, createdon, ": "DATETIMEUTCNOW",
	} {
		c.open(at("a.seg"), 1, text)
		if got := labels(c.items(at("a.seg"), text, len(text))); got[0] != want {
			t.Errorf("%s: first come %q", text, first(got, 3))
		}
	}
}
