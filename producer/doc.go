// Package producer sends typed events to a Kafka topic: a [Producer] serializes keys and values, hands them to librdkafka, and says for each
// record whether it is in the log, is certainly not, or may be.
//
//	orders, err := producer.New(kafka.ConfigMap{"bootstrap.servers": brokers}, "orders.raw",
//		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
//		serde.NewSerializer(schemas.OrderEvents, reg))
//	if err != nil { ... }                     // everything that is wrong with the configuration
//	err = orders.Start(ctx)                   // brokers reached, topic there, schemas registered
//	receipt, err := orders.Send(ctx, event)   // waits for the broker's acknowledgement
//	err = orders.Close(ctx)                   // flushes, and names what could not be sent
//
// # Configuration
//
// Properties of librdkafka go into the ConfigMap by their own names. Unless the map says otherwise under any name of the property:
// enable.idempotence=true, acks=all, compression.type=lz4, linger.ms=5, delivery.timeout.ms=120000,
// queue.buffering.max.kbytes=65536 and allow.auto.create.topics=false. Keys are partitioned as Java's producer
// does it, see [WithPartitioner]. Properties that this package owns are refused with the option to use instead.
//
// # Errors
//
// A send that fails returns an [*Error]. When errors.Is(err, [ErrIndeterminate]), the record may be in the log, or may still get there: the
// caller gave up waiting, the delivery timed out, or no broker's answer says. Sending it again may
// duplicate it. Every other error means that the record was not written and never will be.
//
// A fatal error of librdkafka (a broken promise of idempotence) ends the producer: from then on every call returns
// [ErrFailed] with the cause; close it and make a new one, or have it done by [WithRebuild].
//
// # Transactions
//
// Senders that [Join] one [Transactions] write to several topics at once or not at all. RunTransactions of package consumer makes such transactions around
// its handlers, with the offsets of what they have handled: exactly once.
//
// # Concurrency
//
// All methods of a Producer are safe for concurrent use. Records that one goroutine sends to one partition keep their order. Callbacks of
// [Producer.SendAsync] run on the goroutine that receives the delivery reports: while one blocks, no other report comes through.
//
// # Performance
//
// Key and value are serialized into one pooled buffer, which librdkafka copies. Send waits for the broker, so its throughput is one record
// per round trip and caller; use SendAsync or SendBatch, or many goroutines, where that is too little. Headers are the dear
// part of a record: each costs two allocations in C.
package producer
