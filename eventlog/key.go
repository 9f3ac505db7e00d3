package eventlog

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	extension    = ".avro"
	offsetDigits = 20
	partitionDir = "partition="
)

// layout is where the objects of a log are.
type layout struct {
	prefix   string // without a slash at its end
	timePath string // a layout of package time, "" for none
}

// topic returns what the keys of a topic begin with.
func (l layout) topic(topic string) string {
	if l.prefix == "" {
		return topic + "/"
	}
	return l.prefix + "/" + topic + "/"
}

// key is the name of the file that begins at an offset: the first, since that is known before the last one and the same each time.
func (l layout) key(topic string, partition int32, first int64, at time.Time) string {
	var b strings.Builder
	b.WriteString(l.topic(topic))
	if l.timePath != "" {
		b.WriteString(at.UTC().Format(l.timePath))
		b.WriteByte('/')
	}
	fmt.Fprintf(&b, "%s%d/%s", partitionDir, partition, baseName(topic, partition, first))
	return b.String()
}

// plain reports whether the names of a file's neighbours can be told from its own: whether it is below no time path, which readers do not know.
func (l layout) plain(f File) bool {
	return f.Key == layout{prefix: l.prefix}.key(f.Topic, f.Partition, f.First, time.Time{})
}

func baseName(topic string, partition int32, first int64) string {
	return fmt.Sprintf("%s+%d+%0*d%s", topic, partition, offsetDigits, first, extension)
}

// parse reads the key of a topic's file. ok is false for what is none.
func (l layout) parse(topic, key string) (partition int32, first int64, ok bool) {
	rest, ok := strings.CutPrefix(key, l.topic(topic))
	if !ok {
		return 0, 0, false
	}
	dir, name := "", rest
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		dir, name = rest[:i], rest[i+1:]
	}
	name, ok = strings.CutSuffix(name, extension)
	if !ok {
		return 0, 0, false
	}
	name, ok = strings.CutPrefix(name, topic+"+")
	if !ok {
		return 0, 0, false
	}
	number, digits, ok := strings.Cut(name, "+")
	if !ok || len(digits) != offsetDigits {
		return 0, 0, false
	}
	p, err := strconv.ParseInt(number, 10, 32)
	if err != nil || p < 0 {
		return 0, 0, false
	}
	first, err = strconv.ParseInt(digits, 10, 64)
	if err != nil || first < 0 {
		return 0, 0, false
	}
	if last := dir[strings.LastIndexByte(dir, '/')+1:]; last != partitionDir+strconv.FormatInt(p, 10) {
		return 0, 0, false
	}
	return int32(p), first, true
}
