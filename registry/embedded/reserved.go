package embedded

import (
	"fmt"
	"slices"
	"strings"
)

// reservedProperty names, with commas, the fields that a subject may never get.
const reservedProperty = "confluent:reserved"

func (m *metadata) reserved() []string {
	list := m.property(reservedProperty)
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// reservedClashes tells which reserved fields the candidate has, and which it
// would set free again.
func reservedClashes(p *prepared, latest *version) []string {
	var lines []string
	reserved := p.metadata.reserved()
	if p.avro != nil {
		for _, field := range p.avro.Fields() {
			if slices.Contains(reserved, field) {
				lines = append(lines, fmt.Sprintf("The new schema has field that conflicts with the reserved field %s.", field))
			}
		}
	}
	for _, field := range latest.schema.metadata.reserved() {
		if !slices.Contains(reserved, field) {
			lines = append(lines, fmt.Sprintf("The new schema has reserved field %s removed from its metadata which is present in the old schema's metadata.", field))
		}
	}
	return lines
}
