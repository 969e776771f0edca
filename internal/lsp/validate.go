package lsp

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"

	"segql/dataverse/orgurl"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// A Remote has an organization validate queries. The package itself knows no
// network. With an error the verdicts that came before it are still good; an
// error is a sentence for the user.
type Remote func(context.Context, RemoteRequest) ([]RemoteVerdict, error)

// A RemoteRequest is what a Remote is asked.
type RemoteRequest struct {
	// Organization is the origin of its address, such as
	// https://contoso.crm4.dynamics.com.
	Organization string
	Queries      []RemoteQuery
	// Token asks the client for an access token, which is kept there; nil where
	// the client has none, and the Remote signs in itself.
	Token func(context.Context) (string, error)
	// Show shows the user a message, such as how to sign in. It is the same for all
	// requests of a session.
	Show func(message string)
	// Progress tells how many of the queries have their verdict.
	Progress func(done, total int)
	// Waits tells what is waited for, in a few words, such as that the
	// organization asks for patience.
	Waits func(message string)
}

// A RemoteQuery is one query to be validated.
type RemoteQuery struct {
	Definition ast.Placed
	Name       string // for a query that has none of its own
	Dialect    check.Dialect
	// Findings are those of the rules in the definition, with spans that count
	// from the start of the file.
	Findings []check.Finding
}

// A RemoteVerdict is what an organization says of a query.
type RemoteVerdict struct {
	Asked    bool            // whether it was asked at all
	Findings []check.Finding // spans count from the start of the file
}

const commandValidate = "seg.validate"

// mayAsk reports whether organizations may be asked anything in this session.
func (s *server) mayAsk() bool { return s.options.Remote != nil && !s.distrusted }

// isDistrusted reports whether the client says that the user does not trust the
// workspace.
func isDistrusted(initializationOptions protocol.LSPAny) bool {
	for _, value := range []protocol.LSPAny{initializationOptions, sectionOf(initializationOptions)} {
		var said struct {
			Trusted *bool `json:"trusted"`
		}
		if json.Unmarshal(value, &said) == nil && said.Trusted != nil && !*said.Trusted {
			return true
		}
	}
	return false
}

// organization is the one that the queries of a file are for.
type organization struct {
	origin string
	// namedBy is what names it, for the user; empty for the program's environment,
	// which no workspace can write.
	namedBy string
	bad     error // what is wrong with its address
}

// organizationOf returns the organization of a file, and whether there is one. The
// order is that of the command seg: the environment, seg.toml; then the setting.
func (s *server) organizationOf(now *snapshot, f *file) (organization, bool) {
	var o organization
	address := s.options.Organization
	if c := now.unitOf(f).config; address == "" && c != nil && c.said.OrgURL != "" {
		address, o.namedBy = c.said.OrgURL, "seg.toml of this workspace"
	}
	if address == "" {
		address, o.namedBy = now.settings.org, "the setting "+Section+".org"
	}
	if address == "" {
		return organization{}, false
	}
	u, err := orgurl.Origin(address)
	if err != nil {
		o.bad = err
		return o, true
	}
	o.origin = u.String()
	return o, true
}

// consent is what the user said about the organizations that seg.toml files and
// settings name: either may come with the workspace, whoever wrote it.
type consent struct {
	asking  chan struct{} // a mutex that a context can interrupt
	answers map[string]bool
}

func newConsent() consent { return consent{make(chan struct{}, 1), map[string]bool{}} }

const agree = "Sign in and validate"

// agreed reports whether the organization may be sent an access token and
// queries. It asks the user about one that the environment does not name, once;
// again only if they refused and now asked for it themselves.
func (s *server) agreed(ctx context.Context, o organization, byUser bool) (bool, error) {
	if o.namedBy == "" {
		return true, nil
	}
	select {
	case s.consent.asking <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.consent.asking }()
	answer, known := s.consent.answers[o.origin]
	if answer || known && !byUser {
		return answer, nil
	}
	warning := ""
	if u, err := orgurl.Origin(o.origin); err != nil || !orgurl.IsVendors(u) {
		warning = " It is no host of Dynamics 365."
	}
	chosen, err := s.client.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{
		Type: protocol.MessageTypeWarning,
		Message: fmt.Sprintf("The organization %s is named by %s.%s To validate there, segls sends it your access token and the queries. "+
			"Go on only if you know this address.", o.origin, o.namedBy, warning),
		Actions: []protocol.MessageActionItem{{Title: agree}, {Title: "Cancel"}},
	})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	answer = err == nil && chosen != nil && chosen.Title == agree
	s.consent.answers[o.origin] = answer
	return answer, nil
}

