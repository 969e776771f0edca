package main

import (
	"context"
	"fmt"
	"os"
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

// processorOf returns the time that a process spent on the processor, in ticks
// of the system; 0 where the system does not say.
func processorOf(pid int) (ticks int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field is a name in parentheses, with anything in it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	for i := 11; i < 13 && i < len(fields); i++ {
		n, _ := strconv.Atoi(fields[i])
		ticks += n
	}
	return ticks
}

// settle waits until no server uses the processor, so that what one does in
// the background is no load on the next: two seconds at most.
func settle(ctx context.Context, sessions []*session) {
	const quiet, most = 20 * time.Millisecond, 2 * time.Second
	used := func() (ticks int) {
		for _, s := range sessions {
			ticks += processorOf(s.cmd.Process.Pid)
		}
		return ticks
	}
	before := used()
	for end := time.Now().Add(most); before > 0 && time.Now().Before(end) && ctx.Err() == nil; {
		time.Sleep(quiet)
		now := used()
		if now == before {
			return
		}
		before = now
	}
}
