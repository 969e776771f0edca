package lsp_test

import (
	"fmt"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
)

// BenchmarkEdit types a letter that makes a mistake and takes it away again,
// and waits for the diagnostics each time.
func BenchmarkEdit(b *testing.B) {
	for _, lines := range []int{150, 10_000} {
		b.Run(fmt.Sprint(lines, " lines"), func(b *testing.B) {
			c := start(b, nil)
			text := strings.Repeat("PROFILE(contact, contact_1)\n  .FILTER(contact_1.donotemail == false && ISNOTNULL(contact_1.emailaddress1));\n\n", lines/3)
			c.open(at("a.seg"), 1, text)
			c.diagnostics(at("a.seg"), 1)
			letter := protocol.Position{Line: uint32(lines/6*3 + 1), Character: 30}
			version := int32(1)
			b.ResetTimer()
			for b.Loop() {
				version += 2
				c.change(at("a.seg"), version-1, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: letter, End: letter}, Text: "x"})
				if got := c.diagnostics(at("a.seg"), version-1); len(got) == 0 {
					b.Fatal("the mistake was not found")
				}
				end := letter
				end.Character++
				c.change(at("a.seg"), version, &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: letter, End: end}})
				c.diagnostics(at("a.seg"), version)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(2*b.N), "µs/edit")
		})
	}
}