// verdictKey is what a verdict is about: it holds as long as the text of the
// definition and its organization do.
type verdictKey struct{ organization, text string }

// verdictText returns the text of a definition without what stands around it,
// such as the comments before, and where it starts in the file.
func verdictText(d ast.Placed) (text string, start token.Pos) {
	span := d.Span()
	if span.Start < 0 {
		return "", d.Offset
	}
	return span.Text(d.Text), d.Offset + span.Start
}

// verdicts are those of the definitions of a file, with spans that count from
// where verdictText starts.
type verdicts map[verdictKey][]check.Finding

// setVerdicts notes what an organization said of definitions of a file. What was
// said of texts that the file no longer has is forgotten.
func (n *next) setVerdicts(u fileURI, said verdicts) {
	f := n.file(u)
	if f == nil {
		return
	}
	there := map[string]bool{}
	for _, d := range f.tree.Definitions {
		text, _ := verdictText(d)
		there[text] = true
	}
	kept := verdicts{}
	for key, findings := range n.verdicts[u] {
		if there[key.text] {
			kept[key] = findings
		}
	}
	maps.Copy(kept, said)
	n.verdicts = maps.Clone(n.verdicts)
	if n.verdicts == nil {
		n.verdicts = map[fileURI]verdicts{}
	}
	n.verdicts[u] = kept
	n.stale[u] = true
}

// remoteDiagnostics returns the diagnostics of a file that its organization gave.
func (s *server) remoteDiagnostics(now *snapshot, f *file) []protocol.Diagnostic {
	said := now.verdicts[f.uri]
	if len(said) == 0 {
		return nil
	}
	org, ok := s.organizationOf(now, f)
	if !ok {
		return nil
	}
	var out []protocol.Diagnostic
	for _, d := range f.tree.Definitions {
		text, start := verdictText(d)
		for _, finding := range said[verdictKey{org.origin, text}] {
			diagnostic := s.diagnostic(now, f, shifted(finding, start))
			diagnostic.Source = protocol.NewOptional(check.ServiceSource)
			diagnostic.CodeDescription = protocol.CodeDescription{} // no rule, so no page
			out = append(out, diagnostic)
		}
	}
	return out
}

// shifted returns a finding whose places in its own file are moved.
func shifted(f check.Finding, by token.Pos) check.Finding {
	f.Span = f.Span.Shift(by)
	f.Related = slices.Clone(f.Related)
	for i := range f.Related {
		if f.Related[i].Path == "" {
			f.Related[i].Span = f.Related[i].Span.Shift(by)
		}
	}
	return f
}

// validateLenses returns a lens above each query that can be validated.
func (s *server) validateLenses(v view) []protocol.CodeLens {
	if !s.mayAsk() || !v.now.settings.on("codeLens.validate") || v.dialect() == check.Realtime {
		return nil
	}
	if _, ok := s.organizationOf(v.now, v.file); !ok {
		return nil
	}
	var lenses []protocol.CodeLens
	for _, d := range v.tree.Definitions {
		if d.Query == nil {
			continue
		}
		at := v.position(d.Abs(d.Query.Span()).Start)
		if d.Name != nil {
			at = v.position(d.Abs(d.Name.Span()).Start)
		}
		target, _ := protocol.Marshal(string(v.written)) // text can always be encoded
		place, _ := protocol.Marshal(at)
		lenses = append(lenses, protocol.CodeLens{
			Range:   protocol.Range{Start: at, End: at},
			Command: protocol.Command{Title: "Validate", Command: commandValidate, Arguments: []protocol.LSPAny{target, place}},
		})
	}
	return lenses
}

