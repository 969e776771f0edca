package parser_test

import (
	"go/ast"
	goparser "go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/parser"
)

// TestCodes holds that each code has an example with the mistake, and one
// without any.
func TestCodes(t *testing.T) {
	// Examples that a page could not show.
	long := map[string]string{
		parser.CodeBadUTF8:       "PROFILE(contact) // caf\xe9\n",
		parser.CodeNUL:           "PROFILE(contact)\x00",
		parser.CodeTooDeep:       strings.Repeat("(", 1001) + "PROFILE(contact)" + strings.Repeat(")", 1001),
		parser.CodeTooLarge:      strings.Repeat(" ", parser.MaxSize+1),
		parser.CodeTooManyErrors: "PROFILE(contact).FILTER(a == 1" + strings.Repeat(" = 1 &&", 2000) + ")",
	}
	codes := parser.Codes()
	if !slices.IsSortedFunc(codes, func(a, b parser.Code) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the codes are not sorted")
	}
	for _, c := range codes {
		t.Run(c.Name, func(t *testing.T) {
			if c.Summary == "" || c.Doc == "" || (c.Bad == "") != (c.Good == "") || (c.Bad == "") != (long[c.Name] != "") {
				t.Fatalf("the code says too little of itself, or an example is there twice: %+v", c)
			}
			var got []string
			for _, e := range parser.Parse(c.Bad + long[c.Name]).Errors() {
				got = append(got, e.Code)
			}
			if !slices.Contains(got, c.Name) {
				t.Errorf("the bad example has the mistakes %v, not %s", got, c.Name)
			}
			if c.Bad != "" && len(got) != 1 {
				t.Errorf("the bad example has more than one mistake: %v", got)
			}
			for _, e := range parser.Parse(c.Good).Errors() {
				if c.Good != "" {
					t.Errorf("the good example has a mistake: %s [%s]", e.Message, e.Code)
				}
			}
		})
	}
}

// TestEveryCodeIsListed compares Codes with the constants in errors.go.
func TestEveryCodeIsListed(t *testing.T) {
	file, err := goparser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		return true
	})
	for _, c := range parser.Codes() {
		got = append(got, c.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the constants and Codes differ (-constants +Codes):\n%s", diff)
	}
}
