package embedded

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/avsc"
)

// schemaRequest is the body of a registration, look-up or check.
type schemaRequest struct {
	version, id *int
	kind        string
	text        string
	references  []sentReference
	metadata    *metadata
}

// sentReference is a reference in which anything may be missing.
type sentReference struct {
	Name    *string `json:"name"`
	Subject *string `json:"subject"`
	Version *int    `json:"version"`
}

// String prints what was sent as the real server does.
func (x sentReference) String() string {
	name, subject, version := "null", "null", "null"
	if x.Name != nil && *x.Name != "" {
		name = *x.Name
	}
	if x.Subject != nil {
		subject = *x.Subject
	}
	if x.Version != nil {
		version = fmt.Sprint(*x.Version)
	}
	return fmt.Sprintf("{name='%s', subject='%s', version=%s}", name, subject, version)
}

// readSchemaRequest decodes the body. argument is what the real server calls it.
func (c *call) readSchemaRequest(argument string) (q schemaRequest, err error) {
	members, err := c.members(argument)
	if err != nil {
		return q, err
	}
	if len(members["references"]) > avsc.MaxText || len(members["metadata"]) > avsc.MaxText {
		return q, errSchemaTooLarge
	}
	q.kind = avroType
	var given text
	for _, err := range []error{
		decodeNumber(members, "version", &q.version),
		decodeNumber(members, "id", &q.id),
		decode(members, "references", classReferences, &q.references),
		decode(members, "metadata", classMetadata, &q.metadata),
		decodeText(members, "schemaType", (*text)(&q.kind)),
		decodeText(members, "schema", &given),
		checkRuleSet(members["ruleSet"]),
	} {
		if err != nil {
			return q, err
		}
	}
	q.text = string(given)
	switch {
	case q.kind != avroType && q.kind != jsonType && q.kind != protobufType:
		return q, errSchemaType(q.kind)
	case len(q.text) > avsc.MaxText, len(q.references) > maxReferences:
		return q, errSchemaTooLarge
	}
	return q, nil
}

// maxReferences bounds what has to be looked at, and repeated in errors, for little that was sent.
const maxReferences = 10_000

// decodeNumber reads a number of 32 bits, which is what ids and versions are.
func decodeNumber(members map[string]json.RawMessage, name string, target **int) error {
	var n *int32
	if err := decode(members, name, classNumber, &n); err != nil || n == nil {
		return err
	}
	wide := int(*n)
	*target = &wide
	return nil
}

func decodeText(members map[string]json.RawMessage, name string, target *text) error {
	if string(members[name]) == "null" {
		return nil
	}
	return decode(members, name, classText, target)
}

