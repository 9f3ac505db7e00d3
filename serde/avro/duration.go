package avro

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// Duration is the logical type duration: an amount of time in three units that cannot be converted into each other, since months and
// days differ in length.
type Duration struct {
	Months, Days, Millis uint32
}

// String returns d in the form P14M3DT0.250S of ISO 8601.
func (d Duration) String() string {
	return fmt.Sprintf("P%dM%dDT%d.%03dS", d.Months, d.Days, d.Millis/1000, d.Millis%1000)
}

const durationSize = 12

func readDuration(d *decoder, p unsafe.Pointer) *Error {
	in, err := d.take(durationSize, "duration")
	if err == nil {
		*(*Duration)(p) = durationOf(in)
	}
	return err
}

func durationOf(in []byte) Duration {
	le := binary.LittleEndian
	return Duration{le.Uint32(in), le.Uint32(in[4:]), le.Uint32(in[8:])}
}

func (d Duration) append(dst []byte) []byte {
	le := binary.LittleEndian
	return le.AppendUint32(le.AppendUint32(le.AppendUint32(dst, d.Months), d.Days), d.Millis)
}
