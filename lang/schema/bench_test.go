package schema

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func BenchmarkLoadStandard(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		loadStandard()
	}
}

func BenchmarkLookUps(b *testing.B) {
	s := Standard()
	contact := s.Table("contact")
	for name, look := range map[string]func() bool{
		"table":         func() bool { return s.Table("contact") != nil },
		"column":        func() bool { return contact.Column("emailaddress1") != nil },
		"column, upper": func() bool { return contact.Column("EMAILADDRESS1") != nil },
		"relationship":  func() bool { return s.Relationship("contact_account_parentcustomerid") != nil },
		"interaction":   func() bool { return s.Interaction("EmailOpened") != nil },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !look() {
					b.Fatal("not found")
				}
			}
		})
	}
}

func BenchmarkReadSnapshot(b *testing.B) {
	text := snapshotText(b, Standard())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadSnapshot(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteSnapshot(b *testing.B) {
	b.SetBytes(int64(len(snapshotText(b, Standard()))))
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteSnapshot(io.Discard, Standard()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadSamples(b *testing.B) {
	for _, name := range []string{"entity-definitions.json", "metadata.xml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(strings.NewReader(string(text))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
