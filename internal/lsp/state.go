package lsp

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/project"
	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/schema"
	"segql/lang/token"
)

type fileURI = uri.URI

// snapshot is one state of the workspace. It never changes once it is the
// server's state; the next one shares with it what stays the same.
type snapshot struct {
	today    time.Time
	settings *settings
	folders  []protocol.WorkspaceFolder
	// open are the documents at the client, disk the source files of the
	// workspace's folders as they are stored. An open one hides a stored one.
	open, disk map[fileURI]*file
	// configs are the seg.toml files that are known, by their folders. A folder
	// that was looked into and has none is there with nil.
	configs map[fileURI]*config
	// units are found by the folder of their seg.toml; those of files that have
	// none by the folder that home names.
	units map[fileURI]*unit
	// spellings are the URIs as the client writes them, where that is not how
	// they are written here.
	spellings map[fileURI]fileURI
	// verdicts are what organizations said of the definitions of files.
	verdicts map[fileURI]verdicts
	// reading is how many looks through folders of the workspace are not done, so
	// that files of theirs may be missing; hasSettings tells that the client said
	// what its settings are, as far as it was asked.
	reading     int
	hasSettings bool
	// sought are the open documents above which nobody has looked for a seg.toml yet.
	// What the standard tables say of them may be wrong.
	sought map[fileURI]bool
	// over is closed when there is a next state.
	over chan struct{}
}

// file is one source text.
type file struct {
	uri      fileURI
	written  fileURI // uri as the client writes it
	version  int32
	isOpen   bool
	isOther  bool // a document of another language, of which nothing is read
	tree     *ast.File
	encoding token.Encoding
	places   func() *places
	// checked is the file as its unit's project has it.
	checked *check.File
	unit    fileURI
	// isApart tells that the text is checked alone, and is no part of the
	// workspace.
	isApart bool
}

func newFile(u fileURI, version int32, isOpen bool, tree *ast.File, encoding token.Encoding) *file {
	return &file{
		uri: u, written: u, version: version, isOpen: isOpen, tree: tree, encoding: encoding,
		places: sync.OnceValue(func() *places { return newPlaces(tree, encoding) }),
	}
}

// text returns the whole text of f.
func (f *file) text() string { return f.tree.Text() }

// largeFile is the size in bytes from which on a file only gets diagnostics,
// formatting and what is asked for at one place of it.
const largeFile = 4 << 20

// isLarge reports whether what speaks of every line of f would be too much.
func (f *file) isLarge() bool { return f.tree.Size > largeFile }

// unit is the files that are checked together: those of a seg.toml, or those of
// a folder of the workspace that have none.
type unit struct {
	config  *config // nil if there is none
	schema  *schema.Schema
	project *check.Project
}

// config is a seg.toml and the schema that it names.
type config struct {
	uri      fileURI
	said     *project.Config // never nil
	schema   *schema.Schema  // nil if names are not to be checked
	problems []configProblem
}

// configProblem is one thing that is wrong with a seg.toml, at a line that counts from 0.
type configProblem struct {
	line    int
	message string
}

func newSnapshot(today time.Time) *snapshot {
	return &snapshot{
		today: today, settings: defaultSettings(),
		open: map[fileURI]*file{}, disk: map[fileURI]*file{}, configs: map[fileURI]*config{}, units: map[fileURI]*unit{},
		over: make(chan struct{}),
	}
}

// file returns the file of that URI, nil if there is none.
func (s *snapshot) file(u fileURI) *file {
	if f := s.open[u]; f != nil {
		return f
	}
	return s.disk[u]
}

// unitOf returns the unit of a file that belongs to s.
func (s *snapshot) unitOf(f *file) *unit { return s.units[f.unit] }

// parentFolder returns the folder above u, and whether there is one.
func parentFolder(u fileURI) (fileURI, bool) {
	path := strings.TrimSuffix(u.Path(), "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 || path == "" {
		return "", false
	}
	above := path[:max(i, 1)]
	parent, err := u.With(uri.Change{Path: &above, Query: new(string), Fragment: new(string)})
	if err != nil || parent == u {
		return "", false
	}
	return parent, true
}

// child returns the URI of a file in a folder.
func child(folder fileURI, name string) fileURI {
	u, err := uri.JoinPath(folder, name)
	if err != nil {
		return folder
	}
	return u
}

// isView reports whether a document only shows a text, such as an older state of
// a file of the workspace, whose path it has then under another scheme.
func (s *snapshot) isView(u fileURI) bool { return u.Scheme() == "git" || s.shown(u) != u }

