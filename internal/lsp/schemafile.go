package lsp

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/protocol"

	"segql/lang/ast"
	"segql/lang/schema"
	"segql/lang/token"
)

// element is an object of a schema file: one of some arrays, by its name.
type element struct {
	arrays []string
	name   string
}

// schemaPlace returns where the schema file that a seg.toml names speaks of a
// table, column, relationship, event or link, if that is one that seg schema wrote.
// Standard tables stand in no file.
func (s *server) schemaPlace(ctx context.Context, v view, n named) protocol.LocationSlice {
	unit := v.now.unitOf(v.file)
	if unit.config == nil || unit.config.said.Schema == "" {
		return nil
	}
	path := schemaPath(n, unit.schema.Relationship)
	if len(path) == 0 {
		return nil
	}
	u := pathURI(unit.config.uri, unit.config.said.Schema)
	text, err := s.options.Files.Text(ctx, u)
	if err != nil {
		return nil // the diagnostics of seg.toml say why
	}
	const mark = "\uFEFF"
	object := strings.TrimPrefix(text, mark)
	at, ok := findElement(jsontext.Value(object), len(text)-len(object), path)
	if !ok {
		return nil
	}
	lines := token.NewLines(text)
	place := func(p token.Pos) protocol.Position {
		at := lines.Position(p, v.encoding)
		return protocol.Position{Line: uint32(at.Line), Character: uint32(at.Column)} // files that are read have at most 64 MB
	}
	return protocol.LocationSlice{{URI: u, Range: protocol.Range{Start: place(at.Start), End: place(at.End)}}}
}

// schemaPath returns what leads to the thing that a name stands for in a schema
// file; nothing for names that a query gives.
func schemaPath(n named, relationship func(string) *schema.Relationship) []element {
	tables, interactions := []string{"tables"}, []string{"interactions"}
	columns := []string{"columns", "realtimeColumns", "links", "realtimeLinks"}
	switch n.kind {
	case tableName:
		return []element{{tables, n.Name}}
	case eventName:
		return []element{{interactions, n.Name}}
	case linkName:
		if i, ok := n.parent.(*ast.Interaction); ok && i.Event != nil {
			return []element{{interactions, i.Event.Name}, {columns, n.Name}}
		}
	case columnName:
		switch {
		case n.row == nil:
		case n.row.IsEvent:
			return []element{{interactions, n.row.Table}, {columns, n.Name}}
		default:
			return []element{{tables, n.row.Table}, {columns, n.Name}}
		}
	case relationshipName:
		if r := relationship(n.Name); r != nil { // it may be written by its outbound name
			return []element{{[]string{"relationships"}, r.Name}}
		}
	}
	return nil
}

// findElement returns where the name of an element stands. Object is a JSON
// object at an offset of the file.
func findElement(object jsontext.Value, offset int, path []element) (token.Span, bool) {
	for key, array := range members(object) {
		if !slices.Contains(path[0].arrays, key) || array.value.Kind() != '[' {
			continue
		}
		for e := range elements(array.value) {
			at := offset + array.start + e.start
			for key, name := range members(e.value) {
				if key != "name" && key != "realtimeName" || !strings.EqualFold(textOf(name.value), path[0].name) {
					continue
				}
				if len(path) > 1 {
					return findElement(e.value, at, path[1:])
				}
				start := at + name.start + 1 // behind the quote
				return span(start, start+len(name.value)-2), true
			}
		}
	}
	return token.Span{}, false
}

// jsonPart is a value in another one, and where it starts there.
type jsonPart struct {
	value jsontext.Value
	start int
}

// members yields the keys and values of an object, up to what is no JSON.
func members(object jsontext.Value) iter.Seq2[string, jsonPart] {
	return func(yield func(key string, value jsonPart) bool) {
		d := jsontext.NewDecoder(bytes.NewBuffer(object))
		if open, err := d.ReadToken(); err != nil || open.Kind() != '{' {
			return
		}
		for d.PeekKind() == '"' {
			key, err := d.ReadToken()
			if err != nil {
				return
			}
			name := key.String()
			value, ok := nextPart(d, object)
			if !ok || !yield(name, value) {
				return
			}
		}
	}
}

// elements yields the values of an array, up to what is no JSON.
func elements(array jsontext.Value) iter.Seq[jsonPart] {
	return func(yield func(jsonPart) bool) {
		d := jsontext.NewDecoder(bytes.NewBuffer(array))
		if open, err := d.ReadToken(); err != nil || open.Kind() != '[' {
			return
		}
		for d.PeekKind() != ']' {
			if value, ok := nextPart(d, array); !ok || !yield(value) {
				return
			}
		}
	}
}

// nextPart returns the value that d reads next of a text.
func nextPart(d *jsontext.Decoder, text jsontext.Value) (jsonPart, bool) {
	value, err := d.ReadValue()
	if err != nil {
		return jsonPart{}, false
	}
	end := int(d.InputOffset())
	return jsonPart{value: text[end-len(value) : end], start: end - len(value)}, true
}

// textOf returns what a JSON string says; empty for other values.
func textOf(value jsontext.Value) string {
	text, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return ""
	}
	return string(text)
}
