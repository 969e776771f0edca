package ast

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode"
	"unicode/utf8"

	"segql/lang/token"
)

// Detail says what JSON shows besides the bare tree.
type Detail uint8

// The details.
const (
	WithSpans Detail = 1 << iota
	WithComments
)

// JSON returns the tree of a file as indented JSON, for people and tools that
// want to see it: an object for each node with its kind, and spans as [start,
// end] in bytes from the start of the file. What a node does not have is left
// out.
func JSON(f *File, detail Detail) []byte {
	d := &dumper{detail: detail}
	d.enc = json.NewEncoder(&d.out)
	d.enc.SetEscapeHTML(false)
	d.begin('{')
	d.member("kind", func() bool { return d.scalar("File") })
	d.member("definitions", func() bool {
		d.begin('[')
		for _, p := range f.Definitions {
			d.offset = p.Offset
			d.element(func() bool { return d.value(reflect.ValueOf(p.Definition)) })
		}
		return d.end(']')
	})
	d.offset = f.Tail.Offset
	d.member("tail", func() bool { return d.value(reflect.ValueOf(f.Tail.Comments)) })
	d.offset = 0
	d.member("errors", func() bool { return d.value(reflect.ValueOf(f.Errors())) })
	d.end('}')
	d.out.WriteByte('\n')
	return d.out.Bytes()
}

// dumper writes nodes as JSON.
type dumper struct {
	detail Detail
	offset token.Pos
	out    bytes.Buffer
	enc    *json.Encoder
	level  int
	filled bool // the object or list that is being written has something in it
}

func (d *dumper) begin(bracket byte) {
	d.out.WriteByte(bracket)
	d.level++
	d.filled = false
}

func (d *dumper) end(bracket byte) bool {
	d.level--
	if d.filled {
		d.line()
	}
	d.out.WriteByte(bracket)
	d.filled = true
	return true
}

func (d *dumper) line() {
	d.out.WriteByte('\n')
	for range d.level {
		d.out.WriteString("  ")
	}
}

// element writes an element of a list, or nothing if there is no value.
func (d *dumper) element(value func() bool) { d.member("", value) }

// member writes a member of an object, or nothing if value writes none.
func (d *dumper) member(name string, value func() bool) {
	start, filled := d.out.Len(), d.filled
	if filled {
		d.out.WriteByte(',')
	}
	d.line()
	if name != "" {
		d.scalar(name)
		d.out.WriteString(": ")
	}
	if !value() {
		d.out.Truncate(start)
		d.filled = filled
		return
	}
	d.filled = true
}

// scalar writes a string, number or bool.
func (d *dumper) scalar(v any) bool {
	// Values of these types can always be encoded.
	_ = d.enc.Encode(v)
	d.out.Truncate(d.out.Len() - 1) // the line end
	return true
}

// value writes v. It reports whether there was anything to write.
func (d *dumper) value(v reflect.Value) bool {
	switch x := v.Interface().(type) {
	case token.Pos:
		return d.detail&WithSpans != 0 && x.IsValid() && d.scalar(x+d.offset)
	case token.Span:
		if d.detail&WithSpans == 0 || !x.IsValid() {
			return false
		}
		fmt.Fprintf(&d.out, "[%d, %d]", x.Start+d.offset, x.End+d.offset)
		return true
	case token.Word:
		return x != token.NoWord && d.scalar(x.String())
	case token.Op:
		return x != token.NoOp && d.scalar(x.String())
	case string:
		return d.scalar(x)
	case bool:
		return x && d.scalar(x)
	case *Comments:
		if d.detail&WithComments == 0 {
			return false
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && d.value(v.Elem())
	case reflect.Slice:
		start := d.out.Len()
		d.begin('[')
		for i := range v.Len() {
			d.element(func() bool { return d.value(v.Index(i)) })
		}
		if !d.filled {
			d.level--
			d.out.Truncate(start)
			return false
		}
		return d.end(']')
	case reflect.Struct:
		d.begin('{')
		if _, ok := reflect.New(v.Type()).Interface().(Node); ok {
			d.member("kind", func() bool { return d.scalar(v.Type().Name()) })
		}
		d.fields(v)
		return d.end('}')
	}
	return d.scalar(v.Interface())
}

// fields writes the fields of a struct, those of embedded structs among them.
func (d *dumper) fields(v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Anonymous:
			d.fields(v.Field(i))
			continue
		case t == reflect.TypeFor[Definition]() && (f.Name == "Text" || f.Name == "AllComments" || f.Name == "Errors"):
			continue
		}
		name := f.Name
		if name == "Extent" {
			name = "Span"
		}
		r, n := utf8.DecodeRuneInString(name)
		d.member(string(unicode.ToLower(r))+name[n:], func() bool {
			if t == reflect.TypeFor[BoolLit]() && f.Name == "Value" {
				return d.scalar(v.Field(i).Bool()) // false is a value like true
			}
			return d.value(v.Field(i))
		})
	}
}