// folderOf returns the innermost folder of the workspace that a file is in, ""
// if there is none.
func (s *snapshot) folderOf(u fileURI) fileURI {
	var found fileURI
	for _, f := range s.folders {
		if isIn(u, f.URI) && len(f.URI) > len(found) {
			found = f.URI
		}
	}
	return found
}

// shown returns what would be a file of the workspace and has the path of u, if u
// itself is none; else u.
func (s *snapshot) shown(u fileURI) fileURI {
	if u.IsFile() || u.Scheme() == "untitled" || s.folderOf(u) != "" {
		return u
	}
	path := u.Path()
	for _, f := range s.folders {
		if at, err := f.URI.With(uri.Change{Path: &path}); err == nil && isIn(at, f.URI) {
			return at
		}
	}
	return u
}

// foldersAbove returns the folders whose seg.toml a file may belong to, the
// nearest first. A text that is in no folder belongs to the first folder of
// the workspace.
func (s *snapshot) foldersAbove(u fileURI, files Files) []fileURI {
	var folders []fileURI
	u = s.shown(u)
	next, ok := parentFolder(u)
	if !files.Has(u) {
		next = firstOf(s.folders)
		ok = next != ""
	}
	for ; ok; next, ok = parentFolder(next) {
		folders = append(folders, next)
	}
	return folders
}

// next is a state in the making: a copy of the one before, whose maps are
// copied when they are first written to.
type next struct {
	*snapshot
	server *server
	stale  map[fileURI]bool // the files whose diagnostics may be others than before
	// recounted are the files of definitions with more or fewer references.
	recounted []fileURI
}

// change makes the next state of the server, and has the diagnostics made that
// are others in it.
func (s *server) change(f func(*next)) {
	if s.advance(f) {
		signal(s.wake)
	}
}

// advance makes the next state of the server. It reports whether diagnostics are
// to be made anew.
func (s *server) advance(f func(*next)) (isStale bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.state.Load()
	copied := *before
	copied.over = make(chan struct{})
	n := &next{snapshot: &copied, server: s, stale: map[fileURI]bool{}}
	f(n)
	if today := s.options.Today(); !sameDay(today, n.today) {
		n.today = today
		n.rebuild() // dated comments may have lapsed
	}
	for u := range n.stale {
		s.stale[u] = true
		delete(s.reportIDs, u)
	}
	s.state.Store(n.snapshot)
	close(before.over)
	// The client asks again by itself about a text that it changed.
	isUnedited := func(u fileURI) bool {
		was, is := before.open[u], n.open[u]
		return was != nil && is != nil && was.tree == is.tree
	}
	isShown := slices.ContainsFunc(n.recounted, isUnedited)
	for u := range n.stale {
		isShown = isShown || isUnedited(u)
	}
	if isShown {
		signal(s.shown)
	}
	return len(s.stale) > 0
}

// sameDay reports whether two times have the same date, each where it was taken.
func sameDay(a, b time.Time) bool {
	year, month, day := a.Date()
	otherYear, otherMonth, otherDay := b.Date()
	return year == otherYear && month == otherMonth && day == otherDay
}

// signal puts something into a channel of one, unless it is full.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// home returns what stands for the unit of a file: the folder of its seg.toml,
// or of the workspace if it has none; outside of the workspace, the folder that
// it is in. A file that is apart has a unit of its own.
func (n *next) home(f *file) fileURI {
	if f.isApart {
		return f.uri
	}
	if folder := n.configFolder(f.uri); folder != "" {
		return folder
	}
	if folder := n.folderOf(f.uri); folder != "" {
		return folder
	}
	if folder, ok := parentFolder(f.uri); ok && n.server.options.Files.Has(f.uri) {
		return folder
	}
	return firstOf(n.folders)
}

// configFolder returns the folder of the seg.toml that a file belongs to, "" if
// there is none.
func (n *next) configFolder(u fileURI) fileURI {
	for _, folder := range n.foldersAbove(u, n.server.options.Files) {
		if n.configs[folder] != nil {
			return folder
		}
	}
	return ""
}

// unit returns the unit of that home, which is made if there is none yet.
func (n *next) unit(home fileURI) *unit {
	if u := n.units[home]; u != nil {
		return u
	}
	u := &unit{config: n.configs[home], schema: n.settings.tables()}
	if f := n.open[home]; f != nil { // of a text that is apart
		u.config = n.configs[n.configFolder(home)]
	}
	if c := u.config; c != nil && (c.said.NoSchema || c.said.Schema != "") {
		u.schema = c.schema
	}
	u.project = check.NewProject(nil, n.today)
	return u
}

// put puts files into their units, in the place of those with the same URI.
// A file of n.open wins over one of n.disk.
func (n *next) put(files ...*file) {
	for _, f := range files {
		f.isApart = f.isOther || n.isView(f.uri)
		f.unit = n.home(f)
	}
	n.take(files...)
}

