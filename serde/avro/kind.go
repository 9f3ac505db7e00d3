package avro

// Kind is what a [Schema] is: one of the eight primitive types, the three named ones, or an array, map or union.
type Kind uint8

// The kinds of the Avro specification, section "Schema Declaration". A record of type "error" is a KindRecord.
const (
	KindNull Kind = iota + 1
	KindBoolean
	KindInt
	KindLong
	KindFloat
	KindDouble
	KindBytes
	KindString
	KindRecord
	KindEnum
	KindArray
	KindMap
	KindUnion
	KindFixed
)

var kindNames = [...]string{
	KindNull:    "null",
	KindBoolean: "boolean",
	KindInt:     "int",
	KindLong:    "long",
	KindFloat:   "float",
	KindDouble:  "double",
	KindBytes:   "bytes",
	KindString:  "string",
	KindRecord:  "record",
	KindEnum:    "enum",
	KindArray:   "array",
	KindMap:     "map",
	KindUnion:   "union",
	KindFixed:   "fixed",
}

// String returns the name of the kind as schemas write it.
func (k Kind) String() string {
	if int(k) < len(kindNames) && k != 0 {
		return kindNames[k]
	}
	return "invalid"
}

// primitive reports whether schemas of this kind have no parts.
func (k Kind) primitive() bool { return k >= KindNull && k <= KindString }

// named reports whether schemas of this kind have a name that others can refer to.
func (k Kind) named() bool { return k == KindRecord || k == KindEnum || k == KindFixed }

// primitiveKind returns the kind of a primitive type's name, or 0.
func primitiveKind(name string) Kind {
	for k := KindNull; k <= KindString; k++ {
		if kindNames[k] == name {
			return k
		}
	}
	return 0
}
