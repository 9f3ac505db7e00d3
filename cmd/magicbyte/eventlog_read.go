package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/spf13/cobra"
	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

func newEventlogReadCommand() *cobra.Command {
	var b bucketFlags
	var r rangeFlags
	var registryURL string
	cmd := &cobra.Command{
		Use:   "read --bucket URL --topic TOPIC",
		Short: "Print the records of a log as JSON, one a line",
		Long: `Prints the records of a log, by partition and offset. Keys and values that are text are printed as they are, others in base64; with --registry values are
printed in Avro's JSON encoding by the schema that they were written with. Gaps and damaged objects are told on the standard error, and make the exit code 1.`,
		Example: `  magicbyte eventlog read --bucket file:///var/lib/events --topic orders.raw --registry http://localhost:8081 | jq .value.event_type`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.with(cmd, func(bucket *blob.Bucket, _ string) error {
				p := printing{}
				if registryURL != "" {
					reg, err := registry.New(registryURL)
					if err != nil {
						return err
					}
					p.reg, p.schemas = reg, map[serde.SchemaID]*avro.Schema{}
				}
				out := bufio.NewWriterSize(cmd.OutOrStdout(), 64<<10)
				err := p.all(cmd, out, eventlog.Read(cmd.Context(), bucket, b.topic, r.from, r.to, b.options(r.partitions)...))
				if err = errors.Join(err, out.Flush()); errors.Is(err, syscall.EPIPE) {
					return nil // who reads has seen enough
				}
				return err
			})
		},
	}
	b.register(cmd)
	r.register(cmd)
	cmd.Flags().StringVar(&registryURL, "registry", "", "URL of the schema registry, to print values by their schemas")
	return cmd
}

// printing turns envelopes into lines.
type printing struct {
	reg     serde.SchemaReader // nil: values are bytes
	schemas map[serde.SchemaID]*avro.Schema
}

type line struct {
	Topic     string          `json:"topic"`
	Partition int32           `json:"partition"`
	Offset    int64           `json:"offset"`
	Timestamp string          `json:"timestamp,omitempty"`
	Key       any             `json:"key"`
	Headers   []lineHeader    `json:"headers,omitempty"`
	SchemaID  *int32          `json:"schema_id,omitempty"`
	Value     json.RawMessage `json:"value"`
}

type lineHeader struct {
	Key   any `json:"key"`
	Value any `json:"value"`
}

// text is a string where bytes are one, else the bytes, which JSON shows in base64.
func text(b []byte) any {
	switch {
	case b == nil:
		return nil
	case utf8.Valid(b):
		return string(b)
	default:
		return b
	}
}

func (p *printing) all(cmd *cobra.Command, out *bufio.Writer, records func(yield func(*eventlog.Envelope, error) bool)) error {
	problems := 0
	for e, err := range records {
		if err != nil {
			var gap *eventlog.GapError
			var object *eventlog.ObjectError
			if !errors.As(err, &gap) && !errors.As(err, &object) {
				return err
			}
			problems++
			fmt.Fprintln(cmd.ErrOrStderr(), err)
			continue
		}
		l := line{Topic: e.Topic, Partition: e.Partition, Offset: e.Offset, Key: text(e.Key), SchemaID: e.SchemaID}
		if e.TimestampType != eventlog.TimestampTypeNone {
			l.Timestamp = e.Timestamp.UTC().Format(time.RFC3339Nano)
		}
		for _, h := range e.Headers {
			l.Headers = append(l.Headers, lineHeader{text(h.Key), text(h.Value)})
		}
		if l.Value, err = p.value(cmd.Context(), e); err != nil {
			return fmt.Errorf("%s[%d]@%d: %w", e.Topic, e.Partition, e.Offset, err)
		}
		text, err := json.Marshal(l)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	if problems > 0 {
		return fmt.Errorf("%d parts of the log could not be read", problems)
	}
	return nil
}

// value is a value by its schema, or as text or base64 where it has none.
func (p *printing) value(ctx context.Context, e *eventlog.Envelope) (json.RawMessage, error) {
	if p.reg != nil {
		if id, body, err := serde.ParseFrame(e.Value); err == nil {
			schema, ok := p.schemas[id]
			if !ok {
				got, err := p.reg.SchemaByID(ctx, "", id)
				if err != nil {
					return nil, err
				}
				if schema, err = avro.Parse(got.Text, avro.Lenient()); err != nil {
					return nil, err
				}
				p.schemas[id] = schema
			}
			if text, err := schema.BinaryToJSON(nil, body); err == nil {
				return text, nil
			}
		}
	}
	return json.Marshal(text(e.Value))
}

func newEventlogReplayCommand() *cobra.Command {
	var b bucketFlags
	var k kafkaFlags
	var r rangeFlags
	var target string
	var rate float64
	var repartition bool
	cmd := &cobra.Command{
		Use:   "replay --bucket URL --topic TOPIC --target TOPIC",
		Short: "Produce the records of a log again",
		Long: `Produces the records of a log to a topic, which must exist: with their keys, values, headers and timestamps, to the partitions that they come from. A
gap ends it. Brokers may refuse old timestamps, and retention counts from them: look at retention.ms of the target first.`,
		Example: `  magicbyte eventlog replay --bucket file:///var/lib/events --topic orders.raw --target orders.again --rate 1000`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := k.config()
			if err != nil {
				return err
			}
			return b.with(cmd, func(bucket *blob.Bucket, _ string) error {
				opts := append(b.options(r.partitions), eventlog.WithRate(rate))
				if repartition {
					opts = append(opts, eventlog.WithRepartition())
				}
				sent, err := eventlog.Replay(cmd.Context(), bucket, b.topic, r.from, r.to, config, target, opts...)
				out := &page{to: cmd.OutOrStdout()}
				fmt.Fprintf(out, "%d records sent to %s\n", sent, target)
				return errors.Join(err, out.err)
			})
		},
	}
	b.register(cmd)
	k.register(cmd)
	r.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&target, "target", "", "topic to produce to")
	flags.Float64Var(&rate, "rate", 0, "records a second at most (default: no limit)")
	flags.BoolVar(&repartition, "repartition", false, "let keys choose the partitions")
	_ = cmd.MarkFlagRequired("target") // it exists
	return cmd
}

