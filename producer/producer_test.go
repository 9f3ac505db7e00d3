package producer_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestNewReportsEverything(t *testing.T) {
	t.Parallel()
	config := kafka.ConfigMap{"bootstrap.servers": "http://broker", "partitioner": "random", "go.logs.channel.enable": true, "lingerms": 1}
	var nilValue *serde.Plain[event]
	_, err := producer.New(config, "orders raw", producer.Key[string, event]{}, nilValue,
		producer.WithLogger(nil), producer.WithPartitioner("round_robin"), nil)
	if err == nil {
		t.Fatal("New: no error")
	}
	want := []string{
		"producer: WithLogger: the logger is nil",
		`producer: WithPartitioner: unknown partitioner "round_robin"`,
		"producer: a nil Option",
		`producer: illegal topic name "orders raw"`,
		"producer: the key serializer is nil",
		"producer: the value serializer is nil",
		`producer: property "go.logs.channel.enable" is set by this package: use producer.WithLogger`,
		`producer: property "partitioner" is set by this package: use producer.WithPartitioner`,
		`producer: property "bootstrap.servers": broker "http://broker": want host:port, not a URL`,
		`producer: property "lingerms": No such configuration property`,
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d problems, want %d:\n%v", len(lines), len(want), err)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("problem %d = %q, want %q", i, line, want[i])
		}
	}
}

