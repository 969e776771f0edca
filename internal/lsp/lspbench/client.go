package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// client runs one server and talks with it. A message is timed when its last
// byte is there, before anything looks at it.
type client struct {
	name    string
	timeout time.Duration // of each wait
	started time.Time
	cmd     *exec.Cmd
	in      io.WriteCloser
	writing sync.Mutex
	stderr  tail
	calls   int
	arrived chan *message // closed when the server has ended
}

// message is an answer of the server or a notification.
type message struct {
	at     time.Time
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// start starts a server in a folder. It ends with ctx.
func start(ctx context.Context, s server, folder string, timeout time.Duration) (*client, error) {
	c := &client{name: s.name, timeout: timeout, arrived: make(chan *message, 1024)}
	c.cmd = exec.CommandContext(ctx, s.command[0], s.command[1:]...) // it is what the user named
	c.cmd.Dir, c.cmd.Stderr = folder, &c.stderr
	c.cmd.WaitDelay = time.Second // a child of the server may keep its standard error open
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.started = in, time.Now()
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("the server %s can't be started: %w", s.name, err)
	}
	go c.read(bufio.NewReaderSize(out, 1<<20))
	return c, nil
}

// read reads what the server sends until it ends, and answers its requests.
func (c *client) read(out *bufio.Reader) {
	defer func() {
		patience := time.AfterFunc(5*time.Second, c.kill)
		_ = c.cmd.Wait() // its exit code is none of a benchmark's business
		patience.Stop()
		close(c.arrived)
	}()
	for header := textproto.NewReader(out); ; {
		fields, err := header.ReadMIMEHeader()
		if err != nil {
			return
		}
		length, err := strconv.Atoi(fields.Get("Content-Length"))
		if err != nil || length < 0 {
			return
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(out, body); err != nil {
			return
		}
		m := &message{at: time.Now()}
		if json.Unmarshal(body, m) != nil {
			return
		}
		switch {
		case m.Method != "" && m.ID != nil:
			// A server may not read before somebody reads what it writes.
			go func() { _, _ = c.write(map[string]any{"id": m.ID, "result": answer(m)}) }()
		case m.Method == "" || m.Method == "textDocument/publishDiagnostics":
			c.arrived <- m
		}
	}
}

// answer returns what an editor answers in which nothing is set.
func answer(m *message) any {
	var p struct{ Items []any }
	if m.Method == "workspace/configuration" && json.Unmarshal(m.Params, &p) == nil {
		return make([]any, len(p.Items))
	}
	return nil
}

// write sends a message, and returns when it began to.
func (c *client) write(m map[string]any) (time.Time, error) {
	m["jsonrpc"] = "2.0"
	body, err := json.Marshal(m)
	if err != nil {
		return time.Time{}, err
	}
	frame := fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body)
	c.writing.Lock()
	defer c.writing.Unlock()
	// A server that does not read must not stop the benchmark for good.
	defer time.AfterFunc(c.timeout, c.kill).Stop()
	begun := time.Now()
	_, err = c.in.Write(frame)
	return begun, err
}

func (c *client) notify(method string, params any) (time.Time, error) {
	begun, err := c.write(map[string]any{"method": method, "params": params})
	if err != nil {
		return begun, c.failed("did not read "+method, err)
	}
	return begun, nil
}

// await reads messages until one is taken, and returns when that came.
func (c *client) await(what string, take func(*message) bool) (time.Time, error) {
	limit := time.NewTimer(c.timeout)
	defer limit.Stop()
	for {
		select {
		case m, ok := <-c.arrived:
			switch {
			case !ok:
				return time.Time{}, c.failed("ended before it sent "+what, nil)
			case take(m):
				return m.at, nil
			}
		case <-limit.C:
			return time.Time{}, c.failed(fmt.Sprintf("did not send %s within %s", what, c.timeout), nil)
		}
	}
}

// call sends a request and returns the answer, and how long it took.
func (c *client) call(method string, params any) (json.RawMessage, time.Duration, error) {
	c.calls++
	id := strconv.Itoa(c.calls)
	request := map[string]any{"id": c.calls, "method": method}
	if params != nil {
		request["params"] = params
	}
	sent, err := c.write(request)
	if err != nil {
		return nil, 0, c.failed("did not read "+method, err)
	}
	var got *message
	at, err := c.await("the answer to "+method, func(m *message) bool {
		got = m
		return string(m.ID) == id
	})
	if err == nil && got.Error != nil {
		err = &refusal{c.failed("refused "+method, errors.New(got.Error.Message))}
	}
	if err != nil {
		return nil, 0, err
	}
	return got.Result, at.Sub(sent), nil
}

// refusal is an answer that is an error.
type refusal struct{ error }

// failed names the server, what it did wrong, and what it said last.
func (c *client) failed(what string, err error) error {
	why := ""
	if err != nil {
		why = ": " + err.Error()
	}
	if line := c.stderr.last(); line != "" {
		why += "; the last line of its standard error: " + line
	}
	return fmt.Errorf("the server %s %s%s", c.name, what, why)
}

// stop ends the server as the protocol has it, or by force.
func (c *client) stop() {
	c.timeout = min(c.timeout, 5*time.Second)
	_, _, err := c.call("shutdown", nil)
	if err == nil {
		_, err = c.notify("exit", nil)
	}
	if err != nil {
		c.kill()
	}
	patience := time.AfterFunc(c.timeout, c.kill)
	defer patience.Stop()
	for range c.arrived { // until it has ended
	}
}

func (c *client) kill() { _ = c.cmd.Process.Kill() }

// tail is a writer that keeps the end of what is written.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	const most = 1000
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = bytes.Clone(t.text[max(0, len(t.text)-most):])
	return len(p), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.text))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
