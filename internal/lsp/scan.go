package lsp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"segql/internal/project"
)

// baseName returns the name of a file without its folder.
func baseName(u fileURI) string { return path.Base(u.Path()) }

// discover looks for the seg.toml files above a document that is sought.
func (s *server) discover(u fileURI) {
	s.enqueue(&s.reading, "discover", func(ctx context.Context) {
		var found map[fileURI]*config
		s.guard("seg.toml files above "+string(u), func() { found = s.readConfigs(ctx, s.unknownFolders(u)) })
		s.change(func(n *next) {
			if n.learn(found) {
				n.rebuild()
			}
			n.sought = maps.Clone(n.sought)
			delete(n.sought, u)
			n.stale[u] = true
		})
		s.watchSchemas()
	})
}

// unknownFolders returns the folders above a file that nobody has looked into.
func (s *server) unknownFolders(u fileURI) []fileURI {
	now := s.state.Load()
	return slices.DeleteFunc(now.foldersAbove(u, s.options.Files), func(folder fileURI) bool {
		_, known := now.configs[folder]
		return known || !s.options.Files.Has(folder)
	})
}

// learn notes what stands in folders, and reports whether anything is new. A folder
// that nothing needs any more was taken from the workspace while it was read.
func (n *next) learn(found map[fileURI]*config) bool {
	isNew, isNeeded := false, n.needed()
	all := make(map[fileURI]*config, len(n.configs)+len(found))
	for folder, c := range n.configs {
		all[folder] = c
	}
	for folder, c := range found {
		if _, known := all[folder]; known || isNeeded(folder) {
			isNew = isNew || c != nil || all[folder] != nil
			all[folder] = c
		}
	}
	n.configs = all
	return isNew
}

// forgetConfigs drops what is known of folders that nothing needs any more.
func (n *next) forgetConfigs() {
	isNeeded := n.needed()
	n.configs = maps.Clone(n.configs)
	for folder, c := range n.configs {
		if isNeeded(folder) {
			continue
		}
		delete(n.configs, folder)
		if c != nil {
			n.stale[c.uri] = true
		}
	}
}

// needed returns a function that reports whether a seg.toml in a folder may count
// for anything: the folder is in one of the workspace, or above one or above an
// open document.
func (n *next) needed() func(folder fileURI) bool {
	above := map[fileURI]bool{}
	add := func(u fileURI) {
		for _, folder := range n.foldersAbove(u, n.server.options.Files) {
			above[folder] = true
		}
	}
	for u := range n.open {
		add(u)
	}
	for _, folder := range n.folders {
		add(child(folder.URI, project.ConfigName))
	}
	return func(folder fileURI) bool {
		return above[folder] || n.folderOf(child(folder, project.ConfigName)) != ""
	}
}

// readConfigs reads the seg.toml of each folder; nil stands for none.
func (s *server) readConfigs(ctx context.Context, folders []fileURI) map[fileURI]*config {
	found := map[fileURI]*config{}
	for _, folder := range folders {
		if ctx.Err() != nil {
			return nil
		}
		found[folder] = s.readConfig(ctx, folder)
	}
	return found
}

func (s *server) readConfig(ctx context.Context, folder fileURI) *config {
	c := &config{uri: child(folder, project.ConfigName), said: &project.Config{}}
	text, err := s.options.Files.Text(ctx, c.uri)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		c.problems = append(c.problems, configProblem{message: sentence(err)})
		return c
	}
	said, wrong := project.ParseConfig(filePath(c.uri), text)
	for _, w := range wrong {
		c.problems = append(c.problems, configProblem{line: max(w.Line-1, 0), message: w.Sentence})
	}
	c.said = said
	if said.Schema == "" {
		return c
	}
	c.schema, err = s.options.Files.Schema(ctx, pathURI(folder, said.Schema))
	if err != nil {
		c.problems = append(c.problems, configProblem{line: lineOf(text, "schema"), message: "the schema can't be read: " + sentence(err)})
	}
	return c
}

// lineOf returns the first line that starts with a key.
func lineOf(text, key string) int {
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), key) {
			return i
		}
	}
	return 0
}

