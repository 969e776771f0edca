package parser_test

import (
	"go/build"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	seg "segql/lang/parser"
	"segql/lang/token"
)

// corpus returns about size bytes of typical definitions: those of the
// examples, each under a name of its own.
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

// goFile returns the reference: a file of Go's own library.
func goFile(b testing.TB) []byte {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(build.Default.GOROOT, "src", "net", "http", "server.go"))
	if err != nil {
		b.Skip("Go's own sources are not here: ", err)
	}
	return text
}

// BenchmarkParse is to be read beside BenchmarkGoParser of the same run.
func BenchmarkParse(b *testing.B) {
	text := corpus(b, 1<<20)
	if errs := seg.Parse(text).Errors(); len(errs) > 0 {
		b.Fatal(errs[0].Message)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		seg.Parse(text)
	}
}

// BenchmarkGoParser is the reference for BenchmarkParse.
func BenchmarkGoParser(b *testing.B) {
	text := goFile(b)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parser.ParseFile(gotoken.NewFileSet(), "server.go", text, parser.ParseComments); err != nil {
			b.Fatal(err)
		}
	}
}

func lines(b testing.TB, n int) string {
	text := corpus(b, n*60)
	return text[:strings.LastIndex(text[:nthLine(text, n)], "\n")+1]
}

func nthLine(text string, n int) int {
	at := 0
	for range n {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at
}

// BenchmarkParseLines is the reference for BenchmarkReparse.
func BenchmarkParseLines(b *testing.B) {
	text := lines(b, 10_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		seg.Parse(text)
	}
}

// BenchmarkReparse types one character in the middle of 10,000 lines.
func BenchmarkReparse(b *testing.B) {
	text := lines(b, 10_000)
	prev := seg.Parse(text)
	at := token.Pos(len(text)/2 + strings.Index(text[len(text)/2:], "==") + 3)
	b.ReportAllocs()
	for b.Loop() {
		next, err := seg.Reparse(prev, token.Edit{Span: token.At(at), New: "1"})
		if err != nil || len(next.Definitions) != len(prev.Definitions) {
			b.Fatal("the edit changed more than it should", err)
		}
	}
}
