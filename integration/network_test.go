package integration_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/magicbyte-go/magicbyte/integration"
)

// TestContainersNetwork reaches the broker from a second container, which cannot follow the address that the host uses.
func TestContainersNetwork(t *testing.T) {
	env := integration.Containers(t)
	if env.Network.Brokers == "" {
		t.Skip("the broker runs elsewhere (KAFKA_BROKERS), so there is no network to join")
	}
	topic := env.CreateTopic(t, "network", 3)
	image := os.Getenv("KAFKA_IMAGE")
	if image == "" {
		image = integration.DefaultKafkaImage
	}
	client, err := testcontainers.Run(t.Context(), image,
		testcontainers.WithLogger(log.NewNoopLogger()),
		joinNetwork(env.Network.Name),
		testcontainers.WithEntrypoint("sh", "-c", "exec java -cp '/opt/kafka/libs/*' org.apache.kafka.tools.TopicCommand"+
			" --bootstrap-server "+env.Network.Brokers+" --describe --topic "+topic),
		testcontainers.WithWaitStrategy(wait.ForExit().WithPollInterval(100*time.Millisecond)),
	)
	t.Cleanup(func() {
		if err := testcontainers.TerminateContainer(client, testcontainers.StopContext(context.WithoutCancel(t.Context()))); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.Logs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	text, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "PartitionCount: 3") {
		t.Errorf("the client in the network says %q, want it to describe topic %s with 3 partitions", text, topic)
	}
}

func joinNetwork(name string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		req.Networks = append(req.Networks, name)
		return nil
	}
}
