package lsp

import "testing"

func TestEscape(t *testing.T) {
	p := prose{markdown: true}
	for text, want := range map[string]string{
		"":          "",
		"a*b":       `a\*b`,
		"snake_a _": `snake_a \_`,
		"a\xff":     "a\ufffd",
		"\xff_\xc3": "\ufffd\\_\ufffd",
		"&\xff":     "&\ufffd",
		"\ufffd":    "\ufffd",
	} {
		if got := p.escape(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestCodeFence holds that no text closes the block that it stands in.
func TestCodeFence(t *testing.T) {
	for text, want := range map[string]string{
		"a":              "```segment-query\na\n```",
		"a == '`'":       "```segment-query\na == '`'\n```",
		"/*\n```\n*/":    "````segment-query\n/*\n```\n*/\n````",
		"/*\n`````\n*/":  "``````segment-query\n/*\n`````\n*/\n``````",
		"// ``` and ```": "````segment-query\n// ``` and ```\n````",
	} {
		p := prose{markdown: true}
		p.code(text)
		if got := p.text.String(); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
