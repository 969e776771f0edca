package dataverse_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
)

// TestRequests compares what the double gets with the documented requests, but
// for the order of properties and blanks. Whether the double likes a request is
// another matter: what it is about need not exist.
func TestRequests(t *testing.T) {
	ctx := t.Context()
	members := []string{"1cc00a15-37ef-e911-a81d-000d3a6d200c", "2CC00A15-37EF-E911-A81D-000D3A6D200C"}
	text := func(s string) *string { return &s }
	cases := map[string]func(*dataverse.Client) error{
		"create-static": func(c *dataverse.Client) error {
			_, err := c.CreateSegment(ctx, dataverse.Segment{Name: "Static segment", Type: dataverse.Static, Members: members})
			return err
		},
		"create-dynamic": func(c *dataverse.Client) error {
			_, err := c.CreateSegment(ctx, dataverse.Segment{Name: "Contacts of two cities", Type: dataverse.Dynamic,
				Query: "PROFILE(contact).FILTER((address1_city == 'NewYork' || address1_city == 'NewJersey'))"})
			return err
		},
		"create-compound": func(c *dataverse.Client) error {
			_, err := c.CreateSegment(ctx, dataverse.Segment{Name: "Both", Type: dataverse.Compound,
				Query: "SEGMENT(segment1) UNION SEGMENT(segment2)", Status: dataverse.GoingLive})
			return err
		},
		"update": func(c *dataverse.Client) error {
			return c.UpdateSegment(ctx, segmentID, dataverse.Change{Name: text("New name"), Query: text("PROFILE(contact)")})
		},
		"go-live": func(c *dataverse.Client) error { return c.GoLive(ctx, segmentID) },
		"stop":    func(c *dataverse.Client) error { return c.Stop(ctx, "{"+strings.ToUpper(segmentID)+"}") },
		"get": func(c *dataverse.Client) error {
			_, err := c.Segment(ctx, segmentID)
			return err
		},
		"delete": func(c *dataverse.Client) error { return c.DeleteSegment(ctx, segmentID) },
		"list": func(c *dataverse.Client) error {
			_, err := c.Segments(ctx, dataverse.Filter{Name: "O'Brien", Type: dataverse.Dynamic, Top: 3})
			return err
		},
		"validate": func(c *dataverse.Client) error {
			_, err := c.Validate(ctx, []dataverse.Query{{Name: "Unknown", Wire: "PROFILE(UnknownEntity)", Type: dataverse.Dynamic}}, nil)
			return err
		},
		"add-by-ids": func(c *dataverse.Client) error {
			_, err := c.AddMembers(ctx, segmentID, members, nil)
			return err
		},
		"remove-by-ids": func(c *dataverse.Client) error {
			_, err := c.RemoveMembers(ctx, segmentID, members, nil)
			return err
		},
		"add-by-query":    func(c *dataverse.Client) error { return c.AddMembersByQuery(ctx, segmentID, "PROFILE(contact)") },
		"remove-by-query": func(c *dataverse.Client) error { return c.RemoveMembersByQuery(ctx, segmentID, "PROFILE(contact)") },
		"state": func(c *dataverse.Client) error {
			_, err := c.MembersState(ctx, segmentID)
			return err
		},
		"fetch": func(c *dataverse.Client) error {
			for _, err := range c.Members(ctx, dataverse.MemberQuery{
				Query: "SEGMENT(SEGMENT_CRM_ID_e1fa7fdc5c78ea11a811000d3a8e8fcc)", Columns: []string{"fullname"},
				Order: "fullname ASC", PageSize: 15, BusinessUnit: "3cc00a15-37ef-e911-a81d-000d3a6d200c",
			}) {
				return err
			}
			return nil
		},
	}
	files, err := filepath.Glob("testdata/requests/*.txtar")
	if err != nil || len(files) != len(cases) {
		t.Fatalf("%d files for %d cases, %v", len(files), len(cases), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStage(t, dataversetest.Options{})
			callErr := cases[name](s.client)
			log := s.double.Log()
			if len(log) == 0 {
				t.Fatalf("nothing was sent: %v", callErr)
			}
			if diff := cmp.Diff(normal(t, string(archive.Files[0].Data)), normal(t, written(log[0]))); diff != "" {
				t.Errorf("documented (-), sent (+):\n%s", diff)
			}
			for header, want := range map[string]string{
				"OData-Version": "4.0", "OData-MaxVersion": "4.0", "Accept": "application/json", "If-None-Match": "null",
			} {
				if got := log[0].Header.Get(header); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
			if got := log[0].Header.Get("Content-Type"); log[0].Body != "" && got != "application/json; charset=utf-8" {
				t.Errorf("Content-Type is %q", got)
			}
		})
	}
}

// written writes a request of the log as the files do.
func written(c dataversetest.Call) string {
	text := c.Method + " " + c.Path
	if c.Query != "" {
		text += "?" + unescape(c.Query)
	}
	if match := c.Header.Get("If-Match"); match != "" {
		text += "\nIf-Match: " + match
	}
	return text + "\n" + c.Body
}

func unescape(query string) string {
	return strings.NewReplacer("%24", "$", "%27", "'", "%2C", ",").Replace(query)
}

// normal takes blanks and the order of properties out of a request.
func normal(t *testing.T, text string) string {
	t.Helper()
	head, body, found := strings.Cut(text, "{")
	if !found {
		return strings.TrimSpace(head)
	}
	var value any
	if err := json.NewDecoder(bytes.NewReader([]byte("{" + body))).Decode(&value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(head) + "\n" + fmt.Sprintf("%#v", value)
}
