package dataverse

import "net/http"

// newTransport sends requests with the fetch of the JavaScript around. That would
// follow a redirect by itself, wherever it leads, so none is followed at all.
func newTransport() http.RoundTripper { return fetch{new(http.Transport)} }

type fetch struct{ transport *http.Transport }

// RoundTrip implements http.RoundTripper. Net/http takes headers of these names
// for options of fetch, and does not send them.
func (f fetch) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("js.fetch:redirect", "error")
	r.Header.Set("js.fetch:credentials", "omit")
	return f.transport.RoundTrip(r)
}
