package main

import (
	"segql/dataverse"
	"segql/internal/console"
	"segql/lang/format"
)

// segmentSource returns a segment as the text of a source file.
func segmentSource(s dataverse.Segment) string {
	text := "// seg:dialect outbound\n\n// Segment " + console.Visible(s.Name) + "\n" + s.Query + "\n"
	if formatted, mistakes := format.Source(text, format.Options{}); len(mistakes) == 0 {
		return formatted
	}
	return text
}
