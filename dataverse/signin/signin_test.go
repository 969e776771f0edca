package signin_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"segql/dataverse"
	"segql/dataverse/signin"
)

func TestAuthorityOf(t *testing.T) {
	const public, government, china = "https://login.microsoftonline.com/", "https://login.microsoftonline.us/", "https://login.chinacloudapi.cn/"
	for host, want := range map[string]string{
		"contoso.crm.dynamics.com":         public,
		"contoso.crm4.dynamics.com":        public,
		"contoso.crm9.dynamics.com":        public,
		"contoso.crm47.dynamics.com":       public,
		"contoso.api.crm4.dynamics.com":    public,
		"Contoso.crm.MicrosoftDynamics.us": government,
		"contoso.crm.appsplatform.us":      government,
		"contoso.crm.dynamics.cn.":         china,
		"dynamics.cn.example.com":          public,
	} {
		if got := signin.AuthorityOf(host); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}

const theToken = "eyJ0b2tlbi10aGF0LW5vYm9keS1tYXktc2Vl"

// authority plays the sign-in service.
type authority struct {
	mu    sync.Mutex
	hosts map[string]bool
	code  string // of the refusal; empty if it signs in
}

func (a *authority) Do(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.hosts[r.URL.Host] = true
	a.mu.Unlock()
	base := "https://" + r.URL.Host + "/tenant"
	body := `{"access_token":"` + theToken + `","expires_in":3600,"token_type":"Bearer"}`
	if strings.Contains(r.URL.Path, "openid-configuration") {
		body = `{"authorization_endpoint":"` + base + `/authorize","token_endpoint":"` + base + `/token","issuer":"` + base + `"}`
	}
	if strings.Contains(r.URL.Path, "discovery") {
		body = `{"tenant_discovery_endpoint":"` + base + `/.well-known/openid-configuration","metadata":[]}`
	}
	status := http.StatusOK
	if a.code != "" && strings.HasSuffix(r.URL.Path, "/token") {
		status = http.StatusUnauthorized
		body = `{"error":"invalid_client","error_description":"` + a.code + `: Invalid client secret provided for 'my-client'. Trace ID: 1","error_codes":[1]}`
	}
	return &http.Response{
		StatusCode: status, Request: r, Body: io.NopCloser(strings.NewReader(body)),
		Header: http.Header{"Content-Type": {"application/json"}},
	}, nil
}

// TestSignIn holds that the environment's service principal signs in at the
// authority of the organization's host, or at that which the user names.
func TestSignIn(t *testing.T) {
	for name, value := range map[string]string{
		"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "secret",
		"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential", "AZURE_AUTHORITY_HOST": "",
	} {
		t.Setenv(name, value)
	}
	for _, c := range []struct{ organization, override, want string }{
		{"https://contoso.crm4.dynamics.com", "", "login.microsoftonline.com"},
		{"https://contoso.crm.microsoftdynamics.us", "", "login.microsoftonline.us"},
		{"https://contoso.crm.dynamics.cn", "", "login.chinacloudapi.cn"},
		{"https://contoso.crm4.dynamics.com", "https://login.example.com", "login.example.com"},
	} {
		a := &authority{hosts: map[string]bool{}}
		cred, err := signin.New(signin.Options{Organization: c.organization, Authority: c.override, Transport: a, Prompt: func(string) {}})
		if err != nil {
			t.Fatal(err)
		}
		token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{c.organization + "/.default"}})
		if err != nil || token.Token != theToken {
			t.Errorf("%+v: %v", c, err)
		}
		if !a.hosts[c.want] {
			t.Errorf("%+v: asked %v", c, a.hosts)
		}
	}
}

func TestSignInOptions(t *testing.T) {
	cred, err := signin.New(signin.Options{Token: " " + theToken + "\n"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{})
	if err != nil || token.Token != theToken {
		t.Errorf("got %v", err)
	}
	for _, o := range []signin.Options{
		{Organization: "http://contoso.crm4.dynamics.com"},
		{Organization: "https://contoso.crm4.dynamics.com", Authority: "http://login.example.com"},
		{Organization: "https://contoso.crm4.dynamics.com", Authority: "login"},
	} {
		if _, err := signin.New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// TestNoSignIn holds that the user is told what to do, without the library's list.
func TestNoSignIn(t *testing.T) {
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
	t.Setenv("AZURE_TENANT_ID", "")
	t.Setenv("AZURE_CLIENT_ID", "")
	t.Setenv("AZURE_CLIENT_SECRET", "")
	cred, err := signin.New(signin.Options{Organization: "https://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	c, err := dataverse.New(dataverse.Config{URL: "https://127.0.0.1:1", Credential: cred})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Segments(t.Context(), dataverse.Filter{})
	var failure *dataverse.Error
	if !errors.As(err, &failure) || !strings.Contains(failure.Advice, "SEG_TOKEN") || strings.Contains(err.Error(), "Credential") {
		t.Errorf("got %v", err)
	}
}

// TestRefusal holds that the user sees why the authority refuses, by its code, and
// nothing of what the library adds.
func TestRefusal(t *testing.T) {
	for name, value := range map[string]string{
		"AZURE_TENANT_ID": "tenant", "AZURE_CLIENT_ID": "client", "AZURE_CLIENT_SECRET": "secret",
		"AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential", "AZURE_AUTHORITY_HOST": "",
	} {
		t.Setenv(name, value)
	}
	cred, err := signin.New(signin.Options{
		Organization: "https://127.0.0.1:1", Transport: &authority{hosts: map[string]bool{}, code: "AADSTS7000215"},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := dataverse.New(dataverse.Config{URL: "https://127.0.0.1:1", Credential: cred})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Segments(t.Context(), dataverse.Filter{})
	const want = "could not sign in: the authority refused it (code AADSTS7000215); " +
		"https://login.microsoftonline.com/error?code=7000215 says what the code means"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}
