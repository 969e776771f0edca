// Package check finds the mistakes in segment queries that are not syntax: a
// column that does not exist, a relationship from the wrong table, a choice's
// label instead of its number, a condition that can't be true.
//
// A rule is a value: its name, what it says, and a function that is called for
// the nodes it asks for. All rules run in one walk over a definition whose
// names were resolved before; Resolve gives that result to others, too.
//
// The package imports lang/token, lang/ast and lang/schema. It does no input
// or output, parses nothing, and changes no tree. What it makes of a file
// depends on that file, its project and its schema alone, so files can be
// checked in parallel.
package check

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

// Severity says how bad a finding is.
type Severity uint8

// The severities. An Error is what the service surely rejects, or what surely
// selects the wrong members.
const (
	Off Severity = iota
	Hint
	Info
	Warning
	Error
)

var severityNames = [...]string{"off", "hint", "info", "warning", "error"}

func (s Severity) String() string { return severityNames[s] }

// ParseSeverity returns the severity of that name.
func ParseSeverity(name string) (Severity, bool) {
	i := slices.Index(severityNames[:], name)
	return Severity(max(i, 0)), i >= 0
}

// Dialect is one of the two dialects of the language.
type Dialect uint8

// The dialects. Undetermined is that of a query that shows neither.
const (
	Undetermined Dialect = iota
	Outbound
	Realtime
)

var dialectNames = [...]string{"undetermined", "outbound", "realtime"}

func (d Dialect) String() string { return dialectNames[d] }

// ParseDialect returns the dialect of that name, outbound or realtime.
func ParseDialect(name string) (Dialect, bool) {
	i := slices.Index(dialectNames[1:], strings.ToLower(name))
	return Dialect(i + 1), i >= 0
}

// A Finding is something that a rule has to say about a place in a file.
type Finding struct {
	Rule     string
	Severity Severity
	// Span counts bytes from the start of the file.
	Span    token.Span
	Message string
	Related []Related
	// Fixes repair it, the likeliest first. Their spans count as Span does.
	Fixes []token.Fix
	// Sure tells that the first fix is what was meant, so it may be applied
	// without asking.
	Sure bool
	// Unnecessary tells that the text at Span could go without any effect.
	Unnecessary bool
}

// Related is another place that a finding speaks of.
type Related struct {
	// Path is the file's, empty for the finding's own.
	Path    string
	Span    token.Span
	Message string
}

// A Rule is one check.
type Rule struct {
	// Name is in kebab-case and never changes.
	Name string
	// Summary is one line.
	Summary string
	// Doc explains the rule in a few sentences.
	Doc string
	// Bad is an example that the rule speaks about, Good one that it does not.
	Bad, Good string
	// Severity is that of its findings, unless the project says otherwise.
	Severity Severity
	// Dialect is the one dialect that the rule holds in; Undetermined if it
	// holds in both. Where the dialect of a query is not determined, such a
	// rule warns at most.
	Dialect Dialect

	nodes []ast.Node
	run   func(*pass, ast.Node)
}

// File is a file to be checked.
type File struct {
	Path string
	Tree *ast.File
	// Dialect is what the project says, Undetermined if nothing.
	Dialect Dialect
	// Schema is nil where names are not to be checked.
	Schema *schema.Schema
	// Severities are those of rules whose severity is not the default.
	Severities map[string]Severity
}

// DialectOf returns the dialect of a file: what a comment in its first comment
// block says (`// seg:dialect realtime`), else what its project says, else what
// its text shows.
func DialectOf(f *File) Dialect {
	first := f.Tree.Tail
	if len(f.Tree.Definitions) > 0 {
		first = f.Tree.Definitions[0]
	}
	for _, c := range first.AllComments {
		if d, ok := dialectComment(c); ok {
			return d
		}
	}
	if f.Dialect != Undetermined {
		return f.Dialect
	}
	for _, d := range f.Tree.Definitions {
		if shown := shownDialect(d.Definition); shown != Undetermined {
			return shown
		}
	}
	return Undetermined
}

func dialectComment(c *ast.Comment) (Dialect, bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(c.Text, "/* \t"), "seg:dialect")
	if !ok {
		return Undetermined, false
	}
	words := strings.Fields(strings.TrimSuffix(rest, "*/"))
	if len(words) == 0 {
		return Undetermined, false
	}
	return ParseDialect(words[0])
}

// shownDialect returns the dialect that a definition's text shows.
func shownDialect(d *ast.Definition) Dialect {
	shown := Undetermined
	ast.Inspect(d, func(n ast.Node) bool {
		if shown != Undetermined {
			return false
		}
		switch n := n.(type) {
		case *ast.Relate:
			shown = Realtime
		case *ast.InExpr:
			shown = Realtime
		case *ast.Traverse, *ast.Distinct, *ast.OrderBy:
			shown = Outbound
		case *ast.Interaction:
			if n.Event != nil {
				shown = Outbound
				if hasPrefix(n.Event.Name, "msdynmkt_") {
					shown = Realtime
				}
			}
		case *ast.Ident:
			switch {
			case hasPrefix(n.Name, "SEGMENT_CJO_ID_"), hasPrefix(n.Name, "msdynmkt_"), isConsentColumn(n.Name):
				shown = Realtime
			case hasPrefix(n.Name, "SEGMENT_CRM_ID_"):
				shown = Outbound
			}
		}
		return shown == Undetermined
	})
	return shown
}