// sentence puts an error of reading into words without its path, which stands
// elsewhere.
func sentence(err error) string {
	var said *project.Error
	if errors.As(err, &said) {
		return said.Sentence
	}
	return err.Error()
}

// filePath returns the path of a URI: that of the disk, if it is there.
func filePath(u fileURI) string {
	if u.IsFile() {
		return u.FsPath()
	}
	return u.Path()
}

// pathURI returns the URI of a path, of the same kind as near.
func pathURI(near fileURI, p string) fileURI {
	if near.IsFile() {
		return uri.File(p)
	}
	u, err := near.With(uri.Change{Path: &p})
	if err != nil {
		return near
	}
	return u
}

// settle tells that the workspace was read for the first time.
func (s *server) settle() { s.settledOnce.Do(func() { close(s.settled) }) }

// noteRead ends a look through folders that the state counts. It is called also
// where the look panics: requests would wait for its end for ever.
func (s *server) noteRead() { s.change(func(n *next) { n.reading-- }) }

// scan reads the source files of folders, telling the client how far it is.
func (s *server) scan(ctx context.Context, folders []protocol.WorkspaceFolder) {
	if len(folders) == 0 {
		return
	}
	p := s.beginProgress(ctx, "Reading segments", false) // half of a workspace lacks what the other half uses
	defer p.end()
	var found []fileURI
	for _, folder := range folders {
		if !s.options.Files.Has(folder.URI) {
			continue
		}
		uris, err := s.options.Files.Find(p.ctx, folder.URI)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("folder not read", "folder", folder.URI, "error", err)
		}
		found = append(found, uris...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	var unknown []fileURI
	seen := map[fileURI]bool{}
	for _, u := range append(slices.Clone(found), s.documentsIn(folders)...) {
		for _, folder := range s.unknownFolders(u) {
			if !seen[folder] {
				seen[folder] = true
				unknown = append(unknown, folder)
			}
		}
	}
	configs := s.readConfigs(p.ctx, unknown)
	files := s.readStored(p.ctx, found, p)
	s.change(func(n *next) {
		if n.learn(configs) {
			n.rebuild()
		}
		// A folder may have been taken from the workspace meanwhile.
		n.setStored(slices.DeleteFunc(files, func(f *file) bool { return !n.holds(f.uri) }), nil)
	})
}

// documentsIn returns a file name in each folder, for what is looked up by
// file.
func (s *server) documentsIn(folders []protocol.WorkspaceFolder) []fileURI {
	var out []fileURI
	for _, folder := range folders {
		out = append(out, child(folder.URI, project.ConfigName))
	}
	return out
}

// readers is how many files are read at a time at least: most of the time goes
// into waiting where it is the client that reads them.
const readers = 8

// readStored reads and parses stored files, several at a time.
func (s *server) readStored(ctx context.Context, uris []fileURI, p *progress) []*file {
	files := make([]*file, len(uris))
	var taken, done atomic.Int64
	var workers sync.WaitGroup
	for range min(max(runtime.GOMAXPROCS(0), readers), len(uris)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(taken.Add(1)) - 1
				if i >= len(uris) {
					return
				}
				s.guard("reading "+string(uris[i]), func() { files[i] = s.readFile(ctx, uris[i]) })
				p.report(int(done.Add(1)), len(uris))
			}
		})
	}
	workers.Wait()
	return slices.DeleteFunc(files, func(f *file) bool { return f == nil })
}

// readFile reads and parses a stored file; nil if there is none to read.
func (s *server) readFile(ctx context.Context, u fileURI) *file {
	text, err := s.options.Files.Text(ctx, u)
	if err != nil {
		if ctx.Err() != nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		s.log.Warn("file not read", "file", u, "error", err)
		return newFile(u, 0, false, unread("the file can't be read: "+sentence(err)), s.encoding)
	}
	return newFile(u, 0, false, s.parse(u, text), s.encoding)
}

