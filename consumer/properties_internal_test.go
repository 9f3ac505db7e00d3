package consumer

import (
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// TestFetchBackoff: librdkafka's own default would stop fetching for a second whenever its queue was full.
func TestFetchBackoff(t *testing.T) {
	t.Parallel()
	const name = "fetch.queue.backoff.ms"
	for _, test := range []struct {
		name string
		set  kafka.ConfigValue
		want kafka.ConfigValue
	}{
		{"default", nil, 10},
		{"the user's", 250, 250},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := kafka.ConfigMap{"bootstrap.servers": "localhost:9092", "group.id": "billing", "auto.offset.reset": "earliest"}
			if test.set != nil {
				config[name] = test.set
			}
			c, err := New(config, []string{"orders.raw"}, serde.StringKey(), serde.StringValue())
			if err != nil {
				t.Fatal(err)
			}
			if got := c.config[name]; got != test.want {
				t.Errorf("%s is %v, want %v", name, got, test.want)
			}
		})
	}
}
