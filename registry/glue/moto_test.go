package glue_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/magicbyte-go/magicbyte/internal/moto"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// TestMoto asks another implementation of Glue's API, as far as it has one: it checks no compatibility.
func TestMoto(t *testing.T) {
	t.Parallel()
	server, err := moto.Start(t.Context())
	switch {
	case errors.Is(err, moto.ErrMissing) && os.Getenv("REQUIRE_SERVICES") == "":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	cfg := aws.Config{
		Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("moto", "moto", ""),
	}
	client := func(t *testing.T, opts ...glue.Option) *glue.Client {
		t.Helper()
		c, err := glue.New(cfg, opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}

	t.Run("schema registry", func(t *testing.T) { serdetest.SchemaRegistry(t, client(t), "suite") })
	t.Run("names", func(t *testing.T) {
		for _, naming := range []glue.Naming{glue.Subjects, glue.Topics, glue.WithoutDots} {
			register(t, client(t, glue.WithSchemaNames(naming)), "orders.raw_2-b-value", record(fieldID))
		}
	})
	t.Run("levels, tags and metadata", func(t *testing.T) {
		for _, level := range glue.Levels() {
			c := client(t, glue.WithLevel(level), glue.WithTags(map[string]string{"team": "billing"}), glue.WithMetadata(map[string]string{"git": "813b268", "by": "ci"}))
			subject := "level-" + string(level)
			register(t, c, subject, record(fieldID))
			_, err := c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: subject, Schema: record(fieldID, fieldCount)})
			refused := strings.HasPrefix(string(level), "BACKWARD") || strings.HasPrefix(string(level), "FULL") || level == glue.Disabled
			if errors.Is(err, glue.ErrIncompatible) != refused || err != nil && !refused {
				t.Errorf("%s: a field without a default: %v", level, err)
			}
			if level != glue.Disabled {
				continue
			}
			_, err = c.Register(t.Context(), subject, record(fieldID, fieldNote))
			wantIs(t, "another version of a DISABLED schema", err, glue.ErrIncompatible)
		}
	})
	t.Run("a schema that does not parse", func(t *testing.T) {
		_, err := client(t).Register(t.Context(), "broken", serde.Schema{Text: "{"})
		wantIs(t, "register", err, glue.ErrInvalidSchema)
	})
	t.Run("a registry that does not exist", func(t *testing.T) {
		_, err := client(t, glue.WithRegistry("none")).Register(t.Context(), "orders", record(fieldID))
		if err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("register: %v", err)
		}
	})
	t.Run("records", func(t *testing.T) {
		out, err := serde.NewSerializer(orders, client(t), serde.WithZlib(0)).Serialize(t.Context(), "orders", &order{ID: strings.Repeat("0815", 20)})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := serde.NewDeserializer(orders, client(t)).Deserialize(t.Context(), serde.Input{Topic: "orders", Payload: out.Bytes})
		if err != nil || got.ID != strings.Repeat("0815", 20) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
