package project

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mvdan.cc/editorconfig"

	"segql/lang/token"
)

// What a style may ask for.
const (
	MaxWidth  = 10_000        // of a line that has a limit
	MaxIndent = 16            // spaces of one level
	Unlimited = math.MaxInt32 // the width of lines that never break for their length
)

// Style is how a file's text is to be laid out.
type Style struct {
	Width        int    // of a line, in characters; 0 if nothing says it
	Indent       string // one level; "" if nothing says it
	TabWidth     int    // of a tab, in characters; 0 if nothing says it
	EOL          string // "\n" or "\r\n"; "" to keep what the file has
	FinalNewline bool   // whether the last line ends with a line end
}

// Finish gives a formatted text the line ends of the style.
func (s Style) Finish(text string) string {
	if s.EOL != "" {
		text = token.WithLineEnds(text, s.EOL)
	}
	if !s.FinalNewline {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	}
	return text
}

// StyleError is the error of an .editorconfig file that cannot be followed.
// It is the same for all the files that the .editorconfig is about.
type StyleError Error

func (e *StyleError) Error() string { return (*Error)(e).Error() }

// Styles looks up styles in .editorconfig files and reads each of these once.
// It may be used from several goroutines. The zero value is ready.
type Styles struct {
	// Read reads an .editorconfig where that is not on the disk. Its error is
	// fs.ErrNotExist where there is none, else a sentence.
	Read func(path string) (string, error)

	mu       sync.Mutex
	folders  map[string]folderStyles
	patterns map[string]*regexp.Regexp
}

// folderStyles are the .editorconfig files for a folder, the nearest first.
type folderStyles struct {
	configs []config
	err     error
}

type config struct {
	folder string
	file   *editorconfig.File
}

// For returns the style for the file of that path, which need not exist. An
// error is a *StyleError.
func (s *Styles) For(path string) (Style, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Style{}, (*StyleError)(explain(path, err, "read"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.folder(filepath.Dir(path))
	if found.err != nil {
		return Style{}, found.err
	}
	var settings editorconfig.Section
	for _, c := range found.configs {
		own, err := s.matching(c, path)
		if err == nil {
			_, err = parseStyle(own) // alone, to know whose mistake it is
		}
		if err != nil {
			return Style{}, styleError(c.folder, err.Error())
		}
		settings.Add(own.Properties...) // what a nearer file says stays
	}
	return parseStyle(settings)
}

// folder returns the .editorconfig files for a folder. The caller holds s.mu.
func (s *Styles) folder(folder string) folderStyles {
	if found, ok := s.folders[folder]; ok {
		return found
	}
	var found folderStyles
	file, err := s.readConfig(folder)
	if err != nil {
		found.err = err
	} else if file != nil {
		found.configs = []config{{folder, file}}
	}
	above := filepath.Dir(folder)
	if err == nil && above != folder && (file == nil || !file.Root) {
		rest := s.folder(above)
		found.configs = append(found.configs, rest.configs...)
		found.err = rest.err
	}
	if s.folders == nil {
		s.folders = make(map[string]folderStyles)
	}
	s.folders[folder] = found
	return found
}

// matching returns what c says about the file of that path. The caller holds s.mu.
func (s *Styles) matching(c config, path string) (section editorconfig.Section, err error) {
	defer func() {
		// The package panics at the pattern of a section that has no meaning.
		if p := recover(); p != nil {
			err = fmt.Errorf("a section's pattern cannot be understood: %v", p)
		}
	}()
	if s.patterns == nil {
		s.patterns = make(map[string]*regexp.Regexp)
	}
	relative, err := filepath.Rel(c.folder, path)
	if err != nil {
		return section, err
	}
	return c.file.Filter(relative, nil, s.patterns), nil
}

// readConfig reads the .editorconfig file in folder; nil if there is none.
func (s *Styles) readConfig(folder string) (*editorconfig.File, error) {
	read := s.Read
	if read == nil {
		read = readIfThere
	}
	text, err := read(filepath.Join(folder, editorconfig.DefaultName))
	var unreadable *Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &unreadable):
		return nil, styleError(folder, unreadable.Sentence)
	case err != nil:
		return nil, styleError(folder, err.Error())
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if sentence := malformed(text); sentence != "" {
		return nil, styleError(folder, sentence)
	}
	file, err := editorconfig.Parse(strings.NewReader(text))
	if err != nil {
		return nil, styleError(folder, err.Error())
	}
	return file, nil
}

// readIfThere is ReadFile, but tells a file that is not there.
func readIfThere(path string) (string, error) {
	if _, err := os.Stat(path); isMissing(err) {
		return "", fs.ErrNotExist
	}
	return ReadFile(path)
}

// hugeRange finds what the parser would make a pattern of many megabytes of.
var hugeRange = regexp.MustCompile(`\{[+-]?(\d{5,}\.\.[+-]?\d+|\d+\.\.[+-]?\d{5,})\}`)

// malformed says what is wrong with the lines of an .editorconfig file, which
// its parser passes over in silence.
func malformed(text string) string {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) >= bufio.MaxScanTokenSize {
			return fmt.Sprintf("line %d is too long", number)
		}
		if i := strings.Index(line, " #"); i >= 0 {
			line = line[:i]
		} else if i := strings.Index(line, " ;"); i >= 0 {
			line = line[:i]
		}
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case line[0] == '[':
			if len(line) <= 2 || line[len(line)-1] != ']' {
				return fmt.Sprintf("line %d should be a section such as [*.seg], but reads: %s", number, shorten(line))
			}
			if hugeRange.MatchString(line) {
				return fmt.Sprintf("line %d has a range of too many numbers", number)
			}
		case strings.IndexAny(line, "=:") <= 0:
			return fmt.Sprintf("line %d should be a setting such as indent_size = 2, but reads: %s", number, shorten(line))
		}
	}
	return ""
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func styleError(folder, sentence string) error {
	return &StyleError{Display(filepath.Join(folder, editorconfig.DefaultName)), sentence}
}