func TestNewRefusesSerializers(t *testing.T) {
	t.Parallel()
	config := kafka.ConfigMap{"bootstrap.servers": "localhost:9092"}
	if _, err := producer.New(config, topic, producer.KeyOf[string, string](serde.StringKey(), nil), serde.StringValue()); err == nil ||
		!strings.Contains(err.Error(), "KeyOf: the function is nil") {
		t.Errorf("New = %v, want the function that is missing: keys would be null", err)
	}
	_, err := producer.New(config, "", producer.Keys[string](serde.StringValue()), serde.StringKey())
	want := "producer: the topic is empty\n" +
		"producer: the serializer given for the key was made for the value\n" +
		"producer: the serializer given for the value was made for the key"
	if err == nil || err.Error() != want {
		t.Errorf("New = %v\nwant %s", err, want)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 10*time.Second)
	at := time.UnixMilli(1_700_000_000_123)

	first, err := p.Send(ctx, &event{ID: "k1", Text: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if since := time.Since(first.Timestamp); since < 0 || since > time.Minute {
		t.Errorf("timestamp %v is %v ago", first.Timestamp, since)
	}
	want := producer.Receipt{Topic: topic, Timestamp: first.Timestamp, KeySize: 2, ValueSize: 5}
	if diff := cmp.Diff(want, first, cmp.AllowUnexported(serde.SchemaID{})); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	second, err := p.SendMessage(ctx, producer.Message[string, event]{
		Key: new("explicit"), Value: &event{ID: "k2"}, Timestamp: at,
		Headers: []kafka.Header{{Key: "h", Value: []byte("1")}, {Key: "null"}, {Key: "empty", Value: []byte{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if second.Offset != 1 || !second.Timestamp.Equal(at) {
		t.Errorf("second receipt = %+v", second)
	}
	if _, err := p.Delete(ctx, "k1"); err != nil {
		t.Fatal(err)
	}

	records := readAll(t, cluster, 3)
	if got := records[0]; string(got.Key) != "k1" || string(got.Value) != "hello" || len(got.Headers) != 0 {
		t.Errorf("record 0 = %+v", got)
	}
	got := records[1]
	if string(got.Key) != "explicit" || got.Value == nil || len(got.Value) != 0 || !got.Timestamp.Equal(at) {
		t.Errorf("record 1 = %+v, want an empty value that is not null", got)
	}
	if h := got.Headers; len(h) != 3 || string(h[0].Value) != "1" || h[1].Value != nil || h[2].Value == nil {
		t.Errorf("headers = %+v", h)
	}
	if got := records[2]; string(got.Key) != "k1" || got.Value != nil {
		t.Errorf("record 2 = %+v, want a tombstone", got)
	}
}

func TestSendRefuses(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 2)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 10*time.Second)
	if _, err := p.Send(ctx, nil); err == nil || !strings.Contains(err.Error(), "Delete writes tombstones") {
		t.Errorf("Send(nil) = %v", err)
	}
	if _, err := p.SendMessage(ctx, producer.Message[string, event]{}); err == nil || !strings.Contains(err.Error(), "a tombstone needs a key") {
		t.Errorf("tombstone without key = %v", err)
	}
	_, err := p.Send(ctx, &event{ID: "k", Text: strings.Repeat("x", 2_000_000)})
	var e kafka.Error
	if !errors.As(err, &e) || e.Code() != kafka.ErrMsgSizeTooLarge || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("a value of 2 MB = %v", err)
	}
	_, err = p.SendMessage(ctx, producer.Message[string, event]{Value: &event{}, Partition: new(int32(9))})
	if !errors.As(err, &e) || e.Code() != kafka.ErrUnknownPartition || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("partition 9 of 2 = %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := p.Send(cancelled, &event{}); !errors.Is(err, context.Canceled) || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send with a cancelled context = %v", err)
	}
	var typed *producer.Error
	if !errors.As(err, &typed) || typed.Topic != topic {
		t.Errorf("%v is no *producer.Error with its topic", err)
	}
}

func TestSchemaIDInHeader(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := newProducer(t, configOf(cluster), &eventValue{header: true})
	ctx := within(t, 10*time.Second)
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	receipt, err := p.SendMessage(ctx, producer.Message[string, event]{Value: &event{}, Headers: []kafka.Header{{Key: "mine"}}})
	if err != nil {
		t.Fatal(err)
	}
	if receipt.ValueSchema != serde.NumberID(7) || !receipt.KeySchema.IsZero() {
		t.Errorf("receipt = %+v", receipt)
	}
	headers := readAll(t, cluster, 1)[0].Headers
	if len(headers) != 2 || headers[1].Key != serde.ValueSchemaIDHeader || string(headers[1].Value) != "\x00\x00\x00\x00\x07" {
		t.Errorf("headers = %+v", headers)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	ctx := within(t, 10*time.Second)
	keyed, err := producer.New(configOf(cluster), topic, producer.Keys[string](serde.Int64Key()), serde.StringValue())
	if err != nil {
		t.Fatal(err)
	}
	defer keyed.Close(ctx)
	unkeyed, err := producer.New(configOf(cluster), topic, producer.NoKey[string](), serde.StringValue())
	if err != nil {
		t.Fatal(err)
	}
	defer unkeyed.Close(ctx)
	if err := errors.Join(keyed.Start(ctx), unkeyed.Start(ctx)); err != nil {
		t.Fatal(err)
	}
	_, err1 := keyed.SendMessage(ctx, producer.Message[int64, string]{Key: new(int64(258)), Value: new("a")})
	_, err2 := keyed.Send(ctx, new("b"))
	_, err3 := unkeyed.SendMessage(ctx, producer.Message[producer.None, string]{Key: &producer.None{}, Value: new("c")})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	records := readAll(t, cluster, 3)
	for i, want := range []string{"\x00\x00\x00\x00\x00\x00\x01\x02", "", ""} {
		if got := records[i].Key; string(got) != want || (got == nil) != (want == "") {
			t.Errorf("key %d = %q, want %q", i, got, want)
		}
	}
}

// TestPartitionerIsJavas compares with the hashes that Kafka's own tests of Utils.murmur2 expect.
func TestPartitionerIsJavas(t *testing.T) {
	t.Parallel()
	const partitions = 97
	cluster := newCluster(t, partitions)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 10*time.Second)
	for key, hash := range map[string]int32{
		"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107, "": 275646681,
	} {
		receipt, err := p.Send(ctx, &event{ID: key})
		if err != nil {
			t.Fatal(err)
		}
		if want := (hash & 0x7fffffff) % partitions; receipt.Partition != want {
			t.Errorf("key %q went to partition %d, Java's goes to %d", key, receipt.Partition, want)
		}
	}
}

func TestWithPartitioner(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 97)
	p := startProducer(t, configOf(cluster), producer.WithPartitioner(producer.Consistent))
	receipt, err := p.Send(within(t, 10*time.Second), &event{ID: "foobar"})
	if err != nil {
		t.Fatal(err)
	}
	// CRC32 of "foobar" is 0x9ef61f95.
	if want := int32(0x9ef61f95 % 97); receipt.Partition != want {
		t.Errorf("partition = %d, want %d", receipt.Partition, want)
	}
}

func TestOrderOfOneKey(t *testing.T) {
	t.Parallel()
	const n = 10_000
	cluster := newCluster(t, 5)
	// A small queue, so that sends have to wait for space, too.
	config := configOf(cluster)
	config["queue.buffering.max.messages"] = 1000
	p := startProducer(t, config)
	ctx := within(t, 20*time.Second)
	failures := make(chan error, n)
	for i := range n {
		p.SendAsync(ctx, producer.Message[string, event]{Value: &event{ID: "one", Text: strconv.Itoa(i)}}, func(_ producer.Receipt, err error) {
			if err != nil {
				failures <- err
			}
		})
	}
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failures:
		t.Fatal(err)
	default:
	}
	for i, record := range readAll(t, cluster, n) {
		if string(record.Value) != strconv.Itoa(i) {
			t.Fatalf("record %d holds %s", i, record.Value)
		}
	}
}

func TestSendBatch(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["linger.ms"] = 50
	p := startProducer(t, config)
	ctx := within(t, 10*time.Second)
	msgs := make([]producer.Message[string, event], 100)
	for i := range msgs {
		msgs[i] = producer.Message[string, event]{Value: &event{ID: "k", Text: strconv.Itoa(i)}}
	}
	start := time.Now()
	receipts, err := p.SendBatch(ctx, msgs)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("a batch of 100 took %v with a linger of 50 ms", took)
	}
	for i, receipt := range receipts {
		if receipt.Offset != int64(i) {
			t.Fatalf("receipt %d = %+v", i, receipt)
		}
	}

	msgs[1] = producer.Message[string, event]{}
	receipts, err = p.SendBatch(ctx, msgs[:3])
	var batch *producer.BatchError
	if !errors.As(err, &batch) || batch.Errs[0] != nil || batch.Errs[1] == nil || batch.Errs[2] != nil || len(batch.Unwrap()) != 1 {
		t.Fatalf("SendBatch with a tombstone without key = %v", err)
	}
	if receipts[0].Offset != 100 || receipts[1].Topic != "" || receipts[2].Offset != 101 {
		t.Errorf("receipts = %+v", receipts)
	}
	if receipts, err := p.SendBatch(ctx, nil); len(receipts) != 0 || err != nil {
		t.Errorf("SendBatch of nothing = %v, %v", receipts, err)
	}

	cancelled, cancel := context.WithCancel(ctx)
	value := &eventValue{before: cancel}
	config["linger.ms"] = 10_000
	slow := newProducer(t, config, value)
	if err := slow.Start(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = slow.SendBatch(cancelled, []producer.Message[string, event]{{Value: &event{}}, {Value: &event{}}})
	if !errors.As(err, &batch) || !errors.Is(batch.Errs[0], producer.ErrIndeterminate) || errors.Is(batch.Errs[1], producer.ErrIndeterminate) {
		t.Errorf("SendBatch, cancelled after the first message = %v, want that indeterminate and the other refused", err)
	}
}

func TestCancelledSendIsIndeterminate(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["linger.ms"] = 60_000
	ctx, cancel := context.WithCancel(within(t, 10*time.Second))
	p := newProducer(t, config, &eventValue{before: cancel})
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	_, err := p.Send(ctx, &event{ID: "k", Text: "late"})
	if !errors.Is(err, producer.ErrIndeterminate) || !errors.Is(err, context.Canceled) {
		t.Fatalf("Send = %v, want ErrIndeterminate and context.Canceled", err)
	}
	// It was in the queue all the time: Close sends it, without waiting for the linger.
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Fatalf("Close = %v", err)
	}
	if got := readAll(t, cluster, 1)[0].Value; string(got) != "late" {
		t.Errorf("value = %q", got)
	}
}

