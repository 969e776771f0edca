package dataverse

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// early is how long before it lapses a token is renewed.
const early = 5 * time.Minute

// tokens keeps the access token in memory and renews it before it lapses. One
// goroutine at a time asks for a new one; the others wait for it.
type tokens struct {
	credential azcore.TokenCredential
	scope      string
	clock      Clock
	lock       chan struct{} // a mutex that a context can interrupt
	current    azcore.AccessToken
}

func newTokens(credential azcore.TokenCredential, base *url.URL, clock Clock) *tokens {
	return &tokens{
		credential: credential, scope: base.String() + "/.default",
		clock: clock, lock: make(chan struct{}, 1),
	}
}

func (t *tokens) get(ctx context.Context) (string, error) {
	select {
	case t.lock <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-t.lock }()
	now := t.clock.Now()
	left := t.current.ExpiresOn.Sub(now)
	due := left < early || !t.current.RefreshOn.IsZero() && !now.Before(t.current.RefreshOn)
	if t.current.Token != "" && !due {
		return t.current.Token, nil
	}
	token, err := t.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{t.scope}})
	switch {
	case err == nil && plainToken(token.Token):
		t.current = token
		if token.ExpiresOn.IsZero() {
			t.current.ExpiresOn = now.Add(unknownLife)
		}
	case ctx.Err() != nil:
		return "", ctx.Err()
	case t.current.Token != "" && left > 0:
		// The old one still serves; the next request tries again.
	case err == nil:
		e := &Error{
			Asked: "sign in", Message: "the access token is empty or holds characters that no token has",
			Advice: "sign in again where it comes from",
		}
		if _, fixed := t.credential.(FixedToken); fixed {
			e.Advice = "put the token alone into " + TokenVariable
		}
		return "", e
	default:
		return "", signInError(err)
	}
	return t.current.Token, nil
}

// drop forgets a token that the service refused. It returns whether another
// one may be better.
func (t *tokens) drop(ctx context.Context, token string) (bool, error) {
	select {
	case t.lock <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-t.lock }()
	if _, fixed := t.credential.(FixedToken); fixed {
		return false, nil
	}
	if t.current.Token == token {
		t.current = azcore.AccessToken{}
	}
	return true, nil
}

// plainToken reports whether a token can stand in a header.
func plainToken(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] >= 0x7f {
			return false
		}
	}
	return token != ""
}

// signInError keeps what the identity library has to say to itself: it is a
// list of all that was tried, and may hold ids of the tenant.
func signInError(err error) *Error {
	e := &Error{
		Asked:   "sign in",
		Message: "no way of signing in worked",
		Advice:  "run 'az login', 'azd auth login' or 'Connect-AzAccount', set the AZURE_.. variables of a service principal, or put an access token into " + TokenVariable,
	}
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	// The authority's codes say why, in public.
	if code := authorityCode.FindString(err.Error()); code != "" {
		e.Code = code
		e.Message, e.Advice = "the authority refused it", "https://login.microsoftonline.com/error?code="+code[len("AADSTS"):]+" says what the code means"
	}
	return e
}

var authorityCode = regexp.MustCompile(`\bAADSTS\d{4,8}\b`)

// Environment variables in which users name their organization, and give an
// access token of their own.
const (
	OrganizationVariable = "SEG_ORG"
	TokenVariable        = "SEG_TOKEN"
)

// A FixedToken is a token that the user gave. It cannot be renewed.
type FixedToken string

// GetToken implements azcore.TokenCredential. When the token lapses is not known:
// the service says so.
func (f FixedToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: strings.TrimSpace(string(f))}, nil
}

// A TokenFunc asks someone else for an access token, who keeps and renews it,
// such as an editor that has signed in itself.
type TokenFunc func(context.Context) (string, error)

// unknownLife is for how long a token that does not say when it lapses is used
// before its keeper is asked again.
const unknownLife = early + 5*time.Minute

// GetToken implements azcore.TokenCredential.
func (f TokenFunc) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := f(ctx)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: strings.TrimSpace(token)}, nil
}
