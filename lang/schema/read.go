package schema

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// Read reads any of the documents that this package knows: a snapshot, an
// answer of EntityDefinitions or RelationshipDefinitions, or a $metadata
// document.
//
// Each error of the readers is a [ReadError], unless the bytes themselves could
// not be had: then it wraps the error of r.
func Read(r io.Reader) (*Schema, error) { return read(r, anyDocument, "") }

// ReadSnapshot reads a snapshot as [WriteSnapshot] writes it.
func ReadSnapshot(r io.Reader) (*Schema, error) { return read(r, snapshotDocument, "") }

// ReadEntityDefinitions reads an answer of the Web API to EntityDefinitions,
// the whole of it, the array alone or a single definition, with the Attributes
// and relationships that were expanded into it. All properties but the names
// may be missing. A table without Attributes is partial.
func ReadEntityDefinitions(r io.Reader) (*Schema, error) { return read(r, entitiesDocument, "") }

// ReadRelationshipDefinitions reads an answer of the Web API to
// RelationshipDefinitions. The tables in the schema are those that the
// relationships name; they are partial and have no columns.
func ReadRelationshipDefinitions(r io.Reader) (*Schema, error) {
	return read(r, relationshipsDocument, "")
}

// ReadAttributeDefinitions reads an answer of the Web API to
// EntityDefinitions(..)/Attributes of one table, such as the casts that carry
// the choices. The schema has that one partial table; [Merge] brings it
// together with the rest.
func ReadAttributeDefinitions(r io.Reader, table string) (*Schema, error) {
	return read(r, attributesDocument, table)
}

// ReadMetadata reads the $metadata document of the Web API, CSDL in XML. It has
// no labels and no choices, and does not tell choices from whole numbers and
// long from short text: such columns are of type Integer and String.
//
// The document is read as a stream. A DOCTYPE, an entity other than the five of
// XML, and a document of more than 256 MB are refused; references to other
// documents are not followed.
func ReadMetadata(r io.Reader) (*Schema, error) { return read(r, metadataDocument, "") }

func read(r io.Reader, doc document, table string) (*Schema, error) {
	buffered := bufio.NewReaderSize(r, 4096)
	first, err := begin(buffered, doc)
	if err != nil {
		return nil, err
	}
	isXML := first == '<'
	if isXML && (doc == anyDocument || doc == metadataDocument) {
		return readMetadata(buffered)
	}
	if isXML {
		return nil, &ReadError{Document: doc.String(), Problem: "is XML or HTML", Line: 1, Expected: "JSON", Advice: doc.advice()}
	}
	// What it starts with is not quoted: it may be any file, and the error goes to
	// whoever named it.
	if doc == metadataDocument {
		return nil, &ReadError{Document: doc.String(), Problem: "is not XML", Line: 1, Expected: "\"<\"", Advice: doc.advice()}
	}
	if first != '{' && first != '[' {
		return nil, &ReadError{Document: doc.String(), Problem: "is no JSON", Line: 1, Expected: "\"{\"", Advice: doc.advice()}
	}
	return readJSON(buffered, doc, table)
}

// begin looks at the first bytes, takes a byte-order mark, and returns the
// first byte that is not blank.
func begin(r *bufio.Reader, doc document) (byte, error) {
	head, err := r.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, readFailure(doc, err)
	}
	refuse := func(problem, expected, advice string) (byte, error) {
		return 0, &ReadError{Document: doc.String(), Problem: problem, Expected: expected, Advice: advice}
	}
	text := string(head)
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return refuse("is written in UTF-16", "UTF-8", "save it as UTF-8 (in PowerShell with 'Out-File -Encoding utf8')")
	case strings.HasPrefix(text, "\x1f\x8b"), strings.HasPrefix(text, "PK\x03\x04"):
		return refuse("is compressed", "plain text", "unpack it first")
	case strings.HasPrefix(text, "\ufeff"):
		if _, err := r.Discard(len("\ufeff")); err != nil {
			return 0, readFailure(doc, err)
		}
		text = text[len("\ufeff"):]
	}
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" && err != nil {
		return refuse("is empty", "", doc.advice())
	}
	if text == "" {
		return refuse("starts with hundreds of blanks", "a document", doc.advice())
	}
	return text[0], nil
}
