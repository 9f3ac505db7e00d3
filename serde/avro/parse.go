package avro

// source is the text of a schema, for positions in errors.
type source struct{ text string }
