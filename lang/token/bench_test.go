package token_test

import (
	"fmt"
	"strings"
	"testing"

	"segql/lang/token"
)

// oneLine returns a line of about size bytes in which a third of the
// characters is not ASCII.
func oneLine(size int) string { return strings.Repeat("a€😀bcd", size/11) }

// BenchmarkLookUp looks up one place, there and back. Its time is to be the
// same for all lengths of a line.
func BenchmarkLookUp(b *testing.B) {
	for _, size := range []int{10_000, 1_000_000, 10_000_000} {
		b.Run(fmt.Sprintf("%d_bytes", size), func(b *testing.B) {
			text := oneLine(size)
			lines := token.NewLines(text)
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				i = (i + 7919) % len(text)
				lines.Offset(lines.Position(token.Pos(i), token.UTF16), token.UTF16)
			}
		})
	}
}

// BenchmarkNewLines reads a text once.
func BenchmarkNewLines(b *testing.B) {
	for name, text := range map[string]string{
		"ASCII":     strings.Repeat("PROFILE(contact).FILTER(city == 'Oslo')\n", 25_000),
		"not_ASCII": strings.Repeat("PROFILE(contact).FILTER(city == 'Tromsø')\r\n", 25_000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				token.NewLines(text)
			}
		})
	}
}