func TestDeliveryTimeoutIsIndeterminate(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["message.timeout.ms"] = 300
	p := startProducer(t, config)
	release := holdProduce(t, cluster)
	defer release()
	_, err := p.Send(within(t, 10*time.Second), &event{})
	var e kafka.Error
	if !errors.Is(err, producer.ErrIndeterminate) || !errors.As(err, &e) || e.Code() != kafka.ErrMsgTimedOut {
		t.Errorf("Send = %v, want ErrIndeterminate with ErrMsgTimedOut", err)
	}
}

// holdProduce stops the broker at its next produce request until release is called.
func holdProduce(t *testing.T, cluster *kfake.Cluster) (release func()) {
	t.Helper()
	hold := make(chan struct{})
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		<-hold
		return nil, nil, false
	})
	return func() { close(hold) }
}

func TestCallbackPanicIsContained(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var log syncBuffer
	p := startProducer(t, configOf(cluster), producer.WithLogger(log.logger()))
	ctx := within(t, 10*time.Second)
	p.SendAsync(ctx, producer.Message[string, event]{Value: &event{}}, func(producer.Receipt, error) { panic("oops") })
	if _, err := p.Send(ctx, &event{}); err != nil {
		t.Errorf("Send after the panic = %v", err)
	}
	if err := p.Close(ctx); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"callback of SendAsync panicked", "oops", "producer started", "producer_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}

func TestUnwatchedFailureIsLogged(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var log syncBuffer
	p := startProducer(t, configOf(cluster), producer.WithLogger(log.logger()))
	p.SendAsync(within(t, 10*time.Second), producer.Message[string, event]{}, nil)
	if want := "record not acknowledged"; !strings.Contains(log.String(), want) {
		t.Errorf("the log lacks %q:\n%s", want, log.String())
	}
}

// TestRecordsThatWouldBeOthers: librdkafka takes these and writes something else.
func TestRecordsThatWouldBeOthers(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 10*time.Second)
	type message = producer.Message[string, event]
	for name, tt := range map[string]struct {
		msg  message
		want string
	}{
		"a zero byte in a header's name": {message{Headers: []kafka.Header{{Key: "a"}, {Key: "b\x00c"}}}, `header 1, "b\x00c"`},
		"a time before 1970":             {message{Timestamp: time.Date(1500, 1, 1, 0, 0, 0, 0, time.UTC)}, "1500-01-01"},
		"the first time of 1970":         {message{Timestamp: time.UnixMilli(0)}, "1970"},
		"a time after 2262":              {message{Timestamp: time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)}, "2500-01-01"},
		"a partition that is not there":  {message{Partition: new(int32(7))}, "Unknown partition"},
		"a record that is too large":     {message{Value: &event{Text: strings.Repeat("x", 2_000_000)}}, "2000000 bytes, see message.max.bytes"},
	} {
		if tt.msg.Value == nil {
			tt.msg.Value = &event{}
		}
		if _, err := p.SendMessage(ctx, tt.msg); err == nil || errors.Is(err, producer.ErrIndeterminate) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want a certain failure with %q in it", name, err, tt.want)
		}
	}
	sent, err := p.SendMessage(ctx, message{Value: &event{}, Timestamp: time.UnixMilli(1), Headers: []kafka.Header{{}, {Key: "", Value: []byte{}}}})
	if err != nil {
		t.Fatal(err)
	}
	record := readAll(t, cluster, 1)[0]
	if record.Timestamp.UnixMilli() != 1 || sent.Timestamp.UnixMilli() != 1 {
		t.Errorf("time %v, receipt %v, want 1 ms", record.Timestamp, sent.Timestamp)
	}
	if len(record.Headers) != 2 || record.Headers[0].Value != nil || record.Headers[1].Value == nil {
		t.Errorf("headers %+v, want a null value and an empty one", record.Headers)
	}
}

// TestCallbacksThatEndTheirGoroutine: what a test does that fails in a callback must not keep the reports of others from coming.
func TestCallbacksThatEndTheirGoroutine(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var log syncBuffer
	p := startProducer(t, configOf(cluster), producer.WithLogger(log.logger()))
	ctx := within(t, 20*time.Second)
	for range 3 {
		p.SendAsync(ctx, producer.Message[string, event]{Value: &event{}}, func(producer.Receipt, error) { runtime.Goexit() })
		if _, err := p.Send(ctx, &event{}); err != nil {
			t.Fatalf("Send after it: %v", err)
		}
	}
	p.SendAsync(ctx, producer.Message[string, event]{}, func(producer.Receipt, error) { panic("refused") }) // a tombstone without a key
	if err := p.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
	for _, want := range []string{"callback of SendAsync ended its goroutine", "panic=refused"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, log.String())
		}
	}
}
