package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for what should come at once.
const patience = time.Minute

// peer is a client of a server, over its pipes or a socket.
type peer struct {
	t  *testing.T
	in io.WriteCloser
	// arrived takes what the server sends, and is closed with the connection.
	arrived chan string
}

func newPeer(t *testing.T, in io.WriteCloser, out io.Reader) *peer {
	p := &peer{t: t, in: in, arrived: make(chan string, 10_000)}
	go p.read(bufio.NewReader(out))
	return p
}

func (p *peer) read(out *bufio.Reader) {
	defer close(p.arrived)
	for {
		header, err := textproto.NewReader(out).ReadMIMEHeader()
		if err != nil {
			return
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		body := make([]byte, max(n, 0))
		if _, readErr := io.ReadFull(out, body); err != nil || readErr != nil {
			return
		}
		p.arrived <- string(body)
	}
}

// send sends a message whose members, besides the version, are given.
func (p *peer) send(format string, args ...any) {
	p.t.Helper()
	body := `{"jsonrpc":"2.0",` + fmt.Sprintf(format, args...) + "}"
	if _, err := fmt.Fprintf(p.in, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
		p.t.Fatalf("%.100s: %v", body, err)
	}
}

// await returns the next message that holds all the texts.
func (p *peer) await(texts ...string) string {
	p.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case m, ok := <-p.arrived:
			if !ok {
				p.t.Fatalf("the server ended before it sent %q", texts)
			}
			if holdsAll(m, texts) {
				return m
			}
		case <-limit:
			p.t.Fatalf("the server did not send %q", texts)
		}
	}
}

func holdsAll(m string, texts []string) bool {
	for _, text := range texts {
		if !strings.Contains(m, text) {
			return false
		}
	}
	return true
}

// closed waits until the server closes the connection.
func (p *peer) closed() {
	p.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case _, ok := <-p.arrived:
			if !ok {
				return
			}
		case <-limit:
			p.t.Fatal("the server did not close the connection")
		}
	}
}

func (p *peer) initialize(processID string) {
	p.t.Helper()
	p.send(`"id":1,"method":"initialize","params":{"processId":%s,"rootUri":null,"capabilities":{}}`, processID)
	p.await(`"id":1,"result":`)
	p.send(`"method":"initialized","params":{}`)
}

func (p *peer) open(uri, text string) {
	p.t.Helper()
	p.send(`"method":"textDocument/didOpen","params":{"textDocument":{"uri":%q,"languageId":"segment-query","version":1,"text":%s}}`, uri, quote(text))
}

// quote quotes text of ASCII as JSON does.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

func (p *peer) shutdown() {
	p.t.Helper()
	p.send(`"id":99,"method":"shutdown"`)
	p.await(`"id":99,"result":null`)
	p.send(`"method":"exit"`)
	p.closed()
}

// process is segls as a process of its own.
type process struct {
	*peer
	cmd    *exec.Cmd
	stderr *tail
}

// tail keeps what a process writes to its standard error.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *tail) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *tail) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// launch starts segls.
func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p, read := launchUnread(t, args...)
	go read()
	return p
}

// launchUnread starts segls, and returns what reads what it sends.
func launchUnread(t *testing.T, args ...string) (p *process, read func()) {
	t.Helper()
	p = &process{cmd: exec.CommandContext(t.Context(), "segls", args...), stderr: &tail{}}
	p.cmd.Stderr = p.stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.peer = &peer{t: t, in: in, arrived: make(chan string, 10_000)}
	return p, func() { p.read(bufio.NewReader(out)) }
}

// ends waits for the end of the process, which must have an exit code.
func (p *process) ends(code int) {
	p.t.Helper()
	p.closed()
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d: %s", got, code, p.stderr)
	}
}

func TestTrace(t *testing.T) {
	p := launch(t)
	p.initialize("null")
	p.send(`"method":"$/setTrace","params":{"value":"messages"}`)
	p.open("untitled:a", "PROFILE(contact)")
	p.await(`"$/logTrace"`, "received notification textDocument/didOpen")
	p.send(`"id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"untitled:a"},"position":{"line":0,"character":1}}`)
	p.await(`"$/logTrace"`, "received request textDocument/hover")
	p.await(`"$/logTrace"`, "handled request textDocument/hover in ")
	p.send(`"method":"$/setTrace","params":{"value":"off"}`)
	p.send(`"id":3,"method":"textDocument/hover","params":{"textDocument":{"uri":"untitled:a"},"position":{"line":0,"character":1}}`)
	for {
		m := p.await("")
		if strings.Contains(m, "logTrace") {
			t.Errorf("traced after it was switched off: %s", m)
		}
		if strings.Contains(m, `"id":3,`) {
			break
		}
	}
	p.shutdown()
	p.ends(0)
	if p.stderr.String() != "" {
		t.Errorf("standard error: %s", p.stderr)
	}
}

// TestListen has two clients one after the other, and then two at a time.
func TestListen(t *testing.T) {
	p := launch(t, "--listen", "127.0.0.1:0", "--verbose")
	address := ""
	for end := time.Now().Add(patience); address == "" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if m := regexp.MustCompile(`address=(\S+)`).FindStringSubmatch(p.stderr.String()); m != nil {
			address = m[1]
		}
	}
	connect := func() *peer {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return newPeer(t, c, c)
	}
	first := connect()
	first.initialize("null")
	first.send(`"method":"exit"`) // the server goes on, whatever a client does
	first.closed()

	second, third := connect(), connect()
	second.initialize("null")
	third.initialize("null")
	second.open("untitled:a", "PROFILE(contact).FILTER(statecode = 0)")
	second.await("publishDiagnostics", "single-equals")
	second.shutdown()
	third.open("untitled:a", "PROFILE(")
	third.await("publishDiagnostics", "untitled:a")
	interrupt(t, p)
	third.closed()
}

