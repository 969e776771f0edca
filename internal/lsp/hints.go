package lsp

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

// offerView says what the server shows in the text, which commands it runs, and
// which documents it holds itself.
func (s *server) offerView(c *protocol.ServerCapabilities) {
	yes := true
	c.InlayHintProvider = &protocol.InlayHintOptions{ResolveProvider: &yes}
	c.CodeLensProvider = &protocol.CodeLensOptions{ResolveProvider: &yes}
	c.DocumentLinkProvider = &protocol.DocumentLinkOptions{}
	c.ExecuteCommandProvider = protocol.ExecuteCommandOptions{Commands: serverCommands()}
	if s.can.ruleContent {
		c.Workspace.TextDocumentContent = &protocol.TextDocumentContentOptions{Schemes: []string{RuleScheme}}
	}
}

// hint is a text that is shown in the source, but is no part of it.
type hint struct {
	at    token.Pos // in the file
	label string
	kind  protocol.InlayHintKind // 0 if it is neither
	// before tells that it stands before something, not behind.
	before  bool
	tooltip func() string // as Markdown
	// edit writes down what the hint says; nil if there is no place for it.
	edit *token.Edit
}

// InlayHint implements protocol.Server.
func (s *server) InlayHint(ctx context.Context, params *protocol.InlayHintParams) ([]protocol.InlayHint, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	hints, err := v.hints(ctx, v.span(params.Range))
	if err != nil {
		return nil, err
	}
	data, err := protocol.Marshal(&protocol.TextDocumentIdentifier{URI: v.uri})
	if err != nil {
		return nil, err
	}
	out := make([]protocol.InlayHint, 0, len(hints))
	yes := true
	for _, h := range hints {
		shown := protocol.InlayHint{Position: v.position(h.at), Label: protocol.String(h.label), Kind: h.kind}
		if h.before {
			shown.PaddingRight = &yes
		} else if h.kind != protocol.InlayHintKindType { // a type has its colon
			shown.PaddingLeft = &yes
		}
		if h.edit != nil {
			shown.TextEdits = v.textEdits([]token.Edit{*h.edit})
		}
		if s.can.resolveHints {
			shown.Data = data
		} else {
			shown.Tooltip = s.tooltip(h)
		}
		out = append(out, shown)
	}
	return out, nil
}

// InlayHintResolve implements protocol.Server: the tooltip of a hint. There is
// none if the text has changed meanwhile, so that the hint stands there no more.
func (s *server) InlayHintResolve(ctx context.Context, params *protocol.InlayHint) (*protocol.InlayHint, error) {
	now := s.begin(ctx)
	var document protocol.TextDocumentIdentifier
	if len(params.Data) == 0 || protocol.Unmarshal(params.Data, &document) != nil {
		return nil, failed("the hint does not come from segls")
	}
	f := now.file(document.URI)
	if f == nil || f.isLarge() {
		return params, nil
	}
	v := view{f, now}
	hints, err := v.hints(ctx, token.At(v.offset(params.Position)))
	if err != nil {
		return nil, err
	}
	for _, h := range hints {
		if protocol.String(h.label) == params.Label {
			params.Tooltip = s.tooltip(h)
			break
		}
	}
	return params, nil
}

func (s *server) tooltip(h hint) protocol.InlayHintTooltip {
	return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: h.tooltip()}
}

// hints returns what is shown in a span of the file, in the order of the text.
func (v view) hints(ctx context.Context, at token.Span) ([]hint, error) {
	c := &hinter{view: v, within: at, choices: v.now.settings.on("inlayHints.choiceLabels"), tables: v.now.settings.on("inlayHints.tables")}
	if v.now.settings.on("inlayHints.dialect") {
		c.dialect()
	}
	if !c.choices && !c.tables {
		return c.hints, nil
	}
	for _, d := range v.definitionsIn(at) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.definition(d)
	}
	slices.SortStableFunc(c.hints, func(a, b hint) int { return int(a.at - b.at) })
	return c.hints, nil
}

// hinter collects hints.
type hinter struct {
	view
	within          token.Span // of the file
	choices, tables bool

	def   ast.Placed
	names *check.Resolution // of def
	hints []hint
}

func (c *hinter) add(h hint) {
	if c.within.Contains(h.at) {
		c.hints = append(c.hints, h)
	}
}

// dialect shows the dialect at the start of a file that does not name it.
func (c *hinter) dialect() {
	d := c.view.dialect()
	if d == check.Undetermined || len(c.tree.Definitions) == 0 || check.NamedDialect(c.tree) != check.Undetermined {
		return
	}
	why := "The text shows it"
	if c.checked.Dialect != check.Undetermined {
		why = "The settings say it"
		if config := c.now.unitOf(c.file).config; config != nil && config.said.Dialect != check.Undetermined {
			why = "`seg.toml` says it"
		}
	}
	lineEnd := "\n"
	if i := strings.IndexByte(c.tree.Definitions[0].Text, '\n'); i > 0 && c.tree.Definitions[0].Text[i-1] == '\r' {
		lineEnd = "\r\n"
	}
	c.add(hint{
		at: c.tree.Start(), label: "dialect: " + d.String(), before: true,
		tooltip: func() string {
			return fmt.Sprintf("The file is in the **%s** dialect. %s; the file itself does not name it, as `// seg:dialect %s` does.", d, why, d)
		},
		edit: &token.Edit{Span: token.At(c.tree.Start()), New: "// seg:dialect " + d.String() + lineEnd},
	})
}

