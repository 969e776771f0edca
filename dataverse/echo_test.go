package dataverse_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/dataverse"
)

// saying answers each request alike.
func saying(t *testing.T, status int, answer any) http.HandlerFunc {
	t.Helper()
	body, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		w.Write(body)
	}
}

func refusal(message string) any {
	return map[string]any{"error": map[string]string{"code": "0x80040203", "message": message}}
}

// TestEchoes holds that a query or a token does not come back in an error, however
// the service writes it.
func TestEchoes(t *testing.T) {
	for name, write := range map[string]func(string) string{
		"as it is":      func(s string) string { return s },
		"upper case":    strings.ToUpper,
		"for an URL":    url.QueryEscape,
		"for a path":    url.PathEscape,
		"for HTML":      html.EscapeString,
		"for JSON":      func(s string) string { return strings.ReplaceAll(s, "'", `\u0027`) },
		"without signs": func(s string) string { return strings.NewReplacer(" ", "", ".", "", "'", "").Replace(s) },
		"with blanks":   func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
		"base64":        func(s string) string { return base64.StdEncoding.EncodeToString([]byte("{'query': " + s)) },
		"base64 of URL": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"hexadecimal":   func(s string) string { return hex.EncodeToString([]byte(s)) },
	} {
		for what, secret := range map[string]string{"query": secretQuery, "token": theToken} {
			t.Run(name+" "+what, func(t *testing.T) {
				echo := write(secret)
				err := validateSecret(t.Context(), answering(t, saying(t, http.StatusBadRequest, refusal("No good: "+echo+" it was."))))
				if err == nil {
					t.Fatal("no error")
				}
				for i := 0; i+24 <= len(echo); i++ {
					if strings.Contains(err.Error(), echo[i:i+24]) {
						t.Fatalf("the error shows %q: %s", echo[i:i+24], err)
					}
				}
				if !strings.Contains(err.Error(), "0x80040203") {
					t.Errorf("the error lost its code: %s", err)
				}
			})
		}
	}
	// What has nothing of the query stays.
	err := validateSecret(t.Context(), answering(t, saying(t, http.StatusBadRequest, refusal("The segment's definition of contacts has no filter."))))
	if err == nil || !strings.Contains(err.Error(), "The segment's definition of contacts has no filter") {
		t.Errorf("got %v", err)
	}
	const filter = "msdyncrm_segmentname eq 'secret.person@contoso.example'"
	_, err = answering(t, saying(t, http.StatusBadRequest, refusal("No good: "+filter))).Segments(t.Context(), dataverse.Filter{Where: filter})
	if err == nil || strings.Contains(err.Error(), "secret.person") {
		t.Errorf("got %v", err)
	}
}

// TestProblemWords holds that nothing comes through in a verdict but codes and
// names of columns.
func TestProblemWords(t *testing.T) {
	for _, c := range []struct{ code, field, wantCode, wantField string }{
		{"SegmentDciValidator_SegmentInvalid", "msdyncrm_query", "SegmentDciValidator_SegmentInvalid", "msdyncrm_query"},
		{"A.b-1", "statuscode", "A.b-1", "statuscode"},
		{theToken, theToken, "", ""},
		{"x" + strings.ToUpper(theToken) + "y", "telephone1", "", ""},
		{secretQuery, secretQuery, "", ""},
		{"secretpersoncontosoexample", "", "", ""},
		{"two words", "", "", ""},
		{strings.Repeat("x", 65), "", "", ""},
		{"\x1b[31m", "\x1b", "", ""},
		{"", "", "", ""},
	} {
		result, err := json.Marshal([]dataverse.Problem{{Code: c.code, Field: c.field}})
		if err != nil {
			t.Fatal(err)
		}
		client := answering(t, saying(t, http.StatusOK, map[string]string{"ValidationResult": string(result)}))
		got, err := client.Validate(t.Context(), []dataverse.Query{{Name: "q", Wire: secretQuery, Type: dataverse.Dynamic}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := []dataverse.Verdict{{Asked: true, Problems: []dataverse.Problem{{Code: c.wantCode, Field: c.wantField}}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q, %q (-want +got):\n%s", c.code, c.field, diff)
		}
	}
}

// TestEndOfToken holds that no stretch of a token is shown that is too long to
// stand there by chance.
func TestEndOfToken(t *testing.T) {
	for n := 8; n < len(theToken); n++ {
		end := theToken[len(theToken)-n:]
		err := validateSecret(t.Context(), answering(t, saying(t, http.StatusBadRequest, refusal("No good near '"+end+"'."))))
		if err == nil || strings.Contains(err.Error(), end[:8]) {
			t.Errorf("the last %d bytes: %v", n, err)
		}
	}
}

// TestEmptyAnswers holds that an answer without what was asked for is an error and
// not taken for nothing.
func TestEmptyAnswers(t *testing.T) {
	client := answering(t, saying(t, http.StatusOK, map[string]int{"x": 1}))
	if one, err := client.Segment(t.Context(), "0a000000-0000-4000-8000-00000000000a"); err == nil || !strings.Contains(err.Error(), "another form than the service's") {
		t.Errorf("got %v, %v", one, err)
	}
	if all, err := client.Segments(t.Context(), dataverse.Filter{}); err == nil || !strings.Contains(err.Error(), "another form than the service's") {
		t.Errorf("got %d segments, %v", len(all), err)
	}
	for _, answer := range []any{map[string]any{"value": []any{}}, map[string]int{"x": 1}} {
		got, err := answering(t, saying(t, http.StatusOK, answer)).Pull(t.Context(), nil, nil, nil)
		if failure := (*dataverse.Error)(nil); !errors.As(err, &failure) {
			t.Errorf("%v: got the schema %v, %v", answer, got, err)
		}
	}
}
