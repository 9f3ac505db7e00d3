package glue_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

// answers is a server that always says the same.
func answers(status int, media, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

// failing gives no credentials.
type failing struct{ err error }

func (f failing) Retrieve(context.Context) (aws.Credentials, error) { return aws.Credentials{}, f.err }

// apiFault is an answer of whoever gives credentials.
func apiFault(code string) error {
	return &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: &smithy.GenericAPIError{Code: code, Message: "says STS"}}
}

func TestErrorClasses(t *testing.T) {
	t.Parallel()
	id := serde.GlueID([16]byte{1})
	faulty := func(status int, code string) http.Handler {
		return &fakeglue.Server{Fault: fault(status, code, "says AWS")}
	}
	const media = "application/x-amz-json-1.1"
	cases := []struct {
		name        string
		handler     http.Handler
		credentials aws.CredentialsProvider
		want        []error
		class       serde.Class // of a record in flight
		text        string
	}{
		{name: "unknown id", handler: new(fakeglue.Server), want: []error{glue.ErrNotFound, serde.ErrUnknownSchema}, class: serde.ClassUnknownSchema, text: "EntityNotFoundException"},
		{name: "throttling", handler: faulty(400, "ThrottlingException"), want: []error{glue.ErrUnavailable}, text: "ThrottlingException: says AWS"},
		{name: "throttling by status", handler: faulty(429, "SomethingElse"), want: []error{glue.ErrUnavailable}},
		{name: "a limit on requests", handler: faulty(400, "RequestLimitExceeded"), want: []error{glue.ErrUnavailable}},
		{name: "a fault of Glue's", handler: faulty(500, "InternalServiceException"), want: []error{glue.ErrUnavailable}},
		{name: "a fault without a code", handler: faulty(503, ""), want: []error{glue.ErrUnavailable}},
		{name: "time-out of Glue's", handler: faulty(400, "OperationTimeoutException"), want: []error{glue.ErrUnavailable}},
		{name: "no right", handler: faulty(400, "AccessDeniedException"), want: []error{glue.ErrUnauthorized}, text: "AccessDeniedException"},
		{name: "unknown key", handler: faulty(400, "UnrecognizedClientException"), want: []error{glue.ErrUnauthorized}},
		{name: "expired credentials", handler: faulty(400, "ExpiredTokenException"), want: []error{glue.ErrUnauthorized}},
		{name: "wrong signature", handler: faulty(403, "InvalidSignatureException"), want: []error{glue.ErrUnauthorized}},
		{name: "status 403", handler: faulty(403, "SomethingElse"), want: []error{glue.ErrUnauthorized}},
		{name: "status 401", handler: faulty(401, "SomethingElse"), want: []error{glue.ErrUnauthorized}},
		{name: "the connection ends", handler: faulty(0, ""), want: []error{glue.ErrUnavailable}, text: "connection reset"},
		{name: "an answer that is not JSON", handler: answers(200, media, "<html>"), want: []error{glue.ErrUnavailable}},
		{name: "an answer of somebody else", handler: answers(404, "text/html", "<html>"), want: []error{glue.ErrUnavailable}},
		{name: "an answer of a proxy", handler: answers(502, "text/html", "<html>"), want: []error{glue.ErrUnavailable}},
		{name: "an empty answer", handler: answers(200, media, "{}"), want: []error{glue.ErrUnavailable}, text: "without the id"},
		{name: "an id that is none", handler: answers(200, media, `{"SchemaVersionId":"x"}`), want: []error{glue.ErrUnavailable}, text: "none of a version"},
		{name: "no definition", handler: answers(200, media, `{"SchemaVersionId":"`+id.String()+`"}`), want: []error{glue.ErrUnavailable}, text: "without a definition"},
		{name: "no credentials", handler: new(fakeglue.Server), credentials: failing{errors.New("no EC2 IMDS role found")}, want: []error{glue.ErrUnauthorized}, text: "no credentials"},
		{name: "credentials refused", handler: new(fakeglue.Server), credentials: failing{apiFault("AccessDenied")}, want: []error{glue.ErrUnauthorized}, text: "no credentials"},
		{name: "credentials throttled", handler: new(fakeglue.Server), credentials: failing{apiFault("Throttling")}, want: []error{glue.ErrUnavailable}, text: "no credentials"},
		{name: "nobody gives credentials now", handler: new(fakeglue.Server), credentials: failing{errors.New("dial tcp: i/o timeout")}, want: []error{glue.ErrUnavailable}, text: "no credentials"},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(tt.handler)
			if tt.credentials != nil {
				cfg.Credentials = tt.credentials
			}
			c, err := glue.New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, err = c.SchemaByID(t.Context(), "", id)
			wantIs(t, "by id", err, tt.want...)
			if err == nil || !strings.Contains(err.Error(), tt.text) || !strings.HasPrefix(err.Error(), "glue: schema by id "+id.String()) {
				t.Errorf("error %v, want %q in it", err, tt.text)
			}
			// To a record in flight, whatever is no answer may pass.
			class := tt.class
			if class == serde.ClassOther {
				class = serde.ClassRegistryUnavailable
			}
			payload := append(serde.AppendFrame(nil, id), "body"...)
			_, _, err = serde.NewDeserializer(orders, c).Deserialize(t.Context(), serde.Input{Topic: "orders", Payload: payload})
			if serde.ClassOf(err) != class {
				t.Errorf("a record: class %v, want %v: %v", serde.ClassOf(err), class, err)
			}
			// A start fails, unless the answer is that there is nothing yet.
			err = serde.NewDeserializer(orders, c).Start(t.Context(), "orders")
			if (err == nil) != (tt.class == serde.ClassUnknownSchema) {
				t.Errorf("Start: %v", err)
			}
			for _, sentinel := range []error{glue.ErrUnauthorized, glue.ErrUnavailable} {
				if err != nil && tt.want[0] == sentinel && !errors.Is(err, sentinel) { //nolint:errorlint // sentinels themselves
					t.Errorf("Start: %v is not %v", err, sentinel)
				}
			}
		})
	}
}

