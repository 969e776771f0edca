package lsp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// PrepareCallHierarchy implements protocol.Server. A segment calls those that
// it refers to.
func (s *server) PrepareCallHierarchy(ctx context.Context, params *protocol.CallHierarchyPrepareParams) ([]protocol.CallHierarchyItem, error) {
	v, n, err := s.nameIn(ctx, params.TextDocument, params.Position)
	if err != nil {
		return nil, err
	}
	if n.kind != segmentName {
		return nil, nil
	}
	var items []protocol.CallHierarchyItem
	for _, d := range v.project().Lookup(v.checked, n.Name) {
		items = append(items, v.other(d.File).callItem(d.Placed))
	}
	return items, nil
}

// callData is what an item carries to be found again, in a text that may have
// changed.
type callData struct {
	// Name is the name of the definition, empty if it has none.
	Name string `json:"name"`
	// Index is where it stands among those of its file.
	Index int `json:"index"`
}

// callItem returns a definition of the file as an item of the hierarchy.
func (v view) callItem(d ast.Placed) protocol.CallHierarchyItem {
	name, own := definitionName(d.Definition)
	detail := v.now.shortName(v.uri)
	index, _ := slices.BinarySearchFunc(v.tree.Definitions, d.Offset, func(d ast.Placed, at token.Pos) int { return cmp.Compare(d.Offset, at) })
	item := protocol.CallHierarchyItem{
		Name: name, Kind: segmentKind, Detail: &detail, URI: v.written,
		Range: v.rangeOf(d.Abs(d.Span())), SelectionRange: v.rangeOf(d.Abs(own)),
	}
	item.Data, _ = json.Marshal(callData{nameOf(d), index}) // a string and a number, which can't fail
	return item
}

// called returns the definition that an item stands for, false if it is gone.
func (s *server) called(ctx context.Context, item protocol.CallHierarchyItem) (view, check.Definition, bool) {
	v, err := s.whole(ctx, protocol.TextDocumentIdentifier{URI: item.URI})
	var data callData
	if err != nil || json.Unmarshal(item.Data, &data) != nil {
		return view{}, check.Definition{}, false // of a file that is gone, or of another server
	}
	if all := v.tree.Definitions; data.Index >= 0 && data.Index < len(all) && strings.EqualFold(nameOf(all[data.Index]), data.Name) {
		return v, check.Definition{File: v.checked, Placed: all[data.Index]}, true
	}
	for _, d := range v.project().Lookup(v.checked, data.Name) {
		if d.File == v.checked {
			return v, d, true
		}
	}
	return view{}, check.Definition{}, false
}

// IncomingCalls implements protocol.Server.
func (s *server) IncomingCalls(ctx context.Context, params *protocol.CallHierarchyIncomingCallsParams) ([]protocol.CallHierarchyIncomingCall, error) {
	v, d, ok := s.called(ctx, params.Item)
	if !ok || d.Name == nil {
		return nil, nil
	}
	if err := v.now.mustBeWhole("find all callers"); err != nil {
		return nil, err
	}
	var calls []protocol.CallHierarchyIncomingCall
	var last *ast.Definition
	for r := range v.referring(d.Name.Name, []check.Definition{d}) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from := v.other(r.File)
		if r.Definition != last {
			last = r.Definition
			calls = append(calls, protocol.CallHierarchyIncomingCall{From: from.callItem(r.Placed)})
		}
		c := &calls[len(calls)-1]
		c.FromRanges = append(c.FromRanges, from.rangeOf(r.Abs(r.Name.Extent)))
	}
	slices.SortStableFunc(calls, func(a, b protocol.CallHierarchyIncomingCall) int {
		return strings.Compare(string(a.From.URI), string(b.From.URI))
	})
	return calls, nil
}

// OutgoingCalls implements protocol.Server.
func (s *server) OutgoingCalls(ctx context.Context, params *protocol.CallHierarchyOutgoingCallsParams) ([]protocol.CallHierarchyOutgoingCall, error) {
	v, d, ok := s.called(ctx, params.Item)
	if !ok {
		return nil, nil
	}
	var calls []protocol.CallHierarchyOutgoingCall
	known := map[*ast.Definition]int{}
	eachName(d.Definition, func(o occurrence) {
		switch o.parent.(type) {
		case *ast.Segment, *ast.NameRef:
		default:
			return
		}
		for _, to := range v.project().Lookup(v.checked, o.Name) {
			i, ok := known[to.Definition]
			if !ok {
				i = len(calls)
				known[to.Definition] = i
				calls = append(calls, protocol.CallHierarchyOutgoingCall{To: v.other(to.File).callItem(to.Placed)})
			}
			calls[i].FromRanges = append(calls[i].FromRanges, v.rangeOf(d.Abs(o.Extent)))
		}
	})
	return calls, nil
}
