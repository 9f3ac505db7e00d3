package serde

const (
	opSerialize   = "serialize"
	opDeserialize = "deserialize"
	opStart       = "start"
)
