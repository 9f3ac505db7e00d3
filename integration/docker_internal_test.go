package integration

import (
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

// needDocker skips as Containers does.
func needDocker(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("containers are left out under -short")
	}
	if err := dockerAnswers(t.Context()); err != nil {
		unavailable(t, "no Docker engine answers: %v", err)
	}
}

// TestContainersFailedStart starts a broker that ends at once: so does the wait for it, the error holds what the broker
// wrote, and nothing is left.
func TestContainersFailedStart(t *testing.T) {
	needDocker(t)
	cfg, err := newConfig([]Option{
		WithRegistryURL("http://127.0.0.1:1"),
		WithKafkaEnv(map[string]string{"KAFKA_PROCESS_ROLES": "nonsense"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	before := labelled(t)
	_, err = startPair(t.Context(), cfg)
	if err == nil {
		t.Fatal("a broker that cannot start was started")
	}
	for _, want := range []string{"ended with code", "nonsense"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not hold %q", err, want)
		}
	}
	if got := labelled(t); !slices.Equal(got, before) {
		t.Errorf("containers left after a failed start: %v, before it: %v", got, before)
	}
}

// labelled returns the ids of all containers that this process made: those of other packages' tests come and go meanwhile.
func labelled(t *testing.T) []string {
	t.Helper()
	cli, err := testcontainers.NewDockerClientWithOpts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cli.Close() }()
	list, err := cli.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", label+"="+maker)})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range list.Items {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}
