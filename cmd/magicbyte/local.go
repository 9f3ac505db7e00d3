package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/internal/local"
)

func newLocalCommand() *cobra.Command {
	var options local.Options
	var topics []string
	var partitions int
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Run a Kafka broker and a Schema Registry in this process until interrupted",
		Long: `Runs a Kafka broker and a Schema Registry in this process, on loopback, and prints their addresses once both answer.
Everything is kept in memory and gone at the end. For development and trying things out, not for production.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx, out := cmd.Context(), &page{to: cmd.OutOrStdout()}
			if partitions < 1 {
				return fmt.Errorf("--partitions must be 1 or more, is %d", partitions)
			}
			services, err := local.Start(ctx, options)
			if err != nil {
				return fmt.Errorf("%w (--kafka and --registry choose other addresses)", err)
			}
			defer func() { err = errors.Join(err, services.Close()) }()
			if len(topics) > 0 {
				if err := createTopics(ctx, services.Brokers, partitions, topics...); err != nil {
					return err
				}
			}
			fmt.Fprintf(out, "Kafka broker     %s\nSchema Registry  %s\n", services.Brokers, services.RegistryURL)
			for _, topic := range topics {
				fmt.Fprintf(out, "topic            %s, %d partitions\n", topic, partitions)
			}
			fmt.Fprintln(out, "Ctrl-C ends both")
			if out.err != nil {
				return out.err
			}
			<-ctx.Done()
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&options.KafkaAddr, "kafka", "127.0.0.1:9092", "where the broker listens, with port 0 for a free one")
	flags.StringVar(&options.RegistryAddr, "registry", "127.0.0.1:8081", "where the registry listens, with port 0 for a free one")
	flags.StringSliceVar(&topics, "topic", nil, "topics to create; may be repeated")
	flags.IntVar(&partitions, "partitions", 3, "partitions of each topic")
	return cmd
}
