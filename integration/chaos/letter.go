package chaos

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// origin returns where a dead letter comes from, as it says itself; nowhere where it does not.
func origin(letter *kgo.Record) place {
	at := place{-1, -1}
	for _, h := range letter.Headers {
		switch n, err := strconv.ParseInt(string(h.Value), 10, 64); {
		case err != nil:
		case h.Key == consumer.HeaderOriginPartition:
			at.partition = int32(n)
		case h.Key == consumer.HeaderOriginOffset:
			at.offset = n
		}
	}
	return at
}

// twins reports whether a dead letter has the key and the value of its origin, byte for byte, null for null, and begins with its headers.
func twins(origin, letter *kgo.Record) bool {
	if origin == nil || !same(origin.Key, letter.Key) || !same(origin.Value, letter.Value) || len(letter.Headers) < len(origin.Headers) {
		return false
	}
	for i, h := range origin.Headers {
		if l := letter.Headers[i]; h.Key != l.Key || !same(h.Value, l.Value) {
			return false
		}
	}
	return true
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

func isPoison(r *kgo.Record) bool { return bytes.HasPrefix(r.Value, []byte(poison)) }

// unique returns a name that no other run has.
func unique(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:8]) }
