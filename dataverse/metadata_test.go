package dataverse_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
	"segql/lang/schema"
)

// full returns a schema with a bit of everything.
func full(t *testing.T, change ...func(*schema.Content)) *schema.Schema {
	t.Helper()
	content := schema.Content{
		Tables: []*schema.Table{
			{
				Name: "contact", Label: "Contact", SetName: "contacts", PrimaryID: "contactid", PrimaryName: "fullname", ChangeTracking: schema.Yes,
				Columns: []*schema.Column{
					{Name: "contactid", Type: schema.TypeUniqueidentifier},
					{Name: "fullname", Label: "Full Name", Type: schema.TypeString, MaxLength: 160, Computed: schema.Formula},
					{Name: "notes", Type: schema.TypeMemo, MaxLength: 2000},
					{Name: "statecode", Type: schema.TypeState, Choices: []schema.Choice{{Value: 0, Label: "Active"}, {Value: 1, Label: "Inactive"}}},
					{Name: "statuscode", Type: schema.TypeStatus, Choices: []schema.Choice{{Value: 1, Label: "Active"}}},
					{Name: "gender", Type: schema.TypePicklist, Choices: []schema.Choice{{Value: 2, Label: "Female"}}},
					{Name: "hobbies", Type: schema.TypeMultiSelectPicklist, Choices: []schema.Choice{{Value: 7, Label: "Chess"}}},
					{Name: "donotemail", Type: schema.TypeBoolean, Choices: []schema.Choice{{Value: 0, Label: "Allow"}, {Value: 1, Label: "Do Not Allow"}}},
					{Name: "parentcustomerid", Type: schema.TypeCustomer, Targets: []string{"account", "contact"}},
					{Name: "ownerid", Type: schema.TypeOwner, Targets: []string{"account"}},
					{Name: "score", Type: schema.TypeDecimal, Computed: schema.Rollup},
				},
			},
			{Name: "account", Label: "Account", SetName: "accounts", PrimaryID: "accountid", ChangeTracking: schema.No, Virtual: true,
				Columns: []*schema.Column{{Name: "accountid", Type: schema.TypeUniqueidentifier}}},
		},
		Relationships: []*schema.Relationship{
			{Name: "contact_customer_accounts", Ends: [2]schema.End{{Table: "account", Column: "accountid"}, {Table: "contact", Column: "parentcustomerid"}}},
			{Name: "both", Kind: schema.ManyToMany, Intersect: "ac", Ends: [2]schema.End{{Table: "account", Column: "a"}, {Table: "contact", Column: "c"}}},
		},
	}
	for _, c := range change {
		c(&content)
	}
	s, err := schema.New(content)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// snapshot returns a schema as text, without where it came from.
func snapshot(t *testing.T, s *schema.Schema) string {
	t.Helper()
	bare, err := schema.New(schema.Content{Tables: s.Tables(), Relationships: s.Relationships()})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := schema.WriteSnapshot(&b, bare); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(t *testing.T, want, got *schema.Schema) {
	t.Helper()
	if diff := cmp.Diff(snapshot(t, want), snapshot(t, got)); diff != "" {
		t.Errorf("organization (-), pulled (+):\n%s", diff)
	}
}

func TestPull(t *testing.T) {
	for name, o := range map[string]dataversetest.Options{
		"changes": {}, "casts": {NoChanges: true}, "changes with faults": {Fault: oneInFive("c")}, "casts with faults": {NoChanges: true, Fault: oneInFive("d")},
	} {
		t.Run(name, func(t *testing.T) {
			o.Schema = full(t)
			s := newStage(t, o)
			done, total := 0, 0
			got, err := s.client.Pull(t.Context(), nil, nil, func(d, n int) { done, total = d, n })
			if err != nil {
				t.Fatal(err)
			}
			same(t, full(t), got)
			info := got.Info()
			if info.Organization != s.server.URL || (info.Stamp == "") != o.NoChanges || info.Origin != schema.OriginOrganization {
				t.Errorf("info is %+v", info)
			}
			if done != total || o.Fault == nil && done != len(s.double.Log()) {
				t.Errorf("progress ended at %d of %d, for %d requests", done, total, len(s.double.Log()))
			}
		})
	}
}

func TestPullSome(t *testing.T) {
	s := newStage(t, dataversetest.Options{})
	got, err := s.client.Pull(t.Context(), []string{"Contact", "account", "contact"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range got.Tables() {
		if want := table.Name == "contact" || table.Name == "account"; table.Partial == want {
			t.Errorf("%s: partial is %v", table.Name, table.Partial)
		}
	}
	if got.Relationship("contact_customer_accounts") == nil {
		t.Error("a relationship is missing")
	}
	for name, want := range map[string]string{"nosuch": `has no table "nosuch"`, "x' or 1": "not the name of a table"} {
		if _, err := s.client.Pull(t.Context(), []string{name}, nil, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestPullChanges(t *testing.T) {
	s := newStage(t, dataversetest.Options{Schema: full(t)})
	ctx := t.Context()
	requests := func() int { return len(s.double.Log()) }
	pull := func(prev *schema.Schema, want int, tables ...string) *schema.Schema {
		t.Helper()
		before := requests()
		got, err := s.client.Pull(ctx, tables, prev, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := requests() - before; n != want {
			t.Errorf("%d requests, want %d", n, want)
		}
		return got
	}
	const everything = 5 // stamp, list, two kinds of relationships, one chunk of columns
	first := pull(nil, everything)
	same(t, full(t), pull(first, 1))

	more := func(c *schema.Content) {
		c.Tables[0].Columns[5].Choices = []schema.Choice{{Value: 3, Label: "New"}}
		c.Tables[0].Columns = append(c.Tables[0].Columns, &schema.Column{Name: "added", Type: schema.TypeInteger})
		c.Tables = append(c.Tables, &schema.Table{Name: "new_pet", PrimaryID: "new_petid", ChangeTracking: schema.No,
			Columns: []*schema.Column{{Name: "new_petid", Type: schema.TypeUniqueidentifier}}})
		c.Relationships = append(c.Relationships, &schema.Relationship{Name: "new_owner",
			Ends: [2]schema.End{{Table: "contact", Column: "contactid"}, {Table: "new_pet", Column: "new_ownerid"}}})
	}
	s.double.SetSchema(full(t, more), []string{"contact", "new_pet"}, false)
	second := pull(first, 1)
	same(t, full(t, more), second)
	if second.Info().Stamp == first.Info().Stamp {
		t.Error("the stamp did not move")
	}

	// Other tables than were pulled before.
	some := pull(nil, everything, "account")
	pull(some, 1, "account")
	pull(some, everything, "contact")
	pull(some, everything)
	pull(second, everything, "contact")

	// What is gone cannot be known by its id.
	s.double.SetSchema(full(t), []string{"contact"}, true)
	third := pull(second, 1+everything)
	same(t, full(t), third)

	s.double.ForgetStamps()
	same(t, full(t), pull(third, 1+everything))
}

// TestPullLarge pulls 1,500 tables with 60,000 columns within 250 MB, those of
// the double in the same process included.
func TestPullLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("a large organization")
	}
	content := schema.Content{}
	for i := range 1500 {
		table := &schema.Table{Name: fmt.Sprintf("new_table%04d", i), Label: fmt.Sprint("Table ", i), SetName: "x", PrimaryID: "column00", ChangeTracking: schema.Yes}
		for j := range 40 {
			column := &schema.Column{Name: fmt.Sprintf("column%02d", j), Label: fmt.Sprint("A column, the number ", j), Type: schema.TypeString, MaxLength: 100}
			if j%10 == 9 {
				column.Type, column.MaxLength = schema.TypePicklist, 0
				for k := range 10 {
					column.Choices = append(column.Choices, schema.Choice{Value: 192350000 + k, Label: fmt.Sprint("Choice ", k)})
				}
			}
			table.Columns = append(table.Columns, column)
		}
		content.Tables = append(content.Tables, table)
		content.Relationships = append(content.Relationships, &schema.Relationship{Name: fmt.Sprint("relationship", i),
			Ends: [2]schema.End{{Table: table.Name, Column: "column00"}, {Table: "new_table0000", Column: "column01"}}})
	}
	tables, err := schema.New(content)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, dataversetest.Options{Schema: tables}, func(c *dataverse.Config) { c.Log = nil })
	runtime.GC()

	var most uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	got, err := s.client.Pull(t.Context(), nil, nil, nil)
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	columns := 0
	for _, table := range got.Tables() {
		columns += len(table.Columns)
	}
	if len(got.Tables()) != 1500 || columns != 60_000 || len(got.Relationships()) != 1500 {
		t.Errorf("%d tables, %d columns, %d relationships", len(got.Tables()), columns, len(got.Relationships()))
	}
	n := len(s.double.Log())
	t.Logf("%d requests, at most %d MB", n, most>>20)
	if n > 70 {
		t.Errorf("%d requests: that is not few", n)
	}
	if most > 250<<20 {
		t.Errorf("%d MB of heap, want at most 250", most>>20)
	}
}
