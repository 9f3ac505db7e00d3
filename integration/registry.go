package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// httpClient keeps no connections, so that nothing of the harness outlives a test.
var httpClient = &http.Client{
	Timeout:   timeout,
	Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 20 * time.Second},
}

// SetCompatibility sets the compatibility level of a subject, such as "BACKWARD". Some registries enforce a level only once it
// was set, so a test that relies on one sets it.
func (e *Env) SetCompatibility(tb testing.TB, subject, level string) {
	tb.Helper()
	e.call(tb, http.MethodPut, "/config/"+url.PathEscape(subject), map[string]string{"compatibility": level}, nil)
}

// RegisterAvro registers an Avro schema under a subject and returns its id.
func (e *Env) RegisterAvro(tb testing.TB, subject, schema string) int32 {
	tb.Helper()
	var answer struct {
		ID int32 `json:"id"`
	}
	e.call(tb, http.MethodPost, "/subjects/"+url.PathEscape(subject)+"/versions", map[string]string{"schema": schema}, &answer)
	return answer.ID
}

// Versions returns the versions that a subject has, nil where the registry does not know it.
func (e *Env) Versions(tb testing.TB, subject string) []int {
	tb.Helper()
	var versions []int
	e.call(tb, http.MethodGet, "/subjects/"+url.PathEscape(subject)+"/versions", nil, &versions)
	return versions
}

// SchemaText returns the text of the schema with an id, as the registry gives it.
func (e *Env) SchemaText(tb testing.TB, id int32) string {
	tb.Helper()
	var answer struct {
		Schema string `json:"schema"`
	}
	e.call(tb, http.MethodGet, "/schemas/ids/"+strconv.Itoa(int(id)), nil, &answer)
	return answer.Schema
}

// call sends one request to the registry and reads the answer; a 404 to a GET leaves answer as it is.
func (e *Env) call(tb testing.TB, method, path string, body, answer any) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := e.request(ctx, method, path, body, answer); err != nil {
		tb.Fatalf("integration: registry %s: %s %s: %v", e.RegistryURL, method, path, err)
	}
}

func (e *Env) request(ctx context.Context, method, path string, body, answer any) error {
	var sent io.Reader = http.NoBody
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, e.RegistryURL+path, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/vnd.schemaregistry.v1+json")
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNotFound && method == http.MethodGet:
		return nil
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s", resp.Status, text)
	case answer == nil:
		return nil
	}
	return json.Unmarshal(text, answer)
}
