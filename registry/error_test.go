package registry_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

var sentinels = map[string]error{
	"subject not found": registry.ErrSubjectNotFound,
	"version not found": registry.ErrVersionNotFound,
	"schema not found":  registry.ErrSchemaNotFound,
	"incompatible":      registry.ErrIncompatible,
	"invalid schema":    registry.ErrInvalidSchema,
	"rules":             registry.ErrRules,
	"unavailable":       serde.ErrRegistryUnavailable,
	"unauthorized":      serde.ErrUnauthorized,
	"unknown schema":    serde.ErrUnknownSchema,
	"unresolvable":      serde.ErrUnresolvable,
	"canceled":          context.Canceled,
	"deadline":          context.DeadlineExceeded,
}

// is returns the names of the sentinels that err answers.
func is(err error) map[string]bool {
	got := map[string]bool{}
	for name, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			got[name] = true
		}
	}
	return got
}

func set(names ...string) map[string]bool {
	s := map[string]bool{}
	for _, n := range names {
		s[n] = true
	}
	return s
}

func TestErrorLeavesTheOldSchemaOut(t *testing.T) {
	t.Parallel()
	const what, tail = "registry: register s: HTTP 409 (40901): details: [{errorType:'TYPE_MISMATCH'}, {oldSchemaVersion: 1}, ", ", {validateFields: 'false'}]"
	err := &registry.Error{
		Op: "register", Subject: "s", HTTPStatus: http.StatusConflict, Code: 40901,
		Message: "details: [{errorType:'TYPE_MISMATCH'}, {oldSchemaVersion: 1}, {oldSchema: '{\"doc\":\"'}, {\"}'}, {validateFields: 'false'}]",
	}
	if got, want := err.Error(), what+"{oldSchema: ...}"+tail; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	err.Message = "no such list {oldSchema: '"
	if got := err.Error(); !strings.HasSuffix(got, err.Message) {
		t.Errorf("got %s, want the message as it is", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	var (
		byID = func(ctx context.Context, c *registry.Client) error {
			_, err := c.SchemaByID(ctx, "", serde.NumberID(7))
			return err
		}
		byContext = func(ctx context.Context, c *registry.Client) error {
			_, err := c.SchemaByID(ctx, ".c", serde.NumberID(7))
			return err
		}
		byVersion = func(ctx context.Context, c *registry.Client) error {
			_, err := c.SchemaByVersion(ctx, "s", 3)
			return err
		}
		latest = func(ctx context.Context, c *registry.Client) error {
			_, err := c.SchemaByVersion(ctx, "s", serde.LatestVersion)
			return err
		}
		lookup = func(ctx context.Context, c *registry.Client) error {
			_, err := c.Lookup(ctx, "s", serde.Schema{Text: orderText})
			return err
		}
		register = func(ctx context.Context, c *registry.Client) error {
			_, err := c.Register(ctx, "s", serde.Schema{Text: orderText})
			return err
		}
		versions = func(ctx context.Context, c *registry.Client) error { _, err := c.Versions(ctx, "s"); return err }
		check    = func(ctx context.Context, c *registry.Client) error {
			_, err := c.CheckCompatibility(ctx, "s", serde.Schema{Text: orderText})
			return err
		}
	)
	html := answer{status: http.StatusNotFound, media: "text/html", body: "<html>not here</html>"}
	for _, tc := range []struct {
		name string
		call func(context.Context, *registry.Client) error
		give answer
		want map[string]bool
		text []string // parts of the message
	}{
		{"id unknown", byID, refusal(404, 40403, "Schema 7 not found"), set("schema not found", "unknown schema"), []string{"registry: schema by id 7: HTTP 404 (40403): Schema 7 not found"}},
		{"id unknown in a context", byContext, refusal(404, 40403, "Schema 7 not found"), set("schema not found", "unknown schema"), nil},
		{"id: another code is no proof", byID, refusal(404, 40401, "Subject 's' not found."), set("subject not found"), nil},
		{"id: wrong base path", byID, html, set("unavailable"), []string{"base path"}},
		{"id: unknown route", byID, refusal(404, 404, "HTTP 404 Not Found"), set("unavailable"), []string{"base path", "(404)"}},
		{"id: empty 404", byID, answer{status: 404, media: "-"}, set("unavailable"), []string{"base path"}},
		{"id: 500", byID, refusal(500, 50001, "Error in the backend"), set("unavailable"), []string{"Error in the backend"}},
		{"id: 503 from a proxy", byID, answer{status: 503, media: "text/html", body: "<html>"}, set("unavailable"), []string{"HTTP 503"}},
		{"id: 429", byID, answer{status: 429, media: "-"}, set("unavailable"), nil},
		{"id: 408", byID, answer{status: 408, media: "-"}, set("unavailable"), nil},
		{"id: 401", byID, refusal(401, 401, "Unauthorized"), set("unauthorized"), nil},
		{"id: 403", byID, refusal(403, 40301, "denied"), set("unauthorized"), nil},
		{"id: 400", byID, answer{status: 400, media: "text/html", body: "<html>"}, set(), []string{"HTTP 400", "check scheme"}},
		{"id: refusal that is null", byID, answer{status: 500, body: "null"}, set("unavailable"), nil},
		{"id: refusal of another shape", byID, answer{status: 404, body: `{"error_code":"x"}`}, set("unavailable"), nil},
		{"id: refusal that is a list", byID, answer{status: 500, body: `[1]`}, set("unavailable"), nil},
		{"version unknown", byVersion, refusal(404, 40402, "Version 3 not found."), set("version not found", "unknown schema"), []string{"registry: schema by version s version 3"}},
		{"version: subject unknown", byVersion, refusal(404, 40401, "Subject 's' not found."), set("subject not found", "unknown schema"), nil},
		{"latest: subject unknown", latest, refusal(404, 40401, "Subject 's' not found."), set("subject not found", "unknown schema"), []string{"version latest"}},
		{"look up: subject unknown", lookup, refusal(404, 40401, "Subject 's' not found."), set("subject not found", "unknown schema"), nil},
		{"look up: schema unknown", lookup, refusal(404, 40403, "Schema not found"), set("schema not found", "unknown schema"), nil},
		{"look up: invalid", lookup, refusal(422, 42201, "Invalid schema"), set("invalid schema"), nil},
		{"look up: conflict is no registration", lookup, refusal(409, 409, "?"), set(), nil},
		{"register: invalid", register, refusal(422, 42201, "Invalid schema of type AVRO, details: ..."), set("invalid schema"), []string{"registry: register s", "details"}},
		{"register: not allowed", register, refusal(403, 40301, "denied"), set("unauthorized"), nil},
		{"versions: subject unknown", versions, refusal(404, 40401, "Subject 's' not found."), set("subject not found"), nil},
		{"check: 500", check, refusal(500, 500, "Internal Server Error"), set("unavailable"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveFunc(t, func(w http.ResponseWriter, _ *http.Request) { tc.give.write(w) })
			err := tc.call(t.Context(), s.client(t))
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tc.want, is(err)); diff != "" {
				t.Errorf("%v: sentinels (-want +got):\n%s", err, diff)
			}
			var typed *registry.Error
			if !errors.As(err, &typed) || typed.HTTPStatus != tc.give.status || typed.Op == "" {
				t.Errorf("error %#v, want an *Error with status %d and Op", err, tc.give.status)
			}
			for _, part := range tc.text {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestErrorFields(t *testing.T) {
	t.Parallel()
	const message = `Schema being registered is incompatible with an earlier schema for subject "s", details: [...]`
	for _, code := range []int{409, 40901} {
		s := serve(t, map[string][]answer{
			"POST /subjects/s":          {refusal(404, 40403, "Schema not found")},
			"POST /subjects/s/versions": {refusal(409, code, message)},
		})
		_, err := s.client(t).Register(t.Context(), "s", serde.Schema{Text: orderText})
		var got *registry.Error
		if !errors.As(err, &got) {
			t.Fatalf("Register: %v, want an *Error", err)
		}
		want := registry.Error{Op: "register", Subject: "s", HTTPStatus: 409, Code: code, Message: message}
		if diff := cmp.Diff(want, *got, ids); diff != "" {
			t.Errorf("code %d (-want +got):\n%s", code, diff)
		}
		if diff := cmp.Diff(set("incompatible"), is(err)); diff != "" {
			t.Errorf("code %d: sentinels (-want +got):\n%s", code, diff)
		}
	}
}

func TestLongMessageIsCut(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string][]answer{"GET /subjects": {refusal(500, 50001, strings.Repeat("é", 100_000))}})
	if _, err := s.client(t).Subjects(t.Context()); err == nil || len(err.Error()) > 17<<10 {
		t.Errorf("error of %d bytes, want one of at most 17 KiB", len(err.Error()))
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	s := serve(t, nil)
	s.Close()
	_, err := s.client(t).SchemaByID(t.Context(), "", serde.NumberID(1))
	if diff := cmp.Diff(set("unavailable"), is(err)); diff != "" {
		t.Errorf("%v: sentinels (-want +got):\n%s", err, diff)
	}
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v, want the refused connection", err)
	}
}