// checkRuleSet refuses a rule set of the wrong shape. A right one is dropped,
// as the community server does.
func checkRuleSet(raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	type rule struct {
		Kind *string `json:"kind"`
	}
	var set struct {
		MigrationRules []rule `json:"migrationRules"`
		DomainRules    []rule `json:"domainRules"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return wrongType(classRuleSet, raw)
	}
	for _, r := range slices.Concat(set.MigrationRules, set.DomainRules) {
		if r.Kind != nil && *r.Kind != "TRANSFORM" && *r.Kind != "CONDITION" {
			return failJSON("Cannot deserialize value of type `RuleKind` from String \"%.*s\": not one of the values accepted for Enum class: [CONDITION, TRANSFORM]", maxRepeated, *r.Kind)
		}
	}
	return nil
}

// prepared is a schema that was read and may be stored.
type prepared struct {
	*schema
	avro *avsc.Schema // nil for other types
}

// prepare reads a request's schema into the form in which it is stored.
func (r *Registry) prepare(subject subjectName, q schemaRequest, c *call) (*prepared, error) {
	if strings.TrimSpace(q.text) == "" {
		return nil, errEmptySchema
	}
	config := r.state.configOf(subject)
	from := source{
		kind: q.kind, text: q.text,
		lenient:   !config.flag(validateMember, true) || r.state.modeOf(subject) == importMode,
		normalize: c.flag("normalize") || config.flag(normalizeMember, false),
	}
	var err error
	if from.references, err = r.state.stored(subject, q.references); err != nil {
		return nil, errInvalid(subject, q, err)
	}
	if from.normalize {
		slices.SortStableFunc(from.references, func(a, b reference) int { return strings.Compare(a.Name, b.Name) })
	}
	if from.texts, err = r.state.referenceTexts(subject, from.references); err != nil {
		return nil, errInvalid(subject, q, err)
	}
	read, err := c.readings.get(c, from, source.equal, source.read)
	if err != nil {
		return nil, err
	}
	if read.err != nil {
		return nil, errInvalid(subject, q, read.err)
	}
	p := &prepared{&schema{kind: q.kind, text: read.text, references: from.references, metadata: q.metadata}, read.avro}
	p.identify()
	p.means(read.structure)
	return p, nil
}

// stored completes references: version -1 becomes the newest one.
func (s *state) stored(from subjectName, sent []sentReference) ([]reference, error) {
	var references []reference
	for _, x := range sent {
		if x.Name == nil || *x.Name == "" || x.Subject == nil || x.Version == nil {
			return nil, fmt.Errorf("Invalid reference: %s", x) //nolint:staticcheck // the registry's text
		}
		if *x.Version < 1 && *x.Version != latestVersion {
			return nil, fmt.Errorf("io.confluent.kafka.schemaregistry.exceptions.InvalidVersionException: %d", *x.Version)
		}
		ref := reference{*x.Name, *x.Subject, *x.Version}
		key := versionKey{parseSubject(ref.Subject, from.context), ref.Version}
		target := s.find(key)
		if ref.Version == latestVersion {
			target = s.latest(key.subject)
		}
		if target == nil || target.deleted {
			return nil, fmt.Errorf("No schema reference found for subject %q and version %d", ref.Subject, ref.Version) //nolint:staticcheck // the registry's text
		}
		ref.Version = target.number
		references = append(references, ref)
	}
	return references, nil
}

// maxReferenceText bounds what one schema may pull in, in bytes.
const maxReferenceText = 16 << 20

// referenceTexts collects the texts behind references, their own ones first.
// Soft-deleted versions still serve those that refer to them.
func (s *state) referenceTexts(from subjectName, references []reference) ([]string, error) {
	c := collector{state: s, seen: map[versionKey]bool{}}
	err := c.collect(from, references)
	return c.texts, err
}

type collector struct {
	state *state
	seen  map[versionKey]bool
	texts []string
	size  int
}

func (c *collector) collect(from subjectName, references []reference) error {
	for _, ref := range references {
		key := versionKey{parseSubject(ref.Subject, from.context), ref.Version}
		if c.seen[key] {
			continue
		}
		c.seen[key] = true
		v := c.state.find(key)
		if v == nil {
			return fmt.Errorf("No schema reference found for subject %q and version %d", ref.Subject, ref.Version) //nolint:staticcheck // the registry's text
		}
		if c.size += len(v.schema.text); c.size > maxReferenceText {
			return fmt.Errorf("references are larger than %d bytes together", maxReferenceText)
		}
		if err := c.collect(key.subject, v.schema.references); err != nil {
			return err
		}
		c.texts = append(c.texts, v.schema.text)
	}
	return nil
}

// errInvalid is a schema that cannot be read, in the words of the real server.
func errInvalid(subject subjectName, q schemaRequest, reason error) error {
	shown := make([]string, len(q.references))
	hashed := []byte(q.text)
	for i, x := range q.references {
		shown[i] = x.String()
		hashed = x.appendHashed(hashed)
	}
	list := strings.Join(shown, ", ")
	return fail(42201, "Invalid schema of type %s, details: Invalid schema {subject=%s,version=null,id=null,guid=%s,schemaType=%s,"+
		"references=[%s],metadata=null,ruleSet=null,schema=%s,schemaTags=null,ts=null,deleted=null} with refs [%s] of type %s, details: %v",
		q.kind, subject, formatGUID(contentHash(string(hashed), nil, nil)), q.kind, list, q.text, list, q.kind, reason)
}

// appendHashed appends what a reference adds to a GUID; what is missing adds nothing.
func (x sentReference) appendHashed(b []byte) []byte {
	for _, part := range []*string{x.Name, x.Subject} {
		if part != nil {
			b = append(b, *part...)
		}
	}
	if x.Version != nil {
		b = binary.BigEndian.AppendUint32(b, uint32(*x.Version))
	}
	return b
}
