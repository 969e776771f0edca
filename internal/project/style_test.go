package project_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/internal/project"
)

// style looks up the style of path, with an error put into words.
func style(t *testing.T, path string) (project.Style, string) {
	t.Helper()
	var styles project.Styles
	s, err := styles.For(filepath.FromSlash(path))
	if err == nil {
		return s, ""
	}
	var expected *project.StyleError
	if !errors.As(err, &expected) {
		t.Errorf("the error is a %T", err)
	}
	return s, filepath.ToSlash(err.Error())
}

func TestStyle(t *testing.T) {
	keep := project.Style{FinalNewline: true}
	with := func(change func(*project.Style)) project.Style {
		s := keep
		change(&s)
		return s
	}
	indent := func(text string, tabWidth int) project.Style {
		return with(func(s *project.Style) { s.Indent, s.TabWidth = text, tabWidth })
	}
	width := func(n int) project.Style { return with(func(s *project.Style) { s.Width = n }) }
	eol := func(text string) project.Style { return with(func(s *project.Style) { s.EOL = text }) }
	for _, test := range []struct {
		config string
		want   project.Style
	}{
		{"", keep},
		{"[*.go]\nindent_size = 8\nindent_style = nonsense", keep},
		{"[*.seg]\nindent_size = 4", indent("    ", 4)},
		{"[*]\nindent_size = 4", indent("    ", 4)},
		{"[*]\nindent_size = 4\n[*.seg]\nindent_size = 3", indent("   ", 3)},
		{"[*]\nindent_size = 4\n[*.seg]\nindent_size = unset", keep},
		{"[*.seg]\nindent_size =", keep},
		{"[*.{go,seg}]\nINDENT_SIZE: 4 # why", indent("    ", 4)},
		{"[*.seg]\nindent_style = space", keep},
		{"[*.seg]\nindent_style = tab", indent("\t", 0)},
		{"[*.seg]\nindent_style = Tab\nindent_size = 4", indent("\t", 4)},
		{"[*.seg]\nindent_size = tab\ntab_width = 8", indent("\t", 8)},
		{"[*.seg]\nindent_style = space\nindent_size = tab\ntab_width = 5", indent("     ", 5)},
		{"[*.seg]\nindent_style = space\ntab_width = 5", indent("", 5)},
		{"[*.seg]\nmax_line_length = 80", width(80)},
		{"[*.seg]\nmax_line_length = Off", width(project.Unlimited)},
		{"[*.seg]\nmax_line_length = 0", width(project.Unlimited)},
		{"[*.seg]\nmax_line_length = unset", keep},
		{"[*.seg]\nend_of_line = lf", eol("\n")},
		{"[*.seg]\nend_of_line = CRLF", eol("\r\n")},
		{"[*.seg]\nend_of_line = unset", keep},
		{"[*.seg]\ninsert_final_newline = true", keep},
		{"[*.seg]\ninsert_final_newline = false", project.Style{}},
		{"\ufeff; comment\r\n# comment\r\n\r\n[*.seg]\r\nindent_size = 4\r\n", indent("    ", 4)},
		{"[*.seg]\ncharset = utf-8\nanything = else", keep},
		{"[a.seg]\nindent_size = 4\n[b.seg]\nindent_size = 8", indent("    ", 4)},
		{"[sub/*.seg]\nindent_size = 4", keep},
	} {
		t.Run(test.config, func(t *testing.T) {
			inTree(t)
			write(t, ".editorconfig", "root = true\n"+test.config)
			if strings.HasPrefix(test.config, "\ufeff") {
				write(t, ".editorconfig", test.config)
			}
			got, err := style(t, "a.seg")
			if err != "" {
				t.Error(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestStyleOfFoldersAbove(t *testing.T) {
	inTree(t, "a/b/c/x.seg", "a/r/x.seg")
	write(t, ".editorconfig", "root = true\n[*.seg]\nindent_size = 8\nmax_line_length = 70\n[a/b/*.seg]\nend_of_line = lf\n[a/**.seg]\nindent_size = 7")
	write(t, "a/b/.editorconfig", "[*.seg]\nindent_size = 3")
	write(t, "a/r/.editorconfig", "root = true\n[*.seg]\nmax_line_length = 60")
	for path, want := range map[string]project.Style{
		"x.seg":            {Width: 70, Indent: "        ", TabWidth: 8, FinalNewline: true},
		"a/x.seg":          {Width: 70, Indent: "       ", TabWidth: 7, FinalNewline: true},
		"a/b/x.seg":        {Width: 70, Indent: "   ", TabWidth: 3, EOL: "\n", FinalNewline: true},
		"a/b/c/x.seg":      {Width: 70, Indent: "   ", TabWidth: 3, FinalNewline: true},
		"a/r/x.seg":        {Width: 60, FinalNewline: true},
		"a/b/../x.seg":     {Width: 70, Indent: "       ", TabWidth: 7, FinalNewline: true},
		"not/there/x.seg":  {Width: 70, Indent: "        ", TabWidth: 8, FinalNewline: true},
		"a/r/x.seg/no.seg": {Width: 60, FinalNewline: true},
		"x.txt":            {FinalNewline: true},
	} {
		got, err := style(t, path)
		if err != "" {
			t.Errorf("%s: %s", path, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
}

func TestBrokenStyle(t *testing.T) {
	for _, test := range []struct{ config, want string }{
		{"[*.seg]\nindent_size = two", "indent_size should be tab or a number from 1 to 16, but is two"},
		{"[*.seg]\nindent_size = 0", "indent_size should be tab or a number from 1 to 16, but is 0"},
		{"[*.seg]\nindent_size = 17", "indent_size should be tab or a number from 1 to 16, but is 17"},
		{"[*.seg]\ntab_width = -1", "tab_width should be unset or a number from 1 to 16, but is -1"},
		{"[*.seg]\nindent_style = tabs", "indent_style should be space or tab, but is tabs"},
		{"[*.seg]\nmax_line_length = wide", "max_line_length should be off or a number from 1 to 10000, but is wide"},
		{"[*.seg]\nend_of_line = cr", "end_of_line should be lf or crlf, but is cr"},
		{"[*.seg]\ninsert_final_newline = yes", "insert_final_newline should be true or false, but is yes"},
		{"[*.seg\nindent_size = 2", "line 2 should be a section such as [*.seg], but reads: [*.seg"},
		{"[*.seg]\n\nindent_size 2", "line 4 should be a setting such as indent_size = 2, but reads: indent_size 2"},
		{"[*.seg]\n= 2", "line 3 should be a setting such as indent_size = 2, but reads: = 2"},
		{"<<<<<<< HEAD", "line 2 should be a setting such as indent_size = 2, but reads: <<<<<<< HEAD"},
		{"[x[[:nonsense:]]]", "a section's pattern cannot be understood: charClass invalid"},
		{"[*.{1..999999999}]", "line 2 has a range of too many numbers"},
		{"x = " + strings.Repeat("y", 70_000), "line 2 is too long"},
		{strings.Repeat("é", 50), "line 2 should be a setting such as indent_size = 2, but reads: " + strings.Repeat("é", 40) + "…"},
	} {
		t.Run(fmt.Sprintf("%.40s", test.config), func(t *testing.T) {
			inTree(t, "a/b/x.seg")
			write(t, "a/.editorconfig", "root = true\n"+test.config)
			if _, err := style(t, "a/b/x.seg"); err != "a/.editorconfig: "+test.want {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestUnreadableStyle(t *testing.T) {
	inTree(t, "a/.editorconfig/x", "b/x.seg")
	if _, err := style(t, "a/x.seg"); err != "a/.editorconfig: it is a folder, not a file" {
		t.Errorf("error %q", err)
	}
	write(t, "b/.editorconfig", "\xff\xfer\x00")
	if _, err := style(t, "b/x.seg"); err != "b/.editorconfig: it is in UTF-16; save it as UTF-8" {
		t.Errorf("error %q", err)
	}
	// From elsewhere the whole path is shown.
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	want := filepath.ToSlash(filepath.Join(folder, "b", ".editorconfig")) + ": it is in UTF-16; save it as UTF-8"
	if _, err := style(t, filepath.Join(folder, "b", "x.seg")); err != want {
		t.Errorf("error %q", err)
	}
}

func TestStylesAreReadOnce(t *testing.T) {
	inTree(t, "a/x.seg", "a/b/x.seg")
	write(t, ".editorconfig", "root = true\n[*.seg]\nindent_size = 4")
	var styles project.Styles
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for _, path := range []string{"x.seg", "a/x.seg", "a/b/x.seg"} {
				s, err := styles.For(path)
				if err != nil || s.Indent != "    " {
					t.Errorf("%s: %v, %v", path, s, err)
				}
			}
		})
	}
	wg.Wait()
	write(t, ".editorconfig", "broken")
	if _, err := styles.For("a/y.seg"); err != nil {
		t.Errorf("the file was read again: %v", err)
	}
}

func TestFinish(t *testing.T) {
	for _, test := range []struct {
		style      project.Style
		text, want string
	}{
		{project.Style{FinalNewline: true}, "a\r\nb\n", "a\r\nb\n"},
		{project.Style{FinalNewline: true}, "", ""},
		{project.Style{FinalNewline: true, EOL: "\n"}, "a\r\nb\n", "a\nb\n"},
		{project.Style{FinalNewline: true, EOL: "\r\n"}, "a\r\nb\n", "a\r\nb\r\n"},
		{project.Style{}, "a\nb\n", "a\nb"},
		{project.Style{}, "a\r\n", "a"},
		{project.Style{}, "", ""},
		{project.Style{EOL: "\r\n"}, "a\nb\n", "a\r\nb"},
	} {
		if got := test.style.Finish(test.text); got != test.want {
			t.Errorf("%+v: %q became %q, want %q", test.style, test.text, got, test.want)
		}
	}
}