func hasPrefix(name, prefix string) bool {
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// Project is the files that know each other's definitions.
type Project struct {
	files    []*File
	dialects map[*File]Dialect
	// definitions finds definitions by their names in lower case.
	definitions map[string][]Definition
	// used holds the names that a SEGMENT(..) anywhere refers to.
	used map[string]bool
	// cycles holds the definitions that lead back to themselves.
	cycles map[*ast.Definition][]Definition
	// results holds the tables of definitions that were asked for.
	results sync.Map
	today   time.Time
}

// Definition is a named definition and the file that it stands in.
type Definition struct {
	File *File
	ast.Placed
}

// NewProject returns the project of files. Today is the day by which an
// ignore comment with a date lapses.
func NewProject(files []*File, today time.Time) *Project {
	p := &Project{
		files: files, today: today, dialects: map[*File]Dialect{},
		definitions: map[string][]Definition{}, used: map[string]bool{},
	}
	for _, f := range files {
		p.dialects[f] = DialectOf(f)
		for _, d := range f.Tree.Definitions {
			if d.Name != nil {
				key := strings.ToLower(d.Name.Name)
				p.definitions[key] = append(p.definitions[key], Definition{f, d})
			}
			references(d.Definition, func(name *ast.Ident) { p.used[strings.ToLower(name.Name)] = true })
		}
	}
	p.findCycles()
	return p
}

// references calls f for each name of a segment that a definition refers to.
func references(d *ast.Definition, f func(*ast.Ident)) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Segment:
			if n.Name != nil {
				f(n.Name)
			}
		case *ast.NameRef:
			f(n.Name)
		case ast.Expr:
			return false // no segment stands in a condition
		}
		return true
	})
}

// Dialect returns the dialect of a file of the project, see [DialectOf].
func (p *Project) Dialect(f *File) Dialect {
	if d, ok := p.dialects[f]; ok {
		return d
	}
	return DialectOf(f)
}

// Lookup returns the definitions of a name, seen from file f: those in f, or
// if there are none, those of the whole project.
func (p *Project) Lookup(f *File, name string) []Definition {
	all := p.definitions[strings.ToLower(name)]
	if len(all) < 2 {
		return all
	}
	var own []Definition
	for _, d := range all {
		if d.File == f {
			own = append(own, d)
		}
	}
	if own != nil {
		return own
	}
	return all
}

// ruleTable finds the rules that ask for a type of node.
var ruleTable = func() map[reflect.Type][]*Rule {
	table := map[reflect.Type][]*Rule{}
	for _, r := range rules {
		for _, n := range r.nodes {
			t := reflect.TypeOf(n)
			table[t] = append(table[t], r)
		}
	}
	return table
}()

// Rules returns all rules, sorted by name.
func Rules() []*Rule {
	all := slices.Clone(rules)
	slices.SortFunc(all, func(a, b *Rule) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// pass is the state of one check of one file, of which rules see the current
// definition.
type pass struct {
	project *Project
	file    *File
	dialect Dialect
	def     ast.Placed
	res     *Resolution
	path    []ast.Node // from the definition down to the current node
	rule    *Rule

	findings []Finding
}

// Check returns what the rules, and the parser, have to say about a file of
// the project, in the order of the text.
func (p *Project) Check(f *File) []Finding {
	c := &pass{project: p, file: f, dialect: p.dialects[f]}
	for _, e := range f.Tree.Errors() {
		c.findings = append(c.findings, Finding{
			Rule: e.Code, Severity: Error, Span: e.Span, Message: e.Message, Fixes: e.Fixes, Sure: len(e.Fixes) == 1,
		})
	}
	for _, d := range f.Tree.Definitions {
		c.definition(d)
	}
	c.findings = c.ignore(c.findings)
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(b.Severity, a.Severity))
	})
	return c.findings
}

func (c *pass) definition(d ast.Placed) {
	c.def = d
	c.res = c.project.Resolve(c.file, d.Definition)
	c.walk(d.Definition)
}

func (c *pass) walk(n ast.Node) {
	c.path = append(c.path, n)
	for _, r := range ruleTable[reflect.TypeOf(n)] {
		c.rule = r
		if r.Dialect == Undetermined || c.dialect == Undetermined || r.Dialect == c.dialect {
			r.run(c, n)
		}
	}
	ast.Children(n, c.walk)
	c.path = c.path[:len(c.path)-1]
}

// parent returns the node n levels above the current one, nil above the
// definition.
func (c *pass) parent(n int) ast.Node {
	if n >= len(c.path) {
		return nil
	}
	return c.path[len(c.path)-1-n]
}

// report notes a finding of the current rule at span s of the definition.
func (c *pass) report(s token.Span, message string, fixes ...token.Fix) *Finding {
	return c.reportAs(c.rule.Severity, s, message, fixes...)
}

// reportAs is report with a severity that depends on the case.
func (c *pass) reportAs(severity Severity, s token.Span, message string, fixes ...token.Fix) *Finding {
	if c.rule.Dialect != Undetermined && c.dialect == Undetermined {
		severity = min(severity, Warning)
		message += " (in the " + c.rule.Dialect.String() + " dialect; name yours with `// seg:dialect`)"
	}
	if set, ok := c.file.Severities[c.rule.Name]; ok {
		severity = set
	}
	f := Finding{Rule: c.rule.Name, Severity: severity, Span: c.def.Abs(s), Message: message}
	for _, x := range fixes {
		f.Fixes = append(f.Fixes, x.Shift(c.def.Offset))
	}
	f.Sure = len(fixes) == 1
	if severity == Off {
		return &f
	}
	c.findings = append(c.findings, f)
	return &c.findings[len(c.findings)-1]
}

// text returns the source of a span of the current definition.
func (c *pass) text(s token.Span) string { return s.Text(c.def.Text) }

func replaceFix(title string, s token.Span, text string) token.Fix {
	return token.Fix{Title: title, Edits: []token.Edit{{Span: s, New: text}}}
}
