package avro

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"time"
)

// Go types with names, which reflection cannot make.
type (
	namedBool   bool
	namedInt    int16
	namedLong   int64
	namedText   string
	namedBytes  []byte
	namedDouble float64

	suit int8 // an enum with methods; not all numbers are in the order of the symbols

	boxed struct{ v any } // a Custom

	treeValue struct {
		CanaryA [3]byte               `avro:"-"`
		V       int64                 `avro:"v"`
		CanaryB uint8                 `avro:"-"`
		Kids    []treeValue           `avro:"kids"`
		Left    *treeValue            `avro:"left"`
		By      map[string]*treeValue `avro:"by"`
		CanaryC uint8                 `avro:"-"`
	}

	sealed       interface{ isSealed() }
	sealedBool   bool
	sealedInt    int32
	sealedLong   int64
	sealedText   string
	sealedBytes  []byte
	sealedFloat  float32
	sealedDouble float64
	sealedLongs  []int64
	sealedRecord struct {
		CanaryA uint16  `avro:"-"`
		A       int32   `avro:"a"`
		CanaryB uint16  `avro:"-"`
		Text    *string `avro:"text"`
	}
)

func (sealedBool) isSealed()   {}
func (sealedInt) isSealed()    {}
func (sealedLong) isSealed()   {}
func (sealedText) isSealed()   {}
func (sealedBytes) isSealed()  {}
func (sealedFloat) isSealed()  {}
func (sealedDouble) isSealed() {}
func (sealedLongs) isSealed()  {}
func (sealedRecord) isSealed() {}

var sealedTypes = map[string]sealed{
	"boolean": sealedBool(false), "int": sealedInt(0), "long": sealedLong(0), "string": sealedText(""), "bytes": sealedBytes(nil),
	"float": sealedFloat(0), "double": sealedDouble(0), "array": sealedLongs(nil), "s.Sealed": sealedRecord{},
}

// suits are the symbols of all enums, and suitValues the numbers that they have as a suit.
var (
	suits      = []string{"CLUBS", "HEARTS", "SPADES", "DIAMONDS", "JOKER"}
	suitValues = map[string]int64{"CLUBS": 4, "HEARTS": 2, "SPADES": 3, "DIAMONDS": 1, "JOKER": 100}
)

func (s *suit) UnmarshalText(text []byte) error {
	v, ok := suitValues[string(text)]
	if !ok {
		return fmt.Errorf("no suit")
	}
	*s = suit(v)
	return nil
}

func (b *boxed) AvroValue() (any, error) { return b.v, nil }

func (b *boxed) SetAvroValue(v any) error {
	b.v = v
	return nil
}

var (
	boxedType  = reflect.TypeFor[boxed]()
	sealedType = reflect.TypeFor[sealed]()
	stringType = reflect.TypeFor[string]()
	int64Type  = reflect.TypeFor[int64]()
	doubleType = reflect.TypeFor[float64]()
)

// optionals are the instances of Optional that there are.
var optionals = map[reflect.Type]reflect.Type{
	stringType:                  reflect.TypeFor[Optional[string]](),
	reflect.TypeFor[int32]():    reflect.TypeFor[Optional[int32]](),
	int64Type:                   reflect.TypeFor[Optional[int64]](),
	reflect.TypeFor[bool]():     reflect.TypeFor[Optional[bool]](),
	doubleType:                  reflect.TypeFor[Optional[float64]](),
	bytesType:                   reflect.TypeFor[Optional[[]byte]](),
	timeType:                    reflect.TypeFor[Optional[time.Time]](),
	ratType:                     reflect.TypeFor[Optional[*big.Rat]](),
	decimalType:                 reflect.TypeFor[Optional[Decimal]](),
	anyType:                     reflect.TypeFor[Optional[any]](),
	reflect.TypeFor[suit]():     reflect.TypeFor[Optional[suit]](),
	reflect.TypeFor[[2]byte]():  reflect.TypeFor[Optional[[2]byte]](),
	reflect.TypeFor[[]string](): reflect.TypeFor[Optional[[]string]](),
}

// goType returns a Go type for a schema. open are the records around, which a type made by reflection cannot have within itself.
func (m *typedMaker) goType(n *node, open []*node) reflect.Type {
	switch c := m.next(16); {
	case c == 15:
		return anyType
	case c == 14:
		return boxedType
	case n.kind == KindUnion:
		return m.goUnion(n, open)
	case c == 13 && n.kind != KindNull:
		t := m.goType(n, open)
		if p := reflect.PointerTo(t); !endless(p) {
			return p
		}
		return t
	}
	switch n.kind {
	case KindNull:
		return reflect.TypeFor[struct{}]()
	case KindArray:
		return reflect.SliceOf(m.goType(n.elem, open))
	case KindMap:
		return reflect.MapOf(pick(&m.choices, []reflect.Type{stringType, reflect.TypeFor[namedText]()}), m.goType(n.elem, open))
	case KindRecord:
		return m.goRecord(n, open)
	default:
		return pick(&m.choices, goLeaves(n))
	}
}

