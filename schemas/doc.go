// Package schemas holds the order event contract: the schema order_event.avsc and its Go types, with constructors and validation.
//
//	event := schemas.NewOrderCreated("ORD-001", "USR-123", []schemas.OrderItem{
//		{SKU: "BOOK-1", Quantity: 2, UnitPrice: 9.5},
//	}, schemas.ShipTo(address))
//
// [OrderEvents] is the codec value that serializers and deserializers take:
//
//	serde.NewSerializer(schemas.OrderEvents, registry)
//
// # Optional parts
//
// What may be null in the schema is a pointer, a slice or a map in Go, and nil is null. Enums begin at 1: the zero value is
// unset, and encoding refuses it.
//
// # Validation
//
// Writing validates, reading does not: a serializer calls [OrderEvent.Validate] and refuses an event that breaks a rule of the
// contract, while events that other systems wrote in good faith are read as they are.
//
// # Memory
//
// The strings of an event that was read share one copy of its bytes, and its optional parts one block of memory: holding one of
// them keeps the others in memory.
//
// # Concurrency
//
// Events are plain values without locks. Everything else here is safe for concurrent use.
package schemas

//go:generate go run ../cmd/magicbyte-gen --embed order_event.avsc
