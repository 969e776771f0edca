package format_test

import (
	"go/build"
	goformat "go/format"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"segql/lang/format"
	"segql/lang/parser"
)

// corpus returns about size bytes of typical definitions: those of the
// examples, one after the other.
func corpus(b testing.TB, size int) string {
	b.Helper()
	files, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(files) == 0 {
		b.Fatalf("no examples: %v", err)
	}
	var all strings.Builder
	for n := 0; all.Len() < size; n++ {
		text, err := os.ReadFile(files[n%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		all.Write(text)
		all.WriteString(";\n") // the next file may hold a bare query
	}
	return all.String()
}

// BenchmarkSource parses and prints, as BenchmarkGoFormat, its reference, does.
func BenchmarkSource(b *testing.B) {
	text := corpus(b, 1<<20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, errs := format.Source(text, format.Options{}); len(errs) > 0 {
			b.Fatal(errs[0].Message)
		}
	}
}

// BenchmarkFile prints alone.
func BenchmarkFile(b *testing.B) {
	text := corpus(b, 1<<20)
	file := parser.Parse(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		format.File(file, format.Options{})
	}
}

// BenchmarkGoFormat is the reference for BenchmarkSource: Go's own formatter on
// a file of Go's own library.
func BenchmarkGoFormat(b *testing.B) {
	text, err := os.ReadFile(filepath.Join(build.Default.GOROOT, "src", "net", "http", "server.go"))
	if err != nil {
		b.Skip("Go's own sources are not here: ", err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := goformat.Source(text); err != nil {
			b.Fatal(err)
		}
	}
}
