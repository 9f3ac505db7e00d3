package cost

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Topic is the topic that everything is sent to and read from.
const Topic = "orders"

// partitions of the topic.
const partitions = 4

// Brokers are two embedded brokers: one drops what it is sent, one keeps it.
type Brokers struct {
	Dropping, Keeping string // addresses
	stop              func() error
}

// Serve runs both brokers, writes their addresses to out, and returns when in ends.
func Serve(in io.Reader, out io.Writer) error {
	dropping, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, Topic), kfake.BlackholeProduce())
	if err != nil {
		return err
	}
	defer dropping.Close()
	keeping, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(partitions, Topic))
	if err != nil {
		return err
	}
	defer keeping.Close()
	if _, err := fmt.Fprintf(out, "%s %s\n", dropping.ListenAddrs()[0], keeping.ListenAddrs()[0]); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// StartBrokers runs this program again with argument, which is to call [Serve], so that CPU time of brokers is not that of clients.
func StartBrokers(ctx context.Context, argument string) (*Brokers, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.CommandContext(ctx, self, argument)
	child.Stderr = os.Stderr
	in, err1 := child.StdinPipe()
	out, err2 := child.StdoutPipe()
	if err := errors.Join(err1, err2, child.Start()); err != nil {
		return nil, err
	}
	b := &Brokers{stop: func() error { return errors.Join(in.Close(), child.Wait()) }}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cost: the brokers did not start: %w", err), b.stop())
	}
	addresses := strings.Fields(line)
	if len(addresses) != 2 {
		return nil, errors.Join(fmt.Errorf("cost: addresses %q", line), b.stop())
	}
	b.Dropping, b.Keeping = addresses[0], addresses[1]
	return b, nil
}

// Close ends the brokers.
func (b *Brokers) Close() error { return b.stop() }
