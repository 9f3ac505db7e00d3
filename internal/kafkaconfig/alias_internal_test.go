package kafkaconfig

import (
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestAliases has librdkafka itself say that two names are one property: with a value that no property takes, it
// complains about both by the same name; text properties are known by both names.
func TestAliases(t *testing.T) {
	complaint := func(t *testing.T, name string) string {
		t.Helper()
		admin, err := kafka.NewAdminClient(&kafka.ConfigMap{name: "no such value"})
		if err != nil {
			return err.Error()
		}
		admin.Close()
		return "accepted"
	}
	for alias, canonical := range aliases {
		t.Run(alias, func(t *testing.T) {
			if alias == "auto.commit.enable" {
				canonical = alias // one property to the topic configuration only
			}
			got, want := complaint(t, alias), complaint(t, canonical)
			if got != want || got == `No such configuration property: "`+alias+`"` {
				t.Errorf("librdkafka on %q: %s; on %q: %s", alias, got, canonical, want)
			}
		})
	}
}
