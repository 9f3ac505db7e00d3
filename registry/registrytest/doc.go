// Package registrytest holds one suite that every Schema Registry must pass, in
// the manner of testing/slogtest: registration, look-up, ids, versions, deletes,
// references, compatibility, configs, modes, contexts, GUIDs, paging and error
// codes, judged by what Confluent's registry does.
//
//	func TestRegistry(t *testing.T) {
//		server := httptest.NewServer(embedded.New())
//		defer server.Close()
//		registrytest.Exercise(t, server.URL)
//	}
//
// It speaks plain HTTP and makes subjects and contexts of its own, which it
// deletes at the end, so that it can run on a registry that is in use. It never
// changes what is global.
//
// # Differences
//
// Registries that speak the same API differ. What is known of one stands in a
// table with the reason ([Differences]); [As] names the registry, and checks
// that differ are then skipped with the reason instead of failing.
package registrytest
