package schema

import "strconv"

// Type is the type of a column, under the names of Dataverse.
type Type uint8

// The types of columns.
const (
	TypeUnknown Type = iota // the source did not say, or said something newer than this program
	TypeBigInt
	TypeBoolean
	TypeCalendarRules
	TypeCustomer // a lookup to account or contact
	TypeDateTime
	TypeDecimal
	TypeDouble
	TypeEntityName
	TypeFile
	TypeImage
	TypeInteger
	TypeLookup
	TypeManagedProperty
	TypeMemo
	TypeMoney
	TypeMultiSelectPicklist
	TypeOwner // a lookup to a user or a team
	TypePartyList
	TypePicklist
	TypeState
	TypeStatus
	TypeString
	TypeUniqueidentifier
	TypeVirtual
	typeCount
)

var typeNames = [typeCount]string{
	TypeUnknown:             "Unknown",
	TypeBigInt:              "BigInt",
	TypeBoolean:             "Boolean",
	TypeCalendarRules:       "CalendarRules",
	TypeCustomer:            "Customer",
	TypeDateTime:            "DateTime",
	TypeDecimal:             "Decimal",
	TypeDouble:              "Double",
	TypeEntityName:          "EntityName",
	TypeFile:                "File",
	TypeImage:               "Image",
	TypeInteger:             "Integer",
	TypeLookup:              "Lookup",
	TypeManagedProperty:     "ManagedProperty",
	TypeMemo:                "Memo",
	TypeMoney:               "Money",
	TypeMultiSelectPicklist: "MultiSelectPicklist",
	TypeOwner:               "Owner",
	TypePartyList:           "PartyList",
	TypePicklist:            "Picklist",
	TypeState:               "State",
	TypeStatus:              "Status",
	TypeString:              "String",
	TypeUniqueidentifier:    "Uniqueidentifier",
	TypeVirtual:             "Virtual",
}

// plainNames are the types as docs/language.md speaks of them.
var plainNames = [typeCount]string{
	TypeUnknown:             "type not known",
	TypeBigInt:              "number",
	TypeBoolean:             "yes/no",
	TypeCalendarRules:       "calendar rules",
	TypeCustomer:            "lookup",
	TypeDateTime:            "date",
	TypeDecimal:             "number",
	TypeDouble:              "number",
	TypeEntityName:          "table name",
	TypeFile:                "file",
	TypeImage:               "image",
	TypeInteger:             "number",
	TypeLookup:              "lookup",
	TypeManagedProperty:     "managed property",
	TypeMemo:                "text",
	TypeMoney:               "money",
	TypeMultiSelectPicklist: "choices",
	TypeOwner:               "lookup",
	TypePartyList:           "party list",
	TypePicklist:            "choice",
	TypeState:               "choice",
	TypeStatus:              "choice",
	TypeString:              "text",
	TypeUniqueidentifier:    "id",
	TypeVirtual:             "virtual",
}

var typesByName = func() map[string]Type {
	m := make(map[string]Type, len(typeNames))
	for t, name := range typeNames {
		m[lower(name)] = Type(t)
	}
	return m
}()

// ParseType returns the type of that name, in any case.
func ParseType(name string) (t Type, ok bool) { return find(typesByName, name) }

func (t Type) String() string {
	if t < typeCount {
		return typeNames[t]
	}
	return "Type(" + strconv.Itoa(int(t)) + ")"
}

// Plain returns the type as people speak of it: text, number, money, date,
// yes/no, choice, lookup or id, where String has the name of Dataverse.
func (t Type) Plain() string {
	if t < typeCount {
		return plainNames[t]
	}
	return plainNames[TypeUnknown]
}

// IsText reports whether values of the type are text.
func (t Type) IsText() bool { return t == TypeString || t == TypeMemo }

// IsNumber reports whether values of the type are numbers that can be calculated with.
func (t Type) IsNumber() bool {
	switch t {
	case TypeBigInt, TypeDecimal, TypeDouble, TypeInteger, TypeMoney:
		return true
	default:
		return false
	}
}

// IsChoice reports whether values of the type are the integer values of choices.
func (t Type) IsChoice() bool {
	switch t {
	case TypePicklist, TypeMultiSelectPicklist, TypeState, TypeStatus:
		return true
	default:
		return false
	}
}

// IsLookup reports whether values of the type are ids of rows of another table.
func (t Type) IsLookup() bool {
	return t == TypeLookup || t == TypeCustomer || t == TypeOwner
}

// IsID reports whether values of the type are ids, of this or of another table.
func (t Type) IsID() bool { return t == TypeUniqueidentifier || t.IsLookup() }

// Computation says how the values of a column come about.
type Computation uint8

// The kinds of computation, numbered as in the SourceType of Dataverse.
const (
	Simple Computation = iota // entered and stored
	Calculated
	Rollup
	Formula
)

var computationNames = [...]string{Simple: "simple", Calculated: "calculated", Rollup: "rollup", Formula: "formula"}

func (c Computation) String() string {
	if int(c) < len(computationNames) {
		return computationNames[c]
	}
	return "Computation(" + strconv.Itoa(int(c)) + ")"
}

// Answer is yes, no, or not known.
type Answer uint8

// The answers.
const (
	Unknown Answer = iota
	No
	Yes
)

func (a Answer) String() string {
	switch a {
	case No:
		return "no"
	case Yes:
		return "yes"
	default:
		return "unknown"
	}
}

// Origin says whose schema it is.
type Origin uint8

// The origins.
const (
	// OriginOrganization is the schema of one organization: what it lacks does not exist there.
	OriginOrganization Origin = iota
	// OriginStandard is the schema embedded in this program: what it lacks may
	// well exist in an organization.
	OriginStandard
)

var originNames = [...]string{OriginOrganization: "organization", OriginStandard: "standard"}

func (o Origin) String() string {
	if int(o) < len(originNames) {
		return originNames[o]
	}
	return "Origin(" + strconv.Itoa(int(o)) + ")"
}
