package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// language is what has to be known of a language to write files in it and to
// type in them.
type language struct {
	id, extension string
	options       any               // initializationOptions of its servers
	beside        map[string]string // files that make a folder a workspace
	header        func(folder string) string
	// unit is the n-th piece of a file, some 40 lines of ordinary text, which
	// refers to another one.
	unit   func(n, other int) string
	typing typing
}

// typing is where somebody types in a unit. Each is text that stands once in
// it; what is typed goes right behind it.
type typing struct {
	mistakeAt     string // a name; one letter more makes one that does not exist
	refersAt      string // a name that is defined elsewhere
	completeAt    string // where a name is begun
	completeTyped string // and what is typed there
	completes     string // what must be offered then
	blankAt       string // where a blank is too much, for the formatter to remove
}

// file is a file of a workspace; its name is relative to the folder, with slashes.
type file struct{ name, text string }

// workspace is a folder of generated files; the first one is opened.
type workspace struct {
	lang  *language
	files []file
	wrong []int // files with a mistake, which are never opened
	// Where somebody types in the first file.
	mistake, refers, complete, blank place
}

// place is a position as the protocol counts it; all texts are ASCII.
type place struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// behind returns where text ends that begins at p.
func (p place) behind(text string) place {
	if lines := strings.Count(text, "\n"); lines > 0 {
		return place{p.Line + lines, len(text) - strings.LastIndexByte(text, '\n') - 1}
	}
	return place{p.Line, p.Character + len(text)}
}

// oneFile returns a workspace with one file of at least that many lines.
func oneFile(lang *language, lines int) *workspace {
	text, units := lang.header("orders"), 0
	var b strings.Builder
	b.WriteString(text)
	for have := strings.Count(text, "\n"); have < lines || units < 3; units++ {
		unit := lang.unit(units, max(units-1, 0))
		have += strings.Count(unit, "\n")
		b.WriteString(unit)
	}
	w := &workspace{lang: lang, files: []file{{"orders" + lang.extension, b.String()}}}
	w.typeIn(lang.unit(units/2, units/2-1))
	return w
}

// manyFiles returns a workspace with n files of one unit each, 20 in a folder.
// One in a hundred has a mistake.
func manyFiles(lang *language, n int) *workspace {
	const inFolder = 20
	w := &workspace{lang: lang}
	for i := range n {
		folder := fmt.Sprintf("orders%d", i/inFolder)
		// All refer to the second file of their folder.
		text := lang.header(folder) + lang.unit(i, min(i-i%inFolder+1, n-1))
		if i%100 == 99 {
			text = strings.Replace(text, lang.typing.mistakeAt, lang.typing.mistakeAt+"x", 1)
			w.wrong = append(w.wrong, i)
		}
		w.files = append(w.files, file{fmt.Sprintf("%s/order%d%s", folder, i, lang.extension), text})
	}
	w.typeIn(w.files[0].text)
	return w
}

// typeIn sets the places to those in a part of the first file.
func (w *workspace) typeIn(part string) {
	text := w.files[0].text
	start := strings.Index(text, part)
	find := func(at string) place {
		return place{}.behind(text[:start+strings.Index(text[start:], at)+len(at)])
	}
	t := w.lang.typing
	w.mistake, w.refers, w.complete, w.blank = find(t.mistakeAt), find(t.refersAt), find(t.completeAt), find(t.blankAt)
	w.refers.Character--
}

