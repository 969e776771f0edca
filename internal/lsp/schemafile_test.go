package lsp

import (
	"strings"
	"testing"
)

// FuzzFindElement holds that what is found in any text is a name that was asked
// for, or one that says the same.
func FuzzFindElement(f *testing.F) {
	f.Add(`{"tables":[{"name":"contact","columns":[{"name":"fullname"}]}]}`)
	f.Add(`{"tables":[{"columns":[{"name":"x"},{"name":"fullname"}],"name":"Contact"}], "tables":[]}`)
	f.Add(`{"tables":{"name":"contact"}}`)
	f.Add(`{"tables":[7,{"name":"contact","columns":[{"name":"fulln\u0061me`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, path := range [][]element{
			{{[]string{"tables"}, "contact"}}, {{[]string{"tables"}, "contact"}, {[]string{"columns", "links"}, "fullname"}},
		} {
			at, ok := findElement([]byte(text), 0, path)
			if !ok {
				continue
			}
			said := textOf([]byte(`"` + at.Text(text) + `"`))
			if want := path[len(path)-1].name; !strings.EqualFold(said, want) {
				t.Errorf("%v of %q is %q, want %q", at, text, said, want)
			}
		}
	})
}
