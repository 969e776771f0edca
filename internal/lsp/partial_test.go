package lsp_test

import (
	"slices"
	"testing"

	"go.lsp.dev/protocol"
)

// TestCompletionIsIncomplete holds that a list to which typing adds says so:
// without that, editors go on with what they have.
func TestCompletionIsIncomplete(t *testing.T) {
	const filter = "A = PROFILE(contact).FILTER(statecode == "
	for _, test := range []struct {
		text, typed string
		label       string // that comes with what is typed, and stays from then on
	}{
		{"A = PROFILE(contact) UNION ", "S", "SEGMENT(Spenders)"},
		{filter, "nu", "ISNULL(statecode)"},
		{filter + "0 ", "a", "&&"},
		{filter, "0", "Active (0)"},
		{"A = PROFILE(contact) ", "U", "UNION"},
		{"A = PROFILE(ma", "r", "msdyn_copilottranscript"}, // has the letters alone, and is not among names that start with them
		{"// ", "seg:", "seg:ignore"},
	} {
		t.Run(test.text+test.typed, func(t *testing.T) {
			c := start(t, map[string]string{"z.seg": "Spenders = PROFILE(contact).FILTER(statecode = 0)\n"})
			c.awaitCode("z.seg", "single-equals", true)
			isComplete, filters := false, map[string]bool{}
			for n := range len(test.typed) + 1 {
				text := test.text + test.typed[:n]
				c.open(at("a.seg"), int32(n), text)
				list := c.list(at("a.seg"), text, len(text))
				i := slices.IndexFunc(list.Items, func(item protocol.CompletionItem) bool { return item.Label == test.label })
				if i >= 0 {
					text, _ := list.Items[i].FilterText.Get()
					filters[text] = true
				}
				if isComplete && (i < 0 || len(filters) > 1) {
					t.Errorf("%q: the list said that it was complete before %s came, or that it was found by %v", text, test.label, filters)
				}
				isComplete = isComplete || !list.IsIncomplete
				if n == len(test.typed) && (i < 0 || !isComplete) {
					t.Errorf("%q: %s is at %d, and the list is complete: %v", text, test.label, i, isComplete)
				}
			}
		})
	}
}
