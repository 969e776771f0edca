package schema

import "sync"

// An Interaction is something that a contact or lead did or that happened to
// them, such as opening a mail. The two dialects know most of them under
// different names and with different columns.
type Interaction struct {
	Name            string    // outbound name, such as EmailOpened; may be empty
	RealtimeName    string    // realtime name, such as msdynmkt_emailopened; empty if there is none or it is not known
	Label           string    // display name; may be empty
	Columns         []*Column // in the outbound dialect, sorted by name
	RealtimeColumns []*Column // in the realtime dialect, sorted by name; may be empty though there are some
	Links           []Link    // outbound link columns
	RealtimeLinks   []Link    // realtime id columns

	once                 sync.Once // for the next two
	index, realtimeIndex map[string]*Column
}

// A Link is the second argument of INTERACTION: what leads from the
// interaction to a profile.
type Link struct {
	Name  string
	Table string // table of the profile; empty if the query says which, by a condition on Name + "_LogicalName"
}

// Column returns the outbound column of that name, or nil.
func (i *Interaction) Column(name string) *Column {
	if i == nil {
		return nil
	}
	outbound, _ := i.indexes()
	c, _ := find(outbound, name)
	return c
}

// RealtimeColumn returns the realtime column of that name, or nil. It also
// finds the id columns in [Interaction.RealtimeLinks] and their _LogicalName
// companions, listed or not.
func (i *Interaction) RealtimeColumn(name string) *Column {
	if i == nil {
		return nil
	}
	_, realtime := i.indexes()
	c, _ := find(realtime, name)
	return c
}

// Link returns the link of that name in either dialect. EmailOpenedContactLink
// finds EmailOpened_ContactLink: both spellings occur.
func (i *Interaction) Link(name string) (link Link, ok bool) {
	if i == nil {
		return Link{}, false
	}
	for _, links := range [...][]Link{i.Links, i.RealtimeLinks} {
		for _, l := range links {
			if equal(l.Name, name) || equalButUnderscores(l.Name, name) {
				return l, true
			}
		}
	}
	return Link{}, false
}

// logicalNameSuffix follows the name of a realtime id column in the name of
// the column that says of which table the id is.
const logicalNameSuffix = "_LogicalName"

// finish sorts.
func (i *Interaction) finish() {
	for _, columns := range [...][]*Column{i.Columns, i.RealtimeColumns} {
		sortColumns(columns)
		for _, c := range columns {
			finishColumn(c)
		}
	}
}

// indexes returns the indexes of the columns. They are made when they are first
// asked for: there are a hundred interactions, and a query uses one or two.
func (i *Interaction) indexes() (outbound, realtime map[string]*Column) {
	i.once.Do(func() {
		i.index = indexColumns(i.Columns)
		i.realtimeIndex = indexColumns(i.RealtimeColumns)
		for _, l := range i.RealtimeLinks {
			if id := lower(l.Name); i.realtimeIndex[id] == nil {
				i.realtimeIndex[id] = &Column{Name: l.Name, Type: TypeUniqueidentifier}
			}
			table := l.Name + logicalNameSuffix
			if key := lower(table); i.realtimeIndex[key] == nil {
				i.realtimeIndex[key] = &Column{Name: table, Type: TypeString}
			}
		}
	})
	return i.index, i.realtimeIndex
}

// key is what tells interactions apart.
func (i *Interaction) key() string {
	if i.Name != "" {
		return lower(i.Name)
	}
	return lower(i.RealtimeName)
}

func equalButUnderscores(a, b string) bool {
	for {
		for a != "" && a[0] == '_' {
			a = a[1:]
		}
		for b != "" && b[0] == '_' {
			b = b[1:]
		}
		if a == "" || b == "" {
			return a == b
		}
		if lowerByte(a[0]) != lowerByte(b[0]) {
			return false
		}
		a, b = a[1:], b[1:]
	}
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
