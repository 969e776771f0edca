package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"

	"segql/lang/schema"
)

// A packer writes a schema in the form that schema.Standard unpacks: numbers
// as varints, strings and columns as numbers in tables of those at the front.
type packer struct {
	body    []byte
	strings numbered
	columns numbered
	choices int
}

// A numbered numbers texts in the order in which they come.
type numbered struct {
	texts []string
	index map[string]int
}

func (t *numbered) add(text string) (n int, added bool) {
	if n, ok := t.index[text]; ok {
		return n, false
	}
	if t.index == nil {
		t.index = map[string]int{}
	}
	n = len(t.texts)
	t.index[text] = n
	t.texts = append(t.texts, text)
	return n, true
}

// pack packs a schema.
func pack(s *schema.Schema) ([]byte, error) {
	var p packer
	p.strings.add("") // the most frequent one gets the shortest number

	p.number(len(s.Tables()))
	for _, t := range s.Tables() {
		p.table(t)
	}
	p.number(len(s.Relationships()))
	for _, r := range s.Relationships() {
		p.relationship(r)
	}
	p.number(len(s.Interactions()))
	for _, i := range s.Interactions() {
		p.interaction(i)
	}

	head := appendNumber(nil, len(p.strings.texts))
	for _, text := range p.strings.texts {
		head = appendNumber(head, len(text))
		head = append(head, text...)
	}
	head = appendNumber(head, len(p.columns.texts))
	head = appendNumber(head, p.choices)
	for _, column := range p.columns.texts {
		head = append(head, column...)
	}

	packed := bytes.NewBuffer(appendNumber(nil, len(head)+len(p.body)))
	w, err := flate.NewWriter(packed, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, part := range [][]byte{head, p.body} {
		if _, err := w.Write(part); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func appendNumber(b []byte, n int) []byte {
	return binary.AppendUvarint(b, uint64(n)) // counts and lengths, never negative
}

func (p *packer) number(n int) { p.body = appendNumber(p.body, n) }

func (p *packer) flag(b bool) {
	if b {
		p.number(1)
	} else {
		p.number(0)
	}
}

func (p *packer) str(s string) {
	n, _ := p.strings.add(s)
	p.number(n)
}

func (p *packer) table(t *schema.Table) {
	for _, text := range [...]string{t.Name, t.Label, t.SetName, t.PrimaryID, t.PrimaryName} {
		p.str(text)
	}
	p.flag(t.Partial)
	p.flag(t.Virtual)
	p.number(int(t.ChangeTracking))
	p.someColumns(t.Columns)
}

func (p *packer) someColumns(columns []*schema.Column) {
	p.number(len(columns))
	for _, c := range columns {
		n, added := p.columns.add(p.column(c))
		if added {
			p.choices += len(c.Choices)
		}
		p.number(n)
	}
}

// column returns the packed form of a column, the same for equal columns.
func (p *packer) column(c *schema.Column) string {
	outer := p.body
	p.body = nil
	defer func() { p.body = outer }()

	p.str(c.Name)
	p.str(c.Label)
	p.number(int(c.Type))
	p.number(int(c.Computed))
	p.flag(c.Virtual)
	p.number(c.MaxLength)
	p.number(len(c.Targets))
	for _, target := range c.Targets {
		p.str(target)
	}
	p.number(len(c.Choices))
	for _, choice := range c.Choices {
		p.body = binary.AppendVarint(p.body, int64(choice.Value))
		p.str(choice.Label)
	}
	return string(p.body)
}

func (p *packer) relationship(r *schema.Relationship) {
	p.str(r.Name)
	p.number(int(r.Kind))
	for _, end := range r.Ends {
		p.str(end.Table)
		p.str(end.Column)
	}
	p.str(r.Intersect)
}

func (p *packer) interaction(i *schema.Interaction) {
	p.str(i.Name)
	p.str(i.RealtimeName)
	p.str(i.Label)
	for _, links := range [...][]schema.Link{i.Links, i.RealtimeLinks} {
		p.number(len(links))
		for _, l := range links {
			p.str(l.Name)
			p.str(l.Table)
		}
	}
	p.someColumns(i.Columns)
	p.someColumns(i.RealtimeColumns)
}
