package avro_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// ordinary returns the text of a record like those that services have, of about that many bytes.
func ordinary(size int) string {
	const one = `{"name":"item_%[1]d","doc":"Item number %[1]d.","type":["null",{"type":"record","name":"Item%[1]d","fields":[` +
		`{"name":"sku","type":"string"},{"name":"quantity","type":"int","default":1},` +
		`{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},` +
		`{"name":"state","type":{"type":"enum","name":"State%[1]d","symbols":["OPEN","SHIPPED","DONE"],"default":"OPEN"}},` +
		`{"name":"parts","type":{"type":"array","items":"Item%[1]d"},"default":[]}]}],"default":null}`
	return `{"type":"record","name":"Order","namespace":"com.example.shop","fields":[` +
		list(max(1, size/len(fmt.Sprintf(one, 1))), func(i int) string { return fmt.Sprintf(one, i) }) + "]}"
}

// BenchmarkParse shows the bytes per second over growing texts, which stay about the same where time is linear.
func BenchmarkParse(b *testing.B) {
	for _, size := range []int{1 << 10, 8 << 10, 64 << 10, 256 << 10, 960 << 10} {
		text := ordinary(size)
		b.Run(strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := avro.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCRC64(b *testing.B) {
	s := parse(b, ordinary(8<<10))
	b.ReportAllocs()
	for b.Loop() {
		s.CRC64()
	}
}
