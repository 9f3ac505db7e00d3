package main

import (
	"errors"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func newEventlogCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eventlog",
		Short: "Keep every record of a topic in object storage, read it, produce it again, prove that it is whole",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newEventlogRunCommand(), newEventlogListCommand(), newEventlogReadCommand(), newEventlogReplayCommand(), newEventlogVerifyCommand())
	return cmd
}

func newEventlogRunCommand() *cobra.Command {
	var b bucketFlags
	var k kafkaFlags
	var group, registryURL, timePath, compression string
	var rotation eventlog.Rotation
	var idle time.Duration
	var memory int64
	var toEnd, finish bool
	cmd := &cobra.Command{
		Use:   "run --bucket URL --topic TOPIC",
		Short: "Write a topic to a bucket, each record once",
		Long: `Writes the records of a topic to Avro files in a bucket, as a member of a consumer group: start as many as the topic has partitions, at most. It runs
until interrupted, or with --to-end until all that is there is stored. What is not stored when it ends is read again by the next one: nothing is lost, and
nothing is there twice.

A file ends after --records, --bytes or --window of record time; --idle stores what a quiet partition has, too.`,
		Example: `  magicbyte eventlog run --bucket file:///var/lib/events --topic orders.raw --idle 1m
  magicbyte eventlog run --bucket 's3://company-events?region=eu-central-1' --prefix raw --topic orders.raw`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := k.config()
			if err != nil {
				return err
			}
			config["group.id"] = group
			return b.with(cmd, func(bucket *blob.Bucket, lockFile string) error {
				opts := []eventlog.Option{
					eventlog.WithPrefix(b.prefix), eventlog.WithTimePath(timePath), eventlog.WithRotation(rotation), eventlog.WithIdleFlush(idle),
					eventlog.WithMemory(memory), eventlog.WithCompression(ocf.Compression(compression)), eventlog.WithLockFile(lockFile),
					eventlog.WithLogger(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))),
				}
				if finish {
					opts = append(opts, eventlog.WithFinish())
				}
				if registryURL != "" {
					reg, err := registry.New(registryURL)
					if err != nil {
						return err
					}
					opts = append(opts, eventlog.WithValues(reg))
				}
				w, err := eventlog.New(config, []string{b.topic}, bucket, opts...)
				if err != nil {
					return err
				}
				if toEnd {
					return w.RunToEnd(cmd.Context())
				}
				return w.Run(cmd.Context())
			})
		},
	}
	b.register(cmd)
	k.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&group, "group", "event-log", "consumer group of the log")
	flags.StringVar(&registryURL, "values", "", "URL of the schema registry: write values under their own schemas instead of records as they are")
	flags.StringVar(&timePath, "time-path", "", "path between topic and partition by record time, as 2006/01/02/15")
	flags.StringVar(&compression, "compression", string(ocf.Zstandard), "null, deflate, snappy or zstandard")
	flags.Int64Var(&rotation.Records, "records", 100_000, "records of a file at most")
	flags.Int64Var(&rotation.Bytes, "bytes", 128<<20, "bytes of a file before compression")
	flags.DurationVar(&rotation.Window, "window", time.Hour, "record time of a file; negative: no bound")
	flags.DurationVar(&idle, "idle", 0, "store what a partition has after so long without a record (default: never)")
	flags.Int64Var(&memory, "memory", 256<<20, "bytes for files over all partitions")
	flags.BoolVar(&toEnd, "to-end", false, "end when all that is there is stored")
	flags.BoolVar(&finish, "finish", false, "store open files at the end and when partitions move")
	return cmd
}

func newEventlogListCommand() *cobra.Command {
	var b bucketFlags
	cmd := &cobra.Command{
		Use:     "list --bucket URL --topic TOPIC",
		Short:   "List the files of a topic",
		Example: `  magicbyte eventlog list --bucket file:///var/lib/events --topic orders.raw`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return b.with(cmd, func(bucket *blob.Bucket, _ string) error {
				files, err := eventlog.List(cmd.Context(), bucket, b.topic, b.options(nil)...)
				if err != nil {
					return err
				}
				out := &page{to: cmd.OutOrStdout()}
				w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "partition\toffsets\trecords\tbytes\tkey")
				for _, f := range files {
					m, err := eventlog.Describe(cmd.Context(), bucket, f.Key)
					if err != nil {
						return errors.Join(err, w.Flush())
					}
					fmt.Fprintf(w, "%d\t%d-%d\t%d\t%d\t%s\n", f.Partition, m.First, m.Last, m.Records, f.Size, f.Key)
				}
				return errors.Join(w.Flush(), out.err)
			})
		},
	}
	b.register(cmd)
	return cmd
}
