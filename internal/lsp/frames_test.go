package lsp_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/jsonrpc2"

	"segql/internal/lsp"
)

// exchange gives a server all of in at once, and returns what it answered and
// how it ended.
func exchange(t *testing.T, in string) ([]string, error) {
	t.Helper()
	var out bytes.Buffer
	err := lsp.Serve(t.Context(), recorded{strings.NewReader(in), &out}, lsp.Options{Files: &memory{}})
	var answers []string
	r := textproto.NewReader(bufio.NewReader(&out))
	for {
		header, err := r.ReadMIMEHeader()
		if err != nil {
			break
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			t.Fatal(err)
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(r.R, body); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(body))
	}
	return answers, err
}

// recorded is a connection whose input and output are at hand.
type recorded struct {
	io.Reader
	io.Writer
}

func (recorded) Close() error { return nil }

func framed(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

const (
	sayInitialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`
	sayShutdown   = `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`
)

// TestBodiesThatAreNoMessages sends what is framed well, but is no message. The
// client is told with an answer to nobody, and the session goes on.
func TestBodiesThatAreNoMessages(t *testing.T) {
	for body, want := range map[string]jsonrpc2.Code{
		``:                             jsonrpc2.ParseError,
		`null`:                         jsonrpc2.ParseError,
		`{bad}`:                        jsonrpc2.ParseError,
		"\xff\xfe\x00":                 jsonrpc2.ParseError,
		`{"jsonrpc":"2.0"} x`:          jsonrpc2.ParseError,
		`{"jsonrpc":"2.0","id":1`:      jsonrpc2.ParseError,
		`{}`:                           jsonrpc2.InvalidRequest,
		`[]`:                           jsonrpc2.InvalidRequest,
		` [{"jsonrpc":"2.0"}]`:         jsonrpc2.InvalidRequest,
		`{"jsonrpc":"2.0","id":99}`:    jsonrpc2.InvalidRequest,
		`{"jsonrpc":"2.0","method":5}`: jsonrpc2.InvalidRequest,
		`{"id":7,"method":"workspace/symbol","params":{"query":""}}`:                   jsonrpc2.InvalidRequest,
		`{"jsonrpc":"2.0","id":1.5,"method":"workspace/symbol","params":{"query":""}}`: jsonrpc2.InvalidRequest,
		`{"jsonrpc":"2.0","id":{},"method":"workspace/symbol","params":{"query":""}}`:  jsonrpc2.InvalidRequest,
		`{"jsonrpc":"2.0","id":99,"error":{"code":"x"}}`:                               jsonrpc2.InvalidRequest,
	} {
		t.Run(body, func(t *testing.T) {
			answers, err := exchange(t, framed(sayInitialize)+framed(body)+framed(sayShutdown))
			if err != nil || len(answers) != 3 {
				t.Fatalf("%v, answers: %q", err, answers)
			}
			var got struct {
				ID    any `json:"id"`
				Error struct {
					Code    jsonrpc2.Code `json:"code"`
					Message string        `json:"message"`
				} `json:"error"`
			}
			if err := json.Unmarshal([]byte(answers[1]), &got); err != nil || got.ID != nil || got.Error.Code != want || got.Error.Message == "" {
				t.Errorf("%v, got %s", err, answers[1])
			}
		})
	}
}

// TestMethodThatIsNotUTF8 wants an answer that a client can read.
func TestMethodThatIsNotUTF8(t *testing.T) {
	answers, err := exchange(t, framed(sayInitialize)+framed("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"a\xffb\",\"params\":{\"x\":\"\xff\"}}")+framed(sayShutdown))
	if err != nil || len(answers) != 3 {
		t.Fatalf("%v, answers: %q", err, answers)
	}
	for _, a := range answers {
		var anything any
		if err := json.Unmarshal([]byte(a), &anything); err != nil {
			t.Errorf("%v: %q", err, a)
		}
	}
}

func TestBrokenFraming(t *testing.T) {
	tests := []struct {
		name, in string
		want     error
	}{
		{"no length", "Content-Type: x\r\n\r\n{}", jsonrpc2.ErrInvalidHeader},
		{"no number", "Content-Length: x\r\n\r\n{}", jsonrpc2.ErrInvalidHeader},
		{"negative", "Content-Length: -1\r\n\r\n{}", jsonrpc2.ErrInvalidHeader},
		{"too long", "Content-Length: 99999999999\r\n\r\n{}", jsonrpc2.ErrInvalidHeader},
		{"no colon", "hello\r\n", jsonrpc2.ErrInvalidHeader},
		{"endless line", strings.Repeat("x", 100_000), jsonrpc2.ErrInvalidHeader},
		{"cut header", "Content-Length: 3\r\n", io.ErrUnexpectedEOF},
		{"cut line", "Content-Le", io.ErrUnexpectedEOF},
		{"cut body", "Content-Length: 3\r\n\r\n{}", io.ErrUnexpectedEOF},
		{"no body", "Content-Length: 3\r\n\r\n", io.ErrUnexpectedEOF},
		{"nothing", "", nil},
		{"other fields and line ends", "content-type: x\ncontent-length:" + strconv.Itoa(len(sayShutdown)) + "\n\n" + sayShutdown, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := exchange(t, framed(sayInitialize)+test.in); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// TestHeaderAlone holds that a header that promises a long message costs no more
// than what comes of it.
func TestHeaderAlone(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := exchange(t, "Content-Length: 1000000000\r\n\r\n{"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("it ended with %v", err)
	}
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 100 {
		t.Errorf("it took %d MB", mb)
	}
	long := "Content-Length: %d\r\n\r\n%s"
	body := `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("x", 5<<20) + `"}`
	if answers, _ := exchange(t, fmt.Sprintf(long, len(body), body)); len(answers) != 1 || !strings.Contains(answers[0], "the first request must be initialize, not xxx") {
		t.Errorf("%d answers to a long message", len(answers))
	}
}
