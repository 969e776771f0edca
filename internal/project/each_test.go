package project_test

import (
	"iter"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
)

func sized(sizes ...int64) []project.File {
	files := make([]project.File, len(sizes))
	for i, size := range sizes {
		files[i] = project.File{Path: string(rune('a' + i)), Size: size}
	}
	return files
}

func TestEachKeepsTheOrder(t *testing.T) {
	files := sized(make([]int64, 300)...)
	var got, want []string
	for _, f := range files {
		want = append(want, f.Path)
	}
	project.Each(slices.Values(files), func(f project.File) string {
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
		return f.Path
	}, func(path string) bool {
		got = append(got, path)
		return true
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEachBoundsWhatIsInFlight(t *testing.T) {
	const mb = 1 << 20
	files := sized(1, 10*mb, 10*mb, 1, 200*mb, 200*mb, 4*mb, 4*mb, 4*mb, 4*mb, 4*mb)
	var bytes, most atomic.Int64
	project.Each(slices.Values(files), func(f project.File) int64 {
		now := bytes.Add(f.Size)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		return f.Size
	}, func(size int64) bool {
		bytes.Add(-size)
		return true
	})
	if most.Load() != 200*mb {
		t.Errorf("%d MB in flight; the largest file should be alone", most.Load()/mb)
	}

	// A slow first file holds up the results behind it: there must not be many.
	var begun atomic.Int64
	gate := make(chan bool)
	go func() {
		time.Sleep(50 * time.Millisecond)
		if n := begun.Load(); n > 200 {
			t.Errorf("%d files were begun behind a slow one", n)
		}
		close(gate)
	}()
	project.Each(slices.Values(sized(make([]int64, 2000)...)), func(f project.File) bool {
		if begun.Add(1) == 1 {
			<-gate
		}
		return true
	}, func(bool) bool { return true })
	if begun.Load() != 2000 {
		t.Errorf("%d files were done", begun.Load())
	}
}

func TestEachStops(t *testing.T) {
	var begun, ended atomic.Int64
	taken := 0
	var forever iter.Seq[project.File] = func(yield func(project.File) bool) {
		for yield(project.File{}) {
		}
	}
	project.Each(forever, func(project.File) bool {
		begun.Add(1)
		time.Sleep(time.Millisecond)
		return ended.Add(1) > 0
	}, func(bool) bool {
		taken++
		return taken < 5
	})
	if taken != 5 {
		t.Errorf("%d results were taken", taken)
	}
	if begun.Load() != ended.Load() {
		t.Errorf("%d were begun, but only %d had ended", begun.Load(), ended.Load())
	}
}
