package dataverse_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
	"segql/lang/token"
)

func TestQueryOf(t *testing.T) {
	file := parser.Parse(`// a comment that is not sent
Vip = PROFILE(contact) // nor is this
  .FILTER(a == 1 AND b == 'x')
Both = SEGMENT(Vip) UNION (SEGMENT(Other) EXCEPT SEGMENT(Third))
Mixed = SEGMENT(Vip) UNION PROFILE(contact)
Broken = PROFILE(
PROFILE(lead);`)
	var got []dataverse.Query
	for _, d := range file.Definitions {
		q, ok := dataverse.QueryOf(d.Definition, "file", check.Outbound)
		if ok != (len(d.Errors) == 0) {
			t.Errorf("%q: ok is %v", d.Text, ok)
		}
		if ok {
			got = append(got, q)
		}
	}
	want := []dataverse.Query{
		{Name: "Vip", Wire: "PROFILE(contact).FILTER(a == 1 && b == 'x')", Type: dataverse.Dynamic, Dialect: check.Outbound},
		{Name: "Both", Wire: "SEGMENT(Vip) UNION (SEGMENT(Other) EXCEPT SEGMENT(Third))", Type: dataverse.Compound, Dialect: check.Outbound},
		{Name: "Mixed", Wire: "SEGMENT(Vip) UNION PROFILE(contact)", Type: dataverse.Dynamic, Dialect: check.Outbound},
	}
	if diff := cmp.Diff(want, got[:min(3, len(got))]); diff != "" {
		t.Error(diff)
	}
}

func TestValidationResult(t *testing.T) {
	for body, want := range map[string]string{
		`{"ValidationResult":""}`:     "valid",
		`{"ValidationResult":" [] "}`: "valid",
		`{"ValidationResult":"[{\"ErrorCode\":\"SegmentDciValidator_SegmentInvalid\",\"FieldName\":\"msdyncrm_query\",\"More\":{\"x\":1}}]","Other":3}`: "SegmentDciValidator_SegmentInvalid msdyncrm_query",
		`{"ValidationResult":"[{\"ErrorCode\":\"A\"},{\"FieldName\":\"statuscode\"}]"}`:                                                                 "A , statuscode",
		`{"ValidationResult":"[{\"ErrorCode\":\"A\u0007\\n\\u001b[31mB\"}]"}`:                                                                           "form",
		`{"ValidationResult":"no JSON"}`: "form",
		`{"ValidationResult":"[] []"}`:   "form",
		`{"ValidationResult":"{}"}`:      "form",
		`{"ValidationResult":[]}`:        "form",
		`{"ValidationResult":null}`:      "form",
		`{}`:                             "form",
		`[]`:                             "form",
		`{"ValidationResult":"`:          "cut off",
		`<html>`:                         "not JSON",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
			fmt.Fprint(w, body)
		}))
		c, err := dataverse.New(dataverse.Config{URL: server.URL, Credential: &credential{}, Clock: dataversetest.NewFakeClock(start)})
		if err != nil {
			t.Fatal(err)
		}
		verdicts, err := c.Validate(t.Context(), []dataverse.Query{{Name: "a", Wire: "PROFILE(contact)"}}, nil)
		got := "valid"
		var parts []string
		for _, p := range verdicts[0].Problems {
			parts = append(parts, strings.TrimRight(p.Code+" "+p.Field, ""))
		}
		switch {
		case err != nil:
			got = err.Error()
			if verdicts[0].Asked {
				t.Errorf("%s: an error and a verdict", body)
			}
		case parts != nil:
			got = strings.Join(parts, ",")
		}
		if !strings.Contains(strings.TrimSpace(got), strings.TrimSpace(want)) {
			t.Errorf("%s\n\tgot %q, want %q", body, got, want)
		}
		c.Close()
		server.Close()
	}
}

