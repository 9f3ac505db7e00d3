package transport

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestProxyErrorsAreDiscreet(t *testing.T) {
	t.Parallel()
	proxy := discreet(func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://user:hunter2@[": missing ']'`)
	})
	switch _, err := proxy(nil); {
	case err == nil:
		t.Error("no error")
	case strings.Contains(err.Error(), "hunter2"), !strings.Contains(err.Error(), "HTTPS_PROXY"):
		t.Errorf("%v: want the variable without its value", err)
	}
	if NewNetwork(nil).Proxy == nil {
		t.Error("the network takes no notice of proxies")
	}
}
