package integration

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
)

// The images that are started when neither option nor environment names others.
const (
	DefaultKafkaImage    = "apache/kafka:4.3.1"
	DefaultRegistryImage = "confluentinc/cp-schema-registry:8.3.1"
)

// Option changes what [Containers] starts. [Embedded] takes none, since it has nothing to choose.
type Option interface{ apply(*config) }

type option func(*config)

func (o option) apply(c *config) { o(c) }

// WithKafkaImage names the broker's image; default [DefaultKafkaImage]. It must be started by /etc/kafka/docker/run and take
// the KAFKA_* variables of the public image. It excludes [WithBrokers].
func WithKafkaImage(image string) Option {
	return option(func(c *config) { c.kafkaImage = image })
}

// WithRegistryImage names the registry's image, the port it listens on and the path where Confluent's API begins, "" for the
// root; default [DefaultRegistryImage], 8081 and "". It excludes [WithRegistryURL].
func WithRegistryImage(image, port, basePath string) Option {
	return option(func(c *config) { c.registryImage, c.registryPort, c.registryBasePath = image, port, basePath })
}

// WithBrokers uses a running broker: bootstrap servers as "host:port,host:port". No container is started for it.
func WithBrokers(bootstrapServers string) Option {
	return option(func(c *config) { c.brokers = bootstrapServers })
}

// WithRegistryURL uses a running registry. No container is started for it.
func WithRegistryURL(url string) Option {
	return option(func(c *config) { c.registryURL = url })
}

// WithKafkaEnv adds variables for the broker's container, such as KAFKA_MESSAGE_MAX_BYTES; they win over those of this package.
func WithKafkaEnv(env map[string]string) Option {
	return option(func(c *config) { c.kafkaEnv = env })
}

// WithAdvertised names the address that the broker's container tells clients on the host to come to, "127.0.0.1:12345", instead of its own
// mapped port: that of a proxy which the test puts in front. [Env.Brokers] still is the mapped port, and [Env.RestartBroker] needs this
// option. It excludes [WithBrokers].
func WithAdvertised(address string) Option {
	return option(func(c *config) { c.advertised = address })
}

// config is what Containers starts or uses. It is comparable in all but kafkaEnv, see shareable.
type config struct {
	kafkaImage       string
	registryImage    string
	registryPort     string
	registryBasePath string
	brokers          string
	registryURL      string
	advertised       string
	kafkaEnv         map[string]string
}

func newConfig(opts []Option) (config, error) {
	var c config
	for _, opt := range opts {
		opt.apply(&c)
	}
	var problems []error
	if c.brokers != "" && (c.kafkaImage != "" || len(c.kafkaEnv) > 0 || c.advertised != "") {
		problems = append(problems, errors.New("WithBrokers excludes WithKafkaImage, WithKafkaEnv and WithAdvertised: nothing is started"))
	}
	if c.registryURL != "" && c.registryImage != "" {
		problems = append(problems, errors.New("WithRegistryURL excludes WithRegistryImage: nothing is started"))
	}
	if c.kafkaImage == "" && len(c.kafkaEnv) == 0 && c.advertised == "" {
		c.brokers = cmp.Or(c.brokers, os.Getenv("KAFKA_BROKERS"))
	}
	c.kafkaImage = cmp.Or(c.kafkaImage, os.Getenv("KAFKA_IMAGE"), DefaultKafkaImage)
	if c.registryImage == "" {
		c.registryURL = cmp.Or(c.registryURL, os.Getenv("SCHEMA_REGISTRY_URL"))
		c.registryImage = cmp.Or(os.Getenv("REGISTRY_IMAGE"), DefaultRegistryImage)
		c.registryPort = os.Getenv("REGISTRY_PORT")
		c.registryBasePath = os.Getenv("REGISTRY_BASE_PATH")
	}
	c.registryPort = cmp.Or(c.registryPort, "8081")
	if c.registryBasePath != "" && !strings.HasPrefix(c.registryBasePath, "/") {
		problems = append(problems, fmt.Errorf("the registry's base path %q must begin with a slash", c.registryBasePath))
	}
	c.registryURL = strings.TrimSuffix(c.registryURL, "/")
	if u, err := url.Parse(c.registryURL); c.registryURL != "" && (err != nil || u.Host == "") {
		problems = append(problems, errors.New("the registry's URL is not one: it must look like http://host:8081"))
	}
	return c, errors.Join(problems...)
}

// required says whether a missing service fails the test instead of skipping it.
func required() bool {
	value := os.Getenv("REQUIRE_SERVICES")
	return value != "" && value != "0"
}

// unavailable ends a test that cannot have its services.
func unavailable(tb testing.TB, format string, args ...any) {
	tb.Helper()
	if required() {
		tb.Fatalf("integration: "+format+" (REQUIRE_SERVICES is set, so this is a failure)", args...)
		return
	}
	tb.Skipf("integration: "+format, args...)
}
