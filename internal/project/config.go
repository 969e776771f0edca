package project

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"segql/lang/check"
	"segql/lang/schema"
)

// ConfigName is the name of a project's file.
const ConfigName = "seg.toml"

// Config is what a seg.toml says. The nil Config says nothing.
type Config struct {
	// Folder is the absolute path of the folder that the seg.toml stands in;
	// all source files below it are the project.
	Folder string
	// Dialect is Undetermined if nothing is said.
	Dialect check.Dialect
	// Schema is the absolute path of the schema's file; empty for the standard
	// tables. NoSchema tells that names are not to be checked.
	Schema   string
	NoSchema bool
	// OrgURL is the address of the organization; empty if nothing is said.
	OrgURL string
	// Severities are those of rules whose severity is not the default.
	Severities map[string]check.Severity
}

// ConfigError says in one plain sentence what is wrong with a seg.toml. It is
// the same for all the files that the seg.toml is about.
type ConfigError struct {
	Path     string
	Line     int // from 1; 0 if the whole file is meant
	Sentence string
}

func (e *ConfigError) Error() string {
	path := e.Path
	if e.Line > 0 {
		path = fmt.Sprintf("%s:%d", path, e.Line)
	}
	return (&Error{path, e.Sentence}).Error()
}

// Configs looks up seg.toml files, and reads each of these and each schema
// once. It may be used from several goroutines. The zero value is ready.
type Configs struct {
	mu      sync.Mutex
	folders map[string]folderConfig
	schemas map[string]func() (*schema.Schema, error)
}

type folderConfig struct {
	config *Config
	err    error
}

// For returns what the nearest seg.toml says about the file of that path,
// which need not exist; nil if there is no seg.toml. An error is a
// *ConfigError.
func (c *Configs) For(path string) (*Config, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, &ConfigError{Path: path, Sentence: Sentence(err, "read")}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found := c.folder(filepath.Dir(path))
	return found.config, found.err
}

// folder returns the configuration of a folder. The caller holds c.mu.
func (c *Configs) folder(folder string) folderConfig {
	if found, ok := c.folders[folder]; ok {
		return found
	}
	var found folderConfig
	found.config, found.err = readProjectFile(folder)
	if above := filepath.Dir(folder); found == (folderConfig{}) && above != folder {
		found = c.folder(above)
	}
	if c.folders == nil {
		c.folders = make(map[string]folderConfig)
	}
	c.folders[folder] = found
	return found
}

// readProjectFile reads the seg.toml in folder; nil if there is none.
func readProjectFile(folder string) (*Config, error) {
	path := filepath.Join(folder, ConfigName)
	if _, err := os.Stat(path); isMissing(err) {
		return nil, nil
	}
	text, err := ReadFile(path)
	var unreadable *Error
	if errors.As(err, &unreadable) {
		return nil, &ConfigError{Path: Display(path), Sentence: unreadable.Sentence}
	}
	return ParseConfig(path, text)
}

// Schema returns the schema that names are checked against: what the
// configuration says, else the standard tables; nil if they are not to be
// checked. Its error is one plain sentence.
func (c *Configs) Schema(config *Config) (*schema.Schema, error) {
	switch {
	case config != nil && config.NoSchema:
		return nil, nil
	case config == nil || config.Schema == "":
		return schema.Standard(), nil
	}
	return c.SchemaFile(config.Schema)
}

// SchemaFile reads the schema in a file, in any of the forms that lang/schema
// knows. Its error is one plain sentence.
func (c *Configs) SchemaFile(path string) (*schema.Schema, error) {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	c.mu.Lock()
	read, ok := c.schemas[path]
	if !ok {
		read = sync.OnceValues(func() (*schema.Schema, error) { return readSchema(path) })
		if c.schemas == nil {
			c.schemas = make(map[string]func() (*schema.Schema, error))
		}
		c.schemas[path] = read
	}
	c.mu.Unlock()
	return read()
}

// maxSchema is how large the metadata of an organization may be, in bytes.
const maxSchema = 256 << 20

