package token_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/token"
)

// The words of the language as its reference lists them, by what they are.
var (
	sources    = strings.Fields("PROFILE SEGMENT INTERACTION")
	steps      = strings.Fields("FILTER TRAVERSE RELATE RELATEOPTIONAL HAVING DISTINCT ORDERBY SKIP TAKE SELECT")
	setOps     = strings.Fields("UNION EXCEPT INTERSECT")
	infix      = strings.Fields("AND OR CONTAINS STARTSWITH ENDSWITH IN")
	functions  = strings.Fields("NOT ISNULL ISNOTNULL DATEDIFF DATEADD DATE DATETIMEUTCNOW")
	aggregates = strings.Fields("COUNT SUM AVG MIN MAX")
	windows    = strings.Fields("UTCMINUTES UTCHOURS UTCDAYS UTCWEEKS UTCMONTHS UTCYEARS")
	dateParts  = strings.Fields("YEAR MONTH DAY HOUR MINUTE SECOND MILLISECOND")
	others     = strings.Fields("ASC DESC true false")
)

func allWords() []string {
	var all []string
	for _, words := range [][]string{sources, steps, setOps, infix, functions, aggregates, windows, dateParts, others} {
		all = append(all, words...)
	}
	return all
}

func TestWords(t *testing.T) {
	var got []string
	for _, w := range token.Words() {
		got = append(got, w.String())
	}
	if diff := cmp.Diff(allWords(), got); diff != "" {
		t.Errorf("the words differ (-want +got):\n%s", diff)
	}
	if got := token.NoWord.String(); got != "" {
		t.Errorf("NoWord is written %q", got)
	}
}

// TestWordConstants holds that each constant spells its own name, so that a
// line of the table that is out of place is seen.
func TestWordConstants(t *testing.T) {
	var names []string
	file, err := parser.ParseFile(gotoken.NewFileSet(), "word.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != gotoken.CONST {
			continue
		}
		inWords := false
		for _, spec := range d.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			name := v.Names[0].Name
			inWords = inWords || name == "NoWord"
			if inWords && gotoken.IsExported(name) {
				names = append(names, name)
			}
		}
	}
	want := []string{"NoWord"}
	for _, w := range allWords() {
		want = append(want, strings.ToUpper(w))
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the constants differ from the words (-words +constants):\n%s", diff)
	}
}

func TestLookup(t *testing.T) {
	for n, text := range allWords() {
		want := token.Words()[n]
		upper, lower := strings.ToUpper(text), strings.ToLower(text)
		for _, spelled := range []string{text, upper, lower, upper[:1] + lower[1:], lower[:1] + upper[1:]} {
			if got := token.Lookup(spelled); got != want {
				t.Errorf("Lookup(%q) = %v, want %v", spelled, got, want)
			}
		}
	}
	for _, text := range []string{
		"", "I", "A", "x", "contact", "PROFIL", "PROFILES", "RELATEOPTIONALLY", "ORDER BY", " IN", "IN ", "NOT(",
		"UTC", "UTCDAYS7", "_IN", "IN_", "A\x00",
		// These are equal to a word for who folds the case of all letters.
		"ſUM", "MAſ", "\u212A", "S\u212AIP", "TA\u212AE", "dıstınct", "DİSTİNCT",
	} {
		if got := token.Lookup(text); got != token.NoWord {
			t.Errorf("Lookup(%q) = %v, want none", text, got)
		}
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { token.Lookup("relateOptional") }); n > 0 {
		t.Errorf("a look-up makes %v allocations", n)
	}
}

func TestWordClasses(t *testing.T) {
	classes := []struct {
		name string
		is   func(token.Word) bool
		want []string
	}{
		{"IsSource", token.Word.IsSource, sources},
		{"IsStep", token.Word.IsStep, steps},
		{"IsSetOperator", token.Word.IsSetOperator, setOps},
		{"IsFunction", token.Word.IsFunction, functions},
		{"IsAggregate", token.Word.IsAggregate, aggregates},
		{"IsWindow", token.Word.IsWindow, windows},
		{"IsDatePart", token.Word.IsDatePart, dateParts},
	}
	for _, c := range classes {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, w := range token.Words() {
				if c.is(w) {
					got = append(got, w.String())
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("it holds for others (-want +got):\n%s", diff)
			}
			if c.is(token.NoWord) {
				t.Error("it holds for NoWord")
			}
		})
	}
}

func TestSpelling(t *testing.T) {
	kept := strings.Fields("Interaction Having Count Date True False year month day hour minute second millisecond")
	for _, text := range kept {
		if got := token.Lookup(text).Spelling(text); got != text {
			t.Errorf("%q, which the vendor writes, is printed %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"INTERACTION": "INTERACTION", "interaction": "INTERACTION", "InterAction": "INTERACTION",
		"having": "HAVING", "count": "COUNT", "date": "DATE",
		"TRUE": "true", "true": "true", "tRUE": "true", "FALSE": "false", "false": "false",
		"MONTH": "MONTH", "Month": "MONTH", "mONTH": "MONTH", "YEAR": "YEAR",
		"Profile": "PROFILE", "Segment": "SEGMENT", "Filter": "FILTER", "filter": "FILTER", "union": "UNION",
		"Sum": "SUM", "DateDiff": "DATEDIFF", "utcdays": "UTCDAYS", "desc": "DESC", "Desc": "DESC", "in": "IN",
	} {
		w := token.Lookup(text)
		if w == token.NoWord {
			t.Fatalf("%q is no word", text)
		}
		if got := w.Spelling(text); got != want {
			t.Errorf("%q is printed %q, want %q", text, got, want)
		}
	}
	// No other spelling than the canonical one and those above is kept.
	for _, w := range token.Words() {
		upper := strings.ToUpper(w.String())
		for _, text := range []string{upper, strings.ToLower(upper), upper[:1] + strings.ToLower(upper[1:])} {
			want := w.String()
			for _, k := range kept {
				if text == k {
					want = k
				}
			}
			if got := w.Spelling(text); got != want {
				t.Errorf("%q is printed %q, want %q", text, got, want)
			}
		}
	}
}

func TestOps(t *testing.T) {
	for _, c := range []struct {
		op                    token.Op
		text                  string
		comparison, textMatch bool
	}{
		{token.NoOp, "", false, false},
		{token.Or, "||", false, false},
		{token.And, "&&", false, false},
		{token.Equal, "==", true, false},
		{token.NotEqual, "!=", true, false},
		{token.Greater, ">", true, false},
		{token.GreaterEqual, ">=", true, false},
		{token.Less, "<", true, false},
		{token.LessEqual, "<=", true, false},
		{token.Contains, "CONTAINS", false, true},
		{token.StartsWith, "STARTSWITH", false, true},
		{token.EndsWith, "ENDSWITH", false, true},
		{token.Add, "+", false, false},
		{token.Subtract, "-", false, false},
		{token.Multiply, "*", false, false},
		{token.Divide, "/", false, false},
	} {
		if got := c.op.String(); got != c.text {
			t.Errorf("operator %d is written %q, want %q", c.op, got, c.text)
		}
		if got := c.op.IsComparison(); got != c.comparison {
			t.Errorf("IsComparison of %q = %v, want %v", c.text, got, c.comparison)
		}
		if got := c.op.IsTextMatch(); got != c.textMatch {
			t.Errorf("IsTextMatch of %q = %v, want %v", c.text, got, c.textMatch)
		}
	}
}
