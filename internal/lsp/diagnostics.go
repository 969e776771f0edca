package lsp

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"segql/internal/project"
	"segql/lang/check"
	"segql/lang/parser"
)

// diagnose makes the diagnostics of files that changed, or that refer to what
// changed, until ctx ends. An edit that comes meanwhile is taken up at once.
func (s *server) diagnose(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-s.settled:
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		for s.publishNext(ctx) {
		}
	}
}

// takeStale returns the state and the files whose diagnostics are not of it.
func (s *server) takeStale() (*snapshot, []fileURI) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stale := slices.Collect(maps.Keys(s.stale))
	clear(s.stale)
	return s.state.Load(), stale
}

// putBack notes that the diagnostics of files are still to be made.
func (s *server) putBack(files []fileURI) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range files {
		s.stale[u] = true
	}
}

// diagnoseSoon has the diagnostics of what an edit made stale made as soon as the
// client says nothing more. Where it did not stop since the edit before, diagnose
// makes them besides.
func (s *server) diagnoseSoon() {
	if s.isEdited.Swap(true) {
		signal(s.wake)
	}
}

// idle is called while the client says nothing more. What may take long is left
// to diagnose, so that the next message is read.
func (s *server) idle() {
	if s.isEdited.Swap(false) && !s.publishEdited() {
		signal(s.wake)
	}
	s.awaitQuiet()
}

const (
	// quickFile is the size in bytes up to which a text is checked between two
	// messages.
	quickFile = 64 << 10
	// quickTime is how long that may take before diagnose goes on with it. Only a
	// definition is not left in the middle.
	quickTime = 5 * time.Millisecond
)

// publishEdited tells the client the diagnostics of the one file that is stale.
// It reports false if there are more, or if it can't now.
func (s *server) publishEdited() bool {
	if !s.isSettled() || s.can.pullDiagnostics || !s.publishing.TryLock() {
		return false
	}
	defer s.publishing.Unlock()
	now, stale := s.takeStale()
	switch {
	case len(stale) == 0:
		return true
	case len(stale) > 1 || now.open[stale[0]] == nil || now.open[stale[0]].tree.Size > quickFile:
		s.putBack(stale)
		return false
	}
	if s.work.Err() == nil {
		end := time.Now().Add(quickTime)
		s.publishGuarded(s.work, now, stale[0], func() bool { return time.Now().After(end) })
	}
	return true
}

// published is what the client was told last of a file.
type published struct {
	written fileURI
	version int32
	isOpen  bool
	hash    uint64
}

// publishNext tells the client the diagnostics of the files that are stale,
// open ones first. It reports whether there may be more to tell.
func (s *server) publishNext(ctx context.Context) bool {
	s.publishing.Lock()
	defer s.publishing.Unlock()
	now, stale := s.takeStale()
	if len(stale) == 0 {
		return false
	}
	slices.SortFunc(stale, func(a, b fileURI) int {
		if isOpen, other := now.open[a] != nil, now.open[b] != nil; isOpen != other {
			if isOpen {
				return -1
			}
			return 1
		}
		return strings.Compare(string(a), string(b))
	})
	for i, u := range stale {
		if ctx.Err() != nil {
			return false
		}
		if s.state.Load() != now { // the rest is done with what the edit made stale
			s.putBack(stale[i:])
			return true
		}
		s.publishGuarded(ctx, now, u, s.isOver(ctx, now))
	}
	return true
}

// isOver returns a function that tells whether there is another state than now, or
// nobody to tell.
func (s *server) isOver(ctx context.Context, now *snapshot) func() bool {
	return func() bool { return ctx.Err() != nil || s.state.Load() != now }
}

// publishGuarded is publish, and leaves to diagnose what was stopped.
func (s *server) publishGuarded(ctx context.Context, now *snapshot, u fileURI, stop func() bool) {
	s.guard("diagnostics of "+string(u), func() {
		if !s.publish(ctx, now, u, stop) {
			s.putBack([]fileURI{u})
			signal(s.wake)
		}
	})
}