// DidChangeWatchedFiles implements protocol.Server.
func (s *server) DidChangeWatchedFiles(_ context.Context, params *protocol.DidChangeWatchedFilesParams) error {
	var sources, others []fileURI
	deleted, created := map[string]bool{}, map[string]bool{}
	for _, e := range params.Changes {
		switch {
		case strings.HasSuffix(e.URI.Path(), project.Extension):
			sources = append(sources, e.URI)
		case e.Type == protocol.FileChangeTypeDeleted:
			deleted[string(e.URI)] = true
		case e.Type == protocol.FileChangeTypeCreated && baseName(e.URI) != project.ConfigName:
			created[string(e.URI)] = true
		default:
			others = append(others, e.URI)
		}
	}
	s.enqueue(&s.reading, "watched files", func(ctx context.Context) {
		now := s.state.Load()
		found := s.findCreated(ctx, now, created)
		sources = append(sources, found...)
		// Of a seg.toml, of a schema, or of a folder that may have one.
		if len(others) > 0 || len(found) > 0 || now.needsAny(deleted) || now.needsAny(created) {
			s.reconfigure(ctx)
		}
		if len(deleted) > 0 {
			for u := range now.disk {
				if isBelowAny(u, deleted) {
					sources = append(sources, u)
				}
			}
		}
		s.reread(ctx, sources)
		s.watchSchemas()
	})
	return nil
}

// fewCreated is how many files and folders that were created in one folder are
// looked at one by one. A look through the folder takes less for more of them.
const fewCreated = 16

// findCreated returns the source files in and below those of the created that are
// folders, of which editors may tell nothing else.
func (s *server) findCreated(ctx context.Context, now *snapshot, created map[string]bool) []fileURI {
	isSearched := func(folder fileURI) bool { return now.holds(child(folder, "a"+project.Extension)) }
	byParent := map[fileURI][]fileURI{}
	for text := range created {
		u := fileURI(text)
		if parent, ok := parentFolder(u); ok && !isBelowAny(u, created) && isSearched(u) {
			byParent[parent] = append(byParent[parent], u)
		}
	}
	var all []fileURI
	for parent, folders := range byParent {
		if len(folders) > fewCreated && isSearched(parent) {
			folders = []fileURI{parent}
		}
		for _, folder := range folders {
			found, err := s.options.Files.Find(ctx, folder)
			if err != nil {
				s.log.Warn("folder not read", "folder", folder, "error", err)
			}
			for _, u := range found {
				if isBelowAny(u, created) { // else it is a file itself, or was there before
					all = append(all, u)
				}
			}
		}
	}
	return all
}

// needsAny reports whether a seg.toml or a schema is among files that came or went,
// or in a folder among them.
func (s *snapshot) needsAny(changed map[string]bool) bool {
	if len(changed) == 0 {
		return false
	}
	isChanged := func(u fileURI) bool { return changed[string(u)] || isBelowAny(u, changed) }
	return slices.ContainsFunc(s.configURIs(), isChanged) || slices.ContainsFunc(s.schemaURIs(), isChanged)
}

// isBelowAny reports whether a file is in or below one of folders.
func isBelowAny(u fileURI, folders map[string]bool) bool {
	for text := string(u); ; {
		i := strings.LastIndexByte(text, '/')
		if i < 0 {
			return false
		}
		if text = text[:i]; folders[text] || folders[text+"/"] {
			return true
		}
	}
}

// configURIs returns the seg.toml files there are.
func (s *snapshot) configURIs() []fileURI {
	var all []fileURI
	for _, c := range s.configs {
		if c != nil {
			all = append(all, c.uri)
		}
	}
	return all
}

// schemaURIs returns the files that the settings or a seg.toml name as schemas,
// whether they are there or not.
func (s *snapshot) schemaURIs() []fileURI {
	var all []fileURI
	if u, ok := s.schemaURI(s.settings); ok {
		all = append(all, u)
	}
	for folder, c := range s.configs {
		if c != nil && c.said.Schema != "" {
			all = append(all, pathURI(folder, c.said.Schema))
		}
	}
	return all
}

// watched is what the client is asked to watch: a pattern in a folder, or in those
// of the workspace if that is empty.
type watched struct {
	folder  fileURI
	pattern string
}

