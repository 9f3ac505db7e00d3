// Package registry is a client of a Confluent-compatible Schema Registry: Confluent's own (7.x and 8.x), Apicurio, Karapace,
// Redpanda. It satisfies [serde.SchemaRegistry], so serializers and deserializers take a [Client] as it is:
//
//	reg, err := registry.New("http://localhost:8081", registry.WithBasicAuth(user, password))
//	if err != nil {
//		return err
//	}
//	orders, err := reg.Register(ctx, "orders-value", serde.Schema{Text: text})
//	if errors.Is(err, registry.ErrIncompatible) {
//		return err // carries the registry's messages
//	}
//	schema, err := reg.SchemaByID(ctx, "", orders.ID)
//
// New opens nothing: the first request is made by the first call that needs one.
//
// # Registry contexts
//
// A subject outside the default context is written qualified, ":.context:subject", in every method. Ids are unique within one
// context only, so [Client.SchemaByID] takes the context; GUIDs are the same in all of them. A registry may answer a plain
// subject that it does not have with one of the same name from another context; the client takes such an answer as not
// found, because its id means something else where it would be used. A whole client is put into a context by its base
// URL: "http://localhost:8081/contexts/.context".
//
// # Caches
//
// Schemas by id, versions and registrations are kept until the cache is full ([WithCacheSize]), the newest version of a subject for a few
// minutes ([WithLatestTTL]); in the last quarter of that time it is fetched again in the background. What is cached needs no
// registry. A hit by id takes no lock and allocates nothing. Concurrent callers of one key share one request; it goes on while at
// least one of them waits, and a caller whose context ends returns at once. That an id does not exist is remembered for five seconds.
// Registering and deleting through a client forgets what it changes; what others delete stays visible until it is evicted.
//
// # Outages
//
// What may pass is tried again ([WithRetries]), on all base URLs. When the registry does not answer nevertheless, the last answer to
// the same question is given again, where there is one, and the registry is asked less and less often until it is back. With
// [WithSnapshot] the last answers are in a file, too, and a service starts and serves with its registry down:
//
//	reg, err := registry.New("http://sr-1:8081,http://sr-2:8081", registry.WithSnapshot("/var/lib/orders/schemas.snapshot"))
//
// [Client.Preload] fetches what a service has not asked for yet.
//
// # Errors
//
// Every error is an [*Error] with the HTTP status, the registry's code and its message, or, of [Client.RegisterAll], a [*BatchError] of
// such; errors.Is answers for the sentinels of this package and for those of package serde. Errors and logs never hold credentials.
//
// # Concurrency
//
// A Client is safe for concurrent use, and so is Close, which waits for what goes on in the background. Slices in what it returns are shared with its caches: do not change them.
package registry
