package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// letterFlags say which dead letters of which brokers.
type letterFlags struct {
	brokers, topic string
	properties     []string
	matches        []string
}

func (f *letterFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.brokers, "brokers", "localhost:9092", "brokers to connect to first, as host:port, separated by commas")
	flags.StringVar(&f.topic, "topic", "", "topic of the dead letters")
	flags.StringArrayVarP(&f.properties, "property", "X", nil, "property of librdkafka as name=value, for security for instance; may be repeated")
	flags.StringArrayVar(&f.matches, "match", nil,
		"only dead letters with key=value, where key is topic, group, stage, class or the name of a header; several must all match")
	_ = cmd.MarkFlagRequired("topic") // it exists
}

func (f *letterFlags) config() (kafka.ConfigMap, error) {
	config := kafka.ConfigMap{"bootstrap.servers": f.brokers, "enable.metrics.push": false}
	for _, property := range f.properties {
		name, value, ok := strings.Cut(property, "=")
		if !ok || name == "" {
			return nil, errors.New("--property: want name=value") // which may hold a password
		}
		config[name] = value
	}
	return config, nil
}

// filter returns whether a letter matches.
func (f *letterFlags) filter() (func(*consumer.Letter) bool, error) {
	wanted := map[string]string{}
	for _, match := range f.matches {
		key, value, ok := strings.Cut(match, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--match %q: want key=value", match)
		}
		wanted[key] = value
	}
	return func(letter *consumer.Letter) bool {
		for key, value := range wanted {
			if got, ok := lookUp(letter, key); !ok || got != value {
				return false
			}
		}
		return true
	}, nil
}

func lookUp(letter *consumer.Letter, key string) (string, bool) {
	switch key {
	case "topic":
		return letter.Origin.Topic, true
	case "group":
		return letter.Group, true
	case "stage":
		return letter.Stage, true
	case "class":
		return letter.Class, true
	default:
		return letter.Header(key)
	}
}

func newDLQCommand() *cobra.Command {
	var f letterFlags
	cmd := &cobra.Command{
		Use:   "dlq --topic TOPIC",
		Short: "List the dead letters of a topic",
		Long: `Lists the dead letters of a topic: where each comes from, and why it is there, without keys, values and headers of the records. It reads
the headers of this module's consumer, of Kafka Connect, Kafka Streams and Spring for Apache Kafka, from the oldest dead letter to the end of
the topic, and changes nothing.`,
		Example: `  magicbyte dlq --brokers localhost:9092 --topic orders.raw.billing.dlq --match class=corrupt`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, configErr := f.config()
			matches, filterErr := f.filter()
			if err := errors.Join(configErr, filterErr); err != nil {
				return err
			}
			out := &page{to: cmd.OutOrStdout()}
			w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			read, failure := 0, error(nil)
			for letter, err := range consumer.ReadDeadLetters(cmd.Context(), config, f.topic) {
				if err != nil {
					failure = err
					break
				}
				if read++; read == 1 {
					fmt.Fprintln(w, "dead letter\twritten\torigin\tgroup\tredriven\tclass\tmessage")
				}
				if matches(letter) {
					fmt.Fprintln(w, row(letter))
				}
			}
			if read == 0 && failure == nil {
				fmt.Fprintf(w, "%s holds no records\n", f.topic)
			}
			return errors.Join(failure, w.Flush(), out.err)
		},
	}
	f.register(cmd)
	return cmd
}

// row is a line of the table.
func row(letter *consumer.Letter) string {
	origin := "unknown"
	if letter.Origin.Topic != "" {
		origin = plain(letter.Origin.Topic)
		if letter.Origin.Partition >= 0 {
			origin = fmt.Sprintf("%s[%d]@%d", origin, letter.Origin.Partition, letter.Origin.Offset)
		}
	}
	return strings.Join([]string{
		fmt.Sprintf("[%d]@%d", letter.Partition, letter.Offset), letter.Written.UTC().Format(time.RFC3339), origin,
		cmp.Or(plain(letter.Group), "-"), fmt.Sprint(letter.Redriven), cmp.Or(plain(letter.Class), "-"), plain(letter.Message),
	}, "\t")
}

// plain is text from a header, in one line that does nothing to a terminal.
func plain(text string) string {
	const limit = 120
	var b strings.Builder
	for n, r := range []rune(strings.ToValidUTF8(text, "\uFFFD")) {
		switch {
		case n == limit:
			return b.String() + "…"
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func newRedriveCommand() *cobra.Command {
	var f letterFlags
	var options consumer.RedriveOptions
	cmd := &cobra.Command{
		Use:   "redrive --topic TOPIC",
		Short: "Send dead letters back to the topics that they come from",
		Long: `Sends the records of a topic of dead letters back to the topics and partitions that they come from, byte for byte, up to the end that the
topic has now. A second call goes on behind the first, also with another --match: what did not match is passed over, unless another --group
begins again. All consumer groups of those topics see the records again. The order of keys is not kept.

Look with magicbyte dlq, and with --dry-run, first.`,
		Example: `  magicbyte redrive --brokers localhost:9092 --topic orders.raw.billing.dlq --match class=handler --rate 100 --dry-run`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, configErr := f.config()
			var filterErr error
			options.Filter, filterErr = f.filter()
			if err := errors.Join(configErr, filterErr); err != nil {
				return err
			}
			done, err := consumer.Redrive(cmd.Context(), config, f.topic, options)
			verb := "sent"
			if options.DryRun {
				verb = "would be sent"
			}
			out := &page{to: cmd.OutOrStdout()}
			if err != nil && done == (consumer.Redriven{}) {
				return err // nothing was done
			}
			fmt.Fprintf(out, "%d %s, %d did not match, %d redriven too often, %d are no dead letters\n", done.Sent, verb, done.Filtered, done.Limited, done.Unknown)
			return errors.Join(err, out.err)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&options.DryRun, "dry-run", false, "count what would be done, and do nothing")
	flags.Float64Var(&options.Rate, "rate", 0, "records a second at most (default: no limit)")
	flags.IntVar(&options.Limit, "limit", 3, "how often a record may be redriven; -1 is no limit")
	flags.StringVar(&options.Group, "group", "", "group whose offsets say where to begin (default: TOPIC.redrive)")
	return cmd
}
