package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of this binary, of Go and of librdkafka",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			version := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			_, librdkafka := kafka.LibraryVersion()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "magicbyte %s, %s, librdkafka %s\n", version, runtime.Version(), librdkafka)
			return err
		},
	}
}
