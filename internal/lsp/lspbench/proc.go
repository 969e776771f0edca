package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// memoryOf returns what a process holds of the memory and the most it ever
// held, in MB of 1024 kB; false where the system does not say, as only Linux does.
func memoryOf(pid int) (now, peak float64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, false
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kB, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			now = kB / 1024
		case name == "VmHWM":
			peak = kB / 1024
		}
	}
	return now, peak, now > 0 && peak > 0
}

// isBusy reports whether a thread of a process runs or waits for the processor
// or the disk; false where the system does not say.
func isBusy(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return false
	}
	for _, path := range threads {
		text, err := os.ReadFile(path)
		// The second field is a name in parentheses, with anything in it.
		i := bytes.LastIndexByte(text, ')')
		if err == nil && i >= 0 && len(text) > i+2 && (text[i+2] == 'R' || text[i+2] == 'D') {
			return true
		}
	}
	return false
}

// settle waits until no server works, so that what one does in the background
// is no load on the next: until all were idle at each of some looks, and for
// two seconds at most.
func settle(ctx context.Context, sessions []*session) {
	const looks, apart, most = 4, 5 * time.Millisecond, 2 * time.Second
	idle := 0
	for end := time.Now().Add(most); idle < looks && time.Now().Before(end) && ctx.Err() == nil; time.Sleep(apart) {
		idle++
		if slices.ContainsFunc(sessions, func(s *session) bool { return isBusy(s.cmd.Process.Pid) }) {
			idle = 0
		}
	}
}