// watches returns what decides on how files are checked: the schemas that the
// settings or a seg.toml name, whatever they are called, and those and the seg.toml
// files that are in no folder of the workspace, if the client can watch them.
func (s *snapshot) watches(elsewhere bool) []watched {
	var all []watched
	schemas := s.schemaURIs()
	for _, u := range schemas {
		all = append(all, watched{"", "**/" + globSpecial.Replace(baseName(u))})
	}
	if elsewhere {
		for _, u := range slices.Concat(schemas, s.configURIs()) {
			folder, ok := parentFolder(u)
			if ok && s.folderOf(u) == "" {
				all = append(all, watched{folder, globSpecial.Replace(baseName(u))})
			}
		}
	}
	slices.SortFunc(all, func(a, b watched) int {
		return cmp.Or(cmp.Compare(a.folder, b.folder), cmp.Compare(a.pattern, b.pattern))
	})
	return slices.Compact(all)
}

// watchSchemas asks the client to tell when one of these files changes.
func (s *server) watchSchemas() {
	all := s.state.Load().watches(s.can.watchElsewhere)
	if !s.can.watchFiles || slices.Equal(all, s.watched) {
		return
	}
	const id = "segls-schemas"
	if len(s.watched) > 0 {
		s.enqueue(&s.registering, "registration", func(ctx context.Context) {
			_ = s.client.UnregisterCapability(ctx, &protocol.UnregistrationParams{Unregisterations: []protocol.Unregistration{{ID: id, Method: protocol.MethodWorkspaceDidChangeWatchedFiles}}})
		})
	}
	s.watched = all
	if len(all) == 0 {
		return
	}
	var watchers []protocol.FileSystemWatcher
	for _, w := range all {
		var pattern protocol.GlobPattern = protocol.Pattern(w.pattern)
		if w.folder != "" {
			pattern = &protocol.RelativePattern{BaseURI: protocol.URI(w.folder), Pattern: protocol.Pattern(w.pattern)}
		}
		watchers = append(watchers, protocol.FileSystemWatcher{GlobPattern: pattern})
	}
	if options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers}); err == nil {
		s.register(protocol.Registration{ID: id, Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options})
	}
}

// globSpecial puts a ?, which stands for any character, where a name has one that
// means something in a pattern.
var globSpecial = strings.NewReplacer("*", "?", "[", "?", "]", "?", "{", "?", "}", "?")

// reread reads stored files anew.
func (s *server) reread(ctx context.Context, uris []fileURI) {
	if len(uris) == 0 {
		return
	}
	slices.Sort(uris)
	uris = slices.Compact(uris)
	var files []*file
	var gone []fileURI
	now := s.state.Load()
	for _, u := range uris {
		if !now.holds(u) {
			continue
		}
		if f := s.readFile(ctx, u); f != nil {
			files = append(files, f)
		} else {
			gone = append(gone, u)
		}
	}
	configs := map[fileURI]*config{}
	for _, f := range files {
		for folder, c := range s.readConfigs(ctx, s.unknownFolders(f.uri)) {
			configs[folder] = c
		}
	}
	s.change(func(n *next) {
		if len(configs) > 0 && n.learn(configs) {
			n.rebuild()
		}
		n.setStored(slices.DeleteFunc(files, func(f *file) bool { return !n.holds(f.uri) }), gone)
	})
}

// rereadUnwatched reads a file anew that a client without file watching saved
// or closed: nobody else tells that it is another than when it was read last.
func (s *server) rereadUnwatched(u fileURI) {
	if s.can.watchFiles || !s.options.Files.Has(u) {
		return
	}
	s.enqueue(&s.reading, "saved file", func(ctx context.Context) {
		switch {
		case strings.HasSuffix(u.Path(), project.Extension):
			s.reread(ctx, []fileURI{u})
		case baseName(u) == project.ConfigName || slices.Contains(s.state.Load().schemaURIs(), u):
			s.reconfigure(ctx)
		}
	})
}

// reconfigure reads all seg.toml files anew, and the schema that the settings name.
func (s *server) reconfigure(ctx context.Context) {
	var folders []fileURI
	for folder := range s.state.Load().configs {
		folders = append(folders, folder)
	}
	found := s.readConfigs(ctx, folders)
	if found == nil {
		return
	}
	got, _ := parseSettings(s.lastSettings)
	s.settingsSchema(ctx, got)
	if ctx.Err() != nil {
		return
	}
	s.change(func(n *next) {
		n.settings = got
		for _, c := range n.configs {
			if c != nil {
				n.stale[c.uri] = true // it may be gone
			}
		}
		n.learn(found)
		n.rebuild()
	})
}

