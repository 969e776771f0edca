package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"segql/lang/check"
)

// github returns workflow commands, from which GitHub makes annotations. The
// most severe come first, since only ten of a kind are shown.
func (*workspace) github(findings []finding) string {
	findings = slices.Clone(findings)
	slices.SortStableFunc(findings, func(a, b finding) int { return cmp.Compare(b.Severity, a.Severity) })
	var b strings.Builder
	for _, f := range findings {
		kind := "notice"
		if f.Severity >= check.Warning {
			kind = f.Severity.String()
		}
		fmt.Fprintf(&b, "::%s file=%s,line=%d,endLine=%d", kind, property.Replace(f.source.slashed()), f.at.line, f.at.endLine)
		if f.at.line == f.at.endLine { // columns of several lines are refused
			fmt.Fprintf(&b, ",col=%d,endColumn=%d", f.at.column, max(f.at.endColumn, f.at.column))
		}
		fmt.Fprintf(&b, ",title=%s::%s\n", property.Replace(f.Rule), message.Replace(f.Message))
	}
	return b.String()
}

var (
	message  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
