package transport

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// NewNetwork returns the network that is used where the caller brings none: as many idle connections as requests run side by
// side, and no waiting for an address that does not exist for as long as for an answer that is being made.
func NewNetwork(conf *tls.Config) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		TLSClientConfig:        conf,
	}
}
