package chaos

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Kind says what an Entry reports.
type Kind uint8

// The kinds of entries, and the fields that they use besides At and Group.
const (
	// Of the producer: an outcome of record Number with key Key. An acknowledged one has Partition and Offset. The Offset of an indeterminate one is
	// the number of the record that is sent next.
	Acked Kind = iota + 1
	Indeterminate
	Refused
	// Of the harness: a record that nobody can decode was acknowledged at Partition and Offset.
	Poisoned

	// Of a Member's handler: it begins with, or is through with, record Number at Partition and Offset. Written before it does so.
	Began
	Settled   // it returns nil
	Failed    // it returns an error or panics: the record may be tried again or become a dead letter
	Condemned // it asks for a dead letter
	Cancelled // it returns because its context ended

	// Of a Member's consumer: Partition.
	Assigned
	Revoked
	Lost
	Rewound // the client went back by itself, which the consumer takes for a loss and a new assignment: both follow

	// Of the harness: the brokers did not list Member any more, which works and was not told to end, when they were asked, at Offset (as At).
	Expelled

	// Of the harness: the process of Member was stopped (and says nothing until Continued), was continued, is gone.
	Stopped
	Continued
	Gone

	// Of the harness: a commit of Offset was asked for in Partition, which need not have been granted.
	Tried
	// Of the harness: Offset was read as the committed one of Partition; after that the topic of the dead letters had Number records.
	Committed

	// Of the harness: all that a storm can explain is over; from now on, until Storm, nothing is handled twice.
	Calm
	Storm

	// Of the harness: nothing ran on this machine for Offset nanoseconds, as far as it can tell.
	Halted
)

// Entry is one line of the ledger.
type Entry struct {
	At        time.Duration // since 1970
	Offset    int64
	Number    int64 // of the record in its group
	Member    int32
	Partition int32
	Key       int32
	Kind      Kind
	Group     uint8
}

// asked is when the brokers were asked about what an Expelled entry says.
func (e Entry) asked() time.Duration { return time.Duration(e.Offset) }

// entrySize is the length of an Entry in the pipe: what is shorter than 512 bytes is written in one piece everywhere.
const entrySize = 40

func (e Entry) encode() []byte {
	var b [entrySize]byte
	binary.LittleEndian.PutUint64(b[0:], uint64(e.At))
	binary.LittleEndian.PutUint64(b[8:], uint64(e.Offset))
	binary.LittleEndian.PutUint64(b[16:], uint64(e.Number))
	binary.LittleEndian.PutUint32(b[24:], uint32(e.Member))
	binary.LittleEndian.PutUint32(b[28:], uint32(e.Partition))
	binary.LittleEndian.PutUint32(b[32:], uint32(e.Key))
	b[36], b[37] = byte(e.Kind), e.Group
	return b[:]
}

func decodeEntry(b []byte) Entry {
	return Entry{
		At:        time.Duration(binary.LittleEndian.Uint64(b[0:])),
		Offset:    int64(binary.LittleEndian.Uint64(b[8:])),
		Number:    int64(binary.LittleEndian.Uint64(b[16:])),
		Member:    int32(binary.LittleEndian.Uint32(b[24:])),
		Partition: int32(binary.LittleEndian.Uint32(b[28:])),
		Key:       int32(binary.LittleEndian.Uint32(b[32:])),
		Kind:      Kind(b[36]),
		Group:     b[37],
	}
}

// String names the entry for a report.
func (e Entry) String() string {
	names := [...]string{
		"", "acked", "indeterminate", "refused", "poisoned", "began", "settled", "failed", "condemned", "cancelled",
		"assigned", "revoked", "lost", "rewound", "expelled", "stopped", "continued", "gone", "tried", "committed", "calm", "storm", "halted",
	}
	return fmt.Sprintf("%s %s group %d member %d partition %d offset %d number %d key %d",
		time.Unix(0, int64(e.At)).UTC().Format("15:04:05.000000"), names[e.Kind], e.Group, e.Member, e.Partition, e.Offset, e.Number, e.Key)
}