func readSchema(path string) (*schema.Schema, error) {
	name := Display(path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, explain(name, err, "read")
	case info.IsDir():
		return nil, &Error{name, "it is a folder, not a file"}
	case !info.Mode().IsRegular():
		return nil, &Error{name, notRegular}
	case info.Size() > maxSchema:
		return nil, &Error{name, "it is larger than 256 MB"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, explain(name, err, "read")
	}
	defer func() { _ = f.Close() }()
	return ReadSchema(f, name)
}

// ReadSchema reads a schema in any of the forms that lang/schema knows. Its
// errors are *Error, with name as the path.
func ReadSchema(r io.Reader, name string) (*schema.Schema, error) {
	s, err := schema.Read(r)
	switch {
	case err == nil && len(s.Tables()) == 0:
		return nil, &Error{name, "it has no table in it, so every name would be unknown; make it with seg schema import"}
	case err == nil:
		return s, nil
	}
	if document := (*schema.ReadError)(nil); errors.As(err, &document) {
		return nil, &Error{name, document.Error()}
	}
	return nil, explain(name, err, "read")
}

// configKeys are the keys of a seg.toml, and those of its tables.
var configKeys = map[string][]string{
	"":    {"dialect", "schema", "org", "rules"},
	"org": {"url"},
}

// ParseConfig reads the text of the seg.toml at path. An error is a
// *ConfigError.
func ParseConfig(path, text string) (*Config, error) {
	r := configReader{config: &Config{Folder: filepath.Dir(path)}}
	if err := r.read(strings.TrimPrefix(text, "\ufeff")); err != nil {
		err.Path = Display(path)
		return nil, err
	}
	return r.config, nil
}

type configReader struct {
	config *Config
	meta   toml.MetaData
}

func (r *configReader) read(text string) *ConfigError {
	var top map[string]toml.Primitive
	meta, err := toml.Decode(text, &top)
	if err != nil {
		return tomlError(err)
	}
	r.meta = meta
	for _, key := range r.sorted(top) {
		value := top[key]
		var wrong *ConfigError
		switch key {
		case "dialect":
			wrong = r.dialect(value)
		case "schema":
			wrong = r.schema(value)
		case "org":
			wrong = r.table(key, value, r.org)
		case "rules":
			wrong = r.table(key, value, r.rule)
		default:
			wrong = r.fail(value, "there is no setting %q%s", key, suggest(key, configKeys[""]))
		}
		if wrong != nil {
			return wrong
		}
	}
	return nil
}

// sorted returns the keys of a table in the order of the text.
func (r *configReader) sorted(table map[string]toml.Primitive) []string {
	return slices.SortedFunc(maps.Keys(table), func(a, b string) int { return r.line(table[a]) - r.line(table[b]) })
}

// nowhere is a type that nothing can be decoded into; the error has the line.
type nowhere struct{}

func (*nowhere) UnmarshalTOML(any) error { return errors.New("nowhere") }

// line returns the line of a value's key.
func (r *configReader) line(value toml.Primitive) int {
	var at toml.ParseError
	if errors.As(r.meta.PrimitiveDecode(value, &nowhere{}), &at) {
		return at.Position.Line
	}
	return 0
}

func (r *configReader) fail(value toml.Primitive, format string, args ...any) *ConfigError {
	return &ConfigError{Line: r.line(value), Sentence: fmt.Sprintf(format, args...)}
}

// text returns a value that should be text; options says what it should be.
func (r *configReader) text(name, options string, value toml.Primitive) (string, *ConfigError) {
	var anything any
	_ = r.meta.PrimitiveDecode(value, &anything) // anything can be decoded into any
	text, ok := anything.(string)
	if !ok {
		return "", r.fail(value, "%s should be %s, in quotes", name, options)
	}
	return text, nil
}

func (r *configReader) dialect(value toml.Primitive) *ConfigError {
	const options = `"realtime" or "outbound"`
	text, wrong := r.text("dialect", options, value)
	if wrong != nil {
		return wrong
	}
	d, ok := check.ParseDialect(text)
	if !ok {
		return r.fail(value, "dialect should be %s, but is %q", options, shorten(text))
	}
	r.config.Dialect = d
	return nil
}

func (r *configReader) schema(value toml.Primitive) *ConfigError {
	text, wrong := r.text("schema", `the path of a file or "none"`, value)
	switch {
	case wrong != nil:
		return wrong
	case text == "":
		return r.fail(value, `schema should be the path of a file or "none", but is empty`)
	case text == "none":
		r.config.NoSchema = true
	case filepath.IsAbs(text):
		r.config.Schema = filepath.Clean(text)
	default:
		r.config.Schema = filepath.Join(r.config.Folder, filepath.FromSlash(text))
	}
	return nil
}

// table calls set for each key of a table.
func (r *configReader) table(name string, value toml.Primitive, set func(string, toml.Primitive) *ConfigError) *ConfigError {
	var anything any
	_ = r.meta.PrimitiveDecode(value, &anything) // anything can be decoded into any
	if _, ok := anything.(map[string]any); !ok {
		return r.fail(value, "%s should be a table: a line [%s], and its settings below", name, name)
	}
	var table map[string]toml.Primitive
	if err := r.meta.PrimitiveDecode(value, &table); err != nil {
		return tomlError(err)
	}
	for _, key := range r.sorted(table) {
		if wrong := set(key, table[key]); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (r *configReader) org(key string, value toml.Primitive) *ConfigError {
	if key != "url" {
		return r.fail(value, "there is no setting %q in [org]%s", key, suggest(key, configKeys["org"]))
	}
	const options = `an address such as "https://contoso.crm4.dynamics.com"`
	text, wrong := r.text("url", options, value)
	if wrong != nil {
		return wrong
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return r.fail(value, "url should be %s, but is %q", options, shorten(text))
	}
	r.config.OrgURL = text
	return nil
}

func (r *configReader) rule(key string, value toml.Primitive) *ConfigError {
	var names []string
	for _, rule := range check.Rules() {
		names = append(names, rule.Name)
	}
	if !slices.Contains(names, key) {
		return r.fail(value, "there is no rule %q%s", key, suggest(key, names))
	}
	const options = `"off", "hint", "info", "warning" or "error"`
	text, wrong := r.text(key, options, value)
	if wrong != nil {
		return wrong
	}
	severity, ok := check.ParseSeverity(text)
	if !ok {
		return r.fail(value, "%s should be %s, but is %q", key, options, shorten(text))
	}
	if r.config.Severities == nil {
		r.config.Severities = make(map[string]check.Severity)
	}
	r.config.Severities[key] = severity
	return nil
}

// suggest ends a sentence about a name that does not exist.
func suggest(name string, names []string) string {
	if nearest := schema.Nearest(name, slices.Values(names), 1); len(nearest) > 0 {
		return fmt.Sprintf("; did you mean %s?", nearest[0])
	}
	return ""
}

func tomlError(err error) *ConfigError {
	var syntax toml.ParseError
	if errors.As(err, &syntax) {
		what := strings.Join(strings.Fields(syntax.Message), " ")
		return &ConfigError{Line: syntax.Position.Line, Sentence: "this is not TOML: " + what}
	}
	return &ConfigError{Sentence: "this is not TOML: " + strings.Join(strings.Fields(err.Error()), " ")}
}