// definition adds the hints of a definition.
func (c *hinter) definition(d ast.Placed) {
	c.def, c.names = d, nil
	within := c.within.Shift(-d.Offset)
	ast.Inspect(d.Definition, func(n ast.Node) bool {
		if n == nil || n.Span().End < within.Start || n.Span().Start > within.End {
			return false
		}
		switch n := n.(type) {
		case *ast.CompareExpr:
			if c.choices {
				c.choice(n.Left, n.Right)
				c.choice(n.Right, n.Left)
			}
		case *ast.InExpr:
			if c.choices {
				c.choice(n.Left, n.Values...)
			}
		case *ast.Segment:
			if c.tables && n.Name != nil {
				c.segment(n)
			}
		case *ast.Traverse:
			if c.tables {
				c.walk(n, n.Alias, n.Extent.End)
			}
		case *ast.Relate:
			// The result stays what it is: the table is that of the alias.
			if c.tables && n.Alias != nil {
				c.walk(n, n.Alias, n.Alias.Extent.End)
			}
		}
		return true
	})
}

// resolved returns what the names in the current definition mean.
func (c *hinter) resolved() *check.Resolution {
	if c.names == nil {
		c.names = c.resolve(c.def.Definition)
	}
	return c.names
}

// choice shows the labels of the values that a choice column is compared with.
func (c *hinter) choice(x ast.Expr, values ...ast.Expr) {
	name, ok := x.(*ast.ColumnExpr)
	if !ok || !slices.ContainsFunc(values, func(v ast.Expr) bool { _, ok := choiceValue(v); return ok }) {
		return
	}
	ref := c.resolved().Column(name)
	if ref.Column == nil || len(ref.Column.Choices) == 0 {
		return
	}
	for _, x := range values {
		value, ok := choiceValue(x)
		if !ok {
			continue
		}
		choice, _ := ref.Column.Choice(value)
		label := strings.Join(strings.Fields(choice.Label), " ") // on one line
		if label == "" {
			continue
		}
		c.add(hint{at: c.def.Abs(x.Span()).End, label: label, tooltip: func() string {
			return fmt.Sprintf("**%s** (%d) is a choice of %s.", label, value, columnTitle(ref.Row.Table, ref.Column))
		}})
	}
}

// choiceValue returns the number of the choice that a literal stands for.
func choiceValue(x ast.Expr) (value int, ok bool) {
	switch x := x.(type) {
	case *ast.NumberLit:
		value, err := strconv.Atoi(x.Text)
		return value, err == nil
	case *ast.BoolLit:
		if x.Value {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

func columnTitle(table string, c *schema.Column) string {
	if c.Label == "" {
		return fmt.Sprintf("`%s.%s`", table, c.Name)
	}
	return fmt.Sprintf("`%s.%s` (%s)", table, c.Name, c.Label)
}

// segment shows the table of the rows of a segment, where it is known.
func (c *hinter) segment(n *ast.Segment) {
	table, ok := c.project().Result(c.checked, n.Name.Name)
	if !ok {
		return
	}
	c.table(n.Extent.End, table, func() string {
		return fmt.Sprintf("The rows of %s are of the table %s.", n.Name.Name, c.tableTitle(table))
	})
}

// walk shows the table that a step leads to, unless its alias says it.
func (c *hinter) walk(n ast.Node, alias *ast.Alias, at token.Pos) {
	w := c.resolved().Walk(n)
	if w.Relationship == nil || w.To == nil || w.To.Table == "" || alias != nil && namesTable(alias.Name.Name, w.To.Table) {
		return
	}
	from, to := w.From.Table, w.To.Table
	c.table(at, to, func() string {
		return fmt.Sprintf("From %s the relationship leads to %s.", c.tableTitle(from), c.tableTitle(to))
	})
}

func (c *hinter) table(at token.Pos, table string, tooltip func() string) {
	c.add(hint{at: c.def.Offset + at, label: ": " + table, kind: protocol.InlayHintKindType, tooltip: tooltip})
}

func (c *hinter) tableTitle(name string) string {
	if t := c.checked.Schema.Table(name); t != nil && t.Label != "" {
		return "`" + name + "` (" + t.Label + ")"
	}
	return "`" + name + "`"
}

// namesTable reports whether an alias is made of the name of its table, as
// account_1 is.
func namesTable(alias, table string) bool {
	if len(alias) < len(table) || !strings.EqualFold(alias[:len(table)], table) {
		return false
	}
	rest := strings.TrimPrefix(alias[len(table):], "_")
	return strings.Trim(rest, "0123456789") == ""
}
