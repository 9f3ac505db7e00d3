package eventlog_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

func TestEveryRecordIsKept(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 3)
	var produced []integration.Record
	for p := range int32(3) {
		produced = append(produced, makeRecords(topic, p, 0, 1000)...)
	}
	produced = env.Produce(t, produced...)
	bucket := memory(t)
	runToEnd(t, env, "log", topic, bucket, eventlog.WithRotation(eventlog.Rotation{Records: 300}))
	checkLog(t, produced, readAll(t, bucket, topic))
	env.AwaitCommitted(t, "log", topic, map[int32]int64{0: 1000, 1: 1000, 2: 1000})
	if n := len(keys(t, bucket)); n != 12 {
		t.Errorf("got %d files, want 4 for each partition: %q", n, keys(t, bucket))
	}
	report, err := eventlog.Verify(t.Context(), bucket, topic, -1, eventlog.WithEnds(map[int32]int64{0: 1000, 1: 1000, 2: 1000}))
	if err != nil || report.Err() != nil || report.Records != 3000 || report.Files != 12 || report.Holes != 0 {
		t.Errorf("Verify: %+v, %v", report, err)
	}
}
