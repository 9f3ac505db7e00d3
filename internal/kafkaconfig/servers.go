package kafkaconfig

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

const bootstrap = "bootstrap.servers"

// checkServers refuses lists of brokers that librdkafka would only log about, and then wait for ever.
func checkServers(value kafka.ConfigValue) error {
	list, ok := value.(string)
	if !ok {
		return fmt.Errorf("want a string of host:port, separated by commas, got %T", value)
	}
	for server := range strings.SplitSeq(list, ",") {
		if err := checkServer(strings.TrimSpace(server)); err != nil {
			return err
		}
	}
	return nil
}

// checkServer takes host, host:port and [ipv6]:port, each after an optional security protocol as in SASL_SSL://host.
func checkServer(server string) error {
	if server == "" {
		return errors.New("an entry of the list of brokers is empty")
	}
	address := server
	if protocol, rest, ok := strings.Cut(server, "://"); ok {
		switch strings.ToLower(protocol) {
		case "plaintext", "ssl", "sasl_plaintext", "sasl_ssl":
		default:
			return fmt.Errorf("broker %q: want host:port, not a URL", redactUser(server))
		}
		address = rest
	}
	if !strings.Contains(address, ":") {
		if strings.ContainsAny(address, "/ @") {
			return fmt.Errorf("broker %q: want host:port", redactUser(server))
		}
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || strings.ContainsAny(host, "/ @") {
		return fmt.Errorf("broker %q: want host:port", redactUser(server))
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("broker %q: the port must be a number from 1 to 65535", redactUser(server))
	}
	return nil
}

// redactUser hides what stands before an @, where people put credentials into URLs.
func redactUser(server string) string {
	if at := strings.LastIndexByte(server, '@'); at >= 0 {
		return "***" + server[at:]
	}
	return server
}