// Display returns an absolute path as a user would name it: one below the
// current folder is relative to it.
func Display(path string) string {
	if current, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(current, path); err == nil && filepath.IsLocal(relative) {
			return relative
		}
	}
	return path
}

// parseStyle reads the settings that apply to a file. Their names and values
// are those of https://spec.editorconfig.org.
func parseStyle(settings editorconfig.Section) (Style, error) {
	var wrong error
	get := func(name string) string {
		value := strings.ToLower(settings.Get(name))
		if value == "unset" {
			return ""
		}
		return value
	}
	choice := func(name string, choices ...string) string {
		value := get(name)
		if value != "" && !slices.Contains(choices, value) {
			wrong = fmt.Errorf("%s should be %s, but is %s", name, strings.Join(choices, " or "), shorten(value))
		}
		return value
	}
	// number returns 0 for a setting that is not there or has the value of word.
	number := func(name, word string, most int) int {
		value := get(name)
		if value == "" || value == word {
			return 0
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > most {
			n = 0
			wrong = fmt.Errorf("%s should be %s or a number from 1 to %d, but is %s", name, word, most, shorten(value))
		}
		return n
	}

	style := Style{FinalNewline: choice("insert_final_newline", "true", "false") != "false"}
	indentStyle := choice("indent_style", "space", "tab")
	size := number("indent_size", "tab", MaxIndent)
	tabSized := get("indent_size") == "tab"
	style.TabWidth = cmp.Or(number("tab_width", "unset", MaxIndent), size)
	switch {
	case indentStyle == "tab", indentStyle == "" && tabSized:
		style.Indent = "\t"
	case tabSized:
		style.Indent = strings.Repeat(" ", style.TabWidth)
	default:
		style.Indent = strings.Repeat(" ", size)
	}
	if width := get("max_line_length"); width == "off" || width == "0" {
		style.Width = Unlimited
	} else {
		style.Width = number("max_line_length", "off", MaxWidth)
	}
	switch choice("end_of_line", "lf", "crlf") {
	case "lf":
		style.EOL = "\n"
	case "crlf":
		style.EOL = "\r\n"
	}
	return style, wrong
}
