package registry_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/oauth2/clientcredentials"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	const fine = "http://localhost:8081"
	for _, tc := range []struct {
		name string
		url  string
		opts []registry.Option
		want []string
	}{
		{name: "empty URL", url: "", want: []string{"want http(s)://host"}},
		{name: "no scheme", url: "localhost:8081", want: []string{"localhost:8081", "want http(s)://host"}},
		{name: "other scheme", url: "ftp://localhost", want: []string{"ftp://localhost", "want http(s)://host"}},
		{name: "no host", url: "http://:8081", want: []string{"want http(s)://host"}},
		{name: "bad port", url: "http://localhost:port", want: []string{"want http(s)://host", "port"}},
		{name: "several URLs, one empty", url: "http://a:8081,", want: []string{"want http(s)://host"}},
		{name: "several URLs, one bad", url: "http://a:8081, ftp://b:8081", want: []string{"ftp://b:8081"}},
		{name: "several URLs, two contexts", url: "http://a/contexts/.c,http://b/contexts/.d", want: []string{"different registry contexts"}},
		{name: "query", url: fine + "?a=b", want: []string{"query"}},
		{name: "fragment", url: fine + "#a", want: []string{"query or fragment"}},
		{name: "two credentials", url: "http://user:pw@localhost", opts: []registry.Option{registry.WithBearerToken("t")}, want: []string{"exclude each other"}},
		{name: "user with colon", url: fine, opts: []registry.Option{registry.WithBasicAuth("a:b", "")}, want: []string{"colon"}},
		{name: "empty token", url: fine, opts: []registry.Option{registry.WithBearerToken("")}, want: []string{"WithBearerToken"}},
		{name: "token with line break", url: fine, opts: []registry.Option{registry.WithBearerToken("a\nb")}, want: []string{"WithBearerToken"}},
		{name: "header name", url: fine, opts: []registry.Option{registry.WithHeader("a b", "c")}, want: []string{"not a header name"}},
		{name: "header value", url: fine, opts: []registry.Option{registry.WithHeader("A", "b\r\nc")}, want: []string{"control characters"}},
		{name: "authorization header", url: fine, opts: []registry.Option{registry.WithHeader("authorization", "x")}, want: []string{"WithBearerToken"}},
		{name: "owned header", url: fine, opts: []registry.Option{registry.WithHeader("accept", "x")}, want: []string{"Accept is set by the client"}},
		{name: "two networks", url: fine, opts: []registry.Option{registry.WithTransport(http.DefaultTransport), registry.WithTLSConfig(&tls.Config{MinVersion: tls.VersionTLS13})}, want: []string{"exclude each other"}},
		{name: "snapshot without a path", url: fine, opts: []registry.Option{registry.WithSnapshot("")}, want: []string{"the path is empty"}},
		{name: "snapshot in no folder", url: fine, opts: []registry.Option{registry.WithSnapshot("not/there/snapshot")}, want: []string{"WithSnapshot", "not/there"}},
		{name: "snapshot in a file", url: fine, opts: []registry.Option{registry.WithSnapshot("new_test.go/snapshot")}, want: []string{"WithSnapshot", "not a folder"}},
		{
			name: "all at once", url: "nowhere",
			opts: []registry.Option{
				nil, registry.WithTimeout(0), registry.WithMaxResponse(0), registry.WithCacheSize(-1), registry.WithRetries(-1), registry.WithLatestTTL(0),
				registry.WithLogger(nil), registry.WithTransport(nil), registry.WithTLSConfig(nil),
			},
			want: []string{
				"want http(s)://host", "an option is nil", "WithTimeout", "WithMaxResponse", "WithCacheSize", "WithRetries", "WithLatestTTL",
				"WithLogger", "WithTransport", "WithTLSConfig",
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, err := registry.New(tc.url, tc.opts...)
			if err == nil {
				t.Fatalf("New(%q) = %v, want an error", tc.url, c)
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("New(%q): error %q does not say %q", tc.url, err, want)
				}
			}
		})
	}
}

