package serde

import (
	"strings"
	"testing"
	"time"
)

func TestErrorsOfJSONDoNotQuoteThePayload(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{`{"at":"secret"}`, `{"at":"sec\"ret"}`, `{"n":"secret"}`, `{"at":"2026-01-02T03:04:05Zsecret"}`} {
		var v struct {
			At time.Time `json:"at"`
			N  int       `json:"n,string"`
		}
		err := readJSON([]byte(payload), &v)
		if err == nil || strings.Contains(err.Error(), "sec") || strings.Contains(err.Error(), "ret") {
			t.Errorf("readJSON(%s) = %v, want an error that does not quote it", payload, err)
		}
	}
}
