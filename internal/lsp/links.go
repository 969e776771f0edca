package lsp

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"go.lsp.dev/protocol"

	"segql/internal/rulepage"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// webAddress finds addresses in comments.
var webAddress = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]+`)

// DocumentLink implements protocol.Server: the rules that comments silence lead
// to their pages, and addresses in comments to where they say.
func (s *server) DocumentLink(ctx context.Context, params *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	v, err := s.file(ctx, params.TextDocument)
	if err != nil || v.isLarge() {
		return nil, err
	}
	// The summaries of the rules by their names; few files need them.
	summaries := sync.OnceValue(func() map[string]string {
		all := map[string]string{}
		for _, p := range rulepage.All() {
			all[p.Name] = p.Summary
		}
		return all
	})
	var links []protocol.DocumentLink
	add := func(d ast.Placed, at token.Span, target fileURI, tooltip string) {
		link := protocol.DocumentLink{Range: v.rangeOf(d.Abs(at)), Target: &target}
		if s.can.linkTooltips && tooltip != "" {
			link.Tooltip = &tooltip
		}
		links = append(links, link)
	}
	inComments := func(d ast.Placed) {
		for _, comment := range d.AllComments {
			for name, at := range check.IgnoredRules(comment) {
				if summary, ok := summaries()[name]; ok {
					add(d, at, v.now.rulePage(name), name+": "+summary)
				}
			}
			for _, m := range webAddress.FindAllStringIndex(comment.Text, -1) {
				address := trimAddress(comment.Text[m[0]:m[1]])
				if u, err := url.Parse(address); err != nil || u.Host == "" {
					continue
				}
				start := comment.Span.Start + token.Pos(m[0])
				add(d, token.Span{Start: start, End: start + token.Pos(len(address))}, fileURI(address), "")
			}
		}
	}
	for _, d := range v.tree.Definitions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		inComments(d)
	}
	inComments(v.tree.Tail)
	return links, nil
}

// trimAddress leaves out what belongs to the sentence around an address: the
// punctuation behind it, a parenthesis that was not opened in it, and the end
// of the comment.
func trimAddress(address string) string {
	address = strings.TrimSuffix(address, "*/")
	open := strings.Count(address, "(") - strings.Count(address, ")")
	for address != "" {
		switch last := address[len(address)-1]; {
		case strings.IndexByte(".,;:!?]}", last) >= 0:
		case last == ')' && open < 0:
			open++
		default:
			return address
		}
		address = address[:len(address)-1]
	}
	return address
}