var hashSeed = maphash.MakeSeed()

// publish tells the client the diagnostics of a file. It reports false if it was
// stopped before they were made.
func (s *server) publish(ctx context.Context, now *snapshot, u fileURI, stop func() bool) bool {
	if now.sought[u] {
		return true // and stale again when it is found
	}
	params := &protocol.PublishDiagnosticsParams{URI: now.written(u), Diagnostics: []protocol.Diagnostic{}}
	is := published{written: params.URI}
	if !s.isPulled(now, u) {
		items, isDone := s.diagnosticsOf(now, u, stop)
		if !isDone {
			return false
		}
		params.Diagnostics = items
		if f := now.open[u]; f != nil {
			params.Version = protocol.NewOptional(f.version)
			is.version, is.isOpen = f.version, true
		}
	}
	raw, err := protocol.Marshal(params)
	if err != nil {
		s.log.Error("diagnostics not encoded", "file", u, "error", err)
		return true
	}
	is.hash = maphash.Bytes(hashSeed, raw)
	before, told := s.published[u]
	if told && before == is || !told && !is.isOpen && len(params.Diagnostics) == 0 {
		return true
	}
	if told && before.written != is.written {
		_ = s.client.PublishDiagnostics(ctx, &protocol.PublishDiagnosticsParams{URI: before.written, Diagnostics: []protocol.Diagnostic{}})
	}
	if len(params.Diagnostics) == 0 && !is.isOpen {
		delete(s.published, u)
	} else {
		s.published[u] = is
	}
	_ = s.conn.Notify(ctx, protocol.MethodTextDocumentPublishDiagnostics, jsonrpc2.RawMessage(raw))
	return true
}

// isPulled reports whether the client asks for the diagnostics of a file, so that
// it would have them twice. Of a text that is not open only some do.
func (s *server) isPulled(now *snapshot, u fileURI) bool {
	return s.can.pullDiagnostics && (now.open[u] != nil || s.pullsWorkspace.Load())
}

// diagnosticsOf returns the diagnostics of a file: none if there is no such
// file. They are never nil, unless it was stopped.
func (s *server) diagnosticsOf(now *snapshot, u fileURI, stop func() bool) (out []protocol.Diagnostic, isDone bool) {
	out = []protocol.Diagnostic{}
	f := now.file(u)
	if f == nil || f.isOther {
		return append(out, configDiagnostics(now, u)...), true
	}
	if !f.isOpen && !now.settings.on("diagnostics.workspace") {
		return out, true
	}
	findings, isDone := now.unitOf(f).project.CheckUntil(f.checked, stop)
	if !isDone {
		return nil, false
	}
	for _, finding := range mostSevere(findings) {
		out = append(out, s.diagnostic(now, f, finding))
	}
	return append(out, s.remoteDiagnostics(now, f)...), true
}

// maxFindings is how many findings of a file are told. Nobody reads more, and
// editors get slow.
const maxFindings = 1000

// mostSevere returns at most maxFindings of findings, in their order. Where
// there are more, the last one says so.
func mostSevere(findings []check.Finding) []check.Finding {
	if len(findings) <= maxFindings {
		return findings
	}
	more := len(findings) - (maxFindings - 1)
	// How many there are of each severity tells which of them have room.
	var count [check.Error + 1]int
	for i := range findings {
		count[findings[i].Severity]++
	}
	room := maxFindings - 1
	for severity := check.Error; severity > check.Off; severity-- {
		count[severity] = min(count[severity], room)
		room -= count[severity]
	}
	told := make([]check.Finding, 0, maxFindings)
	last := check.Finding{Rule: parser.CodeTooManyErrors, Severity: check.Hint}
	for _, f := range findings {
		if count[f.Severity] > 0 {
			count[f.Severity]--
			told = append(told, f)
		} else if f.Severity > last.Severity || last.Message == "" {
			last.Severity, last.Span, last.Message = f.Severity, f.Span, fmt.Sprintf("this file has %d more findings, which are not shown", more)
		}
	}
	return append(told, last)
}