// TestStalledHeader has a client that stops in the middle of a header, and in
// the middle of a message.
func TestStalledHeader(t *testing.T) {
	p := launch(t)
	p.initialize("null")
	if _, err := io.WriteString(p.in, "Content-Len"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.in, "gth: 44\r\n\r\n"+`{"jsonrpc":"2.0","id":2,`); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.in, `"method":"shutdown"}`); err != nil {
		t.Fatal(err)
	}
	p.await(`"id":2,"result":null`)
	if _, err := io.WriteString(p.in, "Content-Len"); err != nil {
		t.Fatal(err)
	}
	_ = p.in.Close()
	p.ends(1)
}

// TestSlowClient has a client that reads nothing while a file with a thousand
// mistakes is edited; then all is there, and the last of it is of the last text.
func TestSlowClient(t *testing.T) {
	p, read := launchUnread(t)
	p.send(`"id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}`)
	p.send(`"method":"initialized","params":{}`)
	p.open("untitled:a", strings.Repeat("PROFILE(contact).FILTER(statecode = 0)\n", 1000))
	const edits = 100
	for i := range edits {
		p.send(`"method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":%d},"contentChanges":[{"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"text":" "}]}`, i+2)
		p.send(`"id":%d,"method":"textDocument/documentSymbol","params":{"textDocument":{"uri":"untitled:a"}}`, i+2)
	}
	go read()
	answers, isLast := 0, false
	for answers < edits || !isLast {
		m := p.await("")
		if strings.Contains(m, `"result"`) && !strings.Contains(m, `"id":1,`) {
			answers++
		}
		isLast = isLast || strings.Contains(m, "publishDiagnostics") && strings.Contains(m, fmt.Sprintf(`"version":%d`, edits+1))
	}
	p.shutdown()
	p.ends(0)
}

// TestManyDocuments opens a thousand documents and closes them.
func TestManyDocuments(t *testing.T) {
	p := launch(t)
	p.initialize("null")
	told := map[string]bool{}
	for i := range 1000 {
		p.open(fmt.Sprintf("untitled:a%d.seg", i), fmt.Sprintf("A%d = PROFILE(contact).FILTER(statecode = %d)\n", i, i))
	}
	uri := regexp.MustCompile(`untitled:a\d+\.seg`)
	for len(told) < 1000 {
		told[uri.FindString(p.await("publishDiagnostics", "single-equals"))] = true
	}
	for i := range 1000 {
		p.send(`"method":"textDocument/didClose","params":{"textDocument":{"uri":"untitled:a%d.seg"}}`, i)
	}
	for len(told) > 0 {
		delete(told, uri.FindString(p.await("publishDiagnostics", `"diagnostics":[]`)))
	}
	p.shutdown()
	p.ends(0)
}

// TestLargeDocument opens 10 MB, edits them and asks for what is at a place.
func TestLargeDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("10 MB")
	}
	p := launch(t)
	p.initialize("null")
	line := "PROFILE(contact).FILTER(statecode == 0);\n"
	p.open("untitled:a", strings.Repeat(line, 10<<20/len(line)))
	p.await("window/showMessage", "MB: it gets diagnostics")
	p.send(`"method":"textDocument/didChange","params":{"textDocument":{"uri":"untitled:a","version":2},"contentChanges":[{"range":{"start":{"line":100000,"character":35},"end":{"line":100000,"character":36}},"text":""}]}`)
	p.await("publishDiagnostics", `"version":2`, "single-equals")
	p.send(`"id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"untitled:a"},"position":{"line":200000,"character":30}}`)
	p.await(`"id":2,"result":{`)
	p.send(`"id":3,"method":"textDocument/documentSymbol","params":{"textDocument":{"uri":"untitled:a"}}`)
	p.await(`"id":3,`)
	p.shutdown()
	p.ends(0)
}

// TestFolders adds and removes folders of the workspace at run time.
func TestFolders(t *testing.T) {
	folder := t.TempDir()
	uri := func(name string) string {
		path := filepath.ToSlash(filepath.Join(folder, name))
		if runtime.GOOS == "windows" {
			path = "/" + path
		}
		return "file://" + path
	}
	for _, name := range []string{"one", "two"} {
		write(t, filepath.Join(folder, name, name+".seg"), "A = PROFILE(contact).FILTER(statecode = 0)\n")
	}
	p := launch(t)
	p.initialize("null")
	change := func(added, removed string) {
		list := func(name string) string {
			if name == "" {
				return "[]"
			}
			return fmt.Sprintf(`[{"uri":%q,"name":%q}]`, uri(name), name)
		}
		p.send(`"method":"workspace/didChangeWorkspaceFolders","params":{"event":{"added":%s,"removed":%s}}`, list(added), list(removed))
	}
	told := func(name, what string) { // not what another file says of it
		p.await(`"params":{"uri":"`+uri(name+"/"+name+".seg")+`"`, what)
	}
	change("one", "")
	told("one", "single-equals")
	change("two", "")
	told("two", "single-equals")
	change("", "one")
	told("one", `"diagnostics":[]`)
	change("none", "two")
	told("two", `"diagnostics":[]`)
	change("one", "")
	told("one", "single-equals")
	p.shutdown()
	p.ends(0)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
