//go:build unix

package main

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
)

// interrupt ends a process as Ctrl-C does, for which it has exit code 0.
func interrupt(t *testing.T, p *process) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.ends(0)
}

// TestParentDies starts the server from a shell, which is then killed. The
// server's input stays open, and still it ends.
func TestParentDies(t *testing.T) {
	in, input, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	output, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	shell := exec.CommandContext(t.Context(), "sh", "-c", "exec 3<&0; segls <&3 & wait")
	shell.Stdin, shell.Stdout = in, out
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Close(), out.Close()
	p := newPeer(t, input, output)
	p.initialize(strconv.Itoa(shell.Process.Pid))
	p.open("untitled:a", "PROFILE(contact).FILTER(statecode = 0)")
	p.await("publishDiagnostics", "single-equals")
	if err := shell.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// The shell stays a zombie meanwhile, as that of a careless editor does.
	p.closed()
	_ = shell.Wait()
}
