// Package consumer reads typed records from Kafka as a member of a group, at least once, in order per partition or per key.
//
//	billing, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "billing", "auto.offset.reset": "earliest"},
//		[]string{"orders.raw"}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, reg))
//	if err != nil {
//		return err
//	}
//	err = billing.Run(ctx, func(ctx context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
//		return bill(ctx, rec.Value)
//	})
//
// # At least once
//
// A record is settled when its handler returned nil or [Skip], or when its dead letter was acknowledged. What is committed is
// the watermark of each partition: the lowest offset that was delivered and is not settled. So a record that was not settled is
// delivered again after a crash, a rebalance or a restart, and settled ones that were not committed yet may be too: make
// handlers idempotent. After a clean end, and in rebalances whose handlers finish in time, nothing is delivered twice.
//
// # Order
//
// [ByPartition] is the default: one record of a partition is in the handler at a time, in the order of offsets, and partitions are handled
// at once. [ByKey] keeps the order of each key alone, [Unordered] none; both handle records of one partition at once. A handler may be
// slow: the group hears from a goroutine of its own. What is unsettled is bounded, see [WithPartitionQueue].
//
// When a topic is made anew under a running consumer, or its log was cut on the brokers, the partition goes on where
// auto.offset.reset says, as if it had been lost and assigned again. Records that the Kafka client delivers twice within one assignment,
// which it can do when brokers come back before anything of the partition is committed, are handled once.
//
// # Results
//
// A handler that returns an error, or panics, gets the record again: for five minutes, with pauses that grow from 200 ms to 30 s, see [Retry].
// Its partition, or its key, waits meanwhile, without a goroutine. [Permanent], [RetryAfter], [Skip], [DeadLetter] and [Stop] decide
// otherwise. A record whose attempts are used up becomes a dead letter if they are on, else Run ends: none is dropped
// silently. A handler that is cancelled because of a shutdown or a rebalance has made no attempt.
//
// # Exactly once
//
// [Consumer.RunTransactions] commits what handlers send to topics of the same cluster together with the offsets of what they have handled, in transactions: who
// reads committed records sees what would be there if each record had been handled once. Handlers may run more than once even so; what they do outside of Kafka
// is at least once.
//
// # Shapes
//
// [Consumer.Run] calls a handler, [Consumer.RunBatch] one that takes several records, [Consumer.Records] is for a loop, and
// [Consumer.RunToEnd] ends where the partitions end, [Consumer.RunTransactions] is exactly once. [WithMiddleware] goes around handlers, [Mux] dispatches by type, and package consumertest
// runs them without a broker.
//
// # Undecodable records
//
// While the schema registry does not answer, partitions that need it wait and ask every second, for ever: an outage neither loses
// nor dead-letters a record. A record that can never be decoded (see [serde.Class]), or that the handler gives up, ends Run
// with a [RecordError] that names it, or becomes a dead letter if they are on. When more than half of the last hundred
// records of a partition cannot be decoded, Run ends with a [PoisonError] instead: then rather the consumer is wrong.
//
// # Dead letters
//
// [WithDeadLetters] writes them to the topic "<topic>.<group>.dlq": the original key and value, byte for byte, the original
// headers in their order, and then the headers [HeaderOriginTopic] and following. The record's offset is settled when the brokers have
// acknowledged the dead letter. What may pass is retried while the partition waits; a dead letter that is too large,
// not allowed, or without topic ends Run. A dead letter may be there twice, when the acknowledgement was lost: origin
// topic, partition, offset and group identify it. [WithDeadLetterHeaders] writes the names of Kafka Connect, Kafka Streams or
// Spring instead. [Redrive] sends dead letters back to where they come from, [ReadDeadLetters] lists them.
//
// # Memory
//
// Behind a stuck handler a consumer holds [WithQueueBytes] of records, what librdkafka fetches ahead (queued.max.messages.kbytes, 16 MiB here), and
// up to three answers to fetches (fetch.max.bytes, 4 MiB here), each of which is kept in whole until its last record is gone: some 100 MiB over what
// the process takes at rest. The latter two count what comes over the wire: records that compress well take more. glibc keeps some of what
// was freed on top of that, unless the environment says MALLOC_MMAP_THRESHOLD_=131072.
//
// # Telemetry
//
// [WithHooks] takes what wants to be told of handlers, settled records, retries, dead letters, commits, rebalances, drains and how partitions stand:
// their lag, what is unsettled and how old it is. Packages telemetry/otel and telemetry/prometheus are such hooks. [Consumer.Ready] and
// [Consumer.Health] are for probes.
//
// # Rebalances
//
// When a partition goes to another member, no record of it is started any more, and its running handler has
// [WithRevokeDrain] to finish; after that its context ends with [ErrRevoked]. The other partitions go on meanwhile. When the
// partition was lost, because the session expired, the context ends at once with [ErrLost]. The default protocol is
// cooperative-sticky; group.protocol=consumer (KIP-848) works on brokers that have it.
package consumer
