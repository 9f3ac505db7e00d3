package kafkaconfig

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// probe asks librdkafka what it thinks of config. Of wrong names and values it reports only the first it meets, so each one is
// taken out and the rest tried again. What is wrong with a combination of properties is reported when it is all there is.
func probe(config kafka.ConfigMap, rules Rules) []error {
	config = maps.Clone(config)
	for name := range config {
		_, owned := rules.Owned[name]
		if Canonical(name) == bootstrap || owned && strings.HasPrefix(name, "go.") {
			delete(config, name)
		}
	}
	config["log.queue"] = true // a queue that nobody serves: the probe stays silent
	if group, ok := config["group.id"]; rules.Kind == Consumer && (!ok || group == "") {
		config["group.id"] = "probe" // required, and reported as such by Resolve; closing a client with an empty one never ends
	}

	var problems []error
	for {
		err := tryClient(config, rules.Kind)
		if err == nil {
			return problems
		}
		name := namedIn(err, config)
		if name == "" {
			if len(problems) > 0 {
				return problems // a consequence of what was taken out
			}
			return []error{fmt.Errorf("configuration: %w", redacted(err, config))}
		}
		problems = append(problems, fmt.Errorf("property %q: %w", name, redacted(err, config)))
		delete(config, name)
		// What was taken out may have belonged to the security settings: the client must not be set up with half of them.
		config["security.protocol"] = "plaintext"
	}
}

// tryClient creates a client and closes it.
func tryClient(config kafka.ConfigMap, kind Kind) error {
	if kind == Consumer {
		consumer, err := kafka.NewConsumer(&config)
		if err != nil {
			return err
		}
		return consumer.Close()
	}
	// An admin client is a producer to librdkafka, without the goroutines that take 100 ms to end.
	admin, err := kafka.NewAdminClient(&config)
	if err != nil {
		return err
	}
	admin.Close()
	return nil
}

// namedIn returns the property of config that err is about, or "" when it is about several. librdkafka puts the property in
// double quotes, by another of its names where it has several; the Go client writes "for key x".
func namedIn(err error, config kafka.ConfigMap) string {
	text := err.Error()
	var mentioned string
	if parts := strings.SplitN(text, `"`, 3); len(parts) == 3 {
		mentioned = parts[1]
	} else if _, rest, ok := strings.Cut(text, " for key "); ok {
		mentioned, _, _ = strings.Cut(rest, " ")
	} else {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		if Canonical(name) == Canonical(mentioned) {
			return name
		}
	}
	return ""
}
