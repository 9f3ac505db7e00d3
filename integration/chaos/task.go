package chaos

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Task is a record of a run. It says itself what its handler is to do with it.
type Task struct {
	Key     int32  `avro:"key"`
	Number  int64  `avro:"number"`
	Act     int32  `avro:"act"`
	Padding string `avro:"padding"`
}

// What a handler does.
const (
	actNothing int32 = iota
	actSlow          // takes some time
	actError         // fails at the first attempt
	actPanic         // panics at the first attempt
	actCondemn       // asks for a dead letter
	actSkip
	acts
)

const taskSchema = `{"type": "record", "name": "Task", "namespace": "io.magicbyte.chaos", "doc": "generation 0", "fields": [
	{"name": "key", "type": "int"},
	{"name": "number", "type": "long"},
	{"name": "act", "type": "int"},
	{"name": "padding", "type": "string"}]}`

// taskCodec returns a codec whose schema is like all others, but has an id of its own in the registry: a consumer that meets the first
// record of a generation must ask for it.
func taskCodec(generation int) (avro.Codec[Task], error) {
	return avro.For[Task](strings.Replace(taskSchema, "generation 0", "generation "+strconv.Itoa(generation), 1))
}

const (
	keys = 500 // in each group
	// perAct is of how many tasks one has a given act. All of them together cost a partition a few percent of its time.
	perAct = 2000
)

var padding = strings.Repeat("magicbyte ", 8)

func newTask(rng *rand.Rand, number int64) *Task {
	t := &Task{Key: int32(rng.IntN(keys)), Number: number, Padding: padding[:rng.IntN(len(padding))]}
	if act := rng.IntN(perAct); act < int(acts) {
		t.Act = int32(act)
	}
	return t
}

// poison is the value of records that nobody can decode; what follows the prefix tells them apart.
const poison = "\xffpoison "
