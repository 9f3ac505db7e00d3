// Package fakeglue is an AWS Glue Schema Registry as an http.Handler, as far as this module asks for one: the JSON protocol of six calls,
// compatibility checks that take their time and fail, and faults on request. It verifies no signatures.
package fakeglue
