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

// ServiceSource is the source, as editors and reports show it, of findings that
// an organization's service gives instead of a rule.
const ServiceSource = "dataverse"

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
	return dialectOf(f, func(i int) Dialect { return shownDialect(f.Tree.Definitions[i].Definition) })
}

// NamedDialect returns the dialect that a comment at the start of a text names,
// Undetermined if there is none.
func NamedDialect(f *ast.File) Dialect {
	first := f.Tail
	if len(f.Definitions) > 0 {
		first = f.Definitions[0]
	}
	for _, c := range first.AllComments {
		if name, ok := dialectComment(c); ok {
			if d, ok := ParseDialect(name); ok {
				return d
			}
		}
	}
	return Undetermined
}

// DeclaredDialect returns the dialect of a file that a comment at its start
// names, or its project; Undetermined where neither does.
func DeclaredDialect(f *File) Dialect {
	if d := NamedDialect(f.Tree); d != Undetermined {
		return d
	}
	return f.Dialect
}

// dialectOf is DialectOf with a function that returns what a definition shows.
func dialectOf(f *File, shown func(i int) Dialect) Dialect {
	if d := DeclaredDialect(f); d != Undetermined {
		return d
	}
	for i := range f.Tree.Definitions {
		if d := shown(i); d != Undetermined {
			return d
		}
	}
	return Undetermined
}

// dialectMark starts a comment that names the dialect of a file.
const dialectMark = "seg:dialect"

// NamesDialect reports whether a comment speaks of the dialect of its file. What
// stands before it on lines of their own speaks of the file, too.
func NamesDialect(c *ast.Comment) bool {
	_, ok := dialectComment(c)
	return ok
}

// dialectComment returns the dialect that a comment names, as it is written.
func dialectComment(c *ast.Comment) (name string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(c.Text, "/* \t"), dialectMark)
	if !ok {
		return "", false
	}
	words := strings.Fields(strings.TrimSuffix(rest, "*/"))
	if len(words) == 0 {
		return "", true
	}
	return words[0], true
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

// A note is a finding of a definition. Its spans count from the definition's
// start, so that it stays what it is when the definition moves.
type note struct {
	Finding
	// late, if there is one, is asked each time whether the finding stands, and
	// may add to it what the text around the definition decides.
	late func(*findings, *Finding) bool
}

// pass is the state of one check of one definition, of which rules see the
// current node.
type pass struct {
	project *Project
	file    *File
	dialect Dialect
	at      *def
	def     *ast.Definition // that of at
	res     *Resolution
	path    []ast.Node // from the definition down to the current node
	rule    *Rule
	aliases map[string]bool // the names of res's, in lower case; see isAlias

	notes []note
	asked []asked
}

// Check returns what the rules, and the parser, have to say about a file of
// the project, in the order of the text. What was found out in this project or
// one that it comes from is used again, where it is still right.
func (p *Project) Check(f *File) []Finding {
	found, _ := p.CheckUntil(f, func() bool { return false })
	return found
}

// CheckUntil is Check for someone who may want no answer any more: stop is asked
// before each definition that has to be checked anew. It reports whether it came
// to the end. What it found out until it was stopped need not be found out again.
func (p *Project) CheckUntil(f *File, stop func() bool) (found []Finding, isDone bool) {
	c := &findings{project: p, unit: p.unitOf(f)}
	if e := f.Tree.Unread; e != nil {
		c.all = append(c.all, syntaxError(e).Finding)
	}
	for i, d := range c.unit.defs {
		m := d.checked.Load()
		if !holds(p, d, m) {
			if stop() {
				return nil, false
			}
			m = p.check(c.unit, d)
		}
		c.def, c.isLast = d, d == c.unit.last()
		notes := m.value
		for k := range notes {
			c.add(&notes[k], c.unit.placed(i).Offset)
		}
		c.hasIgnores = c.hasIgnores || d.hasIgnores
	}
	c.sort()
	if c.hasIgnores {
		c.ignore()
		c.sort()
	}
	return c.all, true
}

// findings is the state of one check of one file.
type findings struct {
	project    *Project
	unit       *unit
	def        *def // the current one
	isLast     bool // that it is the last of the file
	hasIgnores bool
	all        []Finding
	builds     *bool
	syntax     map[string]bool // the codes of mistakes in the syntax that the file has, where it has ignores
}

// add adds a note of the current definition, which starts at an offset.
func (c *findings) add(n *note, offset token.Pos) {
	c.all = append(c.all, n.Finding)
	f := &c.all[len(c.all)-1]
	f.Span = f.Span.Shift(offset)
	f.Related, f.Fixes = slices.Clone(n.Related), slices.Clone(n.Fixes)
	for i := range f.Related {
		f.Related[i].Span = f.Related[i].Span.Shift(offset)
	}
	for i := range f.Fixes {
		f.Fixes[i] = f.Fixes[i].Shift(offset)
	}
	if n.late != nil && !n.late(c, f) {
		c.all = c.all[:len(c.all)-1]
	}
}