func newEventlogVerifyCommand() *cobra.Command {
	var b bucketFlags
	var k kafkaFlags
	var from int64
	var group string
	cmd := &cobra.Command{
		Use:   "verify --bucket URL --topic TOPIC",
		Short: "Prove that a log is whole: offsets without a gap, files as they were stored",
		Long: `Reads all files of a topic and names each object that is missing, torn, changed or under another's name. The first objects of a partition must be there,
unless --from says where it begins; with --group, so must the last ones, up to what the group has committed. The exit code is 1 if anything is wrong.`,
		Example: `  magicbyte eventlog verify --bucket file:///var/lib/events --topic orders.raw --group event-log`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts := b.options(nil)
			if group != "" {
				config, err := k.config()
				if err != nil {
					return err
				}
				ends, err := committedOffsets(cmd.Context(), config, group, b.topic)
				if err != nil {
					return fmt.Errorf("offsets of group %s: %w", group, err)
				}
				opts = append(opts, eventlog.WithEnds(ends))
			}
			return b.with(cmd, func(bucket *blob.Bucket, _ string) error {
				report, err := eventlog.Verify(cmd.Context(), bucket, b.topic, from, opts...)
				if err != nil {
					return err
				}
				out := &page{to: cmd.OutOrStdout()}
				for _, problem := range report.Problems {
					fmt.Fprintln(out, problem)
				}
				fmt.Fprintf(out, "%d files, %d records, %d offsets without a record, %d bytes, %d partitions\n", report.Files, report.Records, report.Holes, report.Bytes, len(report.Next))
				if n := len(report.Problems); n > 0 {
					return errors.Join(fmt.Errorf("the log has %d problems", n), out.err)
				}
				return out.err
			})
		},
	}
	b.register(cmd)
	k.register(cmd)
	flags := cmd.Flags()
	flags.Int64Var(&from, "from", -1, "offset that each partition begins at (default: where the topic began)")
	flags.StringVar(&group, "group", "", "consumer group of the log, whose committed offsets must be reached (default: not asked)")
	return cmd
}

// committedOffsets asks the brokers where a group stands in a topic.
func committedOffsets(ctx context.Context, config kafka.ConfigMap, group, topic string) (map[int32]int64, error) {
	admin, err := kafka.NewAdminClient(&config)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	groups, err := admin.ListConsumerGroupOffsets(ctx, []kafka.ConsumerGroupTopicPartitions{{Group: group}})
	if err != nil {
		return nil, err
	}
	ends := map[int32]int64{}
	for _, g := range groups.ConsumerGroupsTopicPartitions {
		for _, tp := range g.Partitions {
			if tp.Error == nil && *tp.Topic == topic && tp.Offset >= 0 {
				ends[tp.Partition] = int64(tp.Offset)
			}
		}
	}
	if len(ends) == 0 {
		return nil, fmt.Errorf("it has committed nothing of topic %s", topic)
	}
	return ends, nil
}