// TestValidateOnce holds that equal queries are asked about once, and that realtime
// queries are not sent.
func TestValidateOnce(t *testing.T) {
	s := newStage(t, dataversetest.Options{})
	queries := []dataverse.Query{
		{Name: "a", Wire: "PROFILE(contact)", Type: dataverse.Dynamic},
		{Name: "b", Wire: "PROFILE(nothing)", Type: dataverse.Dynamic},
		{Name: "c", Wire: "PROFILE(contact)", Type: dataverse.Dynamic},
		{Name: "d", Wire: "PROFILE(contact)", Type: dataverse.Dynamic, Dialect: check.Realtime},
		{Name: "e", Wire: "PROFILE(nothing)", Type: dataverse.Dynamic},
	}
	want := []bool{true, true, true, false, true}
	verdicts, err := s.client.Validate(t.Context(), queries, nil)
	if err != nil {
		t.Error(err)
	}
	for i, v := range verdicts {
		if v.Asked != want[i] || (len(v.Problems) > 0) != (queries[i].Wire == "PROFILE(nothing)") {
			t.Errorf("%d: %+v", i, v)
		}
	}
	if n := len(s.double.Log()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// TestValidateNames holds that a verdict on a name is not taken for one on the
// query under another name.
func TestValidateNames(t *testing.T) {
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Name string `json:"msdyncrm_segmentname"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		result := ""
		if len(body.Name) > 100 || body.Name == "taken" {
			result = `[{\"ErrorCode\":\"N\",\"FieldName\":\"msdyncrm_segmentname\"}]`
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"ValidationResult":"%s"}`, result)
	})
	long := strings.Repeat("x", 101)
	for _, names := range [][]string{{"good", long, "good", "fine"}, {long, "good"}, {"taken", "good", "fine"}} {
		var queries []dataverse.Query
		for _, name := range names {
			queries = append(queries, dataverse.Query{Name: name, Wire: "PROFILE(contact)", Type: dataverse.Dynamic})
		}
		verdicts, err := c.Validate(t.Context(), queries, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range verdicts {
			if bad := names[i] == long || names[i] == "taken"; bad != (len(v.Problems) > 0) {
				t.Errorf("%.10s of %d names: %+v", names[i], len(names), v)
			}
		}
	}
}

// TestValidateStops holds that an error keeps the verdicts that were there.
func TestValidateStops(t *testing.T) {
	s := newStage(t, dataversetest.Options{Fault: func(c *dataversetest.Call) dataversetest.Fault {
		if strings.Contains(c.Body, "bad") {
			return dataversetest.Fault{Kind: dataversetest.Forbidden}
		}
		return dataversetest.Fault{}
	}})
	if _, err := s.client.Validate(t.Context(), []dataverse.Query{{Name: "good", Wire: "PROFILE(contact)"}}, nil); err != nil {
		t.Fatal(err)
	}
	queries := make([]dataverse.Query, 1000)
	for i := range queries {
		queries[i] = dataverse.Query{Name: "bad", Wire: fmt.Sprintf("PROFILE(bad%d)", i)}
	}
	verdicts, err := s.client.Validate(t.Context(), queries, nil)
	if err == nil || verdicts[0].Asked {
		t.Errorf("got %v, %+v", err, verdicts[0])
	}
	if n := len(s.double.Log()); n > 20 {
		t.Errorf("%d requests after the first error", n)
	}
	// What failed is asked again.
	if _, err := s.client.Validate(t.Context(), queries[:1], nil); err == nil {
		t.Error("an error was kept as a verdict")
	}
}

func TestFindings(t *testing.T) {
	invalid := dataverse.Verdict{Asked: true, Problems: []dataverse.Problem{{Code: "SegmentDciValidator_SegmentInvalid", Field: "msdyncrm_query"}}}
	for name, c := range map[string]struct {
		text    string
		verdict dataverse.Verdict
		n       int // of the definition
		want    []string
	}{
		"valid":     {"PROFILE(contact)", dataverse.Verdict{Asked: true}, 0, nil},
		"not asked": {"PROFILE(contact)", dataverse.Verdict{}, 0, nil},
		"likeliest is the worst": {
			"\nA = PROFILE(contact)\nB = PROFILE(contact).FILTER(nosuch == 1)", invalid, 1,
			[]string{"SegmentDciValidator_SegmentInvalid error nosuch: the service rejects this query, most likely for this: "},
		},
		"nothing local": {
			"\nA = (PROFILE(contact)) UNION PROFILE(contact)", invalid, 0,
			[]string{"SegmentDciValidator_SegmentInvalid error PROFILE: the service rejects this query, but the local checker accepts it"},
		},
		"segment": {"A = SEGMENT(B)", invalid, 0, []string{"SegmentDciValidator_SegmentInvalid error SEGMENT: the service rejects this query, but"}},
		"name": {
			"A = PROFILE(contact)", dataverse.Verdict{Asked: true, Problems: []dataverse.Problem{{Code: "N", Field: "msdyncrm_segmentname"}}}, 0,
			[]string{"N error A: the service rejects the name"},
		},
		"two, one without a code": {
			"PROFILE(contact)", dataverse.Verdict{Asked: true, Problems: []dataverse.Problem{{Field: "statuscode"}, {Code: "X"}}}, 0,
			[]string{"service-rejects error PROFILE: the service rejects statuscode", "X error PROFILE: the service rejects this query, but"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := &check.File{Tree: parser.Parse(c.text), Dialect: check.Outbound, Schema: organization(t)}
			local := check.NewProject([]*check.File{f}, start).Check(f)
			got := dataverse.Findings(c.verdict, f.Tree.Definitions[c.n], local)
			if len(got) != len(c.want) {
				t.Fatalf("got %+v, want %q", got, c.want)
			}
			for i, f := range got {
				text := fmt.Sprintf("%s %s %s: %s", f.Rule, f.Severity, f.Span.Text(c.text), f.Message)
				if !strings.HasPrefix(text, c.want[i]) {
					t.Errorf("got %q, want %q", text, c.want[i])
				}
			}
		})
	}
}

// TestLikeliest holds that the worst local finding within the query wins,
// the first of several, and that hints do not count.
func TestLikeliest(t *testing.T) {
	const text = "A = PROFILE(one)\nB = PROFILE(two)\n"
	d := parser.Parse(text).Definitions[1]
	at := func(word string, severity check.Severity) check.Finding {
		start := token.Pos(strings.Index(text, word))
		return check.Finding{Severity: severity, Message: word, Span: token.Span{Start: start, End: start + token.Pos(len(word))}}
	}
	verdict := dataverse.Verdict{Problems: []dataverse.Problem{{Code: "X"}}}
	for want, local := range map[string][]check.Finding{
		"two":     {at("one", check.Error), at("B =", check.Warning), at("two", check.Error), at("PROFILE(two", check.Error), at("(two", check.Info)},
		"PROFILE": {at("one", check.Error), at("B", check.Error), at("two", check.Hint)},
	} {
		if got := dataverse.Findings(verdict, d, local)[0].Span.Text(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// organization returns a small organization's schema.
func organization(t *testing.T) *schema.Schema {
	t.Helper()
	s, err := schema.New(schema.Content{Tables: []*schema.Table{
		{Name: "contact", PrimaryID: "contactid", Columns: []*schema.Column{{Name: "contactid", Type: schema.TypeUniqueidentifier}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