func (c *findings) sort() {
	compare := func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(b.Severity, a.Severity))
	}
	if !slices.IsSortedFunc(c.all, compare) {
		slices.SortStableFunc(c.all, compare)
	}
}

// lastBuilds reports whether the last definition of the file refers to others
// of the file.
func (c *findings) lastBuilds() bool {
	if c.builds == nil {
		builds := slices.ContainsFunc(c.unit.last().keys, func(name string) bool {
			return len(c.project.names.get(name).of(c.unit.id)) > 0
		})
		c.builds = &builds
	}
	return *c.builds
}

// relate adds the place of another definition to a finding.
func (c *findings) relate(f *Finding, d *def, message string) {
	at := c.project.place(d)
	path := at.File.Path
	if at.File == c.unit.file {
		path = ""
	}
	f.Related = append(f.Related, Related{Path: path, Span: at.Abs(at.Name.Extent), Message: message})
}

func syntaxError(e *ast.Error) note {
	// SQL's BETWEEN goes with text, too, which >= and <= do not.
	sure := len(e.Fixes) == 1 && e.Code != "sql-between"
	return note{Finding: Finding{Rule: e.Code, Severity: Error, Span: e.Span, Message: e.Message, Fixes: e.Fixes, Sure: sure}}
}

// check finds what there is to say about a definition of a unit.
func (p *Project) check(u *unit, d *def) *memo[[]note] {
	c := &pass{project: p, file: u.file, dialect: u.dialect, at: d, def: d.tree}
	for _, e := range d.tree.Errors {
		n := syntaxError(e)
		n.Fixes = keepComments(d.tree, n.Fixes)
		n.Sure = n.Sure && len(n.Fixes) == 1
		c.notes = append(c.notes, n)
	}
	names := d.names.Swap(nil)
	if !holds(p, d, names) {
		names = p.findNames(u, d, false)
	}
	c.res, c.asked = names.value, slices.Clip(names.asked)
	c.walk(d.tree)
	m := &memo[[]note]{value: slices.Clone(c.notes), asked: slices.Clone(c.asked)} // without room to grow: they are kept
	m.state.Store(p.state)
	d.checked.Store(m)
	return m
}

// ask asks the project about a name that stands in the definition, or about
// the definition itself. Rules ask for nothing else of it.
func (c *pass) ask(q question, name string) answer {
	name = strings.ToLower(name)
	a := c.project.answer(c.at, q, name)
	c.asked = append(c.asked, asked{q, name, a})
	return a
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
func (c *pass) report(s token.Span, message string, fixes ...token.Fix) *note {
	return c.reportAs(c.rule.Severity, s, message, fixes...)
}

// reportAs is report with a severity that depends on the case.
func (c *pass) reportAs(severity Severity, s token.Span, message string, fixes ...token.Fix) *note {
	if c.rule.Dialect != Undetermined && c.dialect == Undetermined {
		severity = min(severity, Warning)
		message += " (in the " + c.rule.Dialect.String() + " dialect; name yours with `// seg:dialect`)"
	}
	if set, ok := c.file.Severities[c.rule.Name]; ok {
		severity = set
	}
	kept := keepComments(c.def, fixes)
	n := note{Finding: Finding{Rule: c.rule.Name, Severity: severity, Span: s, Message: message, Fixes: kept}}
	n.Sure = len(fixes) == 1 && len(kept) == 1 && !c.isBroken(kept[0])
	if severity == Off {
		return &n
	}
	c.notes = append(c.notes, n)
	return &c.notes[len(c.notes)-1]
}

// isBroken reports whether a mistake in the syntax touches what a fix changes:
// it is not sure then what the text is meant to be.
func (c *pass) isBroken(f token.Fix) bool {
	if len(c.def.Errors) == 0 {
		return false
	}
	s := token.NoSpan
	for _, e := range f.Edits {
		s = s.Join(e.Span)
	}
	return slices.ContainsFunc(c.def.Errors, func(e *ast.Error) bool { return e.Span.Start <= s.End && s.Start <= e.Span.End })
}

// keepComments returns the fixes but for those with which a comment would go.
func keepComments(d *ast.Definition, fixes []token.Fix) []token.Fix {
	if len(d.AllComments) == 0 || len(fixes) == 0 {
		return fixes
	}
	return slices.DeleteFunc(slices.Clone(fixes), func(f token.Fix) bool {
		return slices.ContainsFunc(f.Edits, func(e token.Edit) bool {
			first, _ := slices.BinarySearchFunc(d.AllComments, e.Span.Start, func(c *ast.Comment, p token.Pos) int { return cmp.Compare(c.Span.Start, p) })
			for _, comment := range d.AllComments[first:] {
				if comment.Span.End > e.Span.End {
					break
				}
				if !strings.Contains(e.New, comment.Text) {
					return true
				}
			}
			return false
		})
	})
}

// text returns the source of a span of the current definition.
func (c *pass) text(s token.Span) string { return s.Text(c.def.Text) }

func replaceFix(title string, s token.Span, text string) token.Fix {
	return token.Fix{Title: title, Edits: []token.Edit{{Span: s, New: text}}}
}
