package check_test

import (
	"os"
	"path/filepath"
	"testing"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// BenchmarkCheck checks the examples; BenchmarkParse, its reference, parses
// them. Rules are found by the type of node that they ask for, so one more
// costs no more than what it does itself.
func BenchmarkCheck(b *testing.B) {
	texts, size := examples(b)
	files := make([]*check.File, len(texts))
	for i, text := range texts {
		files[i] = &check.File{Tree: parser.Parse(text), Schema: schema.Standard()}
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		p := check.NewProject(files, today)
		for _, f := range files {
			p.Check(f)
		}
	}
}

// BenchmarkParse is the reference for BenchmarkCheck.
func BenchmarkParse(b *testing.B) {
	texts, size := examples(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			parser.Parse(text)
		}
	}
}

func examples(b *testing.B) (texts []string, size int) {
	b.Helper()
	paths, err := filepath.Glob("../../examples/*/*.seg")
	if err != nil || len(paths) == 0 {
		b.Fatalf("no examples: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, string(text))
		size += len(text)
	}
	return texts, size
}
