package main

import (
	"bytes"
	"encoding/json"

	"segql/lang/check"
	"segql/lang/token"
)

// The JSON form of a report. Lines and columns count from 1, columns in
// characters; offsets count bytes from 0.
type (
	jsonReport struct {
		Version  int           `json:"version"`
		Findings []jsonFinding `json:"findings"`
		Summary  jsonSummary   `json:"summary"`
		Service  *jsonService  `json:"service,omitempty"` // of seg validate
	}
	// jsonService counts queries by what became of them.
	jsonService struct {
		Asked      int `json:"asked"`      // that the service answered
		Rejected   int `json:"rejected"`   // of those
		Mistaken   int `json:"mistaken"`   // not sent because of mistakes found here
		Realtime   int `json:"realtime"`   // not sent because it would publish them
		Pages      int `json:"pages"`      // not sent because of ORDERBY, SKIP, TAKE or SELECT
		Unanswered int `json:"unanswered"` // because the service could not be asked, or the user interrupted it
	}
	jsonSummary struct {
		Files    int `json:"files"`
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
		Infos    int `json:"infos"`
		Hints    int `json:"hints"`
	}
	jsonFinding struct {
		jsonPlace
		Severity string        `json:"severity"`
		Rule     string        `json:"rule"`
		Source   string        `json:"source,omitempty"` // dataverse if the service says so
		Message  string        `json:"message"`
		Related  []jsonRelated `json:"related,omitempty"`
		Fixes    []jsonFix     `json:"fixes,omitempty"`
	}
	jsonPlace struct {
		Path      string `json:"path"`
		Line      int    `json:"line"`
		Column    int    `json:"column"`
		EndLine   int    `json:"endLine"`
		EndColumn int    `json:"endColumn"`
	}
	jsonRelated struct {
		jsonPlace
		Message string `json:"message"`
	}
	jsonFix struct {
		Title string     `json:"title"`
		Sure  bool       `json:"sure"`
		Edits []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		Start token.Pos `json:"start"`
		End   token.Pos `json:"end"`
		New   string    `json:"new"`
	}
)

func (s *source) jsonPlace(a area) jsonPlace {
	return jsonPlace{s.slashed(), a.line, a.column, a.endLine, a.endColumn}
}

func (w *workspace) json(findings []finding, sum counts, told *jsonService) string {
	report := jsonReport{Version: 1, Service: told, Findings: make([]jsonFinding, 0, len(findings)), Summary: jsonSummary{
		sum.files, sum.of[check.Error], sum.of[check.Warning], sum.of[check.Info], sum.of[check.Hint],
	}}
	for _, f := range findings {
		j := jsonFinding{
			jsonPlace: f.source.jsonPlace(f.at), Severity: f.Severity.String(), Rule: f.Rule, Message: f.Message,
		}
		if f.fromService {
			j.Source = check.ServiceSource
		}
		for _, r := range f.Related {
			if s, at := w.related(f, r); s != nil {
				j.Related = append(j.Related, jsonRelated{s.jsonPlace(at), r.Message})
			}
		}
		for i, x := range f.Fixes {
			sure := f.Sure && i == 0 && mending.Make(f.source.tree, x.Edits) != nil
			fix := jsonFix{Title: x.Title, Sure: sure, Edits: []jsonEdit{}}
			for _, e := range x.Edits {
				fix.Edits = append(fix.Edits, jsonEdit{e.Span.Start, e.Span.End, e.New})
			}
			j.Fixes = append(j.Fixes, fix)
		}
		report.Findings = append(report.Findings, j)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(report) // values of these types can always be encoded
	return b.String()
}
