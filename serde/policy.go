package serde

import (
	"fmt"
	"time"
)

// WritePolicy decides which schema a [Serializer] writes with: [Register], [Lookup], [Latest], [PinnedID] or [PinnedVersion].
// It is one value, so policies that contradict each other cannot be written down.
type WritePolicy interface{ writePolicy() policy }

// ReadPolicy decides which schema a [Deserializer] reads with: [GoType], [WriterSchema], [Latest], [PinnedID] or [PinnedVersion].
type ReadPolicy interface{ readPolicy() policy }

// SharedPolicy can be used on both sides.
type SharedPolicy interface {
	WritePolicy
	ReadPolicy
}

type policyKind uint8

const (
	policyOwn     policyKind = iota // the codec's schema, registered where it is missing; for readers, GoType
	policyLookup                    // the codec's schema, which must be registered already
	policyWriter                    // readers: as written
	policyLatest                    // the subject's newest version
	policyID                        // one schema id
	policyVersion                   // one version of the subject
)

type policy struct {
	kind    policyKind
	refresh time.Duration
	id      SchemaID
	version int
}

type (
	writePolicy  policy
	readPolicy   policy
	sharedPolicy policy
)

func (p writePolicy) writePolicy() policy  { return policy(p) }
func (p readPolicy) readPolicy() policy    { return policy(p) }
func (p sharedPolicy) writePolicy() policy { return policy(p) }
func (p sharedPolicy) readPolicy() policy  { return policy(p) }

// Register writes with the codec's own schema. It is looked up in the subject, and registered when it is missing: at Start, so that
// a schema that the subject's compatibility level forbids fails the start of the service. This is the default.
func Register() WritePolicy { return writePolicy{kind: policyOwn} }

// Lookup writes with the codec's own schema, which must be registered already: for production, where schemas are managed by a
// pipeline and services may not write to the registry.
func Lookup() WritePolicy { return writePolicy{kind: policyLookup} }

// GoType reads with the codec's own schema: whatever version a record was written with, the Go type is filled as that schema
// says. This is the default.
func GoType() ReadPolicy { return readPolicy{kind: policyOwn} }

// WriterSchema reads each record with the schema that it was written with: for generic codecs, whose values have no fixed shape.
func WriterSchema() ReadPolicy { return readPolicy{kind: policyWriter} }

// Latest uses the newest version of the subject, asked for again after each refresh interval: the first call after it asks, and
// where the registry does not answer, the version known so far goes on. 0 asks once. The registry client's own
// cache of newest versions comes on top of the interval.
func Latest(refresh time.Duration) SharedPolicy {
	return sharedPolicy{kind: policyLatest, refresh: refresh}
}

// PinnedID uses the schema with this id: a number, a GUID, or a schema version of AWS Glue.
func PinnedID(id SchemaID) SharedPolicy { return sharedPolicy{kind: policyID, id: id} }

// PinnedVersion uses this version of the subject.
func PinnedVersion(version int) SharedPolicy {
	return sharedPolicy{kind: policyVersion, version: version}
}

// check reports a policy that can never work.
func (p policy) check() error {
	switch p.kind {
	case policyLatest:
		if p.refresh < 0 {
			return fmt.Errorf("serde: Latest(%v): the refresh interval is negative; 0 asks once", p.refresh)
		}
	case policyID:
		if n, isNumber := p.id.Number(); p.id.IsZero() || isNumber && n < 1 {
			return fmt.Errorf("serde: PinnedID(%v): schema ids start at 1", p.id)
		}
	case policyVersion:
		if p.version < 1 {
			return fmt.Errorf("serde: PinnedVersion(%d): versions start at 1; use Latest for the newest", p.version)
		}
	}
	return nil
}
