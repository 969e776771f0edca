package lsp

import (
	"strings"
	"testing"
	"time"

	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
	"segql/lang/token"
)

// TestWordDocs holds that every word of the language is described, and that
// what the descriptions show has no mistakes.
func TestWordDocs(t *testing.T) {
	for _, w := range token.Words() {
		t.Run(w.String(), func(t *testing.T) {
			r, ok := wordDocOf(w)
			if !ok {
				t.Fatal("is not described")
			}
			if r.kind == "" || !strings.HasSuffix(r.doc, ".") || !strings.Contains(r.syntax, w.String()) {
				t.Errorf("lacks a kind, a sentence or its name: %+v", r)
			}
			rest := r.syntax
			for _, p := range r.parameters {
				_, behind, found := strings.Cut(rest, p.name)
				if !found || !strings.HasSuffix(p.doc, ".") {
					t.Errorf("parameter %s lacks a sentence or does not stand in %s", p.name, r.syntax)
				}
				rest = behind
			}
			for _, limit := range r.limits {
				if !strings.HasSuffix(limit, ".") {
					t.Errorf("the limit %q is no sentence", limit)
				}
			}
			if w != token.AND && w != token.OR && !strings.Contains(r.example, w.String()) {
				t.Errorf("the example does not use it: %s", r.example)
			}
			tree := parser.Parse(r.example)
			for _, e := range tree.Errors() {
				t.Errorf("%s: %s", r.example, e.Message)
			}
			f := &check.File{Path: "a.seg", Tree: tree, Dialect: r.dialect, Schema: schema.Standard()}
			for _, found := range check.NewProject([]*check.File{f}, time.Now()).Check(f) {
				if found.Severity == check.Error || found.Severity == check.Warning {
					t.Errorf("%s: %s [%s]", r.example, found.Message, found.Rule)
				}
			}
		})
	}
}

// TestOperatorDocs holds that every operator is described.
func TestOperatorDocs(t *testing.T) {
	for op := token.Or; op <= token.Divide; op++ {
		r, ok := operators[op.String()]
		if w := token.Lookup(op.String()); w != token.NoWord {
			r, ok = wordDocOf(w)
		}
		if !ok || r.doc == "" || !strings.Contains(r.syntax, op.String()) {
			t.Errorf("%s is not described", op)
		}
	}
}
