package orgurl_test

import (
	"strings"
	"testing"

	"segql/dataverse/orgurl"
)

func TestOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://contoso.crm4.dynamics.com":                   "https://contoso.crm4.dynamics.com",
		"https://Contoso.crm4.dynamics.com/main.aspx?appid=1": "https://contoso.crm4.dynamics.com",
		"contoso.crm4.dynamics.com":                           "https://contoso.crm4.dynamics.com",
		"http://127.0.0.1:8091":                               "http://127.0.0.1:8091",
		"http://[::1]:8091":                                   "http://[::1]:8091",
		"http://localhost:8091":                               "http://localhost:8091",
		"http://contoso.crm4.dynamics.com":                    "error: use https://",
		"http://127.0.0.1.example.com":                        "error: use https://",
		"http://localhost.example.com":                        "error: use https://",
		"https://user:pass@contoso.crm4.dynamics.com":         "error: leave it out",
		"ftp://contoso.crm4.dynamics.com":                     "error: does not start with https://",
		"":                                                    "error: no address",
		"https://":                                            "error: cannot be read",
		"https://[contoso":                                    "error: cannot be read",
		"https://contoso.crm4.dynamics.com@evil.example/":     "error: leave it out",
		"http://LOCALHOST:8091":                               "http://localhost:8091",
		"http://[::1%25x.dynamics.com]:8091":                  "error: cannot be read",
		"https://[2001:db8::1%25x.dynamics.com]":              "error: cannot be read",
		"https://contoso.crm4.dynamics.com\u2044x.example":    "error: cannot be read",
		"https://a\u202eb.example":                            "error: cannot be read",
		"https://evil.com%2f.dynamics.com":                    "error: cannot be read",
		"https://evil.com;.dynamics.com":                      "error: cannot be read",
		"https://.dynamics.com":                               "error: cannot be read",
		"https://münchen.example":                             "error: cannot be read",
	} {
		u, err := orgurl.Origin(address)
		if problem, bad := strings.CutPrefix(want, "error: "); bad {
			if err == nil || !strings.Contains(err.Error(), problem) {
				t.Errorf("%q: got %v, %v", address, u, err)
			}
			continue
		}
		if err != nil || u.String() != want {
			t.Errorf("%q: got %v, %v", address, u, err)
		}
	}
}
