package avro

// Custom is implemented by *T for a Go type T that stands for an Avro value in a form of its own: money for a decimal, say. It is written
// and read by way of the value's generic form, whatever the schema is: see [Record] for the Go types of that form. A struct that gets the methods
// from an embedded field is no Custom. A nil *T in an any is null.
type Custom interface {
	// AvroValue returns the value in generic form.
	AvroValue() (any, error)
	// SetAvroValue sets the receiver, which is zero, to a value in generic form. The receiver may keep v. Errors should not
	// quote it.
	SetAvroValue(v any) error
}