// A password in a URL that does not parse must not come back in the error, not even in part.
func TestNewNeverRepeatsPasswords(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://user:hunter2%zz@localhost", "http://user:hunter2/x@localhost", "http://user:8/hunter2@localhost", "ftp://user:hunter2@localhost",
		"http://user:hunter2@localhost:x", "http://user:hunter2@a@localhost", "http://localhost?key=hunter2", "http://us er:hunter2@localhost",
		"user:hunter2@localhost", "://user:hunter2@localhost", "http://user:hunter2@", "http://:hunter2@localhost",
		"http://user:80,hunter2@localhost", "http://user:hunter2,x@localhost", "http://a,http://user:8/hunter2,x@localhost",
	} {
		if _, err := registry.New(url); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("New(%q): error %v, want one without the password", url, err)
		}
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/", "/apis/ccompat/v7", "/apis/ccompat/v7/", "/a%2Fb"} {
		s := serve(t, map[string][]answer{"GET " + strings.TrimRight(path, "/") + "/subjects": {ok(`["a"]`)}})
		got, err := newClient(t, s.URL+path).Subjects(t.Context())
		if err != nil || len(got) != 1 {
			t.Errorf("base path %q: Subjects = %v, %v; asked %v", path, got, err, s.requests())
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /subjects":    {ok(`[]`)},
		"POST /subjects/s": {ok(`{"subject":"s","id":1,"version":1,"schema":"\"int\""}`)},
	})
	withUser := strings.Replace(s.URL, "://", "://us%40er:pa%3Ass@", 1)
	for _, tc := range []struct {
		name          string
		url           string
		opts          []registry.Option
		authorization string
	}{
		{name: "none", url: s.URL},
		{name: "basic", url: s.URL, opts: []registry.Option{registry.WithBasicAuth("us@er", "pa:ss")}, authorization: "Basic dXNAZXI6cGE6c3M="},
		{name: "basic in the URL", url: withUser, authorization: "Basic dXNAZXI6cGE6c3M="},
		{name: "bearer", url: s.URL, opts: []registry.Option{registry.WithBearerToken("tok")}, authorization: "Bearer tok"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newClient(t, tc.url, append(tc.opts, registry.WithHeader("target-sr-cluster", "lsrc-1"), registry.WithHeader("X-A", "1"), registry.WithHeader("x-a", "2"))...)
			if _, err := c.Subjects(t.Context()); err != nil { // through srclient
				t.Fatal(err)
			}
			if _, err := c.Lookup(t.Context(), "s", serde.Schema{Text: `"int"`}); err != nil { // our own
				t.Fatal(err)
			}
			seen := s.requests()
			for _, r := range seen[len(seen)-2:] {
				if got := r.header.Get("Authorization"); got != tc.authorization {
					t.Errorf("%s: Authorization %q, want %q", r, got, tc.authorization)
				}
				if got := r.header.Get("Accept"); got != mediaType {
					t.Errorf("%s: Accept %q, want %q", r, got, mediaType)
				}
				if got := r.header.Get("Target-Sr-Cluster"); got != "lsrc-1" {
					t.Errorf("%s: Target-Sr-Cluster %q", r, got)
				}
				if got := r.header.Values("X-A"); !reflect.DeepEqual(got, []string{"1", "2"}) {
					t.Errorf("%s: X-A %q", r, got)
				}
				if got := r.header.Get("Content-Type"); r.body != "" && got != mediaType {
					t.Errorf("%s: Content-Type %q", r, got)
				}
			}
		})
	}
}

