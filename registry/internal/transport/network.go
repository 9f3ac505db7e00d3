package transport

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// NewNetwork returns the network that is used where the caller brings none: as many idle connections as requests run side by
// side, and no waiting for an address that does not exist for as long as for an answer that is being made.
func NewNetwork(conf *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  discreet(http.ProxyFromEnvironment),
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		TLSClientConfig:        conf,
	}
}

// discreet keeps what a proxy variable holds, which may be a password, out of the error that it is no address.
func discreet(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		at, err := proxy(r)
		if err != nil {
			return nil, errors.New("the proxy of the environment (HTTP_PROXY, HTTPS_PROXY) is not an address (not shown, it may hold a password)")
		}
		return at, nil
	}
}
