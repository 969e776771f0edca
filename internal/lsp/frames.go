package lsp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// frames is the stream of messages of a connection. The one of jsonrpc2 ends
// the session at the first body that is no message. Here the client is told,
// and the next one is read: only where the framing is broken nobody can say
// where the next message starts.
type frames struct {
	jsonrpc2.Stream // for what is sent
	in              *bufio.Reader
	gone            func()
	body            []byte // of the last message, which borrows it
	log             *slog.Logger
}

// newFrames reads messages from rwc. It calls idle before it waits for the next
// one, if there is none yet, and gone when there will be no more. Only an
// instantReader tells that there is none; with others it may be there all the same.
func newFrames(rwc io.ReadWriteCloser, idle, gone func(), log *slog.Logger) *frames {
	in := idleReader{Reader: rwc, idle: idle}
	in.now, _ = rwc.(instantReader)
	return &frames{Stream: jsonrpc2.NewStream(rwc), in: bufio.NewReader(in), gone: gone, log: log}
}

// instantReader is a connection that can be read from without waiting.
type instantReader interface {
	// ReadInstantly reads what is there, which may be nothing; so it is at the end,
	// which Read tells.
	ReadInstantly(p []byte) int
}

// idleReader has something done while there is nothing to read. For another
// goroutine to do it that would have to be woken, which takes as long as to do
// it after most edits.
type idleReader struct {
	io.Reader
	now  instantReader // nil if the connection is none
	idle func()
}

func (r idleReader) Read(p []byte) (int, error) {
	if r.now != nil {
		if n := r.now.ReadInstantly(p); n > 0 {
			return n, nil
		}
	}
	r.idle()
	return r.Reader.Read(p)
}

// Read implements jsonrpc2.Stream.
func (f *frames) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if err := f.readBody(); err != nil {
			f.gone()
			return nil, 0, err
		}
		message, err := jsonrpc2.DecodeMessage(f.body)
		if err == nil {
			return withParams(message), int64(len(f.body)), nil
		}
		f.log.Warn("message not understood", "bytes", len(f.body), "error", err)
		wire := jsonrpc2.NewError(jsonrpc2.ParseError, "a message is no JSON object")
		switch {
		case bytes.HasPrefix(bytes.TrimLeft(f.body, " \t\r\n"), []byte("[")):
			wire = jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the Language Server Protocol has no batches; send one message at a time")
		case !errors.Is(err, jsonrpc2.ErrParse):
			wire = jsonrpc2.NewError(jsonrpc2.InvalidRequest, "a message is neither a request, a notification nor an answer of JSON-RPC 2.0")
		}
		if _, err := f.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, wire)); err != nil {
			return nil, 0, err
		}
	}
}

// withParams gives a message without parameters some that no method takes. A
// method that wants parameters is then refused for lack of them, and an unknown
// one for being unknown: protocol decodes them before it looks who takes them,
// and can't decode nothing at all.
func withParams(message jsonrpc2.Message) jsonrpc2.Message {
	switch m := message.(type) {
	case *jsonrpc2.Call:
		if len(m.Params()) == 0 {
			return jsonrpc2.NewCall(m.ID(), m.Method(), noParams)
		}
	case *jsonrpc2.Notification:
		switch {
		case len(m.Params()) > 0:
		case m.Method() == protocol.MethodInitialized: // has nothing to say
			return jsonrpc2.NewNotification(m.Method(), jsonrpc2.RawMessage("{}"))
		default:
			return jsonrpc2.NewNotification(m.Method(), noParams)
		}
	}
	return message
}

var noParams = jsonrpc2.RawMessage("false")

// maxMessage is how long a message may be, in bytes.
const maxMessage = 1 << 30

// readBody reads the next message into f.body.
func (f *frames) readBody() error {
	length, err := f.readHeader()
	if err != nil {
		return err
	}
	if cap(f.body) < length || cap(f.body) > maxKept {
		f.body = make([]byte, min(length, maxKept))
	}
	f.body = f.body[:min(length, maxKept)]
	_, err = io.ReadFull(f.in, f.body)
	for err == nil && len(f.body) < length { // it may be a lie, so room is made for what comes
		there := len(f.body)
		more := min(length-there, there)
		f.body = slices.Grow(f.body, more)[:there+more]
		_, err = io.ReadFull(f.in, f.body[there:])
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readHeader returns the length that the header of the next message names.
func (f *frames) readHeader() (length int, err error) {
	length = -1
	for isFirst := true; ; isFirst = false {
		line, err := f.in.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return 0, jsonrpc2.ErrInvalidHeader
		case errors.Is(err, io.EOF) && (!isFirst || len(line) > 0):
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		}
		line = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
		if len(line) == 0 {
			if length < 0 {
				return 0, jsonrpc2.ErrInvalidHeader
			}
			return length, nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return 0, jsonrpc2.ErrInvalidHeader
		}
		if bytes.EqualFold(name, []byte("Content-Length")) {
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 31)
			if err != nil || n > maxMessage {
				return 0, jsonrpc2.ErrInvalidHeader
			}
			length = int(n)
		}
	}
}
