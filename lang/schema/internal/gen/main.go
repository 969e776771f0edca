// Gen packs the plain facts about the standard tables, which are in lang/schema/standard. Run it with
//
//	go generate ./lang/schema
//
// after a change to those facts or to the packed form.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os" //nolint:depguard // a generator reads and writes files

	"segql/lang/schema"
)

func main() {
	in := flag.String("in", "standard/standard-tables.json", "the plain facts")
	out := flag.String("out", "standard.pack", "the embedded file")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	facts, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	s, err := schemaOf(facts)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	packed, err := pack(s)
	if err != nil {
		return err
	}
	return os.WriteFile(out, packed, 0o644)
}

// The shape of the plain facts.
type (
	facts struct {
		Comment        string         `json:"$comment"`
		Tables         []table        `json:"tables"`
		Relationships  []relationship `json:"relationships"`
		ExternalTables []string       `json:"externalTables"`
		Interactions   []interaction  `json:"interactions"`
	}
	table struct {
		LogicalName string   `json:"logicalName"`
		DisplayName string   `json:"displayName"`
		PrimaryID   string   `json:"primaryId"`
		PrimaryName string   `json:"primaryName"`
		Columns     []column `json:"columns"`
	}
	column struct {
		LogicalName string   `json:"logicalName"`
		DisplayName string   `json:"displayName"`
		Type        string   `json:"type"`
		Targets     []string `json:"targets"`
		Options     []option `json:"options"`
	}
	option struct {
		Value int    `json:"value"`
		Label string `json:"label"`
	}
	relationship struct {
		SchemaName        string `json:"schemaName"`
		Kind              string `json:"kind"`
		ReferencedTable   string `json:"referencedTable"`
		ReferencedColumn  string `json:"referencedColumn"`
		ReferencingTable  string `json:"referencingTable"`
		ReferencingColumn string `json:"referencingColumn"`
		Table1            string `json:"table1"`
		Table2            string `json:"table2"`
		IntersectTable    string `json:"intersectTable"`
		Source            string `json:"source"` // which of the sources in the README
	}
	interaction struct {
		LogicalName     string   `json:"logicalName"`
		RealtimeName    string   `json:"realtimeName"`
		DisplayName     string   `json:"displayName"`
		Columns         []column `json:"columns"`
		RealtimeColumns []column `json:"realtimeColumns"`
	}
)

// schemaOf turns the facts into a schema.
func schemaOf(text []byte) (*schema.Schema, error) {
	var f facts
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	content, err := f.content()
	if err != nil {
		return nil, err
	}
	return schema.New(content)
}

func (f *facts) content() (schema.Content, error) {
	content := schema.Content{Info: schema.Info{Origin: schema.OriginStandard, Source: "standard"}}
	for _, t := range f.Tables {
		columns, err := columns(t.Columns)
		if err != nil {
			return content, fmt.Errorf("table %s: %w", t.LogicalName, err)
		}
		content.Tables = append(content.Tables, &schema.Table{
			Name: t.LogicalName, Label: t.DisplayName, PrimaryID: t.PrimaryID, PrimaryName: t.PrimaryName, Columns: columns,
		})
	}
	for _, name := range f.ExternalTables {
		content.Tables = append(content.Tables, &schema.Table{Name: name, Partial: true})
	}
	for _, r := range f.Relationships {
		made := &schema.Relationship{Name: r.SchemaName}
		switch r.Kind {
		case schema.OneToMany.String():
			made.Ends = [2]schema.End{
				{Table: r.ReferencedTable, Column: r.ReferencedColumn},
				{Table: r.ReferencingTable, Column: r.ReferencingColumn},
			}
		case schema.ManyToMany.String():
			made.Kind = schema.ManyToMany
			made.Ends = [2]schema.End{{Table: r.Table1}, {Table: r.Table2}}
			made.Intersect = r.IntersectTable
		default:
			return content, fmt.Errorf("relationship %s: unknown kind %q", r.SchemaName, r.Kind)
		}
		content.Relationships = append(content.Relationships, made)
	}
	for _, i := range f.Interactions {
		made, err := i.interaction()
		if err != nil {
			return content, fmt.Errorf("interaction %s: %w", i.LogicalName, err)
		}
		content.Interactions = append(content.Interactions, made)
	}
	return content, nil
}

func columns(facts []column) ([]*schema.Column, error) {
	var made []*schema.Column
	for _, c := range facts {
		typ, ok := schema.ParseType(c.Type)
		if !ok {
			return nil, fmt.Errorf("column %s: unknown type %q", c.LogicalName, c.Type)
		}
		column := &schema.Column{Name: c.LogicalName, Label: c.DisplayName, Type: typ, Targets: c.Targets}
		for _, o := range c.Options {
			column.Choices = append(column.Choices, schema.Choice(o))
		}
		made = append(made, column)
	}
	return made, nil
}

// realtimeLink is the id column by which public realtime queries name the
// profile of an interaction; the column with the suffix says of which table it is.
const (
	realtimeLink       = "msdynmkt_entityid"
	realtimeLinkSuffix = "_LogicalName"
)

// interaction adds to the facts the links, which no source lists: outbound
// queries name a link after the interaction and the table of the profile, and
// an interaction with the id of a contact or lead has that link.
func (i *interaction) interaction() (*schema.Interaction, error) {
	outbound, err := columns(i.Columns)
	if err != nil {
		return nil, err
	}
	realtime, err := columns(i.RealtimeColumns)
	if err != nil {
		return nil, err
	}
	made := &schema.Interaction{
		Name: i.LogicalName, RealtimeName: i.RealtimeName, Label: i.DisplayName,
		Columns: outbound, RealtimeColumns: realtime,
	}
	has := map[string]bool{}
	for _, c := range outbound {
		has[c.Name] = true
	}
	if has["ContactId"] || has["contactId"] {
		made.Links = append(made.Links, schema.Link{Name: i.LogicalName + "_ContactLink", Table: "contact"})
	}
	if has["LeadId"] || has["leadId"] {
		made.Links = append(made.Links, schema.Link{Name: i.LogicalName + "_LeadLink", Table: "lead"})
	}
	if i.RealtimeName != "" {
		made.RealtimeLinks = []schema.Link{{Name: realtimeLink}}
	}
	if len(realtime) > 0 {
		made.RealtimeColumns = append(made.RealtimeColumns,
			&schema.Column{Name: realtimeLink, Type: schema.TypeUniqueidentifier},
			&schema.Column{Name: realtimeLink + realtimeLinkSuffix, Type: schema.TypeString},
		)
	}
	return made, nil
}