// validation is the answer of seg.validate.
type validation struct {
	Asked    int    `json:"asked"`
	Rejected int    `json:"rejected"`
	Message  string `json:"message"` // for the user, who has seen it already
}

// validateCommand does seg.validate: it has the organization validate queries of
// a file.
func validateCommand(ctx context.Context, s *server, v view, definitions []ast.Placed) (any, error) {
	got, err := s.validate(ctx, v, definitions, true)
	if err != nil {
		return nil, err
	}
	s.showMessage(protocol.MessageTypeInfo, "%s", got.Message)
	return got, nil
}

// validate has the organization of a file validate definitions of it, unless the
// rules find an error in any. By the user tells whether they asked for it, or
// saved the file.
func (s *server) validate(ctx context.Context, v view, definitions []ast.Placed, byUser bool) (validation, error) {
	name := baseName(v.uri)
	org, ok := s.organizationOf(v.now, v.file)
	switch {
	case s.options.Remote == nil:
		return validation{}, failed("this segls has no way to ask an organization")
	case s.distrusted:
		return validation{}, failed("no organization is asked in a workspace that is not trusted: trust it in the editor first")
	case v.dialect() == check.Realtime:
		return validation{Message: name + " is realtime: the service can only validate such a query by publishing it, so it was only checked here"}, nil
	case !ok:
		return validation{}, failed("no organization is set up: put url below [org] in seg.toml, or set %s.org in the editor", Section)
	case org.bad != nil:
		return validation{}, failed("%s", org.bad)
	}
	queries, mistakes := s.remoteQueries(v, definitions)
	switch {
	case mistakes > 0:
		return validation{Message: fmt.Sprintf("nothing was asked: %s has %s, which should be mended first", name, errorsOf(mistakes))}, nil
	case len(queries) == 0:
		return validation{Message: name + " has no query to validate"}, nil
	}
	if may, err := s.agreed(ctx, org, byUser); err != nil {
		return validation{}, err
	} else if !may {
		return validation{Message: fmt.Sprintf("nothing was asked: you did not agree to send anything to %s", org.origin)}, nil
	}
	return s.askRemote(ctx, v, org, queries)
}

func errorsOf(n int) string {
	if n == 1 {
		return "an error"
	}
	return fmt.Sprintf("%d errors", n)
}

// remoteQueries returns the queries of definitions, and how many errors the rules
// and the parser find in them.
func (s *server) remoteQueries(v view, definitions []ast.Placed) (queries []RemoteQuery, mistakes int) {
	findings := slices.Clone(v.project().Check(v.checked))
	slices.SortStableFunc(findings, func(a, b check.Finding) int { return check.ByPlace(a.Span, b.Span) })
	name := strings.TrimSuffix(baseName(v.uri), path.Ext(baseName(v.uri)))
	for _, d := range definitions {
		own := check.Within(findings, func(f check.Finding) token.Span { return f.Span }, d.Abs(d.Span()))
		for _, f := range own {
			if f.Severity == check.Error {
				mistakes++
			}
		}
		if d.Query != nil {
			queries = append(queries, RemoteQuery{Definition: d, Name: name, Dialect: v.dialect(), Findings: own})
		}
	}
	return queries, mistakes
}

