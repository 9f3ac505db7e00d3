package compare_test

import (
	"net/http/httptest"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/riferrei/srclient"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// BenchmarkCachedSchemaByID is what each library takes to find a schema whose id it has seen, on one goroutine and on all cores. franz-go's
// client keeps nothing; what stands for it is the table of its serde, read by a Decode that does nothing else.
func BenchmarkCachedSchemaByID(b *testing.B) {
	server := httptest.NewServer(embedded.New())
	defer server.Close()
	const subject, text = "orders-value", `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`
	ours, err := registry.New(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	defer ours.Close()
	registered, err := ours.Register(b.Context(), subject, serde.Schema{Text: text})
	if err != nil {
		b.Fatal(err)
	}
	n, _ := registered.ID.Number()
	id := int(n)
	confluent, err := schemaregistry.NewClient(schemaregistry.NewConfig(server.URL))
	if err != nil {
		b.Fatal(err)
	}
	bare := srclient.NewSchemaRegistryClient(server.URL)
	var table sr.Serde
	table.Register(id, struct{}{}, sr.DecodeFn(func([]byte, any) error { return nil }))
	record := append([]byte{0, 0, 0, 0}, byte(id))
	bareMap := make(map[int]serde.Schema)
	for i := range 1000 { // a map of one is no map to Go
		bareMap[i+1] = serde.Schema{Text: text}
	}

	for _, library := range []struct {
		name string
		find func() error
	}{
		{"magicbyte", func() error { _, err := ours.SchemaByID(b.Context(), "", registered.ID); return err }},
		{"confluent-kafka-go", func() error { _, err := confluent.GetBySubjectAndID(subject, id); return err }},
		{"srclient", func() error { _, err := bare.GetSchema(id); return err }},
		{"franz-go-serde", func() error { return table.Decode(record, new(struct{})) }},
		{"bare-map", func() error { _ = bareMap[id].Text; return nil }},
	} {
		b.Run(library.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := library.find(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(library.name+"-parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := library.find(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
