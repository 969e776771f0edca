package schema

import "strconv"

// Kind says how many rows stand at the ends of a relationship.
type Kind uint8

// The kinds of relationships.
const (
	OneToMany  Kind = iota // a lookup column of the many rows points to the one
	ManyToMany             // the pairs of rows are kept in a table of their own
)

var kindNames = [...]string{OneToMany: "OneToMany", ManyToMany: "ManyToMany"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "Kind(" + strconv.Itoa(int(k)) + ")"
}

// A Relationship joins two tables, or a table to itself. It can be walked from
// either end.
type Relationship struct {
	// Name is the schema name. It is empty if only the lookup column is known;
	// such a relationship is found by its outbound name alone.
	Name string
	Kind Kind
	// Ends are the two ends. Of a 1:N relationship the first is the referenced
	// end (the one row) and the second the referencing end (the many rows,
	// which have the lookup column). The ends of an N:N relationship have no
	// order of meaning.
	Ends [2]End
	// Intersect is the table that keeps the pairs of an N:N relationship; may
	// be empty.
	Intersect string

	outbound string
}

// An End is one end of a relationship.
type End struct {
	Table  string
	Column string // the id (referenced end), the lookup (referencing end), or the column of the intersect table (N:N); may be empty
	Many   bool   // whether one row at the other end can lead to several rows at this one
}

// Referenced returns the end with the one row, for a 1:N relationship.
func (r *Relationship) Referenced() End { return r.Ends[0] }

// Referencing returns the end with the many rows and the lookup column, for a
// 1:N relationship.
func (r *Relationship) Referencing() End { return r.Ends[1] }

// Self reports whether both ends are the same table: it can be walked in both
// directions from there.
func (r *Relationship) Self() bool { return equal(r.Ends[0].Table, r.Ends[1].Table) }

// Has reports whether the table is at one of the ends.
func (r *Relationship) Has(table string) bool {
	return equal(r.Ends[0].Table, table) || equal(r.Ends[1].Table, table)
}

// Other walks the relationship from a table and returns the end that it leads
// to; ok is false if the table is at neither end. A self-relationship leads
// both ways, and Other returns its referencing end: see [Relationship.Walk].
func (r *Relationship) Other(table string) (end End, ok bool) {
	switch {
	case equal(r.Ends[0].Table, table):
		return r.Ends[1], true
	case equal(r.Ends[1].Table, table):
		return r.Ends[0], true
	default:
		return End{}, false
	}
}

// Walk returns all ends that the relationship leads to from a table: none if
// the table is at neither end, two for a self-relationship.
func (r *Relationship) Walk(table string) []End {
	if r.Self() && equal(r.Ends[0].Table, table) {
		return []End{r.Ends[1], r.Ends[0]}
	}
	if end, ok := r.Other(table); ok {
		return []End{end}
	}
	return nil
}

// OutboundName returns the name that the data store of outbound marketing made
// of the lookup: referencing table, referenced table and lookup column, such
// as contact_account_parentcustomerid. It is empty for N:N relationships.
func (r *Relationship) OutboundName() string { return r.outbound }

func outboundName(r *Relationship) string {
	one, many := r.Referenced(), r.Referencing()
	if r.Kind != OneToMany || one.Table == "" || many.Table == "" || many.Column == "" {
		return ""
	}
	return many.Table + "_" + one.Table + "_" + many.Column
}

// Relationship returns the relationship of that schema name or, failing that,
// of that outbound name (see [Relationship.OutboundName]); nil if there is none.
//
// The outbound name of a lookup whose relationship is not known is found, too:
// the answer then has no schema name and is not part of [Schema.Relationships].
func (s *Schema) Relationship(name string) *Relationship {
	if s == nil {
		return nil
	}
	if r, ok := find(s.relationIndex, name); ok {
		return r
	}
	r, _ := find(s.outboundIndex, name)
	return r
}

// RelationshipsFrom returns the relationships with the table at either end,
// sorted by name. Self-relationships are listed once.
func (s *Schema) RelationshipsFrom(table string) []*Relationship {
	if s == nil {
		return nil
	}
	rs, _ := find(s.fromIndex, table)
	return rs
}

// RelationshipsBetween returns the relationships that join the two tables, in
// either direction, sorted by name.
func (s *Schema) RelationshipsBetween(a, b string) []*Relationship {
	if s == nil {
		return nil
	}
	return s.betweenIndex[pair(a, b)]
}

func pair(a, b string) [2]string {
	a, b = lower(a), lower(b)
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}
