// Package serdetest helps to test what stands behind package serde: suites that every codec ([Codec]) and every source of schemas
// ([SchemaRegistry]) must pass, and a registry in memory ([MemoryRegistry]) for tests of serializers that need no HTTP.
//
//	func TestCodec(t *testing.T) {
//		serdetest.Codec(t, schemas.OrderEvents, []*schemas.OrderEvent{minimal, full}, nil)
//	}
package serdetest
