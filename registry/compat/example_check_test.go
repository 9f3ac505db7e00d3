package compat_test

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A test in CI can tell that a schema in a pull request reads all data that is in the topic, with no registry at hand: the
// earlier versions lie beside it in the repository.
func ExampleCheck() {
	deployed := []compat.Schema{
		{Version: 1, Text: `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`},
		{Version: 2, Text: `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"total","type":"int","default":0}]}`},
	}
	proposed := `{"type":"record","name":"Order","fields":[
		{"name":"id","type":"string"},
		{"name":"total","type":"long"},
		{"name":"currency","type":"string","default":"EUR"}
	]}`

	if _, err := avro.Parse(proposed); err != nil { // as strict as a registry is with new schemas
		fmt.Println(err)
	}
	result := compat.Check(compat.BackwardTransitive, compat.Schema{Text: proposed}, deployed)
	for _, m := range result.Messages {
		fmt.Printf("version %d: %s at %s: %s\n", m.Version, m.Type, m.Path(), m.Info())
	}
	// Output:
	// version 1: READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1: total
}
