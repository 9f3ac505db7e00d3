package integration

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/testcontainers/testcontainers-go"
)

// Aliases and ports within the Docker network.
const (
	kafkaAlias    = "kafka"
	registryAlias = "registry"
	hostPort      = "9092"  // PLAINTEXT, mapped to a port of the host
	brokerPort    = "19092" // BROKER, for the broker itself and other containers
)

// startScript is what the broker's container waits for: the address to advertise is known only once it runs.
const startScript = "/tmp/magicbyte-start.sh"

// runKafka starts the broker and returns its address as the host sees it. It has three listeners: a client on the host
// follows the address with the mapped port, while the broker itself (its transaction coordinator, for one) and other containers need
// one that works inside the network.
func (s *stack) runKafka(ctx context.Context, cfg config) (address string, err error) {
	env := map[string]string{
		"KAFKA_NODE_ID":                                          "1",
		"KAFKA_PROCESS_ROLES":                                    "broker,controller",
		"KAFKA_LISTENERS":                                        "PLAINTEXT://:" + hostPort + ",BROKER://:" + brokerPort + ",CONTROLLER://:9093",
		"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP":                   "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"KAFKA_INTER_BROKER_LISTENER_NAME":                       "BROKER",
		"KAFKA_CONTROLLER_LISTENER_NAMES":                        "CONTROLLER",
		"KAFKA_CONTROLLER_QUORUM_VOTERS":                         "1@localhost:9093",
		"KAFKA_AUTO_CREATE_TOPICS_ENABLE":                        "false",
		"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR":                 "1",
		"KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS":                     "4",
		"KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR":         "1",
		"KAFKA_TRANSACTION_STATE_LOG_MIN_ISR":                    "1",
		"KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS":             "4",
		"KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
		"KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR":            "1",
		// Groups form at once, notice a dead member after a second, and rebalance in one where the defaults take five.
		"KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS":         "0",
		"KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS":             "1000",
		"KAFKA_GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS": "100",
		"KAFKA_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS":     "100",
		"KAFKA_GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS":    "1000",
	}
	maps.Copy(env, cfg.kafkaEnv)
	advertise := func(ctx context.Context, c testcontainers.Container) error {
		if address, err = c.PortEndpoint(ctx, hostPort+"/tcp", ""); err != nil {
			return fmt.Errorf("the broker's mapped port: %w", err)
		}
		script := "export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://" + cmp.Or(cfg.advertised, address) + ",BROKER://" + kafkaAlias + ":" + brokerPort + "\n" +
			"exec /etc/kafka/docker/run\n"
		return c.CopyToContainer(ctx, []byte(script), startScript, 0o755)
	}
	s.broker, err = s.run(ctx, cfg.kafkaImage, kafkaAlias,
		testcontainers.WithEnv(env),
		testcontainers.WithExposedPorts(hostPort+"/tcp"),
		// The script counts once its last line is there.
		testcontainers.WithEntrypoint("sh", "-c", "until grep -qs ^exec "+startScript+"; do sleep 0.05; done; exec sh "+startScript),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostStarts: []testcontainers.ContainerHook{advertise},
		}),
	)
	return address, err
}

// runRegistry starts the registry and returns its address as the host sees it. Confluent's registry keeps its data in the
// broker; others take no notice of its variables.
func (s *stack) runRegistry(ctx context.Context, cfg config, brokers string) (address string, err error) {
	env := map[string]string{
		"SCHEMA_REGISTRY_HOST_NAME": registryAlias,
		"SCHEMA_REGISTRY_LISTENERS": "http://0.0.0.0:" + cfg.registryPort,
	}
	if brokers == "" {
		brokers = cfg.brokers // a running one, which then has to be within reach of a container
	}
	env["SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS"] = "PLAINTEXT://" + strings.ReplaceAll(brokers, ",", ",PLAINTEXT://")
	c, err := s.run(ctx, cfg.registryImage, registryAlias,
		testcontainers.WithEnv(env),
		testcontainers.WithExposedPorts(cfg.registryPort+"/tcp"),
	)
	if err != nil {
		return "", err
	}
	return c.PortEndpoint(ctx, cfg.registryPort+"/tcp", "")
}

// pingKafka asks a broker whether it answers a client.
func pingKafka(brokers string) func(context.Context) error {
	return func(ctx context.Context) error {
		c, err := newClient(brokers)
		if err != nil {
			return final{err}
		}
		defer c.Close()
		return c.Ping(ctx)
	}
}

// pingRegistry asks a registry for its subjects.
func pingRegistry(base string) func(context.Context) error {
	return func(ctx context.Context) error {
		return (&Env{RegistryURL: base}).request(ctx, http.MethodGet, "/subjects", nil, new([]string))
	}
}
