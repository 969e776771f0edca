package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"segql/internal/rulepage"
	"segql/lang/check"
)

const informationURI = "https://learn.microsoft.com/dynamics365/customer-insights/journeys/segmentation"

// sarif returns a SARIF 2.1.0 log. complete tells that all files could be read.
func (w *workspace) sarif(findings []finding, complete bool) (string, error) {
	report := w.sarifReport(findings, complete)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(report)
	return b.String(), err
}

func (w *workspace) sarifReport(findings []finding, complete bool) *sarif.Report {
	run := sarif.NewRunWithInformationURI("seg", informationURI)
	v := version()
	run.Tool.Driver.Version = &v
	kind := "unicodeCodePoints"
	run.ColumnKind = &kind
	run.NewlineSequences = []string{"\r\n", "\n", "\r"}
	invocation := sarif.NewInvocation()
	invocation.ExecutionSuccessful = &complete
	run.AddInvocation(invocation)
	index := make(map[string]int)
	for i, p := range rulepage.All() {
		index[p.Name] = i
		run.Tool.Driver.AddRule(sarifRule(p))
	}
	for _, f := range findings {
		if _, ok := index[f.Rule]; !ok { // a code of the service
			index[f.Rule] = len(run.Tool.Driver.Rules)
			text := "The organization's service rejects the query with this code."
			run.Tool.Driver.AddRule(sarifRule(rulepage.Page{Name: f.Rule, Summary: text, Doc: text, Severity: check.Error}))
		}
		run.AddResult(w.sarifResult(f, index[f.Rule]))
	}
	return sarif.NewReport().AddRun(run)
}

func sarifRule(p rulepage.Page) *sarif.ReportingDescriptor {
	configuration := sarif.NewReportingConfiguration()
	configuration.Level = sarifLevel(p.Severity)
	rule := sarif.NewRule(p.Name)
	rule.Name = &p.Name
	rule.ShortDescription = sarifText(p.Summary)
	rule.FullDescription = sarifText(p.Doc)
	rule.Help = sarifText(p.Doc)
	markdown := p.Markdown()
	rule.Help.Markdown = &markdown
	rule.DefaultConfiguration = configuration
	return rule
}

func sarifText(text string) *sarif.MultiformatMessageString {
	m := sarif.NewMultiformatMessageString()
	m.Text = &text
	return m
}

func sarifLevel(s check.Severity) string {
	switch s {
	case check.Error:
		return sarif.LevelError
	case check.Warning:
		return sarif.LevelWarning
	}
	return sarif.LevelNote
}

func (w *workspace) sarifResult(f finding, rule int) *sarif.Result {
	r := sarif.NewRuleResult(f.Rule)
	r.RuleIndex = rule
	r.Level = sarifLevel(f.Severity)
	r.Message = sarif.NewTextMessage(f.Message)
	r.AddLocation(f.source.sarifLocation(f.at))
	for _, related := range f.Related {
		if s, at := w.related(f, related); s != nil {
			location := s.sarifLocation(at)
			location.ID = len(r.RelatedLocations) + 1
			location.Message = sarif.NewTextMessage(related.Message)
			r.AddRelatedLocation(location)
		}
	}
	for _, x := range f.Fixes {
		change := sarif.NewArtifactChange()
		change.ArtifactLocation = f.source.sarifArtifact()
		for _, e := range x.Edits {
			text := e.New
			replacement := sarif.NewReplacement()
			replacement.DeletedRegion = region(f.source.area(e.Span))
			replacement.InsertedContent = sarif.NewArtifactContent()
			replacement.InsertedContent.Text = &text
			change.AddReplacement(replacement)
		}
		if len(x.Edits) > 0 {
			fix := sarif.NewFix().AddArtifactChange(change)
			fix.Description = sarif.NewTextMessage(x.Title)
			r.AddFixe(fix)
		}
	}
	return r
}

func (s *source) sarifLocation(a area) *sarif.Location {
	place := sarif.NewPhysicalLocation()
	place.ArtifactLocation = s.sarifArtifact()
	place.Region = region(a)
	return sarif.NewLocationWithPhysicalLocation(place)
}

// sarifArtifact returns the address of a file: relative to the current folder,
// as the files were named, or absolute.
func (s *source) sarifArtifact() *sarif.ArtifactLocation {
	path := s.slashed()
	u := url.URL{Path: path}
	switch {
	case s.path == "" && s.name == "<stdin>":
		u.Path = "stdin"
	case filepath.IsAbs(s.name):
		u.Scheme = "file"
		if !strings.HasPrefix(path, "/") { // C:/..
			u.Path = "/" + path
		}
	default:
		u.Path = filepath.ToSlash(filepath.Clean(s.name))
	}
	return sarif.NewSimpleArtifactLocation(u.String())
}

func region(a area) *sarif.Region {
	r := sarif.NewRegion()
	r.StartLine, r.StartColumn, r.EndLine, r.EndColumn = &a.line, &a.column, &a.endLine, &a.endColumn
	return r
}
