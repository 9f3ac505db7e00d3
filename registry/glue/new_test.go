package glue_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestNewReportsEverything(t *testing.T) {
	t.Parallel()
	_, err := glue.New(aws.Config{}, glue.WithRegistry("a b"), glue.WithLevel("STRICT"), glue.WithTimeout(0), glue.WithPendingTimeout(-1),
		glue.WithCacheSize(0), glue.WithLatestTTL(0), glue.WithSnapshot(""), glue.WithLogger(nil), glue.WithSchemaNames(nil), nil,
		glue.WithMetadata(map[string]string{"white space": "x"}), glue.WithMetadata(map[string]string{"k": strings.Repeat("v", 257)}))
	for _, want := range []string{
		"no region", "no credentials", "WithRegistry", "WithLevel", "WithTimeout", "WithPendingTimeout", "WithCacheSize", "WithLatestTTL",
		"WithSnapshot", "WithLogger", "WithSchemaNames", "an option is nil", "WithMetadata: key", "WithMetadata: value",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	for path, want := range map[string]string{"not/there/snapshot": "not/there", "new_test.go/snapshot": "not a folder"} {
		if _, err := glue.New(config(nil), glue.WithSnapshot(path)); err == nil || !strings.Contains(err.Error(), "glue: WithSnapshot: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("a snapshot at %s: %v, want %q", path, err, want)
		}
	}
	many := map[string]string{}
	for i := range 11 {
		many[fmt.Sprint(i)] = "x"
	}
	if _, err := glue.New(config(nil), glue.WithMetadata(many)); err == nil {
		t.Error("11 pairs of metadata were taken")
	}
	if _, err := glue.New(config(nil), glue.WithAPI(nil)); err == nil {
		t.Error("an API that is nil was taken")
	}
	for _, level := range glue.Levels() {
		if _, err := glue.New(config(nil), glue.WithLevel(level)); err != nil {
			t.Errorf("level %s: %v", level, err)
		}
	}
	if len(glue.Levels()) != 8 {
		t.Errorf("%d levels, Glue has 8", len(glue.Levels()))
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	legal := "azAZ09-_$#."
	for _, tt := range []struct {
		naming  glue.Naming
		subject string
		want    string // "" for an error
	}{
		{glue.Subjects, "orders-value", "orders-value"},
		{glue.Subjects, legal, legal},
		{glue.Subjects, strings.Repeat("a", 255), strings.Repeat("a", 255)},
		{glue.Subjects, strings.Repeat("a", 256), ""},
		{glue.Subjects, "", ""},
		{glue.Subjects, "orders value", ""},
		{glue.Subjects, "orders/value", ""},
		{glue.Subjects, "orders:value", ""},
		{glue.Subjects, "bestellungen-für-alle", ""},
		{glue.Subjects, "a\x00", ""},
		{glue.Subjects, ":.ctx:orders-value", ""},
		{glue.Topics, "orders-value", "orders"},
		{glue.Topics, "orders-key", "orders"},
		{glue.Topics, "orders-value-value", "orders-value"},
		{glue.Topics, "com.acme.Order", "com.acme.Order"},
		{glue.Topics, "-value", "-value"},
		{glue.WithoutDots, "orders.raw-value", "orders#raw-value"},
		{glue.WithoutDots, "orders.raw-com.acme.Order", "orders#raw-com#acme#Order"},
		{glue.WithoutDots, "orders#raw", ""},
		{func(string) (string, error) { return "", nil }, "orders", ""},
	} {
		server := new(fakeglue.Server)
		c := newClient(t, server, glue.WithSchemaNames(tt.naming))
		got, err := c.Register(t.Context(), tt.subject, record(fieldID))
		if tt.want == "" {
			if err == nil || len(server.Calls()) > 0 {
				t.Errorf("%q: error %v, calls %v; want an error before anything is asked", tt.subject, err, server.Calls())
			}
			continue
		}
		if err != nil || server.Level("default-registry", tt.want) != "BACKWARD" || got.Subject != tt.subject {
			t.Errorf("%q: no schema %q: %+v, %v", tt.subject, tt.want, got, err)
		}
	}
	// The subjects of all strategies are names.
	for _, strategy := range []serde.SubjectStrategy{serde.TopicName, serde.RecordName, serde.TopicRecordName} {
		subject, err := strategy("orders.raw_2-b", serde.Key, "com.acme.v2.Order_Event")
		if err != nil {
			t.Fatal(err)
		}
		register(t, newClient(t, new(fakeglue.Server)), subject, record(fieldID))
	}
}

// counting is an API of the caller's.
type counting struct {
	glue.API
	calls int
}

func (c *counting) GetSchemaByDefinition(ctx context.Context, in *awsglue.GetSchemaByDefinitionInput, opts ...func(*awsglue.Options)) (*awsglue.GetSchemaByDefinitionOutput, error) {
	c.calls++
	return c.API.GetSchemaByDefinition(ctx, in, opts...)
}

func TestWithAPI(t *testing.T) {
	t.Parallel()
	api := &counting{API: awsglue.NewFromConfig(config(new(fakeglue.Server)))}
	c, err := glue.New(aws.Config{}, glue.WithAPI(api))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	register(t, c, "orders-value", record(fieldID))
	if api.calls != 1 {
		t.Errorf("%d calls, want 1", api.calls)
	}
}

// secrets walks through everything that can be reached from v, unexported fields too, and reports where a credential stands.
func secrets(v reflect.Value, path string, seen map[uintptr]bool, report func(path string)) {
	switch v.Kind() {
	case reflect.String:
		for _, secret := range []string{accessKey, secretKey, sessionToken} {
			if strings.Contains(v.String(), secret) {
				report(path)
			}
		}
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		secrets(v.Elem(), path, seen, report)
	case reflect.Interface:
		if !v.IsNil() {
			secrets(v.Elem(), path+".("+v.Elem().Type().String()+")", seen, report)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			secrets(v.Field(i), path+"."+v.Type().Field(i).Name, seen, report)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			secrets(v.Index(i), path+"[]", seen, report)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			secrets(key, path+"[key]", seen, report)
			secrets(v.MapIndex(key), path+"[value]", seen, report)
		}
	}
}

// Credentials are nowhere in clients, errors and logs: not by any verb, nor for whoever walks through them.
func TestCredentialsAreNeverShown(t *testing.T) {
	t.Parallel()
	if found := false; true {
		secrets(reflect.ValueOf(&aws.Credentials{SecretAccessKey: secretKey}), "", map[uintptr]bool{}, func(string) { found = true })
		if !found {
			t.Fatal("the walk finds nothing where something is")
		}
	}
	var written strings.Builder
	logger := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	signature := func(*http.Request, string, int) *fakeglue.Fault {
		return &fakeglue.Fault{
			Status: 403, Code: "InvalidSignatureException", Authorization: true,
			Message: "The signature of " + accessKey + " with " + sessionToken + " and " + secretKey + " does not match.",
		}
	}
	server := new(fakeglue.Server)
	c := newClient(t, server, glue.WithLogger(logger), glue.WithMetadata(map[string]string{"a": "b"}))
	first := register(t, c, "orders-value", record(fieldID))
	server.Fault = signature
	values := map[string]any{"client": c, "schema": first, "new": second(glue.New(aws.Config{Credentials: config(server).Credentials}))}
	_, values["by id"] = c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{1}))
	_, values["by version"] = c.SchemaByVersion(t.Context(), "orders-value", 9)
	_, values["look up"] = c.Lookup(t.Context(), "orders-value", record(fieldNote))
	_, values["register"] = c.Register(t.Context(), "orders-value", record(fieldNote))
	_, values["register all"] = c.RegisterAll(t.Context(), serde.SubjectSchema{Subject: "a", Schema: record(fieldNote)})
	values["start"] = serde.NewSerializer(orders, c).Start(t.Context(), "orders")
	server.Fault = fault(0, "", "")
	_, values["no answer"] = c.SchemaByID(t.Context(), "", serde.GlueID([16]byte{2}))
	server.Fault = fault(503, "", "")
	_, values["recalled"] = c.SchemaByVersion(t.Context(), "orders-value", serde.LatestVersion)
	if err := c.Close(); err != nil { // the walk reads what flights would write
		t.Fatal(err)
	}
	for name, v := range values {
		secrets(reflect.ValueOf(v), name, map[uintptr]bool{}, func(path string) { t.Errorf("a credential stands at %s", path) })
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			secrets(reflect.ValueOf(fmt.Sprintf(verb, v)), name+" by "+verb, map[uintptr]bool{}, func(path string) { t.Errorf("a credential is printed: %s", path) })
		}
	}
	secrets(reflect.ValueOf(written.String()), "log", map[uintptr]bool{}, func(path string) { t.Errorf("a credential is in the %s:\n%s", path, written.String()) })
	if err, ok := values["by id"].(error); !ok || !strings.Contains(err.Error(), "The signature of [redacted]") || strings.Contains(err.Error(), "Canonical") {
		t.Errorf("error %v, want what is wrong, without the credentials", values["by id"])
	}
}

func second[T any](_ T, err error) error { return err }