func TestNotAnIDOfGlue(t *testing.T) {
	t.Parallel()
	server := new(fakeglue.Server)
	c := newClient(t, server)
	for _, id := range []serde.SchemaID{{}, serde.NumberID(1), serde.GUIDID([16]byte{1})} {
		_, err := c.SchemaByID(t.Context(), "", id)
		wantIs(t, id.String(), err, glue.ErrNotFound, serde.ErrUnknownSchema)
	}
	if _, err := c.SchemaByID(t.Context(), ".ctx", serde.GlueID([16]byte{1})); err == nil || !strings.Contains(err.Error(), "has none") {
		t.Errorf("in a registry context: %v", err)
	}
	for _, version := range []int{0, -2} {
		if _, err := c.SchemaByVersion(t.Context(), "orders-value", version); err == nil || !strings.Contains(err.Error(), "not a version") {
			t.Errorf("version %d: %v", version, err)
		}
	}
	if calls := server.Calls(); len(calls) > 0 {
		t.Errorf("Glue was asked: %v", calls)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	c, err := glue.New(config(new(fakeglue.Server)))
	if err != nil {
		t.Fatal(err)
	}
	first := register(t, c, "orders-value", record(fieldID))
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.SchemaByID(t.Context(), "", first.ID); err != nil {
		t.Errorf("what is cached: %v", err)
	}
	_, err = c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{1}))
	wantIs(t, "what is not", err, glue.ErrClosed)
	_, err = c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "a", Schema: record(fieldNote)})
	wantIs(t, "register all", err, glue.ErrClosed)
	err = c.Preload(t.Context(), "a")
	wantIs(t, "preload", err, glue.ErrClosed)
}