// goLeaves returns the Go types for a schema without parts.
func goLeaves(n *node) []reflect.Type {
	var types []reflect.Type
	add := func(more ...any) {
		for _, v := range more {
			types = append(types, reflect.TypeOf(v))
		}
	}
	if t := timeTypes[n.logical]; t != nil {
		types = append(types, t, t, t)
	}
	switch n.logical {
	case logicalDecimal:
		add(new(big.Rat), Decimal{}, new(big.Rat), Decimal{})
	case logicalDuration:
		add(Duration{}, Duration{})
	case logicalUUID:
		add([16]byte{}, "")
	}
	switch n.kind {
	case KindBoolean:
		add(false, namedBool(false))
	case KindInt:
		add(int32(0), int32(0), int64(0), int(0), int8(0), namedInt(0), uint8(0), uint16(0), uint32(0))
	case KindLong:
		add(int64(0), int64(0), namedLong(0), int(0), int32(0), int16(0), uint32(0))
	case KindFloat:
		add(float32(0))
	case KindDouble:
		add(float64(0), namedDouble(0))
	case KindString:
		add("", "", namedText(""))
	case KindBytes:
		add([]byte(nil), namedBytes(nil))
	case KindEnum:
		add("", namedText(""), int(0), int32(0), int8(0), uint16(0), suit(0))
	case KindFixed:
		types = append(types, reflect.ArrayOf(n.size, reflect.TypeFor[byte]()), bytesType)
	}
	return types
}

func (m *typedMaker) goUnion(n *node, open []*node) reflect.Type {
	value, isOptional := n.optional()
	if canSeal := !slices.ContainsFunc(n.branches, func(b *node) bool { return !sealable(b) }); canSeal && (!isOptional || m.oneIn(3)) {
		return sealedType
	}
	switch {
	case len(n.branches) == 1:
		return m.goType(n.branches[0], open)
	case !isOptional:
		return anyType
	}
	t := m.goType(n.branches[value], open)
	if o := optionals[t]; o != nil && m.oneIn(2) {
		return o
	}
	if k := t.Kind(); (k == reflect.Slice || k == reflect.Map || leafPointer(t)) && !m.oneIn(3) {
		return t
	}
	if p := reflect.PointerTo(t); !endless(p) {
		return p
	}
	return anyType
}

func sealable(n *node) bool {
	return n.kind == KindNull || n.logical == "" && sealedTypes[n.unionName()] != nil && (n.kind != KindArray || n.elem.kind == KindLong && n.elem.logical == "")
}

// unionName is what a union calls the branch.
func (n *node) unionName() string {
	if n.name != "" {
		return n.name
	}
	return n.kind.String()
}

// goRecord returns a struct with canaries between its fields, which nobody may touch.
func (m *typedMaker) goRecord(n *node, open []*node) reflect.Type {
	switch c := m.next(8); {
	case slices.Contains(open, n), c == 7:
		return pick(&m.choices, []reflect.Type{recordPtrType, recordType, anyType})
	case n.name == "t.Tree":
		return reflect.TypeFor[treeValue]()
	}
	open = append(slices.Clip(open), n)
	var fields, inner []reflect.StructField
	for _, i := range m.perm(len(n.fields)) {
		to := &fields
		if m.oneIn(6) {
			to = &inner
		}
		*to = append(*to, m.canary(n, len(inner)+len(fields)), reflect.StructField{
			Name: fmt.Sprintf("F%d", i),
			Type: m.goType(n.fields[i].typ, open),
			Tag:  reflect.StructTag(fmt.Sprintf(`avro:"%s"`, n.fields[i].name)),
		})
	}
	fields = append(fields, m.canary(n, 100))
	if inner != nil {
		inner = append(inner, m.canary(n, 101))
		fields = append(fields, reflect.StructField{Name: "Embedded", Anonymous: true, Type: reflect.StructOf(inner)}, m.canary(n, 102))
	}
	return reflect.StructOf(fields)
}

func (m *typedMaker) perm(n int) []int {
	order := make([]int, n)
	for i := range order {
		j := m.next(i + 1)
		order[i] = order[j]
		order[j] = i
	}
	return order
}

func (m *typedMaker) canary(n *node, i int) reflect.StructField {
	return reflect.StructField{
		Name: fmt.Sprintf("Canary%s%d", shortName(n.name), i), Tag: `avro:"-"`,
		Type: reflect.ArrayOf(pick(&m.choices, []int{1, 8, 3, 4, 24}), reflect.TypeFor[byte]()),
	}
}

// eachCanary calls visit for the memory of each canary in a value, without following what points elsewhere.
func eachCanary(v reflect.Value, visit func(reflect.Value)) {
	if v.Kind() != reflect.Struct || v.Type().PkgPath() == "time" || v.Type().PkgPath() == "math/big" {
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case len(f.Name) > 6 && f.Name[:6] == "Canary":
			visit(v.Field(i))
		case f.IsExported():
			eachCanary(v.Field(i), visit)
		}
	}
}

// fieldType returns the type of a field of a record's Go type.
func fieldType(t reflect.Type, name string) reflect.Type {
	if t == recordType || t == recordPtrType || t == anyType {
		return anyType
	}
	return goFieldOf(t, name).Type
}

// goFieldOf finds a field by its tag.
func goFieldOf(t reflect.Type, name string) reflect.StructField {
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("avro")
		if tag == name {
			return f
		}
	}
	panic(fmt.Sprintf("%v has no field %s", t, name))
}

// branchType returns the type of a branch of a union's Go type.
func branchType(t reflect.Type, union *node, i int) reflect.Type {
	if t == anyType || t == boxedType {
		return t
	}
	if t == sealedType {
		if b := union.branches[i]; b.kind != KindNull {
			return reflect.TypeOf(sealedTypes[b.unionName()])
		}
		return t
	}
	for _, o := range optionals {
		if t == o {
			return t.Field(0).Type
		}
	}
	return t
}

// pointee returns what pointers lead to in the end.
func pointee(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer && !leafPointer(t) {
		t = t.Elem()
	}
	return t
}
