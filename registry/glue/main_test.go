package glue_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	accessKey    = "AKIAVERYSECRETACCESS"
	secretKey    = "very/secret+key"
	sessionToken = "very//secret==token"
)

// inProcess is an HTTP client without a network, so that time can be synthetic.
type inProcess struct{ handler http.Handler }

func (p inProcess) Do(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
			err = errors.New("connection reset by peer")
		} else if p != nil {
			panic(p)
		}
	}()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	recorder := httptest.NewRecorder()
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				err = errors.New("connection reset by peer")
			}
		}()
		p.handler.ServeHTTP(recorder, r)
	}()
	select {
	case <-done:
		if err != nil {
			return nil, err
		}
		return recorder.Result(), nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// config is an AWS configuration whose calls go to handler.
func config(handler http.Handler) aws.Config {
	return aws.Config{
		Region:       "eu-central-1",
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey, secretKey, sessionToken),
		BaseEndpoint: aws.String("http://glue.test"),
		HTTPClient:   inProcess{handler},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxBackoff = time.Millisecond
				o.RateLimiter = unlimited{}
			})
		},
	}
}

func newClient(t *testing.T, handler http.Handler, opts ...glue.Option) *glue.Client {
	t.Helper()
	c, err := glue.New(config(handler), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func record(fields ...string) serde.Schema {
	return serde.Schema{Text: `{"type":"record","name":"Order","namespace":"test","fields":[` + strings.Join(fields, ",") + `]}`}
}

const (
	fieldID    = `{"name":"id","type":"string"}`
	fieldNote  = `{"name":"note","type":["null","string"],"default":null}`
	fieldCount = `{"name":"count","type":"int"}` // without a default: not backward compatible
)

func register(t *testing.T, c serde.SchemaRegistry, subject string, schema serde.Schema) serde.RegisteredSchema {
	t.Helper()
	s, err := c.Register(t.Context(), subject, schema)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantIs checks what an error is, and is not.
func wantIs(t *testing.T, what string, err error, want ...error) {
	t.Helper()
	all := []error{
		glue.ErrNotFound, glue.ErrIncompatible, glue.ErrInvalidSchema, glue.ErrUnavailable, glue.ErrUnauthorized, glue.ErrClosed, serde.ErrUnknownSchema,
	}
	for _, sentinel := range all {
		is := false
		for _, w := range want {
			is = is || w == sentinel //nolint:errorlint // sentinels themselves
		}
		if errors.Is(err, sentinel) != is {
			t.Errorf("%s: error %v: is %q: %t, want %t", what, err, sentinel, !is, is)
		}
	}
}

func fault(status int, code, message string) func(*http.Request, string, int) *fakeglue.Fault {
	return func(*http.Request, string, int) *fakeglue.Fault {
		return &fakeglue.Fault{Status: status, Code: code, Message: message}
	}
}

// unlimited lets every retry through: tests of outages would use up the tokens of all others.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }
