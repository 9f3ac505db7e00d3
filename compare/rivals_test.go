package compare_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	ckgserde "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/hamba/avro/v2"
	"github.com/riferrei/srclient"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
	ours "github.com/magicbyte-go/magicbyte/serde/avro"
)

// What other libraries do with an input that services meet, at the versions of go.mod, and what this one does. Each test states both sides,
// so it fails as well when a newer version of the other library has mended it: then the row of docs/choosing.md goes.

// parcel is a record for these tests, in the tags that hamba/avro and we share.
type parcel struct {
	ID    string `avro:"id"`
	Grams int64  `avro:"grams"`
}

const parcelSchema = `{"type":"record","name":"Parcel","namespace":"depot","fields":[{"name":"id","type":"string"},{"name":"grams","type":"long"}]}`

var parcels = ours.MustFor[parcel](parcelSchema)

// depot is a registry with the schema of parcels, and what each library reads with.
type depot struct {
	url    string
	id     int
	mine   *serde.Deserializer[parcel]
	theirs *avrov2.Deserializer
}

const depotTopic = "parcels"

func newDepot(t *testing.T) depot {
	t.Helper()
	server := httptest.NewServer(embedded.New())
	t.Cleanup(server.Close)
	reg := newClient(t, server.URL)
	registered, err := reg.Register(t.Context(), depotTopic+"-value", serde.Schema{Text: parcelSchema})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := registered.ID.Number()
	read := avrov2.NewDeserializerConfig()
	read.SubjectNameStrategyType = ckgserde.TopicNameStrategyType
	theirs, err := avrov2.NewDeserializer(confluentClient(t, server.URL), ckgserde.ValueSerde, read)
	if err != nil {
		t.Fatal(err)
	}
	return depot{server.URL, int(id), serde.NewDeserializer(parcels, reg), theirs}
}

func newClient(t *testing.T, url string, opts ...registry.Option) *registry.Client {
	t.Helper()
	client, err := registry.New(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func confluentClient(t *testing.T, url string) schemaregistry.Client {
	t.Helper()
	client, err := schemaregistry.NewClient(schemaregistry.NewConfig(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// panics returns what f panicked with, nil where it did not.
func panics(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// A payload that ends within its schema id: one such record on a topic ends every consumer that reads it, again and again.
func TestRivalsTruncatedFrame(t *testing.T) {
	t.Parallel()
	d := newDepot(t)
	for _, payload := range [][]byte{{0}, {0, 0, 0, 0}, {1, 2, 3}} {
		if got := panics(func() { _ = d.theirs.DeserializeInto(depotTopic, payload, new(parcel)) }); got == nil {
			t.Errorf("avrov2, % x: no panic any more", payload)
		}
		if _, _, err := d.mine.Deserialize(t.Context(), serde.Input{Topic: depotTopic, Payload: payload}); !errors.Is(err, serde.ErrFrame) {
			t.Errorf("ours, % x: got %v, want ErrFrame", payload, err)
		}
	}
}

// A tombstone read into a value that is used again.
func TestRivalsTombstoneIntoUsedValue(t *testing.T) {
	t.Parallel()
	d := newDepot(t)
	used := parcel{ID: "P-1", Grams: 700}
	if err := d.theirs.DeserializeInto(depotTopic, nil, &used); err != nil || used == (parcel{}) {
		t.Errorf("avrov2: got %+v, %v; it left the last value there and said nothing", used, err)
	}
	mine := parcel{ID: "P-1", Grams: 700}
	meta, err := d.mine.DeserializeInto(t.Context(), serde.Input{Topic: depotTopic}, &mine)
	if err != nil || !meta.Tombstone || mine != (parcel{}) {
		t.Errorf("ours: got %+v, tombstone %v, %v; want the zero value, marked", mine, meta.Tombstone, err)
	}
}

// A record cut short, as a producer with a bug or a broken disk leaves it.
func TestRivalsTruncatedBody(t *testing.T) {
	t.Parallel()
	schema := avro.MustParse(parcelSchema)
	body, err := avro.Marshal(schema, parcel{ID: "P-1", Grams: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for cut := range len(body) {
		if avro.Unmarshal(schema, body[:cut], new(parcel)) == nil {
			accepted++
		}
		if err := parcels.Decode(body[:cut], new(parcel)); err == nil {
			t.Errorf("ours, cut at %d of %d: no error", cut, len(body))
		}
	}
	if accepted == 0 {
		t.Error("hamba: every cut is noticed now")
	}
	long := append(body, 1, 2, 3)
	if err := avro.Unmarshal(schema, long, new(parcel)); err != nil {
		t.Errorf("hamba: trailing bytes are noticed now: %v", err)
	}
	if err := parcels.Decode(long, new(parcel)); err == nil {
		t.Error("ours, trailing bytes: no error")
	}
}

// Goroutines that start together and meet a schema id that none has seen.
func TestRivalsColdID(t *testing.T) {
	t.Parallel()
	const goroutines = 50
	for _, tc := range []struct {
		name string
		ask  func(t *testing.T, url string) func(ctx context.Context, id int) error
		one  bool
	}{
		{"srclient", func(_ *testing.T, url string) func(context.Context, int) error {
			client := srclient.NewSchemaRegistryClient(url)
			return func(_ context.Context, id int) error { _, err := client.GetSchema(id); return err }
		}, false},
		{"ours", func(t *testing.T, url string) func(context.Context, int) error {
			client := newClient(t, url)
			return func(ctx context.Context, id int) error {
				_, err := client.SchemaByID(ctx, "", serde.NumberID(int32(id))) //nolint:gosec // it came from one
				return err
			}
		}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			reg := embedded.New()
			var requests atomic.Int32
			begun := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/schemas/ids/") {
					requests.Add(1)
					<-begun // all callers wait by now, or come later and find the answer
				}
				reg.ServeHTTP(w, r)
			}))
			defer server.Close()
			registered, err := newClient(t, server.URL).Register(t.Context(), "s", serde.Schema{Text: parcelSchema})
			if err != nil {
				t.Fatal(err)
			}
			id, _ := registered.ID.Number()
			ask := tc.ask(t, server.URL)
			var calls, called sync.WaitGroup
			called.Add(goroutines)
			for range goroutines {
				calls.Go(func() {
					called.Done()
					if err := ask(t.Context(), int(id)); err != nil {
						t.Error(err)
					}
				})
			}
			called.Wait()
			time.AfterFunc(200*time.Millisecond, func() { close(begun) }) // the registry takes that long
			calls.Wait()
			if got := requests.Load(); (got == 1) != tc.one {
				t.Errorf("%d requests", got)
			}
		})
	}
}

// A registry that hangs on one schema id: is another one, which is cached, still found?
func TestRivalsCachedIDBesideHangingOne(t *testing.T) {
	t.Parallel()
	reg := embedded.New()
	release, asked := make(chan struct{}), make(chan struct{}, 8)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/schemas/ids/2") {
			asked <- struct{}{}
			<-release
		}
		reg.ServeHTTP(w, r)
	}))
	defer server.Close()
	writer, mine, theirs := newClient(t, server.URL), newClient(t, server.URL), confluentClient(t, server.URL)
	for _, schema := range []string{recordV1, recordV2} {
		if _, err := writer.Register(t.Context(), "s", serde.Schema{Text: schema}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		name  string
		find  func(id int) error
		stuck bool
	}{
		{"confluent-kafka-go", func(id int) error { _, err := theirs.GetBySubjectAndID("s", id); return err }, true},
		{"ours", func(id int) error {
			_, err := mine.SchemaByID(t.Context(), "", serde.NumberID(int32(id))) //nolint:gosec // 1 or 2
			return err
		}, false},
	} {
		if err := tc.find(1); err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		var calls sync.WaitGroup
		calls.Go(func() { _ = tc.find(2) })
		<-asked
		found := make(chan error, 1)
		calls.Go(func() { found <- tc.find(1) })
		select {
		case err := <-found:
			if tc.stuck || err != nil {
				t.Errorf("%s: found at once, %v", tc.name, err)
			}
		case <-time.After(time.Second):
			if !tc.stuck {
				t.Errorf("%s: a cached id waits for another one", tc.name)
			}
		}
		release <- struct{}{}
		calls.Wait()
	}
}

// Two services of one process, or one that is rolled out, read a writer's records with schemas of their own: each has fields that the
// other leaves out.
func TestRivalsTwoReadersOfOneWriter(t *testing.T) {
	t.Parallel()
	const (
		onlyID    = `{"type":"record","name":"Parcel","namespace":"depot","fields":[{"name":"id","type":"string"}]}`
		onlyGrams = `{"type":"record","name":"Parcel","namespace":"depot","fields":[{"name":"grams","type":"long"}]}`
	)
	writer := avro.MustParse(parcelSchema)
	body, err := avro.Marshal(writer, parcel{ID: "P-1", Grams: 700})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]parcel{onlyID: {ID: "P-1"}, onlyGrams: {Grams: 700}, parcelSchema: {ID: "P-1", Grams: 700}}
	lost := 0
	for _, text := range []string{onlyID, onlyGrams, parcelSchema} {
		reader, err := avro.NewSchemaCompatibility().Resolve(avro.MustParse(text), writer)
		if err != nil {
			t.Fatal(err)
		}
		var got parcel
		if err := avro.Unmarshal(reader, body, &got); err != nil || got != want[text] {
			lost++
		}
		decode, err := parcels.Decoder([]string{parcelSchema}, []string{text})
		if err != nil {
			t.Fatal(err)
		}
		var mine parcel
		if err := decode(body, &mine); err != nil || mine != want[text] {
			t.Errorf("ours, %s: got %+v, %v, want %+v", text, mine, err, want[text])
		}
	}
	if lost == 0 {
		t.Error("hamba: no reader loses a field any more")
	}
}

// A registry behind two addresses, the first of which is dead.
func TestRivalsDeadFirstURL(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(embedded.New())
	defer server.Close()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	urls := dead.URL + "," + server.URL
	ids := make([]int, 2)
	for i := range ids {
		registered, err := newClient(t, server.URL).Register(t.Context(), "s"+fmt.Sprint(i),
			serde.Schema{Text: strings.Replace(parcelSchema, "Parcel", "Parcel"+fmt.Sprint(i), 1)})
		if err != nil {
			t.Fatal(err)
		}
		id, _ := registered.ID.Number()
		ids[i] = int(id)
	}
	mine, theirs := newClient(t, urls), confluentClient(t, urls)
	slow := func(find func(i int) error) (calls int) {
		for i := range ids {
			began := time.Now()
			if err := find(i); err != nil {
				t.Error(err)
			}
			if time.Since(began) > 400*time.Millisecond {
				calls++
			}
		}
		return calls
	}
	if n := slow(func(i int) error { _, err := theirs.GetBySubjectAndID("s"+fmt.Sprint(i), ids[i]); return err }); n < 2 {
		t.Errorf("confluent-kafka-go: %d of %d calls were slow; it begins with the dead address each time", n, len(ids))
	}
	if n := slow(func(i int) error {
		_, err := mine.SchemaByID(t.Context(), "", serde.NumberID(int32(ids[i]))) //nolint:gosec // it came from one
		return err
	}); n > 1 {
		t.Errorf("ours: %d of %d calls were slow, want at most the first", n, len(ids))
	}
}
