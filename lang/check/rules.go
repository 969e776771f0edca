package check

import (
	"slices"
	"strings"
	"time"
)

// rules are all rules.
var rules = slices.Concat(nameRules, segmentRules, typeRules, stepRules, logicRules, dialectRules, []*Rule{unusedIgnore})

// dateOrdinal returns a date as days since a fixed day.
func dateOrdinal(s string) (float64, bool) {
	s = strings.Replace(s, " ", "T", 1)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.Unix()) / (24 * 60 * 60), true
		}
	}
	return 0, false
}
