package dataverse

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"regexp"
	"strings"
	"unicode"
)

// resembles reports whether a text of the service holds a stretch of a secret that
// redact does not know again: in other letters' case, with other blanks or signs
// between, or encoded as in an address, in HTML, in JSON, in hexadecimal or in
// base64. It is no defence against a service that hides what it repeats, only
// against one that repeats a request in its own way.
func resembles(text string, secrets []string) bool {
	var forms []string
	for _, form := range readings(text) {
		forms = append(forms, folded(form))
	}
	for _, secret := range secrets {
		secret = folded(secret)
		size := min(shortest, len(secret))
		if size < shortest/2 {
			continue // as short as any word
		}
		pieces := make(map[string]bool, len(secret))
		for i := range len(secret) - size + 1 {
			pieces[secret[i:i+size]] = true
		}
		for _, form := range forms {
			for i := range len(form) - size + 1 {
				if pieces[form[i:i+size]] {
					return true
				}
			}
		}
	}
	return false
}

var (
	percent  = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	escape   = regexp.MustCompile(`\\u00[0-9A-Fa-f]{2}`)
	hexWord  = regexp.MustCompile(`(?:[0-9A-Fa-f]{2}){8,}`)
	codeWord = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}`)
)

// readings returns a text as it is and decoded.
func readings(text string) []string {
	unescaped := percent.ReplaceAllStringFunc(text, func(s string) string { return fromHex(s[1:]) })
	unescaped = escape.ReplaceAllStringFunc(html.UnescapeString(unescaped), func(s string) string { return fromHex(s[4:]) })
	all := []string{text, unescaped}
	for _, word := range hexWord.FindAllString(unescaped, -1) {
		all = append(all, fromHex(word))
	}
	alphabet := strings.NewReplacer("-", "+", "_", "/")
	for _, word := range codeWord.FindAllString(unescaped, -1) {
		word = alphabet.Replace(word)
		decoded, _ := base64.RawStdEncoding.DecodeString(word[:len(word)/4*4]) // what is none decodes to nothing that resembles
		all = append(all, string(decoded))
	}
	return all
}

func fromHex(digits string) string {
	decoded, _ := hex.DecodeString(digits) // the caller has matched them
	return string(decoded)
}

// folded returns the letters and digits of a text in lower case. What stands for
// something left out still keeps its sides apart.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '…' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
