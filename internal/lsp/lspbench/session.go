package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// warmUp is the number of rounds that do not count.
const warmUp = 5

// measure measures all servers in one workspace after the other. What it is
// about goes to progress.
func measure(ctx context.Context, s settings, folder string, progress io.Writer) (*report, error) {
	r := &report{}
	in := func(title string, space func(*language) *workspace) error {
		fmt.Fprintf(progress, "lspbench: %s\n", title)
		return measureIn(ctx, s, filepath.Join(folder, title), space, r.in(title), progress)
	}
	for _, n := range s.lines {
		if err := in(fmt.Sprintf("%d lines", n), func(l *language) *workspace { return oneFile(l, n) }); err != nil {
			return nil, err
		}
	}
	if s.files > 0 {
		if err := in(fmt.Sprintf("%d files", s.files), func(l *language) *workspace { return manyFiles(l, s.files) }); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// record takes a value: milliseconds, or megabytes.
type record func(server, measure string, value float64)

func measureIn(
	ctx context.Context, s settings, folder string, spaceOf func(*language) *workspace, keep record, notes io.Writer,
) error {
	sessions := make([]*session, len(s.servers))
	defer func() {
		for _, one := range sessions {
			one.stop()
		}
	}()
	drop := func(string, string, float64) {}
	for n := range s.starts + 1 {
		for i, server := range s.servers {
			to := keep
			if n == 0 {
				to = drop // what is on the disk is read into memory first
			}
			sessions[i].stop()
			space, at := spaceOf(server.lang), filepath.Join(folder, server.lang.id)
			if err := space.write(at); err != nil {
				return fmt.Errorf("the workspace can't be written: %w", err)
			}
			var err error
			if sessions[i], err = open(ctx, server, space, at, s.timeout, to); err != nil {
				return err
			}
		}
	}
	for n := range s.rounds + warmUp {
		// None always follows the same one, and what that leaves behind.
		order := slices.Clone(sessions)
		if n%2 == 1 {
			slices.Reverse(order)
		}
		for _, one := range order {
			one.record, one.notes = drop, notes
			if n >= warmUp {
				one.record = keep
			}
			settle(ctx, sessions)
			if err := one.round(); err != nil {
				return err
			}
		}
	}
	for _, one := range sessions {
		if now, peak, ok := memoryOf(one.cmd.Process.Pid); ok {
			keep(one.name, "memory", now)
			keep(one.name, "peak memory", peak)
		}
	}
	return nil
}

// session is a server that has a workspace open.
type session struct {
	*client
	record  record
	space   *workspace
	folder  string
	offered map[string]json.RawMessage
	notes   io.Writer
	version int
}

// capabilities are those of an editor that knows the usual things.
const capabilities = `{
	"general": {"positionEncodings": ["utf-16"]},
	"window": {"workDoneProgress": true},
	"workspace": {"configuration": true, "workspaceFolders": true, "didChangeWatchedFiles": {"dynamicRegistration": true}},
	"textDocument": {
		"publishDiagnostics": {"versionSupport": true, "relatedInformation": true, "codeDescriptionSupport": true, "dataSupport": true},
		"completion": {"contextSupport": true, "completionList": {"itemDefaults": ["commitCharacters", "editRange", "insertTextFormat", "data"]}, "completionItem": {
			"snippetSupport": true, "labelDetailsSupport": true, "documentationFormat": ["markdown", "plaintext"],
			"resolveSupport": {"properties": ["documentation", "detail", "additionalTextEdits"]}}},
		"hover": {"contentFormat": ["markdown", "plaintext"]},
		"documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
		"semanticTokens": {
			"requests": {"full": true}, "formats": ["relative"],
			"tokenTypes": ["namespace", "type", "class", "enum", "interface", "struct", "typeParameter", "parameter", "variable",
				"property", "enumMember", "event", "function", "method", "macro", "keyword", "modifier", "comment", "string",
				"number", "regexp", "operator"],
			"tokenModifiers": ["declaration", "definition", "readonly", "static", "deprecated", "modification",
				"documentation", "defaultLibrary"]}
	}
}`

// open starts a server in a folder that holds the workspace, opens the first
// file, and waits for what the server has to say of all of them.
func open(ctx context.Context, server server, space *workspace, folder string, timeout time.Duration, record record) (*session, error) {
	c, err := start(ctx, server, folder, timeout)
	if err != nil {
		return nil, err
	}
	s := &session{client: c, record: record, space: space, folder: folder, version: 1}
	if err := s.open(server.lang); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// stop ends the server, if there is one.
func (s *session) stop() {
	if s != nil {
		s.client.stop()
	}
}

func (s *session) open(lang *language) error {
	root := fileURI(s.folder)
	result, _, err := s.call("initialize", map[string]any{
		"processId": os.Getpid(), "rootUri": root, "workspaceFolders": []any{map[string]any{"uri": root, "name": "bench"}},
		"capabilities": json.RawMessage(capabilities), "initializationOptions": lang.options,
	})
	if err != nil {
		return err
	}
	s.took("ready", time.Since(s.started))
	var answer struct{ Capabilities map[string]json.RawMessage }
	if err := json.Unmarshal(result, &answer); err != nil {
		return s.failed("answered initialize without capabilities", err)
	}
	s.offered = answer.Capabilities
	if _, err := s.notify("initialized", struct{}{}); err != nil {
		return err
	}
	if _, err := s.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": s.uri(0), "languageId": lang.id, "version": s.version, "text": s.space.files[0].text,
	}}); err != nil {
		return err
	}
	isOpened, left := false, map[string]bool{}
	for _, i := range s.space.wrong {
		left[s.uri(i)] = true
	}
	at, err := s.await("the diagnostics of the workspace", func(m *message) bool {
		p := publicationOf(m)
		if p.URI == s.uri(0) && !isOpened {
			isOpened = true
			s.took("first diagnostics", m.at.Sub(s.started))
		}
		if p.isWrong() {
			delete(left, p.URI)
		}
		return isOpened && len(left) == 0
	})
	if err == nil && len(s.space.wrong) > 0 {
		s.took("whole workspace", at.Sub(s.started))
	}
	return err
}

