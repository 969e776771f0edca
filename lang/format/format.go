package format

import (
	"segql/lang/ast"
	"segql/lang/parser"
)

// Source parses text and returns it in its canonical layout. A text with
// errors is returned as it is, with them.
func Source(text string, opts Options) (string, []*ast.Error) {
	f := parser.Parse(text)
	if errs := f.Errors(); len(errs) > 0 {
		return text, errs
	}
	return File(f, opts), nil
}

// SourceWire parses text and returns its wire form, see Wire. A text with
// errors is returned as it is, with them.
func SourceWire(text string) (string, []*ast.Error) {
	f := parser.Parse(text)
	if errs := f.Errors(); len(errs) > 0 {
		return text, errs
	}
	return Wire(f), nil
}
