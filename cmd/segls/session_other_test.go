//go:build !unix

package main

import "testing"

// interrupt ends a process: there is no signal that it could be sent.
func interrupt(t *testing.T, p *process) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
}
