package lsp

import (
	"cmp"
	"context"

	"github.com/go-json-experiment/json"
	"go.lsp.dev/protocol"

	"segql/lang/check"
)

// CompletionResolve implements protocol.Server: it says what an item is.
func (s *server) CompletionResolve(ctx context.Context, item *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	now := s.begin(ctx)
	if p := s.itemDoc(now, item); !p.isEmpty() {
		item.Documentation = p.content()
	}
	return item, nil
}

// itemDoc returns what there is to say about an item, which is nothing where
// its data are not ours.
func (s *server) itemDoc(now *snapshot, item *protocol.CompletionItem) *prose {
	p := &prose{markdown: s.can.markdownItems}
	var data itemData
	if len(item.Data) == 0 || json.Unmarshal(item.Data, &data) != nil {
		return p
	}
	data.Name = cmp.Or(data.Name, item.Label)
	switch data.Kind {
	case itemWord:
		p.word(data.Name)
	case itemRule:
		if r := ruleNamed(data.Name); r != nil {
			p.say("%s", r.Doc)
		}
	default:
		if f := now.file(data.File); f != nil {
			p.named(view{f, now}, data)
		}
	}
	return p
}

// named says what a name of an item stands for.
func (p *prose) named(v view, data itemData) {
	sch, dialect := v.checked.Schema, v.dialect()
	switch data.Kind {
	case itemColumn:
		row := &check.Row{Table: data.Owner, Info: sch.Table(data.Owner)}
		if row.Info == nil {
			row.IsEvent, row.Event = true, sch.Interaction(data.Owner)
		}
		if c := row.Column(data.Name, dialect); c != nil {
			p.column(c, data.Owner, nil)
		}
	case itemTable:
		if t := sch.Table(data.Name); t != nil {
			p.tableDoc(t, sch, dialect)
		}
	case itemRelationship:
		if r := sch.Relationship(data.Name); r != nil {
			p.relationship(r, data.Name, data.Owner)
		}
	case itemEvent:
		if i := sch.Interaction(data.Name); i != nil {
			p.interaction(i, dialect)
		}
	case itemLink:
		p.links(sch.Interaction(data.Owner), data.Name, data.Owner)
	case itemSegment:
		for _, d := range v.project().Lookup(v.checked, data.Name) {
			p.segment(v, d)
		}
	}
}