// write writes the workspace into a folder.
func (w *workspace) write(folder string) error {
	files := w.files[:len(w.files):len(w.files)]
	for name, text := range w.lang.beside {
		files = append(files, file{name, text})
	}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

var languages = map[string]*language{
	"go": {
		id: "go", extension: ".go", options: map[string]any{"semanticTokens": true},
		beside: map[string]string{"go.mod": "module example.com/shop\n\ngo 1.21\n"},
		header: func(folder string) string {
			return fmt.Sprintf("// Package %s keeps the orders of a shop.\npackage %[1]s\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n", folder)
		},
		unit: goUnit,
		typing: typing{
			mistakeAt: "other.Customer", refersAt: "other *Order", completeAt: "len(o.Lines))", completeTyped: "\n\to.", completes: "Customer",
			blankAt: "text :=",
		},
	},
	"seg": {
		id: "segment-query", extension: ".seg",
		beside: map[string]string{"seg.toml": "dialect = \"outbound\"\n"},
		header: func(string) string { return "// The offers of a shop and who gets them.\n" },
		unit:   segUnit,
		typing: typing{
			mistakeAt: "contact_1.donotemail", refersAt: "SEGMENT(Offer", completeAt: "contact_1.donotemail == false", completeTyped: " && contact_1.",
			completes: "emailaddress1", blankAt: ".TRAVERSE(",
		},
	},
}

func goUnit(n, other int) string {
	return fmt.Sprintf(`
// Order%[1]d is an order with its lines.
type Order%[1]d struct {
	ID       int
	Customer string
	Lines    []string
	Total    float64
	Paid     bool
}

// Rename gives the order to another customer.
func (o *Order%[1]d) Rename(customer string) error {
	customer = strings.TrimSpace(customer)
	if customer == "" {
		return fmt.Errorf("order %%d has no customer", o.ID)
	}
	o.Customer = customer
	return nil
}

// Add adds a line and its price, and returns the new total.
func (o *Order%[1]d) Add(line string, price float64) float64 {
	if price < 0 || o.Paid {
		return o.Total
	}
	o.Lines = append(o.Lines, line)
	o.Total += price
	return o.Total
}

// Describe%[1]d says what an order holds, beside another one.
func Describe%[1]d(o *Order%[1]d, other *Order%[2]d) string {
	text := fmt.Sprintf("%%d: %%s, %%d lines", o.ID, o.Customer, len(o.Lines))
	if other != nil && other.Total > o.Total {
		text += ", less than " + strings.ToUpper(other.Customer)
	}
	if err := o.Rename(text); err != nil {
		return err.Error()
	}
	return text
}
`, n, other)
}

func segUnit(n, other int) string {
	offer := fmt.Sprintf("((SEGMENT(Customers%[1]d) UNION SEGMENT(Readers%[1]d)) INTERSECT SEGMENT(Buyers%[1]d))", n)
	if n != other {
		offer = fmt.Sprintf("\n  %s\n  EXCEPT\n  SEGMENT(Offer%d)", offer, other)
	} else {
		offer = " " + offer
	}
	return fmt.Sprintf(`
// Preferred customers with a large turnover or many people.
Customers%[1]d = PROFILE(account, account_1)
  .FILTER(
    account_1.accountcategorycode == 1 &&
    (account_1.revenue >= %[2]d || account_1.numberofemployees > 250)
  )
  .TRAVERSE(contact_account_parentcustomerid, contact_1)
  .FILTER(ISNOTNULL(contact_1.emailaddress1) && contact_1.donotemail == false)

// Used to read what we send.
Readers%[1]d = INTERACTION(EmailOpened, EmailOpened_ContactLink)
  .FILTER(MessageId == '6b3f5a9e-1d0c-4e57-9a43-%012[1]x')
  .HAVING(COUNT() > 4, UTCMONTHS(6))

// Ordered in the last twelve months.
Buyers%[1]d = PROFILE(salesorder, order_1)
  .FILTER(
    (order_1.statecode == 3 || order_1.statecode == 4) &&
    order_1.submitdate >= DATEADD(month, -12, DATETIMEUTCNOW())
  )
  .TRAVERSE(salesorder_contact_customerid, buyer_1)
  .FILTER(buyer_1.address1_city == 'Town %[1]d')

// Gets the offer.
Offer%[1]d =%[3]s
`, n, 1_000_000+n, offer)
}
