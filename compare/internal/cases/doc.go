// Package cases lists what is measured, and what has to be reached.
package cases
