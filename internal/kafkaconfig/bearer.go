package kafkaconfig

import (
	"fmt"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Bearer reports whether a client with a user's configuration logs in with tokens (OAUTHBEARER) that it has to be given: librdkafka gets those of
// OpenID Connect, and makes unsecured ones, by itself.
func Bearer(user kafka.ConfigMap) bool {
	is := func(name, value string) bool {
		for other, got := range user {
			if Canonical(other) == name && strings.EqualFold(fmt.Sprint(got), value) {
				return true
			}
		}
		return false
	}
	return is("sasl.mechanism", "OAUTHBEARER") &&
		(is("security.protocol", "sasl_plaintext") || is("security.protocol", "sasl_ssl")) &&
		!is("sasl.oauthbearer.method", "oidc") && !is("enable.sasl.oauthbearer.unsecure.jwt", "true")
}
