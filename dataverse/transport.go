//go:build !js

package dataverse

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		IdleConnTimeout:        time.Minute,
		MaxConnsPerHost:        atOnce,
		MaxIdleConnsPerHost:    atOnce,
		MaxResponseHeaderBytes: maxHeaderSize,
	}
}
