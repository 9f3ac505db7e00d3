package integration

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfig(t *testing.T) {
	type vars map[string]string
	defaults := config{
		kafkaImage:    DefaultKafkaImage,
		registryImage: DefaultRegistryImage,
		registryPort:  "8081",
	}
	with := func(change func(*config)) config {
		c := defaults
		change(&c)
		return c
	}
	tests := []struct {
		name string
		env  vars
		opts []Option
		want config
	}{
		{name: "public images by default", want: defaults},
		{
			name: "images from the environment",
			env:  vars{"KAFKA_IMAGE": "k:1", "REGISTRY_IMAGE": "r:1", "REGISTRY_PORT": "8080", "REGISTRY_BASE_PATH": "/apis/ccompat/v7"},
			want: config{kafkaImage: "k:1", registryImage: "r:1", registryPort: "8080", registryBasePath: "/apis/ccompat/v7"},
		},
		{
			name: "an option for the registry wins as a whole: port and path of another image would be wrong",
			env:  vars{"REGISTRY_IMAGE": "r:1", "REGISTRY_PORT": "8080", "REGISTRY_BASE_PATH": "/apis", "SCHEMA_REGISTRY_URL": "http://elsewhere:1"},
			opts: []Option{WithRegistryImage("r:2", "", "")},
			want: with(func(c *config) { c.registryImage = "r:2" }),
		},
		{
			name: "running services from the environment",
			env:  vars{"KAFKA_BROKERS": "a:1,b:1", "SCHEMA_REGISTRY_URL": "http://elsewhere:1/"},
			want: with(func(c *config) { c.brokers, c.registryURL = "a:1,b:1", "http://elsewhere:1" }),
		},
		{
			name: "running services as options",
			env:  vars{"KAFKA_BROKERS": "a:1", "SCHEMA_REGISTRY_URL": "http://elsewhere:1"},
			opts: []Option{WithBrokers("b:2"), WithRegistryURL("http://here:2/api/")},
			want: with(func(c *config) { c.brokers, c.registryURL = "b:2", "http://here:2/api" }),
		},
		{
			name: "a broker with settings of its own is started, whatever runs elsewhere",
			env:  vars{"KAFKA_BROKERS": "a:1"},
			opts: []Option{WithKafkaEnv(map[string]string{"KAFKA_MESSAGE_MAX_BYTES": "1"})},
			want: with(func(c *config) { c.kafkaEnv = map[string]string{"KAFKA_MESSAGE_MAX_BYTES": "1"} }),
		},
		{
			name: "a broker behind a proxy is started, whatever runs elsewhere",
			env:  vars{"KAFKA_BROKERS": "a:1"},
			opts: []Option{WithAdvertised("127.0.0.1:1")},
			want: with(func(c *config) { c.advertised = "127.0.0.1:1" }),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			clearEnv(t)
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			got, err := newConfig(tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(config{})); diff != "" {
				t.Errorf("config from %v (-want +got):\n%s", tt.env, diff)
			}
		})
	}
}

func TestConfigProblems(t *testing.T) {
	clearEnv(t)
	_, err := newConfig([]Option{
		WithBrokers("a:1"), WithKafkaImage("k:1"),
		WithRegistryURL("localhost:8081"), WithRegistryImage("r:1", "8081", "apis"),
	})
	if err == nil {
		t.Fatal("no error for options that exclude each other")
	}
	for _, want := range []string{"WithBrokers excludes", "WithRegistryURL excludes", `"apis" must begin with a slash`, "must look like http://"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name %q: all problems are told at once", err, want)
		}
	}
}

func clearEnv(t *testing.T) {
	t.Helper()
	for _, name := range []string{"KAFKA_IMAGE", "REGISTRY_IMAGE", "REGISTRY_PORT", "REGISTRY_BASE_PATH", "KAFKA_BROKERS", "SCHEMA_REGISTRY_URL"} {
		t.Setenv(name, "")
	}
}

func TestUnavailable(t *testing.T) {
	tests := []struct {
		name, require string
		want          outcome
	}{
		{name: "a skip that says why", want: outcome{skipped: "integration: no Docker: no socket"}},
		{name: "zero is off", require: "0", want: outcome{skipped: "integration: no Docker: no socket"}},
		{
			name: "a failure where services are required", require: "1",
			want: outcome{failed: "integration: no Docker: no socket (REQUIRE_SERVICES is set, so this is a failure)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("REQUIRE_SERVICES", tt.require)
			spy := &spy{TB: t}
			unavailable(spy, "no Docker: %s", "no socket")
			if spy.outcome != tt.want {
				t.Errorf("with REQUIRE_SERVICES=%q: %+v, want %+v", tt.require, spy.outcome, tt.want)
			}
		})
	}
}
