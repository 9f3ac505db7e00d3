// Package eventlog keeps every record of Kafka topics in object storage, exactly once, as Avro object container files: through gocloud.dev/blob, so in
// S3, Google Cloud Storage, Azure Blob Storage or a folder.
//
//	bucket, err := blob.OpenBucket(ctx, "s3://company-events?region=eu-central-1") // with _ "gocloud.dev/blob/s3blob"
//	log, err := eventlog.New(kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "event-log"}, []string{"orders.raw"}, bucket,
//		eventlog.WithPrefix("raw"))
//	err = log.Run(ctx)
//
//	for e, err := range eventlog.Read(ctx, bucket, "orders.raw", 0, -1, eventlog.WithPrefix("raw")) {
//		...
//	}
//
// The caller opens the bucket, with the driver that it wants: this package needs no SDK of a cloud.
//
// # Exactly once
//
// A file is named by its first offset, ends where its records say ([Rotation]), and is never overwritten. An offset is committed once the file that holds it
// is stored. So a process may be killed at any point, and two may own a partition at once: whoever writes a file again writes the same name, finds it
// there, and goes on behind it. Reading all objects gives every offset of the topic that a reader of committed records gets, once.
//
// Closing a file early, when memory is short or a partition idle, is safe too: what is there says up to where it goes, and who finds it goes on from there.
//
// # Files
//
//	<prefix>/<topic>/[<time path>/]partition=<p>/<topic>+<p>+<first offset, 20 digits>.avro
//
// Each record is an [Envelope]: key, value and headers byte for byte, offset, timestamp. Nothing is decoded, so nothing is poison. [WithValues] writes the
// values instead, one schema a file. The header says what the file covers ([Metadata]) and has a checksum of all of it. The same records make the
// same bytes, with one version of this module.
//
// # Reading
//
// [List] names the files, [Read] iterates over the records, [Replay] produces them again, and [Verify] proves that the log is whole: it finds objects that are
// missing, torn, changed, or under another name.
//
// # Scale
//
// A [Writer] is a member of a consumer group: as many run as there are partitions, at most. What it takes for files is bounded over all its partitions
// ([WithMemory]).
//
// # Concurrency
//
// Everything here is safe for concurrent use, but iterators.
package eventlog

//go:generate go run ../cmd/magicbyte-gen --embed envelope.avsc
