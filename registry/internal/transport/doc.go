// Package transport brings requests to a registry that may be slow, down, behind a proxy, or one of several: it chooses the
// address, adds credentials, bounds and checks what comes back, and tries again what may pass.
package transport
