package lsp_test

import (
	"fmt"
	"path"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// withView makes a client that can do all that the view of a text asks for.
func withView(_ *client, p *protocol.InitializeParams) {
	yes := true
	p.Capabilities.Workspace.TextDocumentContent = &protocol.TextDocumentContentClientCapabilities{}
	p.Capabilities.TextDocument.InlayHint = &protocol.InlayHintClientCapabilities{ResolveSupport: protocol.ClientInlayHintResolveOptions{Properties: []string{"tooltip"}}}
	p.Capabilities.TextDocument.DocumentLink = &protocol.DocumentLinkClientCapabilities{TooltipSupport: &yes}
	p.Capabilities.Experimental = protocol.LSPAny(`{"segql":{"showReferences":true}}`)
}

// hint shows a hint with its tooltip, and what accepting it makes of the text.
func (r *markerRun) hint(u uri.URI, h protocol.InlayHint) string {
	var b strings.Builder
	label := fmt.Sprint(h.Label)
	if h.PaddingLeft != nil {
		label = " " + label
	}
	if h.PaddingRight != nil {
		label += " "
	}
	fmt.Fprintf(&b, "%s %q", r.show(u, protocol.Range{Start: h.Position, End: h.Position}), label)
	resolved, err := r.InlayHintResolve(r.t.Context(), &h)
	switch {
	case err != nil:
		return "error: " + err.Error()
	case h.Tooltip != nil || resolved.Tooltip == nil:
		r.t.Errorf("the tooltip of %s does not come when it is asked for", label)
	default:
		fmt.Fprintf(&b, "\n    %s", resolved.Tooltip.(*protocol.MarkupContent).Value)
	}
	if h.TextEdits != nil {
		first, _, _ := strings.Cut(r.edited(u, h.TextEdits), "\n")
		fmt.Fprintf(&b, "\n    accepted: %s", first)
	}
	return b.String() + "\n"
}

func (r *markerRun) lenses(document protocol.TextDocumentIdentifier) string {
	all, err := r.CodeLens(r.t.Context(), &protocol.CodeLensParams{TextDocument: document})
	if err != nil {
		return "error: " + err.Error()
	}
	var b strings.Builder
	for _, lens := range all {
		if lens.Command.Title != "" {
			r.t.Errorf("the lens %q was not asked for", lens.Command.Title)
		}
		resolved, err := r.CodeLensResolve(r.t.Context(), &lens)
		if err != nil {
			return "error: " + err.Error()
		}
		fmt.Fprintf(&b, "%s %s", r.show(document.URI, lens.Range), strings.TrimSpace(resolved.Command.Title+" "+resolved.Command.Command))
		if len(resolved.Command.Arguments) == 3 {
			var locations []protocol.Location
			if err := protocol.Unmarshal(resolved.Command.Arguments[2], &locations); err != nil {
				r.t.Error(err)
			}
			for _, l := range locations {
				b.WriteString(" " + r.place(l))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r *markerRun) links(document protocol.TextDocumentIdentifier) string {
	all, err := r.DocumentLink(r.t.Context(), &protocol.DocumentLinkParams{TextDocument: document})
	if err != nil {
		return "error: " + err.Error()
	}
	var b strings.Builder
	for _, l := range all {
		fmt.Fprintf(&b, "%s %s", r.show(document.URI, l.Range), *l.Target)
		if l.Tooltip != nil {
			fmt.Fprintf(&b, " (%s)", *l.Tooltip)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// command runs the command args[0] on the whole file, or if args[1] is here or
// selection, on the marker's caret or text.
func (r *markerRun) command(document protocol.TextDocumentIdentifier, at protocol.Position, span protocol.Range, args []string) string {
	arguments := []any{document.URI}
	if len(args) > 1 && args[1] == "here" {
		arguments = append(arguments, at)
	} else if len(args) > 1 {
		arguments = append(arguments, span)
	}
	params := &protocol.ExecuteCommandParams{Command: args[0]}
	for _, a := range arguments {
		raw, err := protocol.Marshal(a)
		if err != nil {
			r.t.Fatal(err)
		}
		params.Arguments = append(params.Arguments, raw)
	}
	answer, err := r.ExecuteCommand(r.t.Context(), params)
	if err != nil {
		return strings.ReplaceAll("error: "+err.Error(), string(document.URI), path.Base(string(document.URI)))
	}
	return asJSON(answer)
}

// monkeyView resolves what is shown in a document, and runs the commands at a
// place of it.
func (c *client) monkeyView(u uri.URI, at protocol.Position) {
	c.t.Helper()
	ctx, document := c.t.Context(), protocol.TextDocumentIdentifier{URI: u}
	fine := func(err error) {
		if code(err) == jsonrpc2.InternalError {
			c.t.Fatal(err)
		}
	}
	hints, err := c.InlayHint(ctx, &protocol.InlayHintParams{TextDocument: document, Range: protocol.Range{Start: at, End: protocol.Position{Line: at.Line + 2}}})
	fine(err)
	for _, h := range hints {
		_, err := c.InlayHintResolve(ctx, &h)
		fine(err)
	}
	lenses, err := c.CodeLens(ctx, &protocol.CodeLensParams{TextDocument: document})
	fine(err)
	for _, l := range lenses[:min(3, len(lenses))] {
		_, err := c.CodeLensResolve(ctx, &l)
		fine(err)
	}
	for _, command := range []string{"seg.wireForm", "seg.explain"} {
		fine(c.call("workspace/executeCommand", fmt.Sprintf(`{"command":%q,"arguments":[%q,{"line":%d,"character":%d}]}`, command, u, at.Line, at.Character)))
	}
}
