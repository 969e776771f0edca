// Package orgurl reads the addresses of organizations. It is apart from package
// dataverse so that a program can tell them without a client.
//
// It imports the standard library alone and sends nothing.
package orgurl

import (
	"errors"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// Origin returns the origin that an organization's address names: what the
// user typed may lack the scheme and have a path. An address to which no token
// may be sent is an error. So is a host with characters that no host name has:
// they make one address look like another.
func Origin(address string) (*url.URL, error) {
	text := strings.TrimSpace(address)
	if text == "" {
		return nil, errors.New("the organization has no address: give one such as https://contoso.crm4.dynamics.com")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	host := ""
	if err == nil {
		host = strings.ToLower(u.Hostname())
	}
	switch {
	case !isHost(host):
		return nil, errors.New("the organization's address cannot be read: expected one such as https://contoso.crm4.dynamics.com")
	case u.User != nil:
		return nil, errors.New("the organization's address holds a user name or password: leave it out, sign-in does not use it")
	case u.Scheme == "https", u.Scheme == "http" && IsLoopback(host):
		return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
	case u.Scheme == "http":
		return nil, errors.New("the organization's address starts with http://, where anyone on the way could read the access token: use https://")
	default:
		return nil, errors.New("the organization's address does not start with https://: expected one such as https://contoso.crm4.dynamics.com")
	}
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// isHost reports whether a text in lower case is the name of a host or an IP
// address. A zone behind an address could be any text.
func isHost(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" || hostName.MatchString(host)
}

// IsLoopback reports whether a host is this computer.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// vendors matches the hosts of organizations, which only the vendor can have.
// Below the same domains there are machines that customers administer.
var vendors = regexp.MustCompile(`^[a-z0-9-]+(\.api)?\.(crm[0-9]*\.dynamics\.com|crm\.(microsoftdynamics\.us|appsplatform\.us|dynamics\.cn))$`)

// IsVendors reports whether the vendor alone can have what listens at an origin.
func IsVendors(u *url.URL) bool {
	return u.Scheme == "https" && vendors.MatchString(u.Host) // and so without a port
}
