package integration

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/network"
)

const (
	// label marks what this package makes, so that a later run finds what a killed one left behind.
	label = "io.github.magicbyte-go.integration"
	// staleAfter is longer than any run, so that nobody's containers are taken from under a test.
	staleAfter = time.Hour
	// removeTimeout bounds the removal of one pair.
	removeTimeout = 30 * time.Second
)

// maker is the label's value on what this process makes.
var maker = rand.Text()

// dockerAnswers returns why containers cannot be started, or nil.
func dockerAnswers(ctx context.Context) (err error) {
	// testcontainers panics where it finds no engine at all.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	cli, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = cli.Close() }()
	_, err = cli.Ping(ctx, client.PingOptions{})
	return err
}

// sweep removes containers and networks of killed runs. It is a courtesy: what it cannot remove is left, in silence.
func sweep(ctx context.Context) {
	cli, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return
	}
	defer func() { _ = cli.Close() }()
	ours := make(client.Filters).Add("label", label)
	stale := time.Now().Add(-staleAfter)
	if list, err := cli.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours}); err == nil {
		for _, c := range list.Items {
			if time.Unix(c.Created, 0).Before(stale) {
				_, _ = cli.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
			}
		}
	}
	if list, err := cli.NetworkList(ctx, client.NetworkListOptions{Filters: ours}); err == nil {
		for _, n := range list.Items {
			if n.Created.Before(stale) {
				_, _ = cli.NetworkRemove(ctx, n.ID, client.NetworkRemoveOptions{})
			}
		}
	}
}

// stack is what was made in Docker for one pair, in the order of its making.
type stack struct {
	network    *testcontainers.DockerNetwork
	containers []*testcontainers.DockerContainer
	broker     *testcontainers.DockerContainer // one of them, nil where the broker runs elsewhere
}

func (s *stack) createNetwork(ctx context.Context) error {
	made, err := network.New(ctx, network.WithLabels(map[string]string{label: maker}))
	if err != nil {
		return fmt.Errorf("create a Docker network: %w", err)
	}
	s.network = made
	return nil
}

// run starts a container on the stack's network under an alias and returns it once it runs, which is not to say that it is ready.
func (s *stack) run(ctx context.Context, image, alias string, opts ...testcontainers.ContainerCustomizer) (*testcontainers.DockerContainer, error) {
	opts = append([]testcontainers.ContainerCustomizer{
		testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.WithLabels(map[string]string{label: maker}),
		network.WithNetwork([]string{alias}, s.network),
	}, opts...)
	c, err := testcontainers.Run(ctx, image, opts...)
	if c != nil {
		s.containers = append(s.containers, c)
	}
	if err != nil {
		return nil, fmt.Errorf("start %s (%s): %w", alias, image, err)
	}
	return c, nil
}

// await asks a service until it answers, and gives up when a container has ended.
func (s *stack) await(ctx context.Context, what string, ask func(context.Context) error) error {
	return await(ctx, what+" does not answer", func(ctx context.Context) error {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		for _, c := range s.containers {
			if state, stateErr := c.State(ctx); stateErr == nil && !state.Running {
				return final{fmt.Errorf("container %s ended with code %d", c.Image, state.ExitCode)}
			}
		}
		return err
	})
}

// failed removes the stack and returns err with the last lines that each container wrote.
func (s *stack) failed(ctx context.Context, err error) error {
	ctx = context.WithoutCancel(ctx)
	problems := []error{err}
	for _, c := range s.containers {
		problems = append(problems, fmt.Errorf("%s wrote last:\n%s", c.Image, lastLines(ctx, c, 15)))
	}
	if err := s.remove(ctx); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// remove ends and removes all of the stack.
func (s *stack) remove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, removeTimeout)
	defer cancel()
	var problems []error
	for _, c := range slices.Backward(s.containers) {
		// Their data goes with them, so there is nothing to shut down gracefully.
		if err := c.Terminate(ctx, testcontainers.StopTimeout(0)); err != nil {
			problems = append(problems, fmt.Errorf("remove container %s: %w", c.Image, err))
		}
	}
	if s.network != nil {
		if err := s.network.Remove(ctx); err != nil {
			problems = append(problems, fmt.Errorf("remove network %s: %w", s.network.Name, err))
		}
	}
	s.containers, s.network = nil, nil
	return errors.Join(problems...)
}

func lastLines(ctx context.Context, c *testcontainers.DockerContainer, n int) string {
	out, err := c.Logs(ctx)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = out.Close() }()
	text, err := io.ReadAll(io.LimitReader(out, 1<<20))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
