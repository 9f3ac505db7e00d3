package avro

import (
	"errors"
	"fmt"
	"reflect"
)

// Option changes how a [Codec] reads and writes. The options of this package are the only ones. With any of them but [WithUnion],
// [WithReferences] and [WithSchemaLimits] a codec works by its plan, also where the Go type has generated methods.
type Option interface{ apply(*config) }

type option func(*config)

func (o option) apply(c *config) { o(c) }

// InvalidUTF8 says what reading does with strings that are not valid UTF-8, also those of bytes that the reader's schema takes for a
// string. Writing refuses them always.
type InvalidUTF8 uint8

const (
	// RejectInvalidUTF8 makes them an error. This is the default.
	RejectInvalidUTF8 InvalidUTF8 = iota
	// KeepInvalidUTF8 hands them out as they are.
	KeepInvalidUTF8
	// ReplaceInvalidUTF8 puts U+FFFD for each run of invalid bytes.
	ReplaceInvalidUTF8
)

// WithInvalidUTF8 changes what reading does with strings that are not valid UTF-8 [RejectInvalidUTF8].
func WithInvalidUTF8(mode InvalidUTF8) Option {
	return option(func(c *config) {
		if mode > ReplaceInvalidUTF8 {
			c.refuse("WithInvalidUTF8(%d): there is no such mode", mode)
		}
		c.text = mode
	})
}

// WithMaxDepth changes how deep records, arrays and maps may be nested in a value, read or written [1,000]. Values that deep
// exist in recursive types only. It must be between 1 and 100,000: each level takes some hundred bytes of stack.
func WithMaxDepth(levels int) Option {
	return option(func(c *config) {
		if levels < 1 || levels > 100_000 {
			c.refuse("WithMaxDepth(%d): it must be between 1 and 100,000", levels)
		}
		c.maxDepth = levels
	})
}

// WithMaxZeroSizeItems changes how many items of arrays and fields of records that take no bytes at all, such as nulls and records
// without fields, one value may hold [1,000,000]: nothing else bounds them. 0 allows none. Fields count where each costs
// time or memory: in generic form and in JSON, and in records that are read by themselves, such as recursive ones.
func WithMaxZeroSizeItems(items int) Option {
	return option(func(c *config) {
		if items < 0 {
			c.refuse("WithMaxZeroSizeItems(%d): it must not be negative", items)
		}
		c.maxZeroItems = items
	})
}

// WithSortedMaps writes the entries of maps in the order of their keys, so that equal values have equal bytes. By default their
// order is unspecified. It costs an allocation and a sort per map.
func WithSortedMaps() Option { return option(func(c *config) { c.sortedMaps = true }) }

// WithAliasedInput makes strings and bytes that were read point into the input, instead of copies. The caller must not write to the
// input as long as any of them is in use.
func WithAliasedInput() Option { return option(func(c *config) { c.aliasInput = true }) }

// WithReuse makes decoding into a used value write over its slices and maps, where they have room, instead of making new ones: for
// loops that are done with a record before they read the next into the same value. Who holds on to a slice or map of an earlier
// record, also by a copy of the value, finds the later one's content in it.
//
// It goes for the slices and maps in the value itself and in records that are part of it, not for those within items, entries and what
// pointers point to. What pointers pointed to is never written over, and neither are strings and bytes.
func WithReuse() Option { return option(func(c *config) { c.reuse = true }) }

// WithJavaLogicalTypes reads logical types as Apache Avro for Java does: the number is what the writer wrote and the unit what
// the reader's schema says, so that a timestamp-millis read as timestamp-micros is a thousand times too early. By default
// the value is kept, and where a Go type has no unit (an int64), schemas whose units differ do not resolve.
func WithJavaLogicalTypes() Option { return option(func(c *config) { c.javaLogical = true }) }

// WithUnion tells which Go types stand for the branches of unions in fields of the interface type I. Keys are the branches' names: full names
// of records, enums and fixed, and "string", "array" and so on for all others. null is the nil interface.
// Values are of the types, their content does not matter.
func WithUnion[I any](branches map[string]I) Option {
	return option(func(c *config) {
		t := reflect.TypeFor[I]()
		if t.Kind() != reflect.Interface || t.NumMethod() == 0 {
			c.refuse("WithUnion[%v]: the type must be an interface with a method, which the branches' types have", t)
			return
		}
		types := make(map[string]reflect.Type, len(branches))
		for name, v := range branches {
			if types[name] = reflect.TypeOf(v); types[name] == nil {
				c.refuse("WithUnion[%v]: branch %s is nil", t, name)
			}
		}
		if c.unions == nil {
			c.unions = map[reflect.Type]map[string]reflect.Type{}
		}
		c.unions[t] = types
	})
}

// WithReferences gives the texts of schemas that the codec's own schema refers to, in the order of reference: each may name types that
// earlier ones define. The codec's schema is then the text alone, as a registry keeps a schema with references; the serializer is
// told where those are registered by serde.WithReferences. It is for [For] and [MustFor] and adds nothing to the schemas that
// [Codec.Encoder] and [Codec.Decoder] are given.
func WithReferences(texts ...string) Option {
	return option(func(c *config) { c.references = append(c.references, texts...) })
}

// config is what the options say.
type config struct {
	behaviour
	references []string
	limits     schemaLimits // of schema texts
	unions     map[reflect.Type]map[string]reflect.Type
	problems   []error
}

// behaviour is what generated code has by default only.
type behaviour struct {
	text         InvalidUTF8
	maxDepth     int
	maxZeroItems int
	sortedMaps   bool
	aliasInput   bool
	reuse        bool
	javaLogical  bool
}

// The limits unless options change them. Generated code has the same.
const (
	defaultMaxDepth     = 1000
	defaultMaxZeroItems = 1_000_000
)

var defaultBehaviour = behaviour{maxDepth: defaultMaxDepth, maxZeroItems: defaultMaxZeroItems}

// defaultConfig is what newConfig returns without options.
var defaultConfig = &config{behaviour: defaultBehaviour}

// sortedConfig is what it returns with WithSortedMaps.
var sortedConfig = &config{behaviour: behaviour{maxDepth: defaultMaxDepth, maxZeroItems: defaultMaxZeroItems, sortedMaps: true}}

func newConfig(opts []Option) (*config, error) {
	if len(opts) == 0 {
		return defaultConfig, nil
	}
	c := &config{behaviour: defaultBehaviour}
	for _, o := range opts {
		if o != nil {
			o.apply(c)
		}
	}
	return c, errors.Join(c.problems...)
}

func (c *config) refuse(format string, args ...any) {
	c.problems = append(c.problems, fmt.Errorf("avro: "+format, args...))
}
