// Package integration gives a test a Kafka broker and a Schema Registry: embedded ones within the process, or real ones in
// containers. Both are an [Env] with the same helpers, so one test runs on either:
//
//	func TestOrders(t *testing.T) {
//		env := integration.New(t)
//		topic := env.CreateTopic(t, "orders", 3)
//		runService(t, env.Brokers, env.RegistryURL, topic)
//		for _, rec := range env.Consume(t, topic, 10) {
//			...
//		}
//	}
//
// [Embedded] needs nothing but Go, starts in milliseconds, and each call has services of its own. [Containers] needs Docker
// and takes some seconds; with [Shared] in TestMain, all tests of a binary use one pair of containers:
//
//	func TestMain(m *testing.M) { os.Exit(integration.Shared(m).Run()) }
//
// [New] chooses: containers where MAGICBYTE_SERVICES=containers, embedded services otherwise.
//
// # Where Docker is missing
//
// [Containers] skips the test and says why. With REQUIRE_SERVICES=1 it fails instead, and so does a container that does not
// start, always. Under -short it skips.
//
// # Images and running services
//
// Environment variables choose what [Containers] starts; an [Option] wins over its variable:
//
//	KAFKA_IMAGE             broker image that is started by /etc/kafka/docker/run, as the public one [apache/kafka:4.3.1]
//	REGISTRY_IMAGE          any registry with Confluent's API [confluentinc/cp-schema-registry:8.3.1]
//	REGISTRY_PORT           the port it listens on [8081]
//	REGISTRY_BASE_PATH      where the API begins, for registries that have it elsewhere, "/apis/ccompat/v7" []
//	KAFKA_BROKERS           bootstrap servers of a running broker, which is used instead of a container
//	SCHEMA_REGISTRY_URL     a running registry, which is used instead of a container
//	REQUIRE_SERVICES        1: a missing service is a failure, not a skip
//
// Those of testcontainers hold as well: TESTCONTAINERS_RYUK_DISABLED=true where the image of its reaper cannot be pulled, and
// TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1 where it mistakes the machine for a container.
//
// Running services are shared with others: every helper that makes something takes a name that is unique to the test
// ([Env.CreateTopic]), and nothing is ever deleted by pattern.
//
// # What is left behind
//
// Nothing, after a run that ends: containers and their network are removed by [Shared], or with the test where TestMain does
// not call it. A run that is killed leaves them to testcontainers' reaper, and where that is disabled to the next
// run, which removes what carries the label of this package and is older than an hour.
//
// # Concurrency
//
// An Env may be used by parallel tests and subtests; each helper reports to the testing.TB that it is given.
package integration
