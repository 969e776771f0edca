package lsp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"

	"segql/lang/check"
	"segql/lang/schema"
)

// Setting is one thing that the client can set, in the section "segql". What a
// seg.toml says wins over it.
type Setting struct {
	// Name is that below the section: "dialect" is segql.dialect at the client.
	Name string
	// Type is that of the JSON value: boolean, string or object.
	Type string
	// Values are those that a string can have; empty if it is free.
	Values []string
	// Default is the value as JSON.
	Default string
	Doc     string
}

// Settings returns all settings, in the order in which a user would look for
// them.
func Settings() []Setting {
	return []Setting{
		{"dialect", "string", []string{"auto", "outbound", "realtime"}, `"auto"`, "The dialect of segments whose seg.toml and text do not say it."},
		{"schema", "string", nil, `""`, "The schema that names are checked against, where no seg.toml says it: the path of a schema.json, from the folder of the workspace; none to check no names; empty for the standard tables."},
		{"rules", "object", nil, `{}`, "Severities of rules by their names: off, hint, info, warning or error."},
		{"diagnostics.workspace", "boolean", nil, `true`, "Report the mistakes of all segments in the workspace, not of open ones alone."},
		{"completion.snippets", "boolean", nil, `true`, "Complete steps and functions with places to fill in."},
		{"inlayHints.choiceLabels", "boolean", nil, `true`, "Show the labels of choices behind their numbers."},
		{"inlayHints.tables", "boolean", nil, `true`, "Show the table that each TRAVERSE, RELATE and SEGMENT leads to."},
		{"inlayHints.dialect", "boolean", nil, `true`, "Show the dialect of a file that does not name it."},
		{"codeLens.references", "boolean", nil, `true`, "Show above each named segment how many others refer to it."},
		{"codeLens.validate", "boolean", nil, `true`, "Show Validate above each segment where an organization is set up."},
		{"validate.onSave", "boolean", nil, `false`, "When you save a file, have the organization validate its segments that it was not asked about as they are now."},
		{"org", "string", nil, `""`, "The address of the organization that validates segments, where neither SEG_ORG nor a seg.toml names one, such as https://contoso.crm4.dynamics.com. One that SEG_ORG does not name is asked after you agreed, once in a session."},
		{"rulesUrl", "string", nil, `""`, "The address of the folder with the pages of the rules, if your editor can't open those that the server has."},
	}
}

// settings are the values of the settings.
type settings struct {
	dialect    check.Dialect
	schemaFile string         // as set
	schema     *schema.Schema // that of schemaFile, nil to check no names
	standard   bool           // the standard tables, in its place
	severities map[string]check.Severity
	rulesURL   string
	org        string
	off        map[string]bool // settings of type boolean that are false
}

func defaultSettings() *settings {
	return &settings{standard: true, off: map[string]bool{"validate.onSave": true}}
}

// tables returns the schema that names are checked against, nil if they are not.
// The standard tables are unpacked when they are first asked for, which takes a
// fifth of a second in WebAssembly: the answer to initialize does not wait for it.
func (s *settings) tables() *schema.Schema {
	if s.standard {
		return schema.Standard()
	}
	return s.schema
}

// on reports whether a setting of type boolean is true.
func (s *settings) on(name string) bool { return !s.off[name] }

// sectionOf returns the section of the settings in what a client pushes, which
// may be the section itself.
func sectionOf(value protocol.LSPAny) protocol.LSPAny {
	var sections map[string]jsontext.Value
	if json.Unmarshal(value, &sections) == nil {
		if section, ok := sections[Section]; ok {
			return section
		}
	}
	return value
}

// parseSettings reads the settings of the section. Problems are sentences for
// the user; what they speak of has its default.
func parseSettings(value protocol.LSPAny) (got *settings, problems []string) {
	got = defaultSettings()
	var all map[string]jsontext.Value
	if len(value) == 0 || json.Unmarshal(value, &all) != nil {
		return got, nil // null, or nothing that is set
	}
	flat := map[string]jsontext.Value{}
	for key, v := range all {
		var group map[string]jsontext.Value
		if v.Kind() == '{' && key != "rules" && json.Unmarshal(v, &group) == nil {
			for name, inner := range group {
				flat[key+"."+name] = inner
			}
		} else {
			flat[key] = v
		}
	}
	for _, s := range Settings() {
		v, ok := flat[s.Name]
		if !ok || v.Kind() == 'n' {
			continue
		}
		problems = append(problems, got.set(s, v)...)
	}
	return got, problems
}

// set sets one setting. What is wrong with the value is the result.
func (s *settings) set(setting Setting, v jsontext.Value) (problems []string) {
	wrong := func(format string, args ...any) []string { return []string{fmt.Sprintf(format, args...)} }
	switch setting.Type {
	case "boolean":
		var on bool
		if json.Unmarshal(v, &on) != nil {
			return wrong("%s should be true or false", setting.Name)
		}
		s.off[setting.Name] = !on
		return nil
	case "object":
		var rules map[string]string
		if json.Unmarshal(v, &rules) != nil {
			return wrong("%s should be an object of severities by the names of rules", setting.Name)
		}
		return s.setRules(rules)
	}
	var text string
	if json.Unmarshal(v, &text) != nil {
		return wrong("%s should be text", setting.Name)
	}
	if len(setting.Values) > 0 && !slices.Contains(setting.Values, text) {
		return wrong("%s should be one of %s, but is %q", setting.Name, strings.Join(setting.Values, ", "), text)
	}
	switch setting.Name {
	case "dialect":
		s.dialect, _ = check.ParseDialect(text)
	case "schema":
		s.schemaFile = text
	case "org":
		s.org = text
	case "rulesUrl":
		s.rulesURL = strings.TrimSuffix(text, "/")
	}
	return nil
}

func (s *settings) setRules(rules map[string]string) (problems []string) {
	known := map[string]bool{}
	for _, r := range check.Rules() {
		known[r.Name] = true
	}
	s.severities = map[string]check.Severity{}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		text := rules[name]
		severity, ok := check.ParseSeverity(text)
		switch {
		case !known[name]:
			problems = append(problems, fmt.Sprintf("rules: there is no rule %q", name))
		case !ok:
			problems = append(problems, fmt.Sprintf("rules: %s should be off, hint, info, warning or error, but is %q", name, text))
		default:
			s.severities[name] = severity
		}
	}
	return problems
}