func (s *session) took(measure string, d time.Duration) {
	s.record(s.name, measure, float64(d)/float64(time.Millisecond))
}

// uri returns the URI of the i-th file of the workspace.
func (s *session) uri(i int) string {
	return fileURI(filepath.Join(s.folder, filepath.FromSlash(s.space.files[i].name)))
}

func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// publication is the diagnostics of a file, as far as they matter here.
type publication struct {
	URI         string
	Version     int
	Diagnostics []struct{ Severity int }
}

func publicationOf(m *message) (p publication) {
	if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) != nil {
		return publication{}
	}
	return p
}

// isWrong reports whether an error or a warning is among them.
func (p *publication) isWrong() bool {
	return slices.ContainsFunc(p.Diagnostics, func(d struct{ Severity int }) bool { return d.Severity <= 2 })
}

// change replaces the text between two places of the opened file.
func (s *session) change(from, to place, text string) (time.Time, error) {
	s.version++
	return s.notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": s.uri(0), "version": s.version},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": from, "end": to}, "text": text}},
	})
}

// checked waits for diagnostics of the file as it is now, with errors or without.
func (s *session) checked(wrong bool) (time.Time, error) {
	what := "diagnostics without a mistake of the mended file"
	if wrong {
		what = "diagnostics of the file with a mistake"
	}
	return s.await(what, func(m *message) bool {
		p := publicationOf(m)
		return p.URI == s.uri(0) && p.Version == s.version && p.isWrong() == wrong
	})
}

// ask sends a request about the opened file, if the server offers that, and
// records how long the answer took, which must hold the given text.
func (s *session) ask(measure, capability, method string, params map[string]any, holds string) error {
	if offer := string(s.offered[capability]); offer == "" || offer == "null" || offer == "false" {
		return nil
	}
	params["textDocument"] = map[string]any{"uri": s.uri(0)}
	result, took, err := s.call("textDocument/"+method, params)
	var refused *refusal
	if errors.As(err, &refused) {
		fmt.Fprintf(s.notes, "lspbench: %s is left out: %s\n", measure, err)
		delete(s.offered, capability)
		return nil
	}
	if err != nil {
		return err
	}
	if !bytes.Contains(result, []byte(holds)) {
		return s.failed(fmt.Sprintf("answered %s without %s: %.200s", method, holds, result), nil)
	}
	s.took(measure, took)
	return nil
}

// round does once all that is measured of an open file, and leaves the file as
// it was.
func (s *session) round() error {
	at, t := s.space.mistake, s.space.lang.typing
	for _, edit := range []struct {
		to    place
		text  string
		wrong bool
	}{{at, "x", true}, {at.behind("x"), "", false}} {
		typed, err := s.change(at, edit.to, edit.text)
		if err != nil {
			return err
		}
		told, err := s.checked(edit.wrong)
		if err != nil {
			return err
		}
		s.took("edit", told.Sub(typed))
	}
	name := at
	name.Character-- // in the word, not behind it
	position := map[string]any{"position": name}
	if err := s.ask("hover", "hoverProvider", "hover", position, `"contents"`); err != nil {
		return err
	}
	if err := s.ask("definition", "definitionProvider", "definition", map[string]any{"position": s.space.refers}, `"uri"`); err != nil {
		return err
	}
	typed := s.space.complete.behind(t.completeTyped)
	completion := map[string]any{"position": typed, "context": map[string]any{"triggerKind": 2, "triggerCharacter": "."}}
	options := map[string]any{"options": map[string]any{"tabSize": 2, "insertSpaces": s.space.lang.id != "go"}}
	for _, r := range []struct {
		place                              place
		typed                              string
		measure, capability, method, holds string
		params                             map[string]any
	}{
		{s.space.complete, t.completeTyped, "completion", "completionProvider", "completion", `"` + t.completes, completion},
		{s.space.blank, " ", "document symbols", "documentSymbolProvider", "documentSymbol", `"name"`, map[string]any{}},
		{s.space.blank, " ", "semantic tokens", "semanticTokensProvider", "semanticTokens/full", `"data":[`, map[string]any{}},
		{s.space.blank, " ", "formatting", "documentFormattingProvider", "formatting", `"newText"`, options},
	} {
		if _, err := s.change(r.place, r.place, r.typed); err != nil {
			return err
		}
		if err := s.ask(r.measure, r.capability, r.method, r.params, r.holds); err != nil {
			return err
		}
		if _, err := s.change(r.place, r.place.behind(r.typed), ""); err != nil {
			return err
		}
		if _, err := s.checked(false); err != nil {
			return err
		}
	}
	return nil
}