// DidChangeWorkspaceFolders implements protocol.Server.
func (s *server) DidChangeWorkspaceFolders(_ context.Context, params *protocol.DidChangeWorkspaceFoldersParams) error {
	added, removed, isOtherFirst := params.Event.Added, params.Event.Removed, false
	s.change(func(n *next) {
		before := n.folders
		folders := slices.DeleteFunc(slices.Clone(n.folders), func(f protocol.WorkspaceFolder) bool {
			return slices.ContainsFunc(removed, func(r protocol.WorkspaceFolder) bool { return r.URI == f.URI })
		})
		n.folders = slices.Concat(folders, added)
		n.reading++ // until they are read
		var gone []fileURI
		for u := range n.disk {
			if !n.holds(u) {
				gone = append(gone, u)
			}
		}
		n.setStored(nil, gone)
		n.forgetConfigs()
		n.rebuild() // files of other folders, too, may belong to another one now
		isOtherFirst = firstOf(before) != firstOf(n.folders)
	})
	s.enqueue(&s.reading, "new folders", func(ctx context.Context) {
		defer s.noteRead()
		if isOtherFirst { // a schema that the settings name is in the first folder
			s.takeSettings(ctx)
		}
		s.scan(ctx, added)
		s.watchSchemas()
	})
	return nil
}

// firstOf returns the folder that texts in no folder belong to, "" if there is
// none.
func firstOf(folders []protocol.WorkspaceFolder) fileURI {
	if len(folders) == 0 {
		return ""
	}
	return folders[0].URI
}

// holds reports whether a file is found in one of the workspace's folders.
func (s *snapshot) holds(u fileURI) bool {
	return slices.ContainsFunc(s.folders, func(f protocol.WorkspaceFolder) bool { return isFoundIn(u, f.URI) })
}

// isFoundIn reports whether a look through a folder comes to a file.
func isFoundIn(u, folder fileURI) bool {
	if !isIn(u, folder) {
		return false
	}
	names := strings.Split(strings.TrimPrefix(u.Path()[len(strings.TrimSuffix(folder.Path(), "/")):], "/"), "/")
	for i, name := range names {
		if project.Skips(name, i < len(names)-1) {
			return false
		}
	}
	return true
}

// isIn reports whether a file is in or below a folder.
func isIn(u, folder fileURI) bool {
	return u.Scheme() == folder.Scheme() && u.Authority() == folder.Authority() &&
		strings.HasPrefix(u.Path(), strings.TrimSuffix(folder.Path(), "/")+"/")
}

// DidChangeConfiguration implements protocol.Server. Whatever it carries, the
// settings are asked for anew where the client answers that.
func (s *server) DidChangeConfiguration(_ context.Context, params *protocol.DidChangeConfigurationParams) error {
	pushed := bytes.Clone(sectionOf(params.Settings))
	s.enqueue(&s.reading, "settings", func(ctx context.Context) {
		s.loadSettings(ctx, pushed)
		s.watchSchemas()
	})
	return nil
}

// settingsLimit is how long the client has for its settings. What is to be read
// behind waits for them, but not again for a client that let it pass, until that
// answers.
const settingsLimit = 5 * time.Second

// loadSettings asks the client for the settings, or takes those it pushed.
func (s *server) loadSettings(ctx context.Context, pushed protocol.LSPAny) {
	if isGiven(pushed) {
		s.lastSettings = pushed
	}
	if s.can.configuration && ctx.Err() == nil {
		if answer, ok := s.askSettings(ctx, pushed); ok {
			s.noteSettings(answer, pushed)
		}
	}
	s.showSettings(ctx)
}