// Secrets are looked for wherever they could come to light: in every formatting of the client and its options, in errors, in logs, and by
// walking all that reflection can reach.
func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{
		"GET /subjects":       {{status: 401, body: `{"error_code":401,"message":"Unauthorized"}`}},
		"GET /schemas/ids/1":  {{status: 302, media: "text/html"}},
		"GET /schemas/ids/2":  {{status: 200, media: "text/html", body: "<html>"}},
		"POST /subjects/none": {refusal(500, 50001, "boom")},
		"POST /token":         {{status: 200, media: "application/json", body: `{"access_token":"hunter2","token_type":"Bearer"}`}},
		"POST /no-token":      {{status: 401, media: "application/json", body: `{"error":"invalid_client","error_description":"hunter2"}`}},
	})
	oauth := func(path string) registry.Option {
		return registry.WithClientCredentials(&clientcredentials.Config{
			ClientID: "user", ClientSecret: "hunter2", TokenURL: s.URL + path, EndpointParams: url.Values{"key": {"hunter2"}},
		})
	}
	var logs bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	const secret = "hunter2"
	encoded := "dXNlcjpodW50ZXIy" // user:hunter2
	options := map[string][]registry.Option{
		"basic":                 {registry.WithBasicAuth("user", secret), registry.WithHeader("X-Key", secret), registry.WithLogger(logger)},
		"bearer":                {registry.WithBearerToken(secret), registry.WithLogger(logger)},
		"URL":                   {registry.WithLogger(logger)},
		"OAuth2":                {oauth("/token"), registry.WithLogger(logger)},
		"OAuth2 refused":        {oauth("/no-token"), registry.WithLogger(logger)},
		"OAuth2 with no answer": {oauth("/hunter2"), registry.WithLogger(logger)},
		"snapshot":              {registry.WithBasicAuth("user", secret), registry.WithSnapshot(filepath.Join(t.TempDir(), "s")), registry.WithLogger(logger)},
	}
	for name, opts := range options {
		base := s.URL
		if name == "URL" {
			base = strings.Replace(base, "://", "://user:"+secret+"@", 1)
			base += "," + base
		}
		// The network is a function here, since its connections change while they are walked.
		network := http.DefaultTransport.(*http.Transport).Clone()
		t.Cleanup(network.CloseIdleConnections)
		c := newClient(t, base, append(opts, registry.WithTransport(roundTripper(network.RoundTrip)))...)
		var shown []string
		for _, v := range []any{c, reflect.ValueOf(c).Elem(), opts, opts[0]} {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
				shown = append(shown, fmt.Sprintf(format, v))
			}
		}
		_, err := c.Subjects(t.Context())
		shown = append(shown, fmt.Sprintf("%v %+v %#v", err, err, err))
		for id := range int32(3) {
			_, err = c.SchemaByID(t.Context(), "", serde.NumberID(id+1))
			shown = append(shown, fmt.Sprintf("%v %+v %#v", err, err, err))
		}
		_, err = c.Register(t.Context(), "none", serde.Schema{Text: orderText})
		shown = append(shown, fmt.Sprintf("%v %+v %#v", err, err, err))
		_, err = c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "none", Schema: serde.Schema{Text: orderText}})
		shown = append(shown, fmt.Sprintf("%v %+v %#v", err, err, err))
		_ = c.Close() // so that nothing changes what is walked
		walk(reflect.ValueOf(c), map[uintptr]bool{}, func(text string) { shown = append(shown, text) })
		for _, text := range append(shown, logs.String()) {
			if strings.Contains(text, secret) || strings.Contains(text, encoded) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s: the secret shows in %q", name, text)
			}
		}
	}
	if !strings.Contains(logs.String(), "path=/subjects") {
		t.Errorf("no request was logged: %q", logs.String())
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// walk calls found with every string that v reaches through fields, pointers, interfaces, slices and maps.
func walk(v reflect.Value, seen map[uintptr]bool, found func(string)) {
	switch v.Kind() {
	case reflect.String:
		found(v.String())
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		walk(v.Elem(), seen, found)
	case reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), seen, found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walk(v.Field(i), seen, found)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walk(v.Index(i), seen, found)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walk(k, seen, found)
			walk(v.MapIndex(k), seen, found)
		}
	}
}
