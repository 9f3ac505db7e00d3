// Package avro reads and writes Apache Avro: schemas, and the bytes of values under them. A codec is compiled once for a schema and a Go
// type, and once more for each older or newer schema that data comes in; nothing is resolved per value.
//
//	type Order struct {
//		ID    string   `avro:"order_id"`
//		Total *float64 `avro:"total"`
//	}
//
//	var orders = avro.MustFor[Order](`{"type":"record","name":"Order","namespace":"com.example","fields":[
//		{"name":"order_id","type":"string"},
//		{"name":"total","type":["null","double"],"default":null}]}`)
//
//	body, err := orders.Append(nil, &Order{ID: "ORD-1"})
//	var back Order
//	err = orders.Decode(body, &back)
//
// The codec value goes to serde.NewSerializer and serde.NewDeserializer as it is.
//
// # Go types
//
//	boolean, int, long, float, double   bool, int32 (or any integer type that holds it), int64, float32, float64
//	bytes, string                       []byte, string
//	fixed                               [N]byte, []byte
//	enum                                an integer type from 1 with String and UnmarshalText, or a string type
//	array, map                          []T, map[string]T
//	record                              struct, pointer to struct, Record
//	union of null and another           pointer, Optional[T]; a nil slice or map is null
//	other unions                        any, or a sealed interface (WithUnion)
//	timestamp-*, date                   time.Time in UTC
//	local-timestamp-*                   LocalTime
//	time-*                              time.Duration
//	duration                            Duration
//	decimal                             *big.Rat, Decimal
//	uuid                                string, [16]byte
//
// Any type may be any, which then holds the form above that is named first, or a [Branch] in a union. Types of your own have the methods of [Custom].
//
// # Evolution
//
// Data is always read with the schema that it was written with, resolved to the reader's (Avro specification, "Schema Resolution"). Say that
// orders were written before there was a currency, with the total under another name:
//
//	older := `{"type":"record","name":"Order","namespace":"com.example","fields":[
//		{"name":"order_id","type":"string"},
//		{"name":"amount","type":"float"}]}`
//	newer := `{"type":"record","name":"Order","namespace":"com.example","fields":[
//		{"name":"order_id","type":"string"},
//		{"name":"total","aliases":["amount"],"type":["null","double"],"default":null},
//		{"name":"currency","type":"string","default":"USD"}]}`
//	decode, err := avro.MustFor[NewOrder](newer).Decoder([]string{older}, nil)
//
// The alias finds the amount, which becomes a double and the second branch of a union; the currency is "USD". What follows from the rules:
//
//   - A field may be added if it has a default, and taken away if readers have one for it.
//   - int may become long, float or double; string and bytes may become each other; a type may become a union that has it.
//   - An enum symbol or a union branch that a reader does not know is an error of the records that hold it, not of all others: such an
//     [Error] is Unresolvable. An enum's own default takes the place of unknown symbols, a field's default does not.
//   - A logical type's value keeps its meaning: milliseconds read as microseconds are a thousand times as many.
//
// # References
//
// A schema may name types that other texts define. [WithReferences] gives a codec those texts, and keeps the schema as it is registered; the schemas
// given to [Codec.Encoder] and [Codec.Decoder] come with theirs, in the order of reference.
//
// # JSON
//
// Avro has a JSON encoding of its own, in which unions name their branch: {"order_id":"ORD-1","total":{"double":9.5}}. [Codec.AppendJSON] and
// [Codec.DecodeJSON] write and read it as Apache Avro for Java does, for any T; a [Record] goes through encoding/json. Programs that
// have nothing but a schema and bytes, such as viewers of topics, turn one form into the other with [Schema.BinaryToJSON] and [Schema.JSONToBinary].
// It departs from Java where that loses something without a word: numbers out of range, characters that do not fit, fields that come twice and text
// behind the value are errors; and it reads "NaN", "Infinity" and "-Infinity", which Java writes.
//
// # Errors
//
// A [SchemaError] names line and column of a schema text. An [Error] names the field and the byte: "payload.items[2].unit_price at
// byte 117: 3 bytes left, double needs 8", or line and column in JSON. Neither holds strings or bytes of the data.
//
// # Bounds
//
// Bytes may come from anyone. Every length and count is held against the bytes that are left, levels and items without bytes
// have limits ([WithMaxDepth], [WithMaxZeroSizeItems]), slices and maps grow as their items are read. Truncated values, bytes left over, varints
// out of range, booleans other than 0 and 1, and strings that are not UTF-8 ([WithInvalidUTF8]) are errors.
//
// # Memory
//
// The strings of a decoded value share one copy of the input, and its optional parts one block. Nothing that one value hands out changes
// with the next. Encoding allocates only the room that dst lacks.
package avro
