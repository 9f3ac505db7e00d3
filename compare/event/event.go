// Package event holds the order events that everything in this module is measured and compared with: 256 typical ones, with most
// optional parts filled, 256 minimal ones without any, and 8 large ones. They are test data, as plain JSON and as Avro in hex.
package event

import (
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// Set is a number of events of one kind.
type Set struct {
	Name   string // "minimal", "typical" or "large"
	Events []*schemas.OrderEvent
	Bodies [][]byte // their Avro, maps in the order of their keys
}

var (
	//go:embed testdata/minimal.jsonl
	minimalJSON []byte
	//go:embed testdata/minimal.hex
	minimalHex []byte
	//go:embed testdata/typical.jsonl
	typicalJSON []byte
	//go:embed testdata/typical.hex
	typicalHex []byte
	//go:embed testdata/large.jsonl
	largeJSON []byte
	//go:embed testdata/large.hex
	largeHex []byte
)

// Minimal returns the events without optional parts.
func Minimal() (Set, error) { return load("minimal", minimalJSON, minimalHex) }

// Typical returns the typical events.
func Typical() (Set, error) { return load("typical", typicalJSON, typicalHex) }

// Large returns the events of long orders.
func Large() (Set, error) { return load("large", largeJSON, largeHex) }

// load reads one event per line. Each call returns memory of its own.
func load(name string, texts, digits []byte) (Set, error) {
	set := Set{Name: name}
	for line := range bytes.Lines(texts) {
		e := new(schemas.OrderEvent)
		if err := json.Unmarshal(line, e); err != nil {
			return Set{}, fmt.Errorf("event: %s event %d: %w", name, len(set.Events), err)
		}
		set.Events = append(set.Events, e)
	}
	for line := range bytes.Lines(digits) {
		body, err := hex.DecodeString(string(bytes.TrimSpace(line)))
		if err != nil {
			return Set{}, fmt.Errorf("event: %s body %d: %w", name, len(set.Bodies), err)
		}
		set.Bodies = append(set.Bodies, body)
	}
	if len(set.Bodies) != len(set.Events) {
		return Set{}, fmt.Errorf("event: %s: %d events and %d bodies", name, len(set.Events), len(set.Bodies))
	}
	return set, nil
}

// Fullest returns the index of the event that takes the most bytes.
func (s Set) Fullest() int {
	most := 0
	for i := range s.Bodies {
		if len(s.Bodies[i]) > len(s.Bodies[most]) {
			most = i
		}
	}
	return most
}
