// Command magicbyte is the command line of the SDK: a demonstration of the whole way of an event, and a broker and registry
// within one process to develop against.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/magicbyte-go/magicbyte/internal/gencmd"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal is not caught any more: it ends the process, whatever is being waited for
	if err := newRootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "magicbyte:", err)
		stop()
		os.Exit(exitCode(err)) //nolint:gocritic // stop was called
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "magicbyte",
		Short:         "Typed Avro events on Kafka under a Schema Registry",
		Args:          cobra.NoArgs, // checked for commands that run: a mistyped one is an error, not the help text
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newCatCommand(), newCheckCommand(), newDemoCommand(), newDLQCommand(), newEventlogCommand(), gencmd.New(), newLocalCommand(), newRedriveCommand(), newRegistryCommand(),
		newVersionCommand())
	return root
}
