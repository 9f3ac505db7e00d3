package embedded

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
)

// Schema types that the registry knows. It reads only Avro.
const (
	avroType     = "AVRO"
	jsonType     = "JSON"
	protobufType = "PROTOBUF"
)

// schema is the content behind an id. It never changes.
type schema struct {
	kind       string
	text       string // as stored and sent
	references []reference
	metadata   *metadata
	guid       string            // of text, references and metadata
	content    [md5.Size]byte    // of text and references
	structure  [sha256.Size]byte // of the text with references written out and properties sorted
}

// reference is one entry of a schema's references, as stored and sent.
type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// metadata is what a data contract says beside the schema.
type metadata struct {
	Tags       map[string][]string `json:"tags,omitempty"`
	Properties map[string]string   `json:"properties,omitempty"`
	Sensitive  []string            `json:"sensitive,omitempty"`
}

// property returns one property; a nil metadata has none.
func (m *metadata) property(key string) string {
	if m == nil {
		return ""
	}
	return m.Properties[key]
}

// with returns a copy that has the property.
func (m *metadata) with(key, value string) *metadata {
	var out metadata
	if m != nil {
		out = *m
	}
	out.Properties = maps.Clone(out.Properties)
	if out.Properties == nil {
		out.Properties = map[string]string{}
	}
	out.Properties[key] = value
	return &out
}

// identify computes the hashes of what is sent.
func (s *schema) identify() {
	s.content = contentHash(s.text, s.references, nil)
	s.guid = formatGUID(contentHash(s.text, s.references, s.metadata))
}

// means sets the hash of the text that stands for what the schema means.
func (s *schema) means(structure string) { s.structure = sha256.Sum256([]byte(structure)) }

// equal reports whether two schemas are the same in all that is sent.
func (s *schema) equal(other *schema) bool { return s.kind == other.kind && s.guid == other.guid }

// contentHash is the hash behind GUIDs.
func contentHash(text string, references []reference, m *metadata) [md5.Size]byte {
	h := md5.New()
	put := func(texts ...string) {
		for _, t := range texts {
			h.Write([]byte(t)) // a hash never fails
		}
	}
	put(text)
	for _, r := range references {
		put(r.Name, r.Subject)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(r.Version)))
	}
	if m != nil {
		h.Write([]byte{1})
		for _, key := range slices.Sorted(maps.Keys(m.Tags)) {
			put(key)
			put(slices.Sorted(slices.Values(m.Tags[key]))...)
		}
		for _, key := range slices.Sorted(maps.Keys(m.Properties)) {
			put(key, m.Properties[key])
		}
		put(slices.Sorted(slices.Values(m.Sensitive))...)
	}
	return [md5.Size]byte(h.Sum(nil))
}

func formatGUID(hash [md5.Size]byte) string {
	x := hex.EncodeToString(hash[:])
	return strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-")
}
