package kafkaconfig

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// topicConfig is the deprecated property that holds a map of topic properties.
const topicConfig = "default.topic.config"

// Kind says which client the properties are for.
type Kind uint8

const (
	// Producer checks the configuration with a producer.
	Producer Kind = iota
	// Consumer checks the configuration with a consumer.
	Consumer
)

// Owned is a property that the package sets itself, or keeps unset.
type Owned struct {
	// Value is what librdkafka gets; nil leaves the property out.
	Value kafka.ConfigValue
	// Instead completes the sentence `property "x" is set by this package: ...`: what to use, or why there is no choice.
	Instead string
}

// Rules are what a package decides about its client's properties, all under their canonical names (see [Canonical]).
type Rules struct {
	// Package is the prefix of errors, "producer" or "consumer".
	Package string
	Kind    Kind
	Owned   map[string]Owned
	// Defaults are set where the user set the property under none of its names.
	Defaults map[string]kafka.ConfigValue
	// Required are properties that the user must set, with the reason that stands in the error.
	Required map[string]string
	// Tokens says that the package has a source of tokens for OAUTHBEARER.
	Tokens bool
}

// setting is one property as the user wrote it.
type setting struct {
	name    string // the user's spelling
	value   kafka.ConfigValue
	inTopic bool // stands in default.topic.config
}

func (s setting) String() string {
	if s.inTopic {
		return fmt.Sprintf("%q in %s", s.name, topicConfig)
	}
	return fmt.Sprintf("%q", s.name)
}

// Resolve returns the configuration for librdkafka: the user's properties under their own spelling, the owned ones and the
// defaults. default.topic.config is dissolved into the main map, because librdkafka forgets the topic properties of the
// main map when it happens to see that one after them. The error joins all problems; it holds no value of a
// secret property. Resolve opens no connection: it creates a client without brokers and closes it.
func Resolve(user kafka.ConfigMap, rules Rules) (kafka.ConfigMap, error) {
	var problems []error
	report := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf(rules.Package+": "+format, args...))
	}

	settings, err := flatten(user)
	if err != nil {
		report("%w", err)
	}
	resolved := kafka.ConfigMap{}
	seen := map[string]setting{}
	for _, s := range settings {
		name := Canonical(s.name)
		if owned, ok := rules.Owned[name]; ok {
			report("property %s is set by this package: %s", s, owned.Instead)
			continue
		}
		if first, ok := seen[name]; ok {
			report("properties %s and %s are one property: set only one of them", first, s)
			continue
		}
		seen[name] = s
		resolved[s.name] = s.value
	}
	for _, name := range slices.Sorted(maps.Keys(rules.Required)) {
		if s, ok := seen[name]; !ok || s.value == nil || s.value == "" {
			report("property %q must be set: %s", name, rules.Required[name])
		}
	}
	if s, ok := seen[bootstrap]; ok && s.value != "" {
		if err := checkServers(s.value); err != nil {
			report("property %s: %w", s, err)
		}
	}
	switch bearer := Bearer(user); {
	case bearer && !rules.Tokens:
		report("property \"sasl.mechanism\": OAUTHBEARER needs WithTokenSource, or sasl.oauthbearer.method=oidc")
	case !bearer && rules.Tokens:
		report("WithTokenSource: its tokens are not asked for: that needs sasl.mechanism=OAUTHBEARER and security.protocol=SASL_SSL or SASL_PLAINTEXT")
	}
	defaults := kafka.ConfigMap{}
	for name, value := range rules.Defaults {
		if _, ok := seen[name]; !ok {
			resolved[name], defaults[name] = value, value
		}
	}
	for name, owned := range rules.Owned {
		if owned.Value != nil {
			resolved[name] = owned.Value
		}
	}
	for _, err := range probe(resolved, rules) {
		report("%w%s", err, explain(err, defaults))
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return resolved, nil
}

// explain names the defaults that an error speaks of: the user has not set them.
func explain(err error, defaults kafka.ConfigMap) string {
	var named []string
	for _, name := range slices.Sorted(maps.Keys(defaults)) {
		if strings.Contains(err.Error(), "`"+name+"`") {
			named = append(named, fmt.Sprintf("%s=%v", name, defaults[name]))
		}
	}
	if named == nil {
		return ""
	}
	return fmt.Sprintf(" (%s is this package's default: set what you want)", strings.Join(named, ", "))
}

// flatten lists the user's settings in the order of their names, those of default.topic.config last.
func flatten(user kafka.ConfigMap) ([]setting, error) {
	var settings []setting
	for _, name := range slices.Sorted(maps.Keys(user)) {
		if name != topicConfig {
			settings = append(settings, setting{name: name, value: user[name]})
		}
	}
	value, ok := user[topicConfig]
	if !ok {
		return settings, nil
	}
	topic, ok := value.(kafka.ConfigMap)
	if !ok {
		return settings, fmt.Errorf("property %q: want a kafka.ConfigMap, got %T", topicConfig, value)
	}
	for _, name := range slices.Sorted(maps.Keys(topic)) {
		settings = append(settings, setting{name: name, value: topic[name], inTopic: true})
	}
	return settings, nil
}