// take is put for files of which the unit is known.
func (n *next) take(files ...*file) {
	byHome := map[fileURI][]*check.File{}
	for _, f := range files {
		f.written = n.snapshot.written(f.uri)
		u := n.unit(f.unit)
		f.checked = &check.File{
			Path: string(f.uri), Tree: f.tree, Dialect: n.settings.dialect, Schema: u.schema,
			Severities: n.settings.severities,
		}
		if u.config != nil {
			said := u.config.said
			if said.Dialect != check.Undetermined {
				f.checked.Dialect = said.Dialect
			}
			if len(said.Severities) > 0 {
				f.checked.Severities = maps.Clone(n.settings.severities)
				if f.checked.Severities == nil {
					f.checked.Severities = map[string]check.Severity{}
				}
				maps.Copy(f.checked.Severities, said.Severities)
			}
		}
		byHome[f.unit] = append(byHome[f.unit], f.checked)
	}
	for home, checked := range byHome {
		n.update(home, checked, nil)
	}
}

// drop takes files out of their units that are neither open nor stored any more.
func (n *next) drop(files ...*file) {
	byHome := map[fileURI][]string{}
	for _, f := range files {
		byHome[f.unit] = append(byHome[f.unit], f.checked.Path)
		n.stale[f.uri] = true
		if n.verdicts[f.uri] != nil {
			n.verdicts = maps.Clone(n.verdicts)
			delete(n.verdicts, f.uri)
		}
	}
	for home, paths := range byHome {
		n.update(home, nil, paths)
	}
}

// update gives a unit other files.
func (n *next) update(home fileURI, files []*check.File, removed []string) {
	u := *n.unit(home)
	u.project = u.project.Update(files, removed)
	for _, f := range u.project.Affected() {
		n.stale[fileURI(f.Path)] = true
	}
	for _, f := range u.project.Recounted() {
		n.recounted = append(n.recounted, fileURI(f.Path))
	}
	n.units = maps.Clone(n.units)
	n.units[home] = &u
	if len(u.project.Files()) == 0 {
		delete(n.units, home)
	}
}

// setOpen notes a document that was opened or changed.
func (n *next) setOpen(f *file) {
	before := n.open[f.uri]
	n.open = maps.Clone(n.open)
	n.open[f.uri] = f
	if before == nil || !n.server.options.Files.Has(f.uri) {
		n.put(f)
		return
	}
	f.unit, f.isApart = before.unit, before.isApart // a seg.toml that comes or goes puts all files anew
	n.take(f)
}

// close forgets an open document, so that the stored file counts again. It
// reports whether the document was open.
func (n *next) close(u fileURI) bool {
	f := n.open[u]
	if f == nil {
		return false
	}
	n.open = maps.Clone(n.open)
	delete(n.open, u)
	stored := n.disk[u]
	if stored == nil {
		n.drop(f)
		return true
	}
	stored = stored.again() // the unit that it has may be one of long ago, or none
	n.disk = maps.Clone(n.disk)
	n.disk[u] = stored
	n.put(stored)
	n.stale[u] = true
	return true
}

// again returns f for a unit to take anew: what a unit took never changes.
func (f *file) again() *file {
	copied := *f
	return &copied
}

// setStored notes stored files that are new, changed or gone.
func (n *next) setStored(files []*file, gone []fileURI) {
	n.disk = maps.Clone(n.disk)
	var put, drop []*file
	for _, f := range files {
		n.disk[f.uri] = f
		if n.open[f.uri] == nil {
			put = append(put, f)
		}
	}
	for _, u := range gone {
		if f := n.disk[u]; f != nil {
			delete(n.disk, u)
			if n.open[u] == nil {
				drop = append(drop, f)
			}
		}
	}
	n.drop(drop...)
	n.put(put...)
}

// rebuild puts every file into its unit anew: after a change of settings,
// folders or seg.toml files.
func (n *next) rebuild() {
	n.units = map[fileURI]*unit{}
	var all []*file
	disk, open := map[fileURI]*file{}, map[fileURI]*file{}
	for u, f := range n.disk {
		disk[u] = f.again()
		if n.open[u] == nil {
			all = append(all, disk[u])
		}
	}
	for u, f := range n.open {
		open[u] = f.again()
		all = append(all, open[u])
	}
	n.disk, n.open = disk, open
	for _, f := range all {
		n.stale[f.uri] = true
	}
	n.put(all...)
	for _, c := range n.configs {
		if c != nil {
			n.stale[c.uri] = true
		}
	}
}
