package schema

import "strings"

// Prefixes that Microsoft's own solutions put before their names. A standard
// schema that lacks such a name says nothing about it: the solution may just
// not be among the standard tables.
var microsoftPrefixes = map[string]bool{
	"adx":      true,
	"msa":      true,
	"mscrm":    true,
	"msdyn":    true,
	"msdynce":  true,
	"msdyncrm": true,
	"msdynmkt": true,
	"msdyusd":  true,
	"msevtmgt": true,
	"msfp":     true,
	"msgdpr":   true,
	"mspcat":   true,
	"mspp":     true,
}

// First words of the names of standard tables, columns and relationships that
// look like a prefix but are none, without digits at their end.
var standardWords = map[string]bool{
	"account":  true,
	"activity": true,
	"address":  true,
	"aging":    true,
	"billto":   true,
	"bpf":      true,
	"business": true,
	"calendar": true,
	"campaign": true,
	"category": true,
	"chat":     true,
	"contact":  true,
	"contract": true,
	"cost":     true,
	"discount": true,
	"email":    true,
	"fax":      true,
	"goal":     true,
	"incident": true,
	"invoice":  true,
	"lead":     true,
	"letter":   true,
	"list":     true,
	"listlead": true,
	"lk":       true,
	"mailbox":  true,
	"order":    true,
	"owner":    true,
	"position": true,
	"post":     true,
	"postrole": true,
	"price":    true,
	"product":  true,
	"queue":    true,
	"quote":    true,
	"report":   true,
	"resource": true,
	"revenue":  true,
	"role":     true,
	"service":  true,
	"shipto":   true,
	"site":     true,
	"sla":      true,
	"solution": true,
	"subject":  true,
	"system":   true,
	"task":     true,
	"team":     true,
	"template": true,
	"totaltax": true,
	"uom":      true,
	"user":     true,
	"workflow": true,
}

// HasPublisherPrefix reports whether a name of a table, column or relationship
// starts with the prefix of a publisher other than Microsoft, such as new_ or
// cr123_: then it is custom, and no standard schema can know it. The first
// words of standard names, such as the address1 of address1_city, are no
// prefixes, and neither are misspellings of them.
func HasPublisherPrefix(name string) bool {
	prefix := firstWord(name)
	if prefix == "" {
		return false
	}
	prefix = lower(prefix)
	if microsoftPrefixes[prefix] || strings.HasPrefix(prefix, "mscrm") {
		return false
	}
	word := strings.TrimRight(prefix, "0123456789")
	if standardWords[word] {
		return false
	}
	// A short word is near to too many others.
	const long = 6
	if len(word) < long {
		return true
	}
	for _, known := range [...]map[string]bool{standardWords, microsoftPrefixes} {
		for w := range known {
			if len(w) >= long && distance(word, w, 1) <= 1 {
				return false
			}
		}
	}
	return true
}

// HasMicrosoftPrefix reports whether a name starts with the prefix of one of
// Microsoft's own solutions, such as msdyn_ or msevtmgt_.
func HasMicrosoftPrefix(name string) bool {
	prefix := firstWord(name)
	return prefix != "" && microsoftPrefixes[lower(prefix)]
}

// firstWord returns what could be a prefix in front of the first underscore: two
// to eight letters and digits, a letter first. It returns "" if there is none.
func firstWord(name string) string {
	const shortest, longest = 2, 8
	for i := range min(len(name), longest+1) {
		switch c := lowerByte(name[i]); {
		case 'a' <= c && c <= 'z':
		case '0' <= c && c <= '9':
			if i == 0 {
				return ""
			}
		case c == '_' && i >= shortest && i+1 < len(name):
			return name[:i]
		default:
			return ""
		}
	}
	return ""
}
