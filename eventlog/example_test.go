package eventlog_test

import (
	"context"
	"fmt"
	"log"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"gocloud.dev/blob/memblob"

	"github.com/magicbyte-go/magicbyte/eventlog"
)

// The bucket is opened by the caller, here in memory; blob.OpenBucket opens one of a cloud by its URL, with the driver's package imported.
func ExampleNew() {
	bucket := memblob.OpenBucket(nil)
	defer bucket.Close()
	_, err := eventlog.New(kafka.ConfigMap{"bootstrap.servers": "localhost:9092", "group.id": "event-log"}, []string{"orders.raw"}, bucket,
		eventlog.WithPrefix("raw"), eventlog.WithTimePath("2006/01/02"))
	fmt.Println(err) // Run would write until its context ends
	// Output: <nil>
}

func ExampleRead() {
	bucket := memblob.OpenBucket(nil)
	defer bucket.Close()
	n := 0
	for e, err := range eventlog.Read(context.Background(), bucket, "orders.raw", 0, -1) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Partition, e.Offset, len(e.Value))
		n++
	}
	fmt.Println(n, "records")
	// Output: 0 records
}