// askRemote asks, shows how far it is, and notes what comes.
func (s *server) askRemote(ctx context.Context, v view, org organization, queries []RemoteQuery) (validation, error) {
	request := RemoteRequest{
		Organization: org.origin, Queries: queries,
		Show: func(message string) { s.showMessage(protocol.MessageTypeInfo, "%s", message) },
	}
	if s.can.accessTokens {
		request.Token = func(ctx context.Context) (string, error) { return s.tokenOf(ctx, org.origin) }
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.presence, cancel)()
	p := s.beginProgress(ctx, "Validating "+baseName(v.uri), true)
	request.Progress, request.Waits = p.report, p.say
	said, err := s.options.Remote(p.ctx, request)
	stopped := p.ctx.Err() != nil
	p.end()

	var got validation
	found := verdicts{}
	for i, verdict := range said[:min(len(said), len(queries))] {
		if !verdict.Asked {
			continue
		}
		got.Asked++
		text, start := verdictText(queries[i].Definition)
		key := verdictKey{org.origin, text}
		found[key] = []check.Finding{}
		for _, f := range verdict.Findings {
			found[key] = append(found[key], shifted(f, -start))
		}
		if len(verdict.Findings) > 0 {
			got.Rejected++
		}
	}
	if len(found) > 0 {
		s.change(func(n *next) { n.setVerdicts(v.uri, found) })
	}
	of := fmt.Sprintf("%d of %d queries", got.Rejected, got.Asked)
	switch {
	case ctx.Err() != nil:
		return got, ctx.Err()
	case stopped && got.Asked == 0:
		got.Message = "validation was stopped before " + org.origin + " answered"
	case stopped:
		got.Message = fmt.Sprintf("validation was stopped; %s rejects %s", org.origin, of)
	case err != nil:
		return got, failed("%s", err)
	case got.Asked == 0:
		got.Message = "nothing was asked: " + baseName(v.uri) + " has no query that a segment can have"
	case got.Rejected == 0:
		got.Message = fmt.Sprintf("%s accepts %s", org.origin, queriesOf(got.Asked))
	default:
		got.Message = fmt.Sprintf("%s rejects %s", org.origin, of)
	}
	return got, nil
}

func queriesOf(n int) string {
	if n == 1 {
		return "1 query"
	}
	return fmt.Sprintf("%d queries", n)
}

// methodAccessToken is the request to the client for an access token.
const methodAccessToken = "segql/token"

// tokenOf asks the client for an access token of an organization. It is never
// kept here, nor logged.
func (s *server) tokenOf(ctx context.Context, origin string) (string, error) {
	var answer *struct {
		Token string `json:"token"`
	}
	params := struct {
		Org string `json:"org"`
	}{origin}
	if err := protocol.Call(ctx, s.conn, methodAccessToken, &params, &answer); err != nil || answer == nil || answer.Token == "" {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		// What the client's error says is left out: it may hold anything.
		return "", failed("the editor gave no access token for %s; sign in there and try again", origin)
	}
	return answer.Token, nil
}

// saves are the validations of saved files that go on: of a file the last alone.
type saves struct {
	mu    sync.Mutex
	stops map[fileURI]*context.CancelFunc
}

// stop stops the validation of a file that is no longer as it was saved, or that
// nobody looks at any more.
func (s *saves) stop(u fileURI) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop := s.stops[u]; stop != nil {
		(*stop)()
	}
}

// begin begins the validation of a saved file in place of that of an earlier save.
// The context is that of the new one, which the function ends.
func (s *saves) begin(ctx context.Context, u fileURI) (context.Context, context.CancelFunc) {
	s.stop(u)
	ctx, stop := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stops == nil {
		s.stops = map[fileURI]*context.CancelFunc{}
	}
	s.stops[u] = &stop
	return ctx, func() {
		stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.stops[u] == &stop {
			delete(s.stops, u)
		}
	}
}

// validateSaved has what has no verdict yet validated, where the user wants it.
func (s *server) validateSaved(saved *file) {
	now := s.state.Load()
	f := now.file(saved.uri)
	if f == nil || f.tree != saved.tree || !s.mayAsk() || !now.settings.on("validate.onSave") {
		return
	}
	v := view{f, now}
	org, ok := s.organizationOf(now, f)
	if !ok || v.dialect() == check.Realtime {
		return
	}
	known := now.verdicts[f.uri]
	unknown := slices.DeleteFunc(slices.Clone(f.tree.Definitions), func(d ast.Placed) bool {
		text, _ := verdictText(d)
		_, asked := known[verdictKey{org.origin, text}]
		return asked || d.Query == nil
	})
	if len(unknown) == 0 {
		return
	}
	ctx, stop := s.saves.begin(s.work, f.uri)
	s.goBackground("validate on save", func(context.Context) {
		defer stop()
		if _, err := s.validate(ctx, v, unknown, false); err != nil && ctx.Err() == nil {
			s.showMessage(protocol.MessageTypeWarning, "%s", err)
		}
	})
}
