package kafkaclient

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// InGroup reports whether a consumer has something to leave: an id that its group knows, or, where the group has epochs (KIP-848) and members
// choose their ids, an epoch. librdkafka takes them back when it sends its farewell, and not before, which nothing else tells: a client that is closed between the two goes without one
// (in a cooperative group: whenever offsets are still being committed), and its group waits for it until its session expires.
//
// The binding keeps what the client says of its membership to itself, but for printing it. Where that is not understood, or client is
// another one, the answer is no.
func InGroup(client Consumer, epochs bool) bool {
	member, ok := client.(GroupMember)
	if !ok {
		return false
	}
	metadata, err := member.GetConsumerGroupMetadata()
	if err != nil {
		return false
	}
	return inGroup(fmt.Appendf(nil, "%s", metadata), epochs)
}

func inGroup(printed []byte, epochs bool) bool {
	generation, id, ok := membership(printed)
	if epochs {
		return ok && generation > 0 // -1 before the first one, 0 after the last
	}
	return ok && id != ""
}

// membership reads librdkafka's serialized group metadata, as printed: generation, group, member id, group instance id.
func membership(printed []byte) (generation int32, id string, ok bool) {
	_, rest, ok := bytes.Cut(printed, []byte("CGMDv2:"))
	if !ok || len(rest) < 4 {
		return 0, "", false
	}
	generation = int32(binary.NativeEndian.Uint32(rest)) //nolint:gosec // it was one
	_, rest, ok = bytes.Cut(rest[4:], []byte{0})
	if !ok {
		return 0, "", false
	}
	member, _, ok := bytes.Cut(rest, []byte{0})
	return generation, string(member), ok
}
