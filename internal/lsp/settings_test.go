package lsp_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"segql/internal/lsp"
)

// TestSettingsTable holds that docs/editors.md lists the settings there are.
func TestSettingsTable(t *testing.T) {
	const page = "../../docs/editors.md"
	const begin, end = "-run TestSettingsTable -update -->\n", "<!-- end of settings -->"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("docs/editors.md has no place for the settings")
	}
	want := settingsTable()
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("docs/editors.md, run with -update (-want +got):\n%s", diff)
	}
}

func settingsTable() string {
	var b strings.Builder
	b.WriteString("\n| setting | type | default | |\n| --- | --- | --- | --- |\n")
	for _, s := range lsp.Settings() {
		kind := s.Type
		if len(s.Values) > 0 {
			kind = strings.Join(s.Values, ", ")
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", s.Name, kind, s.Default, s.Doc)
	}
	return b.String() + "\n"
}
