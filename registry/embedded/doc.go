// Package embedded is a Schema Registry in process: an [http.Handler] that
// answers as Confluent Schema Registry 8.3.1 does, for tests, demonstrations
// and local development.
//
//	reg := embedded.New()
//	server := httptest.NewServer(reg)
//	defer server.Close()
//	client, err := registry.New(server.URL)
//
// It checks compatibility for real, gives equal schemas one id, soft-deletes,
// resolves references, and sends the codes and texts of the real registry's
// errors, so that a test that passes here is about the code and not about a
// fake. A Registry of [New] starts empty with level BACKWARD, and there is
// nothing to close.
//
// # Storage
//
// A Registry of [Open] keeps everything in a directory as well: all that was
// acknowledged survives the end of its process, also by kill -9, and with
// [WithSync] a loss of power.
//
//	reg, err := embedded.Open("schemas", embedded.WithLogger(slog.Default()))
//	...
//	defer reg.Close()
//
// The command `magicbyte registry` serves one, with TLS if asked.
//
// # Faults
//
// [Registry.Inject] makes the next requests slow, fail, lose their connection
// or get a wrong body:
//
//	remove := reg.Inject(embedded.Fault{Path: "/schemas/ids/", Status: 503, Times: 2})
//	defer remove()
//
// # Differences from the real registry
//
// Where the real one answers 500 to an ordinary request (a negative offset, a
// mode request without a mode, an unknown id's text, a deleted GUID, a check
// against an empty schema) this one sends the documented error. What breaks the
// real one for all later requests is refused: the subject ":.:" (42208), a
// reference with an empty name and, in IMPORT mode, an empty schema (42201). A
// subject ":*:x" is a plain name and makes no context.
//
// Every version that an id was imported for is listed under it; the real one
// forgets some. A subject ":.a" is in the list of all contexts; the real one
// leaves it out. JSON Schema and Protobuf schemas are not parsed, and never found
// incompatible with each other; white space is taken from JSON, and made the real
// one's in Protobuf texts of plain messages. Associations are not there. Answers
// below 1400 bytes are not compressed.
//
// # Concurrency
//
// A Registry is safe for concurrent use: reads run side by side, writes one
// after the other. Schemas are parsed and compared outside of the lock: a
// registration that takes long holds up nobody else.
//
// # Performance
//
// Everything is in memory, which 100,000 schemas of a kilobyte fill with about
// 160 MiB. A list of subjects or schemas takes time in proportion to their
// number in all, a registration in proportion to the versions of its subject.
package embedded
