package avro

// ParseOption changes how [Parse] reads a schema. The options of this package are the only ones.
type ParseOption interface{ applyParse(*parser) }

type parseOption func(*parser)

func (o parseOption) applyParse(p *parser) { o(p) }

// Lenient is for schemas that a registry hands out, which may be older than the rules: the parts of a namespace may be any
// text, an enum's default that is none of its symbols counts as absent, and the default of a field need not be a value of
// its type, as long as nothing needs that default. By default all three are errors.
func Lenient() ParseOption {
	return parseOption(func(p *parser) { p.lenient = true })
}

// WithTypes makes the named types in the given schemas, however deep, known to the text, as the references of a schema in a
// registry do. A text that is just the quoted name of such a type is that type. The text may define one of them once more,
// in the very same way; the given one counts.
func WithTypes(schemas ...*Schema) ParseOption {
	return parseOption(func(p *parser) { p.given = append(p.given, schemas...) })
}

// The limits of [Parse] unless [WithSchemaLimits] changes them.
const (
	defaultMaxSchemaBytes  = 1 << 20
	defaultMaxSchemaLevels = 1000
)

// WithSchemaLimits changes how long a text may be, in bytes [1 MiB], and how deep its JSON arrays and objects may be nested
// [1,000]. A value below 1 keeps the default. What parsing allocates is a small multiple of the text's length. A codec has the limits for its own
// schema and for those that it is given.
func WithSchemaLimits(maxBytes, maxLevels int) interface {
	Option
	ParseOption
} {
	return schemaLimits{maxBytes, maxLevels}
}

type schemaLimits struct{ maxBytes, maxLevels int }

func (l schemaLimits) applyParse(p *parser) {
	if l.maxBytes > 0 {
		p.maxBytes = l.maxBytes
	}
	if l.maxLevels > 0 {
		p.maxLevels = l.maxLevels
	}
}

func (l schemaLimits) apply(c *config) { c.limits = l }