// configDiagnostics returns what is wrong with a seg.toml.
func configDiagnostics(now *snapshot, u fileURI) []protocol.Diagnostic {
	folder, ok := parentFolder(u)
	c := now.configs[folder]
	if !ok || c == nil || c.uri != u {
		return nil
	}
	var out []protocol.Diagnostic
	for _, p := range c.problems[:min(len(c.problems), maxFindings)] {
		line := uint32(p.line) // a line of a file
		out = append(out, protocol.Diagnostic{
			Range:    protocol.Range{Start: protocol.Position{Line: line}, End: protocol.Position{Line: line + 1}},
			Severity: protocol.DiagnosticSeverityError, Source: protocol.NewOptional(Source),
			Code: protocol.String(codeConfig), Message: protocol.String(p.message),
		})
	}
	return out
}

// codeConfig is the code of what is wrong with a seg.toml. It is no rule.
const codeConfig = "seg-toml"

var severities = map[check.Severity]protocol.DiagnosticSeverity{
	check.Error:   protocol.DiagnosticSeverityError,
	check.Warning: protocol.DiagnosticSeverityWarning,
	check.Info:    protocol.DiagnosticSeverityInformation,
	check.Hint:    protocol.DiagnosticSeverityHint,
}

// deprecated are the codes of forms that the vendor's own older examples have
// and that the language no longer takes.
var deprecated = map[string]bool{
	parser.CodeMethodSetOp: true, parser.CodeMinusForExcept: true,
	parser.CodeBareSegmentName: true, parser.CodeHavingBeforeFilter: true,
}

func (s *server) diagnostic(now *snapshot, f *file, finding check.Finding) protocol.Diagnostic {
	d := protocol.Diagnostic{
		Range: f.rangeOf(finding.Span), Severity: severities[finding.Severity],
		Source: protocol.NewOptional(Source), Message: protocol.String(finding.Message),
	}
	if finding.Rule != "" { // else it is about a file that can't be read
		d.Code, d.CodeDescription.Href = protocol.String(finding.Rule), now.rulePage(finding.Rule)
	}
	switch {
	case finding.Unnecessary && deprecated[finding.Rule]:
		d.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary, protocol.DiagnosticTagDeprecated)
	case finding.Unnecessary:
		d.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagUnnecessary)
	case deprecated[finding.Rule]:
		d.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagDeprecated)
	}
	for _, r := range finding.Related {
		at := f
		if r.Path != "" {
			at = now.file(fileURI(r.Path))
		}
		if at != nil {
			d.RelatedInformation = append(d.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: at.location(r.Span), Message: r.Message})
		}
	}
	return d
}

// Diagnostic implements protocol.Server.
func (s *server) Diagnostic(ctx context.Context, params *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	now := s.begin(ctx)
	if !now.isSettled() {
		if err := s.waitSettled(ctx); err != nil {
			return nil, err
		}
		now = s.state.Load()
	}
	for now.sought[params.TextDocument.URI] {
		if err := s.waitOver(ctx, now); err != nil {
			return nil, err
		}
		now = s.state.Load()
	}
	items, id, err := s.report(ctx, now, params.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	if params.PreviousResultID != nil && *params.PreviousResultID == id {
		return &protocol.RelatedUnchangedDocumentDiagnosticReport{UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{Kind: "unchanged", ResultID: id}}, nil
	}
	return &protocol.RelatedFullDocumentDiagnosticReport{FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: items}}, nil
}

