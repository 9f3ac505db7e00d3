package eventlog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Writer writes topics to a bucket, as a member of a consumer group. [New] makes one; it serves one Run. All methods are safe for concurrent use.
type Writer struct {
	consumer *consumer.Consumer[[]byte, []byte]
	topics   []string
	bucket   *blob.Bucket
	set      settings
	memory   *memory
	values   *values
	uploads  chan struct{} // one for each upload at once
	finish   bool

	unfinished atomic.Int64 // partitions of this member of which not all that was taken is stored, or not known to be
	closing    atomic.Bool
}

// What of the memory is for records that wait, and for the parts of uploads; the rest is for files.
const (
	queueShare  = 8       // one in so many
	partSize    = 8 << 20 // of an upload in parts
	uploadCost  = 2 * partSize
	mostUploads = 4
)

// New checks everything that can be checked without broker, registry and bucket, reports all problems at once, and opens nothing.
//
// The configuration is that of [consumer.New], with a group.id of its own for each log; auto.offset.reset is earliest where it is not set, and
// nothing else is taken. The bucket stays the caller's, to be closed after Run. Buckets of package fileblob need [WithLockFile].
func New(config kafka.ConfigMap, topics []string, bucket *blob.Bucket, opts ...Option) (*Writer, error) {
	w := &Writer{topics: topics, bucket: bucket, set: defaultSettings()}
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&w.set)
		}
	}
	problems := []error{w.set.check()}
	if bucket == nil {
		problems = append(problems, errors.New("eventlog: the bucket is nil"))
	}
	config = maps.Clone(config)
	if reset, ok := config["auto.offset.reset"]; !ok {
		if config == nil {
			config = kafka.ConfigMap{}
		}
		config["auto.offset.reset"] = "earliest"
	} else if reset != "earliest" {
		problems = append(problems, fmt.Errorf("eventlog: auto.offset.reset is %v: with anything but earliest records would be left out", reset))
	}
	queue := max(1, w.set.memory) / queueShare
	uploads := min(mostUploads, max(1, w.set.memory/4/uploadCost))
	w.memory = newMemory(w.set.memory - queue - uploads*uploadCost)
	w.uploads = make(chan struct{}, uploads)
	w.values = newValues(w.set.schemas)
	w.finish = w.set.finish
	own := append(append([]consumer.Option{consumer.WithLogger(w.set.log)}, w.set.consumer...),
		consumer.WithOrder(consumer.ByPartition()), consumer.WithQueueBytes(int(queue)), consumer.WithPartitionQueue(queueRecords, int(queue)))
	var err error
	w.consumer, err = consumer.New(config, topics, serde.BytesKey(), serde.BytesValue(), own...)
	if err := errors.Join(append(problems, err)...); err != nil {
		return nil, err
	}
	return w, nil
}

// queueRecords and takeRecords are how many records of a partition wait, and how many are taken at once.
const (
	queueRecords = 4096
	takeRecords  = 1024
)

// Ready is closed when the writer has become a member of its group, see [consumer.Consumer.Ready].
func (w *Writer) Ready() <-chan struct{} { return w.consumer.Ready() }

// Run writes until ctx ends, [Writer.Close] is called, or something goes wrong that it cannot go on from. It blocks.
//
// What Run has not stored when it ends is not settled: the next owner of the partition reads it again. It returns nil where ctx ended it, also when files
// were dropped; after an upload that failed for good, an error that names the object.
func (w *Writer) Run(ctx context.Context) error { return w.run(ctx, false) }

// RunToEnd is [Writer.Run] up to the ends that the partitions have, with all that is there in files: it ends by itself. Where the bucket does not take the last
// files within the time of a shutdown ([consumer.WithShutdownTimeout]), that is an error.
func (w *Writer) RunToEnd(ctx context.Context) error { return w.run(ctx, true) }

func (w *Writer) run(ctx context.Context, toEnd bool) error {
	if err := w.reach(ctx); err != nil {
		return err
	}
	w.finish = w.set.finish || toEnd
	err := w.consumer.RunSinks(ctx, consumer.SinkConfig{Max: takeRecords, ToEnd: toEnd}, func(a *consumer.Assignment) (consumer.Sink[[]byte, []byte], error) {
		w.unfinished.Add(1)
		return &partition{w: w, a: a, ctx: a.Context()}, nil
	})
	switch {
	case errors.Is(err, consumer.ErrClosed):
		return ErrClosed
	case err == nil && toEnd && ctx.Err() == nil && !w.closing.Load() && w.unfinished.Load() > 0:
		return fmt.Errorf("eventlog: run to the end: the last files of %d partitions were not stored in the time of a shutdown", w.unfinished.Load())
	}
	return err
}

// reach makes sure that the bucket is there, so that a wrong name is found before the first file is full.
func (w *Writer) reach(ctx context.Context) error {
	ok, err := w.bucket.IsAccessible(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil && !denied(err): // who may write need not be allowed to list
		return fmt.Errorf("eventlog: reach the bucket: %w", err)
	case err == nil && !ok:
		return errors.New("eventlog: reach the bucket: there is none of that name")
	}
	return nil
}

// Close ends Run as the end of its ctx does, and waits until it has returned or ctx ends. It returns what Run returned. It may be called at any time and more
// than once. The bucket stays open.
func (w *Writer) Close(ctx context.Context) error {
	w.closing.Store(true)
	return w.consumer.Close(ctx)
}
