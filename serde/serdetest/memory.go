package serdetest

import (
	"context"
	"crypto/md5"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/magicbyte-go/magicbyte/serde"
)

// MemoryRegistry is a serde.SchemaRegistry in memory, for tests of serializers and deserializers alone: it numbers schemas, keeps their
// versions, compares texts byte by byte and checks no compatibility. For a registry that behaves as the real ones do, use
// registry/embedded. The zero value is an empty registry in the default context. It is safe for concurrent use.
type MemoryRegistry struct {
	// Format is what ids the registry gives: for serde.WireGlue, those of schema versions, which differ from subject to subject, in place of
	// numbers and GUIDs. It is set before first use.
	Format serde.WireFormat

	mu       sync.Mutex
	schemas  []serde.Schema // by id - 1
	subjects map[string][]int32
	calls    map[string]int
	fail     error
}

// Fail makes every call return err until Fail(nil).
func (r *MemoryRegistry) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// WireFormat implements serde.WireFormatter.
func (r *MemoryRegistry) WireFormat() serde.WireFormat { return r.Format }

// Calls returns how often each method was called so far, by its name.
func (r *MemoryRegistry) Calls() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.calls)
}

// enter counts a call and returns the error it must fail with. r.mu is held.
func (r *MemoryRegistry) enter(ctx context.Context, method string) error {
	if r.calls == nil {
		r.calls = map[string]int{}
		r.subjects = map[string][]int32{}
	}
	r.calls[method]++
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.fail
}

// SchemaByID implements serde.SchemaReader.
func (r *MemoryRegistry) SchemaByID(ctx context.Context, _ string, id serde.SchemaID) (serde.Schema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.enter(ctx, "SchemaByID"); err != nil {
		return serde.Schema{}, err
	}
	for subject, ids := range r.subjects {
		for version := range ids {
			if s := r.registered(subject, version+1); r.Format == serde.WireGlue && s.ID == id {
				return s.Schema, nil
			}
		}
	}
	for i, s := range r.schemas {
		if r.Format == serde.WireGlue {
			break
		}
		if id == serde.NumberID(int32(i+1)) || id == guidOf(s) {
			return s, nil
		}
	}
	return serde.Schema{}, fmt.Errorf("serdetest: schema id %v: %w", id, serde.ErrUnknownSchema)
}

// SchemaByVersion implements serde.SchemaReader.
func (r *MemoryRegistry) SchemaByVersion(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.enter(ctx, "SchemaByVersion"); err != nil {
		return serde.RegisteredSchema{}, err
	}
	ids := r.subjects[subject]
	if version == serde.LatestVersion {
		version = len(ids)
	}
	if version < 1 || version > len(ids) {
		return serde.RegisteredSchema{}, fmt.Errorf("serdetest: subject %s version %d: %w", subject, version, serde.ErrUnknownSchema)
	}
	return r.registered(subject, version), nil
}

// Register implements serde.SchemaRegistry.
func (r *MemoryRegistry) Register(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.enter(ctx, "Register"); err != nil {
		return serde.RegisteredSchema{}, err
	}
	if version := r.find(subject, schema); version > 0 {
		return r.registered(subject, version), nil
	}
	id := slices.IndexFunc(r.schemas, func(s serde.Schema) bool { return same(s, schema) })
	if id < 0 {
		id = len(r.schemas)
		r.schemas = append(r.schemas, schema)
	}
	r.subjects[subject] = append(r.subjects[subject], int32(id+1))
	return r.registered(subject, len(r.subjects[subject])), nil
}

// Lookup implements serde.SchemaRegistry.
func (r *MemoryRegistry) Lookup(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.enter(ctx, "Lookup"); err != nil {
		return serde.RegisteredSchema{}, err
	}
	version := r.find(subject, schema)
	if version == 0 {
		return serde.RegisteredSchema{}, fmt.Errorf("serdetest: subject %s does not hold this schema: %w", subject, serde.ErrUnknownSchema)
	}
	return r.registered(subject, version), nil
}

// find returns the version of schema in subject, or 0.
func (r *MemoryRegistry) find(subject string, schema serde.Schema) int {
	for i, id := range r.subjects[subject] {
		if same(r.schemas[id-1], schema) {
			return i + 1
		}
	}
	return 0
}

func (r *MemoryRegistry) registered(subject string, version int) serde.RegisteredSchema {
	id := r.subjects[subject][version-1]
	schema := r.schemas[id-1]
	if r.Format == serde.WireGlue {
		digest := md5.Sum(fmt.Appendf(nil, "%s %d %s", subject, version, schema.Text))
		return serde.RegisteredSchema{Schema: schema, ID: serde.GlueID(digest), Subject: subject, Version: version}
	}
	return serde.RegisteredSchema{Schema: schema, ID: serde.NumberID(id), GUID: guidOf(schema), Subject: subject, Version: version}
}

func same(a, b serde.Schema) bool {
	return orAvro(a.Type) == orAvro(b.Type) && a.Text == b.Text && slices.Equal(a.References, b.References)
}

func orAvro(schemaType string) string {
	if schemaType == "" {
		return serde.TypeAvro
	}
	return schemaType
}

func guidOf(s serde.Schema) serde.SchemaID {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", orAvro(s.Type), s.Text)
	for _, ref := range s.References {
		fmt.Fprintf(&b, " %s %s %d", ref.Name, ref.Subject, ref.Version)
	}
	return serde.GUIDID(md5.Sum([]byte(b.String())))
}
