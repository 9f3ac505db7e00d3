package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/internal/moto"
)

// withoutAWS takes away what the environment says of AWS, so that no request has anybody's credentials.
func withoutAWS(t *testing.T) {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
}

func wantGlueDemo(t *testing.T, url string) {
	t.Helper()
	out, err := run(t.Context(), t, "demo", "--registry", "glue", "--endpoint", url)
	if err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	for what, pattern := range map[string]string{
		"it says where it is":                  `AWS Glue Schema Registry at ` + regexp.QuoteMeta(url) + `, region us-east-1 .*, with dummy credentials`,
		"an incompatible version is refused":   `BACKWARD forbids this version.*READER_FIELD_MISSING_DEFAULT_VALUE`,
		"records carry Glue's ids":             `(?m)^ +\d +\d+ +[0-9a-f-]{36} +ORD-1001 +ORDER_RETURNED +ORDER_RETURNED`,
		"a reader of version 1 read version 2": `(?m) +[0-9a-f-]{36} +ORD-1003 +ORDER_DELIVERED \(v2\) +ORDER_DELIVERED +DELIVERED`,
		"the poison record is a dead letter":   `36 bytes as they were sent`,
		"and its class":                        `dlq\.error\.class +corrupt`,
		"it ends":                              `(?m)^Done\.$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(out) {
			t.Errorf("%s: no %q in\n%s", what, pattern, out)
		}
	}
}

func TestDemoOnGlue(t *testing.T) {
	withoutAWS(t)
	server := httptest.NewServer(&fakeglue.Server{Pending: 1})
	defer server.Close()
	wantGlueDemo(t, server.URL)
}

func TestDemoOnMoto(t *testing.T) {
	withoutAWS(t)
	server, err := moto.Start(t.Context())
	switch {
	case errors.Is(err, moto.ErrMissing) && os.Getenv("REQUIRE_SERVICES") == "":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	defer server.Close()
	wantGlueDemo(t, server.URL)
}

func TestDemoMisuse(t *testing.T) {
	withoutAWS(t)
	for want, args := range map[string][]string{
		`not "confluent"`: {"--registry", "confluent"},
		"--endpoint and --name are for --registry glue": {"--endpoint", "http://127.0.0.1:1"},
		"has no region": {"--registry", "glue"},
	} {
		if out, err := run(t.Context(), t, append([]string{"demo"}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("demo %q: %v, want %q\n%s", args, err, want, out)
		}
	}
}