// askSettings asks the client for its settings. It reports false if there is no
// answer in time; one that comes later is taken then, unless the client was asked
// again.
func (s *server) askSettings(ctx context.Context, pushed protocol.LSPAny) (answer []protocol.LSPAny, ok bool) {
	s.endAsking()
	asking, end := context.WithCancel(ctx)
	s.endAsking = end
	answers, late := make(chan []protocol.LSPAny), make(chan struct{})
	s.goBackground("settings", func(context.Context) {
		section := Section
		answer, err := s.client.Configuration(asking, &protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: &section}}})
		if err != nil && asking.Err() == nil {
			s.log.Warn("settings not read", "error", err)
		}
		select {
		case <-asking.Done():
		case answers <- answer:
		case <-late:
			s.enqueue(&s.reading, "late settings", func(ctx context.Context) {
				if asking.Err() == nil {
					s.noteSettings(answer, pushed)
					s.showSettings(ctx)
					s.watchSchemas()
				}
			})
		}
	})
	defer close(late)
	if s.isSilent {
		return nil, false
	}
	limit := time.NewTimer(settingsLimit)
	defer limit.Stop()
	select {
	case answer := <-answers:
		return answer, true
	case <-ctx.Done():
	case <-limit.C:
		s.isSilent = true
		s.log.Warn("the client does not say its settings; those that there were hold on", "waited", settingsLimit)
	}
	return nil, false
}

// noteSettings notes what the client answered. One that has no settings leaves
// those of initialize, and one that can't say what it has, those that there are.
func (s *server) noteSettings(answer []protocol.LSPAny, pushed protocol.LSPAny) {
	s.isSilent = false
	switch {
	case len(answer) == 0:
	case isGiven(answer[0]):
		s.lastSettings = bytes.Clone(answer[0])
	case !isGiven(pushed):
		s.lastSettings = s.initialSettings
	}
}

// showSettings has the last settings hold, and tells the user what is wrong with
// them.
func (s *server) showSettings(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	_, problems := parseSettings(s.lastSettings)
	for _, p := range problems {
		s.showMessage(protocol.MessageTypeWarning, "segql settings: %s", p)
	}
	s.takeSettings(ctx)
	signal(s.shown)
}

// takeSettings has the last settings hold, with the schema that they name as it is
// now.
func (s *server) takeSettings(ctx context.Context) {
	got, _ := parseSettings(s.lastSettings)
	s.settingsSchema(ctx, got)
	if ctx.Err() != nil {
		return // the schema may lack for no other reason
	}
	s.change(func(n *next) {
		before := n.settings
		n.settings, n.hasSettings = got, true
		if before.dialect != got.dialect || before.standard != got.standard || before.schema != got.schema || !maps.Equal(before.severities, got.severities) || before.rulesURL != got.rulesURL || before.org != got.org ||
			before.on("diagnostics.workspace") != got.on("diagnostics.workspace") {
			n.rebuild()
		}
	})
}

// isGiven reports whether a client said anything.
func isGiven(value protocol.LSPAny) bool {
	value = bytes.TrimSpace(value)
	return len(value) > 0 && string(value) != "null"
}

// schemaURI returns where the schema is that settings name, and whether they name
// one that can be found.
func (s *snapshot) schemaURI(of *settings) (fileURI, bool) {
	at := of.schemaFile
	isAbsolute := path.IsAbs(at) || filepath.IsAbs(at) // a drive of Windows has no slash before it
	switch first := firstOf(s.folders); {
	case at == "" || at == "none":
		return "", false
	case first != "" && isAbsolute:
		return pathURI(first, at), true
	case first != "":
		return pathURI(first, filePath(child(first, at))), true
	case isAbsolute:
		return pathURI("file:///", at), true
	}
	return "", false
}

// settingsSchema reads the schema that settings name. Of one that can't be read the
// user is told once, until it can or something else is wrong.
func (s *server) settingsSchema(ctx context.Context, got *settings) {
	if got.schemaFile == "none" {
		got.standard = false
	}
	told := s.schemaProblem
	s.schemaProblem = ""
	u, ok := s.state.Load().schemaURI(got)
	if !ok {
		return
	}
	read, err := s.options.Files.Schema(ctx, u)
	if err != nil {
		s.schemaProblem = fmt.Sprintf("segql settings: the schema %s can't be read: %s", got.schemaFile, sentence(err))
		if s.schemaProblem != told {
			s.showMessage(protocol.MessageTypeWarning, "%s", s.schemaProblem)
		}
		return
	}
	got.standard, got.schema = false, read
}
