package integration_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/integration"
)

// suites are what holds on every broker and registry. Each makes topics, groups and subjects of its own, so all run at once.
var suites = []struct {
	name string
	run  func(t *testing.T, env *integration.Env)
}{
	{"Records", testRecords},
	{"Transactions", testTransactions},
	{"Groups", testGroups},
	{"Registry", testRegistry},
	{"RegistryAPI", testRegistryAPI},

	{"Registration", testRegistration},
	{"IncompatibleSchema", testIncompatibleSchema},
	{"Wire", testWire},
	{"Order", testOrder},
	{"Evolution", testEvolution},
	{"Poison", testPoison},
	{"Tombstones", testTombstones},
	{"JSON", testJSON},
	{"Crash", testCrash},
	{"RegistryDownAtStart", testRegistryDownAtStart},
	{"RegistryOutage", testRegistryOutage},
	{"TopicMissing", testTopicMissing},
	{"InvalidValue", testInvalidValue},
	{"SeveralTypes", testSeveralTypes},
	{"Handover", testHandover},
	{"Leaving", testLeaving},
}

func TestEmbedded(t *testing.T) {
	t.Parallel()
	runSuites(t, integration.Embedded(t))
}

func TestContainers(t *testing.T) {
	runSuites(t, integration.Containers(t))
}

// TestExample runs what the example shows.
func TestExample(t *testing.T) {
	t.Parallel()
	testPlaceOrder(t)
}

func runSuites(t *testing.T, env *integration.Env) {
	t.Helper()
	for _, suite := range suites {
		t.Run(suite.name, func(t *testing.T) {
			t.Parallel()
			suite.run(t, env)
		})
	}
}