// DiagnosticWorkspace implements protocol.Server. A client asks again as soon as
// it has its answer, so one that has all there is gets it when there is more.
func (s *server) DiagnosticWorkspace(ctx context.Context, params *protocol.WorkspaceDiagnosticParams) (*protocol.WorkspaceDiagnosticReport, error) {
	s.begin(ctx)
	if !s.pullsWorkspace.Swap(true) {
		s.publishing.Lock()
		told := slices.Collect(maps.Keys(s.published))
		s.publishing.Unlock()
		s.putBack(told) // it asks for them now
		signal(s.wake)
	}
	if err := s.waitSettled(ctx); err != nil {
		return nil, err
	}
	before := map[fileURI]string{}
	for _, p := range params.PreviousResultIds {
		before[p.URI] = p.Value
	}
	for {
		now := s.state.Load()
		report, isNew, err := s.workspaceReport(ctx, now, before)
		if err != nil || isNew || len(before) == 0 {
			return report, err
		}
		if err := s.waitOver(ctx, now); err != nil {
			return nil, err
		}
	}
}

// waitOver waits until there is a state after now. No answer is made meanwhile.
func (s *server) waitOver(ctx context.Context, now *snapshot) error {
	s.calls.Add(-1)
	defer s.calls.Add(1)
	s.awaitQuiet()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.presence.Done():
		return s.presence.Err()
	case <-now.over:
		return nil
	}
}

// workspaceReport returns the diagnostics of all files that are others than
// before, and whether there are any. A client keeps those of files that an answer
// leaves out.
func (s *server) workspaceReport(ctx context.Context, now *snapshot, before map[fileURI]string) (report *protocol.WorkspaceDiagnosticReport, isNew bool, err error) {
	report = &protocol.WorkspaceDiagnosticReport{Items: []protocol.WorkspaceDocumentDiagnosticReport{}}
	for _, u := range now.reported(before) {
		s.mu.Lock()
		id, known := s.reportIDs[u]
		s.mu.Unlock()
		if known && before[u] == id {
			continue
		}
		items, id, err := s.report(ctx, now, u)
		if err != nil {
			return nil, false, err
		}
		s.noteReport(now, u, id)
		if before[u] == id {
			continue
		}
		var version *int32
		if f := now.open[u]; f != nil {
			version = &f.version
		}
		isNew = true
		report.Items = append(report.Items, &protocol.WorkspaceFullDocumentDiagnosticReport{
			FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: items}, URI: now.written(u), Version: version,
		})
	}
	return report, isNew, nil
}

// noteReport notes the id of a file's diagnostics, if they are still those of the
// state.
func (s *server) noteReport(now *snapshot, u fileURI, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Load() == now {
		s.reportIDs[u] = id
	}
}

// reported returns what has diagnostics, or had some at the client.
func (s *snapshot) reported(before map[fileURI]string) []fileURI {
	all := map[fileURI]bool{}
	for u := range before {
		all[u] = true
	}
	for u := range s.open {
		all[u] = true
	}
	for u := range s.disk {
		all[u] = true
	}
	for _, c := range s.configs {
		if c != nil && strings.HasSuffix(string(c.uri), project.ConfigName) {
			all[c.uri] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// report returns the diagnostics of a file, and an id that is another where
// they are others.
func (s *server) report(ctx context.Context, now *snapshot, u fileURI) ([]protocol.Diagnostic, string, error) {
	items, isDone := s.diagnosticsOf(now, u, func() bool { return ctx.Err() != nil })
	if !isDone {
		return nil, "", ctx.Err()
	}
	raw, err := protocol.Marshal(&protocol.PublishDiagnosticsParams{URI: u, Diagnostics: items})
	if err != nil {
		return nil, "", err
	}
	return items, strconv.FormatUint(maphash.Bytes(hashSeed, raw), 36), nil
}

// isSettled reports whether the workspace was read for the first time.
func (s *server) isSettled() bool {
	select {
	case <-s.settled:
		return true
	default:
		return false
	}
}

// waitSettled waits until the workspace was read for the first time.
func (s *server) waitSettled(ctx context.Context) error {
	// A client that never says initialized does not wait for ever.
	limit := time.NewTimer(settleLimit)
	defer limit.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.settled:
	case <-limit.C:
	}
	return nil
}
