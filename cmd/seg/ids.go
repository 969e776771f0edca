package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"segql/internal/console"
	"segql/internal/project"
)

// readIDs reads the ids of contacts from a file and returns them in lower case
// with hyphens, each once. The file is a JSON array of ids or of objects with a
// contactid, a list with one id a line, or a table whose columns are parted by
// commas, semicolons or tabs.
func (a *app) readIDs(path string) ([]string, error) {
	var (
		text string
		err  error
	)
	if path == "-" {
		text, err = project.Read(a.stdin, "<stdin>")
	} else {
		text, err = project.ReadFile(path)
	}
	if err != nil {
		var large *project.Error
		if errors.As(err, &large) && large.Sentence == project.TooLarge {
			return nil, fmt.Errorf("%w; split it, and add the parts one after the other", err)
		}
		return nil, err
	}
	text = strings.TrimPrefix(text, "\ufeff")
	read := idsOfTable
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		read = idsOfJSON
	}
	ids, err := read(text)
	if err != nil {
		return nil, &project.Error{Path: path, Sentence: err.Error()}
	}
	seen := make(map[string]bool, len(ids))
	return slices.DeleteFunc(ids, func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	}), nil
}

var (
	bareID = regexp.MustCompile(`^(?i)\{?(?:crm)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$`)
	// likeID matches what must be meant as an id, and so is no heading.
	likeID = regexp.MustCompile(`^(?i)\{?(?:crm)?[0-9a-f-]{8,}\}?$`)
)

// contactID returns an id in its usual form.
func contactID(text string) (id string, ok bool) {
	parts := bareID.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return "", false
	}
	return strings.ToLower(strings.Join(parts[1:], "-")), true
}

func noID(text string) string {
	return fmt.Sprintf("%q is not the id of a contact: expected 32 hexadecimal digits, with or without hyphens", console.Visible(shortened(text)))
}

// shortened keeps a wrong id from filling the screen.
func shortened(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

func idsOfJSON(text string) ([]string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	var elements []json.RawMessage
	if d.Decode(&elements) != nil {
		return nil, errors.New("it starts like a JSON array of ids, but is none")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the JSON array of ids")
	}
	ids := make([]string, 0, len(elements))
	for i, element := range elements {
		var text string
		if bytes.HasPrefix(element, []byte("{")) {
			var member struct{ ContactID string }
			if json.Unmarshal(element, &member) != nil || member.ContactID == "" {
				return nil, fmt.Errorf("element %d of the JSON array has no contactid", i+1)
			}
			text = member.ContactID
		} else if json.Unmarshal(element, &text) != nil {
			return nil, fmt.Errorf("element %d of the JSON array is neither an id in quotation marks nor an object with a contactid", i+1)
		}
		id, ok := contactID(text)
		if !ok {
			return nil, fmt.Errorf("element %d of the JSON array, %s", i+1, noID(text))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// idsOfTable reads a list, or a table of which one column holds the ids.
func idsOfTable(text string) ([]string, error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace, r.Comment, r.Comma = -1, true, true, '#', separator(text)
	ids := []string{}
	column, first := -1, true
	for {
		row, err := r.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return ids, nil
		case errors.As(err, &bad):
			return nil, fmt.Errorf("line %d has a quotation mark that does not fit there: a CSV field with one is written in quotation marks, and those within it are doubled", bad.StartLine)
		case err != nil:
			return nil, errors.New("it is neither a list of ids nor a CSV file")
		}
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		anID := slices.IndexFunc(row, isLikeID)
		if first && anID < 0 && isHeadings(row) {
			if column = slices.IndexFunc(row, isHeading); column < 0 && slices.ContainsFunc(row, isOtherID) {
				line, _ := r.FieldPos(0)
				return nil, fmt.Errorf("line %d names columns, but no contactid among them: only ids of contacts are taken", line)
			}
			first = false
			continue
		}
		first = false
		if column < 0 { // no heading names it
			column = max(0, anID)
			if slices.ContainsFunc(row[column+1:], isLikeID) {
				line, _ := r.FieldPos(0)
				return nil, fmt.Errorf("line %d has several ids: write each on a line of its own, or name the column of the ids contactid", line)
			}
		}
		if column >= len(row) {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("line %d has no id: it has %s, but the ids are in column %d", line, count(len(row), "column"), column+1)
		}
		id, ok := contactID(row[column])
		if !ok {
			line, _ := r.FieldPos(column)
			return nil, fmt.Errorf("line %d, column %d: %s", line, column+1, noID(strings.TrimSpace(row[column])))
		}
		ids = append(ids, id)
	}
}

func isLikeID(cell string) bool { return likeID.MatchString(strings.TrimSpace(cell)) }

// isHeadings reports whether a first row without an id names the columns, and is
// no row with a slip in its id: one of them is that of the ids, or there is no
// digit in any.
func isHeadings(row []string) bool {
	return slices.ContainsFunc(row, isHeading) || !strings.ContainsAny(strings.Join(row, ""), "0123456789")
}

// isOtherID reports whether a heading is that of the ids of something else.
func isOtherID(cell string) bool {
	cell = strings.ToLower(strings.TrimSpace(cell))
	return strings.HasSuffix(cell, "id") && cell != "id" || strings.HasPrefix(cell, "(do not modify) ")
}

// isHeading reports whether a heading is that of the ids: the name of the column,
// or what an export of Dynamics 365 calls it.
func isHeading(cell string) bool {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "contactid", "(do not modify) contact":
		return true
	}
	return false
}

// separator returns what parts the columns in the first line that has any. Where a
// comma is in numbers, spreadsheets write semicolons.
func separator(text string) rune {
	for line := range strings.Lines(text) {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.Contains(line, "\t"):
			return '\t'
		case strings.Contains(line, ";") && !strings.Contains(line, ","):
			return ';'
		default:
			return ','
		}
	}
	return ','
}
