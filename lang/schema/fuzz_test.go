package schema

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holds checks what must hold for whatever a reader was given: a sentence, or a
// schema that a snapshot keeps.
func holds(t *testing.T, s *Schema, err error) {
	if err != nil {
		var own *ReadError
		if !errors.As(err, &own) {
			t.Fatalf("not a ReadError: %v", err)
		}
		if text := err.Error(); strings.ContainsAny(text, "\n\r\x00") || own.Problem == "" || own.Advice == "" || own.Line < 0 || own.Column < 0 {
			t.Fatalf("not a sentence: %q (%+v)", text, own)
		}
		return
	}
	text := snapshotText(t, s)
	again, err := ReadSnapshot(strings.NewReader(text))
	if err != nil {
		t.Fatalf("the snapshot is not read back: %v\n%s", err, text)
	}
	if diff := cmp.Diff(content(s), content(again), ignoreIndexes); diff != "" {
		t.Fatalf("the snapshot holds something else: %s", diff)
	}
	if merged := snapshotText(t, Merge(s, again)); merged != text {
		t.Fatalf("a schema merged with itself differs: %s", cmp.Diff(text, merged))
	}
	for _, table := range s.Tables() {
		if s.Table(table.Name) != table {
			t.Fatalf("the table %q is not found", table.Name)
		}
		for _, c := range table.Columns {
			if table.Column(c.Name) != c {
				t.Fatalf("the column %q is not found", c.Name)
			}
		}
	}
	for _, r := range s.Relationships() {
		if s.Relationship(r.Name) != r || s.Table(r.Ends[0].Table) == nil || s.Table(r.Ends[1].Table) == nil {
			t.Fatalf("the relationship %q is not found, or an end of it is not", r.Name)
		}
	}
}

func testdata(f *testing.F, name string) []byte {
	f.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		f.Fatal(err)
	}
	return text
}

// part cuts a large sample to a size that a fuzzer can work with.
func part(text []byte, n int) []byte { return text[:min(n, len(text))] }

func FuzzReadSnapshot(f *testing.F) {
	f.Add(testdata(f, "club.json"))
	f.Add([]byte(`{"format":"segql-schema","version":1,"tables":[{"name":"A","columns":[{"name":"\ud83d\ude00","type":"string"}]}]}`))
	f.Add([]byte(`{"format":"segql-schema","version":2,"tables":[]}`))
	f.Add([]byte(strings.Repeat(`{"tables":[`, 40)))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadSnapshot(strings.NewReader(string(text)))
		holds(t, s, err)
	})
}

func FuzzReadEntityDefinitions(f *testing.F) {
	f.Add([]byte(answer))
	f.Add(part(testdata(f, "entity-definitions.json"), 4000))
	f.Add([]byte(`[{"LogicalName":"a","Attributes":null,"DisplayName":"A"}]`))
	f.Add([]byte(`{"error":{"message":"no"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadEntityDefinitions(strings.NewReader(string(text)))
		holds(t, s, err)
		s, err = ReadAttributeDefinitions(strings.NewReader(string(text)), "contact")
		holds(t, s, err)
	})
}

func FuzzReadRelationshipDefinitions(f *testing.F) {
	f.Add([]byte(`{"value":[{"SchemaName":"r","ReferencedEntity":"a","ReferencedAttribute":"aid","ReferencingEntity":"b","ReferencingAttribute":"x"}]}`))
	f.Add([]byte(`[{"SchemaName":"r","Entity1LogicalName":"a","Entity2LogicalName":"a","IntersectEntityName":"i"}]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadRelationshipDefinitions(strings.NewReader(string(text)))
		holds(t, s, err)
	})
}

func FuzzReadMetadata(f *testing.F) {
	f.Add(part(testdata(f, "metadata.xml"), 3000))
	f.Add([]byte(edmx + `<EntityType Name="a"><Key><PropertyRef Name="aid"/></Key><Property Name="aid" Type="Edm.Guid"/><Property Name="_b_value" Type="Edm.Guid"/>` +
		`<NavigationProperty Name="b" Type="mscrm.a" Partner="a_b"><ReferentialConstraint Property="_b_value" ReferencedProperty="aid"/></NavigationProperty>` +
		`<NavigationProperty Name="n" Type="Collection(mscrm.a)" Partner="n"/></EntityType>` + edmxEnd))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><Edmx>&b;</Edmx>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadMetadata(strings.NewReader(string(text)))
		holds(t, s, err)
	})
}

func FuzzRead(f *testing.F) {
	f.Add(testdata(f, "club.json"))
	f.Add([]byte(answer))
	f.Add(part(testdata(f, "metadata.xml"), 2000))
	f.Add([]byte("\ufeff{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read(strings.NewReader(string(text)))
		holds(t, s, err)
	})
}

func FuzzNearest(f *testing.F) {
	f.Add("emailadress1", "emailaddress1")
	f.Add("new_x", "X")
	f.Fuzz(func(t *testing.T, name, candidate string) {
		got := Nearest(name, func(yield func(string) bool) { yield(candidate) }, 2)
		if len(got) > 1 || len(got) == 1 && got[0] != candidate {
			t.Fatalf("Nearest found %q", got)
		}
		if len(name) <= maxName && lower(name) == name && len(Nearest(name, func(yield func(string) bool) { yield(name) }, 1)) == 0 && name != "" {
			t.Fatalf("%q is not near to itself", name)
		}
		_ = HasPublisherPrefix(name)
	})
}
