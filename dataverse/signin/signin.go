// Package signin signs in to an organization with the Azure identity library.
// It is apart from package dataverse so that a program that gets its tokens from
// elsewhere, such as one in a browser, does without that library.
//
// It imports dataverse and the Azure identity library. It sends nothing itself,
// and keeps tokens in memory only.
package signin

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"segql/dataverse"
	"segql/dataverse/orgurl"
)

// Options say how to sign in.
type Options struct {
	// Organization is the organization's address; its host says which
	// authority signs in.
	Organization string
	// Token is an access token that the user gave, in [dataverse.TokenVariable]; nothing
	// else is tried then.
	Token string
	// Authority, if not empty, is the one to use whatever the host, such as
	// https://login.microsoftonline.us.
	Authority string
	// Tenant, if not empty, is the tenant to sign in to.
	Tenant string
	// Prompt, if not nil, shows the message that asks the user to enter a
	// device code in a browser. Give it only where a terminal is attached.
	Prompt func(message string)
	// Transport sends the requests to the authority; nil for the default.
	Transport policy.Transporter
}

// New returns the credential of the options: the user's token; else the
// first that works of the environment's service principal, workload identity,
// managed identity, Azure CLI, Azure Developer CLI and Azure PowerShell; else a device code.
// It sends nothing: the first request of a client does.
func New(o Options) (azcore.TokenCredential, error) {
	if o.Token != "" {
		return dataverse.FixedToken(o.Token), nil
	}
	org, err := orgurl.Origin(o.Organization)
	if err != nil {
		return nil, err
	}
	authority := AuthorityOf(org.Hostname())
	if o.Authority != "" {
		authority = o.Authority
	}
	if u, err := url.Parse(authority); err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return nil, fmt.Errorf("the authority %q is not an https address: expected one such as %s", authority, cloud.AzurePublic.ActiveDirectoryAuthorityHost)
	}
	options := azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}},
		Transport: o.Transport,
	}
	// An authority that the user names may be one that the public list of
	// authorities does not have.
	unlisted := o.Authority != ""
	chain, err := azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{
		ClientOptions: options, TenantID: o.Tenant, DisableInstanceDiscovery: unlisted,
	})
	if err != nil {
		return nil, &dataverse.Error{Asked: "sign in", Message: "the AZURE_.. environment variables cannot be used as they are", Advice: "correct or unset them, AZURE_TOKEN_CREDENTIALS first"}
	}
	if o.Prompt == nil {
		return chain, nil
	}
	device, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: options, TenantID: o.Tenant, DisableInstanceDiscovery: unlisted,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			o.Prompt(m.Message)
			return nil
		},
	})
	if err != nil {
		return nil, &dataverse.Error{Asked: "sign in", Message: "the tenant cannot be used", Advice: "give its id or domain name"}
	}
	return newFirstThat(chain, device), nil
}

// firstThat gives tokens of the first credential that has any, and stays with it.
type firstThat struct {
	lock        chan struct{} // a mutex that a context can interrupt
	credentials []azcore.TokenCredential
}

func newFirstThat(credentials ...azcore.TokenCredential) *firstThat {
	return &firstThat{lock: make(chan struct{}, 1), credentials: credentials}
}

func (f *firstThat) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	select {
	case f.lock <- struct{}{}:
	case <-ctx.Done():
		return azcore.AccessToken{}, ctx.Err()
	}
	defer func() { <-f.lock }()
	var err error
	for _, credential := range f.credentials {
		var token azcore.AccessToken
		if token, err = credential.GetToken(ctx, o); err == nil {
			f.credentials = []azcore.TokenCredential{credential}
			return token, nil
		}
		if ctx.Err() != nil {
			return token, ctx.Err()
		}
	}
	return azcore.AccessToken{}, err
}

// AuthorityOf returns the address of the authority that signs in to an
// organization's host. It matches the pattern of host names, since regions are
// added; a host that it does not know signs in at the public one, as does the US
// government community cloud (crm9.dynamics.com).
func AuthorityOf(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch {
	case strings.HasSuffix(host, ".microsoftdynamics.us"), strings.HasSuffix(host, ".appsplatform.us"):
		return cloud.AzureGovernment.ActiveDirectoryAuthorityHost
	case strings.HasSuffix(host, ".dynamics.cn"):
		return cloud.AzureChina.ActiveDirectoryAuthorityHost
	default:
		return cloud.AzurePublic.ActiveDirectoryAuthorityHost
	}
}
