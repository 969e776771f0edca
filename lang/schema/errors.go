package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A ReadError says in one sentence what is wrong with a document, where, what
// was expected there and what to do about it.
type ReadError struct {
	Document string // "the schema snapshot" and the like
	Problem  string // what is wrong, as the predicate of a sentence about the document
	Line     int    // from 1; 0 if the problem has no place
	Column   int    // from 1, in bytes; 0 if not known
	Path     string // where in the document, such as $.tables[3].columns[0].type; may be empty
	Expected string // may be empty
	Advice   string // what to do
}

func (e *ReadError) Error() string {
	var b strings.Builder
	b.WriteString(e.Document)
	b.WriteByte(' ')
	b.WriteString(e.Problem)
	if e.Line > 0 {
		b.WriteString(" at line ")
		b.WriteString(strconv.Itoa(e.Line))
		if e.Column > 0 {
			b.WriteString(", column ")
			b.WriteString(strconv.Itoa(e.Column))
		}
	}
	if e.Path != "" {
		b.WriteString(" (in ")
		b.WriteString(e.Path)
		b.WriteByte(')')
	}
	if e.Expected != "" {
		b.WriteString(": expected ")
		b.WriteString(e.Expected)
	}
	if e.Advice != "" {
		b.WriteString("; ")
		b.WriteString(e.Advice)
	}
	return b.String()
}

// document is the kind of document that a reader was asked for.
type document uint8

const (
	anyDocument document = iota
	snapshotDocument
	entitiesDocument
	relationshipsDocument
	attributesDocument
	metadataDocument
)

func (d document) String() string {
	switch d {
	case snapshotDocument:
		return "the schema snapshot"
	case entitiesDocument:
		return "the EntityDefinitions document"
	case relationshipsDocument:
		return "the RelationshipDefinitions document"
	case attributesDocument:
		return "the Attributes document"
	case metadataDocument:
		return "the $metadata document"
	default:
		return "the schema file"
	}
}

// advice says how to get a good document of that kind.
func (d document) advice() string {
	switch d {
	case snapshotDocument:
		return "write it again with 'seg schema import'"
	case entitiesDocument, relationshipsDocument, attributesDocument, metadataDocument:
		return "fetch it again from the organization and save the whole answer"
	default:
		return "give a snapshot made by 'seg schema import', an answer of EntityDefinitions, or a $metadata document"
	}
}

// quote puts a piece of a document into quotes, cut to a readable length.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}
