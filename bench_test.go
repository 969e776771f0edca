package segql_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkCommands runs the commands over 10,000 files of about 1 KB. The
// time of seg check is to be read beside that of segfmt -l of the same run: at
// most one and a half times as much.
func BenchmarkCommands(b *testing.B) {
	dir := b.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir+string(os.PathSeparator), "./cmd/seg", "./cmd/segfmt").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	files := filepath.Join(dir, "files")
	if err := os.Mkdir(files, 0o777); err != nil {
		b.Fatal(err)
	}
	examples, err := filepath.Glob("examples/*/*.seg")
	if err != nil || len(examples) == 0 {
		b.Fatalf("no examples: %v", err)
	}
	for i := range 10_000 {
		text, err := os.ReadFile(examples[i%len(examples)])
		if err != nil {
			b.Fatal(err)
		}
		// Each file has names of its own.
		s := string(text)
		for line := range strings.Lines(s) {
			if name, _, ok := strings.Cut(line, " ="); ok && !strings.ContainsAny(name, " ./(") {
				s = strings.ReplaceAll(s, name, fmt.Sprintf("%s_%d", name, i))
			}
		}
		if err := os.WriteFile(filepath.Join(files, fmt.Sprintf("f%05d.seg", i)), []byte(s), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	for _, args := range [][]string{{"segfmt", "-l", files}, {"seg", "check", files}} {
		b.Run(args[0]+"_"+args[1], func(b *testing.B) {
			for b.Loop() {
				// What they find does not matter here, but they must have run.
				out, err := exec.Command(filepath.Join(dir, args[0]), args[1:]...).CombinedOutput()
				var exit *exec.ExitError
				if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 1) {
					b.Fatalf("%v: %v\n%s", args, err, out)
				}
			}
		})
	}
}
